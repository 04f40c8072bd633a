"""Cells: where the code of a notebook stands in its JSON (nbformat 4)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Span

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]')
_LANGUAGE = (("metadata", "kernelspec", "language"), ("metadata", "language_info", "name"))


class Cell(NamedTuple):
    """The strings, with their quotes, that a cell of code is made of, one after the other.

    `between` are the blanks before another one in a list, None where one string is all.
    """

    strings: tuple[Span, ...]
    between: str | None


def code_cells(text: str) -> list[Cell]:
    """Return the cells of code of a notebook; none where it is not one in Python."""
    sources: defaultdict[str, list[Span]] = defaultdict(list)
    kinds: dict[str, str] = {}
    for path, span in _strings(text):
        said = text[span.start + 1 : span.end - 1]
        if path in _LANGUAGE and said != "python":
            return []
        if path[0] == "cells" and len(path) > 2:
            if path[2] == "cell_type":
                kinds[path[1]] = said
            elif path[2] == "source":
                sources[path[1]].append(span)
    return [
        Cell(tuple(spans), _between(text, spans))
        for cell, spans in sources.items()
        if kinds.get(cell) == "code"
    ]


def _between(text: str, spans: list[Span]) -> str | None:
    if len(spans) > 1:
        return text[spans[0].end : spans[1].start].replace(",", "", 1)
    start = at = spans[0].start
    while text[at - 1 : at].isspace():
        at -= 1
    return text[at:start] if text[at - 1 : at] == "[" else None


def _strings(text: str) -> Iterator[tuple[tuple[str, ...], Span]]:
    """Yield the strings that are values, each with the keys and numbers that lead to it."""
    path: list[str] = []
    numbers: list[int] = []  # of each list or object on the way, how many values came before
    is_list: list[bool] = []
    is_key = False
    for token in _TOKEN.finditer(text):
        kind = token[0][0]
        if kind in "{[":
            is_list.append(kind == "[")
            numbers.append(0)
            path.append("0")
            is_key = kind == "{"
        elif not path:
            return  # it is no JSON
        elif kind in "}]":
            del is_list[-1], numbers[-1], path[-1]
            is_key = False
        elif kind == ",":
            is_key = not is_list[-1]
            numbers[-1] += 1
            if is_list[-1]:
                path[-1] = str(numbers[-1])
        elif kind == ":":
            is_key = False
        elif is_key:
            path[-1] = token[0][1:-1]
        else:
            yield tuple(path), Span(*token.span())
