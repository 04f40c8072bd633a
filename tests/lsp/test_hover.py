"""Hovers: all there is to know about an old name, wherever it is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.editor import Editor, editing, lay_out

pytestmark = pytest.mark.asyncio
USER = "app/user.py"


async def hover(editor: Editor, text: str) -> tuple[str, str] | None:
    """Return what is told at the place that «guillemets» mark, and the text that it is about."""
    start, end = text.index("«"), text.index("»") - 1
    text = text.replace("«", "").replace("»", "")
    name = USER
    if name in editor.versions:
        editor.change(name, text)
    else:
        editor.open(name, text)
    line = text[:start].count("\n")
    column = start - (text.rfind("\n", 0, start) + 1)
    found = await editor.client.text_document_hover_async(
        lsp.HoverParams(editor.identifier(name), lsp.Position(line, column + (end - start) // 2))
    )
    if found is None:
        return None
    assert isinstance(found.contents, lsp.MarkupContent)
    assert found.range is not None
    lines = text.split("\n")
    assert found.range.start.line == found.range.end.line
    told = lines[found.range.start.line][found.range.start.character : found.range.end.character]
    return told, found.contents.value


async def test_everything_is_told(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path) as editor:
        found = await hover(editor, "from app.old import «Old»\n")
        assert found is not None
        told, value = found
        assert told == "Old"
        assert "`app.old.Old` is deprecated; use `from app.new import New`" in value
        assert "Old to New" in value
        assert "Why: the old one leaks" in value
        assert "Until: 2999-12-31" in value
        assert "Owned by: `app/bridge.py`" in value
        assert "<https://example.org/1>" in value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("from app.old import Old  # noqa: SSOT001\n«Old»\n", "Old"),
        ("import app.old\n«app.old.Old».method\n", "app.old.Old"),
        ("from app.hands_on import «Old»\n", "Old"),
        ("import importlib\nfrom unittest import mock\nmock.patch('«app.old.Old»')\n", None),
        ("from app.old import «Old»\ndef f(:\n", "Old"),
        ("from app.old import Old\n«x» = 1\n", ""),
        ("class Old: pass\n«Old»\n", ""),
    ],
    ids=["suppressed", "attribute", "re-exported", "string", "broken", "elsewhere", "other"],
)
async def test_places(tmp_path: Path, text: str, told: str | None) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path) as editor:
        found = await hover(editor, text)
        if told == "":
            assert found is None
        else:
            assert found is not None
            assert told in (None, found[0])
            assert "app.old.Old" in found[1]


async def test_what_the_baseline_tolerates(tmp_path: Path) -> None:
    lay_out(tmp_path, {"ssot-baseline.txt": f"{USER}\tSSOT001\t<module>\tapp.old.Old\t1\n"})
    lay_out(tmp_path)
    async with editing(tmp_path) as editor:
        assert await hover(editor, "from app.old import «Old»\n") is not None
