"""Sights: what checks saw of files, for whoever has a file checked at each keystroke.

Most keystrokes change lines that are out of focus, and leave what came of the file as it was but
for its place. Whatever may be otherwise has the file checked anew.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from flake8_ssot_engine.engine.findings import FileResult, Finding
from flake8_ssot_engine.migrations import MoveIndex
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.definitions import definition_names
from flake8_ssot_engine.semantics.focus import Change, Focus
from flake8_ssot_engine.source import Position, SourceFile, Span

_MOST = 16
"""Files of which something is remembered."""
_READ = frozenset({"noqa", "coding", "modules", "type", "__dict__"})
"""Words that a check looks for in the text of a file, whatever is in focus."""
_WORD = re.compile(r"\w+")
_PLACE = re.compile(r"(?<=\bline )\d+")
_JUDGED = re.compile(r"noqa[^\n]*SSOT", re.IGNORECASE)


class _Sight(NamedTuple):
    source: SourceFile
    focus: Focus
    result: FileResult


class Sights:
    """What was seen of the files that were checked last, by the moves of `index`."""

    def __init__(self, index: MoveIndex) -> None:
        moves = [move for _, move in index]
        self._words = _READ.union(*(name for move in moves for name in (move.old, move.new or ())))
        self._by_path: dict[str, _Sight] = {}

    def keep(self, path: str, source: SourceFile, focus: Focus | None, result: FileResult) -> None:
        """Remember what was seen of a file; nothing of one that was looked at whole."""
        self._by_path.pop(path, None)
        if focus is None or result.texts:  # what texts name, no focus tells
            return
        if "\r" not in source.text and not _is_judged(source.text):
            self._by_path[path] = _Sight(source, focus, result)
            if len(self._by_path) > _MOST:
                del self._by_path[next(iter(self._by_path))]

    def recall(self, path: str, source: SourceFile, tree: ast.Module) -> FileResult | None:
        """Return what comes of a file that was changed, where an older text of it tells."""
        sight = self._by_path.get(path)
        if sight is None or "\r" in source.text:
            return None
        if source.text == sight.source.text:
            return sight.result
        old, new = sight.source.text.split("\n"), source.text.split("\n")
        change = _change_of(old, new)
        first, end = change.first - 1, change.end - 1
        changed = "\n".join((*old[first:end], *new[first : end + change.by]))
        if not self._words.isdisjoint(_WORD.findall(changed)):
            return None
        if change.by and any(_PLACE.search(f.violation.text) for f in sight.result.findings):
            return None
        focus = sight.focus.after(source, tree, change)
        if focus is None:
            return None
        result = _moved(sight, source, tree, change)
        self.keep(path, source, focus, result)
        return result


def _is_judged(text: str) -> bool:
    """Whether a `# noqa` may be of no use: that depends on more than what is in focus."""
    return "SSOT" in text and _JUDGED.search(text) is not None


def _change_of(old: Sequence[str], new: Sequence[str]) -> Change:
    """Return where two texts, as lines, differ."""
    most = min(len(old), len(new))
    head = _agreeing(most, old, new)
    tail = _agreeing(most - head, old[::-1], new[::-1])
    return Change(head + 1, len(old) - tail + 1, len(new) - len(old))


def _agreeing(most: int, old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many lines, of `most` at the start, are the same in two texts."""
    return next((n for n in range(most) if old[n] != new[n]), most)


def _moved(sight: _Sight, source: SourceFile, tree: ast.Module, change: Change) -> FileResult:
    """Return what came of a file, at the places where it is now."""
    result = sight.result
    if not result.findings:
        return result
    by = len(source.text) - len(sight.source.text)

    def line(number: int) -> int:
        return number if number < change.end else number + change.by

    def finding(one: Finding) -> Finding:
        violation = one.violation
        because = _PLACE.sub(lambda m: str(line(int(m[0]))), violation.unfixable_because)
        if one.start.line < change.end:
            return one._replace(violation=violation._replace(unfixable_because=because))
        span = Span(violation.span.start + by, violation.span.end + by)
        return one._replace(
            violation=violation._replace(span=span, unfixable_because=because),
            start=Position(line(one.start.line), one.start.column),
            end=Position(line(one.end.line), one.end.column),
        )

    findings = tuple(map(finding, result.findings))
    return result._replace(findings=findings).with_scopes(definition_names(tree))
