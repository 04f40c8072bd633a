"""A small project with a baseline, and `ssot` run in it in this process."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main

CONFIG = """\
[[migration]]
id = "1"
[[migration.move]]
old = "old.Old"
new = "new.New"
"""
IMPORT = "from old import Old\n"
HEAD = "# What is tolerated for now. It only shrinks: `ssot baseline update` takes out what is "
HEAD += "fixed.\n"
NAME = "ssot-baseline.txt"

Answer = tuple[int, str, str]


def line(
    path: str,
    *,
    code: str = "SSOT001",
    scope: str = "<module>",
    count: int = 1,
    reason: str = "",
) -> str:
    symbol = "SyntaxError" if code == "E999" else "old.Old"
    told = f"\t# {reason}" if reason else ""
    return f"{path}\t{code}\t{scope}\t{symbol}\t{count}{told}\n"


class Project:
    """A project in a folder of its own, and `ssot` run in it in this process."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.fsencode(text))

    def read(self, name: str = NAME) -> str:
        return os.fsdecode((self.root / name).read_bytes())

    def ssot(self, *arguments: str) -> Answer:
        self._capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as stop:  # argparse's own errors
            code = int(stop.code or 0)
        captured = self._capsys.readouterr()
        return int(code), captured.out, captured.err

    def create(self) -> str:
        """Create the baseline; return its entries."""
        code, out, err = self.ssot("baseline", "create", "--quiet")
        assert (code, out, err) == (0, "", "")
        return self.read().removeprefix(HEAD)

    def update(self) -> str:
        """Update the baseline; return its entries."""
        code, out, err = self.ssot("baseline", "update", "--quiet")
        assert (code, out, err) == (0, "", "")
        return self.read().removeprefix(HEAD)

    def errors(self, *arguments: str) -> list[str]:
        """Return `path:line code` of what fails `ssot check`, whose exit code must fit it."""
        code, out, _ = self.ssot("check", "--format=json", "--stale=error", *arguments)
        document = json.loads(out)
        found = [
            f"{one['path']}:{one['line']} {one['code']}"
            for one in document["violations"]
            if not one["baselined"]
        ]
        assert code in (0, 1)
        if not document["errors"]:
            assert code == int(bool(found))
        return found

    def check(self, *arguments: str) -> int:
        return self.ssot("check", "--quiet", "--stale=error", *arguments)[0]

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self, *, date: str = "2020-01-01T00:00:00Z") -> None:
        if not (self.root / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main")
            self.git("config", "core.autocrlf", "false")
        self.git("add", "--all")
        os.environ["GIT_COMMITTER_DATE"] = date
        try:
            self.git("commit", "--quiet", "--allow-empty", "--message=x", f"--date={date}")
        finally:
            del os.environ["GIT_COMMITTER_DATE"]


def make_project(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    """Return a project of its own, whatever repository or CI these tests run in."""
    for name in ("CI", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(root.parent))
    monkeypatch.chdir(root)
    made = Project(root, capsys)
    made.write({"ssot.toml": CONFIG})
    return made
