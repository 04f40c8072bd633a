"""Memory: what the last run over the same files found, and how much of that still holds.

What came of a file depends on the file; on what the modules that were read for it export; on
which files there are; and on the needles, which depend on what some modules hand on. Where the
files are the same ones, all but the changed stand; where a changed one exports something else,
nothing that was resolved does; and where it hands on something else, nothing at all.
"""

from __future__ import annotations

import datetime
import json
import os
import time
from array import array
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.result_codec import result_from_plain, result_to_plain
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.cache import MALFORMED, Cached, fingerprint_of, load, store
from flake8_ssot_engine.project.file_states import (
    Key,
    compare,
    digest_at,
    digest_of,
    keys_of,
    numbers_of,
    table_of,
)
from flake8_ssot_engine.project.listing import Listing
from flake8_ssot_engine.project.look_ahead import LookAhead
from flake8_ssot_engine.project.modules import parse_exports
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.project.scan import Reading, Scan, files_in_order, modules_of
from flake8_ssot_engine.semantics.definition_texts import DefinitionText

_UNSOUND = -1
"""In the place of a checksum: a module that cannot be read, and may at its next change."""
_MOST = 300
"""Changed files, from which on it is no dearer to begin anew."""


class Recalled(NamedTuple):
    """What still holds, by names in reports, and the files that are to be checked, by path."""

    scan: Scan
    results: Mapping[str, FileResult]
    to_check: frozenset[str]


class _Parts(NamedTuple):
    """What a cache holds beside its value.

    `paths` are those of all files that were searched, modules first; `order` says which of them
    were to be checked, one after the other, `names` what reports call these. `table` are their
    states. `gone_by` are the paths by which the walk went that found them, with their keys;
    nothing where it is not to be relied on.
    """

    listing: bytes
    results: bytes
    paths: bytes
    order: bytes
    names: bytes
    table: bytes
    gone_by: bytes
    keys_gone_by: bytes


class _Known:
    """What the last run has kept, each part read when it is asked for."""

    def __init__(self, cached: Cached) -> None:
        self.value = cached.value
        self.parts = _Parts(*cached.parts)
        self.modules = int(self.value["modules"])

    @cached_property
    def paths(self) -> tuple[str, ...]:
        return tuple(_split(self.parts.paths))

    @cached_property
    def files(self) -> dict[str, str]:
        """The files that were to be checked, with their names in reports."""
        order = array("q", self.parts.order)
        paths = map(self.paths.__getitem__, order)
        return dict(zip(paths, _split(self.parts.names), strict=True))

    @cached_property
    def results(self) -> dict[str, FileResult]:
        """What came of files, by their names in reports."""
        results = map(result_from_plain, json.loads(self.parts.results))
        return {result.path: result for result in results}

    def keys_now(self) -> bytes:
        """Return the stat keys of all paths, then those of what the walk went by."""
        paths = (self.parts.paths, self.parts.gone_by)
        return keys_of(chain.from_iterable(part.split(b"\0") for part in paths if part))


def _joined(paths: Iterable[str]) -> bytes:
    return os.fsencode("\0".join(paths))


def _split(joined: bytes) -> list[str]:
    return os.fsdecode(joined).split("\0") if joined else []


class Memory:
    """What one project's cache holds for a run under some settings."""

    def __init__(self, settings: Settings, *, parses_all: bool, name: str = "check") -> None:
        self.settings = settings
        self._name = name
        self._parses_all = parses_all
        self._now = time.time_ns()
        today = datetime.date.today()
        overdue = [migration.is_overdue(today) for migration in settings.migrations]
        self._fingerprint = fingerprint_of(settings, parses_all, overdue)
        self._question: Any = None
        self._walks_again = True
        self._table = b""
        self._is_fresh = False
        self._consulted: dict[str, int] = {}
        self._known: _Known | None = None
        cached = load(settings.root, self._fingerprint, name)
        try:
            if cached is not None:
                self._known = _Known(cached)
                self._looking = LookAhead(self._known.keys_now)
        except MALFORMED:
            self._known = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is remembered."""
        return self._known is None

    @cached_property
    def listing(self) -> Listing:
        """What a walk over the project has to use."""
        try:
            return Listing.from_plain(self._known and json.loads(self._known.parts.listing))
        except MALFORMED:
            self._known = None
            return Listing.from_plain(None)

    @cached_property
    def modules(self) -> Set[str]:
        """The modules of the project."""
        if self._known is not None and not self._walks_again:
            return frozenset(self._known.paths[: self._known.modules])
        return modules_of(self.settings.source_roots, self.listing)

    @cached_property
    def _keys(self) -> bytes:
        return self._looking.result()

    def found(self, question: Any) -> Mapping[str, str] | None:
        """Return the files that a walk would find, with their names in reports, where one is known.

        That is where the last run asked the same `question` (tasks.py), and where all that its
        walk went by is the same; else a walk has to be made, by `listing`.
        """
        known = self._known
        if known is None or question is None or not known.parts.gone_by:
            return None
        try:
            if known.value["question"] != question:
                return None
            files = known.files
            known.results  # noqa: B018 - read while the other process looks
            if not self._keys.endswith(known.parts.keys_gone_by):
                return None
        except MALFORMED:
            self._known = None
            return None
        self._question = question
        self._walks_again = False
        return files

    def walked(self, question: Any) -> None:
        """Note what the walk was asked that found just the files which are to be checked."""
        self._question = question

    def recall(self, files: Mapping[str, str], is_wanted: Any) -> Recalled | None:
        """Return what holds of the last run over the same files, if anything does.

        `files` are those to check, with their names in reports.
        """
        if self._known is None:
            return None
        try:
            return self._recalled(self._known, files, is_wanted)
        except MALFORMED:
            return None

    def _recalled(
        self, known: _Known, files: Mapping[str, str], is_wanted: Any
    ) -> Recalled | None:
        if self._walks_again:
            inner, outer = files_in_order(self.modules, files)
            if (*inner, *outer) != known.paths or files != known.files:
                return None
            if _links_in(self.listing.paths(only_new=True)):
                return None
        value, paths = known.value, known.paths
        keys = self._keys[: len(self._keys) - len(known.parts.keys_gone_by)]
        comparison = compare(paths, known.parts.table, keys, self._now)
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

            changed = comparison.changed
            found = search_again(self.settings, searches, self.modules, changed, is_wanted)
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
        stale = {files[path] for path in again.union(comparison.changed) if path in files}
        results = {name: one for name, one in known.results.items() if name not in stale}
        self._table = comparison.table
        self._is_fresh = not comparison.is_refreshed and not self._has_news(known)
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

    def _has_news(self, known: _Known) -> bool:
        """Whether more is known of the walk than was."""
        if not self._walks_again:
            return False
        is_answer = self._question is not None and self._gone_by is not None
        is_other = not known.parts.gone_by or known.value["question"] != self._question
        return self.listing.has_news or (is_answer and is_other)

    @cached_property
    def _gone_by(self) -> dict[str, Key] | None:
        return self.listing.gone_by()

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
            "question": self._question,
            "modules": len(self.modules),
            "needles": scan.needles.to_plain(),
            "searches": [needles.to_plain() for needles in scan.searches],
            "readings": [[numbers[path], *reading] for path, reading in scan.readings.items()],
            "consulted": [[numbers[path], shape] for path, shape in shapes.items()],
            "candidates": sorted(numbers[path] for path in scan.candidates),
        }
        parts = self._parts(scan.paths, files, numbers)._replace(
            results=_plain(list(map(result_to_plain, results))), table=table
        )
        store(self.settings.root, self._fingerprint, Cached(value, parts), self._name)

    def _parts(
        self, paths: Sequence[str], files: Mapping[str, str], numbers: Mapping[str, int]
    ) -> _Parts:
        """Return the parts that are of the walk; those of the files are empty."""
        if self._known is not None and not self._walks_again:
            return self._known.parts
        gone_by = (self._gone_by if self._question is not None else None) or {}
        return _Parts(
            listing=_plain(self.listing.to_plain()),
            results=b"",
            paths=_joined(paths),
            order=array("q", map(numbers.__getitem__, files)).tobytes(),
            names=_joined(files.values()),
            table=b"",
            gone_by=_joined(gone_by),
            keys_gone_by=numbers_of(list(chain.from_iterable(gone_by.values()))).tobytes(),
        )

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


def _plain(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _content(path: str, digest: bytes) -> bytes | None:
    """Return what a file holds; None if that is not what it was."""
    try:
        data = read_regular(path)
    except OSError:
        return None
    return data if digest_of(data) == digest else None
