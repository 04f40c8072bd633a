"""Singly: fixes of one violation at a time, each with what other files need because of it."""

from __future__ import annotations

from collections.abc import Mapping

from flake8_ssot_engine.edits import PlacedEdit
from flake8_ssot_engine.engine.analysis import Analysis
from flake8_ssot_engine.engine.fixability import ALONE
from flake8_ssot_engine.engine.planning.plan import Key, Links
from flake8_ssot_engine.engine.rewrite import Rewriter, TextRewriter, rewriter_of
from flake8_ssot_engine.engine.shared import Shared, checker_of
from flake8_ssot_engine.engine.survey import Place
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.garbage import no_collection
from flake8_ssot_engine.records import NamedTuple


class SingleTask(NamedTuple):
    """Violations of files of one configuration that are to be fixed one by one.

    `mentioned` are the files that name an attribute of one of these, `taken` the names that
    others may ask one for, with the reason: they are not given up.
    """

    shared: Shared
    asked: tuple[tuple[Place, Key], ...]
    mentioned: Mapping[QualifiedName, tuple[Place, ...]]
    taken: Mapping[QualifiedName, str]


def fix_singly(task: SingleTask) -> list[tuple[PlacedEdit, ...] | str]:
    """Return the edits that fix each violation by itself, or why it cannot be.

    Edits may be of several files.
    """
    analysis = checker_of(task.shared).analysis
    with no_collection():
        singly = _Singly(analysis, task.mentioned, task.taken)
        return [singly.fix(place, key) for place, key in task.asked]


class _Singly:
    """Fixes violations one by one, each with the files that depend on it."""

    def __init__(
        self,
        analysis: Analysis,
        mentioned: Mapping[QualifiedName, tuple[Place, ...]],
        taken: Mapping[QualifiedName, str],
    ) -> None:
        self._taken = taken
        self._analysis = analysis
        self._mentioned = mentioned
        self._rewriters: dict[str, Rewriter | TextRewriter] = {}

    def fix(self, place: Place, key: Key) -> tuple[PlacedEdit, ...] | str:
        kept: dict[QualifiedName, str] = dict(self._taken)
        while True:
            edits, obstacles = self._attempt(place, key, kept)
            if isinstance(edits, str) or not obstacles.keys() - kept.keys():
                return edits
            kept.update(obstacles)

    def _attempt(
        self, place: Place, key: Key, kept: Mapping[QualifiedName, str]
    ) -> tuple[tuple[PlacedEdit, ...] | str, dict[QualifiedName, str]]:
        """Return the edits, or why there are none, and the names that must be kept for them."""
        first = self._rewriter(place).rewrite(
            [key], Links({}, kept, {n: w for n, w in kept.items() if n not in self._taken})
        )
        if key not in first.plan.fixed:
            return first.failure or first.plan.withheld.get(key, ALONE), {}
        edits = self._rewriter(place).placed(first.plan.edits)
        waiting = list(first.plan.renames.items())
        done: dict[str, dict[QualifiedName, QualifiedName]] = {}
        while waiting:
            old, new = waiting.pop()
            for other in self._mentioned.get(old, ()):
                renamed = done.setdefault(other.path, {})
                if old in renamed:
                    continue
                renamed[old] = new
                follower = self._rewriter(other).rewrite([], Links(renamed, kept))
                reason = follower.failure or follower.plan.mentions.get(old, "")
                if reason:
                    return (), {old: f"{other.shown_as} names `{old}`: {reason}"}
                edits = [edit for edit in edits if edit.path != other.shown_as]
                edits += self._rewriter(other).placed(follower.plan.edits)
                waiting += follower.plan.renames.items()
        return tuple(edits), {}

    def _rewriter(self, place: Place) -> Rewriter | TextRewriter:
        if place.path not in self._rewriters:
            self._rewriters[place.path] = rewriter_of(
                self._analysis, place, allow_unsafe=True, has_rounds=False
            )
        return self._rewriters[place.path]
