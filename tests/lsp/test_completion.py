"""Completion: deprecated names alone, marked as such."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.editor import CONFIG, PROJECT, editing, lay_out

pytestmark = pytest.mark.asyncio
USER = "app/user.py"
MODULE = '\n[[migration.move]]\nold = "app.gone"\nnew = "app.here"\n'


CASES: tuple[tuple[str, list[str]], ...] = (
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
)


async def test_names(tmp_path: Path) -> None:
    files = {"ssot.toml": CONFIG + MODULE, "app/gone.py": "name = 1\n", "app/here.py": "name = 1\n"}
    lay_out(tmp_path, {**PROJECT, **files})
    async with editing(tmp_path) as editor:
        editor.open(USER, "")
        for text, labels in CASES:
            before, _, after = text.partition("|")
            editor.change(USER, before + after)
            line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
            found = await editor.client.text_document_completion_async(
                lsp.CompletionParams(editor.identifier(USER), lsp.Position(line, column))
            )
            assert isinstance(found, list | tuple)
            assert [one.label for one in found] == labels, text
            for one in found:
                assert list(one.tags or ()) == [lsp.CompletionItemTag.Deprecated]
                assert one.detail is not None
                assert one.detail.startswith("deprecated: use `")
