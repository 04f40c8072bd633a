"""Diagnostics for editors that ask for them, of a document and of the whole workspace."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.editor import IMPORT, Editor, capabilities, editing, lay_out

pytestmark = pytest.mark.asyncio
USER = "app/user.py"


async def pull(
    editor: Editor, name: str, known: str | None = None
) -> lsp.RelatedFullDocumentDiagnosticReport | lsp.RelatedUnchangedDocumentDiagnosticReport:
    return await editor.client.text_document_diagnostic_async(
        lsp.DocumentDiagnosticParams(editor.identifier(name), previous_result_id=known)
    )


async def test_document(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path, capabilities(pulls=True)) as editor:
        editor.open(USER)
        first = await pull(editor, USER)
        assert isinstance(first, lsp.RelatedFullDocumentDiagnosticReport)
        assert f"{first.items[0].code} {first.items[0].message}" == IMPORT
        again = await pull(editor, USER, first.result_id)
        assert isinstance(again, lsp.RelatedUnchangedDocumentDiagnosticReport)
        editor.change(USER, "print()\n")
        after = await pull(editor, USER, first.result_id)
        assert isinstance(after, lsp.RelatedFullDocumentDiagnosticReport)
        assert list(after.items) == []
        closed = await pull(editor, "app/hands_on.py")
        assert isinstance(closed, lsp.RelatedFullDocumentDiagnosticReport)
        assert len(closed.items) > 0
        assert editor.published == {}  # never both
        editor.save(USER, "print()\n")
        await pull(editor, USER)
        assert editor.client.diagnostic_refresh_count == 1


async def test_workspace(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path, capabilities(pulls=True)) as editor:
        editor.client.progress_reports["work"] = []
        found = await editor.client.workspace_diagnostic_async(
            lsp.WorkspaceDiagnosticParams([], work_done_token="work")
        )
        assert {one.uri for one in found.items} == {editor.uri(USER), editor.uri("app/hands_on.py")}
        reports = editor.client.progress_reports["work"]
        assert isinstance(reports[0], lsp.WorkDoneProgressBegin)
        assert isinstance(reports[-1], lsp.WorkDoneProgressEnd)
        known = [
            lsp.PreviousResultId(one.uri, one.result_id or "")
            for one in found.items
            if isinstance(one, lsp.WorkspaceFullDocumentDiagnosticReport)
        ]
        asking = asyncio.ensure_future(
            editor.client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams(known))
        )
        await asyncio.sleep(0.3)
        assert not asking.done()  # it is told when something has changed
        (tmp_path / USER).write_text("print()\n", "utf-8")
        editor.client.workspace_did_change_watched_files(
            lsp.DidChangeWatchedFilesParams(
                [lsp.FileEvent(editor.uri(USER), lsp.FileChangeType.Changed)]
            )
        )
        found = await asyncio.wait_for(asking, 30)
        kinds = {one.uri: type(one) for one in found.items}
        assert kinds == {
            editor.uri(USER): lsp.WorkspaceFullDocumentDiagnosticReport,
            editor.uri("app/hands_on.py"): lsp.WorkspaceUnchangedDocumentDiagnosticReport,
        }


async def test_request_may_be_cancelled(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path, capabilities(pulls=True)) as editor:
        params = lsp.WorkspaceDiagnosticParams([])
        asking = asyncio.ensure_future(
            editor.client.protocol.send_request_async(lsp.WORKSPACE_DIAGNOSTIC, params, msg_id="w")
        )
        await asyncio.sleep(0.05)
        editor.client.cancel_request(lsp.CancelParams("w"))
        with pytest.raises(Exception, match="cancel"):
            await asyncio.wait_for(asking, 30)
        editor.open(USER)
        assert len((await pull(editor, USER)).items) == 2  # type: ignore[union-attr]
