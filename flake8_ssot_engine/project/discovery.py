"""Discovery: which files of a project a run looks at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.migrations import Globs
from flake8_ssot_engine.project.globs import own_verdict, verdict

SUFFIXES = (".py", ".pyi")
USUAL_EXCLUDES = frozenset(
    {
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".ssot",
        ".svn",
        ".tox",
        ".venv",
        "CVS",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
        "venv",
    }
)
"""Folders that hold no source of the project; a folder with a `pyvenv.cfg` is one too."""


def is_source(entry: os.DirEntry[str]) -> bool:
    """Whether something in a folder has the ending of a source file."""
    return entry.name.endswith(SUFFIXES)


def is_file(entry: os.DirEntry[str]) -> bool:
    """Whether something in a folder is a regular file, or a link, whatever its ending."""
    return entry.is_file(follow_symlinks=False) or entry.is_symlink()


def find_files(
    paths: Iterable[str],
    finder: ConfigFinder,
    *,
    is_wanted: Callable[[os.DirEntry[str]], bool] = is_source,
) -> Iterator[tuple[str, Settings]]:
    """Yield each wanted file under absolute `paths` once, sorted, with the settings for it.

    A file that is named itself is taken whatever it is; `exclude` of the configuration
    holds even so, for commit hooks name files that a person would not. Symbolic links to
    folders are not followed. Raises UsageError for a path that does not exist.
    """
    found: dict[str, Settings] = {}
    for path in paths:
        if os.path.isdir(path):
            settings = finder.settings_for(path)
            if is_excluded(path, settings, is_folder=True):
                continue
            for file, settings in _walk(path, finder, is_wanted):
                found.setdefault(file, settings)
        elif os.path.exists(path):
            settings = finder.settings_for(os.path.dirname(path))
            if not is_excluded(path, settings):
                found.setdefault(path, settings)
        else:
            raise UsageError(f"{path}: no such file or folder")
    yield from sorted(found.items(), key=lambda item: item[0])


def is_excluded(path: str, settings: Settings, *, is_folder: bool = False) -> bool:
    """Whether the configuration excludes a path, by itself or by a folder above it."""
    return any(verdict(globs, path, is_folder=is_folder) for globs in settings.exclude)


def is_never_source(folder: str) -> bool:
    """Whether a folder is one of those that hold no source of any project."""
    is_usual = os.path.basename(folder) in USUAL_EXCLUDES
    return is_usual or os.path.exists(os.path.join(folder, "pyvenv.cfg"))


def _walk(
    top: str, finder: ConfigFinder, is_wanted: Callable[[os.DirEntry[str]], bool]
) -> Iterator[tuple[str, Settings]]:
    waiting: list[tuple[str, tuple[Globs, ...], tuple[Globs, ...]]]
    waiting = [(top, _outer_ignores(top), ())]
    while waiting:
        folder, ignores, excludes = waiting.pop()
        settings = finder.settings_for(folder)
        # What an outer configuration excludes stays out, whatever a nested one says.
        excludes += tuple(globs for globs in settings.exclude if globs not in excludes)
        try:
            entries = list(os.scandir(folder))
        except OSError:
            yield folder, settings  # the run tells why it cannot be read
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            ignores = (*ignores, _read_ignores(folder))
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not _is_passed_over(entry, ignores, excludes):
                    waiting.append((entry.path, ignores, excludes))
            elif (
                is_wanted(entry)
                and not _is_ignored(entry.path, ignores, is_folder=False)
                and not any(own_verdict(g, entry.path, is_folder=False) for g in excludes)
                and not (entry.is_symlink() and os.path.isdir(entry.path))
            ):
                yield entry.path, settings


def _is_passed_over(
    folder: os.DirEntry[str], ignores: tuple[Globs, ...], excludes: tuple[Globs, ...]
) -> bool:
    return (
        _is_ignored(folder.path, ignores, is_folder=True)
        or any(own_verdict(g, folder.path, is_folder=True) for g in excludes)
        or is_never_source(folder.path)
    )


def _is_ignored(path: str, ignores: tuple[Globs, ...], *, is_folder: bool) -> bool:
    """Whether the innermost `.gitignore` that speaks of a path ignores it."""
    for globs in reversed(ignores):
        told = own_verdict(globs, path, is_folder=is_folder)
        if told is not None:
            return told
    return False


def _outer_ignores(folder: str) -> tuple[Globs, ...]:
    """Return the `.gitignore` files above a folder, up to the root of its repository.

    None of them counts for a folder that they ignore: who names it wants what is in it.
    """
    found: list[Globs] = []
    current = folder
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return ()
        current = parent
        if os.path.isfile(os.path.join(current, ".gitignore")):
            found.append(_read_ignores(current))
    outer = tuple(reversed(found))
    return () if _is_ignored(folder, outer, is_folder=True) else outer


def _read_ignores(folder: str) -> Globs:
    try:
        path = os.path.join(folder, ".gitignore")
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            return Globs(folder, tuple(file.read().split("\n")))
    except OSError:
        return Globs(folder, ())
