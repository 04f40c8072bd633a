"""Memory: what the last run over the same files found, and how much of that still holds.

What came of a file depends on the file; on what the modules that were read for it export; on
which files there are; and on the needles, which depend on what some modules hand on. Where the
files are the same ones, all but the changed stand; where a changed one exports something else,
nothing that was resolved does; and where it hands on something else, nothing at all.
"""

from __future__ import annotations

import datetime
import os
import time
import zlib
from collections.abc import Iterable, Mapping, Set
from functools import partial
from typing import Any, NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.result_codec import result_from_plain, result_to_plain
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.cache import MALFORMED, Cached, fingerprint_of, load, store
from flake8_ssot_engine.project.file_states import (
    compare,
    digest_at,
    digest_of,
    keys_of,
    table_of,
)
from flake8_ssot_engine.project.listing import Listing
from flake8_ssot_engine.project.look_ahead import LookAhead
from flake8_ssot_engine.project.modules import parse_exports
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.project.scan import Reading, Scan, files_in_order
from flake8_ssot_engine.semantics.definition_texts import DefinitionText

_UNSOUND = -1
"""In the place of a checksum: a module that cannot be read, and may at its next change."""
_MOST = 300
"""Changed files, from which on it is no dearer to begin anew."""


class Recalled(NamedTuple):
    """What still holds, by path, and the files that are to be checked."""

    scan: Scan
    results: Mapping[str, FileResult]
    to_check: frozenset[str]


class Memory:
    """What one project's cache holds for a run under some settings.

    `listing` is what the walk over the project has to use.
    """

    def __init__(self, settings: Settings, *, parses_all: bool, name: str = "check") -> None:
        self.settings = settings
        self._name = name
        self._parses_all = parses_all
        self._now = time.time_ns()
        today = datetime.date.today()
        overdue = [migration.is_overdue(today) for migration in settings.migrations]
        self._fingerprint = fingerprint_of(settings, parses_all, overdue)
        self._cached = load(settings.root, self._fingerprint, name)
        self._table = b""
        self._is_fresh = False
        self._consulted: dict[str, int] = {}
        try:
            if self._cached is not None:
                paths = self._cached.value["paths"].split("\0")
                self._keys = LookAhead(partial(keys_of, paths))
            self.listing = Listing.from_plain(self._cached and self._cached.value["listing"])
        except MALFORMED:
            self._cached = None
            self.listing = Listing.from_plain(None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is remembered."""
        return self._cached is None

    def recall(
        self, modules: Set[str], files: Mapping[str, str], is_wanted: Any
    ) -> Recalled | None:
        """Return what holds of the last run over the same files, if anything does.

        `files` are those to check, with their names in reports.
        """
        if self._cached is None:
            return None
        try:
            return self._recalled(self._cached, modules, files, is_wanted)
        except MALFORMED:
            return None

    def _recalled(
        self, cached: Cached, modules: Set[str], files: Mapping[str, str], is_wanted: Any
    ) -> Recalled | None:
        value = cached.value
        inner, outer = files_in_order(modules, files)
        paths = (*inner, *outer)
        if value["paths"] != "\0".join(paths) or value["files"] != _checksum(files):
            return None
        if _links_in(self.listing.paths(only_new=True)):
            return None
        comparison = compare(paths, cached.table, self._keys.result(), self._now)
        if len(comparison.changed) > _MOST:
            return None
        searches = tuple(map(Needles.from_plain, value["searches"]))
        readings = {paths[at]: Reading(*reading) for at, *reading in value["readings"]}
        consulted = {paths[at]: shape for at, shape in value["consulted"]}
        candidates = {paths[at] for at in value["candidates"]}
        again: set[str] = set()
        found: Iterable[tuple[str, bool, Reading | None]] = ()
        if comparison.changed:
            from flake8_ssot_engine.project.needles import search_again

            found = search_again(self.settings, searches, modules, comparison.changed, is_wanted)
        for path, is_candidate, reading in found:
            if reading != readings.get(path):
                return None
            if path in files:
                (candidates.add if is_candidate else candidates.discard)(path)
                if is_candidate or self._parses_all:
                    again.add(path)
            if path in consulted:
                data = _content(path, digest_at(comparison.table, len(paths), paths.index(path)))
                if data is None:
                    return None
                text = DefinitionText(data)
                shape = text.shape() if self._reads(path, text) else _UNSOUND
                if shape != consulted[path] or shape == _UNSOUND:
                    again |= candidates
                consulted[path] = shape
        names = {name: path for path, name in files.items()}
        results = {}
        changed = again.union(comparison.changed)
        for plain in value["results"]:
            result = result_from_plain(plain)
            if names[result.path] not in changed:
                results[names[result.path]] = result
        self._table = comparison.table
        self._is_fresh = not comparison.is_refreshed and not self.listing.has_news
        self._consulted = consulted
        scan = Scan(
            Needles.from_plain(value["needles"]),
            frozenset(candidates),
            paths,
            (),
            searches,
            readings,
        )
        return Recalled(scan, results, frozenset(again))

    def keep(
        self,
        scan: Scan,
        files: Mapping[str, str],
        results: Iterable[FileResult],
        consulted: Mapping[str, bool],
    ) -> None:
        """Remember what a run has found. Where that cannot be, the next one begins anew."""
        if self._is_fresh or (not self._table and _links_in(self.listing.paths())):
            return
        numbers = {path: number for number, path in enumerate(scan.paths)}
        table = self._table or table_of(scan.states, self._now)
        shapes = dict(self._consulted)
        for path, is_sound in consulted.items():
            if path not in shapes:
                if path not in numbers:
                    return  # it was reached by a link
                data = _content(path, digest_at(table, len(numbers), numbers[path]))
                if data is None:
                    return  # it has changed since
                shapes[path] = DefinitionText(data).shape() if is_sound else _UNSOUND
        value = {
            "listing": self.listing.to_plain(),
            "paths": "\0".join(scan.paths),
            "files": _checksum(files),
            "needles": scan.needles.to_plain(),
            "searches": [needles.to_plain() for needles in scan.searches],
            "readings": [[numbers[path], *reading] for path, reading in scan.readings.items()],
            "consulted": [[numbers[path], shape] for path, shape in shapes.items()],
            "candidates": sorted(numbers[path] for path in scan.candidates),
            "results": list(map(result_to_plain, results)),
        }
        store(self.settings.root, self._fingerprint, Cached(value, table), self._name)

    def _reads(self, path: str, text: DefinitionText) -> bool:
        """Whether what a module exports can be known."""
        try:
            parse_exports(path, text, self.settings.source_roots)
        except SourceError:
            return False
        return True


def _links_in(folders: Iterable[str]) -> bool:
    """Whether a folder holds a link by which a module may be found where no walk goes."""
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                if any(e.is_symlink() and e.name.isidentifier() for e in entries):
                    return True
        except OSError:
            return True
    return False


def _checksum(files: Mapping[str, str]) -> list[int]:
    """Return numbers that change with the files to check and with what reports call them."""
    told = "\0".join((*files, *files.values())).encode("utf-8", "surrogatepass")
    return [len(files), len(told), zlib.crc32(told)]


def _content(path: str, digest: bytes) -> bytes | None:
    """Return what a file holds; None if that is not what it was."""
    try:
        data = read_regular(path)
    except OSError:
        return None
    return data if digest_of(data) == digest else None
