"""The sample project: the system of the built-in migration in miniature, ready to run."""

from __future__ import annotations

import shutil
from pathlib import Path

SAMPLE = Path(__file__).parent / "project"
"""Where the sample lies in the installed package; to be read, not written."""


def lay_out(destination: Path) -> None:
    """Copy the sample to `destination`, which must not exist. Raises FileExistsError."""
    shutil.copytree(SAMPLE, destination, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
