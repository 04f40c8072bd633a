"""`ssot check`: reports violations."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from flake8_ssot_engine.cli.output import progress, say, use_color
from flake8_ssot_engine.cli.selection import add_selection, finder_of, jobs_of, tasks_of
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.fix import with_single_fixes
from flake8_ssot_engine.engine.run import Report, Task, check_files, report_of
from flake8_ssot_engine.errors import ExitCode, UsageError
from flake8_ssot_engine.project.review import review
from flake8_ssot_engine.reports.registry import FORMATS
from flake8_ssot_engine.reports.text import COLOR, error_place, render_text, summary


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("check", help="report violations")
    add_selection(parser, "report")
    add = parser.add_argument
    add("--format", choices=tuple(FORMATS), default="text", help="default: text")
    add("--statistics", action="store_true", help="print counts by code to standard error")
    add("--stdin-filename", metavar="PATH", help="check standard input as if it were this file")
    add("--output", metavar="FILE", help="write the report to a file")
    add(
        "--syntax",
        choices=("all", "candidates"),
        default="all",
        help="which files are tried for whether they parse: all (default), or only those that"
        " name a moved symbol, which takes about half the time on a large tree",
    )
    add("--verbose", action="store_true", help="say which configuration holds")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, print the report, and return the exit code."""
    finder = finder_of(options)
    tasks = tasks_of(options, finder)
    if options.stdin_filename:
        report = _check_stdin(options, tasks)
    else:
        jobs = jobs_of(options)
        with progress("checking", len(tasks), is_quiet=options.quiet) as advance:
            report = check_files(
                tasks, jobs=jobs, parses_all=options.syntax == "all", on_progress=advance
            )
            if options.format == "json":
                report = with_single_fixes(report, tasks, finder, jobs=jobs)
    if not tasks:
        say("warning: no Python file to look at; all are ignored, excluded or elsewhere")
    if not options.quiet:
        is_whole = not (options.paths or options.phase or options.stdin_filename)
        _tell_settings(tasks, is_verbose=options.verbose, is_whole=is_whole)
    _write(report, options)
    if options.format == "concise":
        for error in report.errors:
            say(f"{error_place(error)}: {error.message}")
        if not options.quiet:
            say(summary(report))
    if options.statistics:
        for code, count in report.statistics.items():
            say(f"{count:7} {code}")
    return ExitCode.CLEAN if report.is_clean or options.exit_zero else ExitCode.VIOLATIONS


def _check_stdin(options: argparse.Namespace, tasks: list[Task]) -> Report:
    if sys.stdin is None:  # closed by the caller, `<&-`
        raise UsageError("--stdin-filename: standard input is closed")
    data = sys.stdin.buffer.read()
    results = [
        Checker(task.settings).check_bytes(task.path, data, shown_as=task.shown_as)
        for task in tasks
    ]
    return report_of(results, files=len(tasks))


def _write(report: Report, options: argparse.Namespace) -> None:
    stream: Any = None if options.output else sys.stdout
    is_colored = options.format == "text" and use_color(options, stream)
    lines = render_text(report, COLOR) if is_colored else FORMATS[options.format](report)
    if options.output is None:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        for line in lines:
            print(line)
        return
    try:
        with open(options.output, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise UsageError(f"--output {options.output}: {error.strerror or error}") from None


def _tell_settings(tasks: list[Task], *, is_verbose: bool, is_whole: bool) -> None:
    told: set[int] = set()
    for task in tasks:
        if id(task.settings) in told:
            continue
        told.add(id(task.settings))
        if is_verbose:
            name = task.settings.path or "the built-in preset `execution-engine`"
            say(f"configuration: {name}, project root {task.settings.root}")
        doubts = list(task.settings.warnings)
        if is_whole and task.settings.path:
            doubts += review(task.settings, [task.path for task in tasks])
        for warning in doubts:
            say(f"warning: {warning}")
