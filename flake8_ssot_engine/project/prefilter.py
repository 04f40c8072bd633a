"""The needle prefilter: whether a file can hold a violation at all, before it is parsed.

To reach a moved symbol, code must spell the last part of its old name somewhere, or import `*`
from its home (which a relative import need not spell). Python folds compatibility characters
in identifiers (NFKC), and a file that spells a name in such characters only is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import AnyStr, Generic

from flake8_ssot_engine.migrations import MoveIndex


class Prefilter:
    """Searches a file for the needles of a set of moves, as whole words."""

    __slots__ = ("_is_ascii", "_of_bytes", "_of_text")

    def __init__(self, index: MoveIndex) -> None:
        needles: set[str] = set()
        homes: set[str] = set()
        for _, move in index:
            needles.add(move.old.last)
            if move.factory and move.new is not None:
                needles.add(move.new.last)
            if len(move.old) > 1:
                homes.add(move.old.parent.last)
        self._is_ascii = all(map(str.isascii, needles | homes))
        self._of_text = _Search(needles, homes, str)
        self._of_bytes = _Search(needles, homes, str.encode)

    def passes(self, data: bytes) -> bool:
        """Whether the bytes of a file can hold a violation.

        A needle that is not ASCII may be encoded in any way, so that every file passes.
        """
        return not self._is_ascii or self._of_bytes.passes(data)

    def passes_text(self, text: str) -> bool:
        """Whether decoded text can hold a violation."""
        return self._of_text.passes(text)


class _Search(Generic[AnyStr]):
    """The search over text, or over bytes: `convert` makes the one or the other of a pattern."""

    def __init__(
        self, needles: set[str], homes: set[str], convert: Callable[[str], AnyStr]
    ) -> None:
        self._needles: _Words[AnyStr] = _Words(needles, convert)
        self._homes: _Words[AnyStr] = _Words(homes - needles, convert)
        self._star: re.Pattern[AnyStr] = re.compile(convert(_STAR))
        self._relative_star: re.Pattern[AnyStr] = re.compile(
            convert(_RELATIVE_STAR if homes else _NOWHERE)
        )

    def passes(self, text: AnyStr) -> bool:
        return self._needles.occur_in(text) or bool(
            self._relative_star.search(text)
            or (self._homes.occur_in(text) and self._star.search(text))
        )


class _Words(Generic[AnyStr]):
    """Words to look for: as plain substrings first, which is ten times faster."""

    def __init__(self, words: set[str], convert: Callable[[str], AnyStr]) -> None:
        self._words: list[AnyStr] = [convert(word) for word in sorted(words)]
        alternatives = "|".join(map(re.escape, sorted(words)))
        self._pattern: re.Pattern[AnyStr] = re.compile(
            convert(rf"\b(?:{alternatives})\b" if words else _NOWHERE)
        )

    def occur_in(self, text: AnyStr) -> bool:
        found = any(word in text for word in self._words)
        return found and self._pattern.search(text) is not None


_NOWHERE = r"(?!)"
_STAR = r"\bimport[\s\\]*\*"
# No boundary before it: `re` then looks for the letters first, several times faster.
_RELATIVE_STAR = r"from[\s\\]*\.[\s\\.]*import[\s\\]*\*"
