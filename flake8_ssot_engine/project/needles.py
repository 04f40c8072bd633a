"""Needles: the words one of which a file must spell to reach a moved symbol.

A file can reach one without spelling its name, where another module hands it on under another
one, or hands on what lies in a moved module. That other module spells both; so the words are
found by rounds: search for those that are known, see what the files that hold them hand on, and
search the others for that. Each file is read into an outline once: from the text of its imports
where they hand on nothing under a new word, else from its tree. What an outline cannot tell
(which names a star brings) counts as handed on: a word too many costs time and no verdict.

The same search tells which files of a project can hold a violation at all.
"""

from __future__ import annotations

import zlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from sys import intern

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.migrations import MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.file_states import States
from flake8_ssot_engine.project.garbage import no_collection
from flake8_ssot_engine.project.listing import SUFFIXES
from flake8_ssot_engine.project.outlines import Outline, Outliner
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.project.paths import Paths
from flake8_ssot_engine.project.prefilter import (
    Needles,
    Prefilter,
    Verdict,
    WordSearch,
    needles_of,
)
from flake8_ssot_engine.project.reading import read_searched
from flake8_ssot_engine.project.scan import Reading, Scan, Searched, modules_of, searched
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.records import NamedTuple

_CHUNK = 256


class _Found(NamedTuple):
    """A file that spells a needle, by its number in a task; its outline if it can hand on any."""

    number: int
    is_read: bool = False
    outline: Outline | None = None
    checksum: int = 0


class _Chunk(NamedTuple):
    """Some of the numbers of files of one kind, from one of them on."""

    every: Sequence[int]
    start: int
    are_modules: bool
    are_free: bool

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers themselves."""
        return self.every[self.start : self.start + _CHUNK]


class _Task(NamedTuple):
    """Some files to search for `sought`; the first search is for all that `moves` ask for.

    `is_wanted` tells what makes a file a candidate besides. `keeps_states` asks for the states
    of the files. `are_free` says that they hold nothing of what was sought first. Of texts
    those are candidates that spell something of `in_texts`; None where there is nothing to seek.
    """

    source_roots: tuple[str, ...]
    moves: MoveIndex
    is_first: bool
    sought: Needles
    is_wanted: Callable[[bytes], bool] | None
    keeps_states: bool
    in_texts: tuple[bytes, ...] | None
    files: Paths = Paths()
    are_modules: bool = False
    are_free: bool = False


class _Answer(NamedTuple):
    """What came of a task: the files to tell of, the numbers of the free ones, all states."""

    found: list[_Found]
    free: list[int]
    states: tuple[bytes, bytes]


def find_needles(settings: Settings, *, jobs: int) -> Needles:
    """Return the words that a file must hold to reach a moved symbol of the settings."""
    with Workers(jobs) as workers:
        files = searched(modules_of(settings.source_roots), Paths())
        return scan(settings, files, workers).needles


def scan(
    settings: Settings,
    every: Searched,
    workers: Workers,
    is_wanted: Callable[[bytes], bool] | None = None,
    *,
    keeps_states: bool = False,
) -> Scan:
    """Search the modules of a project, and the files to check, for what can reach a move.

    `is_wanted`, a function at the top of a module, makes a file a candidate by itself.
    """
    known = needles_of(settings.index)
    paths, are_modules, to_check = every
    found = OpenDoors(settings.index)
    candidates: set[int] = set()
    states: list[tuple[bytes, bytes]] = []
    searches = [known]
    readings: dict[int, Reading] = {}
    free = bytearray(len(paths))
    files = every.numbers(of_modules=True)
    others = every.numbers(of_modules=False)
    flagged = zip(are_modules, paths, strict=True)
    texts = bytearray(not is_module and is_text(path) for is_module, path in flagged)
    in_texts = _words_of_texts(settings) if any(texts) else None
    while files or others:
        chunks = [
            _Chunk(some, at, in_modules, are_free)
            for some, in_modules, are_free in _sorted_out(files, others, free)
            for at in range(0, len(some), _CHUNK)
        ]
        search = _search_for(settings, searches, is_wanted, in_texts, keeps_states=keeps_states)
        tasks = (
            search._replace(
                files=paths.chosen(chunk.numbers),
                are_modules=chunk.are_modules,
                are_free=chunk.are_free,
            )
            for chunk in chunks
        )
        for chunk, answer in zip(chunks, workers.map(_search, tasks), strict=True):
            if keeps_states:
                states.append(answer.states)
            numbers = chunk.numbers
            for at in answer.free:
                free[numbers[at]] = True
            for one in answer.found:
                number = numbers[one.number]
                candidates.add(number)
                if one.is_read:
                    readings[number] = Reading(len(searches) - 1, one.checksum)
                if one.outline is not None:
                    found.add(one.outline)
        words = Needles.union([known, found.needles()])
        if words == known:
            break
        # A leak is looked for with every module that leaks; of the names only new ones.
        searches.append(words._replace(names=words.names - known.names))
        known, is_wanted, keeps_states = words, None, False
        files = array("I", (number for number in files if number not in readings))
        others = array("I", (n for n in others if n not in candidates and not texts[n]))
    found_in = paths.chosen(number for number in sorted(candidates) if number < to_check)
    if not states:
        return Scan(known, found_in)
    read = sorted(readings)
    return Scan(
        known,
        found_in,
        every.in_order,
        are_modules.count(True),
        tuple(states),
        tuple(searches),
        {path: readings[number] for number, path in zip(read, paths.chosen(read), strict=True)},
    )


def _sorted_out(
    modules: Sequence[int], others: Sequence[int], free: bytearray
) -> Iterator[tuple[Sequence[int], bool, bool]]:
    """Yield numbers of files, and whether they are modules and whether they are free."""
    for files, are_modules in ((modules, True), (others, False)):
        if not any(free):
            yield files, are_modules, False
            continue
        yield array("I", (n for n in files if not free[n])), are_modules, False
        yield array("I", (n for n in files if free[n])), are_modules, True


def search_again(
    settings: Settings,
    searches: Sequence[Needles],
    modules: Collection[str],
    paths: Sequence[str],
    is_wanted: Callable[[bytes], bool] | None,
) -> Iterator[tuple[str, bool, Reading | None]]:
    """Yield each file, whether it is a candidate now, and what was read, by the same searches."""
    in_texts = _words_of_texts(settings) if any(map(is_text, paths)) else None
    candidates: set[str] = set()
    readings: dict[str, Reading] = {}
    for number in range(len(searches)):
        wanted = is_wanted if number == 0 else None
        search = _search_for(settings, searches[: number + 1], wanted, in_texts)
        left = [p for p in paths if p not in readings and (number == 0 or not is_text(p))]
        for are_modules in (True, False):
            files = [path for path in left if (path in modules) is are_modules]
            task = search._replace(files=Paths.of(files), are_modules=are_modules)
            for one in _search(task).found if files else ():
                candidates.add(files[one.number])
                if one.is_read:
                    readings[files[one.number]] = Reading(number, one.checksum)
    for path in paths:
        yield path, path in candidates, readings.get(path)


def _search_for(
    settings: Settings,
    searches: Sequence[Needles],
    is_wanted: Callable[[bytes], bool] | None,
    in_texts: tuple[bytes, ...] | None,
    *,
    keeps_states: bool = False,
) -> _Task:
    """Return the last of some searches, as a task without files."""
    return _Task(
        settings.source_roots,
        settings.index,
        len(searches) == 1,
        searches[-1],
        is_wanted,
        keeps_states,
        in_texts,
    )


def _words_of_texts(settings: Settings) -> tuple[bytes, ...]:
    from flake8_ssot_engine.project.texts import old_names, words_in_texts

    words = words_in_texts(old_names(settings))
    # What is no ASCII may be encoded in any way: every text spells nothing.
    return tuple(map(str.encode, words if all(map(str.isascii, words)) else [""]))


def _search(task: _Task) -> _Answer:
    """Tell which of some files spell what is sought, or cannot be read."""
    first = Prefilter(task.moves)
    words: WordSearch[bytes] | None = first.of_bytes
    if task.are_free and first.is_ascii:
        words = first.of_bytes.beyond(task.sought)
    elif not task.is_first:
        words = WordSearch(task.sought, str.encode)
    states = States()
    found: list[_Found] = []
    free: list[int] = []
    if words is None:
        return _Answer(found, free, states.to_bytes())
    verdict = words.verdict
    is_any = task.is_first and not first.is_ascii  # such a word may be encoded in any way
    outliner = Outliner(task.source_roots, task.moves, task.sought)
    is_wanted = task.is_wanted
    for number, path in enumerate(task.files):
        try:
            data, status = read_searched(path)
        except OSError:  # the check tells of it
            found.append(_Found(number))
            states.add_unreadable()
            continue
        if task.keeps_states:
            states.add(data, status)
        if task.in_texts is not None and not path.endswith(SUFFIXES) and is_text(path):
            if any(word in data for word in task.in_texts):
                found.append(_Found(number))
            continue
        told = Verdict.PASSES if is_any else verdict(data)
        if told is Verdict.IS_FREE:
            free.append(number)
        if told is Verdict.PASSES:
            if task.are_modules and outliner.can_hand_on(data):
                with no_collection():
                    outline = outliner.outline(path, data)
                checksum = zlib.crc32(repr(outline).encode("utf-8", "surrogatepass"))
                found.append(_Found(number, True, outline, checksum))
            else:
                found.append(_Found(number))
        elif is_wanted is not None and is_wanted(data):
            found.append(_Found(number))
    return _Answer(found, free, states.to_bytes())


class OpenDoors:
    """The names of modules that stand for something of the moves, as far as outlines tell.

    What uses a name is kept by its number in what modules hand on, for that is much.
    """

    def __init__(self, moves: MoveIndex) -> None:
        self._moves = moves
        self._is_symbol: dict[QualifiedName, bool] = {}
        self._names: list[str] = []
        self._modules: list[QualifiedName] = []
        self._users: defaultdict[tuple[str, ...], array[int]] = defaultdict(lambda: array("I"))
        self._stars: defaultdict[QualifiedName, list[QualifiedName]] = defaultdict(list)
        self._renamed: defaultdict[QualifiedName, set[str]] = defaultdict(set)

    def add(self, outline: Outline) -> None:
        """Take in what one module hands on."""
        for name, target in outline.edges:
            here = outline.module.child(name)
            if target == here:
                continue
            number = len(self._names)
            self._names.append(intern(name))
            self._modules.append(outline.module)
            for end in range(2, len(target) + 1):
                self._users[target[:end]].append(number)
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
            for number in self._users.get(tuple(door), ()):
                waiting.append((self._modules[number].child(self._names[number]), is_symbol))
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
