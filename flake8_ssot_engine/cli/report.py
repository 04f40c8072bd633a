"""`ssot report`: what a change does to a migration, for a pull request or the summary of a job."""

from __future__ import annotations

import argparse
from typing import Any

from flake8_ssot_engine.campaign.change import find_change
from flake8_ssot_engine.campaign.journal import read_runs
from flake8_ssot_engine.campaign.standing import take_standings
from flake8_ssot_engine.cli.project import add_common, print_line, project_of
from flake8_ssot_engine.cli.selection import jobs_of, positive
from flake8_ssot_engine.errors import ExitCode, UsageError
from flake8_ssot_engine.project.git import GitError
from flake8_ssot_engine.reports.pull_request import render_pull_request


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("report", help="what a change adds, and where a migration stands")
    add = parser.add_argument
    add("--format", choices=("markdown",), default="markdown", help="default: markdown")
    add(
        "--since",
        metavar="REF",
        help="tell what is new and what is gone against the commit where HEAD and REF parted",
    )
    add("--output", metavar="FILE", help="write the report to a file")
    add_common(parser)
    add("--jobs", type=positive, metavar="N", help="processes; default: one for each core")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look, print or write the report, and return the exit code."""
    settings, finder = project_of(options)
    jobs = jobs_of(options)
    try:
        change = find_change(settings, finder, options.since, jobs=jobs) if options.since else None
    except GitError as error:
        raise UsageError(f"--since: {error}") from None
    every = take_standings(settings, finder, read_runs(settings.root), jobs=jobs)
    lines = render_pull_request(change, every)
    if options.output is None:
        for line in lines:
            print_line(line)
        return ExitCode.CLEAN
    try:
        with open(options.output, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise UsageError(f"--output {options.output}: {error.strerror or error}") from None
    return ExitCode.CLEAN
