"""The standard library of the running Python, as a large tree that no one here wrote."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

STDLIB = Path(sysconfig.get_paths()["stdlib"])
_NOT_OURS = {"site-packages", "__pycache__", "idlelib", "turtledemo"}


def stdlib_files(*, with_tests: bool = True) -> Iterator[Path]:
    """Yield every source file of the standard library, sorted."""
    left_out = _NOT_OURS if with_tests else _NOT_OURS | {"test", "tests"}
    for folder, folders, files in os.walk(STDLIB):
        folders[:] = sorted(set(folders) - left_out)
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".py"))
