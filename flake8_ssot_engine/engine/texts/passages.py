"""Passages: what around a place in a text is read with it, where that is no code that parses."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from flake8_ssot_engine.engine.texts.literals import Literal, start_of_line
from flake8_ssot_engine.project.text_formats import TextFormat
from flake8_ssot_engine.source import Span

Passages = Callable[[Span], Sequence[Span]]
"""Tells of a place the pieces of what it is read with, none where that is unknown."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_INDENT = re.compile(r"[ \t]*")
_COMMENT = re.compile(r"[ \t]*#")


def passages_in(text: str, written_in: TextFormat) -> Passages:
    """Return what tells of the passages of a text that is no Python."""
    if written_in is TextFormat.RST:
        return lambda span: _within(text, Span(0, len(text)), span)
    return lambda span: ()


def passages_of_literals(text: str, literals: Callable[[Span], Literal | None]) -> Passages:
    """Return what tells of the passages of the comments and strings of a Python file."""

    def passage(span: Span) -> Sequence[Span]:
        literal = literals(span)
        if literal is None:
            return ()
        if literal.is_comment:
            return _comments(text, literal.span)
        if literal.is_prose:
            return _within(text, literal.span, span)
        return (literal.inside(text),)

    return passage


def _comments(text: str, span: Span) -> Sequence[Span]:
    """Return what the comments say that stand alone on adjoining lines, or the one beside code."""
    if not _COMMENT.match(text, start_of_line(text, span.start), span.end):
        return (Span(span.start + 1, span.end),)
    [block] = _while_lines(text, span, Span(0, len(text)), _COMMENT.match)
    marks = ((line, _COMMENT.match(text, line.start)) for line in _lines(text, block))
    return [Span(mark.end(), line.end) for line, mark in marks if mark]


def _within(text: str, around: Span, span: Span) -> Sequence[Span]:
    """Return the lines around a place that are as far in."""
    indent = _indent(text, start_of_line(text, span.start))

    def belongs(text: str, at: int) -> bool:
        return _is_blank(text, at) or _indent(text, at) >= indent

    return _while_lines(text, span, around, belongs)


def _while_lines(
    text: str, span: Span, around: Span, belongs: Callable[[str, int], object]
) -> Sequence[Span]:
    """Return the piece made of the lines around a place as long as they belong to it."""
    start = start_of_line(text, span.start)
    while start > around.start:
        above = start_of_line(text, start - 1)
        if above < around.start or not belongs(text, above):
            break
        start = above
    end = span.end
    for line in _lines(text, Span(start_of_line(text, span.start), around.end)):
        if line.start > span.start and not belongs(text, line.start):
            break
        end = max(end, min(line.end, around.end))
    return (Span(max(start, around.start), end),)


def _lines(text: str, around: Span) -> list[Span]:
    found: list[Span] = []
    at = around.start
    while at < around.end:
        match = _LINE.match(text, at)
        assert match is not None
        found.append(Span(at, match.end()))
        at = match.end()
    return found


def _indent(text: str, line: int) -> int:
    match = _INDENT.match(text, line)
    assert match is not None
    return len(match[0].expandtabs(8))


def _is_blank(text: str, line: int) -> bool:
    match = _INDENT.match(text, line)
    assert match is not None
    return text[match.end() : match.end() + 1] in ("", "\n", "\r")
