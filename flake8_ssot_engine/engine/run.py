"""A run over many files, on several cores, with one Report at its end."""

from __future__ import annotations

import gc
import os
import stat
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileError, FileResult, Finding
from flake8_ssot_engine.project.needles import find_needles
from flake8_ssot_engine.project.parallel import parallel_map
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.violations import Severity

_CHUNK = 128
"""Files a worker takes at a time: enough to hide the hand-over, few enough to share evenly."""
FEW_FILES = 20
"""Files from which on it pays to search the whole project for the names of moved symbols."""


class Task(NamedTuple):
    """One file to check: where it is, what reports call it, and whose settings hold for it."""

    path: str
    shown_as: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found, in the order of the files."""

    findings: tuple[Finding, ...] = ()
    errors: tuple[FileError, ...] = ()
    references: Counter[str] = field(default_factory=Counter)
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
    settings: tuple[tuple[Settings, Needles | None], ...]
    files: tuple[tuple[str, str, int], ...]
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
    results: list[FileResult] = []
    needles = _needles(tasks, jobs)
    chunks = [
        _chunk(tasks[start : start + _CHUNK], needles, parses_all)
        for start in range(0, len(tasks), _CHUNK)
    ]
    for chunk, batch in zip(chunks, parallel_map(_check_chunk, chunks, jobs=jobs), strict=True):
        results += batch
        if on_progress is not None:
            on_progress(len(chunk.files))
    return results


def report_of(results: Sequence[FileResult], *, files: int) -> Report:
    """Add up the results of single files; those that are empty may be left out."""
    return Report(
        findings=tuple(finding for result in results for finding in result.findings),
        errors=tuple(result.error for result in results if result.error is not None),
        references=sum((result.references for result in results), Counter()),
        files=files,
    )


def _needles(tasks: Sequence[Task], jobs: int) -> dict[int, Needles | None]:
    """Return, by the identity of the settings, what `find_needles` says; None for few files."""
    counts = Counter(id(task.settings) for task in tasks)
    every = {id(task.settings): task.settings for task in tasks}
    return {
        number: find_needles(settings, jobs=jobs) if counts[number] >= FEW_FILES else None
        for number, settings in every.items()
    }


def _chunk(tasks: Sequence[Task], needles: dict[int, Needles | None], parses_all: bool) -> _Chunk:
    numbers: dict[int, int] = {}
    every: list[tuple[Settings, Needles | None]] = []
    files = []
    for task in tasks:
        if id(task.settings) not in numbers:
            numbers[id(task.settings)] = len(every)
            every.append((task.settings, needles[id(task.settings)]))
        files.append((task.path, task.shown_as, numbers[id(task.settings)]))
    return _Chunk(tuple(every), tuple(files), parses_all)


def _check_chunk(chunk: _Chunk) -> list[FileResult]:
    """Check a batch; files without anything to tell are left out of the answer."""
    checkers = [Checker(settings, needles) for settings, needles in chunk.settings]
    results = []
    was_enabled = gc.isenabled()
    gc.disable()  # trees are large and live briefly; collecting among them costs a third
    try:
        for path, shown_as, number in chunk.files:
            result = _check_file(checkers[number], path, shown_as, chunk.parses_all)
            if result.findings or result.error or result.references:
                results.append(result)
    finally:
        if was_enabled:
            gc.enable()
            gc.collect()
    return results


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
