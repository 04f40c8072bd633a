"""What `ssot export ruff` says, run by the real Ruff: which forms it sees, and none falsely."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main

CONFIG = """\
source-roots = ["."]

[[migration]]
id = "1"
owners = ["owner.py"]

[[migration.move]]
old = "pkg.old.X"
new = "pkg.new.Y"

[[migration.move]]
old = "spaces.old.X"
new = "pkg.new.Y"

[[migration.move]]
old = "pkg.gone"
new = "pkg.here"
"""
PACKAGE = {
    "ssot.toml": CONFIG,
    "pkg/__init__.py": "from .old import X  # line 1\n",
    "pkg/old.py": "class X: ...\nclass Z: ...\nX()\n",
    "pkg/new.py": "class Y: ...\n",
    "pkg/gone.py": "def f(): ...\n",
    "pkg/here.py": "def f(): ...\n",
    "door.py": "from pkg.old import X as Door\nfrom pkg.gone import f as leak\n",
    "owner.py": "from pkg.old import X\n",
    "spaces/old.py": "class X: ...\n",
}

# A file and its code; what is to be seen is in the last line.
BOTH = [
    pytest.param("a.py", "from pkg.old import X\n", id="from import"),
    pytest.param("a.py", "from pkg.old import X as A\n", id="with an alias"),
    pytest.param("a.py", "if 1:\n    from pkg.old import X\n", id="inside a block"),
    pytest.param("a.py", "from pkg.old import Z, X\n", id="one of two"),
    pytest.param("a.py", "import pkg.old\npkg.old.X\n", id="attribute of a module"),
    pytest.param("a.py", "import pkg.old as o\no.X.y\n", id="attribute of an alias"),
    pytest.param("a.py", "from pkg import old\nold.X()\n", id="attribute of a from import"),
    pytest.param("a.py", "import pkg.old as o\ndef f(x: 'o.X'): ...\n", id="string annotation"),
    pytest.param("a.py", "from pkg import X\n", id="re-export of a package"),
    pytest.param("a.py", "import pkg\npkg.X\n", id="attribute of a package"),
    pytest.param("a.py", "from door import Door\n", id="another module's import"),
    pytest.param("a.py", "from door import leak\n", id="what leaks from a moved module"),
    pytest.param("a.py", "import pkg.gone\n", id="moved module"),
    pytest.param("a.py", "import pkg.gone as g\n", id="moved module with an alias"),
    pytest.param("a.py", "from pkg import gone\n", id="moved module by from import"),
    pytest.param("a.py", "from pkg.gone import f\n", id="out of a moved module"),
    pytest.param("a.py", "from pkg.gone import *\n", id="star of a moved module"),
    pytest.param("pkg/a.py", "from .old import X\n", id="relative"),
    pytest.param("pkg/a.py", "from . import gone\n", id="relative, a module"),
]
OURS = [
    pytest.param("a.py", "from pkg.old import *\nX\n", id="star of a module that stays"),
    pytest.param("a.py", "from pkg.old import X as as A\n", id="a file that does not parse"),
    pytest.param(
        "a.py", "# coding: latin-1\ns = 'é'\nfrom pkg.old import X\n", id="a file that is not UTF-8"
    ),
    pytest.param("a.py", "import pkg.old as o\np = o\np.X\n", id="attribute through a variable"),
    pytest.param(
        "a.py",
        "try:\n    import pkg.old as o\nexcept ImportError:\n    o = None\no.X\n",
        id="attribute of what only may be the module",
    ),
    pytest.param(
        "spaces/a.py", "from .old import X\n", id="relative, in a folder without __init__.py"
    ),
]
NEITHER = [
    pytest.param("owner.py", "from pkg.old import X\n", id="an owner"),
    pytest.param("pkg/old.py", "class X: ...\nclass Z: ...\nX()\n", id="the home"),
    pytest.param("pkg/new.py", "from .old import X as Y\n", id="a new home takes the old symbol"),
    pytest.param("a.py", "from pkg.new import Y\n", id="the new name"),
    pytest.param("a.py", "from pkg.old import Z\n", id="what stays"),
    pytest.param("a.py", "from pkg.older import X\n", id="a module that begins alike"),
    pytest.param("a.py", "from old import X\n", id="a module that ends alike"),
    pytest.param("a.py", "class X: ...\nX.y\n", id="a namesake"),
    pytest.param("a.py", "import os\nos.X\n", id="an attribute of another"),
]


class Tree:
    """A small project in which one more file is written, and looked at by both."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._root = root
        self._capsys = capsys
        self.write(PACKAGE)

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self._root / name).parent.mkdir(exist_ok=True)
            (self._root / name).write_bytes(text.encode("latin-1"))

    def look(self, name: str, code: str) -> tuple[set[int], set[int]]:
        """Return the lines of a file that SSOT001 reports, and those that TID251 does."""
        self.write({name: code})
        assert main(["export", "ruff", "--target", "ruff.toml"]) == 0
        (self._root / "ruff.toml").write_text(self._capsys.readouterr().out)
        ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--exit-zero"]
        done = subprocess.run(
            [*ruff, "--select=TID251", "--output-format=json", name],
            cwd=self._root,
            capture_output=True,
            text=True,
            check=True,
        )
        theirs = [item for item in json.loads(done.stdout) if item["code"] == "TID251"]
        main(["check", "--select=SSOT001", "--format=json", "--quiet", name])
        ours = json.loads(self._capsys.readouterr().out)["violations"]
        return (
            {item["line"] for item in ours},
            {item["location"]["row"] for item in theirs},
        )


@pytest.fixture
def tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Tree:
    monkeypatch.chdir(tmp_path)
    return Tree(tmp_path, capsys)


@pytest.mark.parametrize(("name", "code"), BOTH)
def test_ruff_sees(name: str, code: str, tree: Tree) -> None:
    ours, theirs = tree.look(name, code)
    assert ours == theirs
    assert code.count("\n") in ours


@pytest.mark.parametrize(("name", "code"), OURS)
def test_ruff_does_not_see(name: str, code: str, tree: Tree) -> None:
    ours, theirs = tree.look(name, code)
    assert ours - theirs
    assert not theirs - ours


@pytest.mark.parametrize(("name", "code"), NEITHER)
def test_neither_reports(name: str, code: str, tree: Tree) -> None:
    assert tree.look(name, code) == (set(), set())
