"""Flake8 in editors: the real python-lsp-server, driven over its protocol by a language client."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cattrs import Converter
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from pygls.protocol import default_converter

PYTHON_LSP_SERVER = [sys.executable, "-m", "pylsp"]
SETTINGS = {
    "pylsp": {
        "plugins": {
            "flake8": {
                "enabled": True,
                "executable": os.path.join(os.path.dirname(sys.executable), "flake8"),
            },
            "pycodestyle": {"enabled": False},
            "pyflakes": {"enabled": False},
            "mccabe": {"enabled": False},
        }
    }
}
PATIENCE = 60
"""Seconds for what one test does in the editor; it takes two."""

CONFIG = """\
[[migration]]
id = "1"
[[migration.move]]
old = "app.old.Old"
new = "app.new.New"
"""
TOLD = "SSOT001 import of deprecated `app.old.Old`; use `from app.new import New` [fix: safe] (1)"


class Editor:
    """A file that is open in an editor, and what the server says of it."""

    def __init__(self, client: LanguageClient, path: Path) -> None:
        self._client = client
        self._uri = path.as_uri()
        self._version = 0
        self._published: asyncio.Queue[list[lsp.Diagnostic]] = asyncio.Queue()

        def take(parameters: lsp.PublishDiagnosticsParams) -> None:
            assert parameters.uri == self._uri
            self._published.put_nowait(list(parameters.diagnostics))

        client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(take)

    async def show(self, text: str) -> list[lsp.Diagnostic]:
        """Open the file with a text, or change all of its text; return the violations of ours."""
        self._version += 1
        if self._version == 1:
            document = lsp.TextDocumentItem(self._uri, "python", self._version, text)
            self._client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
        else:
            self._client.text_document_did_change(
                lsp.DidChangeTextDocumentParams(
                    lsp.VersionedTextDocumentIdentifier(self._version, self._uri),
                    [lsp.TextDocumentContentChangeWholeDocument(text)],
                )
            )
        published = await self._published.get()
        return [one for one in published if str(one.code).startswith("SSOT")]


def make_converter() -> Converter:
    converter: Converter = default_converter()
    # lsprotocol 2025.0 cannot read the notebooks that the server says it serves.
    converter.register_structure_hook(
        lsp.NotebookDocumentSyncOptions, lambda *_: lsp.NotebookDocumentSyncOptions([])
    )
    return converter


@asynccontextmanager
async def editing(root: Path, name: str) -> AsyncIterator[Editor]:
    """Start the server for a project and open one of its files."""
    client = LanguageClient("an-editor", "1", converter_factory=make_converter)
    editor = Editor(client, root / name)
    await client.start_io(*PYTHON_LSP_SERVER, cwd=root.parent)
    try:
        await client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(),
                root_uri=root.as_uri(),
                workspace_folders=[lsp.WorkspaceFolder(root.as_uri(), "project")],
            )
        )
        client.initialized(lsp.InitializedParams())
        client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(SETTINGS))
        yield editor
        await client.shutdown_async(None)
    finally:
        client.exit(None)
        await client.stop()


def edit(root: Path, name: str, acts: Callable[[Editor], Awaitable[None]]) -> None:
    """Do something in an editor."""

    async def session() -> None:
        async with editing(root, name) as editor:
            await acts(editor)

    asyncio.run(asyncio.wait_for(session(), PATIENCE))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in {
        "ssot.toml": CONFIG,
        "app/__init__.py": "",
        "app/old.py": "class Old: ...\n",
        "app/new.py": "class New: ...\n",
        "app/deep/__init__.py": "",
        "app/deep/use.py": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def position(line: int, character: int) -> lsp.Position:
    return lsp.Position(line, character)


def test_a_violation_comes_and_goes_with_the_text(project: Path) -> None:
    async def acts(editor: Editor) -> None:
        (one,) = await editor.show("import os\nfrom app.old import Old\n")
        assert one.code == "SSOT001"
        assert one.message == TOLD
        assert one.source == "flake8"
        assert one.severity == lsp.DiagnosticSeverity.Warning
        # Flake8 tells no end of a violation, so the server takes the rest of the line.
        assert one.range == lsp.Range(position(1, 20), position(1, 24))
        assert await editor.show("import os\nfrom app.new import New\n") == []
        assert len(await editor.show("from app.old import Old\n")) == 1

    edit(project, "app/deep/use.py", acts)


def test_the_place_of_the_file_counts(project: Path) -> None:
    """A relative import stands for something only if the server tells Flake8 where the file is."""

    async def acts(editor: Editor) -> None:
        (one,) = await editor.show("from ..old import Old\n")
        assert "`app.old.Old`" in one.message
        assert await editor.show("from .old import Old\n") == []

    edit(project, "app/deep/use.py", acts)


def test_moves_in_setup_cfg(project: Path) -> None:
    (project / "ssot.toml").unlink()
    (project / "setup.cfg").write_text("[flake8]\nssot-moves = app.old.Old -> app.new.New\n")

    async def acts(editor: Editor) -> None:
        (one,) = await editor.show("from app.old import Old\n")
        assert one.message == TOLD.replace("(1)", "(ssot-moves)")

    edit(project, "app/deep/use.py", acts)


def test_excluded_files_have_none(project: Path) -> None:
    (project / "ssot.toml").write_text('exclude = ["/app/deep/**"]\n' + CONFIG)

    async def acts(editor: Editor) -> None:
        assert await editor.show("from app.old import Old\n") == []

    edit(project, "app/deep/use.py", acts)


@pytest.mark.parametrize(
    ("before", "shift"),
    [
        pytest.param("é = 1; ", 0, id="in the basic plane"),
        pytest.param("x = '𝒳'; ", 1, id="beyond it"),
    ],
)
def test_columns_after_wide_characters(project: Path, before: str, shift: int) -> None:
    """The server passes Flake8's column on, a count of code points; the protocol's is UTF-16."""

    async def acts(editor: Editor) -> None:
        line = f"{before}from app.old import Old\n"
        (one,) = await editor.show(line)
        right = len(line[: line.index("Old")].encode("utf-16-le")) // 2
        assert one.range.start == position(0, right - shift)

    edit(project, "app/deep/use.py", acts)
