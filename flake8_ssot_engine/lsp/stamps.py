"""Stamps: whether files have changed on the disk since they were looked at."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable

Stamp = tuple[int, int, int] | None
"""Size, time of change and inode of a file; of a folder, only that it is there."""


class Stamps:
    """What some files were known by; what is there no more, or was not yet, counts as well."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._known: dict[str, Stamp] = {}
        self.add(paths)

    def add(self, paths: Iterable[str]) -> None:
        """Take note of further files as they are now."""
        for path in paths:
            if path not in self._known:
                self._known[path] = stamp_of(path)

    def have_changed(self) -> bool:
        """Whether any file is not what it was."""
        return any(stamp_of(path) != known for path, known in self._known.items())


def stamp_of(path: str) -> Stamp:
    """Return what a file is known by."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(status.st_mode):
        return (0, 0, 0)
    return (status.st_size, status.st_mtime_ns, status.st_ino)
