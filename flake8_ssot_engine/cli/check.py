"""`ssot check`: reports violations."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.ini import split_codes
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.config.spec import CODES
from flake8_ssot_engine.engine.check import Checker, phase_of
from flake8_ssot_engine.engine.run import Report, Task, check_files, report_of
from flake8_ssot_engine.errors import ExitCode, UsageError
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.discovery import find_files, is_excluded
from flake8_ssot_engine.project.parallel import available_cores
from flake8_ssot_engine.project.review import review
from flake8_ssot_engine.reports.registry import FORMATS
from flake8_ssot_engine.reports.text import COLOR, error_place, render_text, summary

_PROGRESS_FROM = 500
"""Files from which on a terminal shows a progress bar."""


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("check", help="report violations")
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files and folders; default: the project")
    add("--config", metavar="FILE", help="use this configuration for every file")
    add("--format", choices=tuple(FORMATS), default="text", help="default: text")
    add("--select", metavar="CODES", default="", help="report these codes only")
    add("--ignore", metavar="CODES", default="", help="do not report these codes")
    add("--phase", metavar="NAME", help="look only at the files of one phase")
    add("--statistics", action="store_true", help="print counts by code to standard error")
    add("--exit-zero", action="store_true", help="exit 0 even if there are violations")
    add("--stdin-filename", metavar="PATH", help="check standard input as if it were this file")
    add("--output", metavar="FILE", help="write the report to a file")
    add("--jobs", type=_positive, metavar="N", help="processes; default: one for each core")
    add(
        "--syntax",
        choices=("all", "candidates"),
        default="all",
        help="which files are tried for whether they parse: all (default), or only those that"
        " name a moved symbol, which takes about half the time on a large tree",
    )
    add("--color", choices=("auto", "always", "never"), default="auto")
    add("--quiet", action="store_true", help="print the report and nothing else")
    add("--verbose", action="store_true", help="say which configuration holds")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, print the report, and return the exit code."""
    fixed = load_file(options.config) if options.config else None
    finder = ConfigFinder(fixed=fixed, complete=with_bridges)
    tasks = _tasks(options, finder)
    if options.stdin_filename:
        report = _check_stdin(options, tasks)
    else:
        jobs = options.jobs or available_cores()
        with _progress(len(tasks), is_quiet=options.quiet) as advance:
            report = check_files(
                tasks, jobs=jobs, parses_all=options.syntax == "all", on_progress=advance
            )
    if not tasks:
        _say("warning: no Python file to look at; all are ignored, excluded or elsewhere")
    if not options.quiet:
        is_whole = not (options.paths or options.phase or options.stdin_filename)
        _tell_settings(tasks, is_verbose=options.verbose, is_whole=is_whole)
    _write(report, options)
    if options.format == "concise":
        for error in report.errors:
            _say(f"{error_place(error)}: {error.message}")
        if not options.quiet:
            _say(summary(report))
    if options.statistics:
        for code, count in report.statistics.items():
            _say(f"{count:7} {code}")
    return ExitCode.CLEAN if report.is_clean or options.exit_zero else ExitCode.VIOLATIONS


def _tasks(options: argparse.Namespace, finder: ConfigFinder) -> list[Task]:
    here = os.getcwd()
    if options.stdin_filename:
        path = os.path.abspath(options.stdin_filename)
        settings = finder.settings_for(os.path.dirname(path))
        named = {path: options.stdin_filename}
        files: Any = [] if is_excluded(path, settings) else [(path, settings)]
    else:
        default = options.paths or [finder.settings_for(here).root]
        named = {os.path.abspath(path): path for path in default}
        if not options.paths:
            named = {root: os.path.relpath(root, here) for root in named}
        files = find_files(named, finder)
    overridden: dict[int, Settings] = {}
    select, ignore = _codes("--select", options.select), _codes("--ignore", options.ignore)
    tasks = []
    files = list(files)
    if options.phase is not None:
        every = [settings for _, settings in files] or [finder.settings_for(here)]
        _check_phase_name(options.phase, every)
    for path, settings in files:
        if id(settings) not in overridden:
            overridden[id(settings)] = settings.overridden(select=select, ignore=ignore)
        if options.phase is None or _is_in_phase(path, settings, options.phase):
            tasks.append(Task(path, _shown_as(path, named), overridden[id(settings)]))
    return tasks


def _shown_as(path: str, named: dict[str, str]) -> str:
    """Return a path as Flake8 would print it: below the argument that it was found under."""
    if path in named:
        return os.path.normpath(named[path])
    folder = path
    while folder not in named:
        folder = os.path.dirname(folder)
    return os.path.normpath(os.path.join(named[folder], os.path.relpath(path, folder)))


def _is_in_phase(path: str, settings: Settings, name: str) -> bool:
    phases = (phase_of(path, migration) for migration in settings.migrations)
    return any(phase is not None and phase.name == name for phase in phases)


def _check_phase_name(name: str, every: list[Settings]) -> None:
    known = [p.name for settings in every for m in settings.migrations for p in m.phases]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        hint = f"; did you mean `{near[0]}`?" if near else ": the configuration declares no phase"
        raise UsageError(f"no phase is called `{name}`{hint}")


def _codes(option: str, text: str) -> tuple[str, ...]:
    codes = split_codes(text)
    if complaint := CODES.complaint(list(codes)):
        raise UsageError(f"{option}: {complaint}")
    return codes


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
    use_color = options.color == "always" or (
        options.color == "auto"
        and not options.output
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
    )
    is_colored = use_color and options.format == "text"
    lines = render_text(report, COLOR) if is_colored else FORMATS[options.format](report)
    if options.output is None:
        stream: Any = sys.stdout
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
            _say(f"configuration: {name}, project root {task.settings.root}")
        doubts = list(task.settings.warnings)
        if is_whole and task.settings.path:
            doubts += review(task.settings, [task.path for task in tasks])
        for warning in doubts:
            _say(f"warning: {warning}")


@contextmanager
def _progress(total: int, *, is_quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Show a bar on a terminal for long work (rich: maintained, and degrades by itself)."""
    if is_quiet or total < _PROGRESS_FROM or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("checking", total=total)
        yield lambda count: progress.advance(task, count)


def _say(text: str) -> None:
    print(f"ssot: {text}", file=sys.stderr)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
