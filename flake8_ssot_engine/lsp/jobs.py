"""Jobs: what is asked of whole projects; each runs in a process of its own, on every core.

There, it may be cancelled, and takes no time from the thread that analyses what is being typed.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.findings import FileResult, Finding
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.tasks import Task, find_tasks
from flake8_ssot_engine.engine.verdict import judge_results
from flake8_ssot_engine.errors import ConfigError, ConfigProblem
from flake8_ssot_engine.lsp.fixes import Change, Fixed, fix_all
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.parallel import available_cores
from flake8_ssot_engine.records import NamedTuple

LENGTH = 8
"""Bytes before each answer that tell its length."""


class Advance(NamedTuple):
    """How many files have been looked at, of how many."""

    done: int
    total: int


class Failure(NamedTuple):
    """A configuration that is wrong."""

    problems: tuple[ConfigProblem, ...]


Told = Callable[[Advance], None]


class Job(Protocol):
    """Something to be done for a whole project; it must pickle, and so must what comes of it."""

    def run(self, tell: Told) -> Any:
        """Return what comes of it. Raises ConfigError."""


class CheckAll(NamedTuple):
    """Checks all files below some folders, as `ssot check` does."""

    folders: tuple[str, ...]

    def run(self, tell: Told) -> list[FileResult]:
        """Return what came of each file of which there is anything to tell."""
        tasks = _tasks_below(self.folders, _finder())
        results = check_each(
            tasks, jobs=available_cores(), parses_all=False, on_progress=_counter(len(tasks), tell)
        )
        return judge_results(tasks, results, covered=()).results


class FixEverywhere(NamedTuple):
    """Fixes one symbol wherever it is named in the project of a folder.

    `contents` are those of files that are not saved. With `allow_unsafe` unsafe fixes are made too.
    """

    folder: str
    symbol: QualifiedName
    contents: Mapping[str, bytes]
    allow_unsafe: bool

    def run(self, tell: Told) -> tuple[dict[str, Change], dict[str, Change]]:
        """Return all changes, and those by safe fixes alone."""
        finder = _finder()
        settings = finder.settings_for(self.folder)
        every = _tasks_below([settings.root], finder)
        tasks = [task for task in every if task.settings == settings]
        whole = self._fixed(tasks, finder, tell, allow_unsafe=self.allow_unsafe)
        if whole.is_all_safe:
            return whole.changes, whole.changes
        return whole.changes, self._fixed(tasks, finder, tell, allow_unsafe=False).changes

    def _fixed(
        self, tasks: list[Task], finder: ConfigFinder, tell: Told, *, allow_unsafe: bool
    ) -> Fixed:
        return fix_all(
            tasks,
            finder,
            self.contents,
            lambda path, contents: self._is_of_symbol,
            jobs=available_cores(),
            allow_unsafe=allow_unsafe,
            on_progress=_counter(len(tasks), tell),
        )

    def _is_of_symbol(self, finding: Finding) -> bool:
        return finding.violation.symbol == self.symbol


def _finder() -> ConfigFinder:
    return ConfigFinder(complete=with_bridges)


def _tasks_below(folders: Any, finder: ConfigFinder) -> list[Task]:
    return list(find_tasks({folder: folder for folder in folders}, finder))


def _counter(total: int, tell: Told) -> Callable[[int], None]:
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        tell(Advance(min(done, total), total))

    return count


def main() -> None:
    """Do the job that standard input holds, and answer on standard output."""
    answers = sys.stdout.buffer

    def answer(what: Any) -> None:
        data = pickle.dumps(what)
        answers.write(len(data).to_bytes(LENGTH, "big") + data)
        answers.flush()

    # Only the server, whose process this is a child of, writes there.
    job: Job = pickle.load(sys.stdin.buffer)  # noqa: S301
    try:
        done = job.run(answer)
    except ConfigError as error:
        done = Failure(error.problems)
    answer(done)
