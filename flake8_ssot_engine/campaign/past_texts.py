"""Past texts: where files of snapshots name a moved symbol outside of what Python resolves."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.project.git_objects import shared_objects
from flake8_ssot_engine.project.listing import SUFFIXES
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.project.past_files import PastFolder
from flake8_ssot_engine.project.texts import OldName, TextSearch, old_names

_CHUNK = 16
Place = tuple[int, int]
"""Line and column of a mention, from 1."""


class TextKey(NamedTuple):
    """What the mentions in a file depend on: its content, what it is, and what is looked for."""

    name: str
    is_python: bool
    olds: tuple[OldName, ...]


class _Task(NamedTuple):
    folder: str
    token: str
    keys: tuple[TextKey, ...]


def text_key(path: str, name: str, olds: tuple[OldName, ...]) -> TextKey:
    """Return what the mentions in the file at a path depend on."""
    return TextKey(name, path.endswith(SUFFIXES), olds)


def find_past_texts(
    place: tuple[str, str], keys: Sequence[TextKey], workers: Workers
) -> Iterable[tuple[TextKey, tuple[Place, ...]]]:
    """Yield the places of mentions for each key. `place` is what `shared_objects` takes."""
    tasks = [_Task(*place, tuple(keys[at : at + _CHUNK])) for at in range(0, len(keys), _CHUNK)]
    for task, found in zip(tasks, workers.map(_find, tasks), strict=True):
        yield from zip(task.keys, found, strict=True)


def past_old_names(
    settings: Settings, folders: Iterable[PastFolder], modules: Modules, named: NamedFiles
) -> tuple[OldName, ...]:
    """Return what to look for in the files of a snapshot, as `old_names` does on the disk."""
    wanted = {os.path.basename(old.file) for old in old_names(settings, (), modules) if old.file}
    files = [path for folder in folders for path in named.of(folder, wanted)]
    return tuple(old_names(settings, files, modules))


class NamedFiles:
    """Finds files by their names in folders that many snapshots share."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, list[str]]] = {}

    def of(self, folder: PastFolder, names: Iterable[str]) -> list[str]:
        """Return the paths of the files in a folder, which lasts, that have one of the names."""
        by_name = self._known.get(id(folder))
        if by_name is None:
            by_name = defaultdict(list)
            for file in (*folder.sources, *folder.others):
                by_name[os.path.basename(file.path)].append(file.path)
            self._known[id(folder)] = by_name
        return [path for name in names if name in by_name for path in by_name[name]]


def _find(task: _Task) -> list[tuple[Place, ...]]:
    searches: dict[tuple[OldName, ...], TextSearch] = {}
    objects = shared_objects(task.folder, task.token)
    found = []
    contents = objects.contents([key.name for key in task.keys])
    for key, data in zip(task.keys, contents, strict=True):
        if key.olds not in searches:
            searches[key.olds] = TextSearch(key.olds)
        path = "text.py" if key.is_python else "text"
        texts = searches[key.olds].look(path, data or b"")
        found.append(tuple((one.line, one.column) for one in texts.mentions) if texts else ())
    return found
