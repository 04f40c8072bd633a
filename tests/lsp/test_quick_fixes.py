"""Quick fixes: the edits of one violation alone, safe ones preferred."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.editor import apply_workspace_edit, capabilities, editing, lay_out

pytestmark = pytest.mark.asyncio
USER = "app/user.py"


async def test_quick_fix_redirects_the_import_and_its_uses(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path) as editor:
        editor.open(USER)
        found = await editor.actions(USER, lsp.Range(lsp.Position(0, 21), lsp.Position(0, 21)))
        fix = found[0]
        assert fix.title == "SSOT001: use `from app.new import New`"
        assert fix.is_preferred
        assert fix.edit is None
        edit = await editor.resolve(fix)
        texts = apply_workspace_edit(editor, edit)
        assert texts == {USER: "from app.new import New\n\nprint(New())\n"}


async def test_quick_fix_is_of_what_is_not_saved(tmp_path: Path) -> None:
    lay_out(tmp_path)
    text = "é𝒳 = 1; from app.old import Old as O  # é𝒳\nO\n"
    async with editing(tmp_path) as editor:
        editor.open(USER, "")
        editor.change(USER, text)
        fix = (await editor.actions(USER))[0]
        edit = await editor.resolve(fix)
        assert edit is not None
        assert edit.document_changes is not None
        first = edit.document_changes[0]
        assert isinstance(first, lsp.TextDocumentEdit)
        assert first.text_document.version == 2
        assert apply_workspace_edit(editor, edit, {USER: text}) == {
            USER: text.replace("app.old import Old", "app.new import New")
        }


async def test_others_follow_as_one_edit(tmp_path: Path) -> None:
    follower = "from app.user import Old\n\nOld\n"
    lay_out(tmp_path)
    lay_out(tmp_path, {"app/follower.py": follower})
    async with editing(tmp_path) as editor:
        editor.open(USER)
        edit = await editor.resolve((await editor.actions(USER))[0])
        assert apply_workspace_edit(editor, edit) == {
            USER: "from app.new import New\n\nprint(New())\n",
            "app/follower.py": "from app.new import New\n\nNew\n",
        }


async def test_client_that_resolves_nothing_gets_edits_at_once(tmp_path: Path) -> None:
    lay_out(tmp_path)
    caps = capabilities(resolves=False, versions=False, annotates=False)
    async with editing(tmp_path, caps) as editor:
        editor.open(USER)
        fix = (await editor.actions(USER))[0]
        assert fix.edit is not None
        assert fix.edit.changes is not None
        assert apply_workspace_edit(editor, fix.edit) == {
            USER: "from app.new import New\n\nprint(New())\n"
        }
