"""Blocks: the code that a place in a text belongs to, where the text's format tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from flake8_ssot_engine.engine.texts.literals import Literal
from flake8_ssot_engine.project.text_formats import TextFormat
from flake8_ssot_engine.source import Span

Blocks = Callable[[Span], Sequence[Span]]
"""Tells of a place the pieces of the code that it belongs to, none where that is unknown."""

_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*\{?\.?([\w+-]*)[^\n]*$", re.MULTILINE)
_PYTHON = frozenset({"", "py", "python", "python3", "pycon", "ipython", "ipython3"})
_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: |$)")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_INDENT = re.compile(r"[ \t]*")
_COMMENT = re.compile(r"[ \t]*#")
_CELL = re.compile(r'"cell_type"\s*:\s*"(\w+)"')
_SOURCE = re.compile(
    r'"source"\s*:\s*(\[[^\[\]"]*(?:"(?:\\.|[^"\\])*"[^\[\]"]*)*\]|"(?:\\.|[^"\\])*")'
)
_STRING = re.compile(r'"((?:\\.|[^"\\])*)"')


def blocks_in(text: str, written_in: TextFormat) -> Blocks:
    """Return what tells of the code in a text that is no Python."""
    if written_in is TextFormat.NOTEBOOK:
        pieces = _cells(text)
        return lambda span: pieces if any(piece.contains(span) for piece in pieces) else ()
    if written_in is TextFormat.MARKDOWN:
        fences = _fences(text)

        def fenced(span: Span) -> Sequence[Span]:
            around = next((fence for fence in fences if fence.contains(span)), None)
            return () if around is None else _within(text, around, span)

        return fenced
    if written_in is TextFormat.RST:
        return lambda span: _within(text, Span(0, len(text)), span)
    return lambda span: ()


def blocks_of_literals(text: str, literals: Callable[[Span], Literal | None]) -> Blocks:
    """Return what tells of the code in the comments and strings of a Python file."""

    def block(span: Span) -> Sequence[Span]:
        literal = literals(span)
        if literal is None:
            return ()
        if literal.is_comment:
            return _comments(text, literal.span)
        if literal.is_prose:
            return _within(text, literal.span, span)
        return (literal.inside(text),)

    return block


def _comments(text: str, span: Span) -> Sequence[Span]:
    """Return what the comments say that stand alone on adjoining lines, or the one beside code."""
    if not _COMMENT.match(text, _start_of_line(text, span.start), span.end):
        return (Span(span.start + 1, span.end),)
    [block] = _while_lines(text, span, Span(0, len(text)), _COMMENT.match)
    marks = ((line, _COMMENT.match(text, line.start)) for line in _lines(text, block))
    return [Span(mark.end(), line.end) for line, mark in marks if mark]


def _within(text: str, around: Span, span: Span) -> Sequence[Span]:
    """Return the code around a place: the lines after `>>>`, or those that are as far in."""
    start = _start_of_line(text, span.start)
    if _PROMPT.match(text, start):
        return [line for line in _lines(text, around) if _PROMPT.match(text, line.start)]
    indent = _indent(text, start)

    def belongs(text: str, at: int) -> bool:
        return _is_blank(text, at) or _indent(text, at) >= indent

    return _while_lines(text, span, around, belongs)


def _while_lines(
    text: str, span: Span, around: Span, belongs: Callable[[str, int], object]
) -> Sequence[Span]:
    """Return the piece made of the lines around a place as long as they belong to it."""
    start = _start_of_line(text, span.start)
    while start > around.start:
        above = _start_of_line(text, start - 1)
        if above < around.start or not belongs(text, above):
            break
        start = above
    end = span.end
    for line in _lines(text, Span(_start_of_line(text, span.start), around.end)):
        if line.start > span.start and not belongs(text, line.start):
            break
        end = max(end, min(line.end, around.end))
    return (Span(max(start, around.start), end),)


def _fences(text: str) -> list[Span]:
    """Return the fenced blocks of Markdown that hold Python, or do not say what they hold."""
    found: list[Span] = []
    opening: re.Match[str] | None = None
    for match in _FENCE.finditer(text):
        if opening is None:
            opening = match
        elif match[1].startswith(opening[1]) and not match[2]:
            if opening[2].lower() in _PYTHON:
                found.append(Span(opening.end() + 1, match.start()))
            opening = None
    return found


def _cells(text: str) -> list[Span]:
    """Return the strings that the source of a notebook's code cells consists of, unquoted."""
    kinds = [(match.start(), match[1]) for match in _CELL.finditer(text)]
    pieces: list[Span] = []
    for number, source in enumerate(_SOURCE.finditer(text)):
        # Keys are sorted in what Jupyter writes: `cell_type` comes before `source`.
        if len(kinds) <= number or kinds[number][1] != "code":
            continue
        pieces += [Span(*match.span(1)) for match in _STRING.finditer(text, *source.span(1))]
    return pieces


def _lines(text: str, around: Span) -> list[Span]:
    found: list[Span] = []
    at = around.start
    while at < around.end:
        match = _LINE.match(text, at)
        assert match is not None
        found.append(Span(at, match.end()))
        at = match.end()
    return found


def _start_of_line(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _indent(text: str, line: int) -> int:
    match = _INDENT.match(text, line)
    assert match is not None
    return len(match[0].expandtabs(8))


def _is_blank(text: str, line: int) -> bool:
    match = _INDENT.match(text, line)
    assert match is not None
    return text[match.end() : match.end() + 1] in ("", "\n", "\r")
