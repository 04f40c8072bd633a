"""Novelty: which findings are new against a commit, without any baseline."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flake8_ssot_engine.engine.check import Checker, FileResult, Finding
from flake8_ssot_engine.engine.matching import BROKEN, match_findings, trait_of
from flake8_ssot_engine.engine.run import Task
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.history import History
from flake8_ssot_engine.source import SourceFile


@dataclass(frozen=True, slots=True)
class Newness:
    """What is not as it was in a commit; `before` tells what each file was called there.

    Its keys are the absolute paths of the files that changed, its values are absolute as well,
    or "" for a file that was not there.
    """

    history: History
    commit: str
    before: Mapping[str, str]

    @classmethod
    def since(cls, ref: str, folder: str) -> Newness:
        """Compare with where HEAD and `ref` parted. Raises GitError, and UsageError."""
        history = History(folder)
        commit = history.merge_base(ref)
        return cls(history, commit, dict(history.changes_since(commit)))

    def only_new(self, tasks: Sequence[Task], results: Sequence[FileResult]) -> list[FileResult]:
        """Return results with what is new in the files, by the declarations of today."""
        by_name = {task.shown_as: task for task in tasks}
        asked = [(result, by_name[result.path]) for result in results]
        known = [task for _, task in asked if self.before[task.path]]
        names = [self.before[task.path] for task in known]
        contents = self.history.contents_at(self.commit, names)
        old = {task.path: content for task, content in zip(known, contents, strict=True)}
        checkers: dict[int, Checker] = {}
        return [
            _only_new(checkers, task, result, self.before[task.path], old.get(task.path))
            for result, task in asked
        ]


def _only_new(
    checkers: dict[int, Checker], task: Task, now: FileResult, path: str, content: bytes | None
) -> FileResult:
    if content is None or not (now.findings or now.error):
        return now
    if id(task.settings) not in checkers:
        # What was ignored, or in a phase that was off, was there all the same.
        checkers[id(task.settings)] = Checker(task.settings.unfiltered().of_migration(""))
    then = checkers[id(task.settings)].check_bytes(path, content, shown_as=task.shown_as)
    tolerated = Counter(map(trait_of, then.findings))
    matched = match_findings(
        now.findings,
        now.scopes,
        tolerated,
        lambda alike: _unchanged_first(alike, content, task),
    )
    error = now.error
    was_broken = then.error is not None and then.error.code == BROKEN.code
    if error is not None and was_broken and error.code == BROKEN.code:
        error = None
    new = (f for f, held in zip(now.findings, matched.held, strict=True) if not held)
    return replace(now, findings=tuple(new), error=error)


def _unchanged_first(alike: Sequence[Finding], content: bytes, task: Task) -> Sequence[Finding]:
    """Return findings with those first whose lines were there before."""
    try:
        then = SourceFile.from_bytes(task.shown_as, content)
        with open(task.path, "rb") as file:
            now = SourceFile.from_bytes(task.shown_as, file.read())
    except (SourceError, OSError):
        return alike
    comparison = difflib.SequenceMatcher(None, _lines(then), _lines(now), autojunk=False)
    blocks = comparison.get_matching_blocks()
    unchanged = {line + 1 for block in blocks for line in range(block.b, block.b + block.size)}
    # What the baseline holds is old in any case: else it and this could each excuse one of two.
    return sorted(alike, key=lambda f: (not f.is_baselined, f.start.line not in unchanged))


def _lines(source: SourceFile) -> list[str]:
    return [source.line_text(line) for line in range(1, len(source.line_starts) + 1)]
