"""Related places: the re-exports that a name came through, and its new home."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.editor import CONFIG, PROJECT, Editor, editing, lay_out

pytestmark = pytest.mark.asyncio
USER = "app/user.py"


def places(editor: Editor, found: lsp.Diagnostic) -> list[tuple[str, str, str]]:
    """Return the files of a diagnostic's places, what stands there, and what is told of it."""
    shown = []
    for one in found.related_information or ():
        (name,) = [n for n in files(editor.root) if editor.uri(n) == one.location.uri]
        lines = (editor.root / name).read_text("utf-8").split("\n")
        start, end = one.location.range.start, one.location.range.end
        assert start.line == end.line
        shown.append((name, lines[start.line][start.character : end.character], one.message))
    return shown


def files(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in root.rglob("*.py")]


async def test_every_re_export_and_the_new_home(tmp_path: Path) -> None:
    more = {
        "app/api.py": "if 1:\n    from app.hands_on import Old as Engine\n",
        USER: "from app.api import Engine\n",
    }
    lay_out(tmp_path, {**PROJECT, **more})
    async with editing(tmp_path) as editor:
        editor.open(USER)
        found = (await editor.diagnostics(USER))[0]
        assert places(editor, found) == [
            ("app/api.py", "Old as Engine", "re-exported here as `app.api.Engine`"),
            ("app/hands_on.py", "Old", "re-exported here as `app.hands_on.Old`"),
            ("app/new.py", "New", "`app.new.New` is here"),
        ]


async def test_home_that_takes_it_from_elsewhere(tmp_path: Path) -> None:
    more = {"app/new.py": "from app.inner import New\n", "app/inner.py": "def New(): ...\n"}
    lay_out(tmp_path, {**PROJECT, **more})
    async with editing(tmp_path) as editor:
        editor.open(USER)
        found = (await editor.diagnostics(USER))[0]
        assert places(editor, found) == [("app/inner.py", "New", "`app.new.New` comes from here")]


async def test_module_and_what_is_nowhere(tmp_path: Path) -> None:
    config = CONFIG + '\n[[migration.move]]\nold = "app.gone"\nnew = "app.new"\n'
    config += '\n[[migration.move]]\nold = "app.lost"\nnew = "some.where"\n'
    text = "import app.gone\nimport app.lost\n"
    lay_out(tmp_path, {**PROJECT, "ssot.toml": config, USER: text})
    async with editing(tmp_path) as editor:
        editor.open(USER)
        first, second = await editor.diagnostics(USER)
        assert places(editor, first) == [("app/new.py", "", "`app.new` is here")]
        assert places(editor, second) == []


async def test_home_that_is_not_saved(tmp_path: Path) -> None:
    lay_out(tmp_path)
    async with editing(tmp_path) as editor:
        editor.open("app/new.py", "# one more line\n\nclass New: ...\n")
        editor.open(USER)
        (place,) = (await editor.diagnostics(USER))[0].related_information or ()
        assert place.location.range == lsp.Range(lsp.Position(2, 6), lsp.Position(2, 9))


async def test_others_hear_of_what_is_typed_once_nobody_types(tmp_path: Path) -> None:
    door = {"app/door.py": "Old = 1\n", USER: "from app.door import Old\n"}
    lay_out(tmp_path, {**PROJECT, **door})
    async with editing(tmp_path) as editor:
        editor.open("app/door.py")
        editor.open(USER)
        assert await editor.diagnostics(USER) == []
        editor.published.clear()
        editor.change("app/door.py", "from app.old import Old\n")
        found = await editor.diagnostics(USER)
        assert "re-exported as `app.door.Old`" in found[0].message
        editor.published.clear()
        editor.close("app/door.py")
        assert await editor.diagnostics(USER) == []
