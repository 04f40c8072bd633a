"""Diagnostics while typing: the verdict of `ssot check`, and what an editor shows besides."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from flake8_ssot_engine.sample import lay_out as lay_out_sample
from tests.lsp.editor import IMPORT, check_stdin, editing, lay_out

pytestmark = pytest.mark.asyncio


def told(diagnostics: list[lsp.Diagnostic]) -> list[str]:
    return [f"{one.code} {one.message}" for one in diagnostics]


async def test_an_opened_file_is_told_of_and_a_changed_one_again(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path) as editor:
        editor.open("app/user.py")
        found = await editor.diagnostics("app/user.py")
        assert told(found)[0] == IMPORT
        assert found[0].range == lsp.Range(lsp.Position(0, 20), lsp.Position(0, 23))
        assert found[0].severity == lsp.DiagnosticSeverity.Error
        assert list(found[0].tags or ()) == [lsp.DiagnosticTag.Deprecated]
        assert found[0].source == "ssot"
        assert found[0].code_description == lsp.CodeDescription("https://example.org/1")
        editor.change("app/user.py", "print()\n")
        assert await editor.diagnostics("app/user.py") == []


async def test_sample_project_says_what_check_says(tmp_path: Path) -> None:
    root = tmp_path / "sample"
    lay_out_sample(root)
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*.py"))
    assert len(names) > 20
    async with editing(root) as editor:
        for name in names:
            editor.open(name)
            found = await editor.diagnostics(name)
            expected = check_stdin(root, name, (root / name).read_bytes())
            assert [
                (one.code, one.message, one.range.start.line + 1, one.range.start.character + 1)
                for one in found
            ] == [
                (one["code"], one["message"], one["line"], one["column"])
                for one in expected["violations"]
                if one["code"] != "SSOT008"  # texts are told by the command alone
            ]


async def test_page_of_the_rule_where_it_is_said_to_be(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path, options={"rulesUrl": "https://example.org/rules"}) as editor:
        editor.open("app/user.py")
        pages = [one.code_description for one in await editor.diagnostics("app/user.py")]
        assert pages == [
            lsp.CodeDescription("https://example.org/rules#ssot001-deprecated-import"),
            lsp.CodeDescription("https://example.org/rules#ssot002-direct-instantiation"),
        ]


async def test_editor_that_shows_little_is_told_no_more(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path, lsp.ClientCapabilities()) as editor:
        editor.open("app/user.py")
        for one in await editor.diagnostics("app/user.py"):
            assert (one.tags, one.code_description, one.related_information) == (None, None, None)
