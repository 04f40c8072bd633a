"""Cutting: where the blocks of code are in a text, by what it is written in."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from flake8_ssot_engine.engine.texts.blocks import PS1, PS2, Block, Line, Unit
from flake8_ssot_engine.engine.texts.cells import Cell, code_cells
from flake8_ssot_engine.engine.texts.literals import Literal
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.project.text_formats import TextFormat
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Span

_LINE = re.compile(r"[^\n]*(?:\n|\Z)")
_PYTHON = frozenset({"", "py", "python", "python3", "pycon", "ipython", "ipython3"})
_FENCE = re.compile(
    r"^(?P<margin>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*\{?\.?(?P<kind>[\w+-]*)\}?[^\n]*$",
    re.MULTILINE,
)
_QUOTE = re.compile(r"[ \t]*>[ \t]?")
_COLONS = re.compile(r"::(?:[ \t]+(?P<kind>[\w+-]+))?[ \t\r]*(?:\n|\Z)")
_DIRECTIVE = re.compile(r"[ \t]*\.\. +([\w-]+)(?=::)")
_OPTION = re.compile(r"[ \t]*:[\w-]+:")
_CODE = frozenset({"code", "code-block", "plot", "sourcecode"})
"""The directives of reStructuredText each of which holds a program."""
_CELLS = frozenset({"code-cell", "ipython", "jupyter-execute", "testcode", "testsetup"})
"""Kinds of blocks that are run one after the other."""
_PROMPT = re.compile(r"((?:[ \t]*>(?=[ \t]))*[ \t]*)>>>(?:[ \t]|(?=\r?\n|\Z))")
_FURTHER = re.compile(_PROMPT.pattern.replace(">>>", r"\.\.\."))
_BLOCKS_OF_THEIR_OWN = (">>>", "```", "~~~")
_BLANKS = re.compile(r"[ \t]*")
_ENDS = ("\r\n", "\n")
_JSON_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)
_ESCAPE = re.compile(
    r"\\(?:[0-7]{1,3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|N\{[^}]*\}|[^\r\n])"
)

_MARKED_UP = (TextFormat.MARKDOWN, TextFormat.RST, TextFormat.PLAIN)

Unescaped = Callable[[int, int], tuple[str, Sequence[int]]]
"""Returns what a piece of a text says, with the offset of each character, and of its end."""


class _Region(NamedTuple):
    """A part of a text in which blocks are looked for; each must spell one of some words."""

    text: str
    span: Span
    words: Sequence[str]
    unescaped: Unescaped
    spell: Callable[[str], str] = str

    def has_words(self, start: int, end: int) -> bool:
        return any(self.text.find(word, start, end) >= 0 for word in self.words)

    def lines(self, start: int, end: int) -> Iterator[Span]:
        """Yield the lines of a part, with their ends."""
        while start < end:
            match = _LINE.match(self.text, start, end)
            assert match is not None
            yield Span(start, match.end())
            start = match.end()

    def line(self, line: Span, start: int, margin: int, prompt: str = "") -> Line:
        """Return a line whose code starts at `start`, and any prompt before it at `margin`."""
        text = self.text
        end = line.end
        newline = next((one for one in _ENDS if text.endswith(one, line.start, line.end)), "")
        end -= len(newline)
        start = min(start, end)
        code, offsets = self.unescaped(start, end)
        parted = (newline or "\n") + self.outer(line.start) + text[line.start : min(margin, end)]
        return Line(code, offsets, line.start, line.end if newline else None, parted, prompt)

    def indent(self, start: int) -> int:
        """Return how far in the line is that starts at `start`, or goes on there."""
        begin = self.text.rfind("\n", 0, start) + 1
        blanks = _BLANKS.match(self.text, begin)
        return len(blanks[0].expandtabs(8)) if blanks else 0

    def outer(self, start: int) -> str:
        """Return the blanks at the start of a line that does not start at `start` itself."""
        begin = self.text.rfind("\n", 0, start) + 1
        blanks = _BLANKS.match(self.text, begin, start)
        return blanks[0] if blanks else ""


def blocks_in(text: str, written_in: TextFormat, words: Sequence[str]) -> list[Block]:
    """Return the blocks in a text that is no Python, of those that spell one of some words."""
    if written_in is TextFormat.NOTEBOOK:
        return _notebook(text, words)
    if written_in not in _MARKED_UP:
        return []
    region = _Region(text, Span(0, len(text)), words, _as_it_is(text))
    found = [*_prompts(region)]
    if written_in is TextFormat.MARKDOWN:
        found += _fenced(region)
    if written_in is TextFormat.RST:
        found += _indented(region)
    return found


def blocks_of_literal(text: str, literal: Literal, words: Sequence[str]) -> list[Block]:
    """Return the blocks in a docstring, of those that spell one of some words."""
    inside = literal.inside(text)
    has_escapes = "r" not in text[literal.span.start : inside.start].lower() and (
        text.find("\\", *inside) >= 0
    )
    unescaped = _of_python(text) if has_escapes else _as_it_is(text)
    region = _Region(text, inside, words, unescaped, _plainly if has_escapes else str)
    return [*_prompts(region), *_fenced(region), *_indented(region)]


def _block(region: _Region, units: Sequence[Unit]) -> Block:
    return Block(region.text, units, spell=region.spell)


def _prompts(region: _Region) -> Iterator[Block]:
    """Yield the program that all prompts make, as doctest runs them."""
    text, span = region.text, region.span
    if text.find(">>>", *span) < 0 or not region.has_words(*span):
        return
    units: list[list[Line]] = []
    margin = None
    for line in region.lines(*span):
        first = _PROMPT.match(text, line.start, line.end)
        if first is not None:
            margin = region.outer(line.start) + first[1]
            units.append([region.line(line, first.end(), first.end(1), PS1)])
            continue
        further = None if margin is None else _FURTHER.match(text, line.start, line.end)
        margin = margin if further is not None and further[1] == margin else None
        if further is not None and margin is not None:
            units[-1].append(region.line(line, further.end(), further.end(1), PS2))
    if units:
        yield _block(region, units)


def _fenced(region: _Region) -> Iterator[Block]:
    """Yield the fenced blocks of Markdown that hold Python, or do not say what they hold."""
    cells: list[Unit] = []
    opening: re.Match[str] | None = None
    for match in _FENCE.finditer(region.text, *region.span):
        if opening is None:
            opening = match
        elif match["fence"].startswith(opening["fence"]) and not match["kind"]:
            kind, body = opening["kind"].lower(), (opening.end() + 1, match.start())
            if kind in _PYTHON or kind in _CODE or kind in _CELLS:
                unit = _body(region, *body, quotes=opening["margin"].count(">"))
                yield from _as_blocks(region, unit, cells if kind in _CELLS else None)
            opening = None
    if any(region.has_words(*_span(unit)) for unit in cells):
        yield _block(region, cells)


def _indented(region: _Region) -> Iterator[Block]:
    """Yield the literal blocks of reStructuredText, and what its directives say is Python."""
    cells: list[Unit] = []
    end = 0
    for match in _COLONS.finditer(region.text, *region.span):
        line = max(region.text.rfind("\n", 0, match.start()) + 1, region.span.start)
        directive = _DIRECTIVE.match(region.text, line)
        language = (match["kind"] or "").lower()
        kind = directive[1] if directive else language and "none"
        is_cell = kind in _CELLS
        if match.start() < end or not (kind in _CODE or kind in _CELLS or not kind):
            continue
        if not is_cell and language not in _PYTHON:
            continue
        start = match.end()
        end = _end_of_indented(region, start, region.indent(line))
        if directive:
            start = _after_options(region, start, end)
        yield from _as_blocks(region, _body(region, start, end), cells if is_cell else None)
    if any(region.has_words(*_span(unit)) for unit in cells):
        yield _block(region, cells)


def _as_blocks(region: _Region, unit: Unit, cells: list[Unit] | None) -> Iterator[Block]:
    """Yield what a body of code is by itself; one that is run with others is put with them."""
    if not unit or any(line.code.startswith(_BLOCKS_OF_THEIR_OWN) for line in unit):
        return
    if cells is not None:
        cells.append(unit)
    elif region.has_words(*_span(unit)):
        yield _block(region, [unit])


def _span(unit: Unit) -> Span:
    return Span(unit[0].margin, unit[-1].offsets[-1])


def _end_of_indented(region: _Region, start: int, indent: int) -> int:
    """Return where the lines end that are further in than `indent`."""
    end = start
    for line in region.lines(start, region.span.end):
        blanks = _BLANKS.match(region.text, line.start, line.end)
        assert blanks is not None
        is_blank = not region.text[blanks.end() : line.end].strip()
        if not is_blank and len(blanks[0].expandtabs(8)) <= indent:
            break
        if not is_blank:
            end = line.end
    return end


def _after_options(region: _Region, start: int, end: int) -> int:
    for line in region.lines(start, end):
        if not _OPTION.match(region.text, line.start, line.end):
            return line.start
    return end


def _body(region: _Region, start: int, end: int, *, quotes: int = 0) -> Unit:
    """Return the code in some lines, without what all of them start with."""
    text = region.text
    if not region.has_words(start, end):
        return ()
    rows: list[tuple[Span, int, int]] = []
    for line in region.lines(start, end):
        at = line.start
        for _ in range(quotes):
            quote = _QUOTE.match(text, at, line.end)
            at = quote.end() if quote else at
        blanks = _BLANKS.match(text, at, line.end)
        assert blanks is not None
        rows.append((line, at, blanks.end()))
    filled = [(line, at, code) for line, at, code in rows if text[code : line.end].strip()]
    common = _common([text[at:code] for _, at, code in filled])
    starts = [(line, min(at + len(common), code)) for line, at, code in rows]
    return [region.line(line, start, start) for line, start in starts]


def _common(indents: Sequence[str]) -> str:
    """Return what all indents start with."""
    if not indents:
        return ""
    pairs = zip(min(indents), max(indents), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _as_it_is(text: str) -> Unescaped:
    return lambda start, end: (text[start:end], range(start, end + 1))


def _of_python(text: str) -> Unescaped:
    def unescaped(start: int, end: int) -> tuple[str, Sequence[int]]:
        return _without_escapes(text, start, end, _ESCAPE, _said_by_python)

    return unescaped


def _said_by_python(escape: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of those that are none
        try:
            said = str(ast.literal_eval(f'"{escape}"'))
        except (SyntaxError, ValueError):
            return escape
    return escape if said in "\r\n" else said  # which is not meant where it stands in code


def _said_by_json(escape: str) -> str:
    try:
        return str(json.loads(f'"{escape}"'))
    except ValueError:
        return escape


def _plainly(code: str) -> str:
    if "\\" in code:
        raise Refusal("its escapes are not followed")
    return code


def _without_escapes(
    text: str, start: int, end: int, pattern: re.Pattern[str], said: Callable[[str], str]
) -> tuple[str, Sequence[int]]:
    parts: list[str] = []
    offsets: list[int] = []
    at = start
    for escape in pattern.finditer(text, start, end):
        parts.append(text[at : escape.start()])
        offsets += range(at, escape.start())
        meant = said(escape[0])
        parts.append(meant)
        is_kept = meant == escape[0]
        offsets += range(*escape.span()) if is_kept else [escape.start()] * len(meant)
        at = escape.end()
    parts.append(text[at:end])
    offsets += range(at, end + 1)
    return "".join(parts), offsets


def _notebook(text: str, words: Sequence[str]) -> list[Block]:
    """Return the program that a notebook is, if it is one in Python."""
    if not any(word in text for word in words):
        return []
    units = [_cell(text, cell) for cell in code_cells(text)]
    units = [unit for unit in units if unit]
    if not units:
        return []
    return [Block(text, units, spell=_in_json, may_wait=True)]


def _in_json(code: str) -> str:
    return json.dumps(code, ensure_ascii=False)[1:-1]


def _cell(text: str, cell: Cell) -> Unit:
    """Return the lines of a cell, whose strings follow one upon the other."""
    parts: list[str] = []
    offsets: list[int] = []
    quotes: dict[int, int] = {}  # where in the code each string of a list starts
    for string in cell.strings:
        if cell.between is not None:
            quotes[len(offsets)] = string.start
        code, own = _without_escapes(
            text, string.start + 1, string.end - 1, _JSON_ESCAPE, _said_by_json
        )
        parts.append(code)
        offsets += own[:-1]
    code = "".join(parts)
    offsets.append(cell.strings[-1].end - 1 if cell.strings else 0)
    parted = "\\n" if cell.between is None else f'\\n",{cell.between}"'
    starts = [0, *(at + 1 for at, one in enumerate(code) if one == "\n")]
    margins = [quotes.get(start, offsets[start]) for start in starts]
    # Of a list, a line can go with its string alone.
    afters = [
        quotes.get(at) if quotes else margin
        for at, margin in zip(starts[1:], margins[1:], strict=True)
    ]
    ends = [*starts[1:], len(code) + 1]
    return [
        Line(code[start : end - 1], offsets[start:end], margin, after, parted)
        for start, end, margin, after in zip(starts, ends, margins, [*afters, None], strict=True)
    ]
