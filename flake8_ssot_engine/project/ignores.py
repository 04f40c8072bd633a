"""`.gitignore` files: where they are, and what they say; `globs.py` knows what that means."""

from __future__ import annotations

import os

from flake8_ssot_engine.migrations import Globs


def repository_around(folder: str) -> str | None:
    """Return the root of the repository that an absolute folder is in, None where it is in none."""
    current = folder
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent
    return current


def ignores_above(folder: str) -> list[Globs]:
    """Return the `.gitignore` files above a folder, up to the root of its repository."""
    found: list[Globs] = []
    current = folder
    top = repository_around(folder)
    while top is not None and current != top:
        current = os.path.dirname(current)
        if os.path.isfile(os.path.join(current, ".gitignore")):
            found.append(read_ignores(current))
    return found[::-1]


def read_ignores(folder: str) -> Globs:
    """Return the patterns of the `.gitignore` in an absolute folder; none where it has none."""
    try:
        with open(os.path.join(folder, ".gitignore"), "rb") as file:
            return ignores_in(folder, file.read())
    except OSError:
        return Globs(folder, ())


def ignores_in(folder: str, data: bytes) -> Globs:
    """Return the patterns of a `.gitignore` in an absolute folder."""
    text = data.decode("utf-8-sig", "surrogateescape")
    return Globs(folder, tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
