"""The needle prefilter: whether a file can hold a violation at all, before it is parsed.

To reach a moved symbol, code must spell the last part of its old name somewhere, or import `*`
from its home (which a relative import need not spell), or spell a name under which some module
re-exports it (`needles.py` finds those). To define one again, it must spell the new name. Python
folds compatibility characters in identifiers (NFKC), and a file that spells a name in such
characters only is passed over.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any, AnyStr, Generic

from flake8_ssot_engine.migrations import MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.words import places_of
from flake8_ssot_engine.source import Span


class Needles(NamedTuple):
    """The words one of which a file must spell to reach a moved symbol or module.

    `names` are those of moved symbols and modules, and the other names that modules give
    them. `leaks` are names that lie in a moved module and that some module hands on; a file
    that spells one reaches it only through such a module, and spells that one's name, which
    is in `modules`, as well.
    """

    names: frozenset[str] = frozenset()
    leaks: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()

    @classmethod
    def union(cls, every: Iterable[Needles]) -> Needles:
        """Return all words of several."""
        columns = zip(*every, strict=True)
        return cls(*(frozenset().union(*column) for column in columns))

    @classmethod
    def from_plain(cls, plain: Any) -> Needles:
        """Return the words that became `plain`."""
        names, leaks, modules = map(frozenset, plain)
        return cls(names, leaks, modules)

    def to_plain(self) -> list[list[str]]:
        """Return the words as lists, for a cache."""
        return list(map(sorted, self))

    def may_name(self, name: QualifiedName) -> bool:
        """Whether a qualified name can lead to a moved symbol or module."""
        if not self.names.isdisjoint(name):
            return True
        return not self.leaks.isdisjoint(name) and not self.modules.isdisjoint(name)


def needles_of(index: MoveIndex) -> Needles:
    """Return the last parts of the names that code must spell to break a rule by them."""
    factories = (move.new for _, move in index if move.factory and move.new is not None)
    return Needles(
        frozenset((*(move.old.last for _, move in index), *(new.last for new in factories)))
    )


def words_of(index: MoveIndex, needles: Needles | None) -> frozenset[str]:
    """Return the words by which a file names either end of a move; those that leak aside."""
    ends = (end for _, move in index for end in (move.old, move.new) if end is not None)
    return frozenset((*(end.last for end in ends), *(needles.names if needles else ())))


class Prefilter:
    """Searches a file for the needles of a set of moves, as whole words.

    `needles` may hold more than `needles_of` gives: the other names under which modules of
    the project hand a moved symbol on.
    """

    __slots__ = ("_is_ascii", "_leaks", "_of_bytes", "_of_text")

    def __init__(self, index: MoveIndex, needles: Needles | None = None) -> None:
        needles = Needles.union([needles or Needles(), needles_of(index)])
        homes = {move.old.parent.last for _, move in index if len(move.old) > 1}
        canonical = {move.new.last for _, move in index if move.new is not None}
        words = {*homes, *canonical, *needles.names, *needles.leaks, *needles.modules}
        self._leaks = needles.leaks
        self._is_ascii = all(map(str.isascii, words))
        self._of_text = WordSearch(needles, str, homes, canonical)
        self._of_bytes = WordSearch(needles, str.encode, homes, canonical)

    def passes(self, data: bytes) -> bool:
        """Whether the bytes of a file can hold a violation.

        A needle that is not ASCII may be encoded in any way, so that every file passes.
        """
        return not self._is_ascii or self._of_bytes.passes(data)

    @property
    def of_bytes(self) -> WordSearch[bytes]:
        """The search over bytes, which is of use where every word is ASCII."""
        return self._of_bytes

    @property
    def is_ascii(self) -> bool:
        """Whether every word is: one that is not may be encoded in any way."""
        return self._is_ascii

    def leaks_in_text(self, text: str) -> frozenset[str]:
        """Return the needles that leak, if decoded text can take them from where they do."""
        return self._leaks if self._leaks and self._of_text.leaks_in(text) else frozenset()

    def ways_in(self, text: str) -> Ways:
        """Return how decoded text spells needles besides in its imports."""
        search = self._of_text
        if search.canonical.occur_in(text) or ("multiple" in text and _BY_KEYWORD.search(text)):
            return Ways(by_itself=True)
        by_attribute = False
        paths: set[str] = set()
        for words in (search.names, search.leaks):
            for start, end in words.find_in(text):
                first, last = start, end
                while first and _is_of_path(text[first - 1]):
                    first -= 1
                while last < len(text) and _is_of_path(text[last]):
                    last += 1
                if text[first - 1 : first] in _QUOTES and text[last : last + 1] in _QUOTES:
                    path = text[first:last].replace(":", ".", 1)
                    if not _is_whole(text, first - 1, last) or not _PATH.fullmatch(path):
                        return Ways(by_itself=True)
                    paths.add(path)
                elif _DOT.search(text, max(0, start - _FAR), start) and not _IMPORTS.match(
                    text, text.rfind("\n", 0, start) + 1, start
                ):
                    by_attribute = True
        return Ways(by_attribute=by_attribute, paths=frozenset(paths))

    def passes_text(self, text: str) -> bool:
        """Whether decoded text can hold a violation."""
        return self._of_text.passes(text)


class Ways(NamedTuple):
    """How a file spells needles besides in its imports, as far as its text tells.

    `by_itself`: in a string that may be part of a dotted path, or as what it defines.
    `by_attribute`: behind a dot. `paths` are the strings that are names or dotted paths.
    """

    by_itself: bool = False
    by_attribute: bool = False
    paths: frozenset[str] = frozenset()


class Verdict(enum.Enum):
    """What a search says of a file."""

    PASSES = enum.auto()
    """It can hold a violation."""
    FAILS = enum.auto()
    """It cannot, by the words that were sought."""
    IS_FREE = enum.auto()
    """It cannot, holds none of the words even as part of others, and imports no star."""


class WordSearch(Generic[AnyStr]):
    """The search over text, or over bytes: `convert` makes the one or the other of a pattern.

    `homes` are the modules of moved symbols, which a star import names; `canonical` are the
    new names, which nothing else may define. Without `stars` no file has a star import.
    """

    def __init__(
        self,
        needles: Needles,
        convert: Callable[[str], AnyStr],
        homes: AbstractSet[str] = frozenset(),
        canonical: AbstractSet[str] = frozenset(),
        *,
        stars: bool = True,
    ) -> None:
        self._convert: Callable[[str], AnyStr] = convert
        self.names: Words[AnyStr] = Words(needles.names, convert)
        self.leaks: Words[AnyStr] = Words(needles.leaks, convert)
        self._modules: Words[AnyStr] = Words(needles.modules, convert)
        self._homes: Words[AnyStr] = Words(homes - needles.names, convert)
        self.defined: Words[AnyStr] = Words(canonical - needles.names, convert, before=_DEFINES)
        self.canonical: Words[AnyStr] = Words(canonical, convert, before=_DEFINES)
        self._any: Words[AnyStr] = Words({*needles.names, *needles.leaks, *canonical}, convert)
        self._star: re.Pattern[AnyStr] | None = re.compile(convert(_STAR)) if stars else None
        self._relative: re.Pattern[AnyStr] = re.compile(convert(_RELATIVE))
        self._relative_star: re.Pattern[AnyStr] = re.compile(
            convert(_RELATIVE_STAR if homes else _NOWHERE)
        )

    def passes(self, text: AnyStr) -> bool:
        """Whether a file can hold a violation."""
        return self.verdict(text) is Verdict.PASSES

    def verdict(self, text: AnyStr) -> Verdict:
        """Return whether a file can hold a violation, and if not, what it is free of."""
        may_spell = self._any.may_occur_in(text)
        if may_spell and (
            self.names.occur_in(text) or self.defined.occur_in(text) or self._takes_leak(text)
        ):
            return Verdict.PASSES
        if self._star is None or self._star.search(text) is None:  # most files have none at all
            return Verdict.FAILS if may_spell else Verdict.IS_FREE
        is_passed = (
            self._homes.occur_in(text)
            or self._modules.occur_in(text)
            or self._relative_star.search(text)
        )
        return Verdict.PASSES if is_passed else Verdict.FAILS

    def beyond(self, sought: Needles) -> WordSearch[AnyStr] | None:
        """Return the search for further needles in files that are free of these.

        None where there are no words but such as hold one that they do not spell.
        """
        names, leaks = map(self._any.without_stems, (sought.names, sought.leaks))
        if not names and not leaks:
            return None
        return WordSearch(Needles(names, leaks, sought.modules), self._convert, stars=False)

    def leaks_in(self, text: AnyStr) -> bool:
        """Whether a file can take from another what that one took from a moved module."""
        return self._takes_leak(text) or bool(
            self._modules
            and self._star is not None
            and self._star.search(text)
            and self._modules.occur_in(text)
        )

    def _takes_leak(self, text: AnyStr) -> bool:
        """Whether a leak is spelled, and its module, but in `from . import x`."""
        return self.leaks.occur_in(text) and bool(
            self._modules.occur_in(text) or self._relative.search(text)
        )


class Words(Generic[AnyStr]):
    """Words to look for, as plain substrings: twenty times faster than one pattern of them all.

    Of bytes, only ASCII makes up words. `before` is what has to stand before a word, if anything.
    """

    def __init__(
        self, words: AbstractSet[str], convert: Callable[[str], AnyStr], before: str = ""
    ) -> None:
        ordered = sorted(words, key=lambda word: (len(word), word))
        # A text without `Engine` has no `OldEngine` in it.
        stems: list[str] = []
        for word in ordered:
            if not any(stem in word for stem in stems):
                stems.append(word)
        self._convert: Callable[[str], AnyStr] = convert
        self._words: list[AnyStr] = [convert(word) for word in ordered]
        self._stems: list[AnyStr] = [convert(word) for word in stems]
        self._before: re.Pattern[AnyStr] | None = None
        if before:
            self._before = re.compile(convert(rf"{before}\Z"))

    def __bool__(self) -> bool:
        return bool(self._words)

    def occur_in(self, text: AnyStr) -> bool:
        """Whether one of the words stands in a text."""
        return next(self.find_in(text), None) is not None

    def without_stems(self, words: AbstractSet[str]) -> frozenset[str]:
        """Return those of other words that hold none of these."""
        return frozenset(
            word for word in words if not any(self._convert(word).find(s) >= 0 for s in self._stems)
        )

    def may_occur_in(self, text: AnyStr) -> bool:
        """Whether one of the words is part of a text, be it of a longer word."""
        for stem in self._stems:  # noqa: SIM110 - this is all that most files cost
            if stem in text:
                return True
        return False

    def find_in(self, text: AnyStr) -> Iterator[Span]:
        """Yield each place where one of the words stands, word by word."""
        if not self.may_occur_in(text):
            return
        for word in self._words:
            for at, end in places_of(word, text):
                if self._may_follow(text, at):
                    yield Span(at, end)

    def _may_follow(self, text: AnyStr, at: int) -> bool:
        return self._before is None or bool(self._before.search(text, max(0, at - _FAR), at))


def _is_of_path(character: str) -> bool:
    return character.isalnum() or character in "_.:"


def _is_whole(text: str, quote: int, end: int) -> bool:
    """Whether a string between two quotes is no part of a longer one."""
    return (
        text[quote] == text[end]
        and text[quote] in "\"'"
        and not _JOINED_BEFORE.search(text, max(0, quote - _FAR), quote)
        and not _JOINED_AFTER.match(text, end + 1)
    )


_FAR = 100
"""Characters before a word that are looked at: more blanks than that nobody writes."""
_NOWHERE = r"(?!)"
_QUOTES = frozenset("\"'{}")
"""What a piece of a string begins and ends with; in an f-string, that may be a brace."""
_PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_JOINED_BEFORE = re.compile(r"""["'+][\s\\]*[a-zA-Z]*\Z""")
_JOINED_AFTER = re.compile(r"""[\s\\]*(?:[+%]|[a-zA-Z]*["'])""")
_BY_KEYWORD = re.compile(r"multiple(?<=\.multiple)\b|multiple(?<=[\s\\]multiple)[\s\\]*\(")
"""`patch.multiple(module, Name=…)`."""
_DOT = re.compile(r"\.[\s\\]*\Z")
_IMPORTS = re.compile(r"\s*(?:from|import)\b[^;]*\Z")
_DEFINES = r"\b(?:class|def)[\s\\]+"
_STAR = r"import[\s\\]*\*"
# No boundary before it: `re` then looks for the letters first, several times faster.
_RELATIVE = r"from[\s\\]*\.[\s\\.]*import\b"
_RELATIVE_STAR = r"from[\s\\]*\.[\s\\.]*import[\s\\]*\*"
