"""Past texts: where files of snapshots name a moved symbol outside of what Python resolves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_ssot_engine.project.git_objects import shared_objects
from flake8_ssot_engine.project.listing import SUFFIXES
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.project.texts import OldName, TextSearch
from flake8_ssot_engine.records import NamedTuple

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
