"""Reading a regular file: anything else might be read for ever."""

from __future__ import annotations

import errno
import os
import stat

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


LARGEST_TEXT = 20_000_000
"""The size in bytes above which a file that is no Python counts as empty."""


def read_with_status(path: str, *, most_of_text: int | None = None) -> tuple[bytes, os.stat_result]:
    """Return the content of a regular file, and what it was known by before. Raises OSError.

    A file that is no Python counts as empty where it has more than `most_of_text` bytes.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "is not a regular file", path)
        is_limited = most_of_text is not None and status.st_size > most_of_text
        if is_limited and not path.endswith((".py", ".pyi")):
            return b"", status
        data = os.read(descriptor, status.st_size + 1)
        if len(data) != status.st_size:
            parts = [data]
            while part := os.read(descriptor, 1 << 20):
                parts.append(part)
            data = b"".join(parts)
        return data, status
    finally:
        os.close(descriptor)


def read_searched(path: str) -> tuple[bytes, os.stat_result]:
    """Read a file for a search: no text that is too large. Raises OSError."""
    return read_with_status(path, most_of_text=LARGEST_TEXT)


def read_regular(path: str) -> bytes:
    """Return the content of a regular file. Raises OSError."""
    return read_with_status(path)[0]
