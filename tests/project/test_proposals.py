"""Proposals from small projects: the replacement only where it is known for sure."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.project.deprecations import find_deprecations
from flake8_ssot_engine.project.proposals import Proposals, Proposer

NEW = """\
class New:
    def __init__(self, a, b=1): ...
class Other: ...
def make(a, b=1): ...
async def wait(a): ...
"""
HEAD = "from warnings import deprecated\nfrom pkg.new import New, make\n"


def proposals(root: Path, files: dict[str, str], *, jobs: int = 1) -> Proposals:
    for name, text in {"pkg/__init__.py": "", "pkg/new.py": NEW, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    paths = sorted(str(path) for path in root.rglob("*.py"))
    found = find_deprecations(paths, (str(root),), jobs=jobs)
    return Proposer(str(root), (str(root),)).from_deprecations(found)


def moves(root: Path, files: dict[str, str], *, jobs: int = 1) -> dict[str, str | None]:
    return {
        str(item.move.old): str(item.move.new) if item.move.new else None
        for item in proposals(root, files, jobs=jobs).moves
        if not item.doubt
    }


def function(message: str, signature: str = "(a, b=1)") -> dict[str, str]:
    return {"pkg/old.py": f"{HEAD}@deprecated({message!r})\ndef old{signature}: ...\n"}


REPLACED = [
    pytest.param(function("use pkg.new.make instead"), id="dotted"),
    pytest.param(function("use new.make instead"), id="from-its-package"),
    pytest.param(function("Use `make()` instead."), id="in-reach"),
    pytest.param(function("use make from pkg.new"), id="name-from-module"),
    pytest.param(function("Please use 'from pkg.new import make'."), id="statement"),
    pytest.param(function("use make instead of old"), id="instead-of"),
    pytest.param(function("use :func:`pkg.new.make`", "(a)"), id="fewer-parameters"),
    pytest.param(function("use pkg.new.make", "(a, b)"), id="all-required"),
]


@pytest.mark.parametrize("files", REPLACED)
def test_replaced(tmp_path: Path, files: dict[str, str]) -> None:
    assert moves(tmp_path, files) == {"pkg.old.old": "pkg.new.make"}


LEFT = [
    pytest.param(function("it is gone"), id="no-name"),
    pytest.param(function("see pkg.new.make"), id="only-named"),
    pytest.param(function("use pkg.nowhere.make"), id="nowhere"),
    pytest.param(function("use pkg.new"), id="module-for-a-function"),
    pytest.param(function("use pkg.new.New"), id="class-for-a-function"),
    pytest.param(function("use pkg.new.wait", "(a)"), id="async-for-a-function"),
    pytest.param(function("use make or New"), id="choice"),
    pytest.param(function("use make, New"), id="list"),
    pytest.param(function("use make via New"), id="via"),
    pytest.param(function("use make(b=2)"), id="call-with-arguments"),
    pytest.param(function("use pkg.new.make", "(b, a)"), id="other-order"),
    pytest.param(function("use pkg.new.make", "(a, b, c)"), id="more-parameters"),
    pytest.param(function("use pkg.new.make", "()"), id="new-one-needs-more"),
    pytest.param(function("use pkg.new.make", "(*a)"), id="any-number"),
    pytest.param(function("use pkg.new.make", "(a, *, c)"), id="keyword-only"),
]


@pytest.mark.parametrize("files", LEFT)
def test_left_without_a_replacement(tmp_path: Path, files: dict[str, str]) -> None:
    assert moves(tmp_path, files) == {"pkg.old.old": None}


CLASSES = [
    pytest.param("class Old(New): ...", "pkg.new.New", id="derived"),
    pytest.param("class Old:\n    def __init__(self, a): ...", "pkg.new.New", id="same-call"),
    pytest.param("class Old:\n    def __init__(self, c): ...", None, id="other-call"),
    pytest.param("class Old: ...", None, id="unknown-call"),
]


@pytest.mark.parametrize(("definition", "new"), CLASSES)
def test_classes(tmp_path: Path, definition: str, new: str | None) -> None:
    text = f"{HEAD}@deprecated('use New instead')\n{definition}\n"
    assert moves(tmp_path, {"pkg/old.py": text}) == {"pkg.old.Old": new}


def test_what_replaces_two_things_replaces_neither_unless_they_are_made_of_it(
    tmp_path: Path,
) -> None:
    text = HEAD + "".join(
        f"@deprecated('use make')\ndef {name}(a, b=1):\n    return {value}\n"
        for name, value in (("one", "1"), ("two", "2"), ("three", "make(a, b)"))
    )
    assert moves(tmp_path, {"pkg/old.py": text}) == {
        "pkg.old.one": None,
        "pkg.old.two": None,
        "pkg.old.three": "pkg.new.make",
    }


WARN = "import warnings\nwarnings.warn('{}', DeprecationWarning)\n"
MODULES = [
    pytest.param(
        WARN.format("pkg.old is gone") + "from pkg.new import New as Old, make\n",
        {"pkg.old.Old": "pkg.new.New", "pkg.old.make": "pkg.new.make", "pkg.old": "pkg.new"},
        id="shim",
    ),
    pytest.param(
        WARN.format("this module is gone") + "from pkg.new import *\n",
        {
            "pkg.old.New": "pkg.new.New",
            "pkg.old.Other": "pkg.new.Other",
            "pkg.old.make": "pkg.new.make",
            "pkg.old.wait": "pkg.new.wait",
            "pkg.old": "pkg.new",
        },
        id="star-shim",
    ),
    pytest.param(
        WARN.format("pkg.old is gone, use pkg.new") + "def make(a): ...\n",
        {"pkg.old": "pkg.new"},
        id="the-same-names-there",
    ),
    pytest.param(
        WARN.format("pkg.old is gone, use pkg.new") + "def other(a): ...\n",
        {"pkg.old": None},
        id="names-that-are-not-there",
    ),
    pytest.param(
        WARN.format("pkg.old is gone") + "from pkg.new import make\ndef f(): make(1)\n",
        {"pkg.old": None},
        id="what-it-imports-it-uses",
    ),
    pytest.param(
        WARN.format("pkg.old is gone") + "import pkg.new\n", {"pkg.old": None}, id="plain-import"
    ),
    pytest.param(
        WARN.format("Importing New from pkg.old is deprecated") + "from pkg.new import New, make\n",
        {"pkg.old.New": "pkg.new.New"},
        id="one-name",
    ),
    pytest.param(
        "import warnings\ndef __getattr__(name):\n    if name == 'Old':\n"
        "        from pkg.new import New\n"
        "        warnings.warn('Old is gone', DeprecationWarning)\n        return New\n"
        "    raise AttributeError\n",
        {"pkg.old.Old": "pkg.new.New"},
        id="hook",
    ),
]


@pytest.mark.parametrize(("text", "expected"), MODULES)
def test_modules(tmp_path: Path, text: str, expected: dict[str, str | None]) -> None:
    assert moves(tmp_path, {"pkg/old.py": text}) == expected


def test_the_bridges_among_them_are_told(tmp_path: Path) -> None:
    shim = WARN.format("this module is gone") + "from pkg.new import make\n"
    found = proposals(tmp_path, {"pkg/old.py": shim, **function("x")} | {"pkg/shim.py": shim})
    assert found.bridges == [str(tmp_path / "pkg" / "shim.py")]


DOUBTFUL = [
    pytest.param(
        {"pkg/sub/__init__.py": '"""DEPRECATED."""\n', "pkg/sub/a.py": ""},
        "pkg.sub",
        "it is a package, and what lies below it would be moved too",
        id="package",
    ),
    pytest.param(
        {"pkg/old.py": f"{HEAD}@deprecated('x')\ndef _old(): ...\n"},
        "pkg.old._old",
        "it is private",
        id="private",
    ),
    pytest.param(
        {
            "pkg/old.py": f"{HEAD}@deprecated('use pkg.older.make')\ndef make(): ...\n",
            "pkg/older.py": f"{HEAD}@deprecated('use pkg.old.make')\ndef make(): ...\n",
        },
        "pkg.old.make",
        "it would move in a circle, or to two places",
        id="circle",
    ),
]


@pytest.mark.parametrize(("files", "old", "doubt"), DOUBTFUL)
def test_doubtful(tmp_path: Path, files: dict[str, str], old: str, doubt: str) -> None:
    told = {str(item.move.old): item.doubt for item in proposals(tmp_path, files).moves}
    assert told[old] == doubt


NOT_IMPORTED = [
    pytest.param({"no-name/old.py": '"""DEPRECATED."""\n'}, id="no-identifier"),
    pytest.param(
        {"pkg/old.py": '"""DEPRECATED."""\n', "pkg/old/__init__.py": ""}, id="behind-a-package"
    ),
]


@pytest.mark.parametrize("files", NOT_IMPORTED)
def test_what_nothing_can_import_is_left_out(tmp_path: Path, files: dict[str, str]) -> None:
    assert moves(tmp_path, files) == {}


def test_a_file_that_does_not_parse_says_nothing(tmp_path: Path) -> None:
    broken = {"pkg/broken.py": '"""DEPRECATED."""\ndef\n', "pkg/\N{SNOWMAN}.py": "DEPRECATED("}
    assert moves(tmp_path, {**broken, **function("gone")}) == {"pkg.old.old": None}


def test_the_order_does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    files = {f"pkg/m{index}.py": '"""DEPRECATED: go."""\n' for index in range(200)}
    one = proposals(tmp_path, files)
    assert one == proposals(tmp_path, files, jobs=2)
    olds = [str(item.move.old) for item in one.moves]
    assert len(olds) == 200
    assert olds == sorted(olds)
