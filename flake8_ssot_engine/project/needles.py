"""Needles: every name under which the modules of a project know a moved symbol.

A file can reach a moved symbol without spelling its name, where another module hands it on
under another one. That other module spells both; so the names are found by rounds: search for
those that are known, see what the files that hold them call it, and search for that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.migrations import MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.discovery import SUFFIXES, is_never_source
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.parallel import parallel_map
from flake8_ssot_engine.project.prefilter import needles_of
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.semantics.exports import Exports
from flake8_ssot_engine.semantics.lazy_exports import HOOK

_CHUNK = 256


class _Task(NamedTuple):
    source_roots: tuple[str, ...]
    moves: MoveIndex
    sought: frozenset[str]
    files: tuple[str, ...]


def find_needles(settings: Settings, *, jobs: int) -> frozenset[str]:
    """Return the names that a file must hold one of to reach a moved symbol of the settings."""
    files = sorted({path for root in settings.source_roots for path in _walk(root)})
    known: frozenset[str] = frozenset()
    sought = needles_of(settings.index)
    while sought:
        known |= sought
        tasks = [
            _Task(settings.source_roots, settings.index, sought, tuple(files[at : at + _CHUNK]))
            for at in range(0, len(files), _CHUNK)
        ]
        found: set[str] = set()
        found.update(*parallel_map(_other_names, tasks, jobs=jobs))
        sought = frozenset(found) - known
    return known


def _walk(root: str) -> Iterator[str]:
    """Yield the modules below a source root: also those that a check passes over."""
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name.isidentifier() and not is_never_source(os.path.join(folder, name))
        ]
        yield from (os.path.join(folder, name) for name in names if name.endswith(SUFFIXES))


def _other_names(task: _Task) -> set[str]:
    """Return the names that some files give to what is known under one of the names sought."""
    renames = _Renames(task.sought)
    namer = _Namer(Modules(task.source_roots), task)
    found: set[str] = set()
    for path in task.files:
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError:
            continue  # the check tells of it
        if renames.occur_in(data):
            found |= namer.names_in(path)
    return found


class _Renames:
    """Tells from the bytes of a file whether it can give one of some names another name."""

    def __init__(self, names: frozenset[str]) -> None:
        self._words = [name.encode() for name in sorted(names)]
        self._is_ascii = all(map(str.isascii, names))
        alternatives = b"|".join(map(re.escape, self._words))
        self._pattern = re.compile(rb"\b(?:" + alternatives + rb")\b")

    def occur_in(self, data: bytes) -> bool:
        if not self._is_ascii:  # the file may be encoded in any way
            return True
        if not any(word in data for word in self._words):
            return False
        return _HOOK in data or any(
            _AS.match(data, word.end())
            or _ASSIGNED.search(data, max(0, word.start() - _FAR), word.start())
            for word in self._pattern.finditer(data)
        )


class _Namer:
    """Tells which names of a module stand for a moved symbol that has another name."""

    def __init__(self, modules: Modules, task: _Task) -> None:
        self._modules = modules
        self._index = task.moves
        self._sought = task.sought
        self._reexports = Reexports(modules)

    def names_in(self, path: str) -> set[str]:
        try:
            exports = self._modules.read(path)
        except (OSError, SourceError):
            return set()
        names = {name for name in exports.names() if self._is_renamed(exports, name)}
        names.update(exports.lazy_names())
        return {name for name in names if self._is_moved(exports.module.child(name))}

    def _is_renamed(self, exports: Exports, name: str) -> bool:
        for binding in exports.bindings_of(name):
            value = binding.value
            last = binding.target.last if binding.target else name
            if value is not None:
                last = value.attributes[-1] if value.attributes else value.name
            if last != name and (last in self._sought or value is not None):
                return True
        return False

    def _is_moved(self, name: QualifiedName) -> bool:
        return any(
            self._index.match(reached) is not None
            or any(match.move.factory for match in self._index.moved_to(reached))
            for reached in self._reexports.reach(name)
        )


_FAR = 200
_HOOK = HOOK.encode()
_AS = re.compile(rb"(?:[\s\\]|#[^\n]*\n)+as\b")
_ASSIGNED = re.compile(rb"=[\s\\(]*(?:\w+[\s\\]*\.[\s\\]*)*\Z")
"""What gives a name another one: `import … as` after it, an assignment before it."""
