"""Fix all in a file: what `ssot fix` would write, but for what the baseline tolerates."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from flake8_ssot_engine.sample import lay_out as lay_out_sample
from tests.lsp.editor import SERVER, apply_workspace_edit, editing, lay_out

pytestmark = pytest.mark.asyncio
ALL = "source.fixAll.ssot"
USER = "app/user.py"
FIXED = "from app.new import New\n\nprint(New())\n"


def sources(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode("utf-8")
        for path in root.rglob("*.py")
    }


def written_by_fix(root: Path, copy: Path, name: str) -> dict[str, str]:
    """Return what `ssot fix` writes when it is given one file of a project."""
    shutil.copytree(root, copy)
    before = sources(copy)
    subprocess.run(
        [*SERVER[:-1], "fix", "--ignore=SSOT008", name], cwd=copy, capture_output=True, check=False
    )
    return {name: text for name, text in sources(copy).items() if text != before[name]}


async def test_sample_project_becomes_what_fix_writes(tmp_path: Path) -> None:
    root = tmp_path / "sample"
    lay_out_sample(root)
    fixed = 0
    async with editing(root) as editor:
        for number, name in enumerate(sorted(sources(root))):
            editor.open(name)
            await editor.diagnostics(name)
            expected = await asyncio.to_thread(
                written_by_fix, root, tmp_path / f"copy-{number}", name
            )
            offered = await editor.actions(name, only=[ALL])
            if not offered:
                assert expected == {}
                continue
            edit = await editor.resolve(offered[0])
            found = apply_workspace_edit(editor, edit)
            assert found == expected
            fixed += bool(found)
    assert fixed > 10


async def test_what_the_baseline_tolerates_is_left(tmp_path: Path) -> None:
    lay_out(tmp_path)
    held = f"{USER}\tSSOT001\t<module>\tapp.old.Old\t1\n{USER}\tSSOT002\t<module>\tapp.old.Old\t1\n"
    lay_out(tmp_path, {"ssot-baseline.txt": held})
    async with editing(tmp_path) as editor:
        editor.open(USER)
        found = await editor.diagnostics(USER)
        assert {one.severity for one in found} == {lsp.DiagnosticSeverity.Hint}
        assert await editor.actions(USER, only=[ALL]) == []
    async with editing(tmp_path, options={"fixBaselined": True}) as editor:
        editor.open(USER)
        (action,) = await editor.actions(USER, only=[ALL])
        assert apply_workspace_edit(editor, await editor.resolve(action)) == {USER: FIXED}


async def test_edits_are_few(tmp_path: Path) -> None:
    lay_out(tmp_path)
    text = "from app.old import Old\n" + "x = 1\n" * 500 + "print(Old())\n"
    async with editing(tmp_path) as editor:
        editor.open(USER, text)
        (action,) = await editor.actions(USER, only=["source.fixAll"])
        assert action.kind == "source.fixAll"
        edit = await editor.resolve(action)
        assert edit is not None
        assert edit.document_changes is not None
        (change,) = edit.document_changes
        assert isinstance(change, lsp.TextDocumentEdit)
        assert len(change.edits) == 3
        assert apply_workspace_edit(editor, edit, {USER: text}) == {
            USER: text.replace("app.old", "app.new").replace("Old", "New")
        }
