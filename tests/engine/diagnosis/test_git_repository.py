"""git: what is told of the repository that a project lies in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from flake8_ssot_engine.engine.diagnosis.git_repository import diagnose_git
from tests.engine.diagnosis.trees import lay_out, told

WELL = ("ok", "", "the repository has its history")


def git(root: Path, *arguments: str) -> None:
    name = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "-C", str(root), *name, *arguments], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    lay_out(root, {"a.py": ""})
    git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "one")
    git(root, "commit", "--allow-empty", "-m", "two")
    return root


def test_a_whole_clone(root: Path) -> None:
    assert told(diagnose_git(str(root))) == [WELL]


def test_a_shallow_clone(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--depth=1", f"file://{root}", "shallow")
    shallow = tmp_path / "shallow"
    (remark,) = diagnose_git(str(shallow))
    assert told([remark]) == [("warning", "", "the clone is shallow")]
    git(shallow, *remark.instead.partition(" (")[0].split()[1:])  # what it says to do
    assert told(diagnose_git(str(shallow))) == [WELL]


def test_no_repository(tmp_path: Path) -> None:
    assert told(diagnose_git(str(tmp_path))) == [("warning", "", "no repository")]


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert told(diagnose_git(str(tmp_path))) == [("warning", "", "is not installed")]


def test_our_folder(root: Path) -> None:
    lay_out(root, {".ssot/runs/0001-a/journal.jsonl": "{}\n"})
    seen = ("warning", "", ".ssot/ is not ignored")
    assert told(diagnose_git(str(root))) == [WELL, seen]

    git(root, "add", ".")
    committed = ("warning", "", "files of .ssot/ are committed")
    assert told(diagnose_git(str(root))) == [WELL, committed]

    git(root, "rm", "-r", "--cached", "--quiet", ".ssot")
    lay_out(root, {".ssot/.gitignore": "*\n"})
    assert told(diagnose_git(str(root))) == [WELL]
