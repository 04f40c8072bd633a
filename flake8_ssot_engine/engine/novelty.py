"""Novelty: which findings are new against a commit, without any baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache, cached_property, partial

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.matching import is_broken, match_results
from flake8_ssot_engine.engine.shared import texts_of
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.engine.text_files import check_text
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.history import History
from flake8_ssot_engine.project.listing import SUFFIXES
from flake8_ssot_engine.project.real_paths import RealPaths
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.source import SourceFile


class Newness:
    """What is not as it was in a commit."""

    def __init__(self, history: History, commit: str) -> None:
        """Ask git what has changed. Raises GitError."""
        self._history = history
        self.commit = commit
        self._real_paths = RealPaths()
        changes = history.all_changes_since(commit)
        self._before = {self._real_paths.in_folder(c.path): c.before for c in changes if c.path}
        self.removed = tuple(c.before for c in changes if not c.path)
        """The absolute paths of the files that are gone."""
        self._checkers: dict[int, Checker] = {}

    @classmethod
    def since(cls, ref: str, folder: str) -> Newness:
        """Compare with where HEAD and `ref` parted. Raises GitError, and UsageError."""
        history = History(folder)
        return cls(history, history.merge_base(ref))

    def changed(self, tasks: Sequence[Task]) -> list[Task]:
        """Return those of some files that changed."""
        return [task for task in tasks if self._real_paths.in_folder(task.path) in self._before]

    def foreign(self, tasks: Sequence[Task]) -> list[Task]:
        """Return those of some files of which the repository knows nothing."""
        return [task for task in tasks if not self._history.owns(task.path)]

    def only_new(self, tasks: Sequence[Task], results: Sequence[FileResult]) -> list[FileResult]:
        """Return the results of changed files with what is new, by the declarations of today."""
        by_name = {task.shown_as: task for task in tasks}
        return [self._only_new(by_name[result.path], result) for result in results]

    def before(self, path: str) -> str:
        """Return the old path of a file that changed, or is gone, "" for one that is new."""
        return self._before.get(self._real_paths.in_folder(path), path)

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """What the files that changed held, by their old paths: so names lead where they led."""
        names = [
            before
            for path, before in self._before.items()
            if before and any(n.endswith(SUFFIXES) or is_text(n) for n in (before, path))
        ]
        names += (path for path in self.removed if path.endswith(SUFFIXES) or is_text(path))
        contents = zip(names, self._history.contents_at(self.commit, names), strict=True)
        return {name: content for name, content in contents if content is not None}

    def _only_new(self, task: Task, now: FileResult) -> FileResult:
        before = self._before[self._real_paths.in_folder(task.path)]
        content = self.contents.get(before)
        if content is None or not (now.findings or now.error):
            return now
        then = self._then(task, before, content)
        unchanged = cache(partial(_unchanged_lines, task, content))
        matched = match_results(
            then,
            now,
            # What the baseline holds is old in any case: else each could excuse one of two.
            lambda f: 0 if f.is_baselined else 1 if f.start.line in unchanged() else 2,
        )
        error = None if is_broken(then) and is_broken(now) else now.error
        new = (f for f, held in zip(now.findings, matched.held, strict=True) if not held)
        return now._replace(findings=tuple(new), error=error)

    def _then(self, task: Task, before: str, content: bytes) -> FileResult:
        checker = self._checker(task.settings)
        if is_text(task.path):
            return check_text(checker.texts, before, content, shown_as=task.shown_as)
        return checker.check_bytes(before, content, shown_as=task.shown_as)

    def _checker(self, settings: Settings) -> Checker:
        if id(settings) not in self._checkers:
            # What was ignored, or in a phase that was off, was there all the same.
            whole = settings.unfiltered().of_migration("")
            self._checkers[id(settings)] = Checker(
                whole, contents=self.contents, texts=texts_of(whole)
            )
        return self._checkers[id(settings)]


def _unchanged_lines(task: Task, content: bytes) -> frozenset[int]:
    """Return the lines (from 1) of a file that were there when it held other content."""
    try:
        then = SourceFile.from_bytes(task.shown_as, content)
        with open(task.path, "rb") as file:
            now = SourceFile.from_bytes(task.shown_as, file.read())
    except (SourceError, OSError):
        return frozenset()
    old = Counter(_lines(then))  # difflib is cubic where lines repeat
    unchanged = []
    for number, line in enumerate(_lines(now), start=1):
        if old[line] > 0:
            old[line] -= 1
            unchanged.append(number)
    return frozenset(unchanged)


def _lines(source: SourceFile) -> list[str]:
    return [source.line_text(line) for line in range(1, len(source.line_starts) + 1)]
