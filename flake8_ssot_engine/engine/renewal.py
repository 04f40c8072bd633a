"""Renewal: how much of what is remembered still holds where files have changed; what is kept then.

What came of a file depends on the file; on what the modules that were read for it export; on
which files there are; and on the needles, which depend on what some modules hand on. Where the
files are the same ones, all but the changed stand; where a changed one exports something else,
nothing that was resolved does; and where it hands on something else, nothing at all.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Mapping, Set
from itertools import chain
from typing import Any

from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.memory import (
    ROW_END,
    Files,
    Known,
    Memory,
    Parts,
    cut_of,
    joined,
    links_in,
)
from flake8_ssot_engine.engine.result_codec import result_to_plain
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.cache import MALFORMED, compressed
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
    """What still holds: the words to seek, and results by names in reports; what does not.

    `to_check` are paths of files that are to be checked, with their names in reports, in the order
    of the paths. `candidates`, and the checksums of modules that were `consulted`, are by numbers
    of files; `table` are the states of all.
    """

    needles: Needles
    results: Mapping[str, FileResult]
    to_check: Mapping[str, str]
    candidates: Set[int]
    consulted: Mapping[int, int]
    table: bytes


class Renewal:
    """What a run takes from a memory, and gives to it.

    `files` are those to check, with their names in reports.
    """

    def __init__(self, memory: Memory, files: Files) -> None:
        self._memory = memory
        self._files = files

    def recall(self, is_wanted: Any) -> Recalled | None:
        """Return what holds of the last run over the same files, if anything does."""
        comparison = self._memory.compared(self._files)
        known = self._memory.known
        if known is None or comparison is None or len(comparison.changed) > _MOST:
            return None
        try:
            return self._recalled(known, comparison, is_wanted)
        except MALFORMED:
            return None

    def _recalled(self, known: Known, comparison: Comparison, is_wanted: Any) -> Recalled | None:
        value, changed, table = known.value, comparison.changed, comparison.table
        readings = {at: Reading(*reading) for at, *reading in value["readings"]}
        consulted = dict(map(tuple, value["consulted"]))
        candidates = set(value["candidates"])
        again: set[int] = set()
        found = self._searched(known, changed, is_wanted)
        for at, (_, is_candidate, reading) in zip(changed, found, strict=True):
            if reading != readings.get(at):
                return None
            if known.name_of(at) is not None:
                (candidates.add if is_candidate else candidates.discard)(at)
                if is_candidate or self._memory.parses_all:
                    again.add(at)
            if at in consulted:
                data = _content(changed[at], digest_at(table, len(known.paths), at))
                if data is None:
                    return None
                text = DefinitionText(data)
                shape = text.shape() if self._reads(changed[at], text) else _UNSOUND
                if shape != consulted[at] or shape == _UNSOUND:
                    again |= candidates
                consulted[at] = shape
        stale = set(map(known.name_of, again.union(changed)))
        to_check = {known.paths[at]: known.name_of(at) for at in again}
        return Recalled(
            Needles.from_plain(value["needles"]),
            {name: one for name, one in known.results.items() if name not in stale},
            {path: name for path, name in sorted(to_check.items()) if name is not None},
            candidates,
            consulted,
            table,
        )

    def _searched(
        self, known: Known, changed: Mapping[int, str], is_wanted: Any
    ) -> Iterable[tuple[str, bool, Reading | None]]:
        """Search files that have changed for what was sought when all were searched."""
        if not changed:
            return ()
        from flake8_ssot_engine.project.needles import search_again

        settings, paths = self._memory.settings, list(changed.values())
        searches = tuple(map(Needles.from_plain, known.value["searches"]))
        modules = [path for at, path in changed.items() if at < known.modules]
        return search_again(settings, searches, modules, paths, is_wanted)

    def _reads(self, path: str, text: DefinitionText) -> bool:
        """Whether what a module exports can be known."""
        try:
            parse_exports(path, text, self._memory.settings.source_roots)
        except SourceError:
            return False
        return True

    def joined(self, recalled: Recalled, checked: Iterable[FileResult]) -> list[FileResult]:
        """Return what was recalled and what was checked, in the order of the files."""
        memory, fresh = self._memory, {result.path: result for result in checked}
        every = {**recalled.results, **fresh}
        before = memory.known.results if memory.known is not None else {}
        is_in_order = not memory.has_walked and all(name in before for name in fresh)
        names: Iterable[str] = before if is_in_order else self._files().values()
        return [every[name] for name in names if name in every]

    def keep_recalled(
        self, recalled: Recalled, results: Iterable[FileResult], consulted: Mapping[str, bool]
    ) -> None:
        """Have the memory keep what a run has found that has recalled the rest."""
        known = self._memory.known
        assert known is not None
        shapes, paths = dict(recalled.consulted), known.paths
        before = {paths[number] for number in shapes}
        others = {path: consulted[path] for path in consulted if path not in before}
        if not self._add_shapes(shapes, others, paths.number_of, len(paths), recalled.table):
            return
        kept = known.packed_results
        rows = [kept.get(id(one)) or _packed(result_to_plain(one)) for one in results]
        value = {
            **known.value,
            "question": self._memory.question,
            "consulted": list(shapes.items()),
            "candidates": sorted(recalled.candidates),
        }
        self._keep(value, lambda: _numbers(paths), rows, recalled.table)

    def keep(
        self, scan: Scan, results: Iterable[FileResult], consulted: Mapping[str, bool]
    ) -> None:
        """Have the memory keep what a run over all has found; results in order."""
        memory, files = self._memory, self._files()
        if links_in(memory.listing.paths()):
            return
        table = table_of(scan.states, memory.now)
        numbers = _numbers(scan.paths)
        cut = cut_of(files)
        shapes: dict[int, int] = {}
        if not self._add_shapes(shapes, consulted, numbers.get, len(numbers), table):
            return
        value = {
            "question": memory.question,
            "count": len(scan.paths),
            "modules": scan.modules,
            "files": len(files),
            "cut": cut,
            "needles": scan.needles.to_plain(),
            "searches": [needles.to_plain() for needles in scan.searches],
            "readings": [[numbers[path], *reading] for path, reading in scan.readings.items()],
            "consulted": list(shapes.items()),
            "candidates": sorted(numbers[path] for path in scan.candidates),
        }
        rows = [_packed(result_to_plain(one)) for one in results]
        self._keep(value, lambda: numbers, rows, table)

    def _keep(
        self,
        value: dict[str, Any],
        numbers: Callable[[], Mapping[str, int]],
        rows: list[bytes],
        table: bytes,
    ) -> None:
        parts = self._memory.parts_of_walk or self._parts(numbers(), value["cut"])
        results = b"[" + ROW_END.join(rows) + b"]"
        self._memory.keep(value, parts._replace(results=results, table=table))

    def _add_shapes(
        self,
        shapes: dict[int, int],
        consulted: Mapping[str, bool],
        number_of: Callable[[str], int | None],
        count: int,
        table: bytes,
    ) -> bool:
        """Add the checksums of modules that were consulted; False where they are not to be had."""
        for path, is_sound in consulted.items():
            number = number_of(path)
            if number is None:
                return False  # it was reached by a link
            if number not in shapes:
                data = _content(path, digest_at(table, count, number))
                if data is None:
                    return False  # it has changed since
                shapes[number] = DefinitionText(data).shape() if is_sound else _UNSOUND
        return True

    def _parts(self, numbers: Mapping[str, int], cut: int | None) -> Parts:
        """Return the parts that are of the walk; those of the files are left out."""
        memory, files = self._memory, self._files()
        gone_by = memory.gone_by or {}
        return Parts(
            listing=compressed(_packed(memory.listing.to_plain())),
            results=b"",
            paths=joined(numbers),
            order=array("q", map(numbers.__getitem__, files)).tobytes(),
            names=joined(files.values()) if cut is None else b"",
            table=b"",
            gone_by=joined(gone_by),
            keys_gone_by=numbers_of(list(chain.from_iterable(gone_by.values()))).tobytes(),
        )


def _numbers(paths: Iterable[str]) -> dict[str, int]:
    return {path: number for number, path in enumerate(paths)}


def _packed(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _content(path: str, digest: bytes) -> bytes | None:
    """Return what a file holds; None if that is not what it was."""
    try:
        data = read_regular(path)
    except OSError:
        return None
    return data if digest_of(data) == digest else None
