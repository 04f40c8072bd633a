"""The listing that walks share, and what a later run is spared by what it remembers."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_ssot_engine.config.finder import SPEAKING, ConfigFinder
from flake8_ssot_engine.errors import ConfigError, UsageError
from flake8_ssot_engine.project import discovery
from flake8_ssot_engine.project.discovery import USUAL_EXCLUDES, find_files
from flake8_ssot_engine.project.listing import Listing
from flake8_ssot_engine.project.paths import Paths

remembering = pytest.mark.skipif(os.name != "posix", reason="nothing is remembered here")


def lay_out(root: Path, *names: str, **texts: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts.get(path.name, ""))


def modules_below(root: str, listing: Listing | None = None) -> list[str]:
    return list(Paths(discovery.modules_below(root, listing)))


def later() -> int:
    """Return a time at which whatever was changed until now is trusted."""
    return time.time_ns() + 10**10


def through_json(listing: Listing) -> Any:
    return json.loads(json.dumps(listing.to_plain()))


def found(root: Path, listing: Listing) -> list[str]:
    files = find_files([str(root)], ConfigFinder(), listing=listing)
    return [os.path.relpath(path, root) for path, _ in files]


def remembered(root: Path) -> Any:
    """Return what a run over a tree remembers."""
    listing = Listing.from_plain(None, clock=later)
    found(root, listing)
    return through_json(listing)


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by each folder that is listed."""
    scandir = os.scandir
    paths: list[str] = []

    def noting(path: str) -> Any:
        paths.append(os.path.basename(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", noting)
    return paths


# --- one listing for several walks


def test_each_folder_is_listed_once(tmp_path: Path, scanned: list[str]) -> None:
    lay_out(tmp_path, "a.py", "x/b.py", "x/y/c.pyi", "ignored/d.py", ".gitignore")
    (tmp_path / ".gitignore").write_text("ignored/\n")
    listing = Listing()
    assert found(tmp_path, listing) == ["a.py", "x/b.py", "x/y/c.pyi"]
    assert sorted(scanned) == sorted([tmp_path.name, "x", "y"])
    modules = modules_below(str(tmp_path), listing)
    names = ["a.py", "ignored/d.py", "x/b.py", "x/y/c.pyi"]
    assert modules == [str(tmp_path / name) for name in names]
    assert modules_below(str(tmp_path / "x"), listing) == modules[2:]
    assert sorted(scanned) == sorted([tmp_path.name, "x", "y", "ignored"])


def test_sources_and_then_every_file(tmp_path: Path) -> None:
    lay_out(tmp_path, "a.py", "b.md", "c.txt", ".gitignore")
    (tmp_path / ".gitignore").write_text("*.md\n")
    listing = Listing()

    def names(**options: bool) -> list[str]:
        files = find_files([str(tmp_path)], ConfigFinder(), listing=listing, **options)
        return [os.path.basename(path) for path, _ in files]

    assert names() == ["a.py"]
    assert names(every_file=True) == [".gitignore", "a.py", "c.txt"]
    assert names() == ["a.py"]


# --- modules


def walked(root: str) -> Iterator[str]:
    """Yield what `modules_below` should, by `os.walk`."""
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name.isidentifier()
            and name not in USUAL_EXCLUDES
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        ]
        yield from (os.path.join(folder, name) for name in names if name.endswith((".py", ".pyi")))


def test_modules_below(tmp_path: Path) -> None:
    lay_out(
        tmp_path, "a.py", "b.pyi", "c.txt", "no-name/d.py", "venv/e.py", "x/y/f.py", "x.py/g.py"
    )
    lay_out(tmp_path, "env/pyvenv.cfg", "env/h.py", "pyvenv.cfg", ".gitignore", "ignored/i.py")
    (tmp_path / ".gitignore").write_text("ignored/\n")
    expected = ["a.py", "b.pyi", "ignored/i.py", "x/y/f.py"]
    assert modules_below(str(tmp_path)) == [str(tmp_path / name) for name in expected]
    assert modules_below(str(tmp_path)) == sorted(walked(str(tmp_path)))
    assert modules_below(str(tmp_path / "nowhere")) == []
    assert modules_below(str(tmp_path / "a.py")) == []


def test_modules_that_are_links(tmp_path: Path) -> None:
    lay_out(tmp_path, "real/a.py")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "folder.py").symlink_to("real")
    (tmp_path / "file.py").symlink_to("real/a.py")
    (tmp_path / "gone.py").symlink_to("nowhere")
    expected = [str(tmp_path / name) for name in ("file.py", "gone.py", "real/a.py")]
    assert modules_below(str(tmp_path)) == sorted(walked(str(tmp_path))) == expected
    assert modules_below(str(tmp_path / "loop")) != []


# --- what is remembered


@remembering
def test_nothing_is_listed_or_read_again(
    tmp_path: Path, scanned: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, "a.py", "x/b.py", "x/c_old.py", "y/t.txt", "env/pyvenv.cfg", ".gitignore")
    (tmp_path / ".gitignore").write_text("*_old.py\n")
    plain = remembered(tmp_path)
    scanned.clear()
    monkeypatch.setattr("flake8_ssot_engine.project.discovery.Rules.of", None)
    listing = Listing.from_plain(plain)
    assert found(tmp_path, listing) == ["a.py", "x/b.py"]
    expected = [str(tmp_path / name) for name in ("a.py", "x/b.py", "x/c_old.py")]
    assert modules_below(str(tmp_path), listing) == expected
    assert scanned == []
    assert not listing.has_news
    assert through_json(listing) == plain


@remembering
def test_only_what_changed_is_listed_again(tmp_path: Path, scanned: list[str]) -> None:
    lay_out(tmp_path, "a.py", "x/b.py", "x/in/c.py", "y/d.py")
    plain = remembered(tmp_path)
    wait_for_the_clock(tmp_path / "y")
    lay_out(tmp_path, "x/new.py")
    scanned.clear()
    listing = Listing.from_plain(plain, clock=later)
    assert found(tmp_path, listing) == ["a.py", "x/b.py", "x/in/c.py", "x/new.py", "y/d.py"]
    assert sorted(scanned) == ["x", "y"]
    assert listing.has_news
    assert found(tmp_path, Listing.from_plain(through_json(listing))) == found(tmp_path, Listing())


@remembering
def test_a_folder_that_changed_just_now_is_not_remembered(tmp_path: Path) -> None:
    lay_out(tmp_path, "a.py", "old/b.py")
    listing = Listing.from_plain(None)
    assert found(tmp_path, listing) == ["a.py", "old/b.py"]
    assert listing.to_plain()[-1] == []
    assert not listing.has_news


@remembering
def test_times_that_are_set_back_deceive_nobody(tmp_path: Path) -> None:
    lay_out(tmp_path, "a.py")
    plain = remembered(tmp_path)
    before = os.stat(tmp_path)
    wait_for_the_clock(tmp_path.parent)
    lay_out(tmp_path, "b.py")
    os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert found(tmp_path, Listing.from_plain(plain)) == ["a.py", "b.py"]


@remembering
def test_an_edited_gitignore_is_read_though_its_folder_is_the_same(tmp_path: Path) -> None:
    lay_out(tmp_path, "a.py", "x/b.py", ".gitignore")
    plain = remembered(tmp_path)
    (tmp_path / ".gitignore").write_text("b.py\n")
    listing = Listing.from_plain(plain, clock=later)
    assert found(tmp_path, listing) == ["a.py"]
    assert listing.has_news
    (tmp_path / ".gitignore").write_text("")
    assert found(tmp_path, Listing.from_plain(through_json(listing))) == ["a.py", "x/b.py"]


@remembering
def test_a_link_may_come_to_lead_to_a_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, "in/a.py", "in/x/b.py")
    (tmp_path / "in" / "link.py").symlink_to(tmp_path / "target")
    plain = remembered(tmp_path / "in")
    assert found(tmp_path / "in", Listing.from_plain(plain)) == ["a.py", "link.py", "x/b.py"]
    (tmp_path / "target").mkdir()
    assert found(tmp_path / "in", Listing.from_plain(plain)) == ["a.py", "x/b.py"]


@remembering
def test_of_two_runs_over_parts_the_second_has_no_news(tmp_path: Path) -> None:
    lay_out(tmp_path, "a.py", "x/b.py", "y/c.py")
    plain = remembered(tmp_path)
    listing = Listing.from_plain(plain, clock=later)
    assert found(tmp_path / "x", listing) == ["b.py"]
    assert not listing.has_news


def test_the_format_of_another_version_is_not_taken(tmp_path: Path) -> None:
    lay_out(tmp_path, "a.py")
    listing = Listing.from_plain([-1, "whatever", "it", "is"], clock=later)
    assert found(tmp_path, listing) == ["a.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such names")
def test_odd_names(tmp_path: Path) -> None:
    names = ["a\n.py", "caf\udce9.py", "é𝒳.py", "sp ace/b.py", "\\.py"]
    for name in names:
        path = os.fsencode(tmp_path / name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w"):
            pass
    expected = sorted(names)
    assert found(tmp_path, Listing()) == expected
    assert found(tmp_path, Listing.from_plain(remembered(tmp_path))) == expected


# --- whatever happens to a tree, the result is that of a run that remembers nothing


def wait_for_the_clock(folder: Path) -> None:
    """Wait until what is changed next bears another time."""
    probe = folder / "probe"
    probe.touch()
    before = probe.stat().st_mtime_ns
    while probe.stat().st_mtime_ns == before:
        probe.touch()
    probe.unlink()


CONFIGURATION = 'exclude = ["{0}"]\n[[migration]]\nid = "{0}"\n'
PATTERNS = st.sampled_from(["x.py", "a/", "!x.py", "/b/x.py", "*.pyi", "b/*", "**/x.py"])
FOLDERS = st.sampled_from(["", "a", "b", "a/b", "a/a", "b/a"])
NAMES = st.sampled_from(["x.py", "y.py", "z.pyi", "t.txt", "a", "b", "venv", "pyvenv.cfg", ".git"])


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def make_file(root: Path, folder: str, name: str, pattern: str) -> None:
    remove(root / folder / name)
    (root / folder / name).touch()


def make_folder(root: Path, folder: str, name: str, pattern: str) -> None:
    if not (root / folder / name).is_dir():
        remove(root / folder / name)
    (root / folder / name).mkdir(exist_ok=True)


def make_link(root: Path, folder: str, name: str, pattern: str) -> None:
    remove(root / folder / name)
    (root / folder / name).symlink_to(pattern.strip("/!*") or ".")


def delete(root: Path, folder: str, name: str, pattern: str) -> None:
    remove(root / folder / name)


def rename(root: Path, folder: str, name: str, pattern: str) -> None:
    source = os.path.join(os.path.realpath(root / folder), name)
    target = os.path.join(os.path.realpath(root / "a"), name)
    is_inside = f"{target}/".startswith(f"{source}/") or f"{source}/".startswith(f"{target}/")
    if os.path.lexists(source) and os.path.isdir(os.path.dirname(target)) and not is_inside:
        remove(Path(target))
        os.rename(source, target)


def ignore(root: Path, folder: str, name: str, pattern: str) -> None:
    with open(root / folder / ".gitignore", "a") as file:
        file.write(f"{pattern}\n")


def configure(root: Path, folder: str, name: str, pattern: str) -> None:
    text = "" if name == "t.txt" else CONFIGURATION.format(pattern)
    (root / folder / "ssot.toml").write_text(text)


def start_project(root: Path, folder: str, name: str, pattern: str) -> None:
    (root / folder / "setup.py").touch()


CHANGES = [make_file, make_folder, make_link, delete, rename, ignore, configure, start_project]
Change = tuple[Callable[[Path, str, str, str], None], str, str, str]
change: st.SearchStrategy[Change]
change = st.tuples(st.sampled_from(CHANGES), FOLDERS, NAMES, PATTERNS)


def outcome(root: Path, listing: Listing) -> Any:
    finder = ConfigFinder()
    modules = modules_below(str(root), listing)
    try:
        files = list(find_files([str(root), str(root / "a")], finder, listing=listing))
    except (ConfigError, UsageError) as error:
        return str(error), modules
    for path, its in files:
        assert its == ConfigFinder().settings_for(os.path.dirname(path))
    return [(path, its.root, its.path, its.exclude) for path, its in files], modules


def test_where_no_project_starts_each_folder_has_its_own_preset(tmp_path: Path) -> None:
    if any((folder / name).exists() for folder in tmp_path.parents for name in SPEAKING):
        pytest.skip("a project starts above the temporary folder")
    lay_out(tmp_path, "a.py", "x/b.py", "x/y/c.py", "x/p/setup.py", "x/p/q/d.py")
    files = [(path, its.root) for path, its in find_files([str(tmp_path)], ConfigFinder())]
    assert files == [
        (path, ConfigFinder().settings_for(os.path.dirname(path)).root) for path, _ in files
    ]
    assert [os.path.relpath(root, tmp_path) for _, root in files] == [".", "x", "x/p", "x/p", "x/y"]


@remembering
@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(change, max_size=12), min_size=2, max_size=4))
def test_what_is_remembered_changes_no_result(rounds: list[list[Change]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        for name in ("", "a", "b", "a/b", "a/a"):
            lay_out(root, *(os.path.join(name, file) for file in ("x.py", "z.pyi", "t.txt")))
        plain = None
        for changes in rounds:
            for make, *arguments in changes:
                if (root / arguments[0]).is_dir():
                    make(root, *arguments)
            listing = Listing.from_plain(plain, clock=later)
            assert outcome(root, listing) == outcome(root, Listing())
            plain = through_json(listing)
            again = Listing.from_plain(plain, clock=later)
            assert outcome(root, again) == outcome(root, Listing())
            assert not again.has_news
            wait_for_the_clock(Path(folder))
