"""What changes on the disk: configuration, baseline, modules; told of by the editor, or not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.editor import CONFIG, IMPORT, Editor, capabilities, editing, lay_out

pytestmark = pytest.mark.asyncio
USER = "app/user.py"
HELD = f"{USER}\tSSOT001\t<module>\tapp.old.Old\t1\n"


def write(root: Path, name: str, text: str) -> None:
    """Write a file so that its time of change is another, however coarse times are."""
    path = root / name
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_bytes(text.encode("utf-8"))
    now = path.stat().st_mtime_ns
    os.utime(path, ns=(now, max(now, before + 2_000_000_000)))


def tell(editor: Editor, *names: str) -> None:
    editor.client.workspace_did_change_watched_files(
        lsp.DidChangeWatchedFilesParams(
            [lsp.FileEvent(editor.uri(name), lsp.FileChangeType.Changed) for name in names]
        )
    )


def severities(found: list[lsp.Diagnostic]) -> list[tuple[str, lsp.DiagnosticSeverity | None]]:
    return [(str(one.code), one.severity) for one in found]


async def test_editor_is_asked_to_watch_and_its_news_are_heard(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path, capabilities(watches=True)) as editor:
        editor.open(USER)
        assert len(await editor.diagnostics(USER)) == 2
        (registration,) = editor.registered
        options = registration.register_options
        assert isinstance(options, dict)
        patterns = {one["globPattern"] for one in options["watchers"]}
        assert {"**/*.py", "**/*.toml", "**/ssot-baseline.txt"} <= patterns
        write(tmp_path, "ssot-baseline.txt", HELD)
        tell(editor, "ssot-baseline.txt")
        assert severities(await editor.next_diagnostics(USER)) == [
            ("SSOT001", lsp.DiagnosticSeverity.Hint),
            ("SSOT002", lsp.DiagnosticSeverity.Error),
        ]
        write(tmp_path, "ssot.toml", 'select = ["SSOT002"]\n' + CONFIG)
        tell(editor, "ssot.toml")
        assert [one.code for one in await editor.next_diagnostics(USER)] == ["SSOT002"]


async def test_without_watching_the_next_change_sees_it(tmp_path: Path) -> None:
    lay_out(tmp_path)
    text = (tmp_path / USER).read_text("utf-8")
    async with editing(tmp_path) as editor:
        editor.open(USER)
        assert len(await editor.diagnostics(USER)) == 2
        assert editor.registered == []
        write(tmp_path, "ssot-baseline.txt", HELD)
        editor.change(USER, text + "#\n")
        assert severities(await editor.diagnostics(USER))[0][1] == lsp.DiagnosticSeverity.Hint
        (tmp_path / "ssot-baseline.txt").unlink()
        editor.change(USER, text)
        assert severities(await editor.diagnostics(USER))[0][1] == lsp.DiagnosticSeverity.Error
        write(tmp_path, "ssot.toml", CONFIG.replace("app.old.Old", "app.old.Other"))
        editor.change(USER, text + "#\n")
        assert await editor.diagnostics(USER) == []


async def test_a_module_that_is_saved_counts_for_others(tmp_path: Path) -> None:
    lay_out(tmp_path, {**_THROUGH, "ssot.toml": CONFIG, "app/door.py": "Old = 1\n"})
    async with editing(tmp_path) as editor:
        editor.open("app/through.py")
        assert await editor.diagnostics("app/through.py") == []
        editor.open("app/door.py")
        await editor.diagnostics("app/door.py")
        editor.published.clear()
        editor.save("app/door.py", "from app.old import Old\n")
        found = await editor.diagnostics("app/through.py")
        assert "re-exported as `app.door.Old`" in found[0].message


async def test_a_module_that_is_not_saved_counts_for_others(tmp_path: Path) -> None:
    lay_out(tmp_path, {**_THROUGH, "ssot.toml": CONFIG, "app/door.py": "Old = 1\n"})
    async with editing(tmp_path) as editor:
        editor.open("app/door.py", "from app.old import Old\n")
        editor.open("app/through.py")
        found = await editor.diagnostics("app/through.py")
        assert "re-exported as `app.door.Old`" in found[0].message
        editor.close("app/door.py")
        editor.change("app/through.py", _THROUGH["app/through.py"] + "#\n")
        assert await editor.diagnostics("app/through.py") == []


async def test_wrong_configuration_is_told_on_its_file_and_once_in_a_message(
    tmp_path: Path,
) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path) as editor:
        editor.open(USER)
        assert len(await editor.diagnostics(USER)) == 2
        write(tmp_path, "ssot.toml", CONFIG.replace("deadline =", "deathline ="))
        editor.change(USER, "from app.old import Old\n")
        assert await editor.diagnostics(USER) == []
        told = editor.published[editor.uri("ssot.toml")].diagnostics
        assert [one.range.start.line for one in told] == [5]
        assert "deathline" in told[0].message
        editor.change(USER, "from app.old import Old\n#\n")
        await editor.diagnostics(USER)
        assert len(editor.client.messages) == 1
        assert "deathline" in editor.client.messages[0].message
        write(tmp_path, "ssot.toml", CONFIG)
        editor.change(USER, "from app.old import Old\n")
        assert [one.message for one in await editor.diagnostics(USER)] == [IMPORT[8:]]
        assert editor.published[editor.uri("ssot.toml")].diagnostics == ()


async def test_wrong_baseline_is_told_on_its_line(tmp_path: Path) -> None:
    lay_out(tmp_path)
    lay_out(tmp_path, {"ssot-baseline.txt": f"{HELD}what\n"})
    async with editing(tmp_path) as editor:
        editor.open(USER)
        assert await editor.diagnostics(USER) == []
        told = editor.published[editor.uri("ssot-baseline.txt")].diagnostics
        assert [one.range.start.line for one in told] == [1]


_THROUGH = {
    "app/__init__.py": "",
    "app/old.py": "class Old: ...\n",
    "app/new.py": "class New: ...\n",
    "app/through.py": "from app.door import Old\n",
}
