"""Which configuration holds: several folders, files outside of any, files that are none of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.editor import CONFIG, SERVER, editing, lay_out

pytestmark = pytest.mark.asyncio
USER = "app/user.py"


async def test_each_folder_has_its_own_configuration(tmp_path: Path) -> None:
    one, other = lay_out(tmp_path / "one"), lay_out(tmp_path / "other")
    lay_out(other, {"ssot.toml": CONFIG.replace('id = "1"', 'id = "2"')})
    async with editing(tmp_path, folders=[one, other]) as editor:
        for folder, number in (("one", "(1)"), ("other", "(2)")):
            editor.open(f"{folder}/{USER}")
            found = await editor.diagnostics(f"{folder}/{USER}")
            assert [d.message.endswith(number) for d in found] == [True, True]


async def test_a_file_outside_of_any_folder_goes_by_what_is_above_it(tmp_path: Path) -> None:
    lay_out(tmp_path / "elsewhere")
    inside = tmp_path / "inside"
    inside.mkdir()
    async with editing(tmp_path, folders=[inside]) as editor:
        editor.open(f"elsewhere/{USER}")
        assert len(await editor.diagnostics(f"elsewhere/{USER}")) == 2


async def test_without_a_configuration_the_preset_holds_as_for_check(tmp_path: Path) -> None:
    text = (
        "from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine\n"
        "from app.old import Old\n"
    )
    lay_out(tmp_path, {"user.py": text})
    async with editing(tmp_path) as editor:
        editor.open("user.py")
        assert [d.range.start.line for d in await editor.diagnostics("user.py")] == [0]


async def test_excluded_files_are_passed_over(tmp_path: Path) -> None:
    lay_out(tmp_path)
    lay_out(tmp_path, {"ssot.toml": f'exclude = ["/app/user.py"]\n{CONFIG}'})
    async with editing(tmp_path) as editor:
        editor.open(USER)
        assert await editor.diagnostics(USER) == []
        assert await editor.actions(USER) == []


async def test_what_is_no_python_file_does_no_harm(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path) as editor:
        for uri, language in (
            ("untitled:Untitled-1", "python"),
            ("vscode-notebook-cell:/a.ipynb#W0", "python"),
            (editor.uri("notes.ipynb"), "python"),
            (editor.uri("ssot.toml"), "toml"),
        ):
            item = lsp.TextDocumentItem(uri, language, 1, "from app.old import Old\n")
            editor.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
            identifier = lsp.TextDocumentIdentifier(uri)
            hover = lsp.HoverParams(identifier, lsp.Position(0, 21))
            assert await editor.client.text_document_hover_async(hover) is None
            editor.client.text_document_did_change(
                lsp.DidChangeTextDocumentParams(
                    lsp.VersionedTextDocumentIdentifier(2, uri),
                    [lsp.TextDocumentContentChangeWholeDocument("")],
                )
            )
            editor.client.text_document_did_close(lsp.DidCloseTextDocumentParams(identifier))
        editor.open(USER)
        assert len(await editor.diagnostics(USER)) == 2
        assert set(editor.published) == {editor.uri(USER)}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param("from app.old import Old\ndef f(:\n", ["SSOT001", "E999"], id="broken"),
        pytest.param("x = 'a\n", ["E999"], id="an open string"),
        pytest.param("x = '\0'\n", ["E999"], id="a null byte"),
        pytest.param("# coding: nonsense\n", ["E999"], id="an unknown encoding"),
        pytest.param("(" * 5000, ["E999"], id="nested too deeply"),
        pytest.param("", [], id="empty"),
    ],
)
async def test_broken_files_are_told_of(tmp_path: Path, text: str, codes: list[str]) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path) as editor:
        editor.open(USER, text)
        assert [one.code for one in await editor.diagnostics(USER)] == codes


async def test_server_ends_with_its_client(tmp_path: Path) -> None:
    import asyncio

    process = await asyncio.create_subprocess_exec(
        *SERVER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 30) == 1
