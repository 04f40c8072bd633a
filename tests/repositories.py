"""Trees to try things on, and git repositories, apart from what this machine's user configured."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest


def isolate_git(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Let git know no configuration but a repository's own, and nobody but a tester."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        patch.delenv(name)
    patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    patch.setenv("HOME", str(home))
    for role in ("AUTHOR", "COMMITTER"):
        patch.setenv(f"GIT_{role}_NAME", "Tester")
        patch.setenv(f"GIT_{role}_EMAIL", "tester@example.org")


def lay_out(root: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


class Repository:
    """The repository whose work tree is `top`."""

    def __init__(self, top: Path) -> None:
        self.top = top

    @classmethod
    def begin(cls, top: Path, files: Mapping[str, str]) -> Repository:
        """Make a repository with one commit of some files, on the branch `main`."""
        top.mkdir(parents=True, exist_ok=True)
        repository = cls(top)
        repository.git("init", "--quiet", "--initial-branch=main")
        repository.commit(files)
        return repository

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.top, capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
        return os.fsdecode(done.stdout).strip()

    def shell(self, line: str) -> None:
        done = subprocess.run(line, shell=True, cwd=self.top, capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()

    def path(self, name: str) -> str:
        return os.path.join(str(self.top), name)

    def write(self, files: Mapping[str, str]) -> None:
        lay_out(self.top, files)

    def commit(self, files: Mapping[str, str] | None = None) -> str:
        """Commit all there is, after writing some files; return the commit."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=work")
        return self.git("rev-parse", "HEAD")

    def inside(self) -> dict[str, bytes]:
        """Return all that git itself keeps: index, objects, references, configuration."""
        files: Iterable[Path] = (self.top / ".git").rglob("*")
        return {str(path): path.read_bytes() for path in files if path.is_file()}


def make_template(factory: pytest.TempPathFactory, files: Mapping[str, str]) -> Path:
    """Make a repository with one commit, to be copied."""
    folder = factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        isolate_git(patch, folder)
        return Repository.begin(folder / "tree", files).top


def copy_of(template: Path, folder: Path, patch: pytest.MonkeyPatch) -> Repository:
    """Copy a repository into a folder, where git knows no configuration but the copy's own."""
    isolate_git(patch, folder / "nobody")
    top = folder / "tree"
    shutil.copytree(template, top, symlinks=True)
    return Repository(top)
