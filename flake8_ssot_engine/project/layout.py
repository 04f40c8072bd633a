"""Layout: where in a project, which nothing is known of, absolute imports start."""

from __future__ import annotations

import os

from flake8_ssot_engine.project.modules import is_regular_package

_SOURCE_FOLDERS = ("src", "lib", "python")


def guess_source_roots(root: str) -> tuple[str, ...]:
    """Return the source roots of the project in an absolute folder, as a configuration names them.

    The folder itself, and each of `src`, `lib` and `python` that holds a package without being one.
    """
    return (".", *(name for name in _SOURCE_FOLDERS if _holds_packages(os.path.join(root, name))))


def _holds_packages(folder: str) -> bool:
    if not os.path.isdir(folder) or is_regular_package(folder):
        return False
    try:
        with os.scandir(folder) as entries:
            return any(
                is_regular_package(entry.path) if entry.is_dir() else entry.name.endswith(".py")
                for entry in entries
            )
    except OSError:
        return False
