"""Renewal: how much of what is remembered still holds where files have changed; what is kept then.

What came of a file depends on the file; on what the modules that were read for it export; on
which files there are; and on the needles, which depend on what some modules hand on. Where the
files are the same ones, all but the changed stand; where a changed one exports something else,
nothing that was resolved does; and where it hands on something else, nothing at all.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.memory import ROW_END, Known, Memory, Parts, cut_of, joined, links_in
from flake8_ssot_engine.engine.result_codec import result_to_plain
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.cache import MALFORMED
from flake8_ssot_engine.project.file_states import (
    Comparison,
    digest_at,
    digest_of,
    numbers_of,
    table_of,
)
from flake8_ssot_engine.project.modules import parse_exports
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.project.scan import Reading, Scan
from flake8_ssot_engine.records import NamedTuple
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


class Renewal:
    """What a run takes from a memory, and gives to it.

    `files` are those to check, with their names in reports.
    """

    def __init__(self, memory: Memory, files: Mapping[str, str]) -> None:
        self._memory = memory
        self._files = files
        self._table = b""
        self._consulted: dict[str, int] = {}

    def recall(self, is_wanted: Any) -> Recalled | None:
        """Return what holds of the last run over the same files, if anything does."""
        comparison = self._memory.compared(lambda: self._files)
        known = self._memory.known
        if known is None or comparison is None or len(comparison.changed) > _MOST:
            return None
        try:
            return self._recalled(known, comparison, is_wanted)
        except MALFORMED:
            return None

    def _recalled(self, known: Known, comparison: Comparison, is_wanted: Any) -> Recalled | None:
        files, value, paths = self._files, known.value, tuple(known.paths)
        searches = tuple(map(Needles.from_plain, value["searches"]))
        readings = {paths[at]: Reading(*reading) for at, *reading in value["readings"]}
        consulted = {paths[at]: shape for at, shape in value["consulted"]}
        candidates = {paths[at] for at in value["candidates"]}
        again: set[str] = set()
        found: Iterable[tuple[str, bool, Reading | None]] = ()
        if comparison.changed:
            from flake8_ssot_engine.project.needles import search_again

            memory, changed = self._memory, comparison.changed
            found = search_again(memory.settings, searches, memory.modules, changed, is_wanted)
        for path, is_candidate, reading in found:
            if reading != readings.get(path):
                return None
            if path in files:
                (candidates.add if is_candidate else candidates.discard)(path)
                if is_candidate or self._memory.parses_all:
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
        self._consulted = consulted
        scan = Scan(
            Needles.from_plain(value["needles"]),
            frozenset(candidates),
            paths,
            known.modules,
            (),
            searches,
            readings,
        )
        return Recalled(scan, results, frozenset(again))

    def _reads(self, path: str, text: DefinitionText) -> bool:
        """Whether what a module exports can be known."""
        try:
            parse_exports(path, text, self._memory.settings.source_roots)
        except SourceError:
            return False
        return True

    def keep(
        self, scan: Scan, results: Iterable[FileResult], consulted: Mapping[str, bool]
    ) -> None:
        """Have the memory keep what a run has found, where that can be; results in order."""
        memory = self._memory
        if not self._table and links_in(memory.listing.paths()):
            return
        numbers = {path: number for number, path in enumerate(scan.paths)}
        table = self._table or table_of(scan.states, memory.now)
        shapes = dict(self._consulted)
        for path, is_sound in consulted.items():
            if path not in shapes:
                if path not in numbers:
                    return  # it was reached by a link
                data = _content(path, digest_at(table, len(numbers), numbers[path]))
                if data is None:
                    return  # it has changed since
                shapes[path] = DefinitionText(data).shape() if is_sound else _UNSOUND
        known = memory.known if self._table else None
        cut = cut_of(self._files) if known is None else known.value["cut"]
        value = {
            "question": memory.question,
            "count": len(scan.paths),
            "modules": scan.modules,
            "files": len(self._files),
            "cut": cut,
            "needles": scan.needles.to_plain(),
            "searches": [needles.to_plain() for needles in scan.searches],
            "readings": [[numbers[path], *reading] for path, reading in scan.readings.items()],
            "consulted": [[numbers[path], shape] for path, shape in shapes.items()],
            "candidates": sorted(numbers[path] for path in scan.candidates),
        }
        parts = self._parts(scan.paths, numbers, cut)
        kept = {} if known is None else known.packed_results
        rows = [kept.get(id(one)) or _packed(result_to_plain(one)) for one in results]
        packed = b"[" + ROW_END.join(rows) + b"]"
        memory.keep(value, parts._replace(results=packed, table=table))

    def _parts(self, paths: Sequence[str], numbers: Mapping[str, int], cut: int | None) -> Parts:
        """Return the parts that are of the walk; those of the files are left out."""
        memory = self._memory
        if memory.known is not None and not memory.has_walked:
            return memory.known.parts
        gone_by = memory.gone_by or {}
        return Parts(
            listing=_packed(memory.listing.to_plain()),
            results=b"",
            paths=joined(paths),
            order=array("q", map(numbers.__getitem__, self._files)).tobytes(),
            names=joined(self._files.values()) if cut is None else b"",
            table=b"",
            gone_by=joined(gone_by),
            keys_gone_by=numbers_of(list(chain.from_iterable(gone_by.values()))).tobytes(),
        )


def _packed(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _content(path: str, digest: bytes) -> bytes | None:
    """Return what a file holds; None if that is not what it was."""
    try:
        data = read_regular(path)
    except OSError:
        return None
    return data if digest_of(data) == digest else None
