"""`ssot rollback`: restores exactly what a run changed."""

from __future__ import annotations

import argparse
from typing import Any

from flake8_ssot_engine.campaign.journal import read_runs
from flake8_ssot_engine.campaign.recovery import chosen_runs, prune, undo
from flake8_ssot_engine.cli.output import say
from flake8_ssot_engine.cli.project import add_common, changing, print_line, project_of
from flake8_ssot_engine.errors import ExitCode
from flake8_ssot_engine.reports.campaign_report import render_restored, render_runs


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "rollback",
        help="restore exactly what a run changed",
        description="Restore the files of the last run, or of those named. A file that somebody"
        " edited since is named and left.",
    )
    add = parser.add_argument
    add("runs", nargs="*", metavar="RUN", help="a run's number or name, or its phase")
    add("--list", action="store_true", help="list the runs, and do nothing")
    add("--prune", action="store_true", help="drop what undoing the finished runs would need")
    add_common(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Restore, say what came of it, and return the exit code."""
    settings, _ = project_of(options)
    if options.list:
        for line in render_runs(read_runs(settings.root)):
            print_line(line)
        return ExitCode.CLEAN
    with changing(settings.root):
        runs = read_runs(settings.root)
        if options.prune:
            pruned = prune(runs)
            print_line(f"pruned {len(pruned)} of {len(runs)} runs; their journals stay")
            return ExitCode.CLEAN
        is_whole = True
        for chosen in chosen_runs(runs, options.runs):
            restored = undo(chosen)
            print_line(f"run {chosen.name}")
            for line in render_restored(restored):
                print_line(f"  {line}")
            if commit := chosen.facts.get("commit"):
                say(f"its commit {commit[:10]} stays in the history; commit the restored files")
            is_whole = is_whole and not restored.left
    return ExitCode.CLEAN if is_whole else ExitCode.VIOLATIONS
