"""The cache: what is not sound is none, what cannot be written is left, no link is followed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.project import cache
from flake8_ssot_engine.project.cache import FOLDER, Cached, fingerprint_of, load, store

VALUE = Cached({"files": [1, "é", None, 2.5], "\udc80": [[]]}, (bytes(range(256)), b"more"))
POSIX = pytest.mark.skipif(os.name != "posix", reason="of POSIX")
ROOTLESS = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)


def file_of(root: Path) -> Path:
    return root / FOLDER / "check"


def names(root: Path) -> list[str]:
    return sorted(path.name for path in (root / FOLDER).iterdir())


def test_what_is_stored_is_loaded(tmp_path: Path) -> None:
    assert load(str(tmp_path), "f") is None
    assert store(str(tmp_path), "f", VALUE)
    assert load(str(tmp_path), "f") == VALUE
    assert names(tmp_path) == [".gitignore", "check"]


@pytest.mark.parametrize("table", [b"", b"\n", b"\0" * 1000, b"ssot cache 2\n[]"])
@pytest.mark.parametrize("value", [None, 0, [], "\n", {"a": {"b": "\0"}}])
def test_any_value_and_table_come_back(tmp_path: Path, value: Any, table: bytes) -> None:
    assert store(str(tmp_path), "\n'\"\\é", Cached(value, (table, b"", table)))
    assert load(str(tmp_path), "\n'\"\\é") == Cached(value, (table, b"", table))


def test_another_fingerprint_is_no_cache(tmp_path: Path) -> None:
    store(str(tmp_path), "f", VALUE)
    assert load(str(tmp_path), "g") is None
    assert load(str(tmp_path), "") is None
    assert load(str(tmp_path), "f") == VALUE


def test_the_later_one_stays(tmp_path: Path) -> None:
    store(str(tmp_path), "f", VALUE)
    store(str(tmp_path), "f", Cached([2]))
    assert load(str(tmp_path), "f") == Cached([2])
    assert names(tmp_path) == [".gitignore", "check"]


def test_whatever_byte_is_flipped_it_is_no_cache(tmp_path: Path) -> None:
    store(str(tmp_path), "f", VALUE)
    data = file_of(tmp_path).read_bytes()
    for at in range(len(data)):
        for bit in (1, 0x80):
            changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            file_of(tmp_path).write_bytes(changed)
            found = load(str(tmp_path), "f")
            assert found is None or found == VALUE, at  # such as another space in the head


def test_wherever_it_is_cut_off_it_is_no_cache(tmp_path: Path) -> None:
    store(str(tmp_path), "f", VALUE)
    data = file_of(tmp_path).read_bytes()
    for length in range(len(data)):
        file_of(tmp_path).write_bytes(data[:length])
        assert load(str(tmp_path), "f") is None, length
    file_of(tmp_path).write_bytes(data + b"\0")
    assert load(str(tmp_path), "f") is None


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b"[]\n",
        b"{}\n",
        b"null\n",
        b'["f"]\n',
        b'["f", 1, 0, 0]\n',
        b'["f", "x", 0]\n',
        b'["f", null, 0]\nnull',
        b'["f", [], 0]\n',
        b'["f", -1, 0]\n',
        b"[" * 100_000 + b"\n",
        b"\xff\xfe\n",
        b'["f", 0, 0]\n',
        b"1e999\n",
    ],
)
def test_whatever_somebody_else_put_there_is_no_cache(tmp_path: Path, rest: bytes) -> None:
    (tmp_path / FOLDER).mkdir()
    file_of(tmp_path).write_bytes(b"ssot cache 2\n" + rest)
    assert load(str(tmp_path), "f") is None
    file_of(tmp_path).write_bytes(rest)
    assert load(str(tmp_path), "f") is None


def test_a_value_nested_without_end_is_no_cache(tmp_path: Path) -> None:
    import zlib

    rest = b"[" * 200_000
    head = json.dumps(["f", len(rest), zlib.crc32(rest)]).encode()
    (tmp_path / FOLDER).mkdir()
    file_of(tmp_path).write_bytes(b"ssot cache 2\n" + head + b"\n" + rest)
    assert load(str(tmp_path), "f") is None


def test_a_file_or_a_folder_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("mine")
    assert not store(str(tmp_path), "f", VALUE)
    assert load(str(tmp_path), "f") is None
    assert (tmp_path / FOLDER).read_text() == "mine"
    other = tmp_path / "other"
    file_of(other).mkdir(parents=True)
    assert not store(str(other), "f", VALUE)
    assert load(str(other), "f") is None
    assert names(other) == [".gitignore", "check"]


def test_what_killed_processes_left_goes_after_an_hour(tmp_path: Path) -> None:
    assert store(str(tmp_path), "f", VALUE)
    old, fresh = (tmp_path / FOLDER / f"check.{number}.ab" for number in (1, 2))
    old.write_text("")
    fresh.write_text("")
    os.utime(old, (1, 1))
    (tmp_path / FOLDER / ".gitignore").unlink()
    assert store(str(tmp_path), "f", VALUE)
    assert names(tmp_path) == [".gitignore", "check", "check.2.ab"]


def test_no_project_is_no_cache(tmp_path: Path) -> None:
    assert not store(str(tmp_path / "nowhere"), "f", VALUE)
    assert load(str(tmp_path / "nowhere"), "f") is None
    assert not (tmp_path / "nowhere").exists()


@ROOTLESS
def test_where_nothing_may_be_written_nothing_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert not store(str(tmp_path), "f", VALUE)
        assert load(str(tmp_path), "f") is None
    finally:
        tmp_path.chmod(0o700)


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(str(tmp_path), "f", VALUE)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "replace", refuse)
    assert not store(str(tmp_path), "f", Cached([2]))
    assert load(str(tmp_path), "f") == VALUE
    assert names(tmp_path) == [".gitignore", "check"]


@POSIX
def test_a_planted_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    outside, project = tmp_path / "outside", tmp_path / "project"
    store(str(outside.parent), "f", VALUE)
    outside.mkdir()
    project.mkdir()
    (project / FOLDER).symlink_to(outside)
    assert not store(str(project), "f", VALUE)
    assert not list(outside.iterdir())
    (outside / "check").write_bytes(file_of(tmp_path).read_bytes())
    assert load(str(project), "f") is None


@POSIX
def test_a_planted_link_to_a_file_is_not_followed(tmp_path: Path) -> None:
    store(str(tmp_path), "f", VALUE)
    outside = tmp_path / "outside"
    outside.write_bytes(file_of(tmp_path).read_bytes())
    file_of(tmp_path).unlink()
    file_of(tmp_path).symlink_to(outside)
    before = outside.read_bytes()
    assert load(str(tmp_path), "f") is None
    assert store(str(tmp_path), "f", Cached([2]))
    assert outside.read_bytes() == before
    assert not file_of(tmp_path).is_symlink()
    assert load(str(tmp_path), "f") == Cached([2])


@POSIX
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    os.mkfifo(file_of(tmp_path))
    assert load(str(tmp_path), "f") is None


def test_git_is_told_to_pass_it_over_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    store(str(tmp_path), "f", VALUE)
    ignores = tmp_path / FOLDER / ".gitignore"
    assert "\n*\n" in ignores.read_text()
    ignores.write_text("# kept\n")
    store(str(tmp_path), "f", VALUE)
    assert ignores.read_text() == "# kept\n"


def test_a_fingerprint_changes_with_its_parts_alone() -> None:
    assert fingerprint_of(1, "a") == fingerprint_of(1, "a")
    assert len({fingerprint_of(*parts) for parts in [(), (1,), ("1",), (1, 2), ((1, 2),)]}) == 5


WRITER = """
import sys
from flake8_ssot_engine.project.cache import Cached, load, store
root, mine = sys.argv[1:]
for number in range(150):
    assert store(root, "f", Cached([mine, number], (mine.encode() * number * 100,)))
    found = load(root, "f")
    assert found is not None
    name, count = found.value
    assert found.parts[0] == name.encode() * count * 100
"""


def test_processes_that_write_at_once_read_only_whole_files(tmp_path: Path) -> None:
    folder = Path(cache.__file__).parents[2]
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, name], cwd=folder) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert names(tmp_path) == [".gitignore", "check"]
