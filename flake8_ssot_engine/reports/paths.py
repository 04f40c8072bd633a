"""Paths as a code host reads them: from the root of the repository, with slashes."""

from __future__ import annotations

import os

from flake8_ssot_engine.project.ignores import repository_around


class RepositoryPaths:
    """Renames what reports call a file; the root is that of the repository around the command.

    Outside of any repository it is the folder where the command runs.
    """

    def __init__(self) -> None:
        self._here = os.getcwd()
        self._root = os.path.join(repository_around(self._here) or self._here, "")

    def from_root(self, path: str) -> str:
        """Return a path relative to the root, or absolute where it is not below it."""
        absolute = os.path.normpath(os.path.join(self._here, path))
        return absolute.removeprefix(self._root).replace(os.sep, "/")


def decodable(path: str) -> str:
    """Return a path without lone surrogates, which are no Unicode: U+FFFD stands for them."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
