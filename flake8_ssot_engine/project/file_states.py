"""File states: which files of a project hold something else than when they were last read.

A file is known by its stat key (size, times of change, inode) and by a digest of its content. As
git has it ("racily clean", Documentation/technical/racy-git), the key is not trusted where the
file had changed shortly before it was read: a later change may bear the same times. Then, and
wherever the key differs, the content decides. (On Windows one of the times is that of creation.)
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Sequence

from flake8_ssot_engine.project.reading import read_searched
from flake8_ssot_engine.records import NamedTuple

RACY = 2_000_000_000
"""Nanoseconds: the coarsest times that a file system keeps are FAT's, of two seconds."""
_FIELDS = 4
_INODE = 3
_NUMBER = 8
KEY_SIZE = _NUMBER * _FIELDS
"""Bytes that a table has of a stat key."""
_DIGEST = 16
_LARGEST = 0x7FFF_FFFF_FFFF_FFFF
Key = tuple[int, int, int, int]
NO_KEY: Key = (-1, 0, 0, 0)
"""Of what is not there."""


class Comparison(NamedTuple):
    """The files that changed since, by their numbers, and the table of what they are now.

    `read` is how many had to be read; where none had, the table is the one that was known.
    `spares` says that with the new one those need not be which had changed too shortly before.
    """

    changed: dict[int, str]
    table: bytes
    read: int
    spares: bool = False


class States:
    """The states of some files in the order in which they are added."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._digests = bytearray()

    def add(self, data: bytes, status: os.stat_result) -> None:
        """Add a file with its content and what it was known by before that was read."""
        self._keys += numbers_of(key_of(status))
        self._digests += digest_of(data)

    def add_unreadable(self) -> None:
        """Add a file that cannot be read: it counts as changed each time."""
        self._keys.extend(NO_KEY)
        self._digests += bytes(_DIGEST)

    def to_bytes(self) -> tuple[bytes, bytes]:
        """Return the keys and the digests."""
        return self._keys.tobytes(), bytes(self._digests)


def digest_of(data: bytes) -> bytes:
    """Return a digest of a file's content."""
    try:
        from _blake2 import blake2b  # that of hashlib, which takes milliseconds to load OpenSSL
    except ImportError:
        from hashlib import blake2b
    return blake2b(data, digest_size=_DIGEST).digest()


def digest_at(table: bytes, count: int, number: int) -> bytes:
    """Return the digest of one of the `count` files of a table."""
    start = len(table) - (count - number) * _DIGEST
    return table[start : start + _DIGEST]


def keys_in(table: bytes | memoryview, count: int) -> bytes:
    """Return the stat keys of the `count` files of a table."""
    end = len(table) - count * _DIGEST
    return bytes(table[end - count * KEY_SIZE : end])


def table_of(states: Iterable[tuple[bytes, bytes]], read_after: int) -> bytes:
    """Return the table of files that were all read after that time, in nanoseconds."""
    every = list(states)
    keys, digests = (b"".join(part) for part in zip(*every, strict=True)) if every else (b"", b"")
    numbers = array("q", keys)
    fields = (numbers[field::_FIELDS] for field in range(_INODE))
    rows = enumerate(zip(*fields, strict=True))
    return _table([at for at, row in rows if _is_racy(read_after, *row)], keys, digests)


def _table(racy: list[int], keys: bytes, digests: bytes) -> bytes:
    """Return a table, at the head of which are the numbers of the keys not to be trusted."""
    return array("q", [len(racy), *racy]).tobytes() + keys + digests


def compare(paths: Sequence[str], table: bytes, keys_now: bytes, now: int) -> Comparison:
    """Return which of some files changed since `table` was made of the same paths.

    `keys_now` are what `keys_of` them returned meanwhile. Raises ValueError where it is no such
    table, or where something has become a file.
    """
    count = len(paths)
    size_of_head = len(table) - count * (KEY_SIZE + _DIGEST)
    head = array("q", table[:size_of_head] if size_of_head % _NUMBER == 0 else b"")
    if not head or len(head) != 1 + head[0] or len(keys_now) != count * KEY_SIZE:
        raise ValueError("another number of files")
    racy = head[1:]
    if racy and not 0 <= min(racy) <= max(racy) < count:
        raise ValueError("a file that is not there")
    known = keys_in(table, count)
    doubtful = set(_differences(known, keys_now))
    if any(_is_file(known, at) != _is_file(keys_now, at) for at in doubtful):
        raise ValueError("what was no file is one, or the reverse")
    doubtful.update(racy)
    if not doubtful:
        return Comparison({}, table, read=0)
    keys, digests = bytearray(keys_now), bytearray(table[size_of_head + len(known) :])
    changed: dict[int, str] = {}
    still_racy: list[int] = []
    for at in sorted(doubtful):
        state, path = States(), paths[at]
        try:
            state.add(*read_searched(path))
        except OSError:
            state.add_unreadable()
        key, digest = state.to_bytes()
        place = slice(at * _DIGEST, (at + 1) * _DIGEST)
        if digest == bytes(_DIGEST) or digest != digests[place]:
            changed[at] = path
        if _is_racy(now, *array("q", key)[:_INODE]):
            still_racy.append(at)
        keys[at * KEY_SIZE : (at + 1) * KEY_SIZE] = key
        digests[place] = digest
    fresh = _table(still_racy, bytes(keys), bytes(digests))
    return Comparison(changed, fresh, len(doubtful), spares=len(still_racy) < len(racy))


def _is_racy(read_after: int, size: int, changed: int, changed_itself: int) -> bool:
    """Whether a file that was read after that time may change once more without another key."""
    return size < 0 or max(changed, changed_itself) >= read_after - RACY


def _is_file(keys: bytes, number: int) -> bool:
    """Whether a key is one of a file, not of what is not there."""
    return array("q", keys[number * KEY_SIZE : (number + 1) * KEY_SIZE])[0] >= 0


def _differences(known: bytes, now: bytes) -> Iterator[int]:
    """Yield the numbers of the keys that differ; few do, and whole halves are the same."""
    waiting = [(0, len(known) // KEY_SIZE)]
    while waiting:
        start, end = waiting.pop()
        place = slice(start * KEY_SIZE, end * KEY_SIZE)
        if known[place] == now[place]:
            continue
        if end - start == 1:
            yield start
        else:
            middle = (start + end) // 2
            waiting += [(start, middle), (middle, end)]


def keys_of(paths: Iterable[bytes]) -> bytes:
    """Return the stat keys of some files, as a table has them."""
    keys: list[int] = []
    extend, look = keys.extend, os.stat
    for path in paths:
        try:
            extend(key_of(look(path)))
        except OSError:
            extend(NO_KEY)
    return numbers_of(keys).tobytes()


def key_of(status: os.stat_result) -> Key:
    """Return by what a file or folder is known.

    As git has it, the device is no part of it: no two have a file of the same times and inode.
    """
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def numbers_of(keys: Sequence[int]) -> array[int]:
    """Return some keys as a table has them; a time beyond 2262 is one that is not to be trusted."""
    try:
        return array("q", keys)
    except OverflowError:
        return array(
            "q",
            [
                number & _LARGEST
                if at % _FIELDS == _INODE
                else max(-_LARGEST, min(number, _LARGEST))
                for at, number in enumerate(keys)
            ],
        )
