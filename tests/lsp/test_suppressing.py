"""Suppressing with a reason: where the comment must stand to be heeded."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from flake8_ssot_engine.edits import apply_edits
from flake8_ssot_engine.engine.suppressions import Suppressions
from flake8_ssot_engine.lsp.suppressing import REASON, suppress
from flake8_ssot_engine.source import SourceFile
from tests.lsp.editor import apply_workspace_edit, editing, lay_out

NOTE = f"  # noqa: SSOT001 {REASON}"


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("import a\n", 1, f"import a{NOTE}\n"),
        ("import a", 1, f"import a{NOTE}"),
        ("import a  \r\nb\r\n", 1, f"import a{NOTE}  \r\nb\r\n"),
        ("import a  # why\n", 1, f"import a  # why{NOTE}\n"),
        ("import a  # noqa: E501\n", 1, "import a  # noqa: E501,SSOT001\n"),
        ("import a  # noqa: E501, F401 since\n", 1, "import a  # noqa: E501, F401,SSOT001 since\n"),
        ("import \\\n    a\nb\n", 1, f"import \\\n    a{NOTE}\nb\n"),
        ("from a import (\n    b,\n    c,\n)\n", 2, f"from a import (\n    b,{NOTE}\n    c,\n)\n"),
        ("f('''\na''')\n", 1, f"f('''\na'''){NOTE}\n"),
        ("f('''\na''', b)\nc\n", 2, f"f('''\na''', b){NOTE}\nc\n"),
        ("x = '''\n# noqa: E501\n''' + a\n", 3, "x = '''\n# noqa: E501\n''' + a\n"),
        ("f('''\na''', b)  # noqa: E1\n", 1, "f('''\na''', b)  # noqa: E1,SSOT001\n"),
        ("'é𝒳\x0c'; import a\n", 1, f"'é𝒳\x0c'; import a{NOTE}\n"),
    ],
)
def test_comment(before: str, line: int, after: str) -> None:
    source = SourceFile("a.py", before)
    edit = suppress(source, "SSOT001", line)
    if before == after:
        assert edit is None
        return
    assert edit is not None
    text = apply_edits(before, [edit]).text
    assert text == after
    assert Suppressions(SourceFile("a.py", text)).covers("SSOT001", line)


@pytest.mark.asyncio
async def test_violation_is_gone_once_it_is_suppressed(tmp_path: Path) -> None:
    lay_out(tmp_path)
    text = "from app.old import (\n    Old as Older,  # it\n)\n"
    async with editing(tmp_path) as editor:
        editor.open("app/user.py", text)
        (found,) = await editor.diagnostics("app/user.py")
        offered = await editor.actions("app/user.py", found.range)
        (action,) = [one for one in offered if "suppress" in one.title]
        assert action.kind == lsp.CodeActionKind.QuickFix
        assert not action.is_preferred
        new = apply_workspace_edit(editor, await editor.resolve(action), {"app/user.py": text})[
            "app/user.py"
        ]
        assert new == text.replace("# it", f"# it{NOTE}")
        editor.change("app/user.py", new)
        assert await editor.diagnostics("app/user.py") == []
