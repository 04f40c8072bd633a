"""Literals: where the comments and strings of a Python file are, as its text alone tells.

Most files that name something that has moved name it in an import, and this costs a hundredth of
what tokens do. In an f-string that holds quotes of its own kind (PEP 701) it takes code for text.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Span

_DOUBLE = r'''""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|(?:\\.|[^"\\\r\n])*"'''
# A set to begin with lets `re` skip quickly to where something may match.
_LITERAL = re.compile(
    rf"""[#"'](?:(?<=\#)[^\r\n]*|(?<=")(?:{_DOUBLE})|(?<=')(?:{_DOUBLE.replace('"', "'")}))""",
    re.DOTALL,
)
_LETTERS = "bfrtuBFRTU"
"""Those of the prefixes of strings."""
_BLANK = re.compile(r"[ \t\f]*\Z")
_NOTHING_MORE = re.compile(r"[ \t\f;]*(?:#[^\r\n]*)?(?:[\r\n]|\Z)")
_DEFINITION = re.compile(r"^([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_OPEN = frozenset("([{,=+-*/%&|^<>~.\\@\"'")
_CODES = re.compile(r"[fFtT]")


class Literal(NamedTuple):
    """A comment or a string. `is_prose` says that nothing but a reader asks what is in it."""

    span: Span
    is_comment: bool
    is_prose: bool

    @property
    def is_docstring(self) -> bool:
        """Whether it is a string that nothing but a reader asks for."""
        return self.is_prose and not self.is_comment

    def inside(self, text: str) -> Span:
        """Return what stands between the quotes."""
        start, end = self.span
        while text[start].isalpha():
            start += 1
        size = 3 if text[start : start + 3] in ('"""', "'''") and end - start > 5 else 1
        return Span(start + size, end - size)


def start_of_line(text: str, offset: int) -> int:
    """Return where the line of a place starts, whatever ends the one before."""
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def literals_in(text: str, end: int) -> list[Literal]:
    """Return the comments and strings of a Python file that start before `end`, in order."""
    found: list[Literal] = []
    for match in _LITERAL.finditer(text):
        start = match.start()
        if start >= end:
            break
        if text[start] == "#":
            found.append(Literal(Span(*match.span()), is_comment=True, is_prose=True))
            continue
        before = text[max(0, start - 3) : start]
        prefix = before[len(before.rstrip(_LETTERS)) :]
        span = Span(start - len(prefix), match.end())
        is_prose = _is_statement(text, span, found) and not _CODES.search(prefix)
        found.append(Literal(span, is_comment=False, is_prose=is_prose))
    return found


class Literals:
    """The comments and strings of one Python file, found as far as they are asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[Literal] = []
        self._known = 0

    def until(self, end: int) -> list[Literal]:
        """Return those that start before `end`, and perhaps others after them, in order."""
        if self._known < end:
            self._found, self._known = literals_in(self._text, end), end
        return self._found

    def around(self, span: Span) -> Literal | None:
        """Return the one that a span lies in."""
        return literal_around(self.until(span.end), span)


def literal_around(literals: list[Literal], span: Span) -> Literal | None:
    """Return the one that a span lies in."""
    at = bisect_right(literals, span.start, key=lambda literal: literal.span.start)
    known = literals[at - 1] if at else None
    return known if known is not None and known.span.contains(span) else None


def _is_statement(text: str, span: Span, before: list[Literal]) -> bool:
    """Whether a string is a statement by itself, as a docstring is."""
    line = start_of_line(text, span.start)
    if not _BLANK.match(text, line, span.start):
        return False
    if not _NOTHING_MORE.match(text, span.end):
        return False
    end = line
    for literal in reversed(before):
        code = text[literal.span.end : end].rstrip()
        if code or not literal.is_comment:
            end = literal.span.end + len(code)
            break
        end = literal.span.start
    return text[:end].rstrip()[-1:] not in _OPEN or _closes(before, text, end)


def _closes(before: list[Literal], text: str, end: int) -> bool:
    """Whether what stands before is a whole statement that is a string."""
    stripped = len(text[:end].rstrip())
    return any(one.span.end == stripped and one.is_prose for one in before[-3:])


class TextDefinitions:
    """The functions and classes of a file, by the indentation of their first lines."""

    def __init__(self, text: str, literals: list[Literal]) -> None:
        self._text = text
        self._starts: list[int] = []
        self._rows: list[tuple[int, str]] = []
        around: list[tuple[int, str]] = []
        for match in _DEFINITION.finditer(text):
            if literal_around(literals, Span(match.start(2), match.end(2))):
                continue
            indent = _width(match[1])
            while around and around[-1][0] >= indent:
                around.pop()
            name = f"{around[-1][1]}.{match[2]}" if around else match[2]
            around.append((indent, name))
            self._starts.append(match.start())
            self._rows.append((indent, name))

    @property
    def names(self) -> frozenset[str]:
        """The qualified names of them all."""
        return frozenset(name for _, name in self._rows)

    def around(self, offset: int) -> str:
        """Return the innermost one that a place stands in, "" for none."""
        line = self._text.rfind("\n", 0, offset) + 1
        blank = re.compile(r"[ \t]*").match(self._text, line)
        assert blank is not None
        indent = _width(blank[0])
        for at in range(bisect_right(self._starts, offset) - 1, -1, -1):
            own, name = self._rows[at]
            if self._starts[at] == line or own < indent:
                return name
        return ""


def _width(blanks: str) -> int:
    return len(blanks.expandtabs(8))
