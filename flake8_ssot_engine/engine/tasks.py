"""Tasks: the files below some paths, each with its name in reports and its settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.run import Task
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.listing import Listing


def find_tasks(
    named: Mapping[str, str],
    finder: ConfigFinder,
    *,
    listing: Listing | None = None,
    changed: Callable[[Settings], Settings] = lambda settings: settings,
) -> Iterator[Task]:
    """Yield the files below absolute paths, sorted; `named` tells what each path is called.

    `changed` says what holds in the place of the settings that a file declares. Raises
    UsageError for a path that does not exist.
    """
    names = _Names(named)
    by_id: dict[int, Settings] = {}
    for path, settings in find_files(named, finder, listing=listing):
        if id(settings) not in by_id:
            by_id[id(settings)] = changed(settings)
        yield Task(path, names.of(path), by_id[id(settings)])


def tasks_of_project(
    root: str,
    finder: ConfigFinder,
    *,
    listing: Listing | None = None,
    changed: Callable[[Settings], Settings] = lambda settings: settings,
) -> Iterator[Task]:
    """Yield the files of the project at `root`, by their paths from the current folder."""
    named = {root: os.path.relpath(root)}
    return find_tasks(named, finder, listing=listing, changed=changed)


class _Names:
    """Paths as Flake8 would print them: below the argument that they were found under."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self._named = named
        self._folders: dict[str, str] = {}

    def of(self, path: str) -> str:
        """Return how a path is shown."""
        if path in self._named:
            return os.path.normpath(self._named[path])
        folder, _, name = path.rpartition(os.sep)
        folder = folder or os.sep
        if folder not in self._folders:
            shown = self.of(folder)
            self._folders[folder] = "" if shown == os.curdir else os.path.join(shown, "")
        return self._folders[folder] + name
