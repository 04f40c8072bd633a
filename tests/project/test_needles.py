from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.project.needles import find_needles
from flake8_ssot_engine.project.prefilter import needles_of
from tests.rules.harness import CONFIGURATION, write

NONE = (
    ("a plain import", "from pkg.old import OldEngine"),
    ("another class", "from tools import OldEngine as Engine"),
    ("in a function", "def f():\n    from pkg.old import OldEngine as Engine"),
    ("an instance", "from pkg.old import OldEngine\nEngine = OldEngine()"),
    ("a keyword argument", "from pkg.old import OldEngine\nf(engine=OldEngine)"),
    ("a comparison", "from pkg.old import OldEngine\nx == OldEngine"),
    ("prose", "# OldEngine as Engine\n'Engine = OldEngine'"),
    ("rebound", "from pkg.old import OldEngine as Engine\nEngine = None"),
    ("a file that does not parse", "from pkg.old import OldEngine as Engine\ndef ("),
)
SOME = (
    ("as", "from pkg.old import OldEngine as Engine", {"Engine"}),
    ("as, far away", "from pkg.old import (\n    OldEngine  # old\n\n    as Engine)", {"Engine"}),
    ("as, with a backslash", "from pkg.old import OldEngine \\\n as Engine", {"Engine"}),
    ("assignment", "from pkg.old import OldEngine\nEngine = OldEngine", {"Engine"}),
    ("two targets", "from pkg.old import OldEngine\nA = B = OldEngine", {"A", "B"}),
    ("annotated", "from pkg.old import OldEngine\nA: type = (\n  OldEngine)", {"A"}),
    ("of a module", "import pkg.old\nA = pkg . old \\\n . OldEngine", {"A"}),
    ("in two steps", "from pkg.old import OldEngine as A\nB = A", {"A", "B"}),
    (
        "over two files",
        "from pkg.old import OldEngine as A\n#more\nfrom here import A as B",
        {"A", "B"},
    ),
    ("a module", "from pkg import legacy as A\nfrom pkg.legacy import x as y", {"A", "y!"}),
    (
        "a hook",
        "def __getattr__(name):\n    if name == 'A':\n"
        "        from pkg.old import OldEngine\n        return OldEngine",
        {"A"},
    ),
    ("a name of a moved module", "from pkg.legacy import x, y as z", {"x!", "z!"}),
    (
        "a name of a moved module, twice",
        "from pkg.legacy import x\n#more\nfrom here import x as y\n#more\nfrom more.m0 import *",
        {"x!", "y!"},
    ),
    ("a factory-only class", "from pkg.owned import Owned as O", {"O"}),
    (
        "a try",
        "try:\n    from pkg.old import OldEngine as A\nexcept ImportError:\n    A = None",
        {"A"},
    ),
)


def others(code: str, folder: Path) -> set[str]:
    here, *more = code.split("#more\n")
    write(
        folder, {"ssot.toml": CONFIGURATION, "here.py": here, "pkg/old.py": "class OldEngine: ..."}
    )
    for number, text in enumerate(more):
        write(folder, {f"more/m{number}.py": text, "more/gone.txt": "OldEngine as Text"})
    settings = load_file(str(folder / "ssot.toml"))
    found = find_needles(settings, jobs=1)
    known = needles_of(settings.index)
    assert known.names <= found.names
    assert not found.leaks or found.modules
    return set(found.names - known.names) | {f"{name}!" for name in found.leaks}


@pytest.mark.parametrize(("title", "code"), NONE, ids=[case[0] for case in NONE])
def test_no_other_name(title: str, code: str, tmp_path: Path) -> None:
    assert others(code, tmp_path) == set()


@pytest.mark.parametrize(("title", "code", "expected"), SOME, ids=[case[0] for case in SOME])
def test_other_names(title: str, code: str, expected: set[str], tmp_path: Path) -> None:
    assert others(code, tmp_path) == expected


def test_also_where_a_check_does_not_look(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "made/", "made/m.py": "from pkg.old import OldEngine as A"})
    write(tmp_path, {"node_modules/m.py": "from pkg.old import OldEngine as B"})
    assert others("", tmp_path) == {"A"}


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    assert others("from pkg.old import OldEngine as A", tmp_path) == {"A"}
