"""git's objects: read as `git` itself shows them, whatever the clone lacks."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from flake8_ssot_engine.project.git import GitError
from flake8_ssot_engine.project.git_objects import Objects, shared_objects
from flake8_ssot_engine.project.parallel import parallel_map
from tests.repositories import Repository, isolate_git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
FILES = {
    "a.py": "a = 1\n",
    "empty": "",
    "deep/er/b.py": "b = 1\n",
    "deep/with space.txt": "one\ntwo",
    **{f"many/{number}": f"{number}\n" for number in range(200)},
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    isolate_git(monkeypatch, tmp_path)
    return Repository.begin(tmp_path / "tree", FILES)


def listed(objects: Objects, tree: str, below: str = "") -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for name, entry in (objects.tree(tree) or {}).items():
        if entry.is_tree:
            found |= listed(objects, entry.name, f"{below}{name}/")
        else:
            found[below + name] = (entry.mode, entry.name)
    return found


def shown(repository: Repository) -> dict[str, tuple[int, str]]:
    rows = repository.git("ls-tree", "-r", "-z", "HEAD").split("\0")
    heads = [row.split("\t", 1) for row in rows if row]
    return {name: (int(head.split()[0], 8), head.split()[2]) for head, name in heads}


def test_folders_and_contents_are_those_that_git_shows(repository: Repository) -> None:
    objects = Objects(str(repository.top))
    tree = repository.git("rev-parse", "HEAD^{tree}")
    assert listed(objects, tree) == shown(repository)
    loaded = Objects(str(repository.top))
    loaded.load_trees([tree])
    assert listed(loaded, tree) == shown(repository)
    names = [name for _, name in shown(repository).values()]
    contents = dict(zip(shown(repository), objects.contents(names), strict=True))
    assert contents == {name: text.encode() for name, text in FILES.items()}
    assert objects.lacking_below(tree) == frozenset()


def test_a_repository_with_other_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate_git(monkeypatch, tmp_path)
    (tmp_path / "tree").mkdir()
    repository = Repository(tmp_path / "tree")
    repository.git("init", "--quiet", "--object-format=sha256")
    repository.commit(FILES)
    tree = repository.git("rev-parse", "HEAD^{tree}")
    assert len(tree) == 64
    assert listed(Objects(str(repository.top)), tree) == shown(repository)


def test_what_is_not_here(repository: Repository) -> None:
    objects = Objects(str(repository.top))
    known = repository.git("rev-parse", "HEAD:a.py")
    assert list(objects.contents([known, "1" * 40, known])) == [b"a = 1\n", None, b"a = 1\n"]
    assert objects.tree("1" * 40) is None
    assert objects.lacking_below("1" * 40) == {"1" * 40}
    assert objects.has_any(["1" * 40, known])
    assert not objects.has_any(["1" * 40])
    assert not objects.has_any([])


def test_a_reader_that_stops_early_leaves_nothing_behind(repository: Repository) -> None:
    objects = Objects(str(repository.top))
    names = [name for _, name in shown(repository).values()]
    contents = objects.contents(names)
    first = next(contents)
    contents.close()  # type: ignore[attr-defined]
    assert list(objects.contents(names))[:1] == [first]


@pytest.mark.skipif(os.name != "posix", reason="ends a process by a signal")
def test_a_git_that_is_killed(repository: Repository) -> None:
    objects = Objects(str(repository.top))
    name = repository.git("rev-parse", "HEAD:a.py")
    assert objects.content(name)
    assert objects._process is not None
    os.kill(objects._process.pid, signal.SIGKILL)
    objects._process.wait()
    with pytest.raises(GitError, match="git cat-file ended early"):
        objects.content(name)
    assert objects.content(name) == b"a = 1\n"


def _content(asked: tuple[str, str]) -> bytes | None:
    return shared_objects(asked[0], "token").content(asked[1])


def test_each_process_has_a_git_of_its_own(repository: Repository) -> None:
    names = [name for _, name in shown(repository).values()]
    asked = [(str(repository.top), name) for name in names]
    here = [_content(one) for one in asked]
    try:
        assert list(parallel_map(_content, asked, jobs=2)) == here
        assert [_content(one) for one in asked] == here
    finally:
        shared_objects.cache_clear()
