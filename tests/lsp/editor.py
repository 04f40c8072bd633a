"""An editor: a language client that talks to `ssot server` over its standard input and output."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pytest_lsp import LanguageClient, make_test_lsp_client

SERVER = [sys.executable, "-m", "flake8_ssot_engine", "server"]
PATIENCE = 60
"""Seconds for what takes none."""
CONFIG = """\
[[migration]]
id = "1"
title = "Old to New"
reason = "the old one leaks"
url = "https://example.org/1"
deadline = 2999-12-31
owners = ["app/bridge.py"]

[[migration.move]]
old = "app.old.Old"
new = "app.new.New"
"""
PROJECT = {
    "ssot.toml": CONFIG,
    "app/__init__.py": "",
    "app/old.py": "class Old:\n    pass\n",
    "app/new.py": '"""The new home."""\n\n\nclass New:\n    pass\n',
    "app/hands_on.py": "from app.old import Old\n\n__all__ = ['Old']\n",
    "app/user.py": "from app.old import Old\n\nprint(Old())\n",
}
IMPORT = "SSOT001 import of deprecated `app.old.Old`; use `from app.new import New` [fix: safe] (1)"


def lay_out(root: Path, files: Mapping[str, str] = PROJECT) -> Path:
    """Write the files of a project."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return root


def capabilities(
    *,
    encodings: Sequence[str] = ("utf-16",),
    pulls: bool = False,
    resolves: bool = True,
    annotates: bool = True,
    versions: bool = True,
    watches: bool = False,
) -> lsp.ClientCapabilities:
    """Return what a client can do: much, as Visual Studio Code does."""
    text = lsp.TextDocumentClientCapabilities(
        synchronization=lsp.TextDocumentSyncClientCapabilities(did_save=True),
        publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(
            related_information=True,
            version_support=True,
            code_description_support=True,
            data_support=True,
            tag_support=lsp.ClientDiagnosticsTagOptions(
                [lsp.DiagnosticTag.Deprecated, lsp.DiagnosticTag.Unnecessary]
            ),
        ),
        code_action=lsp.CodeActionClientCapabilities(
            is_preferred_support=True,
            disabled_support=True,
            data_support=True,
            resolve_support=lsp.ClientCodeActionResolveOptions(["edit"]) if resolves else None,
            honors_change_annotations=annotates,
            code_action_literal_support=lsp.ClientCodeActionLiteralOptions(
                lsp.ClientCodeActionKindOptions(["quickfix", "source", "source.fixAll"])
            ),
        ),
        hover=lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.Markdown]),
        completion=lsp.CompletionClientCapabilities(
            completion_item=lsp.ClientCompletionItemOptions(
                documentation_format=[lsp.MarkupKind.Markdown],
                tag_support=lsp.CompletionItemTagOptions([lsp.CompletionItemTag.Deprecated]),
            )
        ),
        diagnostic=lsp.DiagnosticClientCapabilities() if pulls else None,
    )
    workspace = lsp.WorkspaceClientCapabilities(
        workspace_edit=lsp.WorkspaceEditClientCapabilities(
            document_changes=versions,
            change_annotation_support=lsp.ChangeAnnotationsSupportOptions() if annotates else None,
        ),
        workspace_folders=True,
        did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=watches
        ),
        diagnostics=lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=pulls),
    )
    return lsp.ClientCapabilities(
        text_document=text,
        workspace=workspace,
        general=lsp.GeneralClientCapabilities(
            position_encodings=[lsp.PositionEncodingKind(name) for name in encodings]
        ),
        window=lsp.WindowClientCapabilities(work_done_progress=True),
    )


class Editor:
    """What is open, and what the server says of it."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.versions: dict[str, int] = {}
        self.published: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.registered: list[lsp.Registration] = []
        self.refreshed = 0
        self._news = asyncio.Condition()
        self.encoding = "utf-16"

        def register(params: lsp.RegistrationParams) -> None:
            self.registered += params.registrations

        async def publish(params: lsp.PublishDiagnosticsParams) -> None:
            async with self._news:
                self.published[params.uri] = params
                self._news.notify_all()

        client.protocol.fm.features.pop(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(publish)
        client.feature(lsp.CLIENT_REGISTER_CAPABILITY)(register)

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def identifier(self, name: str) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri(name))

    def open(self, name: str, text: str | None = None, language: str = "python") -> None:
        """Open a file with what is on the disk, or with a text."""
        if text is None:
            text = (self.root / name).read_bytes().decode("utf-8")
        self.versions[name] = 1
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(self.uri(name), language, 1, text))
        )

    def change(self, name: str, *changes: lsp.TextDocumentContentChangeEvent | str) -> None:
        """Change a file by some edits, or by whole texts."""
        self.versions[name] += 1
        events = [
            lsp.TextDocumentContentChangeWholeDocument(change)
            if isinstance(change, str)
            else change
            for change in changes
        ]
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name)), events
            )
        )

    def save(self, name: str, text: str) -> None:
        (self.root / name).write_bytes(text.encode("utf-8"))
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(self.identifier(name)))

    def close(self, name: str) -> None:
        del self.versions[name]
        self.published.pop(self.uri(name), None)
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(self.identifier(name)))

    async def diagnostics(self, name: str) -> list[lsp.Diagnostic]:
        """Wait for what is told of the present version of a file."""
        uri = self.uri(name)

        def is_there() -> bool:
            told = self.published.get(uri)
            return told is not None and told.version == self.versions.get(name)

        async with self._news:
            await asyncio.wait_for(self._news.wait_for(is_there), PATIENCE)
        return list(self.published[uri].diagnostics)

    async def next_diagnostics(self, name: str) -> list[lsp.Diagnostic]:
        """Wait for what is told next of a file."""
        uri = self.uri(name)
        self.published.pop(uri, None)
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: uri in self.published), PATIENCE)
        return list(self.published[uri].diagnostics)

    async def actions(
        self, name: str, range_: lsp.Range | None = None, only: Sequence[str] | None = None
    ) -> list[lsp.CodeAction]:
        """Return the actions that the server offers for a range, or for the whole file."""
        found = await self.offers(name, range_, only)
        return [one for one in found if isinstance(one, lsp.CodeAction)]

    async def offers(
        self, name: str, range_: lsp.Range | None = None, only: Sequence[str] | None = None
    ) -> list[lsp.CodeAction | lsp.Command]:
        range_ = range_ or lsp.Range(lsp.Position(0, 0), lsp.Position(100_000, 0))
        found = await self.client.text_document_code_action_async(
            lsp.CodeActionParams(
                self.identifier(name),
                range_,
                lsp.CodeActionContext([], [*only] if only else None),
            )
        )
        return list(found or ())

    async def resolve(self, action: lsp.CodeAction) -> lsp.WorkspaceEdit | None:
        """Return the edit of an action, asking for it where it is not there yet."""
        if action.edit is None and action.data is not None:
            action = await self.client.code_action_resolve_async(action)
        return action.edit


@asynccontextmanager
async def editing(
    root: Path,
    caps: lsp.ClientCapabilities | None = None,
    *,
    options: dict[str, Any] | None = None,
    folders: Sequence[Path] | None = None,
    env: Mapping[str, str] | None = None,
) -> AsyncIterator[Editor]:
    """Start the server with some folders as its workspace."""
    client = make_test_lsp_client()
    editor = Editor(client, root)
    caps = caps or capabilities()
    await client.start_io(*SERVER, cwd=root, env={**os.environ, **(env or {})})
    try:
        result = await client.initialize_session(
            lsp.InitializeParams(
                capabilities=caps,
                root_uri=root.as_uri(),
                workspace_folders=[
                    lsp.WorkspaceFolder(folder.as_uri(), folder.name)
                    for folder in folders or [root]
                ],
                initialization_options=options,
            )
        )
        editor.encoding = str(result.capabilities.position_encoding)
        yield editor
        await client.shutdown_session()
    finally:
        process = client._server
        if process is not None and process.returncode is None:
            process.kill()  # else a failed test would wait for it for ever
        await client.stop()


def check_stdin(root: Path, name: str, data: bytes) -> dict[str, Any]:
    """Return what `ssot check --stdin-filename` says of a file, as JSON."""
    done = subprocess.run(
        [
            *(*SERVER[:-1], "check", "--stdin-filename", str(root / name), "--format", "json"),
            *("--no-cache", "--quiet"),
        ],
        cwd=root,
        input=data,
        capture_output=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def apply_edits(text: str, edits: Sequence[Any], encoding: str = "utf-16") -> str:
    """Apply text edits as an editor does: all of them mean the text as it was."""
    spans = []
    for edit in edits:
        start = offset_of(text, edit.range.start, encoding)
        end = offset_of(text, edit.range.end, encoding)
        assert start <= end
        spans.append((start, end, edit.new_text))
    spans.sort(key=lambda span: span[:2])
    for before, after in itertools.pairwise(spans):
        assert before[1] <= after[0], "edits overlap"
    for start, end, new in reversed(spans):
        text = text[:start] + new + text[end:]
    return text


def offset_of(text: str, position: lsp.Position, encoding: str = "utf-16") -> int:
    """Return the index of a position, by the letter of the specification."""
    start = 0
    for _ in range(position.line):
        ends = [
            (at, len(end)) for end in ("\r\n", "\n", "\r") if (at := text.find(end, start)) >= 0
        ]
        if not ends:
            return len(text)
        at, length = min(ends, key=lambda end: (end[0], -end[1]))
        start = at + length
    units, index = 0, start
    while index < len(text) and text[index] not in "\r\n" and units < position.character:
        units += width(text[index], encoding)
        index += 1
    return index


def width(character: str, encoding: str) -> int:
    """Return how many units a character takes."""
    if encoding == "utf-32":
        return 1
    if encoding == "utf-8":
        return len(character.encode("utf-8"))
    return len(character.encode("utf-16-le")) // 2


def apply_workspace_edit(
    editor: Editor, edit: lsp.WorkspaceEdit | None, texts: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return what an edit makes of the files that it names: of given texts, else of the disk."""
    assert edit is not None
    by_uri: dict[str, Sequence[Any]] = dict(edit.changes or {})
    for change in edit.document_changes or ():
        assert isinstance(change, lsp.TextDocumentEdit)
        by_uri[change.text_document.uri] = change.edits
    done = {}
    for path in editor.root.rglob("*"):
        name = path.relative_to(editor.root).as_posix()
        if path.as_uri() in by_uri:
            text = (texts or {}).get(name) or path.read_bytes().decode("utf-8")
            done[name] = apply_edits(text, by_uri.pop(path.as_uri()), editor.encoding)
    assert not by_uri
    return done
