"""Needles: the words one of which a file must spell to reach a moved symbol.

A file can reach one without spelling its name, where another module hands it on under another
one, or hands on what lies in a moved module. That other module spells both; so the words are
found by rounds: search for those that are known, see what the files that hold them hand on, and
search the others for that. Each file is read into an outline once. What an outline cannot tell
(which names a star brings) counts as handed on: a word too many costs time and no verdict.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.migrations import MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.discovery import modules_below
from flake8_ssot_engine.project.modules import parse_exports, read_module
from flake8_ssot_engine.project.parallel import parallel_map
from flake8_ssot_engine.project.prefilter import Needles, Words, WordSearch, needles_of
from flake8_ssot_engine.semantics.bindings import ANY_NAME
from flake8_ssot_engine.semantics.exports import Exports
from flake8_ssot_engine.semantics.lazy_exports import HOOK

_CHUNK = 256


class _Outline(NamedTuple):
    """What a module hands on: its names with what they may stand for, and its stars."""

    module: QualifiedName
    edges: tuple[tuple[str, QualifiedName], ...]
    stars: tuple[QualifiedName, ...]


class _Task(NamedTuple):
    source_roots: tuple[str, ...]
    sought: Needles
    files: tuple[str, ...]


def find_needles(settings: Settings, *, jobs: int) -> Needles:
    """Return the words that a file must hold to reach a moved symbol of the settings."""
    known = needles_of(settings.index)
    if not known.names:
        return known
    files = sorted({path for root in settings.source_roots for path in modules_below(root)})
    found = _Doors(settings.index)
    sought = known
    while True:
        tasks = [
            _Task(settings.source_roots, sought, tuple(files[at : at + _CHUNK]))
            for at in range(0, len(files), _CHUNK)
        ]
        read: set[str] = set()
        for outlines in parallel_map(_outlines, tasks, jobs=jobs):
            for path, outline in outlines:
                read.add(path)
                if outline is not None:
                    found.add(outline)
        words = Needles.union([known, found.needles()])
        if words == known:
            return known
        # A leak is looked for with every module that leaks; of the names only new ones.
        sought = words._replace(names=words.names - known.names)
        known = words
        files = [path for path in files if path not in read]


def _outlines(task: _Task) -> list[tuple[str, _Outline | None]]:
    """Read those of some files that can hand on what is sought."""
    search = _Search(task.sought)
    found: list[tuple[str, _Outline | None]] = []
    for path in task.files:
        try:
            data = read_module(path)
        except (OSError, SourceError):
            continue  # the check tells of it
        if search.passes(data):
            found.append((path, _outline(path, data, task.source_roots)))
    return found


def _outline(path: str, data: bytes, source_roots: tuple[str, ...]) -> _Outline | None:
    try:
        exports = parse_exports(path, data, source_roots)
    except SourceError:
        return None
    edges = [
        (name, target) for name in _names(exports) for target in exports.targets(name).elsewhere
    ]
    return _Outline(exports.module, tuple(edges), tuple(exports.stars()))


def _names(exports: Exports) -> Iterator[str]:
    yield from (name for name in exports.names() if name != ANY_NAME)
    yield from exports.lazy_names()


class _Doors:
    """The names of modules that stand for something of the moves, as far as outlines tell."""

    def __init__(self, moves: MoveIndex) -> None:
        self._moves = moves
        self._is_symbol: dict[QualifiedName, bool] = {}
        self._users: defaultdict[tuple[str, ...], list[QualifiedName]] = defaultdict(list)
        self._stars: defaultdict[QualifiedName, list[QualifiedName]] = defaultdict(list)
        self._renamed: defaultdict[QualifiedName, set[str]] = defaultdict(set)

    def add(self, outline: _Outline) -> None:
        """Take in what one module hands on."""
        for name, target in outline.edges:
            here = outline.module.child(name)
            if target == here:
                continue
            for end in range(2, len(target) + 1):
                self._users[target[:end]].append(here)
            if name != target.last:
                self._renamed[target].add(name)
            match = self._moves.match(target)
            is_factory_only = any(match.move.factory for match in self._moves.moved_to(target))
            if match is not None or is_factory_only:
                self._open(
                    here, is_symbol=is_factory_only or (match is not None and match.is_exact)
                )
            for end in range(len(target), 1, -1):
                if (door := QualifiedName(target[:end])) in self._is_symbol:
                    self._open(here, is_symbol=self._is_symbol[door])
        for module in outline.stars:
            self._stars[module].append(outline.module)
            for door, is_symbol in list(self._is_symbol.items()):
                if door.parent == module:
                    self._open(outline.module.child(door.last), is_symbol=is_symbol)

    def _open(self, door: QualifiedName, *, is_symbol: bool) -> None:
        """Note a door, and every name that leads to it."""
        waiting = [(door, is_symbol)]
        while waiting:
            door, is_symbol = waiting.pop()
            if self._is_symbol.get(door, False) >= is_symbol and door in self._is_symbol:
                continue
            self._is_symbol[door] = is_symbol
            waiting += [(user, is_symbol) for user in self._users[tuple(door)]]
            waiting += [(module.child(door.last), is_symbol) for module in self._stars[door.parent]]

    def needles(self) -> Needles:
        """Return the words of every door."""
        leaks = [door for door, is_symbol in self._is_symbol.items() if not is_symbol]
        modules = {door.parent for door in leaks}
        words = {module.last for module in modules if module}
        words.update(*(self._renamed[module] for module in modules if module in self._renamed))
        return Needles(
            frozenset(door.last for door, is_symbol in self._is_symbol.items() if is_symbol),
            frozenset(door.last for door in leaks),
            frozenset(words),
        )


class _Search:
    """Tells from the bytes of a file whether it can hand on what is sought."""

    def __init__(self, sought: Needles) -> None:
        # What is not ASCII may be encoded in any way.
        self._is_ascii = all(map(str.isascii, sought.names))
        self._names = Words(sought.names, str.encode)
        self._leaks = WordSearch(sought, str.encode)

    def passes(self, data: bytes) -> bool:
        return not self._is_ascii or self._leaks.leaks_in(data) or self._is_handed_on(data)

    def _is_handed_on(self, data: bytes) -> bool:
        return any(
            _HOOK in data
            or _AFTER.match(data, word.end())
            or _BEFORE.search(data, max(0, word.start() - _FAR), word.start())
            for word in self._names.find_in(data)
        )


_FAR = 200
_HOOK = HOOK.encode()
_AFTER = re.compile(rb"(?:[\s\\]|#[^\n]*\n)+(?:as|import)\b")
_BEFORE = re.compile(rb"=[\s\\(]*(?:\w+[\s\\]*\.[\s\\]*)*\Z")
"""What hands a name on: `as` or, of a module, `import` after it, an assignment before it."""
