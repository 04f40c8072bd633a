"""Block: the code of one program in a text, as Python, with the way back to where it stands.

It consists of units that are run one by one, as the cells of a notebook or the examples of a
docstring are; a unit that is no Python is passed over where there are others.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Span

PS1, PS2 = ">>> ", "... "
_STATEMENT = re.compile(r"(?:from|import)\b")
_MAGIC = re.compile(
    r"^([ \t]*(?:[\w.,*][\w.,* \t]*=[ \t]*)?)(?:[%!]|\?(?=[\w*]))[^\n]*"
    r"|^([ \t]*)[\w.*]+\?\??[ \t]*$",
    re.MULTILINE,
)
"""What IPython alone understands: magics, shell commands, and questions about an object."""
_TIMED = re.compile(
    r"^([ \t]*)%(?:time|timeit|prun|memit)(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]+(?=[^\s%!-])",
    re.MULTILINE,
)
"""What stands before a statement that IPython measures."""
_UNKNOWN = re.compile("[\ud800-\udfff]")
"""Bytes of a text that are no UTF-8, as they are decoded: no Python is made of them."""
_OTHER_LANGUAGE = re.compile(r"\s*%%(?!(?:capture|prun|time|timeit)\b)")
"""How a cell begins that is not Python's."""


class Line(NamedTuple):
    """A line of code in a text.

    `offsets` are those of its characters in the text, and of its end. What stands before it in its
    line of the text starts at `margin`, the next line at `after`; None where that is not told.
    `parted` is what comes between it and a new line after it, and then a prompt where it has one.
    """

    code: str
    offsets: Sequence[int]
    margin: int
    after: int | None
    parted: str
    prompt: str = ""


Unit = Sequence[Line]


class Block:
    """One program in a text; `spell` writes code as the text has it, and may raise Refusal.

    With `may_wait`, `await` may stand outside of functions, as in a notebook.
    """

    def __init__(
        self,
        text: str,
        units: Sequence[Unit],
        *,
        spell: Callable[[str], str] = str,
        may_wait: bool = False,
    ) -> None:
        self._text = text
        self._units = units
        self._lines = [line for unit in units for line in unit]
        self._spell = spell
        self.may_wait = may_wait

    @property
    def code(self) -> str:
        """The program; its lines have the numbers that they have in the text, where they can."""
        return self._assembled[0]

    @property
    def is_one_unit(self) -> bool:
        """Whether it is run as a whole."""
        return len(self._units) == 1

    @cached_property
    def hidden(self) -> str:
        """What of it is not read as Python, with blanks for the rest."""
        plain = "\n".join(map(_plain, self._units))
        read = "\n".join(self._codes)
        if plain == read:
            return ""
        pairs = zip(plain, read, strict=True)
        return "".join(" " if one == other else one for one, other in pairs)

    @property
    def passed_over(self) -> list[Span]:
        """Where the units are that are no Python, among others."""
        return [
            Span(unit[0].margin, unit[-1].offsets[-1])
            for unit, code in zip(self._units, self._read, strict=True)
            if code is None
        ]

    @property
    def lines(self) -> list[str]:
        """Its lines as they are, whatever of it is Python."""
        return [line.code for line in self._lines]

    def count_unsound(self) -> int:
        """Return how many units are no Python."""
        sound = (_parses(_plain(unit)) or _parses(_spelled_out(unit)) for unit in self._units)
        return len(self._units) - sum(sound)

    def place(self, span: Span) -> Span:
        """Return where a span of the code is in the text."""
        return Span(self._offset(span.start), self._offset(span.end))

    def edit(self, edit: Edit) -> tuple[Span, str]:
        """Return what an edit of the code comes to in the text. Raises Refusal."""
        (start, end), new = edit.span, edit.text
        first = self._number(start)
        if end > start and self.code[end - 1] == "\n":
            last = self._number(end - 1)
            if start == self._starts[first] and not new:
                return self._whole_lines(first, last), ""
            if not new.endswith("\n"):
                raise Refusal("it would join lines of the text")
            end, new = end - 1, new[:-1]
        last = self._number(end)
        self._check_joined(first, last)
        return self.place(Span(start, end)), self._spelled(self._lines[first], new)

    def _spelled(self, line: Line, code: str) -> str:
        if "\ufffd" in code:
            raise Refusal("its place is no UTF-8")
        first, *further = code.split("\n")
        parts = [self._spell(first)]
        for number, one in enumerate(further, start=1):
            prompt = line.prompt
            if prompt and (one or number < len(further)):  # what is empty precedes the line itself
                prompt = PS1 if _STATEMENT.match(one) else PS2
            margin = line.parted + prompt
            if not one and number < len(further):
                margin = margin.rstrip(" \t")
            parts += [margin, self._spell(one)]
        return "".join(parts)

    def _whole_lines(self, first: int, last: int) -> Span:
        self._check_joined(first, last)
        after = self._lines[last].after
        if after is None:
            raise Refusal("it is the last line of its piece of code")
        return Span(self._lines[first].margin, after)

    def _check_joined(self, first: int, last: int) -> None:
        lines = self._lines[first : last + 1]
        if any(one.after != other.margin for one, other in pairwise(lines)):
            raise Refusal("something else stands between its lines")

    def _number(self, offset: int) -> int:
        return max(0, bisect_right(self._starts, offset) - 1)

    def _offset(self, offset: int) -> int:
        number = self._number(offset)
        offsets = self._lines[number].offsets
        return offsets[min(max(0, offset - self._starts[number]), len(offsets) - 1)]

    @property
    def _starts(self) -> list[int]:
        return self._assembled[1]

    @cached_property
    def _read(self) -> list[str | None]:
        """What is read of each unit, None where it is passed over."""
        if not any(_OTHER_LANGUAGE.match(unit[0].code) for unit in self._units):
            every = [_plain(unit) for unit in self._units]
            if _parses(self._put_together(every)[0]):
                return [*every]
        return [_read(unit, is_alone=len(self._units) == 1) for unit in self._units]

    @property
    def _codes(self) -> list[str]:
        """The code of each unit, as long as it is in the text, whatever of it is read."""
        return [
            _commented_out(unit) if code is None else code
            for unit, code in zip(self._units, self._read, strict=True)
        ]

    @cached_property
    def _assembled(self) -> tuple[str, list[int]]:
        return self._put_together(self._codes)

    def _put_together(self, units: Sequence[str]) -> tuple[str, list[int]]:
        """Return the code, and where each line starts in it."""
        parts: list[str] = []
        starts: list[int] = []
        length = number = at = in_text = 0
        codes = (_UNKNOWN.sub("\ufffd", line) for unit in units for line in unit.split("\n"))
        for line, code in zip(self._lines, codes, strict=True):
            in_text += self._text.count("\n", at, line.offsets[0])
            at = line.offsets[0]
            missing = max(0, in_text - number)
            starts.append(length + missing)
            parts.append("\n" * missing + code + "\n")
            length += missing + len(code) + 1
            number += missing + 1
        return "".join(parts), starts


def _plain(unit: Unit) -> str:
    return "\n".join(line.code for line in unit)


def _read(unit: Unit, *, is_alone: bool) -> str | None:
    code = _plain(unit)
    if _OTHER_LANGUAGE.match(code):
        return None
    for one in (code, _spelled_out(unit)):
        if _parses(one):
            return one
    return code if is_alone else None


def _spelled_out(unit: Unit) -> str:
    """Return the code of a unit with something as long for whatever is IPython's alone."""
    code = _TIMED.sub(lambda magic: f"{magic[1]}if 1:".ljust(len(magic[0])), _plain(unit))
    return _MAGIC.sub(lambda magic: ((magic[1] or magic[2] or "") + "0").ljust(len(magic[0])), code)


def _commented_out(unit: Unit) -> str:
    return "\n".join("#".ljust(len(line.code)) if line.code else "" for line in unit)


def _parses(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what string escapes are worth is not asked
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
