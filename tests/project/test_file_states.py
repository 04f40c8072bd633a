"""File states: whatever changes a file is seen, whenever it did, and nothing else is read."""

from __future__ import annotations

import os
import time
from array import array
from pathlib import Path

import pytest

from flake8_ssot_engine.project import file_states
from flake8_ssot_engine.project.file_states import (
    Comparison,
    States,
    compare,
    digest_at,
    digest_of,
    keys_of,
    table_of,
)
from flake8_ssot_engine.project.reading import read_searched

POSIX = pytest.mark.skipif(os.name != "posix", reason="of POSIX")
LATER = 10_000_000_000
"""Nanoseconds after which nothing that happens now is racy."""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose content was looked at."""
    found: list[str] = []

    def reading(path: str) -> object:
        found.append(path)
        return read_searched(path)

    monkeypatch.setattr(file_states, "read_searched", reading)
    return found


def table(paths: list[str], read_after: int | None = None) -> bytes:
    """Return the table of some files as it would be if they were read a good while from now."""
    states = States()
    for path in paths:
        try:
            states.add(*read_searched(path))
        except OSError:
            states.add_unreadable()
    after = time.time_ns() + LATER if read_after is None else read_after
    return table_of([states.to_bytes()], after)


def compared(paths: list[str], known: bytes, now: int) -> Comparison:
    """Compare some files with a table, as they are now."""
    return compare(paths, known, keys_of(map(os.fsencode, paths)), now)


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    every = [tmp_path / f"{name}.py" for name in "abcde"]
    for path in every:
        path.write_text(f"{path.name}\n")
    return list(map(str, every))


def now() -> int:
    return time.time_ns()


def test_what_stays_is_not_read(paths: list[str], reads: list[str]) -> None:
    known = table(paths)
    assert compared(paths, known, now()) == Comparison({}, known, 0)
    assert not reads


def test_what_changes_is_told_in_order(paths: list[str], reads: list[str]) -> None:
    known = table(paths)
    for at in (3, 1):
        Path(paths[at]).write_text("changed")
    found = compared(paths, known, now() + LATER)
    assert found.changed == {1: paths[1], 3: paths[3]}
    assert reads == [paths[1], paths[3]]
    assert found.read == 2
    assert compared(paths, found.table, now()) == Comparison({}, found.table, 0)
    assert digest_at(found.table, len(paths), 3) == digest_of(b"changed")
    assert digest_at(found.table, len(paths), 2) == digest_of(b"c.py\n")


def test_a_file_that_was_touched_is_read_once(paths: list[str], reads: list[str]) -> None:
    known = table(paths)
    os.utime(paths[2], (1, 1))
    found = compared(paths, known, now() + LATER)
    assert (found.changed, found.read, reads) == ({}, 1, [paths[2]])
    assert compared(paths, found.table, now()) == Comparison({}, found.table, 0)


def test_a_change_of_the_same_size_and_time_is_seen(paths: list[str], reads: list[str]) -> None:
    """A tool may set back the time of change; that of the inode it cannot."""
    known = table(paths)
    status = os.stat(paths[0])
    Path(paths[0]).write_text("z.py\n")
    os.utime(paths[0], ns=(status.st_atime_ns, status.st_mtime_ns))
    assert compared(paths, known, now()).changed == {0: paths[0]}


def test_a_file_that_had_just_changed_is_read(paths: list[str], reads: list[str]) -> None:
    """Its key is what it was, as on a disk with coarse times: its content decides."""
    known = table(paths, read_after=now())
    keys = keys_of(map(os.fsencode, paths))
    Path(paths[4]).write_text("E.py\n")
    found = compare(paths, known, keys, now())
    assert found.changed == {4: paths[4]}
    assert reads == paths


@pytest.mark.parametrize(("seconds", "is_racy"), [(0, True), (1.9, True), (-5, True), (2.1, False)])
def test_what_is_racy_depends_on_how_long_ago_it_changed(
    paths: list[str], reads: list[str], *, seconds: float, is_racy: bool
) -> None:
    latest = max(max(os.stat(path).st_mtime_ns, os.stat(path).st_ctime_ns) for path in paths)
    known = table(paths, read_after=latest + int(seconds * 1e9))
    found = compared(paths, known, now())
    assert found.changed == {}
    assert len(reads) == found.read
    assert bool(reads) is is_racy


def test_a_time_to_come_is_never_trusted(paths: list[str], reads: list[str]) -> None:
    future = time.time() + 3600
    os.utime(paths[1], (future, future))
    known = table(paths)
    for _ in range(2):
        found = compared(paths, known, now() + LATER)
        assert found.changed == {}
        assert reads == [paths[1]]
        known = found.table
        reads.clear()


def test_another_file_in_its_place_is_read(paths: list[str], reads: list[str]) -> None:
    known = table(paths)
    status = os.stat(paths[0])
    other = Path(paths[0] + ".new")
    other.write_text("A.py\n")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.replace(other, paths[0])
    assert compared(paths, known, now()).changed == {0: paths[0]}


def test_what_cannot_be_read_counts_as_changed_each_time(paths: list[str]) -> None:
    os.unlink(paths[2])
    assert compared(paths, table(paths), now()).changed == {2: paths[2]}


def test_a_table_says_nothing_of_what_is_gone(paths: list[str]) -> None:
    known = table(paths)
    os.unlink(paths[2])
    with pytest.raises(ValueError, match="no file"):
        compared(paths, known, now() + LATER)


def test_a_table_says_nothing_of_what_has_become_a_file(paths: list[str], tmp_path: Path) -> None:
    late = str(tmp_path / "late.py")
    known = table([*paths, late])
    Path(late).write_text("")
    with pytest.raises(ValueError, match="no file"):
        compared([*paths, late], known, now() + LATER)


@POSIX
def test_a_time_beyond_all_tables_is_not_trusted(paths: list[str]) -> None:
    os.utime(paths[1], (10**10, 10**10))
    known = table(paths)
    assert compared(paths, known, now() + LATER).changed == {}
    Path(paths[1]).write_text("B.py\n")
    os.utime(paths[1], (10**10, 10**10))
    assert compared(paths, known, now() + LATER).changed == {1: paths[1]}


def test_a_folder_in_the_place_of_a_file_counts_as_changed(paths: list[str]) -> None:
    known = table(paths)
    os.unlink(paths[0])
    os.mkdir(paths[0])
    assert compared(paths, known, now()).changed == {0: paths[0]}


@POSIX
def test_a_pipe_is_not_waited_for(paths: list[str]) -> None:
    known = table(paths)
    os.unlink(paths[0])
    os.mkfifo(paths[0])
    with pytest.raises(OSError, match="regular"):
        read_searched(paths[0])
    assert compared(paths, known, now()).changed == {0: paths[0]}


@POSIX
def test_a_link_is_what_it_leads_to(paths: list[str], tmp_path: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to(paths[0])
    every = [*paths, str(link)]
    known = table(every)
    Path(paths[0]).write_text("changed")
    assert compared(every, known, now()).changed == {0: paths[0], 5: str(link)}


def test_no_files_have_a_table(reads: list[str]) -> None:
    known = table([])
    assert compared([], known, now()) == Comparison({}, known, 0)
    assert table_of([], 5) == table_of([States().to_bytes()], 5)


def test_tables_of_several_parts_are_joined(paths: list[str]) -> None:
    parts = []
    for some in (paths[:2], [], paths[2:]):
        states = States()
        for path in some:
            states.add(*read_searched(path))
        parts.append(states.to_bytes())
    keys, digests = (b"".join(part) for part in zip(*parts, strict=True))
    size = len(keys + digests)
    assert table_of(parts, 7)[-size:] == keys + digests == table(paths)[-size:]


@pytest.mark.parametrize("change", [-56, -1, 1, 48])
def test_a_table_of_another_length_is_refused(paths: list[str], change: int) -> None:
    known = table(paths)
    wrong = known[:change] if change < 0 else known + bytes(change)
    with pytest.raises(ValueError, match="another number"):
        compared(paths, wrong, now())
    with pytest.raises(ValueError, match="another number"):
        compared(paths, b"", now())
    with pytest.raises(ValueError, match="another number"):
        compared(paths[1:], known, now())


def test_a_table_tells_of_the_files_that_had_just_changed(
    paths: list[str], reads: list[str]
) -> None:
    """They are looked at until they are at rest, and the table of then spares the next run that."""
    os.utime(paths[1], ns=(1, 1))
    future = time.time() + 3600
    os.utime(paths[3], (future, future))
    later = now() + LATER
    known = table(paths, read_after=now())
    soon = compared(paths, known, now())
    assert (soon.read, soon.spares) == (5, False)  # utime changes the inode now
    rested = compared(paths, soon.table, later)
    assert (rested.changed, rested.read, rested.spares) == ({}, 5, True)
    reads.clear()
    again = compared(paths, rested.table, later)
    assert (again.changed, again.read, again.spares) == ({}, 1, False)
    assert reads == [paths[3]]


@pytest.mark.parametrize("number", [-1, 5, 1 << 40])
def test_a_table_that_tells_of_no_file_is_refused(paths: list[str], number: int) -> None:
    known = table(paths)
    size = len(paths) * 48
    wrong = array("q", [1, number]).tobytes() + known[-size:]
    with pytest.raises(ValueError, match="not there"):
        compared(paths, wrong, now())
    for head in ([], [1], [-1], [2, 1], [0, 1]):
        with pytest.raises(ValueError, match="another number"):
            compared(paths, array("q", head).tobytes() + known[-size:], now())


def test_whatever_a_table_says_a_changed_file_is_told(paths: list[str]) -> None:
    """A table of noise leads to more reads, not to fewer."""
    noise = bytes(len(table(paths)))
    assert compared(paths, noise, now()).changed == dict(enumerate(paths))


@pytest.mark.parametrize("size", [0, 1, 5, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_files_of_any_size_are_read_whole(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(data := os.urandom(16) * (size // 16) + b"x" * (size % 16))
    assert read_searched(str(path))[0] == data


@POSIX
def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * 100)
    read = os.read

    def growing(descriptor: int, count: int) -> bytes:
        if os.stat(descriptor).st_size == 100:
            with path.open("ab") as file:
                file.write(b"b" * 50)
        return read(descriptor, count)

    monkeypatch.setattr(os, "read", growing)
    data, status = read_searched(str(path))
    assert data == b"a" * 100 + b"b" * 50
    assert status.st_size == 100  # so that the next run sees that it changed
