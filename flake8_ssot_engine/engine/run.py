"""A run over many files, on several cores, with one Report at its end."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress, islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import NO_REFERENCES, FileError, FileResult, Finding
from flake8_ssot_engine.engine.notes import Note
from flake8_ssot_engine.engine.tasks import (
    MANY_FILES,
    KnownTasks,
    Task,
    by_settings,
    paths_of,
    tasks_among,
)
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.violations import Severity

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.check import Checker
    from flake8_ssot_engine.engine.memory import Memory
    from flake8_ssot_engine.engine.shared import Shared
    from flake8_ssot_engine.project.prefilter import Needles
    from flake8_ssot_engine.project.scan import Scan, Searched
    from flake8_ssot_engine.project.texts import OldName

_CHUNK = 16
"""Files a worker takes at a time: enough to hide the hand-over, few enough to share evenly."""
FEW_FILES = 20
"""Files from which on it pays to search the whole project for the names of moved symbols."""


class Report(NamedTuple):
    """What a run found, in the order of the files."""

    findings: tuple[Finding, ...] = ()
    errors: tuple[FileError, ...] = ()
    references: Counter[str] = NO_REFERENCES
    files: int = 0

    @property
    def statistics(self) -> dict[str, int]:
        """How many violations there are of each code."""
        return dict(sorted(Counter(f.violation.code for f in self.findings).items()))

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found, and every file could be checked, but for what is tolerated."""
        return all(error.is_baselined for error in self.errors) and not any(
            finding.severity is Severity.ERROR for finding in self.findings
        )


class _Chunk(NamedTuple):
    """Some files of one configuration, each with its path and its name in reports.

    `are_all` says that no others follow.
    """

    shared: Shared
    files: tuple[tuple[str, str], ...]
    parses_all: bool
    are_all: bool


def check_files(
    tasks: Sequence[Task],
    *,
    jobs: int,
    parses_all: bool = True,
    on_progress: Callable[[int], None] | None = None,
) -> Report:
    """Check every file; `on_progress` hears of each batch of files that is done."""
    results = check_each(tasks, jobs=jobs, parses_all=parses_all, on_progress=on_progress)
    return report_of(results, files=len(tasks))


def check_each(
    tasks: Sequence[Task],
    *,
    jobs: int,
    parses_all: bool = True,
    on_progress: Callable[[int], None] | None = None,
    memory: Memory | None = None,
    with_texts: bool = False,
    shows_fixes: bool = False,
    workers: Workers | None = None,
) -> list[FileResult]:
    """Return what came of each file, in order, but for those of which there is nothing to tell.

    `memory` is what is known of the files under its settings, and is to be kept of them. Only
    `with_texts` is looked at files that are no Python, and at comments and strings. If it
    `shows_fixes`, which is for a few files, findings carry their edits as `with_planned_fixes` has
    them. `workers` that have begun take the place of `jobs`, and end with this.
    """
    told = on_progress or (lambda count: None)
    results: dict[str, FileResult] = {}
    with workers or Workers(jobs) as workers:
        groups = by_settings(tasks)
        for settings, group in groups:
            known = memory if memory and memory.settings == settings else None
            run = _GroupRun(
                settings,
                group,
                workers,
                parses_all,
                told,
                with_texts,
                shows_fixes,
                is_last=settings is groups[-1][0],
            )
            found: Collection[FileResult]
            if len(group) < MANY_FILES:
                known = None
            if len(group) < FEW_FILES:
                found = run.check(None, group)
            elif known is None:
                found = run.search_and_check()
            else:
                found = run.recall_and_check(known)
            if len(groups) == 1:
                return list(found)
            results.update((result.path, result) for result in found)
    return [results[task.shown_as] for task in tasks if task.shown_as in results]


def recall_each(
    tasks: Sequence[Task], memory: Memory, *, jobs: int, with_texts: bool = False
) -> Collection[FileResult] | None:
    """Return what came of the files under the settings of a memory, as far as it is remembered.

    In no order, without those of which there is nothing to tell; None where it holds nothing.
    """
    if len(tasks) < MANY_FILES:
        return None
    with Workers(jobs) as workers:
        run = _GroupRun(
            memory.settings,
            tasks,
            workers,
            parses_all=False,
            told=lambda count: None,
            with_texts=with_texts,
        )
        return run.recall(memory)


class _GroupRun:
    """The run over the files of one configuration; after the last one nobody needs the workers."""

    def __init__(
        self,
        settings: Settings,
        group: Sequence[Task],
        workers: Workers,
        parses_all: bool,
        told: Callable[[int], None],
        with_texts: bool,
        shows_fixes: bool = False,
        *,
        is_last: bool = True,
    ) -> None:
        self._settings = settings
        self._group = group
        self._workers = workers
        self._parses_all = parses_all
        self._told = told
        self._with_texts = with_texts
        self._shows_fixes = shows_fixes
        self._is_last = is_last
        self._olds: tuple[OldName, ...] = ()
        self._consulted: dict[str, bool] = {}

    def recall_and_check(self, memory: Memory) -> Collection[FileResult]:
        """Return the results by what is remembered, and remember them."""
        found = self.recall(memory)
        return self._check_and_keep(memory) if found is None else found

    def recall(self, memory: Memory) -> Collection[FileResult] | None:
        """Return the results by what is remembered, if anything is, and remember them."""
        standing = memory.standing(lambda: self._files)
        if standing is not None:
            self._told(len(self._group))
            return standing.values()
        from flake8_ssot_engine.engine.renewal import Renewal
        from flake8_ssot_engine.engine.screening import wants

        renewal = Renewal(memory, lambda: self._files)
        recalled = renewal.recall(wants(self._settings))
        if recalled is None:
            return None
        if recalled.to_check:
            self._look_for_names(lambda: memory.modules, memory)
        again = [Task(path, name, self._settings) for path, name in recalled.to_check.items()]
        self._told(len(self._group) - len(again))
        checked = self.check(recalled.needles, again)
        in_order = renewal.joined(recalled, checked)
        renewal.keep_recalled(recalled, in_order, self._consulted)
        return in_order

    @cached_property
    def _files(self) -> Mapping[str, str]:
        if isinstance(self._group, KnownTasks):
            return self._group.files
        return {task.path: task.shown_as for task in self._group}

    def _check_and_keep(self, memory: Memory) -> list[FileResult]:
        from flake8_ssot_engine.engine.renewal import Renewal

        found = self._scan(self._searched(memory.modules, memory), keeps_states=True)
        results = self._check_found(found)
        Renewal(memory, lambda: self._files).keep(found, results, self._consulted)
        return results

    def search_and_check(self) -> list[FileResult]:
        """Search the project for its needles, then check the files that spell one."""
        from flake8_ssot_engine.project.scan import modules_of

        return self._check_found(
            self._scan(self._searched(modules_of(self._settings.source_roots)))
        )

    def _searched(self, modules: Iterable[str], memory: Memory | None = None) -> Searched:
        from flake8_ssot_engine.project.scan import searched

        files = searched(modules, paths_of(self._group))
        self._look_for_names(lambda: compress(files.paths, files.are_modules), memory)
        return files

    def _look_for_names(self, modules: Callable[[], Iterable[str]], memory: Memory | None) -> None:
        """Note what old names are to be looked for in texts, given all modules."""
        if self._with_texts:
            from flake8_ssot_engine.project.texts import OldName, old_names

            def find() -> Note:
                return Note(list(map(list, old_names(self._settings, modules()))), [])

            plain = memory.remembered("old names", find) if memory else find().found
            self._olds = tuple(OldName(QualifiedName(name), *rest) for name, *rest in plain)

    def _scan(self, files: Searched, *, keeps_states: bool = False) -> Scan:
        from flake8_ssot_engine.engine.screening import wants
        from flake8_ssot_engine.project.needles import scan

        is_wanted = wants(self._settings)
        return scan(self._settings, files, self._workers, is_wanted, keeps_states=keeps_states)

    def _check_found(self, found: Scan) -> list[FileResult]:
        group = self._group
        if not self._parses_all:
            self._told(len(group) - len(found.candidates))
            group = tasks_among(group, found.candidates)
        return self.check(found.needles, group)

    def check(self, needles: Needles | None, group: Sequence[Task]) -> list[FileResult]:
        """Check some of the files."""
        if not group:
            return []
        from flake8_ssot_engine.engine.shared import Shared

        shared = Shared(
            self._settings,
            needles,
            os.urandom(8).hex(),
            reads_texts=self._with_texts,
            olds=self._olds,
            shows_fixes=self._shows_fixes,
        )
        starts = range(0, len(group), _CHUNK)
        files = ((task.path, task.shown_as) for task in group)
        parses_all, are_all = self._parses_all, len(starts) == 1
        chunks = (_Chunk(shared, tuple(islice(files, _CHUNK)), parses_all, are_all) for _ in starts)
        batches: list[Callable[[], _Batch]] = []
        for at, batch in zip(starts, self._workers.map_kept(_check_chunk, chunks), strict=True):
            batches.append(batch)
            self._told(min(_CHUNK, len(group) - at))
        if self._is_last:
            self._workers.end()  # before their results are unpacked: one thing at a time
        results: list[FileResult] = []
        for unpack in batches:
            told, consulted = unpack()
            results += told
            for path, is_sound in consulted.items():
                self._consulted[path] = is_sound and self._consulted.get(path, True)
        return results


def report_of(results: Sequence[FileResult], *, files: int) -> Report:
    """Add up the results of single files; those that are empty may be left out."""
    references: Counter[str] = Counter()
    for result in results:
        references.update(result.references)
    return Report(
        findings=tuple(finding for result in results for finding in result.findings),
        errors=tuple(result.error for result in results if result.error is not None),
        references=references,
        files=files,
    )


def prepare() -> None:
    """Import what the check of most projects needs."""
    import flake8_ssot_engine.engine.analysis
    import flake8_ssot_engine.engine.shared
    import flake8_ssot_engine.project.needles
    import flake8_ssot_engine.semantics.exports  # noqa: F401 - so that they are there in time


def foresee_changes(memory: Memory) -> None:
    """Import what it takes to check what changed, while another process looks what else has."""
    ahead = memory.ahead
    if ahead is not None and ahead.has_news:
        for _ in _imported_for_changes():
            if not ahead.is_at_work:
                break


def _imported_for_changes() -> Iterator[None]:
    """Import one after the other what the check of changed files is likely to need, by need."""
    import flake8_ssot_engine.engine.renewal

    yield
    import flake8_ssot_engine.engine.screening

    yield
    import flake8_ssot_engine.project.needles

    yield
    import flake8_ssot_engine.project.texts

    yield
    import flake8_ssot_engine.engine.shared
    import flake8_ssot_engine.engine.text_check

    yield
    import flake8_ssot_engine.semantics.exports

    yield
    import flake8_ssot_engine.engine.texts.reader  # noqa: F401


class _Batch(NamedTuple):
    """The results of some files that have anything to tell, and the modules first read for them.

    Those with whether they could be read.
    """

    results: list[FileResult]
    consulted: Mapping[str, bool]


def _check_chunk(chunk: _Chunk) -> _Batch:
    from flake8_ssot_engine.engine.shared import checker_of
    from flake8_ssot_engine.project.garbage import no_collection

    checker = checker_of(chunk.shared)
    before = checker.consulted
    told: list[FileResult] = []
    for path, name in chunk.files:
        with no_collection(collects=not chunk.are_all):
            result = _check_file(checker, path, name, chunk.parses_all)
        if result.findings or result.error or result.references:
            told.append(result)
    now = checker.consulted
    return _Batch(told, {path: now[path] for path in now if now[path] != before.get(path)})


def _check_file(checker: Checker, path: str, shown_as: str, parses_all: bool) -> FileResult:
    if checker.reads_texts and is_text(path):
        from flake8_ssot_engine.engine.text_files import check_text, read_text

        data = read_text(path, shown_as)
        if isinstance(data, FileError):
            return FileResult(shown_as, error=data)
        return check_text(checker.texts, path, data, shown_as=shown_as)
    data = read_source(path, shown_as)
    if isinstance(data, FileError):
        return FileResult(shown_as, error=data)
    # Only candidates are handed on by a search, unless all are to be parsed.
    is_candidate = True if checker.needles is not None and not parses_all else None
    return checker.check_bytes(
        path, data, shown_as=shown_as, parses_all=parses_all, is_candidate=is_candidate
    )


def check_content(task: Task, data: bytes, *, parses_all: bool) -> FileResult:
    """Check a file as if it held `data`."""
    from flake8_ssot_engine.engine.check import Checker
    from flake8_ssot_engine.engine.shared import texts_of

    checker = Checker(task.settings, texts=texts_of(task.settings))
    if checker.reads_texts and is_text(task.path):
        from flake8_ssot_engine.engine.text_files import check_text

        return check_text(checker.texts, task.path, data, shown_as=task.shown_as)
    return checker.check_bytes(task.path, data, shown_as=task.shown_as, parses_all=parses_all)


def read_source(
    path: str, shown_as: str, contents: Mapping[str, bytes] = MappingProxyType({})
) -> bytes | FileError:
    """Read the source file at an absolute path, or tell why it cannot be one.

    `contents` are those of files that hold something else than is on the disk.
    """
    if path in contents:
        return contents[path]
    if path.endswith(".ipynb"):  # its JSON may well be a Python expression
        message = "is a notebook, which is not read; check the code that it was exported to"
        return FileError(shown_as, message)
    try:
        if os.path.isdir(path):  # discovery hands on a folder that it could not look into
            os.scandir(path).close()
        # A FIFO or a device would be read for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):
            return FileError(shown_as, "is not a regular file")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        return FileError(shown_as, f"cannot be read: {error.strerror or error}")
