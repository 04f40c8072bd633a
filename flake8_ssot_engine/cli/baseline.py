"""`ssot baseline`: makes, shrinks, extends and merges the file of what is tolerated."""

from __future__ import annotations

import argparse
import datetime
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_ssot_engine.cli.files import tasks_of
from flake8_ssot_engine.cli.output import progress, say
from flake8_ssot_engine.cli.selection import (
    add_syntax,
    finder_of,
    jobs_of,
    parses_all,
    positive,
    settings_here,
)
from flake8_ssot_engine.config.document import read_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.baseline import (
    Baseline,
    Entry,
    parse_baseline,
    render_baseline,
)
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.matching import BROKEN, Trait, trait_of
from flake8_ssot_engine.engine.merging import merge_baselines, parse_conflict
from flake8_ssot_engine.engine.ratchet import enforced_because
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.engine.verdict import Verdict, is_below, judge_results
from flake8_ssot_engine.errors import ConfigError, ExitCode, UsageError
from flake8_ssot_engine.project.git import GitError
from flake8_ssot_engine.project.history import History
from flake8_ssot_engine.project.writing import FileChanged, write_file
from flake8_ssot_engine.reports.outcome import plural
from flake8_ssot_engine.violations import Severity


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("baseline", help="keep the file of tolerated violations")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    create = actions.add_parser("create", help="tolerate every violation that there is")
    add_syntax(create)
    _add_common(create, _create)
    update = actions.add_parser("update", help="take out what is fixed, follow renamed files")
    update.add_argument("paths", nargs="*", metavar="PATH", help="default: the project")
    _add_common(update, _update)
    add = actions.add_parser("add", help="tolerate the new violations of some files")
    add.add_argument("paths", nargs="+", metavar="PATH", help="files and folders")
    add.add_argument("--reason", required=True, help="why; kept in the file")
    add_syntax(add)
    _add_common(add, _add)
    merge = actions.add_parser(
        "merge",
        help="resolve a merge conflict in the file",
        description="Resolve a merge conflict in the baseline. With three files it is a merge"
        " driver for git: `git config merge.ssot-baseline.driver 'ssot baseline merge %O %A %B'`,"
        " and `ssot-baseline.txt merge=ssot-baseline` in .gitattributes.",
    )
    merge.add_argument("files", nargs="*", metavar="BASE OURS THEIRS", help="for git")
    _add_common(merge, _merge)


def _add_common(parser: argparse.ArgumentParser, action: Any) -> None:
    add = parser.add_argument
    add("--config", metavar="FILE", help="use this configuration for every file")
    add("--jobs", type=positive, metavar="N", help="processes; default: one for each core")
    add("--quiet", action="store_true", help="print nothing")
    parser.set_defaults(run=action, select="", ignore="", phase=None)


def _create(options: argparse.Namespace) -> int:
    settings = _settings(options)
    path, options.paths = settings.baseline_file, [settings.baseline_root]
    if os.path.lexists(path):
        told = "`ssot baseline update` shrinks it, `ssot baseline add` extends it"
        raise UsageError(f"{os.path.relpath(path)}: is there already; {told}")
    tasks, results = _look(options, settings, parses_all=parses_all(options))
    empty = Baseline(path, settings.baseline_root)
    found, enforced = _tolerable(tasks, results, empty)
    _write(path, None, Baseline.of_entries(path, empty.root, found, {}))
    _say(options, f"{os.path.relpath(path)}: tolerates {_counted(found.total())}")
    _tell_enforced(options, enforced)
    return ExitCode.CLEAN


def _update(options: argparse.Namespace) -> int:
    settings = _settings(options)
    path = settings.baseline_file
    if not os.path.lexists(path):
        name = os.path.relpath(path)
        raise UsageError(f"{name}: there is no baseline; `ssot baseline create` makes it")
    before = read_file(path)
    options.paths = options.paths or [settings.root]
    # A commit hook is told of no file that is deleted.
    tasks, results = _look(options, settings, parses_all=False)
    verdict = _judge(options, settings, tasks, results, is_gone_unused=True)
    ((old, new),) = verdict.baselines
    is_changed = _write(path, before, new)
    gone = _total(old) - _total(new)
    told = [f"{gone} taken out"] * bool(gone)
    told += [f"{plural(len(old.renamed), 'renamed file')} followed"] * bool(old.renamed)
    told = told or ["rewritten"] * is_changed or ["nothing to take out"]
    tolerated = _counted(_total(new))
    _say(options, f"{os.path.relpath(path)}: {', '.join(told)}; tolerates {tolerated}")
    errors = (f for r in verdict.results for f in r.findings if f.severity is Severity.ERROR)
    if count := sum(1 for _ in errors):
        _say(options, f"{_counted(count)} not tolerated; `ssot check` shows them")
    return ExitCode.CLEAN


def _add(options: argparse.Namespace) -> int:
    reason = " ".join(options.reason.split())
    if not reason:
        raise UsageError("--reason: say why, in a few words")
    settings = _settings(options)
    path = settings.baseline_file
    before = read_file(path) if os.path.lexists(path) else None
    tasks, results = _look(options, settings, parses_all=parses_all(options))
    _check_own(options, settings, tasks)
    verdict = _judge(options, settings, tasks, results)
    ((old, new),) = verdict.baselines
    found, enforced = _tolerable(tasks, verdict.results, old)
    counts = Counter(dict(new.entries())) + found
    reasons = {**new.reasons, **dict.fromkeys(found, reason)}
    if found:
        _write(path, before, Baseline.of_entries(path, new.root, counts, reasons))
    _say(options, f"{os.path.relpath(path)}: {_counted(found.total())} added")
    _tell_enforced(options, enforced)
    return ExitCode.VIOLATIONS if enforced else ExitCode.CLEAN


def _check_own(options: argparse.Namespace, settings: Settings, tasks: Sequence[Task]) -> None:
    """Raise UsageError for a path that holds no file of the configuration's."""
    for given in options.paths:
        path = os.path.abspath(given)
        if not any(is_below(task.path, path) for task in tasks):
            folder = path if os.path.isdir(path) else os.path.dirname(path)
            other = options.finder.settings_for(folder)
            told = "no Python file that is looked at"
            if other.baseline_file != settings.baseline_file:
                told = f"{other.path} holds there; run it in {other.root}"
            raise UsageError(f"{given}: {told}")


def _merge(options: argparse.Namespace) -> int:
    settings = _settings(options)
    path, root = settings.baseline_file, settings.baseline_root
    if options.files:
        if len(options.files) != 3:
            raise UsageError("merge: takes no file, or three: BASE OURS THEIRS (%O %A %B)")
        files = [os.path.abspath(name) for name in options.files]
        contents = [read_file(file) for file in files]
        base, ours, theirs = map(parse_baseline, contents, files, [root] * 3)
        # git gives an empty file for what both sides made anew.
        merged = merge_baselines(base if contents[0].strip() else None, ours, theirs)
        _write(ours.path, contents[1], merged)
        return ExitCode.CLEAN
    data, name = read_file(path), os.path.relpath(path)
    sides = _unmerged(path, root) or parse_conflict(data, path, root)
    if sides is None:
        _say(options, f"{name}: holds no conflict")
        return ExitCode.CLEAN
    merged = merge_baselines(*sides)
    _write(path, data, merged)
    _say(options, f"{name}: merged, tolerates {_counted(_total(merged))}; next: `git add {name}`")
    return ExitCode.CLEAN


def _unmerged(path: str, root: str) -> tuple[Baseline | None, Baseline, Baseline] | None:
    """Return what git keeps of a file in conflict, None where it is in none."""
    try:
        stages = History(os.path.dirname(path)).unmerged(path)
    except GitError:
        return None
    if not stages:
        return None
    ours, theirs = (parse_baseline(stages.get(n, b""), path, root) for n in (2, 3))
    try:
        base = parse_baseline(stages[1], path, root) if 1 in stages else None
    except ConfigError:  # of two that themselves conflict, in a criss-cross merge
        base = None
    return base, ours, theirs


def _settings(options: argparse.Namespace) -> Settings:
    options.finder = finder_of(options)
    return settings_here(options, options.finder)


def _look(
    options: argparse.Namespace, settings: Settings, *, parses_all: bool
) -> tuple[list[Task], list[FileResult]]:
    """Check the files of a project, but for those of other projects within it."""
    every = tasks_of(options, options.finder)
    tasks = [task for task in every if task.settings.baseline_file == settings.baseline_file]
    with progress("checking", len(tasks), is_quiet=options.quiet) as advance:
        results = check_each(
            tasks,
            jobs=jobs_of(options),
            parses_all=parses_all,
            on_progress=advance,
            with_texts=True,
        )
    return tasks, results


def _judge(
    options: argparse.Namespace,
    settings: Settings,
    tasks: list[Task],
    results: list[FileResult],
    *,
    is_gone_unused: bool = False,
) -> Verdict:
    return judge_results(
        tasks,
        results,
        covered=list(map(os.path.abspath, options.paths)),
        settings=[settings],
        is_gone_unused=is_gone_unused,
    )


def _tolerable(
    tasks: list[Task], results: list[FileResult], baseline: Baseline
) -> tuple[Counter[Entry], int]:
    """Return what a baseline does not tolerate yet, and how much of that none can tolerate."""
    by_name = {task.shown_as: task for task in tasks}
    found: Counter[Entry] = Counter()
    enforced = 0
    today = datetime.date.today()
    for result in results:
        task = by_name[result.path]
        migrations = {migration.id: migration for migration in task.settings.migrations}
        for trait, name in _untolerated(result):
            migration = migrations.get(name)
            if migration is not None and enforced_because(task.path, migration, today):
                enforced += 1
            else:
                found[Entry(baseline.name_of(task.path), trait)] += 1
    return found, enforced


def _untolerated(result: FileResult) -> Iterator[tuple[Trait, str]]:
    if result.error and result.error.code == BROKEN.code and not result.error.is_baselined:
        yield BROKEN, ""
    for finding in result.findings:
        if finding.severity is Severity.ERROR:
            yield trait_of(finding), finding.violation.migration


def _write(path: str, before: bytes | None, baseline: Baseline) -> bool:
    """Write a baseline, and say whether it changed. Raises UsageError."""
    after = render_baseline(baseline, like=before or b"")
    if after == before:
        return False
    try:
        write_file(path, before=before, after=after)
    except (OSError, FileChanged) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{os.path.relpath(path)}: cannot be written: {why}") from None
    return True


def _total(baseline: Baseline) -> int:
    return sum(count for _, count in baseline.entries())


def _counted(count: int) -> str:
    return plural(count, "violation")


def _tell_enforced(options: argparse.Namespace, count: int) -> None:
    if count:
        _say(options, f"errors all the same: {_counted(count)} that a phase or deadline forbids")


def _say(options: argparse.Namespace, text: str) -> None:
    if not options.quiet:
        say(text)
