"""Tasks: the files below some paths, each with its name in reports and its settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.run import KnownTasks, Task
from flake8_ssot_engine.project.ignores import ignores_above

if TYPE_CHECKING:
    from flake8_ssot_engine.project.listing import Listing


def find_tasks(
    named: Mapping[str, str],
    finder: ConfigFinder,
    *,
    listing: Listing | None = None,
    with_texts: bool = False,
    changed: Callable[[Settings], Settings] = lambda settings: settings,
) -> Iterator[Task]:
    """Yield the files below absolute paths, sorted; `named` tells what each path is called.

    `changed` says what holds in the place of the settings that a file declares. Texts are among
    them if asked for. Raises
    UsageError for a path that does not exist.
    """
    from flake8_ssot_engine.project.discovery import find_files  # not if the files are known

    names = _Names(named)
    by_id: dict[int, Settings] = {}
    ours: set[str] = set()
    before = shown = ""
    for path, settings in find_files(named, finder, listing=listing, with_texts=with_texts):
        if id(settings) not in by_id:
            by_id[id(settings)] = changed(settings)
            ours |= {settings.path, settings.baseline_file}
        if path in ours:
            continue  # what configures this tool names what moves by right
        if path in named:
            yield Task(path, os.path.normpath(named[path]), by_id[id(settings)])
            continue
        start = path.rfind(os.sep) + 1
        folder = path[:start]
        if folder != before:  # most files stand beside the one before
            before, shown = folder, names.of_folder(folder)
        yield Task(path, shown + path[start:], by_id[id(settings)])


def question_of(
    named: Mapping[str, str], finder: ConfigFinder, settings: Settings, *, with_texts: bool
) -> list[Any] | None:
    """Return what `find_tasks` is asked, with all that it goes by outside of the named folders.

    As plain values, for a memory. None where the answer depends on more than that and what is
    in them: some file is named, or other settings than `settings` hold.
    """
    folders = [path for path in named if os.path.isdir(path)]
    if len(folders) < len(named) or any(finder.settings_for(f) is not settings for f in folders):
        return None
    above = [[[globs.base, *globs.patterns] for globs in ignores_above(f)] for f in folders]
    return [os.getcwd(), list(map(list, named.items())), finder.is_fixed, with_texts, above]


def tasks_of_project(
    root: str,
    finder: ConfigFinder,
    *,
    listing: Listing | None = None,
    with_texts: bool = False,
    changed: Callable[[Settings], Settings] = lambda settings: settings,
) -> Iterator[Task]:
    """Yield the files of the project at `root`, by their paths from the current folder."""
    named = {root: os.path.relpath(root)}
    return find_tasks(named, finder, listing=listing, changed=changed, with_texts=with_texts)


def settings_of(tasks: Iterable[Task]) -> list[Settings]:
    """Return the settings of some files, each once."""
    if isinstance(tasks, KnownTasks):
        return [tasks.settings]
    return list({id(task.settings): task.settings for task in tasks}.values())


class _Names:
    """Folders as Flake8 would print them: below the argument that they were found under."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self._named = named
        self._shown: dict[str, str] = {}

    def of_folder(self, folder: str) -> str:
        """Return how a folder is shown before a name: with a separator at its end, or as ""."""
        if folder not in self._shown:
            self._shown[folder] = self._of_folder(folder.rstrip(os.sep) or os.sep)
        return self._shown[folder]

    def _of_folder(self, path: str) -> str:
        if path in self._named:
            shown = os.path.normpath(self._named[path])
            return "" if shown == os.curdir else os.path.join(shown, "")
        above, name = os.path.split(path)
        return os.path.join(self.of_folder(os.path.join(above, "")), name, "")
