"""The needle prefilter: whether a file can hold a violation at all, before it is parsed.

To reach a moved symbol, code must spell the last part of its old name somewhere, or import `*`
from its home (which a relative import need not spell). Python folds compatibility characters
in identifiers (NFKC), and a file that spells a name in such characters only is passed over.
"""

from __future__ import annotations

import re

from flake8_ssot_engine.migrations import MoveIndex


class Prefilter:
    """Searches a file for the needles of a set of moves, as whole words."""

    __slots__ = (
        "_homes",
        "_homes_in_text",
        "_relative_star",
        "_relative_star_in_text",
        "_star",
        "_star_in_text",
        "_words",
        "_words_in_text",
    )

    def __init__(self, index: MoveIndex) -> None:
        needles: set[str] = set()
        homes: set[str] = set()
        for _, move in index:
            needles.add(move.old.last)
            if move.factory and move.new is not None:
                needles.add(move.new.last)
            if len(move.old) > 1:
                homes.add(move.old.parent.last)
        self._words_in_text = _Words(needles)
        self._homes_in_text = _Words(homes - needles)
        self._star_in_text = re.compile(_STAR)
        relative = _RELATIVE_STAR if homes else r"(?!)"
        self._relative_star_in_text = re.compile(relative)
        self._relative_star = re.compile(relative.encode())
        self._words = _BytesWords(needles)
        self._homes = _BytesWords(homes - needles)
        self._star = re.compile(_STAR.encode())

    def passes(self, data: bytes) -> bool:
        """Whether the bytes of a file can hold a violation."""
        return self._words.occur_in(data) or bool(
            self._relative_star.search(data)
            or (self._homes.occur_in(data) and self._star.search(data))
        )

    def passes_text(self, text: str) -> bool:
        """Whether decoded text can hold a violation."""
        return self._words_in_text.occur_in(text) or bool(
            self._relative_star_in_text.search(text)
            or (self._homes_in_text.occur_in(text) and self._star_in_text.search(text))
        )


class _Words:
    """Words to look for in text: as plain substrings first, which is ten times faster."""

    def __init__(self, words: set[str]) -> None:
        self._words = sorted(words)
        self._pattern = re.compile(_pattern(words))

    def occur_in(self, text: str) -> bool:
        found = any(word in text for word in self._words)
        return found and self._pattern.search(text) is not None


class _BytesWords:
    """The same in bytes; a word that is not ASCII may be encoded in any way: it always occurs."""

    def __init__(self, words: set[str]) -> None:
        self._always = not all(map(str.isascii, words))
        self._words = [word.encode() for word in sorted(words)]
        self._pattern = re.compile(_pattern(words).encode())

    def occur_in(self, data: bytes) -> bool:
        if self._always:
            return True
        found = any(word in data for word in self._words)
        return found and self._pattern.search(data) is not None


_STAR = r"\bimport[\s\\]*\*"
# No boundary before it: `re` then looks for the letters first, several times faster.
_RELATIVE_STAR = r"from[\s\\]*\.[\s\\.]*import[\s\\]*\*"


def _pattern(words: set[str]) -> str:
    if not words:
        return r"(?!)"  # matches nowhere
    return r"\b(?:" + "|".join(map(re.escape, sorted(words))) + r")\b"
