"""Flake8 over many files: what a search of the project found is what each file by itself gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from flake8_ssot_engine.engine.run import FEW_FILES
from flake8_ssot_engine.engine.tasks import MANY_FILES

CONFIGURATION = """\
source-roots = ["."]
[[migration]]
id = "M1"
[[migration.move]]
old = "app.old.OldEngine"
new = "app.new.NewEngine"
"""
MODULES = {
    "app/__init__.py": "",
    "app/old.py": "class OldEngine: pass\n",
    "app/new.py": "class NewEngine: pass\n",
    "app/hub.py": "from app.old import OldEngine as Engine\n",
}
USES = (
    "from app.old import OldEngine\nOldEngine()\n",
    "from app.hub import Engine\nx: Engine = Engine()\n",
    "from app.old import OldEngine  # noqa: SSOT001\nOldEngine()\n",
    "from app.new import NewEngine as OldEngine\n",
    "import os\nprint(os)\n",
)


def flake8(project: Path, *arguments: str) -> list[str]:
    """Return the lines that Flake8 prints of our codes, and whatever else it says."""
    command = [sys.executable, "-m", "flake8", "-j1", "--select=SSO", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == bool(done.stdout)
    return done.stdout.splitlines()


def cached(project: Path) -> set[str]:
    folder = project / ".ssot_cache"
    return set(os.listdir(folder)) - {".gitignore"} if folder.exists() else set()


def fingerprint(project: Path, name: str) -> object:
    """Return what stands in a cache for the program and the settings that made it."""
    head = (project / ".ssot_cache" / name).read_bytes().split(b"\n", 2)[1]
    return json.loads(head)[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {"ssot.toml": CONFIGURATION, **MODULES}
    files |= {f"users/u{at}.py": USES[at % len(USES)] for at in range(MANY_FILES)}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
        os.utime(tmp_path / name, (1e9, 1e9))
    return tmp_path


EVERY_USER = tuple(f"users/u{at}.py" for at in range(MANY_FILES))


@pytest.mark.parametrize("named", [(), (".",), ("users", "app"), EVERY_USER], ids=len)
def test_many_files_are_known_and_remembered(named: Sequence[str], project: Path) -> None:
    expected = flake8(project, *named, "--ssot-no-cache")
    assert len(expected) > MANY_FILES
    assert cached(project) == set()
    assert flake8(project, *named) == expected
    assert cached(project) == {"check"}
    assert flake8(project, *named) == expected
    assert sorted(flake8(project, *named, "-j2")) == sorted(expected)


def test_what_changed_is_looked_at(project: Path) -> None:
    flake8(project)
    for change in (
        {"users/u4.py": USES[0]},
        {"users/u0.py": USES[4]},
        {"app/hub.py": "class Engine: pass\n"},
        {"users/u200.py": USES[1], "app/other.py": "from app.old import *\n"},
        {"users/u7.py": "def f(:\n"},
        {"app/hub.py": "from app.old import OldEngine as Engine\n"},
    ):
        for name, text in change.items():
            (project / name).write_text(text, "utf-8")
        assert flake8(project) == flake8(project, "--ssot-no-cache"), change


def test_what_a_noqa_covers_is_left_to_flake8(project: Path) -> None:
    with_noqa, without = flake8(project), flake8(project, "--disable-noqa")
    assert without == flake8(project, "--disable-noqa", "--ssot-no-cache")
    covered = set(without) - set(with_noqa)
    assert len(covered) == MANY_FILES // len(USES)
    assert all("SSOT001" in line for line in covered)


def test_a_file_in_which_a_noqa_covers_all_is_no_clean_one(project: Path) -> None:
    (project / "users" / "u4.py").write_text("class NewEngine: pass  # noqa: SSOT006\n", "utf-8")
    flake8(project)  # remembers that nothing stands
    assert flake8(project, "--disable-noqa") == flake8(project, "--disable-noqa", "--ssot-no-cache")
    assert any("u4.py:1:7: SSOT006" in line for line in flake8(project, "--disable-noqa"))


def test_the_baseline_judges_what_is_remembered(project: Path) -> None:
    subprocess.run([sys.executable, "-m", "flake8_ssot_engine", "baseline", "create"], cwd=project)
    assert flake8(project) == []
    (project / "users" / "u0.py").write_text(USES[0] + "OldEngine()\n", "utf-8")
    assert [line[:15] for line in flake8(project)] == ["./users/u0.py:3"]


def test_the_cache_is_that_of_the_command(project: Path) -> None:
    command = [sys.executable, "-m", "flake8_ssot_engine", "check", "--exit-zero", "--quiet"]
    subprocess.run(command, cwd=project, capture_output=True, check=True)
    mine = fingerprint(project, "check")
    flake8(project)
    assert (cached(project), fingerprint(project, "check")) == ({"check"}, mine)
    flake8(project, "--ssot-select=SSOT002")
    assert cached(project) == {"check", "flake8"}
    assert fingerprint(project, "check") == mine != fingerprint(project, "flake8")
    assert {line.split()[1] for line in flake8(project, "--ssot-select=SSOT002")} == {"SSOT002"}


def test_few_files_search_for_nothing(project: Path) -> None:
    assert len(flake8(project, "users/u0.py", "users/u1.py")) > 1
    flake8(project, *EVERY_USER[: FEW_FILES + 1])
    flake8(project, "app")
    assert cached(project) == set()


def test_standard_input_is_not_taken_for_the_file(project: Path) -> None:
    flake8(project)
    command = [sys.executable, "-m", "flake8", "--stdin-display-name=users/u0.py", "-"]
    done = subprocess.run(command, cwd=project, input="x = 1\n", capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_a_folder_with_its_own_configuration_is_judged_by_that(project: Path) -> None:
    (project / "other").mkdir()
    (project / "other/a.py").write_text(USES[0] + "from b import Other\n", "utf-8")
    own = '[[migration]]\nid = "M2"\n[[migration.move]]\nold = "b.Other"\nnew = "b.New"\n'
    for text, codes in ((None, 2), (own, 1), (own.replace("b.Other", "b.Else"), 0), (None, 2)):
        config = project / "other/ssot.toml"
        config.unlink(missing_ok=True)
        if text is not None:
            config.write_text(text, "utf-8")
        for _ in range(2):
            told = flake8(project)
            assert told == flake8(project, "--ssot-no-cache")
            assert sum(line.startswith("./other/a.py") for line in told) == codes


def test_a_wrong_configuration_elsewhere_is_told_where_it_holds(project: Path) -> None:
    (project / "other").mkdir()
    (project / "other" / "ssot.toml").write_text("wrong = 1\n", "utf-8")
    (project / "other" / "a.py").write_text("", "utf-8")
    assert flake8(project, "users", "app") == flake8(project, "users", "app", "--ssot-no-cache")
    command = [sys.executable, "-m", "flake8", "."]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert "other" in done.stdout + done.stderr
    assert done.returncode == 1


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_checked(project: Path) -> None:
    expected = flake8(project, "--ssot-no-cache")
    project.chmod(0o555)
    try:
        assert flake8(project) == expected
    finally:
        project.chmod(0o755)
    assert cached(project) == set()
