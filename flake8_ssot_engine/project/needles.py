"""Needles: the words one of which a file must spell to reach a moved symbol.

A file can reach one without spelling its name, where another module hands it on under another
one, or hands on what lies in a moved module. That other module spells both; so the words are
found by rounds: search for those that are known, see what the files that hold them hand on, and
search for that.
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
from flake8_ssot_engine.project.prefilter import Needles, WordSearch, needles_of
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.semantics.exports import Exports
from flake8_ssot_engine.semantics.lazy_exports import HOOK

_CHUNK = 256


class _Task(NamedTuple):
    source_roots: tuple[str, ...]
    moves: MoveIndex
    sought: Needles
    files: tuple[str, ...]


def find_needles(settings: Settings, *, jobs: int) -> Needles:
    """Return the words that a file must hold to reach a moved symbol of the settings."""
    files = sorted({path for root in settings.source_roots for path in _walk(root)})
    known = needles_of(settings.index)
    sought = known
    while True:
        tasks = [
            _Task(settings.source_roots, settings.index, sought, tuple(files[at : at + _CHUNK]))
            for at in range(0, len(files), _CHUNK)
        ]
        found = Needles.union([known, *parallel_map(_handed_on, tasks, jobs=jobs)])
        if found == known:
            return known
        # A leak is looked for with every module that leaks; of the names only new ones.
        sought = found._replace(names=found.names - known.names)
        known = found


def _walk(root: str) -> Iterator[str]:
    """Yield the modules below a source root: also those that a check passes over."""
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name.isidentifier() and not is_never_source(os.path.join(folder, name))
        ]
        yield from (os.path.join(folder, name) for name in names if name.endswith(SUFFIXES))


def _handed_on(task: _Task) -> Needles:
    """Return what some files hand on of what is known by the words that are sought."""
    search = _Search(task.sought)
    reader = _Reader(task)
    found = []
    for path in task.files:
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError:
            continue  # the check tells of it
        if search.passes(data):
            found.append(reader.read(path))
    return Needles.union(found)


class _Search:
    """Tells from the bytes of a file whether it can hand on what is sought."""

    def __init__(self, sought: Needles) -> None:
        self._words = [name.encode() for name in sorted(sought.names)]
        # What is not ASCII may be encoded in any way.
        self._is_ascii = all(map(str.isascii, sought.names))
        alternatives = b"|".join(map(re.escape, self._words))
        self._pattern = re.compile(rb"\b(?:" + alternatives + rb")\b")
        self._leaks = WordSearch(sought, str.encode)

    def passes(self, data: bytes) -> bool:
        return not self._is_ascii or self._leaks.leaks_in(data) or self._is_handed_on(data)

    def _is_handed_on(self, data: bytes) -> bool:
        if not any(word in data for word in self._words):
            return False
        return _HOOK in data or any(
            _AFTER.match(data, word.end())
            or _BEFORE.search(data, max(0, word.start() - _FAR), word.start())
            for word in self._pattern.finditer(data)
        )


class _Reader:
    """Tells what a module hands on of the moves."""

    def __init__(self, task: _Task) -> None:
        self._modules = Modules(task.source_roots)
        self._reexports = Reexports(self._modules)
        self._moves = task.moves
        self._sought = task.sought

    def read(self, path: str) -> Needles:
        try:
            exports = self._modules.read(path)
        except (OSError, SourceError):
            return Needles()
        names, leaks, modules = set(), set(), set()
        for name in self._candidates(exports):
            here = exports.module.child(name)
            if self._is_of_symbol(here):
                names.add(name)
            elif any(self._moves.match(reached) for reached in self._reexports.reach(here)):
                leaks.add(name)
                modules.add(exports.module.last)
        modules.update(self._modules_renamed(exports))
        return Needles(frozenset(names), frozenset(leaks), frozenset(modules))

    def _candidates(self, exports: Exports) -> Iterator[str]:
        """Yield the names of a module that may stand for something of a move."""
        for name in exports.names():
            bindings = exports.bindings_of(name)
            if any(b.value is not None or self._sought.may_name(b.target) for b in bindings):
                yield name
        yield from exports.lazy_names()
        yield from sorted((exports.public() or frozenset()) & self._sought.leaks)

    def _modules_renamed(self, exports: Exports) -> Iterator[str]:
        """Yield the module's own names for modules that leak."""
        for name in exports.names():
            for target in exports.targets(name).elsewhere:
                if target.last in self._sought.modules and self._modules.is_module(target):
                    yield name

    def _is_of_symbol(self, name: QualifiedName) -> bool:
        for reached in self._reexports.reach(name):
            match = self._moves.match(reached)
            if match is not None and match.is_exact:
                return True
            if any(match.move.factory for match in self._moves.moved_to(reached)):
                return True
        return False


_FAR = 200
_HOOK = HOOK.encode()
_AFTER = re.compile(rb"(?:[\s\\]|#[^\n]*\n)+(?:as|import)\b")
_BEFORE = re.compile(rb"=[\s\\(]*(?:\w+[\s\\]*\.[\s\\]*)*\Z")
"""What hands a name on: `as` or, of a module, `import` after it, an assignment before it."""
