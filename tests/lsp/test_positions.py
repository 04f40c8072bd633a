"""Positions as they are negotiated, in texts of every kind of character and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from flake8_ssot_engine.lsp.texts import Text
from flake8_ssot_engine.source import PositionEncoding, Span
from tests.lsp.editor import apply_workspace_edit, capabilities, editing, lay_out, width

USER = "app/user.py"
ENCODINGS = ["utf-8", "utf-16", "utf-32"]
HEAD = "é𝒳 = '👩‍🚀e\u0301\x0c\u2028'; "
LINE = f"{HEAD}from app.old import Old"


@pytest.mark.asyncio
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["", "BOM"])
async def test_ranges_and_edits(tmp_path: Path, encoding: str, newline: str, bom: str) -> None:
    lay_out(tmp_path)
    text = f"{bom}x = 1{newline}{LINE}  # é𝒳{newline}\x0c{newline}Old{newline}"
    async with editing(tmp_path, capabilities(encodings=[encoding])) as editor:
        assert editor.encoding == encoding
        editor.open(USER, text)
        (found,) = await editor.diagnostics(USER)
        start = sum(width(one, encoding) for one in LINE[:-3])
        assert found.range == lsp.Range(lsp.Position(1, start), lsp.Position(1, start + 3))
        fix = (await editor.actions(USER, found.range))[0]
        edit = await editor.resolve(fix)
        assert apply_workspace_edit(editor, edit, {USER: text}) == {
            USER: text.replace("app.old import Old", "app.new import New").replace("Old", "New")
        }


@pytest.mark.asyncio
async def test_first_line_behind_a_bom(tmp_path: Path) -> None:
    lay_out(tmp_path)
    text = "\ufefffrom app.old import Old\n"
    async with editing(tmp_path) as editor:
        editor.open(USER, text)
        (found,) = await editor.diagnostics(USER)
        assert found.range == lsp.Range(lsp.Position(0, 21), lsp.Position(0, 24))
        edit = await editor.resolve((await editor.actions(USER, found.range))[0])
        assert apply_workspace_edit(editor, edit, {USER: text}) == {
            USER: "\ufefffrom app.new import New\n"
        }


@pytest.mark.asyncio
async def test_encoding_that_a_file_declares(tmp_path: Path) -> None:
    lay_out(tmp_path)
    text = "# coding: latin-1\nx = 'é'; from app.old import Old\n"
    async with editing(tmp_path) as editor:
        editor.open(USER, text)
        (found,) = await editor.diagnostics(USER)
        assert found.range == lsp.Range(lsp.Position(1, 29), lsp.Position(1, 32))
        edit = await editor.resolve((await editor.actions(USER, found.range))[0])
        assert apply_workspace_edit(editor, edit, {USER: text}) == {
            USER: text.replace("app.old import Old", "app.new import New")
        }


@pytest.mark.parametrize("encoding", [*PositionEncoding])
@pytest.mark.parametrize("whole", ["", "a\r\nb\rc\n", "\ufeffé𝒳\r\n\x0c\u2028👩‍🚀\n\nx", "\ufeff"])
def test_every_offset_has_a_position_and_back(encoding: PositionEncoding, whole: str) -> None:
    text = Text(whole, encoding)
    for offset in range(len(text.source.text) + 1):
        if text.source.text[offset - 1 : offset + 1] == "\r\n":
            continue  # between the two there is no position
        assert text.offset(text.position(offset)) == offset
    everything = text.range(Span(0, len(text.source.text)))
    change = lsp.TextDocumentContentChangePartial(range=everything, text="new")
    assert text.changed([change]).source.text == "new"
