"""A run over many files, on several cores, with one Report at its end."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import NO_REFERENCES, FileError, FileResult, Finding
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.violations import Severity

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.check import Checker
    from flake8_ssot_engine.engine.shared import Shared

_CHUNK = 16
"""Files a worker takes at a time: enough to hide the hand-over, few enough to share evenly."""
FEW_FILES = 20
"""Files from which on it pays to search the whole project for the names of moved symbols."""


class Task(NamedTuple):
    """One file to check: where it is, what reports call it, and whose settings hold for it."""

    path: str
    shown_as: str
    settings: Settings


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
    """Some files of one configuration, each with its path and its name in reports."""

    shared: Shared
    files: tuple[tuple[str, str], ...]
    parses_all: bool


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
) -> list[FileResult]:
    """Return what came of each file, in order, but for those of which there is nothing to tell."""
    from flake8_ssot_engine.engine.shared import Shared

    told = on_progress or (lambda count: None)
    results: dict[str, FileResult] = {}
    with Workers(jobs) as workers:
        for settings, group in _by_settings(tasks):
            needles = None
            if len(group) >= FEW_FILES:
                from flake8_ssot_engine.engine.check import wants
                from flake8_ssot_engine.project.needles import scan

                found = scan(settings, [t.path for t in group], workers, wants(settings))
                needles = found.needles
                if not parses_all:
                    told(len(group) - len(found.candidates))
                    group = [task for task in group if task.path in found.candidates]
            shared = Shared(settings, needles, os.urandom(8).hex())
            chunks = [
                _Chunk(
                    shared,
                    tuple((t.path, t.shown_as) for t in group[at : at + _CHUNK]),
                    parses_all,
                )
                for at in range(0, len(group), _CHUNK)
            ]
            for chunk, batch in zip(chunks, workers.map(_check_chunk, chunks), strict=True):
                results.update((result.path, result) for result in batch)
                told(len(chunk.files))
    return [results[task.shown_as] for task in tasks if task.shown_as in results]


def _by_settings(tasks: Sequence[Task]) -> Iterator[tuple[Settings, list[Task]]]:
    groups: dict[int, list[Task]] = {}
    for task in tasks:
        groups.setdefault(id(task.settings), []).append(task)
    for group in groups.values():
        yield group[0].settings, group


def report_of(results: Sequence[FileResult], *, files: int) -> Report:
    """Add up the results of single files; those that are empty may be left out."""
    return Report(
        findings=tuple(finding for result in results for finding in result.findings),
        errors=tuple(result.error for result in results if result.error is not None),
        references=sum((result.references for result in results), Counter()),
        files=files,
    )


def _check_chunk(chunk: _Chunk) -> list[FileResult]:
    """Check a batch; files without anything to tell are left out of the answer."""
    from flake8_ssot_engine.engine.shared import checker_of, no_collection

    checker = checker_of(chunk.shared)
    with no_collection():
        every = (_check_file(checker, path, name, chunk.parses_all) for path, name in chunk.files)
        return [result for result in every if result.findings or result.error or result.references]


def _check_file(checker: Checker, path: str, shown_as: str, parses_all: bool) -> FileResult:
    data = read_source(path, shown_as)
    if isinstance(data, FileError):
        return FileResult(shown_as, error=data)
    return checker.check_bytes(path, data, shown_as=shown_as, parses_all=parses_all)


def read_source(path: str, shown_as: str) -> bytes | FileError:
    """Read the source file at an absolute path, or tell why it cannot be one."""
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
