"""A run of `ssot check`, from the files that its options name to the report."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from flake8_ssot_engine.cli.files import tasks_of
from flake8_ssot_engine.cli.output import progress, say, use_color
from flake8_ssot_engine.cli.selection import jobs_of, parses_all, settings_here
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileResult, Finding
from flake8_ssot_engine.engine.notes import Note
from flake8_ssot_engine.engine.result_codec import finding_from_plain, finding_to_plain
from flake8_ssot_engine.engine.run import (
    FEW_FILES,
    Report,
    check_each,
    foresee_changes,
    prepare,
    report_of,
)
from flake8_ssot_engine.engine.tasks import Task, paths_of, settings_of
from flake8_ssot_engine.errors import ExitCode, UsageError
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.reports.outcome import new_errors, plural, summary
from flake8_ssot_engine.reports.registry import FORMATS, Format, files_to_fix
from flake8_ssot_engine.violations import Severity

if TYPE_CHECKING:
    import argparse

    from flake8_ssot_engine.engine.memory import Memory
    from flake8_ssot_engine.engine.novelty import Newness

_OF_ANOTHER_PROJECT = (
    "no file declares a migration, and the built-in one is for another project: nothing will be"
    " reported; `ssot init` makes one"
)


def run_check(options: argparse.Namespace, finder: ConfigFinder, memory: Memory | None) -> int:
    """Check, print the report, and return the exit code."""
    with Workers(jobs_of(options)) as workers:
        return _run_check(options, finder, memory, workers)


def _run_check(
    options: argparse.Namespace, finder: ConfigFinder, memory: Memory | None, workers: Workers
) -> int:
    looks_at_all = (memory is None or memory.is_empty) and not (options.new_since or options.phase)
    begin = partial(workers.begin, prepare) if looks_at_all else lambda: None
    if memory is not None:
        foresee_changes(memory)
    tasks = tasks_of(options, finder, memory, on_many=begin)
    newness = _newness(options, finder)
    if newness is not None:
        _tell_foreign(newness.foreign(tasks), tasks)
        tasks = newness.changed(tasks)
    contents = _read_stdin(tasks) if options.stdin_filename else {}
    form = FORMATS[options.format]
    shows_fixes = not form.proves_fixes and len(tasks) < FEW_FILES
    with progress("checking", len(tasks), is_quiet=options.quiet) as advance:
        if options.stdin_filename:
            from flake8_ssot_engine.engine.run import check_content

            results = [
                check_content(task, contents[task.path], parses_all=parses_all(options))
                for task in tasks
            ]
        else:
            results = check_each(
                tasks,
                jobs=workers.jobs,
                parses_all=parses_all(options),
                on_progress=advance,
                memory=memory,
                with_texts=True,
                shows_fixes=shows_fixes,
                workers=workers,
            )
        settings = settings_here(options, finder)
        report = _judge(options, settings, tasks, results, contents, newness, memory)
        fixable = files_to_fix(report, form)
        if fixable and not (options.stdin_filename or shows_fixes):
            report = _with_fixes(report, form, tasks, finder, fixable, workers.jobs)
    if not tasks and newness is None:
        say("warning: no Python file to look at; all are ignored, excluded or elsewhere")
    if not options.quiet:
        _tell_settings(tasks, options, memory)
    if memory is not None:
        memory.write()
    options.kept += [memory, tasks, report]
    _write(report, options)
    if options.format == "concise":
        from flake8_ssot_engine.reports.text import error_place

        for error in new_errors(report):
            say(f"{error_place(error)}: {error.message}")
        if not options.quiet:
            say(summary(report))
    if options.statistics:
        for code, count in report.statistics.items():
            say(f"{count:7} {code}")
    return ExitCode.CLEAN if report.is_clean or options.exit_zero else ExitCode.VIOLATIONS


def _with_fixes(
    report: Report,
    form: Format,
    tasks: Sequence[Task],
    finder: ConfigFinder,
    fixable: set[str],
    jobs: int,
) -> Report:
    """Return a report that carries the edits of some files, as its format wants them."""
    if form.proves_fixes:
        from flake8_ssot_engine.engine.fix import with_single_fixes  # seldom needed

        return with_single_fixes(report, tasks, finder, jobs=jobs, fixable=fixable, with_texts=True)
    from flake8_ssot_engine.engine.fixability import key_of

    few = [task for task in tasks if task.shown_as in fixable]
    again = check_each(few, jobs=jobs, with_texts=True, shows_fixes=True)
    shown = {(f.path, key_of(f)): f.violation for result in again for f in result.findings}
    return report._replace(
        findings=tuple(
            f._replace(violation=shown.get((f.path, key_of(f)), f.violation))
            for f in report.findings
        )
    )


def _read_stdin(tasks: Sequence[Task]) -> dict[str, bytes]:
    if sys.stdin is None:  # closed by the caller, `<&-`
        raise UsageError("--stdin-filename: standard input is closed")
    data = sys.stdin.buffer.read()
    return {task.path: data for task in tasks}


def _newness(options: argparse.Namespace, finder: ConfigFinder) -> Newness | None:
    if not options.new_since:
        return None
    if options.stdin_filename:
        raise UsageError("--new-since: not with --stdin-filename")
    from flake8_ssot_engine.engine.novelty import Newness  # asks git
    from flake8_ssot_engine.project.git import GitError

    try:
        folder = finder.settings_for(os.getcwd()).root
        if options.paths:
            first = os.path.abspath(options.paths[0])
            folder = first if os.path.isdir(first) else os.path.dirname(first)
        return Newness.since(options.new_since, folder)
    except GitError as error:
        raise UsageError(f"--new-since: {error}") from None


def _tell_foreign(foreign: Sequence[Task], tasks: Sequence[Task]) -> None:
    """Tell of files that no commit of the repository can be compared with. Raises UsageError."""
    if foreign and len(foreign) == len(tasks):
        told = "is in another repository"
        raise UsageError(f"--new-since: {foreign[0].shown_as} {told}; run it in its own")
    if foreign:
        told = f"{plural(len(foreign), 'file')} of other repositories not looked at"
        say(f"warning: --new-since: {told} ({foreign[0].shown_as}, …)")


def _judge(
    options: argparse.Namespace,
    settings: Settings,
    tasks: Sequence[Task],
    results: list[FileResult],
    contents: dict[str, bytes],
    newness: Newness | None,
    memory: Memory | None,
) -> Report:
    """Return the report on what was found, with what is tolerated marked as such."""
    every = settings_of(tasks)
    unused: list[Finding] = []
    baselines = {settings.baseline_file, *(one.baseline_file for one in every)}
    if any(map(os.path.lexists, baselines)):  # else everything stands as it was found
        from flake8_ssot_engine.engine.verdict import judge_results

        is_partial = options.new_since or options.phase or options.stdin_filename
        looked_at = [] if is_partial else options.paths or [settings.root]
        verdict = judge_results(
            tasks,
            results,
            covered=list(map(os.path.abspath, looked_at)),
            severity=_stale_severity(options),
            contents=contents,
            settings=[settings] if _is_whole(options) else [],
        )
        results, unused = verdict.results, verdict.unused
    if newness is not None:
        return report_of(newness.only_new(tasks, results), files=len(tasks))
    report = report_of(results, files=len(tasks))
    if _is_whole(options) and any(map(_declares_owners, every)):
        # The bridge's own line outlives it by `ssot retire`: no reason for CI to fail by itself.
        severity = Severity.ERROR if options.stale == "error" else Severity.WARNING
        unused += [f._replace(severity=severity) for f in _unused_owners(tasks, memory)]
    return report._replace(findings=(*report.findings, *unused))


def _unused_owners(tasks: Sequence[Task], memory: Memory | None) -> list[Finding]:
    def find() -> Note:
        from flake8_ssot_engine.engine.owners import find_unused_owners

        found = find_unused_owners(tasks, Severity.WARNING)
        return Note([[finding.path, finding_to_plain(finding)] for finding in found], None)

    # An owner may be where nothing is looked at: there, it is asked for anew.
    every = (globs for s in settings_of(tasks) for m in s.migrations for globs in m.owners)
    paths = (
        os.path.join(globs.base, name.lstrip("/")) for globs in every for name in globs.patterns
    )
    there = "".join("01"[os.path.lexists(path)] for path in paths)
    plain = memory.remembered(f"owners {there}", find) if memory else find().found
    return [finding_from_plain(*one) for one in plain]


def _declares_owners(settings: Settings) -> bool:
    places = (place for migration in settings.migrations for place in migration.owner_places)
    return any(os.path.isfile(place.path) for place in places)


def _is_whole(options: argparse.Namespace) -> bool:
    """Whether everything in the project is looked at."""
    return not (options.paths or options.phase or options.stdin_filename or options.new_since)


def _stale_severity(options: argparse.Namespace) -> Severity:
    is_ci = os.environ.get("CI", "").lower() not in {"", "0", "false"}
    is_error = options.stale == "error" or (options.stale is None and is_ci)
    return Severity.ERROR if is_error else Severity.WARNING


def _write(report: Report, options: argparse.Namespace) -> None:
    stream: Any = None if options.output else sys.stdout
    if options.format == "text" and use_color(options, stream):
        from flake8_ssot_engine.reports.text import COLOR, render_text

        lines = render_text(report, COLOR)
    else:
        lines = FORMATS[options.format].render(report)
    if options.output is None:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        stream.writelines(f"{line}\n" for line in lines)
        return
    try:
        with open(options.output, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise UsageError(f"--output {options.output}: {error.strerror or error}") from None


def _tell_settings(
    tasks: Sequence[Task], options: argparse.Namespace, memory: Memory | None
) -> None:
    for settings in settings_of(tasks):
        if options.verbose:
            name = settings.path or "the built-in preset `execution-engine`"
            say(f"configuration: {name}, project root {settings.root}")
        doubts: list[object] = list(settings.warnings)
        if settings.baseline and not os.path.lexists(settings.baseline):
            name = os.path.relpath(settings.baseline)
            doubts.append(f"{name}: there is no such baseline; `ssot baseline create` makes it")
        if not settings.path or _is_whole(options):
            doubts += _doubts(settings, tasks, memory)
        for warning in doubts:
            say(f"warning: {warning}")


def _doubts(settings: Settings, tasks: Sequence[Task], memory: Memory | None) -> list[str]:
    """Return what is doubtful of the settings of some files."""

    def of_phases() -> Note:
        if not settings.path:
            return Note([], [])
        from flake8_ssot_engine.project.review import review_phases

        return Note(list(map(str, review_phases(settings, paths_of(tasks)))), [])

    def of_moves() -> Note:
        from flake8_ssot_engine.project.modules import Modules
        from flake8_ssot_engine.project.review import may_matter, review_moves

        if not settings.path:
            return Note([] if may_matter(settings) else [_OF_ANOTHER_PROJECT], None)
        modules = Modules(settings.source_roots)
        doubts = list(map(str, review_moves(settings, modules)))
        return Note(doubts, sorted(modules.consulted) or None)  # else what folders there are

    if memory is None or memory.settings != settings:
        return [*of_phases().found, *of_moves().found]
    return [*memory.remembered("phases", of_phases), *memory.remembered("moves", of_moves)]
