"""A run takes its files from the last one just where a walk would find the same.

Each change is made to a project that was checked before. Afterwards the command reports what it
does without a cache; and it walks where the change may decide which files there are.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.cli import files
from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.config import document
from flake8_ssot_engine.engine import memory, renewal, run, tasks
from flake8_ssot_engine.engine.memory import Parts
from flake8_ssot_engine.engine.tasks import Tasks
from flake8_ssot_engine.project import file_states, listing, review
from flake8_ssot_engine.project.reading import read_searched

CONFIGURATION = """
source-roots = ["."]
[[migration]]
id = "M1"
owners = ["unused.py"]
[[migration.move]]
old = "app.old.OldEngine"
new = "app.new.NewEngine"
[[migration.phase]]
name = "first"
paths = ["app/**"]
[[migration.phase]]
name = "rest"
paths = ["**"]
"""
USE = "from app.old import OldEngine\n"
POSIX = pytest.mark.skipif(os.name != "posix", reason="nothing is remembered here")
pytestmark = POSIX

Change = Callable[[Path], object]


class Walks:
    """How many walks were made."""

    made = 0


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> Walks:
    walks, find_tasks = Walks(), tasks.find_tasks

    def counting(*arguments: Any, **options: Any) -> Tasks:
        walks.made += 1
        return find_tasks(*arguments, **options)

    for module in (files, tasks):
        monkeypatch.setattr(module, "find_tasks", counting)
    return walks


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "MANY_FILES", run.FEW_FILES)
    monkeypatch.setattr(file_states, "RACY", 0)
    monkeypatch.setattr(listing, "RACY", 0)
    folder = tmp_path / "project"
    for name in (
        "app/__init__.py",
        "app/old.py",
        "app/new.py",
        "app/sub/deep.py",
        "lib/one.py",
        "unused.py",
    ):
        write(folder / name, "class OldEngine: pass\nclass NewEngine: pass\n")
    for number in range(run.FEW_FILES):
        write(folder / f"app/sub/user{number}.py", USE if number % 3 else "x = 1\n")
    write(folder / "docs/guide.md", "See app/old.py.\n")
    write(folder / "ssot.toml", CONFIGURATION)
    write(folder / "lib/setup.cfg", "[metadata]\nname = lib\n")
    write(folder / ".gitignore", "ignored/\n")
    write(folder / "ignored/user.py", USE)
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return folder


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def ssot(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["check", "--format", "json", "--jobs", "1", *arguments])
    return code, out.getvalue(), err.getvalue()


def settled() -> tuple[int, str, str]:
    """Check a project until its cache, which changes its root when it is made, is there."""
    ssot()
    return ssot()


def test_nothing_changed(project: Path, walks: Walks) -> None:
    first = settled()
    assert first == ssot("--no-cache")
    assert first[1].count('"code"') > 10
    walks.made = 0
    assert ssot() == first
    assert ssot(".") == ssot("--no-cache", ".")
    assert walks.made == 1  # that without a cache


WITHOUT_WALK: dict[str, Change] = {
    "a file": lambda root: write(root / "app/sub/user1.py", "x = 1\n" + USE),
    "a file that is touched": lambda root: (root / "app/sub/user1.py").touch(),
    "a text": lambda root: write(root / "docs/guide.md", "See app/old.py\nand app/old.py.\n"),
    "what git has": lambda root: write(root / ".git/index", ""),
    "an ignored file": lambda root: write(root / "ignored/user.py", USE * 2),
    "a module that hands it on": lambda root: write(root / "lib/one.py", f"{USE[:-1]} as Other\n"),
}
WITH_WALK: dict[str, Change] = {
    "a new file": lambda root: write(root / "app/new_user.py", USE),
    "a new text": lambda root: write(root / "docs/more.md", "See app/old.py.\n"),
    "a file that is gone": lambda root: (root / "app/sub/user1.py").unlink(),
    "another name": lambda root: (root / "app/sub/user1.py").rename(root / "app/sub/other.py"),
    "a new folder": lambda root: write(root / "fresh/inner/user.py", USE),
    "a folder that moved": lambda root: (root / "app/sub").rename(root / "app/moved"),
    "what is ignored": lambda root: write(root / ".gitignore", "app/sub/user1.py\n"),
    "what is ignored further in": lambda root: write(root / "app/.gitignore", "user1.py\n"),
    "a configuration further in": lambda root: write(root / "app/ssot.toml", CONFIGURATION),
    "one that was of something else": lambda root: write(
        root / "lib/setup.cfg", "[flake8]\nssot-moves =\n    app.old.OldEngine = app.new.Other\n"
    ),
    "an environment": lambda root: write(root / "app/sub/pyvenv.cfg", ""),
    "a link to a file": lambda root: (root / "app/link.py").symlink_to(root / "lib/one.py"),
    "a link to a folder": lambda root: (root / "app/links").symlink_to(root / "app/sub"),
    "a repository": lambda root: (root / "app/.git").mkdir(),
}


@pytest.mark.parametrize("name", [*WITHOUT_WALK, *WITH_WALK])
def test_a_change_is_seen(project: Path, walks: Walks, name: str) -> None:
    settled()
    (WITHOUT_WALK.get(name) or WITH_WALK[name])(project)
    walks.made = 0
    found = ssot()
    assert walks.made == (name in WITH_WALK)
    assert found == ssot("--no-cache")
    assert ssot() == found


@pytest.mark.parametrize("few", [0, 1])
def test_what_only_looks_changed_is_read(
    project: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """And that is kept, unless it is quicker to read it again."""
    monkeypatch.setattr(memory, "_FEW", few)
    found = settled()
    (project / "app/sub/user1.py").touch()
    read: list[str] = []

    def reading(path: str) -> object:
        read.append(path)
        return read_searched(path)

    monkeypatch.setattr(file_states, "read_searched", reading)
    monkeypatch.setattr(renewal, "Renewal", None)  # nothing is to be asked of it
    assert ssot() == ssot() == found
    assert read == [str(project / "app/sub/user1.py")] * (1 + few)


def test_what_is_ignored_from_above(project: Path, walks: Walks) -> None:
    (project / "app").joinpath("ssot.toml").write_text(CONFIGURATION)
    os.chdir("app")
    ssot()
    write(project / ".gitignore", "user1.py\n")
    found = ssot()
    assert found == ssot("--no-cache")
    walks.made = 0
    assert ssot() == found
    assert not walks.made


def test_a_repository_that_is_gone(project: Path) -> None:
    """What is ignored above counts no more."""
    (project / "app").joinpath("ssot.toml").write_text(CONFIGURATION)
    write(project / ".gitignore", "user1.py\n")
    os.chdir("app")
    before = ssot()
    (project / ".git").rmdir()
    found = ssot()
    assert found == ssot("--no-cache") != before


def test_where_a_link_leads(project: Path) -> None:
    (project / "inner.py").symlink_to(project / "lib/one.py")
    (project / "outer").symlink_to(project / "nowhere")
    ssot()
    (project / "nowhere").mkdir()
    assert ssot() == ssot("--no-cache")
    (project / "inner.py").unlink()
    (project / "inner.py").symlink_to(project / "app/sub")
    assert ssot() == ssot("--no-cache")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root lists all")
def test_a_folder_that_nobody_may_list(project: Path) -> None:
    folder = project / "app/sub"
    folder.chmod(0)
    try:
        found = ssot()
        assert ssot() == found == ssot("--no-cache")
    finally:
        folder.chmod(0o755)
    assert ssot() == ssot("--no-cache")


def test_a_source_root_that_comes_to_be(project: Path, walks: Walks) -> None:
    roots = '["late", "."]'
    write(project / "ssot.toml", CONFIGURATION.replace('["."]', roots))
    settled()
    walks.made = 0
    found = ssot()
    assert not walks.made
    (project / "late").mkdir()
    assert ssot() == ssot("--no-cache") == found


@pytest.mark.parametrize(
    "other",
    [
        ("app",),
        ("app", "lib"),
        ("--phase", "first"),
        ("--ignore", "SSOT001"),
        ("--ignore", "SSOT008"),
        ("--syntax", "all"),
        ("app/sub/user1.py", "lib"),
        ("--config", "ssot.toml"),
    ],
    ids=" ".join,
)
def test_another_question_has_another_answer(project: Path, other: tuple[str, ...]) -> None:
    every = ssot()
    for _ in range(2):
        assert ssot(*other) == ssot("--no-cache", *other)
        assert ssot() == every


def test_the_name_of_a_file_depends_on_where_one_is(project: Path) -> None:
    ssot()
    os.chdir("lib")
    assert ssot("..") == ssot("--no-cache", "..")
    os.chdir("../docs")
    assert ssot("..") == ssot("--no-cache", "..")


def test_what_just_changed_is_not_relied_on(
    project: Path, walks: Walks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later change could bear the same time."""
    monkeypatch.setattr(listing, "RACY", 3_600_000_000_000)
    found = ssot()
    walks.made = 0
    assert ssot() == found
    assert walks.made == 1
    monkeypatch.setattr(listing, "RACY", 0)
    assert ssot() == ssot() == found
    assert walks.made == 2


def test_what_is_doubtful_is_remembered_and_told(project: Path, walks: Walks) -> None:
    write(project / "ssot.toml", CONFIGURATION.replace("app.new.NewEngine", "app.new.Missing"))
    write(project / "unused.py", "x = 1\n")
    settled()
    told = ssot("--stale", "warn")
    assert "nothing defines `app.new.Missing`" in told[2]
    assert "SSOT009" in told[1]
    assert ssot("--stale", "warn") == told
    severe = ssot("--stale", "error")
    assert severe == ssot("--stale", "error", "--no-cache") != told
    write(project / "app/new.py", "class NewEngine: pass\nclass Missing: pass\n")
    write(project / "unused.py", USE)
    walks.made = 0
    assert ssot() == ssot("--no-cache")
    assert walks.made == 1  # that without a cache
    assert "Missing" not in ssot()[2]


def test_settings_are_reviewed_when_what_that_looks_into_changes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def noted(name: str, real: Any, *arguments: Any) -> Any:
        asked.append(name)
        return real(*arguments)

    for name in ("review_phases", "review_moves"):
        monkeypatch.setattr(review, name, partial(noted, name, getattr(review, name)))
    write(project / "ssot.toml", CONFIGURATION.replace("app/**", "gone/**"))
    told = "no Python file is in the phase `first`"
    assert told in settled()[2]
    asked.clear()
    assert told in ssot()[2]
    assert asked == []
    write(project / "app/sub/user1.py", USE * 2)
    assert told in ssot()[2]
    assert asked == []  # no end of a move lies there
    write(project / "app/new.py", "x = 1\nclass NewEngine: pass\n")
    assert told in ssot()[2]
    assert asked == ["review_moves"]
    assert told in ssot()[2]  # what was not asked for is kept nevertheless
    assert asked == ["review_moves"]
    write(project / "gone/new.py", "x = 1\n")
    assert told not in ssot()[2]
    assert asked == ["review_moves", "review_phases", "review_moves"]


def test_an_owner_where_nothing_is_looked_at(project: Path) -> None:
    write(project / "ssot.toml", CONFIGURATION.replace("unused.py", "ignored/owner.py"))
    assert "SSOT009" in settled()[1]
    write(project / "ignored/owner.py", USE)
    assert ssot() == ssot("--no-cache")
    assert "SSOT009" not in ssot()[1]
    (project / "ignored/owner.py").unlink()
    assert "SSOT009" in ssot()[1]


def test_a_configuration_is_not_read_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = settled()
    monkeypatch.setattr(document, "_known", {})  # as another process has it
    read = document._read
    monkeypatch.setattr(document, "_read", None)
    assert ssot() == found
    monkeypatch.setattr(document, "_read", read)
    write(project / "ssot.toml", CONFIGURATION.replace("OldEngine", "Other"))
    assert ssot() == ssot("--no-cache") != found


def test_a_deadline_is_read_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON has no dates."""
    dated = 'id = "M1"\ndeadline = 2999-12-31\n'
    write(project / "ssot.toml", CONFIGURATION.replace('id = "M1"\n', dated))
    found = settled()
    monkeypatch.setattr(document, "_known", {})
    assert ssot() == found == ssot("--no-cache")


@pytest.mark.parametrize("part", range(1 + len(Parts._fields)))
def test_a_part_that_is_no_good_is_none(project: Path, part: int) -> None:
    """As no other program writes it, though its checksum is right."""
    found = settled()
    path = project / ".ssot_cache/check"
    for broken in (b"", b"[", b"\xff" * 7):
        rewrite(path, part, broken)
        assert ssot() == found
        assert ssot() == found


def rewrite(path: Path, part: int, content: bytes) -> None:
    from flake8_ssot_engine.project import cache

    root = str(path.parent.parent)
    stored = cache.read(root)
    assert stored is not None
    value, *parts = map(bytes, stored.parts())
    everything = [value, *parts]
    everything[part] = content
    lengths = list(map(len, everything))
    checksum = cache._checksum(lengths, *everything)
    head = json.dumps([cache._program(), stored.fingerprint, lengths, checksum]).encode()
    path.write_bytes(cache._MAGIC + head + b"\n" + b"".join(everything))
