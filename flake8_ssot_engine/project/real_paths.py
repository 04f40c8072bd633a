"""Real paths: where files are once links are followed, with each folder looked at once."""

from __future__ import annotations

import os


class RealPaths:
    """Follows the links in paths."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def of(self, path: str) -> str:
        """Return what `os.path.realpath` does."""
        return os.path.realpath(path) if os.path.islink(path) else self.in_folder(path)

    def in_folder(self, path: str) -> str:
        """Return a path without links in its folders; of the file itself none is followed."""
        folder, name = os.path.split(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)
