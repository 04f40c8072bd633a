"""Blocks of code: the way from a text to its code and back is exact."""

from __future__ import annotations

import json
import random
import textwrap
import tokenize
from collections.abc import Callable, Iterator
from io import StringIO

import pytest

from flake8_ssot_engine.edits import Edit, apply_edits
from flake8_ssot_engine.engine.texts.blocks import Block
from flake8_ssot_engine.engine.texts.cutting import blocks_in, blocks_of_literal
from flake8_ssot_engine.engine.texts.literals import literals_in
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.project.text_formats import TextFormat
from flake8_ssot_engine.source import SourceFile, Span
from tests.rules.test_code_in_texts import indented, notebook

ANY = ("",)
STATEMENTS = (
    "import a.b",
    "from é import (\n    𝒳,\n    y as z,\n)",
    "x = 'é𝒳'",
    'y = "\\t \\" \\\\"',
    "for i in x:\n    print(i)\n    if i:\n        break",
    'z = """one\n  two\nthree"""',
    "f(\n    a,  # of é\n    *b,\n)",
    "@d\nasync def g(a=1, /, *, b: int = 2):\n    return await a",
    "# a comment",
    "class A: pass",
    "x = 1 + \\\n    2",
    "...",
)


def program(chance: random.Random) -> str:
    return "\n".join(chance.choices(STATEMENTS, k=chance.randint(1, 6)))


def examples(chance: random.Random) -> str:
    parts = []
    for statement in chance.choices(STATEMENTS, k=chance.randint(1, 6)):
        first, *further = statement.split("\n")
        parts += [f">>> {first}", *(f"... {line}" for line in further)]
        parts += chance.choice([[], ["output"], ["", "Text."], ["...", "x"]])
    return "\n".join(parts) + "\n"


def markdown(chance: random.Random) -> str:
    parts = []
    for _ in range(chance.randint(1, 4)):
        margin = chance.choice(["", "   ", "> ", "> > ", "\t", "> \t"])
        fence = chance.choice(["```", "~~~~"])
        kind = chance.choice(["python", "py", "", "{.python}", 'python title="a"'])
        parts.append(indented(f"{fence}{kind}\n{program(chance)}\n{fence}\n", margin))
        parts.append(chance.choice(["\n", "\nText.\n\n", "```console\n$ x\n```\n"]))
    return "".join(parts)


def rst(chance: random.Random) -> str:
    parts = []
    for _ in range(chance.randint(1, 4)):
        margin = chance.choice(["   ", "    ", "\t"])
        head = chance.choice(["Do::", ".. code-block:: python\n   :linenos:", ".. code::"])
        parts += [head, "", textwrap.indent(program(chance), margin), "", "Text.", ""]
    return "\n".join(parts)


def cells(chance: random.Random) -> str:
    every: list[str | list[str]] = []
    for _ in range(chance.randint(1, 4)):
        code = program(chance) + chance.choice(["", "\n"])
        every.append(code if chance.random() < 0.5 else code.splitlines(keepends=True))
    return notebook(*every, indent=chance.choice([None, 1, 4]))


def of(written_in: TextFormat) -> Callable[[str], list[Block]]:
    return lambda text: blocks_in(text, written_in, ANY)


def of_docstrings(text: str) -> list[Block]:
    every = literals_in(text, len(text))
    return [block for one in every for block in blocks_of_literal(text, one, ANY)]


def in_docstring(chance: random.Random) -> str:
    mark = chance.choice(["'''", "r'''"])
    body = examples(chance).replace("'''", "")
    if not mark.startswith("r"):
        body = body.replace("\\", "\\\\")
    return f"class A:\n    {mark}Do.\n\n{indented(body, '    ')}    '''\n"


KINDS = {
    "Markdown": (markdown, of(TextFormat.MARKDOWN)),
    "reStructuredText": (rst, of(TextFormat.RST)),
    "examples": (examples, of(TextFormat.PLAIN)),
    "notebooks": (cells, of(TextFormat.NOTEBOOK)),
    "docstrings": (in_docstring, of_docstrings),
}


def tokens(block: Block) -> Iterator[Span]:
    source = SourceFile("<block>", block.code)
    starts = source.line_starts
    for token in tokenize.generate_tokens(StringIO(block.code).readline):
        if token.string.strip():
            (row, column), (last_row, last_column) = token.start, token.end
            yield Span(starts[row - 1] + column, starts[last_row - 1] + last_column)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_way_back_is_exact(kind: str, newline: str) -> None:
    make, cut = KINDS[kind]
    chance = random.Random(9)
    count = 0
    for _ in range(60):
        text = make(chance).replace("\n", newline)
        for block in cut(text):
            edits = []
            for span in tokens(block):
                said = block.code[span.start : span.end]
                try:
                    place, spelled = block.edit(Edit("", span, said))
                except Refusal:
                    assert "\\" in said
                    continue
                assert place == block.place(span)
                edits.append(Edit("", place, spelled))
            applied = apply_edits(text, edits)
            assert not applied.skipped
            assert applied.text == text
            count += len(edits)
    assert count > 500


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_put_in_is_found_again(kind: str) -> None:
    make, cut = KINDS[kind]
    chance = random.Random(5)
    for _ in range(60):
        text = make(chance)
        for number, block in enumerate(cut(text)):
            names = [span for span in tokens(block) if block.code[slice(*span)] == "x"]
            for span in names:
                new = chance.choice(["é.y", "x[(1,\n    2)]", "x[\n\n0]"])
                place, spelled = block.edit(Edit("", span, new))
                after = text[: place.start] + spelled + text[place.end :]
                again = cut(after)[number]
                expected = block.code[: span.start] + new + block.code[span.end :]
                assert again.code.split() == expected.split()
                assert again.count_unsound() == block.count_unsound()


@pytest.mark.parametrize("kind", KINDS)
def test_lines_that_go_leave_nothing_behind(kind: str) -> None:
    make, cut = KINDS[kind]
    chance = random.Random(7)
    count = 0
    for _ in range(60):
        text = make(chance)
        for number, block in enumerate(cut(text)):
            at = block.code.find("import a.b\n")
            if at < 0:
                continue
            try:
                place, spelled = block.edit(Edit("", Span(at, at + len("import a.b\n")), ""))
            except Refusal:  # it is the last line of its cell
                continue
            after = text[: place.start] + spelled + text[place.end :]
            left = block.code[:at] + block.code[at + len("import a.b\n") :]
            every = cut(after)
            codes = every[number].code.split() if len(every) > number else []
            assert codes == left.split() or not left.split()
            count += 1
            if kind == "notebooks":
                json.loads(after)
    assert count > 5
