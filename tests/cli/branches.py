"""A project in a repository, on a branch on which something is about to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repositories import Repository, copy_of

MOVE = """
[[migration.move]]
old = "{0}.{1}"
new = "new.{1}"
"""
CONFIG = '[[migration]]\nid = "1"\n' + MOVE.format("old", "Old")
CODE = """\
from old import Old


def one():
    first = Old()
    return first


def two():
    return Old()
"""
FILES = {"ssot.toml": CONFIG, "a.py": CODE, "pkg/b.py": CODE, "notes.txt": CODE}


def begin_work(template: Path, folder: Path, patch: pytest.MonkeyPatch) -> Repository:
    """Copy a repository, and stand in the copy, on a branch `work`."""
    tree = copy_of(template, folder, patch)
    patch.chdir(tree.top)
    tree.git("checkout", "--quiet", "-b", "work")
    return tree


def edited(old: str, new: str, *, count: int = 1) -> str:
    """Return CODE with something else in it."""
    assert old in CODE
    return CODE.replace(old, new, count)
