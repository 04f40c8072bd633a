"""Focus: the part of a file in which certain names occur, which is all that a check has to bind.

Most statements of a large file name nothing that has moved. They are cut out of the tree before
it is walked, a `pass` in the place of each row of them; imports always stay. What a model of the
rest is asked for about any other name it may not know, and then it says so (OutOfFocus): the check
is begun anew with that name in focus too. So an answer never depends on what was cut out.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from typing import TypeVar

from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.blocks import BLOCKS, PARTS, blocks_of, first_line
from flake8_ssot_engine.semantics.words import HOOK, places_of
from flake8_ssot_engine.source import SourceFile

_ALWAYS = ("import", "__all__")
_STAR = re.compile(r"import[\s\\]*\*")
_NO_TYPE = re.compile(r"[ \t\f]*#(?![ \t]*type:)")
_WORD = re.compile(r"\w+")
_DEFINES = re.compile(r"(?:\bdef|\bclass|\btype)[\s\\]+\Z")

Copied = TypeVar("Copied")


class OutOfFocus(Exception):  # noqa: N818 - no error: it asks for another attempt
    """Raised when a name is asked for that occurs in what was cut out."""


class Asked(NamedTuple):
    """Names of which every place is in focus, and those of which whatever binds them is."""

    uses: frozenset[str] = frozenset()
    bindings: frozenset[str] = frozenset()


class Change(NamedTuple):
    """Lines of a text, from `first` to before `end`, which became `by` lines more, or less."""

    first: int
    end: int
    by: int


class Focus:
    """Some names of one file, and the lines that they stand on."""

    def __init__(
        self, source: SourceFile, names: Iterable[str], asked: Asked | None = None
    ) -> None:
        """Look at some names, and at what another focus on the same file was asked for."""
        self._source = source
        self._uses: set[str] = set()
        self._bindings: set[str] = set()
        self._lines: list[int] = []
        self._kept: frozenset[int] = frozenset()
        self._shape: list[int] = []
        asked = asked or Asked()
        for name in {*_ALWAYS, *names, *asked.uses}:
            self._uses.add(name)
            self._add(self._lines_of(name))
        for name in asked.bindings - self._uses:
            self._bindings.add(name)
            self._add(self._lines_of(name, bound=True))

    @staticmethod
    def is_possible(source: SourceFile) -> bool:
        """Whether the names of a file can be told from its text.

        A star import may bind any; a module's `__getattr__` gives names out by strings; and
        what Python folds into a name (NFKC) is spelled in another way.
        """
        text = source.text
        if HOOK in text or ("*" in text and _STAR.search(text)):
            return False
        if text.isascii():
            return True
        others = {character for character in set(text) if character > "\x7f"}
        of_names = {character for character in others if f"a{character}".isidentifier()}
        if not of_names:
            return True
        runs = re.compile(f"[{re.escape(''.join(of_names))}]+").finditer(text)
        return unicodedata.is_normalized(
            "NFKC", " ".join(_with_base(text, *r.span()) for r in runs)
        )

    @property
    def asked(self) -> Asked:
        """The names that are in focus by now."""
        return Asked(frozenset(self._uses), frozenset(self._bindings))

    def after(self, source: SourceFile, tree: ast.Module, change: Change) -> Focus | None:
        """Return this focus on a text of which some lines were changed.

        None where they were in focus, or are now, or what is in focus is not where it was.
        """
        first, end, by = change.first, change.end, change.by
        new = source.text[_start_of(source, first) : _start_of(source, end + by)]
        names = {part for name in self._uses | self._bindings for part in _WORD.findall(name)}
        if not names.isdisjoint(_WORD.findall(new)):
            return None
        if not (new.isascii() or Focus.is_possible(source)):
            return None
        if not self._kept.isdisjoint(range(first, end)):
            return None
        lines = [line if line < end else line + by for line in self._lines]
        other = _copy(self, _source=source, _lines=lines)
        other.cut(tree)
        kept = {line if line < end else line + by for line in self._kept}
        return other if other._kept == kept and other._shape == self._shape else None

    def need_uses(self, names: Iterable[str]) -> None:
        """Make sure that every place of some names is in focus. Raises OutOfFocus."""
        asked = set(names) - self._uses
        self._uses |= asked
        self._need({line for name in asked for line in self._lines_of(name)})

    def need_bindings(self, *names: str) -> None:
        """Make sure that whatever binds some names is in focus. Raises OutOfFocus."""
        asked = {name for name in names if name not in self._uses and name not in self._bindings}
        if asked:
            self._bindings |= asked
            self._need({line for name in asked for line in self._lines_of(name, bound=True)})

    def _need(self, lines: set[int]) -> None:
        missing = lines - self._kept
        if missing:
            self._add(missing)
            raise OutOfFocus

    def _add(self, lines: Iterable[int]) -> None:
        for line in lines:
            at = bisect_left(self._lines, line)
            if at == len(self._lines) or self._lines[at] != line:
                insort(self._lines, line)

    # --- the text

    def _lines_of(self, name: str, *, bound: bool = False) -> set[int]:
        """Return the lines that a name stands on, in code as far as can be told from the text.

        With `bound`, those on which a statement may bind it.
        """
        text, starts = self._source.text, self._source.line_starts
        found: set[int] = set()
        private = name.find("__", 1)
        if name.startswith("_") and private > 0:  # as a class body stores it: `_Class__name`
            found |= self._lines_of(name[private:], bound=bound)
        for at, end in places_of(name, text):
            if not (bound and _only_uses(text, at, end)):
                line = bisect_right(starts, at)
                if not _NO_TYPE.match(text, starts[line - 1], at):
                    found.add(line)
        return found

    # --- the tree

    def cut(self, tree: ast.Module) -> ast.Module:
        """Return a tree of the statements in focus; `tree` itself stays what it is."""
        kept: set[int] = set()
        self._shape = []
        cut = _copy(tree, body=self._block(tree.body, kept))
        self._kept = frozenset(kept)
        return cut

    def _block(self, block: Sequence[ast.stmt], kept: set[int]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        is_cut = False
        for statement in block:
            first = first_line(statement)
            last = statement.end_lineno or first
            at = bisect_left(self._lines, first)
            if at < len(self._lines) and self._lines[at] <= last:
                self._shape.append(-len(found) - 1)
                found.append(self._statement(statement, first, last, kept))
                is_cut = False
            elif not is_cut:
                nothing = ast.Pass(lineno=first, col_offset=statement.col_offset)
                nothing.end_lineno = last
                nothing.end_col_offset = statement.end_col_offset
                found.append(nothing)
                is_cut = True
        self._shape.append(len(found))
        return found

    def _statement(self, statement: ast.stmt, first: int, last: int, kept: set[int]) -> ast.stmt:
        blocks: list[list[ast.stmt]] = list(blocks_of(statement))
        kept.update(range(first, last + 1))
        if not blocks:
            return statement
        for block in blocks:
            kept.difference_update(range(first_line(block[0]), (block[-1].end_lineno or 0) + 1))
        cut = _copy(statement)
        for name in BLOCKS:
            if part := getattr(statement, name, None):
                setattr(cut, name, self._block(part, kept))
        for name in PARTS:
            if parts := getattr(statement, name, None):
                cut_parts = [_copy(part, body=self._block(part.body, kept)) for part in parts]
                setattr(cut, name, cut_parts)
        return cut


def _with_base(text: str, start: int, end: int) -> str:
    """Return a run of letters, after the ASCII character that the first may be combined with."""
    before = text[max(0, start - 1) : start]
    return text[start - len(before) if before.isascii() else start : end]


def _start_of(source: SourceFile, line: int) -> int:
    starts = source.line_starts
    return starts[line - 1] if line <= len(starts) else len(source.text)


def _copy(one: Copied, **changed: object) -> Copied:
    """Return the same with other parts; constructors of nodes differ from Python to Python."""
    copied = type(one).__new__(type(one))
    copied.__dict__.update(one.__dict__, **changed)
    return copied


def _only_uses(text: str, start: int, end: int) -> bool:
    """Whether what stands around a word shows that nothing is bound there.

    An attribute, a decorator, and what is called, subscripted or asked for an attribute are
    only uses; but `def f(`, `class C(` and `class C[` bind.
    """
    if text[start - 1 : start] in {".", "@"}:
        return True
    return text[end : end + 1] in {"(", "[", "."} and not _DEFINES.search(
        text, max(0, start - 20), start
    )
