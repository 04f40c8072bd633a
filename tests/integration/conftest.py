"""What takes long to set up, once for all workers of xdist."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[2]
PUBLISHED = ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "action.yml")

MakeOnce = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> MakeOnce:
    """Return what has a folder filled by whichever worker comes first, and tells where it is."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return make


def lay_out_published(folder: Path) -> None:
    """Copy what others install from: the package and what stands at the repository's root."""
    shutil.copytree(
        ROOT / "flake8_ssot_engine",
        folder / "flake8_ssot_engine",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name in PUBLISHED:
        shutil.copy(ROOT / name, folder / name)
