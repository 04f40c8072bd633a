"""`ssot demo`: what a newcomer sees, with git and without, and what is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main


def demo(*arguments: str, path: str | None = None, temporary: Path) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "PATH": path or os.environ["PATH"],
        "TMPDIR": str(temporary),
    }
    done = subprocess.run(
        [sys.executable, "-m", "flake8_ssot_engine", "demo", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_shows_the_leak_a_rollback_and_the_end(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    out = demo("--keep", str(tmp_path / "kept"), temporary=tmp_path / "tmp")
    steps = [
        "2 failed",
        "89 of 89 violations left",
        "critical-path: done",
        "integration: rolled back",
        "is not what was signed off",
        "exit code 4",
        "$ ssot migrate --resume",
        "integration: done",
        "tests: done",
        "documentation-and-cleanup: done",
        "2 passed",
        "retire: done: the bridge is removed",
        "42 passed",
        "0 of 89 violations left",
        "before the migration",
    ]
    at = -1
    for step in steps:
        at = out.find(step, at + 1)
        assert at >= 0, f"{step} is not shown, or not in its turn:\n{out}"
    assert max(map(len, out.replace(str(tmp_path), "").splitlines())) <= 100
    assert len(out.splitlines()) < 150
    kept = tmp_path / "kept"
    assert not (kept / "netra_backend/app/agents/supervisor/execution_engine.py").exists()
    log = subprocess.run(
        ["git", "log", "--format=%s"], cwd=kept, capture_output=True, text=True, check=True
    )
    assert sum(line.startswith("ssot: ") for line in log.stdout.splitlines()) == 5
    clean = subprocess.run(
        ["git", "status", "--porcelain"], cwd=kept, capture_output=True, text=True, check=True
    )
    assert clean.stdout == ""
    assert list((tmp_path / "tmp").iterdir()) == []


def test_it_works_without_git(tmp_path: Path) -> None:
    """With nothing on the path but what the validators' shell needs."""
    out = demo(path=str(tmp_path / "nothing"), temporary=tmp_path)
    assert "git is not installed: phases work without it, `--commit` needs it" in out
    assert "integration: rolled back" in out
    assert "retire: done" in out
    assert "$ git" not in out
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").write_text("mine")
    assert main(["demo", "--keep", str(tmp_path)]) == 2
    assert "name a folder that is not there yet" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_without_pytest_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["demo"]) == 2
    assert "-m pip install pytest" in capsys.readouterr().err
