"""The cache: a file in a project, thrown away whole whenever anything about it is in doubt.

It lies where a stranger's repository could put one, so that nothing in it can be run: JSON, and
bytes that its owner reads. Two processes may use it at once: each reads a whole file and puts a
whole file in its place; of two that write, the later stays.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
import zlib
from contextlib import suppress
from functools import cache
from itertools import accumulate, pairwise
from typing import Any

from flake8_ssot_engine import __version__
from flake8_ssot_engine.records import NamedTuple

FOLDER = ".ssot_cache"
_MAGIC = b"ssot cache 2\n"
_IGNORE = "# Made by ssot, and made anew where it lacks.\n*\n"
_OLD = 3600
"""Seconds after which a temporary file is nobody's any more."""
_NO_PROGRAM = frozenset({"__pycache__", "sample"})
_READ = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_LARGEST = 64_000_000
"""Bytes of a cache that is read; that of ten thousand files has two million."""

MALFORMED = (ValueError, TypeError, LookupError, AttributeError, RecursionError, zlib.error)
"""What a value of another form than expected raises where it is read."""


class Cached(NamedTuple):
    """What a cache holds: a JSON value, and bytes that are read when they are needed."""

    value: Any
    parts: tuple[bytes | memoryview, ...] = ()


class Stored(NamedTuple):
    """A cache that this program has written, as far as it says so itself."""

    fingerprint: str
    lengths: list[int]
    checksum: int
    data: memoryview

    def parts(self) -> list[memoryview]:
        """Return the value and the parts, as bytes that may be anything."""
        ends = list(accumulate(self.lengths, initial=0))
        return [self.data[start:end] for start, end in pairwise(ends)]

    @property
    def is_sound(self) -> bool:
        """Whether it is as it was written."""
        try:
            return self.checksum == _checksum(self.lengths, self.data)
        except MALFORMED:
            return False

    def cached(self, fingerprint: str) -> Cached | None:
        """Return what was cached under this fingerprint, of one that is sound."""
        try:
            if self.fingerprint != fingerprint:
                return None
            value, *parts = self.parts()
            return Cached(json.loads(bytes(value)), tuple(parts))
        except MALFORMED:
            return None


def read(root: str, name: str = "check") -> Stored | None:
    """Return what the project at `root` has in its cache, if this program wrote it there.

    `name` is that of the file.
    """
    folder = os.path.join(root, FOLDER)
    try:
        if os.path.islink(folder):
            return None
        descriptor = os.open(os.path.join(folder, name), _READ)
        try:
            status = os.fstat(descriptor)
            size = min(status.st_size, _LARGEST) if stat.S_ISREG(status.st_mode) else 0
            data = os.read(descriptor, size)
        finally:
            os.close(descriptor)
        if not data.startswith(_MAGIC):
            return None
        end = data.find(b"\n", len(_MAGIC))
        program, fingerprint, lengths, checksum = json.loads(data[len(_MAGIC) : end])
        if program != _program():
            return None
        rest = memoryview(data)[end + 1 :]  # to copy megabytes takes milliseconds
        return Stored(fingerprint, lengths, checksum, rest)
    except (OSError, *MALFORMED):  # no cache, or none of ours
        return None


def load(root: str, fingerprint: str, name: str = "check") -> Cached | None:
    """Return what the project at `root` has cached under this fingerprint, if it is sound."""
    stored = read(root, name)
    return stored.cached(fingerprint) if stored is not None and stored.is_sound else None


def store(root: str, fingerprint: str, cached: Cached, name: str = "check") -> bool:
    """Cache something in the project at `root`; False where that cannot be done.

    It is not synced to the disk: what a loss of power leaves is told by its checksum.
    """
    folder = os.path.join(root, FOLDER)
    value = json.dumps(cached.value, separators=(",", ":")).encode("ascii")
    parts = (value, *cached.parts)
    lengths = list(map(len, parts))
    told = [_program(), fingerprint, lengths, _checksum(lengths, *parts)]
    head = json.dumps(told).encode("ascii")
    temporary = os.path.join(folder, f"{name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        _prepare(folder)
        with open(os.open(temporary, _WRITE, 0o666), "wb") as file:
            file.writelines((_MAGIC, head, b"\n", *parts))
        os.replace(temporary, os.path.join(folder, name))
    except OSError:
        return False
    finally:
        with suppress(OSError):
            os.unlink(temporary)
    return True


def compressed(data: bytes) -> bytes:
    """Return what is seldom asked for in less space."""
    return zlib.compress(data, 1)


def decompressed(data: bytes | memoryview) -> bytes:
    """Return what was compressed, as far as it is of any use. Raises one of MALFORMED."""
    return zlib.decompressobj().decompress(data, _LARGEST)


def _checksum(lengths: list[int], *data: bytes | memoryview) -> int:
    checksum = zlib.crc32(repr(lengths).encode())
    for part in data:
        checksum = zlib.crc32(part, checksum)
    return checksum


def _prepare(folder: str) -> None:
    """Make the folder of the cache, unseen by git. Raises OSError."""
    if os.path.islink(folder):
        raise NotADirectoryError(folder)
    with suppress(FileExistsError):
        os.mkdir(folder)
    ignore = os.path.join(folder, ".gitignore")
    with suppress(FileExistsError), open(ignore, "x", encoding="ascii") as file:
        file.write(_IGNORE)
    for name in os.listdir(folder):  # what killed processes have left
        path = os.path.join(folder, name)
        with suppress(FileNotFoundError):  # that of a process which has put it in its place
            if "." in name.lstrip(".") and os.stat(path).st_mtime < time.time() - _OLD:
                os.unlink(path)


def fingerprint_of(*parts: object) -> str:
    """Return a text that changes with any of `parts`."""
    return repr(parts)


@cache
def _program() -> str:
    """Return a text that changes with the program and its Python, and that no stranger knows.

    The program is known by its version and by its files: who works on it sees what he made.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return repr((__version__, sys.version, _files_of(package)))


def _files_of(package: str) -> list[tuple[str, int, int]]:
    found = []
    waiting = [package]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    found.append((entry.path, status.st_size, status.st_mtime_ns))
                elif entry.is_dir() and entry.name not in _NO_PROGRAM:
                    waiting.append(entry.path)
    return sorted(found)
