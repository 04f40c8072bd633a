"""The standard library of the running Python, as a large tree that no one here wrote."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

STDLIB = Path(sysconfig.get_paths()["stdlib"])
_NOT_OURS = {"site-packages", "__pycache__", "idlelib", "turtledemo"}


def stdlib_files() -> Iterator[Path]:
    """Yield every source file of the standard library and of its tests, sorted."""
    for folder, folders, files in os.walk(STDLIB):
        folders[:] = sorted(set(folders) - _NOT_OURS)
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))
