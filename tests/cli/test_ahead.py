"""What `ssot check` begins before it knows its options is wanted, or ends without a trace."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.ahead import opened_ahead
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.memory import Memory, Opened

CONFIGURATION = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "a.X"\nnew = "b.X"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "ssot.toml").write_text(CONFIGURATION)
    (tmp_path / "app").mkdir()
    for number in range(210):
        (tmp_path / f"app/user{number}.py").write_text("from a import X\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "is_opened"),
    [
        ("check", True),
        ("check app", True),
        ("check --format json .", True),
        ("check app/user1.py", False),
        ("check app/user1.py app", False),
        ("check --no-cache", False),
        ("check --new-since HEAD", False),
        ("check --stdin-filename app/x.py", False),
        ("fix", False),
        ("status check", False),
        ("--version", False),
        ("", False),
    ],
)
def test_what_is_opened(project: Path, words: str, is_opened: bool) -> None:
    assert (opened_ahead(words.split()) is not None) == is_opened


def test_where_the_current_folder_is_gone(project: Path) -> None:
    folder = project / "gone"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    assert opened_ahead(["check"]) is None


def test_a_memory_takes_what_was_opened_for_it(project: Path) -> None:
    settings = ConfigFinder().settings_for(str(project))
    opened = Opened(str(project), "check")
    assert Memory(settings, parses_all=False, opened=opened)._opened is opened
    assert Memory(settings, parses_all=False, name="other", opened=opened)._opened is not opened
    other = Opened(str(project / "app"), "check")
    assert Memory(settings, parses_all=False, opened=other)._opened is not other


def run(*words: str, folder: Path) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "flake8_ssot_engine", "check", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", [(), ("--no-such-option",), ("--config", "none.toml")])
def test_processes_of_their_own_agree(project: Path, words: tuple[str, ...]) -> None:
    """With a cache that is opened ahead, and with one that nothing comes of."""
    expected = run(*words, "--no-cache", folder=project)
    for _ in range(3):
        assert run(*words, folder=project) == expected


def test_the_cache_of_a_project_further_in_is_left_alone(project: Path) -> None:
    """Its folder is the current one, and the configuration lies above."""
    (project / "app/ssot.toml").write_text(CONFIGURATION)
    run(folder=project / "app")
    (project / "app/ssot.toml").unlink()
    expected = run("--no-cache", folder=project / "app")
    assert run(folder=project / "app") == expected
    assert expected[1].count("SSOT001 import") == 210


def test_what_changed_is_told_while_all_else_is_looked_up(project: Path) -> None:
    """With files enough for another process to be begun."""
    for number in range(600):
        (project / f"app/other{number:03}.py").write_text("x = 1\n")

    def ssot(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "flake8_ssot_engine", "check", *words]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    for _ in range(2):
        assert ssot() == ssot("--no-cache")
    cache = project / ".ssot_cache/check"
    for name, text in (
        ("user1", "x = 1\n"),  # nothing any more
        ("user2", "import a\na.X()\n"),  # something else
        ("other007", "from a import X\n"),  # something for the first time
        ("other008", "y = 1\n"),
    ):
        (project / f"app/{name}.py").write_text(text)
    for _ in range(2):
        assert ssot() == ssot("--no-cache")
    time.sleep(2.1)  # what has just changed is looked at again
    assert ssot() == ssot("--no-cache")
    kept = cache.stat()
    assert ssot() == ssot("--no-cache")
    assert cache.stat().st_ino == kept.st_ino  # nothing new is to be kept
