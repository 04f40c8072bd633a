"""Random edits: the server has the editor's text, and says what `ssot check` says of it.

SSOT_FUZZ is how many sequences of edits are tried; each ends in one comparison.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.ratchet import Ratchet
from flake8_ssot_engine.lsp.documents import encoded
from flake8_ssot_engine.lsp.texts import Text
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.sample import lay_out as lay_out_sample
from flake8_ssot_engine.source import PositionEncoding
from tests.lsp.editor import apply_edits, capabilities, check_stdin, editing, offset_of, width

SEQUENCES = int(os.environ.get("SSOT_FUZZ", "60"))
PER_SERVER = 100
PIECES = [
    *("\n", "\r\n", "\r", "\x0c", "\u2028", "\ufeff", "é", "𝒳", "👩‍🚀", "e\u0301", "\t", "\\", "#"),
    *("'", '"', '"""', "(", ")", ":", ".", "    ", "# noqa: SSOT001", "# type: ignore"),
    "from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine\n",
    "import netra_backend.app.agents.supervisor.execution_engine as engine\n",
    "ExecutionEngine(registry, bridge)\n",
    "engine.ExecutionEngine\n",
    "class Mine(ExecutionEngine): ...\n",
    "mock.patch('netra_backend.app.agents.supervisor.execution_engine.ExecutionEngine')\n",
]


def position_of(text: str, index: int, encoding: str) -> lsp.Position:
    """Return the position of an index, by the letter of the specification."""
    line = start = at = 0
    while at < index:
        if text[at] == "\r" and text[at + 1 : at + 2] == "\n" and at + 1 < index:
            at += 1
        if text[at] in "\r\n":
            line, start = line + 1, at + 1
        at += 1
    return lsp.Position(line, sum(width(one, encoding) for one in text[start:index]))


def random_change(
    text: str, chance: random.Random, encoding: str
) -> tuple[lsp.TextDocumentContentChangePartial, str]:
    """Return a change and what it makes of the text, as an editor sees it."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice([0, 0, 0, 1, 2, 10, 200]))
    ends = [start, end]
    for number, index in enumerate(ends):
        if text[index - 1 : index + 1] == "\r\n":  # between the two there is no position
            ends[number] = index - 1
    start, end = ends
    new = "".join(chance.choices(PIECES, k=chance.choice([0, 1, 1, 2, 5])))
    range_ = lsp.Range(position_of(text, start, encoding), position_of(text, end, encoding))
    edit = lsp.TextDocumentContentChangePartial(range=range_, text=new)
    assert offset_of(text, range_.start, encoding) == start
    return edit, text[:start] + new + text[end:]


@pytest.mark.parametrize("encoding", [*PositionEncoding])
def test_texts(encoding: PositionEncoding) -> None:
    chance = random.Random(encoding.value)
    for _ in range(40):
        text = "".join(chance.choices(PIECES, k=30))
        held = Text(text, encoding)
        for _ in range(20):
            change, text = random_change(text, chance, encoding.value)
            held = held.changed([change])
            assert held.whole == text


@pytest.mark.asyncio
@pytest.mark.parametrize("first", range(0, SEQUENCES, PER_SERVER))
async def test_diagnostics(tmp_path: Path, first: int) -> None:
    root = tmp_path / "sample"
    lay_out_sample(root)
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    texts = {name: (root / name).read_bytes().decode("utf-8") for name in names}
    chance = random.Random(first)
    encoding = chance.choice(["utf-8", "utf-16", "utf-32"])
    async with editing(root, capabilities(encodings=[encoding])) as editor:
        for number in range(first, min(first + PER_SERVER, SEQUENCES)):
            name = chance.choice(names)
            text = texts[name]
            editor.open(name)
            for _ in range(chance.randrange(1, 12)):
                changes = []
                for _ in range(chance.randrange(1, 4)):
                    change, text = random_change(text, chance, encoding)
                    changes.append(change)
                editor.change(name, *changes)
            found = await editor.diagnostics(name)
            assert shown(found, text, encoding) == expected_of(root, name, text), (number, name)
            if number % 20 == 0 and not text.startswith("\ufeff"):
                assert shown(found, text, encoding) == told_by_command(root, name, text)
            if number % 5 == 0:
                await try_actions(editor, name, text)
            editor.close(name)


Told = list[tuple[str, str, int, int]]


def shown(found: list[lsp.Diagnostic], text: str, encoding: str) -> Told:
    return [
        (str(one.code), one.message, *place_of(text, one.range.start, encoding)) for one in found
    ]


def place_of(text: str, position: lsp.Position, encoding: str) -> tuple[int, int]:
    """Return a line and a column as `ssot check` counts them."""
    index = offset_of(text, position, encoding)
    start = offset_of(text, lsp.Position(position.line, 0), encoding)
    if position.line == 0 and text.startswith("\ufeff"):
        start += 1
    return position.line + 1, index - start + 1


def expected_of(root: Path, name: str, text: str) -> Told:
    """Return what the engine says, made anew: as the command does, and a hundred times faster."""
    path = str(root / name)
    settings = ConfigFinder(complete=with_bridges).settings_for(os.path.dirname(path))
    data = encoded(Text(text, PositionEncoding.UTF16))
    result = Checker(settings).check_bytes(path, data, shown_as=path)
    result = Ratchet(settings).judge(path, result, lambda: data).result
    found = [
        (f.violation.code, f.violation.message, f.start.line, f.start.column)
        for f in result.findings
    ]
    if result.error is not None:
        error = result.error
        line = error.line or 1
        lines = Text(text, PositionEncoding.UTF16).source
        column = min(max(error.column or 1, 1), len(lines.line_text(line)) + 1)
        if line > len(lines.line_starts):
            line = len(lines.line_starts)
            column = len(lines.line_text(line)) + 1
        found.append((error.code, error.message, line, column))
    return found


def told_by_command(root: Path, name: str, text: str) -> Told:
    data = encoded(Text(text, PositionEncoding.UTF16))
    document = check_stdin(root, name, data)
    found = [
        (one["code"], one["message"], one["line"], one["column"]) for one in document["violations"]
    ]
    expected = expected_of(root, name, text)
    errors = [(one["code"], one["message"]) for one in document["errors"]]
    assert errors == [one[:2] for one in expected[len(found) :]]
    return [*found, *expected[len(found) :]]


async def try_actions(editor: object, name: str, text: str) -> None:
    """Have a random action made: its edits must apply, and the result must be readable."""
    from tests.lsp.editor import Editor

    assert isinstance(editor, Editor)
    for action in (await editor.actions(name))[:3]:
        if "everywhere" in action.title:
            continue
        edit = await editor.resolve(action)
        for change in (edit.document_changes or ()) if edit else ():
            assert isinstance(change, lsp.TextDocumentEdit)
            if change.text_document.uri == editor.uri(name):
                assert apply_edits(text, change.edits, editor.encoding) != text
