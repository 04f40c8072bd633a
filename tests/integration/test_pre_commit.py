"""The real pre-commit, with our hooks installed by it from a repository, in real commits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.conftest import MakeOnce, lay_out_published

CONFIG = """\
exclude = ["/generated/**"]
[[migration]]
id = "1"
[[migration.move]]
old = "app.old.Old"
new = "app.new.New"
[[migration.move]]
old = "app.old.gone"
"""
DEPRECATED = "from app.old import Old\n\nold = Old()\n"
FIXED = "from app.new import New\n\nold = New()\n"
TOLD = "SSOT001 import of deprecated `app.old.Old`; use `from app.new import New` [fix: safe] (1)"

Done = subprocess.CompletedProcess[str]


class Hooks(NamedTuple):
    """A repository that offers the hooks, and the variables that pre-commit runs with."""

    url: str
    revision: str
    variables: dict[str, str]


@pytest.fixture(scope="session")
def hooks(make_once: MakeOnce) -> Hooks:
    """Offer what is published as a repository, to people who have a name and nothing else."""
    home = make_once("pre-commit-home", lambda folder: (folder / "config").mkdir())
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PRE_COMMIT")) and name not in {"CI", "SKIP", "PYTHONPATH"}
    }
    variables = {
        **kept,
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "PRE_COMMIT_HOME": str(home / "cache"),
        "PRE_COMMIT_COLOR": "never",
    }

    def git(folder: Path, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=variables,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def offer(folder: Path) -> None:
        lay_out_published(folder)
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "published")

    offered = make_once("hooks-repository", offer)
    return Hooks(str(offered), git(offered, "rev-parse", "HEAD").strip(), variables)


class Project:
    """A repository with hooks installed in it."""

    def __init__(self, root: Path, hooks: Hooks) -> None:
        self.root = root
        self._hooks = hooks

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def read(self, name: str) -> str:
        return (self.root / name).read_text("utf-8")

    def run(self, *command: str) -> Done:
        return subprocess.run(
            command,
            cwd=self.root,
            env=self._hooks.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def commit(self, *arguments: str) -> Done:
        return self.run("git", "commit", "-qm", "change", *arguments)

    def install(self, *ids: str, stage: str = "pre-commit") -> None:
        listed = "".join(f"      - id: {name}\n" for name in ids)
        self.write(
            ".pre-commit-config.yaml",
            f"repos:\n  - repo: {self._hooks.url}\n    rev: {self._hooks.revision}\n"
            f"    hooks:\n{listed}",
        )
        self.git("add", "-A")
        self.git("commit", "-qm", "hooks")
        done = self.run(sys.executable, "-m", "pre_commit", "install", "--hook-type", stage)
        assert done.returncode == 0, done.stdout


@pytest.fixture
def project(tmp_path: Path, hooks: Hooks) -> Project:
    project = Project(tmp_path / "project", hooks)
    project.write("ssot.toml", CONFIG)
    project.write("app/__init__.py", "")
    project.write("app/old.py", "class Old: ...\ndef gone(): ...\n")
    project.write("app/new.py", "class New: ...\n")
    project.write("app/legacy.py", DEPRECATED)  # was there before the hooks
    project.git("init", "-q", "-b", "main")
    return project


def test_a_new_deprecated_import_is_stopped_and_told_what_to_write(project: Project) -> None:
    project.install("ssot-check")
    project.write("app/use.py", DEPRECATED)
    project.git("add", "app/use.py")
    done = project.commit()
    assert done.returncode == 1
    assert f"app/use.py:1:21: {TOLD}" in done.stdout.splitlines()
    assert "legacy" not in done.stdout
    assert project.git("log", "-1", "--format=%s") == "hooks\n"

    project.write("app/use.py", FIXED)
    assert project.commit("-a").returncode == 0


def test_the_fixer_stops_the_commit_and_the_next_one_passes(project: Project) -> None:
    project.install("ssot-fix", "ssot-check")
    project.write("app/use.py", DEPRECATED)
    project.git("add", "app/use.py")
    done = project.commit()
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
    assert project.read("app/use.py") == FIXED
    assert project.read("app/legacy.py") == DEPRECATED

    done = project.commit("-a")
    assert done.returncode == 0, done.stdout
    assert project.git("show", "HEAD:app/use.py") == FIXED


def test_the_fixer_names_the_files_that_must_change_as_well(project: Project) -> None:
    project.write("app/taker.py", "from app.use import Old\n")
    project.write("app/use.py", "x = 1\n")
    project.install("ssot-fix")
    project.write("app/use.py", DEPRECATED)
    done = project.commit("-a")
    assert done.returncode == 1
    assert "not asked for, but changed with them: app/taker.py" in done.stdout.splitlines()
    assert project.read("app/taker.py") == "from app.new import New\n"
    assert project.commit("-a").returncode == 0


def test_the_fixer_says_why_it_left_something_and_stops_the_commit(project: Project) -> None:
    project.install("ssot-fix")
    project.write("app/use.py", "from app.old import gone\n")
    project.git("add", "app/use.py")
    done = project.commit()
    assert done.returncode == 1
    assert "SSOT001 left 1: it has no replacement" in done.stdout.splitlines()
    assert "    app/use.py:1:21" in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param("app/clean.py", "x = 1\n", "Passed", id="a file without violations"),
        pytest.param("app/empty.py", "", "Passed", id="an empty file"),
        pytest.param("generated/a.py", DEPRECATED, "Passed", id="a file that ssot.toml excludes"),
        pytest.param("README.md", DEPRECATED, "(no files to check)Skipped", id="no Python file"),
    ],
)
def test_an_unrelated_commit_passes(project: Project, name: str, text: str, told: str) -> None:
    project.install("ssot-fix", "ssot-check")
    project.write(name, text)
    project.git("add", name)
    done = project.commit()
    assert done.returncode == 0, done.stdout
    assert re.findall("^ssot.*", done.stdout, re.M) == [
        f"ssot fix{told:.>71}",
        f"ssot check{told:.>69}",
    ]
    assert project.read(name) == text


@pytest.mark.parametrize("name", ["app/use.pyi", "with space.py", "app/é𝒳 ‘q’.py", "script"])
def test_files_are_found_whatever_their_name(project: Project, name: str) -> None:
    project.install("ssot-check")
    start = "#!/usr/bin/env python3\n" if name == "script" else ""
    project.write(name, start + DEPRECATED)
    (project.root / name).chmod(0o755)
    project.git("add", name)
    done = project.commit()
    assert done.returncode == 1
    assert f"{name}:{2 if start else 1}:21: {TOLD}" in done.stdout.splitlines()


def test_a_wrong_configuration_stops_the_commit_and_is_told(project: Project) -> None:
    project.install("ssot-check")
    project.write("ssot.toml", CONFIG.replace("exclude", "exlude"))
    project.write("app/clean.py", "x = 1\n")
    project.git("add", "-A")
    done = project.commit()
    assert done.returncode == 1
    assert "- exit code: 2" in done.stdout.splitlines()
    told = f"{project.root}/ssot.toml:1: exlude: unknown key; did you mean `exclude`?"
    assert told in done.stdout


def test_a_file_that_does_not_parse_stops_the_commit(project: Project) -> None:
    project.install("ssot-check")
    project.write("app/broken.py", "def f(:\n")
    project.git("add", "app/broken.py")
    done = project.commit()
    assert done.returncode == 1
    assert "ssot: app/broken.py:1: " in done.stdout


def test_of_a_file_staged_in_part_only_what_is_staged_counts(project: Project) -> None:
    project.install("ssot-check")
    project.write("app/use.py", "x = 1\n")
    project.git("add", "app/use.py")
    project.write("app/use.py", DEPRECATED)
    done = project.commit()
    assert done.returncode == 0, done.stdout
    assert project.read("app/use.py") == DEPRECATED

    project.git("add", "app/use.py")
    project.write("app/use.py", FIXED)
    done = project.commit()
    assert done.returncode == 1
    assert f"app/use.py:1:21: {TOLD}" in done.stdout.splitlines()
    assert project.read("app/use.py") == FIXED


def test_a_fix_never_costs_what_is_not_staged(project: Project) -> None:
    project.install("ssot-fix")
    project.write("app/use.py", DEPRECATED)
    project.git("add", "app/use.py")
    project.write("app/use.py", DEPRECATED.replace("old = ", "mine = "))
    done = project.commit()
    assert done.returncode == 1
    assert project.read("app/use.py") == DEPRECATED.replace("old = ", "mine = ")
    assert project.git("show", ":app/use.py") == DEPRECATED


def test_removed_and_renamed_files(project: Project) -> None:
    project.write("app/one.py", DEPRECATED)
    project.write("app/two.py", DEPRECATED + "x = 1\n" * 9)
    project.install("ssot-check")
    project.git("rm", "-q", "app/one.py")
    done = project.commit()
    assert done.returncode == 0, done.stdout

    project.git("mv", "app/two.py", "app/three.py")
    done = project.commit()
    assert done.returncode == 1
    assert f"app/three.py:1:21: {TOLD}" in done.stdout.splitlines()
    assert "two.py" not in done.stdout


def test_a_merge_with_a_conflict(project: Project) -> None:
    project.write("app/use.py", "x = 1\n")
    project.install("ssot-check")
    project.git("switch", "-qc", "theirs")
    project.write("app/use.py", DEPRECATED)
    project.git("commit", "-qam", "theirs", "--no-verify")
    project.git("switch", "-q", "main")
    project.write("app/use.py", "x = 2\n")
    project.git("commit", "-qam", "ours")
    assert project.run("git", "merge", "theirs").returncode == 1
    project.write("app/use.py", DEPRECATED)
    done = project.commit("-a")
    assert done.returncode == 1
    assert f"app/use.py:1:21: {TOLD}" in done.stdout.splitlines()

    project.write("app/use.py", FIXED)
    done = project.commit("-a")
    assert done.returncode == 0, done.stdout


def test_a_merge_without_a_conflict(project: Project) -> None:
    project.install("ssot-check", stage="pre-merge-commit")
    project.git("switch", "-qc", "theirs")
    project.write("app/use.py", DEPRECATED)
    project.git("add", "app/use.py")
    project.git("commit", "-qm", "theirs")
    project.git("switch", "-q", "main")
    done = project.run("git", "merge", "--no-ff", "--no-edit", "theirs")
    assert done.returncode == 1
    assert f"app/use.py:1:21: {TOLD}" in done.stdout.splitlines()


@pytest.fixture
def tolerant(project: Project) -> Project:
    """Return a project that tolerates what `app/legacy.py` does."""
    done = project.run(sys.executable, "-m", "flake8_ssot_engine", "baseline", "create")
    assert done.returncode == 0, done.stdout
    project.install("ssot-baseline", "ssot-check")
    assert entries(project) == ["app/legacy.py", "app/legacy.py"]
    return project


def entries(project: Project) -> list[str]:
    lines = project.read("ssot-baseline.txt").splitlines()
    return [line.split("\t")[0] for line in lines if not line.startswith("#")]


def test_what_the_baseline_tolerates_stops_nobody(tolerant: Project) -> None:
    tolerant.write("app/legacy.py", "import os\n\n" + DEPRECATED)
    done = tolerant.commit("-a")
    assert done.returncode == 0, done.stdout


def test_the_baseline_shrinks_with_what_is_fixed(tolerant: Project) -> None:
    tolerant.write("app/legacy.py", FIXED)
    done = tolerant.commit("-a")
    assert done.returncode == 1
    assert "ssot: ssot-baseline.txt: 2 taken out; tolerates 0 violations" in done.stdout
    assert "files were modified by this hook" in done.stdout
    assert entries(tolerant) == []
    done = tolerant.commit("-a")
    assert done.returncode == 0, done.stdout


def test_the_baseline_never_grows(tolerant: Project) -> None:
    tolerant.write("app/use.py", DEPRECATED)
    tolerant.git("add", "app/use.py")
    done = tolerant.commit()
    assert done.returncode == 1
    assert f"app/use.py:1:21: {TOLD}" in done.stdout.splitlines()
    assert entries(tolerant) == ["app/legacy.py", "app/legacy.py"]


def test_the_baseline_follows_a_renamed_file(tolerant: Project) -> None:
    tolerant.git("mv", "app/legacy.py", "app/moved.py")
    done = tolerant.commit()
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
    assert entries(tolerant) == ["app/moved.py", "app/moved.py"]
    done = tolerant.commit("-a")
    assert done.returncode == 0, done.stdout


def test_without_a_baseline_its_hook_says_how_to_make_one(project: Project) -> None:
    project.install("ssot-baseline")
    project.write("app/clean.py", "x = 1\n")
    project.git("add", "app/clean.py")
    done = project.commit()
    assert done.returncode == 1
    assert "`ssot baseline create`" in done.stdout
