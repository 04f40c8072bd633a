"""`ssot status`: the migration at a glance."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from flake8_ssot_engine.campaign.journal import read_runs
from flake8_ssot_engine.campaign.standing import take_standings
from flake8_ssot_engine.cli.output import say, use_color
from flake8_ssot_engine.cli.project import add_common, print_line, project_of
from flake8_ssot_engine.cli.selection import jobs_of, positive
from flake8_ssot_engine.errors import ExitCode
from flake8_ssot_engine.reports.progress_json import render_progress_json
from flake8_ssot_engine.reports.progress_markdown import render_progress_markdown
from flake8_ssot_engine.reports.progress_report import render_progress_text


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("status", help="the migration at a glance")
    add = parser.add_argument
    add("--format", choices=("text", "json", "markdown"), default="text", help="default: text")
    add(
        "--by",
        choices=("owner", "package"),
        default="",
        help="what each owner (CODEOWNERS) or each package has left; JSON has both in any case",
    )
    add_common(parser)
    add("--jobs", type=positive, metavar="N", help="processes; default: one for each core")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return the exit code."""
    settings, finder = project_of(options)
    runs = read_runs(settings.root)
    every = take_standings(settings, finder, runs, jobs=jobs_of(options))
    if options.format == "json":
        lines = render_progress_json(every)
    elif options.format == "markdown":
        lines = render_progress_markdown(every, by=options.by)
    else:
        is_colored = use_color(options, sys.stdout)
        lines = render_progress_text(every, by=options.by, is_colored=is_colored)
    for line in lines:
        print_line(line)
    for run in runs:
        if run.is_unfinished:
            told = "`ssot migrate --resume` goes on, `ssot rollback` undoes"
            say(f"the run {run.name} was cut short: {told}")
    return ExitCode.CLEAN
