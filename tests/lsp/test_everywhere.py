"""Fix a symbol everywhere: one edit of many files, with the versions of those that are open."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.editor import (
    CONFIG,
    PROJECT,
    Editor,
    apply_workspace_edit,
    capabilities,
    editing,
    lay_out,
)

pytestmark = pytest.mark.asyncio
USER = "app/user.py"
OTHER = "app/other.py"


async def everywhere(editor: Editor, name: str) -> lsp.CodeAction:
    (found,) = [one for one in await editor.actions(name) if "everywhere" in one.title]
    return found


async def test_all_files_in_one_edit(tmp_path: Path) -> None:
    lay_out(tmp_path, {**PROJECT, OTHER: "import app.old\n\napp.old.Old()\n"})
    text = "from app.old import Old as Mine\nMine()\n"
    async with editing(tmp_path) as editor:
        editor.open(USER, text)
        editor.change(USER, text)
        action = await everywhere(editor, USER)
        assert action.title == "ssot: fix `app.old.Old` everywhere"
        assert not action.is_preferred
        edit = await editor.resolve(action)
        assert edit is not None
        versions = {
            change.text_document.uri: change.text_document.version
            for change in edit.document_changes or ()
            if isinstance(change, lsp.TextDocumentEdit)
        }
        hands_on = "app/hands_on.py"
        assert versions == {
            editor.uri(USER): 2,
            editor.uri(OTHER): None,
            editor.uri(hands_on): None,
        }
        assert apply_workspace_edit(editor, edit, {USER: text}) == {
            USER: "from app.new import New as Mine\nMine()\n",
            OTHER: "import app.new\n\napp.new.New()\n",
            hands_on: "from app.new import New\n\n__all__ = ['New']\n",
        }
        (reports,) = editor.client.progress_reports.values()
        assert isinstance(reports[-1], lsp.WorkDoneProgressEnd)


async def test_other_symbols_are_left(tmp_path: Path) -> None:
    more = CONFIG + '\n[[migration.move]]\nold = "app.old.f"\nnew = "app.new.g"\n'
    both = "from app.old import Old, f\n\nOld, f\n"
    lay_out(tmp_path, {**PROJECT, "ssot.toml": more, USER: "from app.old import f\n", OTHER: both})
    async with editing(tmp_path) as editor:
        editor.open(USER)
        edit = await editor.resolve(await everywhere(editor, USER))
        texts = apply_workspace_edit(editor, edit)
        assert set(texts) == {USER, OTHER}
        assert "Old" in texts[OTHER]
        assert "import g" in texts[OTHER]


async def test_editor_that_resolves_nothing_runs_a_command(tmp_path: Path) -> None:
    lay_out(tmp_path)
    applied: asyncio.Future[lsp.WorkspaceEdit] = asyncio.get_running_loop().create_future()
    async with editing(tmp_path, capabilities(resolves=False)) as editor:

        def apply(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
            applied.set_result(params.edit)
            return lsp.ApplyWorkspaceEditResult(applied=True)

        editor.client.feature(lsp.WORKSPACE_APPLY_EDIT)(apply)
        editor.open(USER)
        # What holds a command lsprotocol 2025.0 takes for one.
        (offered,) = [one for one in await editor.offers(USER) if "everywhere" in one.title]
        assert isinstance(offered, lsp.Command)
        arguments = [str(tmp_path / USER), "app.old.Old"]
        assert str(arguments) in offered.command
        await editor.client.workspace_execute_command_async(
            lsp.ExecuteCommandParams("ssot.fixEverywhere", arguments)
        )
        texts = apply_workspace_edit(editor, await asyncio.wait_for(applied, 30))
        assert texts[USER] == "from app.new import New\n\nprint(New())\n"


async def test_unsafe_fixes_want_to_be_confirmed(tmp_path: Path) -> None:
    door = "if FAST:\n    from app.fast import Old\nelse:\n    from app.old import Old\n"
    files = {
        "app/fast.py": "class Old: ...\n",
        "app/door.py": door,
        USER: "from app.door import Old\n",
        OTHER: "from app.old import Old\nOld\n",
    }
    lay_out(tmp_path, {**PROJECT, **files})
    async with editing(tmp_path) as editor:
        editor.open(USER)
        fixes = [one for one in await editor.actions(USER) if "unsafe" in one.title]
        assert fixes
        assert not any(one.is_preferred for one in fixes)
        edit = await editor.resolve(fixes[0])
        assert edit is not None
        assert [one.needs_confirmation for one in (edit.change_annotations or {}).values()] == [
            True
        ]
        edit = await editor.resolve(await everywhere(editor, USER))
        assert edit is not None
        annotated = {
            change.text_document.uri: {
                isinstance(one, lsp.AnnotatedTextEdit) for one in change.edits
            }
            for change in edit.document_changes or ()
            if isinstance(change, lsp.TextDocumentEdit)
        }
        assert annotated[editor.uri(USER)] == {True}
        assert annotated[editor.uri(OTHER)] == {False}
