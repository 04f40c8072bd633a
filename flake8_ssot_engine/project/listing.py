"""Listing: what is in the folders of a project, each listed once for several walks.

What a former run remembered spares a folder the listing as long as its stat key is the same: its
size, its times of change and its inode. Every name that comes, goes or is given to something
else changes these. As git does with its index, a folder that changed within the last seconds is
not remembered: its next change may bear the same time.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from flake8_ssot_engine.config.finder import SPEAKING, VERSION_CONTROL
from flake8_ssot_engine.migrations import Globs
from flake8_ssot_engine.project.file_states import NO_KEY, RACY, Key, key_of
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.records import NamedTuple

SUFFIXES: tuple[str, ...] = (".py", ".pyi")
IGNORE_FILE = ".gitignore"
ENVIRONMENT = "pyvenv.cfg"
_SPEAKING = SPEAKING | {IGNORE_FILE, ENVIRONMENT}

_HEAD = [3, os.geteuid()] if os.name == "posix" else [3]
"""The format of what is remembered, and who might list those folders."""
_REMEMBERS = os.name == "posix" and sys.platform != "cygwin"


class Ruling(NamedTuple):
    """All that decides, outermost first, which names in a folder a walk passes over."""

    ignores: tuple[Globs, ...]
    excludes: tuple[Globs, ...]


class Folder:
    """What is in one folder, by names.

    Those of the three kinds that each folder has are kept as one string, which is a fraction of
    a list. `others` are what is left, where they were asked for. `links`
    are those that are links, with the junctions among the folders, and `odd` those that are no
    regular files either. `speaking` are the names, in small letters, that say what the folder
    is or what holds in it.
    `passed_over` are the names that `ruling` keeps out; that is None as long as nobody judged.
    `is_judged` says that somebody asked in this run; where two walks differ, the first counts.
    `key` is None where it is not to be trusted.
    """

    others: list[str] | None = None
    links: frozenset[str] = frozenset()
    odd: frozenset[str] = frozenset()
    speaking: frozenset[str] = frozenset()
    passed_over: frozenset[str] = frozenset()
    ruling: Ruling | None = None
    is_judged = False
    key: Key | None = None
    is_new = True

    def __init__(self, folders: str, sources: str, texts: str) -> None:
        self._folders = folders
        self._sources = sources
        self._texts = texts

    @classmethod
    def of(cls, folders: Iterable[str], sources: Iterable[str], texts: Iterable[str]) -> Folder:
        """Return one that has these names."""
        return cls("/".join(folders), "/".join(sources), "/".join(texts))

    @property
    def folders(self) -> list[str]:
        """The names of folders that are no links."""
        return _names(self._folders)

    @property
    def sources(self) -> list[str]:
        """The names of whatever else has the ending of a source file."""
        return _names(self._sources)

    @property
    def texts(self) -> list[str]:
        """The names of those that are read as texts."""
        return _names(self._texts)

    def to_plain(self) -> list[str]:
        """Return the names of all of these, those of each kind as one string."""
        return [self._folders, self._sources, self._texts]

    def judge(self, ruling: Ruling, passed_over: frozenset[str]) -> None:
        """Note which names a ruling keeps out."""
        self.ruling, self.passed_over, self.is_new = ruling, passed_over, True

    def is_environment(self, path: str) -> bool:
        """Whether the folder, at `path`, is a virtual environment (PEP 405)."""
        return ENVIRONMENT in self.speaking and is_environment(path)

    def leading_away(self, path: str) -> set[str]:
        """Return the links that lead to folders now, which is not for this folder to say."""
        return {name for name in self.links if os.path.isdir(os.path.join(path, name))}


def _names(joined: str) -> list[str]:
    """Return names between which a slash stands, for no name holds one."""
    return joined.split("/") if joined else []


def is_environment(folder: str) -> bool:
    """Whether an absolute folder, which perhaps nobody may list, is a virtual environment."""
    return os.path.exists(os.path.join(folder, ENVIRONMENT))


class Listing:
    """The folders of a project by their absolute paths, each listed once in the life of this.

    So it is for one run, in which nothing else changes them. One that is made by `from_plain`
    keeps the stat keys that the next run needs. One that keeps nothing is for a single walk, and
    spares it the memory.
    """

    def __init__(self, *, keeps: bool = True) -> None:
        self._keeps = keeps
        self._folders: dict[str, Folder] = {}
        self._failed: set[str] = set()
        self._rulings: dict[Ruling, Ruling] = {}
        self._trusted_until: int | None = None
        self._known: dict[str, list[Any]] = {}
        self._known_rulings: list[Ruling | None] = []

    def of(self, path: str, *, with_others: bool = False) -> Folder:
        """Return what is in a folder. Raises OSError.

        Only `with_others` are its `others` sure to be there.
        """
        folder = self._folders.get(path)
        if folder is None or (with_others and folder.others is None):
            try:
                folder = _listed(path) if with_others else self._recalled(path)
            except OSError:
                self._failed.add(path)
                raise
            if self._keeps:
                self._folders[path] = folder
        return folder

    def ruling(self, ignores: tuple[Globs, ...], excludes: tuple[Globs, ...]) -> Ruling:
        """Return the one ruling that is made of these, so that `is` compares."""
        ruling = Ruling(ignores, excludes)
        return self._rulings.setdefault(ruling, ruling)

    @property
    def has_news(self) -> bool:
        """Whether `to_plain` returns more than was known."""
        return any(folder.is_new and folder.key is not None for folder in self._folders.values())

    def _recalled(self, path: str) -> Folder:
        if self._trusted_until is None:
            return _sources_of(path)
        key = key_of(os.stat(path))  # before it is listed: what changes meanwhile changes the key
        row = self._known.get(path)
        folder = None if row is None else self._known_folder(row, key)
        if folder is None:
            folder = _sources_of(path)
            if not self._trusts(key):
                return folder
        folder.key = key
        return folder

    def _trusts(self, key: Key) -> bool:
        """Whether a later change cannot bear the same times."""
        _, *times, _ = key
        return self._trusted_until is not None and max(times) < self._trusted_until

    def _known_folder(self, row: list[Any], key: Key) -> Folder | None:
        """Return what a row says of a folder; None for another state of it, or no such row."""
        try:
            if key != (row[1], row[2], row[3], row[4]):
                return None
            _, _, _, _, _, ruling, *rest = row
            if not all(isinstance(names, str) for names in rest):
                return None
            folder = Folder(*rest[:3])
            rest = rest[3:]
            folder.ruling = self._known_rulings[ruling]
            folder.is_new = False
            if rest:
                parts = [frozenset(_names(names)) for names in rest]
                folder.links, folder.speaking, folder.passed_over = parts
        except (ValueError, TypeError, LookupError, AttributeError):
            return None
        return folder

    def paths(self, *, only_new: bool = False) -> list[str]:
        """Return the folders that were asked for, or those of which nothing was known."""
        return [p for p, f in self._folders.items() if f.is_new or not only_new]

    def gone_by(self) -> dict[str, Key] | None:
        """Return, with its stat key, all that decided what walks by this listing have found.

        The folders; those files in them that say what holds there; what is a link, or could not
        be listed. None where one of them changed just now. No key tells of what a walk went by
        above its top, nor of files that it found.
        """
        keys: dict[str, Key] = {}
        for path, folder in self._folders.items():
            if folder.key is None:
                return None
            keys[path] = folder.key
            names = folder.speaking.difference(VERSION_CONTROL) | folder.links
            for inner in sorted(os.path.join(path, name) for name in names):
                keys[inner] = _key_now(inner)
        keys.update((path, _key_now(path)) for path in sorted(self._failed))
        return keys if all(map(self._trusts, keys.values())) else None

    def to_plain(self) -> list[Any]:
        """Return what is worth to be remembered, as lists, strings and integers.

        Of folders that were asked for in the life of this, without those that changed just
        now. No name holds a slash, so that one stands between names. Whoever keeps this
        throws it away with another version of the program.
        """
        numbers: dict[Ruling | None, int] = {None: 0}
        rows = []
        for path, folder in self._folders.items():
            if folder.key is None:
                continue
            number = numbers.setdefault(folder.ruling, len(numbers))
            row: list[Any] = [path, *folder.key, number]
            row += folder.to_plain()
            rest = (folder.links, folder.speaking, folder.passed_over)
            if any(rest):
                row += ["/".join(sorted(names)) for names in rest]
            rows.append(row)
        rulings = [
            [[[globs.base, *globs.patterns] for globs in part] for part in ruling]
            for ruling in numbers
            if ruling is not None
        ]
        return [_HEAD, rulings, rows]

    @classmethod
    def from_plain(cls, plain: Any, *, clock: Callable[[], int] = time.time_ns) -> Listing:
        """Return one that knows what another one's `to_plain` returned; None: nothing yet.

        `clock` tells the time in nanoseconds.
        """
        listing = cls()
        if not _REMEMBERS:
            return listing
        listing._trusted_until = clock() - RACY
        if plain is not None and plain[0] == _HEAD:
            _, rulings, rows = plain
            listing._known = {row[0]: row for row in rows}
            listing._known_rulings = [None]
            for ruling in rulings:
                parts = (tuple(Globs(b, tuple(ps)) for b, *ps in part) for part in ruling)
                listing._known_rulings.append(listing.ruling(*parts))
        return listing


def _key_now(path: str) -> Key:
    try:
        return key_of(os.stat(path))
    except OSError:
        return NO_KEY


def _sources_of(path: str) -> Folder:
    folder = _listed(path)
    if folder.links:
        folder.links = folder.links.difference(folder.others or ())
    folder.others = None
    return folder


def _listed(path: str) -> Folder:
    folders: list[str] = []
    sources: list[str] = []
    texts: list[str] = []
    others: list[str] = []
    links: list[str] = []
    odd: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if not entry.is_file(follow_symlinks=False):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                    if sys.version_info >= (3, 12) and entry.is_junction():
                        links.append(name)
                    continue
                if not entry.is_symlink():
                    odd.append(name)
                    (sources if name.endswith(SUFFIXES) else others).append(name)
                    continue
                links.append(name)
            if name.endswith(SUFFIXES):
                sources.append(name)
            else:
                (texts if is_text(name) else others).append(name)
    folder = Folder.of(folders, sources, texts)
    folder.others = others
    every = chain(folders, sources, texts, others)
    folder.speaking = _SPEAKING.intersection(map(str.casefold, every))
    if links or odd:
        folder.links, folder.odd = frozenset(links), frozenset(odd)
    return folder
