"""Completion: deprecated names alone, marked as such."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.editor import CONFIG, PROJECT, editing, lay_out

pytestmark = pytest.mark.asyncio
USER = "app/user.py"
MODULE = '\n[[migration.move]]\nold = "app.gone"\nnew = "app.here"\n'


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("from app.old import |", ["Old"]),
        ("from app.old import O|", ["Old"]),
        ("from .old import |", ["Old"]),
        ("from app.old import (\n    a,\n    |\n)", ["Old"]),
        ("x = 1\nif x:\n    from app.hands_on import a, |", ["Old"]),
        ("import app.|", ["gone"]),
        ("import os, app.g|", ["gone"]),
        ("from app.|", ["gone"]),
        ("from .|", ["gone"]),
        ("from app.gone import |", ["name"]),
        ("from app.new import |", []),
        ("from app.old import Old as |", []),
        ("app.|", []),
        ("# from app.old import |", []),
        ("print('import |')", []),
    ],
)
async def test_names(tmp_path: Path, text: str, labels: list[str]) -> None:
    files = {"ssot.toml": CONFIG + MODULE, "app/gone.py": "name = 1\n", "app/here.py": "name = 1\n"}
    lay_out(tmp_path, {**PROJECT, **files})
    before, _, after = text.partition("|")
    async with editing(tmp_path) as editor:
        editor.open(USER, before + after)
        position = lsp.Position(before.count("\n"), len(before) - (before.rfind("\n") + 1))
        found = await editor.client.text_document_completion_async(
            lsp.CompletionParams(editor.identifier(USER), position)
        )
        assert isinstance(found, list | tuple)
        assert [one.label for one in found] == labels
        for one in found:
            assert list(one.tags or ()) == [lsp.CompletionItemTag.Deprecated]
            assert one.detail is not None
            assert one.detail.startswith("deprecated: use `")
