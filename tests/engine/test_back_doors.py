"""Back doors: which other names of what moved are found, and which files are exempt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.back_doors import find_back_doors
from flake8_ssot_engine.project.discovery import find_files

SYMBOL = '[[migration]]\nid = "1"\n{}[[migration.move]]\nold = "pkg.old.X"\nnew = "pkg.new.Y"\n'
MODULE = '[[migration]]\nid = "1"\n{}[[migration.move]]\nold = "pkg.old"\nnew = "pkg.new"\n'
PACKAGE = {
    "pkg/__init__.py": "",
    "pkg/old.py": "class X: ...\ndef helper(): ...\n",
    "pkg/new.py": "class Y: ...\n",
}

DOORS = [
    pytest.param(SYMBOL, {"a.py": "from pkg.old import X\n"}, {}, id="an import that nobody uses"),
    pytest.param(
        SYMBOL,
        {"pkg/__init__.py": "from .old import X as Z\n"},
        {"pkg.Z": "pkg.old.X"},
        id="a package offers its names",
    ),
    pytest.param(
        SYMBOL, {"pkg/__init__.py": "from .old import X as _Z\n"}, {}, id="but for private ones"
    ),
    pytest.param(
        SYMBOL,
        {"pkg/__init__.py": "from .old import *\n"},
        {"pkg.X": "pkg.old.X"},
        id="a package offers what a star brings",
    ),
    pytest.param(
        SYMBOL,
        {"a.py": "from pkg.old import X\n\n__all__ = ['X']\n"},
        {"a.X": "pkg.old.X"},
        id="__all__",
    ),
    pytest.param(
        SYMBOL,
        {"a.py": "LAZY = {'X': 'pkg.old'}\ndef __getattr__(name): ...\n"},
        {"a.X": "pkg.old.X"},
        id="a module __getattr__",
    ),
    pytest.param(
        SYMBOL,
        {"a.py": "from pkg.old import X\n", "b.py": "from a import X\n"},
        {"a.X": "pkg.old.X"},
        id="somebody imports it from there",
    ),
    pytest.param(
        SYMBOL,
        {"a.py": "from pkg.old import X\n", "b.py": "import a\n\na.X.y\n"},
        {"a.X": "pkg.old.X"},
        id="somebody accesses it there",
    ),
    pytest.param(
        SYMBOL,
        {"a.py": "from pkg.old import X as Z\n", "b.py": "from a import Z\n\n__all__ = ['Z']\n"},
        {"a.Z": "pkg.old.X", "b.Z": "pkg.old.X"},
        id="one behind the other",
    ),
    pytest.param(
        MODULE,
        {"a.py": "from pkg.old import helper\n", "b.py": "from a import helper\n"},
        {"a.helper": "pkg.old.helper"},
        id="what leaks out of a moved module",
    ),
    pytest.param(
        MODULE,
        {"a.py": "import pkg.old as legacy\n\n__all__ = ['legacy']\n"},
        {"a.legacy": "pkg.old"},
        id="a moved module under another name",
    ),
    pytest.param(
        SYMBOL, {"pkg/new.py": "from .old import X as Y\n"}, {}, id="the new home is no back door"
    ),
    pytest.param(
        SYMBOL, {"a.py": "class X: ...\n", "b.py": "from a import X\n"}, {}, id="a namesake"
    ),
    pytest.param(
        SYMBOL,
        {"a.py": "from pkg.old import X\n", "b.py": "from a import X\n)"},
        {},
        id="a broken file goes through none",
    ),
]


@pytest.mark.parametrize(("config", "files", "expected"), DOORS)
def test_doors(
    config: str, files: Mapping[str, str], expected: Mapping[str, str], tmp_path: Path
) -> None:
    found, _ = look(tmp_path, config.format(""), files)
    assert found == expected


EXEMPT = [
    pytest.param(SYMBOL, "", {"a.py": "from pkg.old import X\n"}, [], id="nobody"),
    pytest.param(SYMBOL, 'owners = ["b*.py"]\n', {"b1.py": ""}, ["b1.py"], id="an owner"),
    pytest.param(
        MODULE,
        "",
        {"pkg/old.py": "from pkg.old import X\n"},
        ["pkg/old.py"],
        id="a moved module that names itself",
    ),
    pytest.param(
        SYMBOL,
        "",
        {"pkg/old.py": "class X: ...\n\nX()\n"},
        [],
        id="a home that uses what it defines, which Ruff does not see",
    ),
    pytest.param(
        SYMBOL,
        "",
        {"pkg/new.py": "from .old import X as Y\n"},
        ["pkg/new.py"],
        id="a new home that takes it from the old one",
    ),
]


@pytest.mark.parametrize(("config", "owners", "files", "expected"), EXEMPT)
def test_exempt_files(
    config: str, owners: str, files: Mapping[str, str], expected: list[str], tmp_path: Path
) -> None:
    _, exempt = look(tmp_path, config.format(owners), files)
    assert exempt == expected


def look(root: Path, config: str, files: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    for name, text in {"ssot.toml": config, **PACKAGE, **files}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    finder = ConfigFinder()
    every = [path for path, _ in find_files([str(root)], finder)]
    found = find_back_doors(finder.settings_for(str(root)), every, jobs=1)
    doors = {str(name): str(match.symbol) for name, match in found.doors.items()}
    return doors, [str(Path(path).relative_to(root)) for path in found.exempt]
