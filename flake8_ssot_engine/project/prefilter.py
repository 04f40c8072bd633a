"""The needle prefilter: whether a file can hold a violation at all, before it is parsed.

To reach a moved symbol, code must spell the last part of its old name somewhere (or import
`*` from its home). Python folds compatibility characters in identifiers (NFKC), and a file
that spells a name in such characters only is passed over.
"""

from __future__ import annotations

import re

from flake8_ssot_engine.migrations import MoveIndex


class Prefilter:
    """Searches a file for the needles of a set of moves, as whole words."""

    __slots__ = ("_homes", "_homes_in_text", "_star", "_star_in_text", "_words", "_words_in_text")

    def __init__(self, index: MoveIndex) -> None:
        needles: set[str] = set()
        homes: set[str] = set()
        for _, move in index:
            needles.add(move.old.last)
            if move.factory and move.new is not None:
                needles.add(move.new.last)
            if len(move.old) > 1:
                homes.add(move.old.parent.last)
        self._words_in_text = _words(needles)
        self._homes_in_text = _words(homes - needles)
        self._star_in_text = re.compile(r"\bimport\s*\*|\bimport\s*\\\s*\*")
        self._words = re.compile(self._words_in_text.pattern.encode())
        self._homes = re.compile(self._homes_in_text.pattern.encode())
        self._star = re.compile(self._star_in_text.pattern.encode())

    def passes(self, data: bytes) -> bool:
        """Whether the bytes of a file can hold a violation."""
        if self._words.search(data):
            return True
        return bool(self._star.search(data) and self._homes.search(data))

    def passes_text(self, text: str) -> bool:
        """Whether decoded text can hold a violation."""
        if self._words_in_text.search(text):
            return True
        return bool(self._star_in_text.search(text) and self._homes_in_text.search(text))


def _words(names: set[str]) -> re.Pattern[str]:
    if not names:
        return re.compile(r"(?!)")  # matches nowhere
    return re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, names))) + r")\b")
