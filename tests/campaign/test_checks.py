"""The checks that every phase must pass: they look at the disk alone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from flake8_ssot_engine.campaign.checks import broken_imports, not_as_written, not_compiling
from flake8_ssot_engine.campaign.journal import Change


def lay_out(root: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def apply(root: Path, after: Mapping[str, str | None]) -> list[Change]:
    """Change some files, and return what was done."""
    changes = []
    for name, content in after.items():
        path = root / name
        new = None if content is None else content.encode()
        changes.append(Change(str(path), path.read_bytes(), new))
        if new is None:
            path.unlink()
        else:
            path.write_bytes(new)
    return changes


# --- imports


class Case(NamedTuple):
    """A tree, what becomes of some of its files, and the imports that this breaks.

    `broken` are lines `path: import`; `roots` are the source roots, relative.
    """

    title: str
    before: dict[str, str]
    after: dict[str, str | None]
    broken: tuple[str, ...] = ()
    roots: tuple[str, ...] = (".",)


PACKAGE = {
    "pkg/__init__.py": "",
    "pkg/old.py": "class Old: ...\n",
    "pkg/new.py": "class New: ...\n",
}
USES_OLD = "from pkg.old import Old\n"
USES_NEW = "from pkg.new import New\n"

VALID = [
    Case("nothing changed", {**PACKAGE, "a.py": USES_OLD}, {}),
    Case("an import that leads elsewhere", {**PACKAGE, "a.py": USES_OLD}, {"a.py": USES_NEW}),
    Case(
        "an import of a module",
        {**PACKAGE, "a.py": "import pkg.old\n"},
        {"a.py": "import pkg.new\nimport pkg.new as n\n"},
    ),
    Case(
        "a module imported from its package",
        {**PACKAGE, "a.py": "from pkg import old\n"},
        {"a.py": "from pkg import new, old\n"},
    ),
    Case(
        "relative",
        {**PACKAGE, "pkg/a.py": "from .old import Old\n"},
        {"pkg/a.py": "from .new import New\n"},
    ),
    Case(
        "relative, of a module",
        {**PACKAGE, "pkg/a.py": "from . import old\n"},
        {"pkg/a.py": "from . import new\n"},
    ),
    Case(
        "relative, from above",
        {**PACKAGE, "pkg/sub/__init__.py": "", "pkg/sub/a.py": "from ..old import Old\n"},
        {"pkg/sub/a.py": "from ..new import New\nfrom .. import new\nfrom ... import pkg\n"},
    ),
    Case(
        "relative, in a package's own file",
        {**PACKAGE, "pkg/__init__.py": "from .old import Old\n"},
        {"pkg/__init__.py": "from .new import New\nfrom . import old\n"},
    ),
    Case(
        "a star",
        {**PACKAGE, "a.py": "from pkg.old import *\n"},
        {"a.py": "from pkg.new import *\n"},
    ),
    Case(
        "from a module with a star, which may have anything",
        {**PACKAGE, "star.py": "from pkg.old import *\n", "a.py": "from star import Old\n"},
        {"a.py": "from star import Whatever\n"},
    ),
    Case(
        "a module that answers to any name",
        {"lazy.py": "def __getattr__(name):\n    return name\n", "a.py": "import lazy\n"},
        {"a.py": "from lazy import Anything\n"},
    ),
    Case(
        "names of other packages",
        {**PACKAGE, "a.py": USES_OLD},
        {"a.py": "import os.path\nimport nowhere.at.all\nfrom elsewhere import Thing, other\n"},
    ),
    Case(
        "one that led nowhere before",
        {**PACKAGE, "a.py": "from pkg.gone import X\n"},
        {"a.py": "from pkg.gone import X\nfrom pkg.new import New\n"},
    ),
    Case(
        "one that led nowhere before, in a try",
        {**PACKAGE, "a.py": "try:\n    from pkg.fast import X\nexcept ImportError:\n    X = 1\n"},
        {"a.py": "try:\n    from pkg.fast import X\nexcept ImportError:\n    X = 2\n"},
    ),
    Case(
        "a re-export lost that nobody asks for",
        {**PACKAGE, "mid.py": USES_OLD, "a.py": "import mid\nfrom pkg.old import Old\n"},
        {"mid.py": USES_NEW},
    ),
    Case(
        "a re-export that all who ask for it follow",
        {**PACKAGE, "mid.py": USES_OLD, "a.py": "from mid import Old\n"},
        {"mid.py": USES_NEW, "a.py": "from mid import New\n"},
    ),
    Case(
        "a re-export that became an alias",
        {**PACKAGE, "mid.py": USES_OLD, "a.py": "from mid import Old\n"},
        {"mid.py": "from pkg.new import New as Old\n"},
    ),
    Case(
        "a deleted module that nobody asks for",
        {**PACKAGE, "a.py": USES_NEW},
        {"pkg/old.py": None},
    ),
    Case(
        "a deleted module that all who ask for it follow",
        {**PACKAGE, "a.py": USES_OLD},
        {"pkg/old.py": None, "a.py": USES_NEW},
    ),
    Case(
        "a module deleted beside a package of the same name",
        {**PACKAGE, "pkg/old/__init__.py": "class Old: ...\n", "a.py": USES_OLD},
        {"pkg/old.py": None},
    ),
    Case(
        "a deleted source beside its stub",
        {**PACKAGE, "pkg/old.pyi": "class Old: ...\n", "a.py": USES_OLD},
        {"pkg/old.py": None},
    ),
    Case(
        "a namespace package",
        {"space/one/old.py": "class Old: ...\n", "space/one/new.py": "class New: ...\n",
         "a.py": "from space.one.old import Old\n"},
        {"a.py": "from space.one.new import New\nfrom space.one import new\nimport space.one\n"},
    ),
    Case(
        "a namespace package in two source roots",
        {"one/space/old.py": "class Old: ...\n", "two/space/new.py": "class New: ...\n",
         "one/a.py": "from space.old import Old\n"},
        {"one/a.py": "from space.new import New\n"},
        roots=("one", "two"),
    ),
    Case(
        "a name bound in every way",
        {**PACKAGE, "a.py": USES_OLD,
         "ways.py": "import os as a\nb: int = 1\nfor c in []: ...\nwith x as d: ...\n"
         "def e(): ...\nclass f: ...\n(g := 1)\ntry: ...\nexcept E as h: ...\n"
         "if x:\n    i = 1\nelse:\n    j = 1\nk, (l, *m) = z\nimport pkg.new\n"},
        {"a.py": "from ways import a, b, c, d, e, f, g, i, j, k, l, m, pkg\n"},
    ),
    Case(
        "in a function, a class, and under a condition",
        {**PACKAGE, "a.py": USES_OLD},
        {"a.py": "def f():\n    from pkg.new import New\nclass C:\n    import pkg.new\n"
         "if x:\n    from pkg import new\n"},
    ),
    Case(
        "relative beyond the top of the project",
        {**PACKAGE, "pkg/a.py": "from ... import x\n"},
        {"pkg/a.py": "from ... import y\nfrom ....z import w\n"},
    ),
    Case(
        "a file that does not parse",
        {**PACKAGE, "a.py": USES_OLD},
        {"a.py": "from pkg.gone import (\n"},
    ),
    Case(
        "a file that did not parse",
        {**PACKAGE, "a.py": "from pkg.gone import (\n"},
        {"a.py": USES_NEW},
    ),
    Case(
        "another file that does not parse",
        {**PACKAGE, "mid.py": USES_OLD, "bad.py": "from mid import Old\ndef (\n"},
        {"mid.py": USES_NEW},
    ),
    Case(
        "a name that another file has as text alone",
        {**PACKAGE, "mid.py": USES_OLD,
         "a.py": "# from mid import Old\nx = 'from mid import Old'\n"},
        {"mid.py": USES_NEW},
    ),
]  # fmt: skip

BROKEN = [
    Case(
        "a name that there is not",
        {**PACKAGE, "a.py": USES_OLD},
        {"a.py": "from pkg.new import Missing\n"},
        ("a.py: from pkg.new import Missing",),
    ),
    Case(
        "a module that there is not",
        {**PACKAGE, "a.py": USES_OLD},
        {"a.py": "from pkg.newer import New\nimport pkg.newest\nfrom pkg import newer\n"},
        (
            "a.py: from pkg import newer",
            "a.py: from pkg.newer import New",
            "a.py: import pkg.newest",
        ),
    ),
    Case(
        "one of several names",
        {**PACKAGE, "a.py": USES_OLD},
        {"a.py": "from pkg.new import New, Newer as N\n"},
        ("a.py: from pkg.new import Newer",),
    ),
    Case(
        "relative",
        {**PACKAGE, "pkg/a.py": "from .old import Old\n"},
        {"pkg/a.py": "from .newer import New\nfrom . import newest\n"},
        ("pkg/a.py: from pkg import newest", "pkg/a.py: from pkg.newer import New"),
    ),
    Case(
        "relative, in a package's own file",
        {**PACKAGE, "pkg/__init__.py": "from .old import Old\n"},
        {"pkg/__init__.py": "from ..old import Old\nfrom .newer import New\n"},
        ("pkg/__init__.py: from pkg.newer import New",),
    ),
    Case(
        "relative, from above",
        {**PACKAGE, "pkg/sub/__init__.py": "", "pkg/sub/a.py": "from ..old import Old\n"},
        {"pkg/sub/a.py": "from ..newer import New\n"},
        ("pkg/sub/a.py: from pkg.newer import New",),
    ),
    Case(
        "a star of a module that there is not",
        {**PACKAGE, "a.py": "from pkg.old import *\n"},
        {"a.py": "from pkg.newer import *\n"},
        ("a.py: from pkg.newer import *",),
    ),
    Case(
        "in a try, where another name would be taken unseen",
        {**PACKAGE, "a.py": "try:\n    from pkg.old import Old\nexcept ImportError:\n    ...\n"},
        {"a.py": "try:\n    from pkg.newer import New\nexcept ImportError:\n    ...\n"},
        ("a.py: from pkg.newer import New",),
    ),
    Case(
        "a re-export lost",
        {**PACKAGE, "mid.py": USES_OLD, "a.py": "from mid import Old\n"},
        {"mid.py": USES_NEW},
        ("a.py: from mid import Old",),
    ),
    Case(
        "a re-export of a package lost",
        {**PACKAGE, "pkg/__init__.py": "from .old import Old\n", "a.py": "from pkg import Old\n",
         "pkg/b.py": "from . import Old\n"},
        {"pkg/__init__.py": "from .new import New\n"},
        ("a.py: from pkg import Old", "pkg/b.py: from pkg import Old"),
    ),
    Case(
        "a re-export lost that goes through a third file",
        {**PACKAGE, "mid.py": USES_OLD, "far.py": "from mid import Old\n",
         "a.py": "from far import Old\n"},
        {"mid.py": USES_NEW, "far.py": "from mid import New\n"},
        ("a.py: from far import Old",),
    ),
    Case(
        "a definition lost",
        {**PACKAGE, "a.py": USES_OLD},
        {"pkg/old.py": "class Other: ...\n"},
        ("a.py: from pkg.old import Old",),
    ),
    Case(
        "a deleted module of a package",
        {**PACKAGE, "a.py": USES_OLD, "b.py": "import pkg.old\n", "c.py": "from pkg import old\n",
         "pkg/d.py": "from .old import Old\n", "pkg/e.py": "from . import old\n"},
        {"pkg/old.py": None},
        (
            "a.py: from pkg.old import Old",
            "b.py: import pkg.old",
            "c.py: from pkg import old",
            "pkg/d.py: from pkg.old import Old",
            "pkg/e.py: from pkg import old",
        ),
    ),
    Case(
        "a deleted module of a package below",
        {"pkg/__init__.py": "", "pkg/sub/__init__.py": "", "pkg/sub/old.py": "class Old: ...\n",
         "a.py": "from pkg.sub.old import Old\n"},
        {"pkg/sub/old.py": None},
        ("a.py: from pkg.sub.old import Old",),
    ),
    Case(
        "a deleted package file with what it handed on",
        {"pkg/__init__.py": "class Old: ...\n", "pkg/new.py": "", "a.py": "from pkg import Old\n"},
        {"pkg/__init__.py": None},
        ("a.py: from pkg import Old",),
    ),
    Case(
        "a deleted module at the top",
        {"old.py": "class Old: ...\n", "a.py": "from old import Old\n", "b.py": "import old\n"},
        {"old.py": None},
        ("a.py: from old import Old", "b.py: import old"),
    ),
    Case(
        "the only module of a namespace package, deleted",
        {"space/old.py": "class Old: ...\n", "a.py": "from space.old import Old\n"},
        {"space/old.py": None},
        ("a.py: from space.old import Old",),
    ),
    Case(
        "a name that a namespace package has not",
        {"space/one/old.py": "class Old: ...\n", "a.py": "from space.one.old import Old\n"},
        {"a.py": "from space.one.new import New\nfrom space import two\nimport space.three\n"},
        (
            "a.py: from space import two",
            "a.py: from space.one.new import New",
            "a.py: import space.three",
        ),
    ),
    Case(
        "a hook that is gone",
        {"lazy.py": "def __getattr__(name):\n    return name\n",
         "a.py": "from lazy import Anything\n"},
        {"lazy.py": "Something = 1\n"},
        ("a.py: from lazy import Anything",),
    ),
    Case(
        "a star that is gone",
        {**PACKAGE, "star.py": "from pkg.old import *\n", "a.py": "from star import Old\n"},
        {"star.py": "from pkg.new import New\n"},
        ("a.py: from star import Old",),
    ),
    Case(
        "an attribute as if it were a module",
        {**PACKAGE, "a.py": USES_OLD},
        {"a.py": "import pkg.new.New\nfrom pkg.new.New import method\n"},
        ("a.py: from pkg.new.New import method", "a.py: import pkg.new.New"),
    ),
    Case(
        "a name that is deleted again",
        {**PACKAGE, "a.py": USES_OLD},
        {"pkg/old.py": "class Old: ...\ndel Old\n"},
        ("a.py: from pkg.old import Old",),
    ),
    Case(
        "a name that stayed in a function alone",
        {**PACKAGE, "a.py": USES_OLD},
        {"pkg/old.py": "def f():\n    class Old: ...\n"},
        ("a.py: from pkg.old import Old",),
    ),
    Case(
        "the stub says the name that the source lost",
        {**PACKAGE, "a.py": USES_OLD, "b.py": "from pkg.new import Old\n",
         "pkg/new.py": "class Old: ...\n"},
        {"pkg/new.py": "class New: ...\n"},
        ("b.py: from pkg.new import Old",),
    ),
    Case(
        "below a source root",
        {"src/pkg/__init__.py": "", "src/pkg/old.py": "class Old: ...\n", "src/a.py": USES_OLD},
        {"src/pkg/old.py": "class New: ...\n"},
        ("src/a.py: from pkg.old import Old",),
        roots=("src",),
    ),
    Case(
        "between two source roots",
        {"one/old.py": "class Old: ...\n", "two/pkg/a.py": "from old import Old\n"},
        {"one/old.py": "class New: ...\n"},
        ("two/pkg/a.py: from old import Old",),
        roots=("one", "two"),
    ),
    Case(
        "a change in one file that breaks another that is changed as well",
        {**PACKAGE, "mid.py": USES_OLD, "a.py": "from mid import Old\n"},
        {"mid.py": USES_NEW, "a.py": "from mid import Old\nx = 1\n"},
        ("a.py: from mid import Old",),
    ),
    Case(
        "with letters that are not ASCII",
        {"größe.py": "class Maß: ...\n", "a.py": "from größe import Maß\n"},
        {"größe.py": "class Länge: ...\n"},
        ("a.py: from größe import Maß",),
    ),
]  # fmt: skip


def broken(root: Path, changes: Sequence[Change], roots: Sequence[str]) -> list[str]:
    found = broken_imports(changes, [os.path.normpath(root / name) for name in roots])
    for complaint in found:
        assert complaint.message.startswith("`")
        assert complaint.message.endswith("` does not resolve any more")
    return sorted(f"{os.path.relpath(c.path, root)}: {c.message.split('`')[1]}" for c in found)


@pytest.mark.parametrize("case", VALID + BROKEN, ids=lambda case: case.title)
def test_imports(tmp_path: Path, case: Case) -> None:
    lay_out(tmp_path, case.before)
    changes = apply(tmp_path, case.after)
    assert broken(tmp_path, changes, case.roots) == list(case.broken)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.title)
def test_undoing_what_broke_an_import_breaks_none(tmp_path: Path, case: Case) -> None:
    lay_out(tmp_path, case.before)
    apply(tmp_path, case.after)
    back = [
        Change(str(tmp_path / name), new.encode(), case.before[name].encode())
        for name, new in case.after.items()
        if new is not None
    ]
    lay_out(tmp_path, {name: case.before[name] for name in case.after})
    assert broken(tmp_path, back, case.roots) == []


def test_a_change_through_a_link(tmp_path: Path) -> None:
    lay_out(tmp_path, {**PACKAGE, "a.py": USES_OLD, "real.txt": "class Old: ...\n"})
    (tmp_path / "pkg/old.py").unlink()
    (tmp_path / "pkg/old.py").symlink_to("../real.txt")
    changes = apply(tmp_path, {"pkg/old.py": "class New: ...\n"})
    assert broken(tmp_path, changes, ["."]) == ["a.py: from pkg.old import Old"]


def test_a_name_that_another_encoding_spells_otherwise(tmp_path: Path) -> None:
    latin = "# coding: latin-1\nfrom größe import Maß\n".encode("latin-1")
    lay_out(tmp_path, {"größe.py": "class Maß: ...\n", "latin.py": latin})
    changes = apply(tmp_path, {"größe.py": "class Länge: ...\n"})
    assert broken(tmp_path, changes, ["."]) == ["latin.py: from größe import Maß"]


def test_files_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    lay_out(
        tmp_path, {**PACKAGE, "a.py": USES_OLD, "latin.py": b"from pkg.old import Old\n#\xff\n"}
    )
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "dangling.py").symlink_to("nowhere.py")
    (tmp_path / "folder.py").mkdir()
    changes = apply(tmp_path, {"pkg/old.py": "class New: ...\n"})
    assert broken(tmp_path, changes, ["."]) == ["a.py: from pkg.old import Old"]


def test_no_changes_break_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": "from nowhere.at.all import X\n"})
    assert broken(tmp_path, [], ["."]) == []


# --- compiling


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param("x = 1\n", "x = 2\n", "", id="both do"),
        pytest.param("x = 1\n", "x = \n", "invalid syntax", id="it did"),
        pytest.param("x = \n", "y = \n", "", id="neither does"),
        pytest.param("x = \n", "x = 1\n", "", id="it does now"),
        pytest.param("x = 1\n", "return\n", "outside function", id="parses and does not compile"),
        pytest.param("x = 1\n", "await f()\n", "outside", id="await at the top"),
        pytest.param("x = 1\n", "from __future__ import new\n", "future", id="a future unknown"),
        pytest.param("def f(a): ...\n", "def f(a, a): ...\n", "duplicate", id="one argument twice"),
        pytest.param("x = 1\n", "x = 1\0\n", "null", id="a null byte"),
        pytest.param("x = 1\n", b"x = '\xff'\n", "", id="no text"),
        pytest.param("x = 1\n", "x = " + "-" * 100_000 + "1\n", "", id="too deep"),
        pytest.param("x = 1\n", "x = '\\d'\n", "", id="a warning of Python's"),
        pytest.param("x = 1\n", "assert (x, 'told')\n", "", id="another warning"),
        pytest.param("x = 1\n", "\ufeffx = 1\n", "", id="a BOM"),
        pytest.param("x = 1\n", b"# coding: latin-1\nx = '\xff'\n", "", id="latin-1"),
        pytest.param("x = 1\n", "x: int = f'{y!r:>{z}}'\r\n", "", id="CRLF"),
        pytest.param("x = 1\n", "", "", id="empty"),
        pytest.param("x = 1\n", None, "", id="removed"),
        pytest.param("x = \n", None, "", id="broken and removed"),
    ],
)
def test_compiling(
    request: pytest.FixtureRequest, before: str, after: str | bytes | None, told: str
) -> None:
    new = after.encode() if isinstance(after, str) else after
    found = not_compiling([Change("/p/a.py", before.encode(), new)])
    is_bad = bool(told) or request.node.callspec.id in ("no text", "too deep")
    assert [complaint.path for complaint in found] == ["/p/a.py"] * is_bad
    for complaint in found:
        assert complaint.message.startswith("does not compile: ")
        assert told in complaint.message


def test_each_file_that_does_not_compile_is_told() -> None:
    changes = [Change(f"/p/{name}.py", b"", b"x =\n" if name != "b" else b"") for name in "abc"]
    assert [complaint.path for complaint in not_compiling(changes)] == ["/p/a.py", "/p/c.py"]


# --- what is on the disk


@pytest.mark.parametrize(
    ("now", "after", "told"),
    [
        pytest.param(b"new", b"new", None, id="written"),
        pytest.param(b"old", b"new", "was not written", id="not written"),
        pytest.param(b"mine", b"new", "was edited", id="edited"),
        pytest.param(b"new\n", b"new", "was edited", id="edited at its end"),
        pytest.param(b"", b"new", "was edited", id="emptied"),
        pytest.param(None, b"new", "was deleted", id="deleted"),
        pytest.param(None, None, None, id="removed"),
        pytest.param(b"old", None, "was not written", id="not removed"),
        pytest.param(b"mine", None, "was edited", id="not removed, and edited"),
    ],
)
def test_what_is_on_the_disk(
    tmp_path: Path, now: bytes | None, after: bytes | None, told: str | None
) -> None:
    path = tmp_path / "a.py"
    if now is not None:
        path.write_bytes(now)
    found = not_as_written([Change(str(path), b"old", after)])
    assert [tuple(complaint) for complaint in found] == (
        [] if told is None else [(str(path), told)]
    )


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").mkdir()
    (complaint,) = not_as_written([Change(str(tmp_path / "a.py"), b"old", b"new")])
    assert complaint.message.startswith("cannot be read: ")


def test_a_file_below_what_is_no_folder_any_more(tmp_path: Path) -> None:
    (tmp_path / "sub").touch()
    (complaint,) = not_as_written([Change(str(tmp_path / "sub/a.py"), b"old", b"new")])
    assert complaint.path == str(tmp_path / "sub/a.py")
