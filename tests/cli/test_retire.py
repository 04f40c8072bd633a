"""`ssot retire` over small trees: what is in its way, what it removes, and how it is undone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.campaign.found.record import State as Files
from flake8_ssot_engine.campaign.found.record import write_record
from flake8_ssot_engine.campaign.found.uses import Frame, Manner, Use
from flake8_ssot_engine.campaign.journal import Change, Journal, State, read_runs
from flake8_ssot_engine.cli.main import main
from tests import repositories

CONFIG = """\
source-roots = ["."]

[[migration]]
id = "1"
owners = ["pkg/old.py", "tests/test_bridge.py"]

[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"

[[migration.phase]]
name = "all"
paths = ["**"]
validate = ["{validator}"]
"""
BRIDGE = "from pkg.new import NewEngine\n\n__all__ = ['OldEngine']\n\nOldEngine = NewEngine\n"
CLEAN = {
    "pkg/__init__.py": "",
    "pkg/new.py": "class NewEngine: ...\n",
    "pkg/old.py": BRIDGE,
    "app.py": "from pkg.new import NewEngine\n\nNewEngine()\n",
    "README.md": "The new_old.py of pkg_old is somebody else's; OldEngine is a word.\n",
    "CHANGELOG.md": "- `pkg.old.OldEngine` moves to `pkg.new.NewEngine`\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lay_out(root: Path, files: Mapping[str, str], *, validator: str = "true") -> None:
    repositories.lay_out(root, {"ssot.toml": CONFIG.format(validator=validator), **files})


IN_THE_WAY = [
    pytest.param("app.py", "from pkg.old import OldEngine\n", "app.py:1:21", id="import"),
    pytest.param(
        "app.py", "from pkg.old import OldEngine  # noqa\n", "app.py: import 1", id="noqa"
    ),
    pytest.param(
        "app.py",
        "from unittest.mock import patch\n\npatch('pkg.old.OldEngine')\n",
        "app.py:3:7",
        id="string",
    ),
    pytest.param("app.py", "x = 'see pkg.old.OldEngine'\n", "app.py:1:10", id="text-in-a-string"),
    pytest.param("app.py", "# see pkg.old.OldEngine\n", "app.py:1:7", id="comment"),
    pytest.param("docs/a.md", "é `pkg.old.OldEngine`\n", "docs/a.md:1:4", id="markdown"),
    pytest.param("run.yml", "engine: pkg.old.OldEngine\n", "run.yml:1:9", id="yaml"),
    pytest.param("bad.py", "from pkg.old import OldEngine\ndef\n", "bad.py:1:21", id="broken"),
]


@pytest.mark.parametrize(("name", "text", "place"), IN_THE_WAY)
def test_what_is_in_the_way_is_named_and_nothing_is_removed(
    root: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, place: str
) -> None:
    lay_out(root, {**CLEAN, name: text})
    assert main(["retire"]) == 1
    out = capsys.readouterr().out
    assert f"    {place}" in out
    assert out.endswith("1 cannot be retired yet: 1 file in the way\n")
    assert (root / "pkg/old.py").read_text("utf-8") == BRIDGE
    assert not (root / ".ssot").exists()


def test_few_places_of_each_kind_are_shown_and_all_on_demand(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(root, {**CLEAN, "docs/a.md": "`pkg.old.OldEngine`\n" * 5})
    assert main(["retire"]) == 1
    assert "and 2 more (--verbose lists them)" in capsys.readouterr().out
    assert main(["retire", "--verbose"]) == 1
    assert capsys.readouterr().out.count("    docs/a.md:") == 5


def test_the_bridge_goes_and_can_be_brought_back(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(root, CLEAN)
    bridge = root / "pkg/old.py"
    bridge.chmod(0o640)
    status = bridge.stat()
    assert main(["retire", "--dry-run"]) == 0
    assert "to be removed: pkg/old.py" in capsys.readouterr().out
    assert bridge.exists()
    assert main(["retire"]) == 0
    assert not bridge.exists()
    assert main(["check", "--quiet"]) == 0
    assert main(["rollback"]) == 0
    assert bridge.read_text("utf-8") == BRIDGE
    assert (bridge.stat().st_mode, bridge.stat().st_mtime_ns) == (
        status.st_mode,
        status.st_mtime_ns,
    )


def test_an_import_of_the_bridge_that_an_owner_has_brings_it_back(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another owner may name the old symbol, but not once its module is gone."""
    lay_out(root, {**CLEAN, "tests/test_bridge.py": "from pkg.old import OldEngine\n"})
    assert main(["retire"]) == 4
    told = "tests/test_bridge.py: `from pkg.old import OldEngine` does not resolve any more"
    assert told in capsys.readouterr().out
    assert (root / "pkg/old.py").read_text("utf-8") == BRIDGE


def test_a_leaked_name_that_is_still_imported_brings_it_back(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What merely leaks through the bridge has no move, so that only the import check sees it."""
    lay_out(root, {**CLEAN, "app.py": "from pkg.old import NewEngine\n"})
    assert main(["retire"]) == 4
    assert "`from pkg.old import NewEngine` does not resolve" in capsys.readouterr().out
    assert (root / "pkg/old.py").exists()


def test_red_after_brings_it_back(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay_out(root, CLEAN, validator="test -e pkg/old.py")
    assert main(["retire"]) == 4
    out = capsys.readouterr().out
    assert "test -e pkg/old.py: exit code 1" in out
    assert "restored 1 file" in out
    assert (root / "pkg/old.py").read_text("utf-8") == BRIDGE
    assert [run.state for run in read_runs(str(root))] == [State.RESTORED]


def test_red_before_removes_nothing(root: Path) -> None:
    lay_out(root, CLEAN, validator="false")
    assert main(["retire"]) == 4
    assert (root / "pkg/old.py").read_text("utf-8") == BRIDGE


def test_a_bridge_with_something_else_in_it_is_left(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(root, {**CLEAN, "pkg/old.py": BRIDGE + "\ndef living(): ...\n"})
    assert main(["retire"]) == 2
    told = "pkg/old.py: defines `living` besides, which no move covers; move that first"
    assert told in capsys.readouterr().err
    assert (root / "pkg/old.py").exists()


def test_a_package_with_modules_in_it_is_left(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: text for name, text in CLEAN.items() if name != "pkg/old.py"}
    lay_out(root, {**files, "pkg/old/__init__.py": BRIDGE, "pkg/old/part.py": ""})
    config = root / "ssot.toml"
    config.write_text(config.read_text("utf-8").replace("pkg/old.py", "pkg/old/__init__.py"))
    assert main(["retire"]) == 2
    assert "is a package with other modules in it" in capsys.readouterr().err


def test_without_a_bridge_there_is_nothing_to_do(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(root, {name: text for name, text in CLEAN.items() if name != "pkg/old.py"})
    assert main(["retire"]) == 0
    assert "there is no bridge to remove" in capsys.readouterr().out


USES = """\
import importlib

NAME = ".".join(["pkg", "old"])


def load(name):
    return getattr(importlib.import_module(name), "Old" + "Engine")


def start():
    return load(NAME)
"""
FRAMES = (Frame("tests/test_uses.py", 5, "test_start"), Frame("uses.py", 11, "start"))


def found(root: Path, **changes: Any) -> None:
    """Record what reached the old name by a way that static analysis cannot see."""
    place = Frame("uses.py", 7, "load")
    tests = ("tests/test_uses.py::test_start", "tests/test_uses.py::test_again")
    use = Use("1", "pkg.old.OldEngine", Manner.NAME, place, "", (*FRAMES, place), tests)
    write_record(str(root), [Files(str(root)).dated(replace(use, **changes))])


def test_what_only_a_test_run_saw_is_in_the_way(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(root, {**CLEAN, "uses.py": USES})
    found(root)
    for arguments in (["--dry-run"], []):
        assert main(["retire", *arguments]) == 1
        out = capsys.readouterr().out
        assert out.startswith(
            "at run time: 1 place reached an old name, 1 of them missed by static analysis"
            " (.ssot/found.json, "
        )
        assert out.split("\n", 1)[1] == (
            "    uses.py:7 load reads `pkg.old.OldEngine`\n"
            "      by tests/test_uses.py:5 test_start\n"
            "      by uses.py:11 start\n"
            "      by uses.py:7 load\n"
            "      in tests/test_uses.py::test_start\n"
            "      and in 1 other test\n"
            "    mend these places, or make their files owners; then run the tests again with\n"
            "    `pytest -p flake8_ssot_engine.pytest_plugin`, which drops what is no longer\n"
            "    reached; if the record is of no use any more, delete .ssot/found.json\n"
            "1 cannot be retired yet: 1 file in the way\n"
        )
    assert (root / "pkg/old.py").exists()
    uses = root / "uses.py"
    uses.write_text("# moved down\n" + USES, encoding="utf-8")
    assert main(["retire"]) == 1
    assert "changed since, but for the line itself: uses.py\n" in capsys.readouterr().out
    uses.write_text(USES.replace('"Old" + "Engine"', '"NewEngine"'), encoding="utf-8")
    assert main(["retire"]) == 0
    told = "at run time: nothing reached an old name that is still there (.ssot/found.json, "
    assert told in capsys.readouterr().out
    assert not (root / "pkg/old.py").exists()


NOT_IN_THE_WAY = [
    pytest.param({"migration": "2"}, id="of-another-migration"),
    pytest.param({"place": Frame("gone.py", 7, "load")}, id="in-a-file-that-is-gone"),
]


@pytest.mark.parametrize("changes", NOT_IN_THE_WAY)
def test_what_does_not_stand_is_not_in_the_way(root: Path, changes: dict[str, Any]) -> None:
    lay_out(root, {**CLEAN, "uses.py": USES})
    found(root, **changes)
    assert main(["retire"]) == 0


def test_what_static_analysis_knows_comes_last(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(root, {**CLEAN, "uses.py": USES})
    found(root, is_known=True)
    assert main(["retire", "--verbose"]) == 1
    out = capsys.readouterr().out
    assert "1 place reached an old name, 0 of them missed by static analysis" in out
    assert "`pkg.old.OldEngine` (`ssot check` reports it)\n" in out
    assert "      in tests/test_uses.py::test_again\n" in out


def test_without_a_record_it_is_told_how_to_make_one(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(root, CLEAN)
    assert main(["retire", "--dry-run"]) == 0
    told = "at run time: nothing is recorded; `pytest -p flake8_ssot_engine.pytest_plugin` finds"
    assert told in capsys.readouterr().out


def test_a_damaged_record_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lay_out(root, {**CLEAN, ".ssot/found.json": "{"})
    assert main(["retire"]) == 2
    assert "found.json: is no record of this version; delete it" in capsys.readouterr().err
    assert (root / "pkg/old.py").exists()


def test_one_of_several_migrations_has_to_be_named(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(root, CLEAN)
    with (root / "ssot.toml").open("a") as file:
        file.write('\n[[migration]]\nid = "2"\n')
    assert main(["retire"]) == 2
    assert "say which migration: 1, 2" in capsys.readouterr().err
    assert main(["retire", "3"]) == 2
    assert "no migration is called `3`: 1, 2" in capsys.readouterr().err
    assert main(["retire", "1", "--dry-run"]) == 0


def test_a_commit_is_made_of_the_removal_alone(root: Path) -> None:
    lay_out(root, CLEAN)

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    git("init", "--quiet")
    git("config", "user.name", "a")
    git("config", "user.email", "a@b")
    git("add", "--all")
    git("commit", "--quiet", "--message", "before")
    (root / "untracked.txt").write_text("mine")
    assert main(["retire", "--commit"]) == 0
    assert git("show", "--name-status", "--format=%s").split("\n") == [
        "ssot: retire of 1",
        "",
        "D\tpkg/old.py",
        "",
    ]
    assert git("status", "--porcelain") == "?? untracked.txt\n"


@pytest.mark.parametrize("command", [["migrate", "--resume"], ["rollback"]])
@pytest.mark.parametrize("had_phases", [True, False])
def test_one_that_was_cut_short_is_undone(
    root: Path, command: list[str], had_phases: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed between two bridges."""
    lay_out(root, CLEAN)
    if had_phases:
        assert main(["migrate", "--all"]) == 0
    bridges = [root / "pkg/old.py", root / "pkg/new.py"]
    texts = [bridge.read_bytes() for bridge in bridges]
    journal = Journal.begin(str(root), "retire", {"migration": "1", "retired": ["a", "b"]})
    journal.record(Change(str(b), text, None) for b, text in zip(bridges, texts, strict=True))
    bridges[0].unlink()
    assert main(["retire"]) == 2
    assert "was cut short" in capsys.readouterr().err
    assert main(command) == 0
    assert [bridge.read_bytes() for bridge in bridges] == texts
    assert read_runs(str(root))[-1].state is State.RESTORED


def test_it_runs_as_a_command(root: Path) -> None:
    lay_out(root, CLEAN)
    command = [sys.executable, "-m", "flake8_ssot_engine", "retire", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, (root / "pkg/old.py").exists()) == (0, False), done.stderr
