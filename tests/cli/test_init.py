"""`ssot init` over small trees: what it writes, what it refuses, and that `ssot check` takes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.config.loader import load_file
from tests.repositories import lay_out

Capture = pytest.CaptureFixture[str]

BRIDGE = {
    "pkg/__init__.py": "",
    "pkg/new.py": "class New: ...\ndef make(): ...\n",
    "pkg/tools.py": "def helper(): ...\n",
    "pkg/middle.py": "from pkg.tools import helper\n",
    "pkg/old.py": (
        '"""Use New from pkg.new."""\n'
        "import os\n"
        "from pkg.new import New as Old, make\n"
        "from pkg.middle import helper as help_me\n"
    ),
    "app.py": "from pkg.old import Old, help_me\nOld()\n",
}
BRIDGE_MOVES = {
    "pkg.old.Old": "pkg.new.New",
    "pkg.old.make": "pkg.new.make",
    "pkg.old.help_me": "pkg.tools.helper",
    "pkg.old": None,
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(root: Path) -> dict[str, str | None]:
    settings = load_file(str(root / "ssot.toml"))
    return {str(move.old): str(move.new) if move.new else None for _, move in settings.index}


def test_a_bridge_with_each_name_where_it_really_lives(root: Path, capsys: Capture) -> None:
    lay_out(root, BRIDGE)
    assert main(["init", "--bridge", "pkg/old.py"]) == 0
    assert written(root) == BRIDGE_MOVES
    [migration] = load_file("ssot.toml").migrations
    assert (migration.id, migration.owners[0].patterns) == ("old", ("/pkg/old.py",))
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == "pkg.old.Old -> pkg.new.New"
    last = "wrote ssot.toml: 4 moves, 1 without a replacement (reported, never fixed)"
    assert told.out.splitlines()[-1] == last
    assert "ssot check" in told.err
    assert "ssot baseline create" in told.err
    assert main(["check", "--format", "concise"]) == 1
    found = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert found == [
        ["app.py:1:21:", "SSOT001"],
        ["app.py:1:26:", "SSOT001"],
        ["app.py:2:1:", "SSOT002"],
    ]


def test_the_names_are_fixed_although_the_module_has_no_replacement(root: Path) -> None:
    lay_out(root, BRIDGE)
    assert main(["init", "--bridge", "pkg/old.py"]) == 0
    assert main(["fix"]) == 0
    assert (root / "app.py").read_text() == (
        "from pkg.new import New\nfrom pkg.tools import helper\nNew()\n"
    )


BRIDGES = [
    pytest.param(
        "from pkg.new import New as Old\n",
        {"pkg.old.Old": "pkg.new.New", "pkg.old": "pkg.new"},
        id="one-home",
    ),
    pytest.param(
        '"""DEPRECATED: use New from pkg.new."""\n'
        "from pkg.new import New as Old\nfrom pkg.tools import helper\n",
        {
            "pkg.old.Old": "pkg.new.New",
            "pkg.old.helper": "pkg.tools.helper",
            "pkg.old": "pkg.new",
        },
        id="the-docstring-names-one-of-two-homes",
    ),
    pytest.param(
        "from pkg.new import New as Old\ndef own(): ...\n",
        {"pkg.old.Old": "pkg.new.New"},
        id="not-only-a-bridge",
    ),
    pytest.param(
        "from pkg.new import *\n",
        {"pkg.old.New": "pkg.new.New", "pkg.old.make": "pkg.new.make", "pkg.old": "pkg.new"},
        id="star",
    ),
    pytest.param(
        "from pkg.new import New, make\n__all__ = ['make']\n",
        {"pkg.old.make": "pkg.new.make", "pkg.old": "pkg.new"},
        id="all",
    ),
]


@pytest.mark.parametrize(("text", "moves"), BRIDGES)
def test_kinds_of_bridges(root: Path, text: str, moves: dict[str, str]) -> None:
    lay_out(root, {**BRIDGE, "pkg/old.py": text})
    assert main(["init", "--bridge", "pkg/old.py", "--quiet"]) == 0
    assert written(root) == moves


def test_a_package_as_bridge_leaves_what_lies_below_it(root: Path) -> None:
    lay_out(root, {**BRIDGE, "pkg/__init__.py": "from pkg.new import New as Old\n"})
    assert main(["init", "--bridge", "pkg/__init__.py"]) == 0
    assert written(root) == {"pkg.Old": "pkg.new.New"}


def test_moves_by_name_and_a_bridge_together(root: Path, capsys: Capture) -> None:
    lay_out(root, BRIDGE)
    moves = ["--move", "pkg.old.Old=pkg.other.Thing", "--move", "pkg.tools.helper"]
    assert main(["init", "--bridge", "pkg/old.py", *moves]) == 0
    named = {"pkg.old.Old": "pkg.other.Thing", "pkg.tools.helper": None}
    assert written(root) == {**BRIDGE_MOVES, **named}


def test_a_name_that_nothing_defines_is_told(root: Path, capsys: Capture) -> None:
    lay_out(root, BRIDGE)
    assert main(["init", "--move", "pkg.new.Nwe"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("pkg.new.Nwe: no replacement known\n")
    assert "nothing defines `pkg.new.Nwe`; did you mean `pkg.new.New`?" in told.err


DEPRECATED = {
    "pkg/__init__.py": "",
    "pkg/new.py": "class New: ...\n",
    "pkg/old.py": (
        "from warnings import warn\nfrom typing_extensions import deprecated as gone\n\n"
        "@gone('use pkg.new.New instead')\nclass Old: ...\n\n"
        "def vague():\n    warn('this is not how it is done', DeprecationWarning)\n"
    ),
}


def test_what_is_found_is_listed_and_what_is_uncertain_is_a_comment(
    root: Path, capsys: Capture
) -> None:
    lay_out(root, DEPRECATED)
    assert main(["init", "--jobs", "1"]) == 0
    assert written(root) == {"pkg.old.Old": "pkg.new.New"}
    assert capsys.readouterr().out == (
        "pkg/old.py:4: pkg.old.Old -> pkg.new.New\n"
        "    @deprecated: use pkg.new.New instead\n"
        "pkg/old.py:8: pkg.old.vague: no replacement known\n"
        "    DeprecationWarning: this is not how it is done\n"
        "    not certain: the warning does not name the function\n"
        "wrote ssot.toml: 1 move, and 1 as comments, for you to decide\n"
    )
    text = (root / "ssot.toml").read_text()
    assert '# old = "pkg.old.vague"\n# hint = "this is not how it is done"\n' in text


def test_ignored_files_are_not_looked_at(root: Path, capsys: Capture) -> None:
    lay_out(root, {**DEPRECATED, ".gitignore": "old.py\n"})
    (root / ".git").mkdir()
    assert main(["init"]) == 2
    assert "none of 2 Python files says that something in it is deprecated" in (
        capsys.readouterr().err
    )
    assert not (root / "ssot.toml").exists()


def test_dry_run_prints_the_file_alone(root: Path, capsys: Capture) -> None:
    lay_out(root, BRIDGE)
    lay_out(root, {"ssot.toml": "# mine\n"})
    assert main(["init", "--bridge", "pkg/old.py", "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert (root / "ssot.toml").read_text() == "# mine\n"
    assert main(["init", "--bridge", "pkg/old.py", "--force"]) == 0
    assert (root / "ssot.toml").read_text() == printed


def test_a_src_layout_is_written(root: Path) -> None:
    lay_out(root, {f"src/{name}": text for name, text in BRIDGE.items()})
    assert main(["init", "--bridge", "src/pkg/old.py"]) == 0
    assert written(root) == BRIDGE_MOVES
    assert 'source-roots = [".", "src"]' in (root / "ssot.toml").read_text()


def test_a_note_where_the_project_starts_above(root: Path, capsys: Capture) -> None:
    lay_out(root, {"setup.py": "", **{f"sub/{name}": text for name, text in BRIDGE.items()}})
    os.chdir(root / "sub")
    assert main(["init", "--bridge", "pkg/old.py"]) == 0
    assert f"the project seems to start in {root}" in capsys.readouterr().err


REFUSED = [
    pytest.param(["--bridge", "nowhere.py"], "No such file", id="missing-bridge"),
    pytest.param(["--bridge", "pkg"], "did you mean pkg/__init__.py?", id="folder"),
    pytest.param(["--bridge", "pkg.old"], "did you mean pkg/old.py?", id="module-name"),
    pytest.param(["--bridge", "broken.py"], "--bridge broken.py:1: does not parse", id="broken"),
    pytest.param(["--bridge", "pkg/new.py"], "hands on no name", id="no-bridge"),
    pytest.param(["--bridge", "no-name.py"], "no import can name", id="not-importable"),
    pytest.param(["--bridge", "../x.py"], "lies outside of", id="outside"),
    pytest.param(["--move", "a.b->c.d"], "did you mean `a.b=c.d`?", id="arrow"),
    pytest.param(["--move", "a/b.py:C=c.D()"], "did you mean `a.b.C=c.D`?", id="path"),
    pytest.param(["--move", "a.b="], "did you mean `a.b`?", id="nothing-after"),
    pytest.param(["--move", "=a.b"], "did you mean `a.b`?", id="nothing-before"),
    pytest.param(["--move", "a b=c"], "write `old.module.Name=new.module.Name`", id="words"),
    pytest.param(["--move", "a.b=a.b"], "--move a.b=a.b: `a.b` moves to itself", id="itself"),
    pytest.param(
        ["--move", "a.b=c.d", "--move", "c.d=a.b"],
        "moves in a circle: `a.b` -> `c.d` -> `a.b`",
        id="circle",
    ),
    pytest.param(
        ["--move", "a.b=c.d", "--move", "a.b=e.f"], "`a.b` already moves elsewhere", id="rivals"
    ),
]


@pytest.mark.parametrize(("arguments", "told"), REFUSED)
def test_what_is_refused_writes_nothing(
    root: Path, capsys: Capture, arguments: list[str], told: str
) -> None:
    lay_out(root, {**BRIDGE, "broken.py": "def\n", "no-name.py": "from pkg.new import New\n"})
    assert main(["init", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert not (root / "ssot.toml").exists()


EXISTING = [
    pytest.param("ssot.toml", "# mine\n", "--force replaces it", id="ssot-toml"),
    pytest.param("pyproject.toml", "[tool.ssot-engine]\n", "pyproject.toml declares", id="table"),
    pytest.param("setup.cfg", "[flake8]\nssot-moves = a -> b\n", "setup.cfg declares", id="ini"),
]


@pytest.mark.parametrize(("name", "text", "told"), EXISTING)
def test_what_is_there_stays(root: Path, capsys: Capture, name: str, text: str, told: str) -> None:
    lay_out(root, {**BRIDGE, name: text})
    assert main(["init", "--bridge", "pkg/old.py"]) == 2
    assert told in capsys.readouterr().err
    assert (root / name).read_text() == text


def test_a_table_elsewhere_is_not_forced(root: Path) -> None:
    lay_out(root, {**BRIDGE, "pyproject.toml": "[tool.ssot-engine]\n"})
    assert main(["init", "--bridge", "pkg/old.py", "--force"]) == 2
    assert not (root / "ssot.toml").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(root: Path, capsys: Capture) -> None:
    lay_out(root, BRIDGE)
    root.chmod(0o555)
    try:
        assert main(["init", "--bridge", "pkg/old.py"]) == 2
    finally:
        root.chmod(0o755)
    assert "ssot.toml cannot be written: Permission denied" in capsys.readouterr().err


def test_what_cannot_be_written_is_told(
    root: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(root, BRIDGE)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flake8_ssot_engine.cli.init.write_file", refuse)
    assert main(["init", "--bridge", "pkg/old.py"]) == 2
    assert "ssot.toml cannot be written: No space left on device" in capsys.readouterr().err
