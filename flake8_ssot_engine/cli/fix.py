"""`ssot fix`: applies fixes, and says what it left and why."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from flake8_ssot_engine.cli.files import tasks_of
from flake8_ssot_engine.cli.output import progress, say, use_color
from flake8_ssot_engine.cli.selection import add_selection, finder_of, jobs_of
from flake8_ssot_engine.engine.fix import fix_files, plan_fixes
from flake8_ssot_engine.engine.leftovers import checked_again
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.tasks import settings_of
from flake8_ssot_engine.errors import ExitCode
from flake8_ssot_engine.project.review import review_moves
from flake8_ssot_engine.reports.diff import Change, render_diff
from flake8_ssot_engine.reports.fix_report import render_fix_json, render_fix_text


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("fix", help="rewrite what is deprecated")
    add_selection(parser, "fix")
    add = parser.add_argument
    add("--diff", action="store_true", help="print a diff for `git apply` and write nothing")
    add("--unsafe", action="store_true", help="apply fixes that may change what the program does")
    add("--format", choices=("text", "json"), default="text", help="of the report; default: text")
    add("--verbose", action="store_true", help="list every violation that is left")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fix, print the report, and return the exit code."""
    finder = finder_of(options)
    tasks = tasks_of(options, finder)
    if not tasks:
        say("warning: no Python file to look at; all are ignored, excluded or elsewhere")
    if not options.diff:
        from flake8_ssot_engine.campaign.recovery import check_undisturbed

        for root in sorted({task.settings.root for task in tasks}):
            check_undisturbed(root)
    for settings in settings_of(tasks):
        for warning in review_moves(settings):
            say(f"warning: {warning}")
    jobs = jobs_of(options)
    with progress("fixing", len(tasks), is_quiet=options.quiet) as advance:
        make = plan_fixes if options.diff else fix_files
        report = make(
            tasks,
            finder,
            jobs=jobs,
            allow_unsafe=options.unsafe,
            on_progress=advance,
            with_texts=True,
        )
    report = checked_again(report, tasks, jobs=jobs)
    if options.diff:
        _print_diff(report)
    _print_report(report, options)
    if report.changes and not options.diff and not options.quiet:
        for path in sorted({task.settings.baseline_file for task in tasks}):
            if os.path.lexists(path):
                name = os.path.relpath(path)
                say(f"next: `ssot baseline update` takes what is fixed out of {name}")
    is_clean = report.is_clean and not (options.diff and report.changes)
    return ExitCode.CLEAN if is_clean or options.exit_zero else ExitCode.VIOLATIONS


def _print_diff(report: FixReport) -> None:
    changes = sorted(report.changes, key=lambda change: change.place.path)
    here = os.getcwd()
    base = os.path.commonpath([here, *(change.place.path for change in changes)])
    if base != here:  # no patch may name what is above
        say(f"note: the paths of the patch start in {base}; apply it there")
    sys.stdout.flush()
    for chunk in render_diff(
        Change(os.path.relpath(c.place.path, base), c.before, c.after) for c in changes
    ):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _print_report(report: FixReport, options: argparse.Namespace) -> None:
    if options.format == "json":
        stream = sys.stderr if options.diff else sys.stdout
        for line in render_fix_json(report):
            print(line, file=stream)
        return
    stream = sys.stderr if options.diff else sys.stdout
    if options.quiet:
        return
    for line in render_fix_text(
        report,
        is_applied=not options.diff,
        is_verbose=options.verbose,
        is_colored=use_color(options, stream),
    ):
        print(line, file=stream)
