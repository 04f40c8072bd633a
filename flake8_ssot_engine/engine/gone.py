"""Gone: which findings there were in a commit, and are no longer reported."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult, Finding
from flake8_ssot_engine.engine.matching import Trait, match_results, trait_of
from flake8_ssot_engine.engine.novelty import Newness
from flake8_ssot_engine.engine.shared import texts_of
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.engine.text_files import check_text
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import SourceFile


class Gone(NamedTuple):
    """A finding as it was, with the path that its file had.

    `is_silenced` says that it stands there still, and that only a new `# noqa` covers it.
    """

    finding: Finding
    is_silenced: bool = False


def find_gone(newness: Newness, tasks: Sequence[Task], results: Sequence[FileResult]) -> list[Gone]:
    """Return what is gone from files that changed, or that are gone themselves (`tasks`).

    `results` are those of today. By the declarations of today, as what is new. Of several findings
    alike it is those whose line is gone.
    """
    search = _Search(newness)
    by_name = {result.path: result for result in results}
    found = [
        gone
        for task in tasks
        for gone in search.gone(task, by_name.get(task.shown_as, FileResult(task.shown_as)))
    ]
    return sorted(found, key=lambda gone: (gone.finding.path, gone.finding.start))


class _Search:
    def __init__(self, newness: Newness) -> None:
        self._newness = newness
        self._checkers: dict[int, tuple[Checker, Checker]] = {}

    def gone(self, task: Task, now: FileResult) -> Iterator[Gone]:
        before = self._newness.before(task.path)
        content = self._newness.contents.get(before)
        if content is None or now.error:  # of a broken file nobody knows what is left in it
            return
        checker_then, checker_now = self._checkers_of(task.settings)
        then = _checked(checker_then, before, content)
        left = _left_of(then, now)
        if not left:
            return
        try:
            today = read_regular(task.path)
        except OSError:  # the file is gone
            today = b""
        hidden = left
        if b"noqa" in today.lower():
            hidden = _left_of(then, _unsuppressed(checker_now, task, today))
        kept = Counter(today.splitlines())
        lines = content.splitlines()
        for trait, count in left.items():
            alike = [finding for finding in then.findings if trait_of(finding) == trait]
            alike.sort(key=lambda finding: kept[lines[finding.start.line - 1]] > 0)
            for number, finding in enumerate(alike[:count]):
                yield Gone(finding, number >= hidden[trait])

    def _checkers_of(self, settings: Settings) -> tuple[Checker, Checker]:
        """Return what checks files as they were, and as they are."""
        if id(settings) not in self._checkers:
            texts = texts_of(settings)
            then = Checker(settings, contents=self._newness.contents, texts=texts)
            self._checkers[id(settings)] = then, Checker(settings, texts=texts)
        return self._checkers[id(settings)]


def _checked(checker: Checker, path: str, content: bytes) -> FileResult:
    shown_as = os.path.relpath(path)
    if checker.reads_texts and is_text(path):
        return check_text(checker.texts, path, content, shown_as=shown_as)
    return checker.check_bytes(path, content, shown_as=shown_as)


def _left_of(then: FileResult, now: FileResult) -> Counter[Trait]:
    """Return what there was and is not any more."""
    return match_results(then, now, lambda finding: 0).left


def _unsuppressed(checker: Checker, task: Task, content: bytes) -> FileResult:
    """Return what is found in a file where no `# noqa` counts."""
    if is_text(task.path):  # there is no such thing in it
        return _checked(checker, task.path, content)
    try:
        source = SourceFile.from_bytes(task.shown_as, content)
        return checker.check_tree(task.path, source, source.parse(), with_noqa=False)
    except (SourceError, RecursionError):
        return FileResult(task.shown_as)
