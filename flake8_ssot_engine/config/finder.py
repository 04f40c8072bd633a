"""Finds the configuration that holds for a folder: that of the nearest file above it."""

from __future__ import annotations

import os
from collections.abc import Callable, Set

from flake8_ssot_engine.config.document import Document, read_file
from flake8_ssot_engine.config.ini import has_moves, ini_migration
from flake8_ssot_engine.config.loader import (
    FILE_NAME,
    INI_FILES,
    TABLE,
    decode_toml,
    load_file,
    load_preset,
)
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ConfigError, ConfigProblem

VERSION_CONTROL = (".git", ".hg")
_ROOT_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "tox.ini")
SPEAKING = frozenset({FILE_NAME, *INI_FILES, *_ROOT_FILES, *VERSION_CONTROL})
"""The names that say in a folder what holds there, or that a project starts."""


class ConfigFinder:
    """Gives the Settings that hold for a folder: those of the nearest file above it.

    Each folder and each file is looked at once in the life of a finder.
    """

    def __init__(
        self,
        *,
        fixed: Settings | None = None,
        complete: Callable[[Settings], Settings] = lambda settings: settings,
    ) -> None:
        """Take `fixed` for every folder, if given; `complete` adds what the project's files say."""
        self._fixed = None if fixed is None else complete(fixed)
        self._complete = complete
        self._by_folder: dict[str, Settings | None] = {}
        self._presets: dict[str, Settings] = {}
        self._roots: dict[str, str | None] = {}

    @property
    def is_fixed(self) -> bool:
        """Whether one configuration holds for every folder."""
        return self._fixed is not None

    def settings_for(self, folder: str, *, names: Set[str] = SPEAKING) -> Settings:
        """Return the settings for the files of an absolute `folder`. Raises ConfigError.

        `names` are those of SPEAKING that may be in it; a walk knows them.
        """
        if self._fixed is not None:
            return self._fixed
        found = self._nearest(folder, names)
        if found is not None:
            return found
        root = _marked_root(folder, names, self._roots) or folder
        if root not in self._presets:
            self._presets[root] = self._complete(load_preset(root))
        return self._presets[root]

    def _nearest(self, folder: str, names: Set[str]) -> Settings | None:
        found: Settings | None = None
        without_own: list[str] = []
        while folder not in self._by_folder:
            path = None if names.isdisjoint(SPEAKING) else config_file_in(folder)
            names = SPEAKING  # whatever may be above
            if path is not None:
                self._by_folder[folder] = self._complete(load_file(path))
                break
            without_own.append(folder)
            if os.path.dirname(folder) == folder:
                break
            folder = os.path.dirname(folder)
        found = self._by_folder.get(folder)
        self._by_folder.update(dict.fromkeys(without_own, found))
        return found


def config_file_in(folder: str) -> str | None:
    """Return the configuration file of one folder, if it has one. Raises ConfigError for two."""
    toml, pyproject = os.path.join(folder, FILE_NAME), os.path.join(folder, "pyproject.toml")
    in_pyproject = os.path.isfile(pyproject) and _declares(pyproject)
    inis = [os.path.join(folder, name) for name in INI_FILES]
    inis = [path for path in inis if os.path.isfile(path) and has_moves(path)]
    declared = [(toml, "the migrations")] * os.path.isfile(toml)
    declared += [(pyproject, "[tool.ssot-engine]")] * in_pyproject
    if not declared:
        return inis[0] if inis else None
    # One that only says `ssot-config` points Flake8 to another file and declares nothing.
    declared += [(path, "ssot-moves") for path in inis if not ini_migration(path).config]
    if len(declared) > 1:
        other, what = declared[1]
        message = f"configures the same project as {what} in {other}; keep one"
        raise ConfigError((ConfigProblem(declared[0][0], None, "", message),))
    return declared[0][0]


def project_root(folder: str) -> str:
    """Return where a project without configuration starts.

    The nearest folder under version control; else the outermost one above that holds a
    file that projects have at their root; else `folder` itself.
    """
    return _marked_root(folder, SPEAKING, {}) or folder


def _marked_root(folder: str, names: Set[str], known: dict[str, str | None]) -> str | None:
    """Return the root that something in a folder or above it shows; `known` is added to."""
    below: list[tuple[str, Set[str]]] = []
    while folder not in known:
        below.append((folder, names))
        parent = os.path.dirname(folder)
        if parent == folder:
            break
        folder, names = parent, SPEAKING
    root = known.get(folder)
    for folder, names in reversed(below):
        if _has_any(folder, VERSION_CONTROL, names) or (
            root is None and _has_any(folder, _ROOT_FILES, names)
        ):
            root = folder
        known[folder] = root
    return root


def _has_any(folder: str, wanted: tuple[str, ...], names: Set[str]) -> bool:
    return any(name in names and os.path.exists(os.path.join(folder, name)) for name in wanted)


def _declares(pyproject: str) -> bool:
    data = read_file(pyproject)
    if b"ssot-engine" not in data:
        return False
    return Document(pyproject, decode_toml(pyproject, data), TABLE).values is not None
