"""Memory: what the last run over the same files found, and whether all of that still holds.

Where only some of it does, `renewal.py` says what. A run that finds all as it was should import
no more than this and what it prints.
"""

from __future__ import annotations

import json
import os
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from flake8_ssot_engine.config.document import known_texts, remember_texts
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.notes import Note
from flake8_ssot_engine.project.cache import (
    MALFORMED,
    Cached,
    Stored,
    decompressed,
    fingerprint_of,
    read,
    store,
)
from flake8_ssot_engine.project.file_states import KEY_SIZE, Comparison, compare, keys_in, keys_of
from flake8_ssot_engine.project.look_ahead import LookAhead
from flake8_ssot_engine.records import NamedTuple

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.findings import FileResult
    from flake8_ssot_engine.project.file_states import Key
    from flake8_ssot_engine.project.listing import Listing


NAME = "check"
"""That of the file which `ssot check` keeps."""


class Parts(NamedTuple):
    """What a cache holds beside its value.

    `paths` are those of all files that were searched, modules first; `order` says which of them
    were to be checked, one after the other, `names` what reports call these, unless that is how
    their paths end. `table` are the states of all. `gone_by` are the paths by which the walk went
    that found them, with their keys; nothing where it is not to be relied on. `toml` are the
    configuration files that were read, with their values.
    """

    listing: bytes | memoryview
    results: bytes | memoryview
    paths: bytes | memoryview
    order: bytes | memoryview
    names: bytes | memoryview
    table: bytes | memoryview
    gone_by: bytes | memoryview
    keys_gone_by: bytes | memoryview
    toml: bytes | memoryview = b"{}"


ROW_END = b",\n"
"""What stands between the results in a cache; within one there is no end of a line."""
_FEW = 50
"""Files that are read again in less time than it takes to write down that they need not be."""
Files = Callable[[], Mapping[str, str]]
"""What returns the files to check, with their names in reports."""


class KnownPaths(Sequence[str]):
    """Some paths that are in a cache, each made a string when it is asked for."""

    def __init__(self, encoded: list[bytes]) -> None:
        self._encoded = encoded

    def __len__(self) -> int:
        return len(self._encoded)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...

    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        found = self._encoded[at]
        return os.fsdecode(found) if isinstance(found, bytes) else KnownPaths(found)

    def __iter__(self) -> Iterator[str]:
        return iter(_split(b"\0".join(self._encoded)))  # half of what one by one takes

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and os.fsencode(path) in self._encoded

    def number_of(self, path: str) -> int | None:
        """Return where a path stands, if it does."""
        try:
            return self._encoded.index(os.fsencode(path))
        except ValueError:
            return None


class Known:
    """What the last run has kept, each part read when it is asked for.

    `paths` are those of all files that were searched, the first `modules` of them those of
    modules; `size` is how many of them were to be checked.
    """

    def __init__(self, cached: Cached, paths: list[bytes]) -> None:
        self.value = cached.value
        self.parts = Parts(*cached.parts)
        self.modules = int(self.value["modules"])
        self._cut = cut = self.value["cut"]
        self._order = order = array("q", bytes(self.parts.order))
        self.paths = KnownPaths(paths)
        self.size = size = len(order)
        counts = [len(paths), size, 0 if cut is not None else size]
        told = [self.value["count"], self.value["files"], _count(self.parts.names)]
        first, last = min(order, default=0), max(order, default=-1)
        is_in = first >= 0 and last < len(paths)
        if told != counts or not is_in or type(cut) not in (int, type(None)):
            raise ValueError("no cache of ours")  # told now: they may be asked for anywhere

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The files that were to be checked, by their paths, with their names in reports."""
        wanted = list(map(list(self.paths).__getitem__, self._order))
        if self._cut is None:
            return dict(zip(wanted, _split(self.parts.names), strict=True))
        cut = slice(self._cut, None)
        return {path: path[cut] for path in wanted}

    def name_of(self, number: int) -> str | None:
        """Return what reports call the file of a number; None if it was not to be checked."""
        if number not in self._to_check:
            return None
        path = self.paths[number]
        return self.files[path] if self._cut is None else path[self._cut :]

    @cached_property
    def _to_check(self) -> frozenset[int]:
        return frozenset(self._order)

    @cached_property
    def listing(self) -> Any:
        """The folders, as a listing has them in plain values."""
        return json.loads(decompressed(self.parts.listing))

    @cached_property
    def results(self) -> dict[str, FileResult]:
        """What came of files, by their names in reports."""
        from flake8_ssot_engine.engine.result_codec import result_from_plain

        results = map(result_from_plain, json.loads(bytes(self.parts.results)))
        return {result.path: result for result in results}

    @cached_property
    def packed_results(self) -> dict[int, bytes]:
        """The same results by their identity, as the cache has them: each on a line of JSON."""
        rows = bytes(self.parts.results)[1:-1].split(ROW_END)
        return dict(zip(map(id, self.results.values()), rows, strict=True)) if self.results else {}


def cut_of(files: Mapping[str, str]) -> int | None:
    """Return where the names of all files begin within their paths, if that is one place."""
    for path, name in files.items():
        cut = len(path) - len(name)
        break
    else:
        return None
    return cut if all(path[cut:] == name for path, name in files.items()) else None


def joined(paths: Iterable[str]) -> bytes:
    """Return paths as a cache has them."""
    return os.fsencode("\0".join(paths))


def _count(paths: bytes | memoryview) -> int:
    return bytes(paths).count(b"\0") + 1 if paths else 0


def _encoded(paths: bytes | memoryview) -> list[bytes]:
    return bytes(paths).split(b"\0") if paths else []


def _split(paths: bytes | memoryview) -> list[str]:
    return os.fsdecode(bytes(paths)).split("\0") if paths else []


class Opened:
    """A cache that was opened, of which it is not known yet whether it is of any use.

    What its files are by now is looked up meanwhile. `root` is that of the project, `name` that
    of the file.
    """

    def __init__(self, root: str, name: str) -> None:
        self.place = (root, name)
        self.now = time.time_ns()  # what changes from here on is none of what is looked up
        self._stored: Stored | None = None
        self.ahead: LookAhead | None = None
        self._paths: list[bytes] = []
        stored = read(root, name)
        with suppress(*MALFORMED):
            if stored is not None:
                _, *plain = stored.parts()
                parts = Parts(*plain)
                self._look(parts)
                if stored.is_sound:
                    self._stored = stored
                    remember_texts(json.loads(bytes(parts.toml)))

    def _look(self, parts: Parts) -> None:
        """Look for the stat keys of all paths, then of those that the walk went by."""
        self._paths, gone_by = map(_encoded, (parts.paths, parts.gone_by))
        paths = self._paths + gone_by
        expected = keys_in(parts.table, len(self._paths)) + bytes(parts.keys_gone_by)
        self.ahead = LookAhead(
            lambda start, end: keys_of(paths[start:end]), len(paths), KEY_SIZE, expected
        )

    def known(self, fingerprint: str) -> Known | None:
        """Return what is cached under a fingerprint, if it is sound."""
        cached = None if self._stored is None else self._stored.cached(fingerprint)
        try:
            return None if cached is None else Known(cached, self._paths)
        except MALFORMED:
            return None

    @cached_property
    def keys(self) -> bytes:
        """The stat keys of what is known."""
        return b"" if self.ahead is None else self.ahead.result()


class Memory:
    """What one project's cache holds for a run under some settings.

    `question` is what the walk was asked (tasks.py) that found just the files which are to be
    checked, as far as that is known. `has_walked` says that a walk is made in this run.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        parses_all: bool,
        name: str = NAME,
        opened: Opened | None = None,
    ) -> None:
        """Open the cache, unless that is what was `opened` before."""
        if opened is None or opened.place != (settings.root, name):
            opened = Opened(settings.root, name)
        self._opened = opened
        self.settings = settings
        self.parses_all = parses_all
        self.now = opened.now
        self.question: Any = None
        self.has_walked = True
        self._is_as_it_was = False
        self._comparison: Comparison | None = None
        self._pending: Cached | None = None
        self._notes: dict[str, list[Any]] = {}
        overdue = [migration.is_overdue() for migration in settings.migrations]
        self._fingerprint = fingerprint_of(settings, parses_all, overdue)
        self.known = opened.known(self._fingerprint)

    @property
    def ahead(self) -> LookAhead | None:
        """What another process looks up, if there is one: whether the files are as they were."""
        return self._opened.ahead

    @property
    def is_empty(self) -> bool:
        """Whether nothing is remembered."""
        return self.known is None

    @cached_property
    def listing(self) -> Listing:
        """What a walk over the project has to use."""
        from flake8_ssot_engine.project.listing import Listing

        try:
            return Listing.from_plain(self.known and self.known.listing)
        except MALFORMED:
            self.known = None
            return Listing.from_plain(None)

    @cached_property
    def modules(self) -> Sequence[str]:
        """The modules of the project, sorted."""
        if self.known is not None and not self.has_walked:
            return sorted(self.known.paths[: self.known.modules])
        from flake8_ssot_engine.project.paths import Paths
        from flake8_ssot_engine.project.scan import modules_of

        return Paths.of(modules_of(self.settings.source_roots, self.listing))

    @cached_property
    def gone_by(self) -> dict[str, Key] | None:
        """What a walk that was made in this run went by, if that is to be relied on."""
        return None if self.question is None else self.listing.gone_by()

    @property
    def parts_of_walk(self) -> Parts | None:
        """What the last run has kept, where all that it kept of its walk holds still."""
        return None if self.known is None or self.has_walked else self.known.parts

    def found(self, question: Any) -> Known | None:
        """Return what the last run has kept, if a walk would find the same files.

        It is where the last run asked the same, and all that its walk went by is as it was; else
        a walk has to be made, by `listing`.
        """
        known = self.known
        if known is None or question is None or not known.parts.gone_by:
            return None
        try:
            if known.value["question"] != question:
                return None
            known.results  # noqa: B018 - read while the other process looks
            if not self._opened.keys.endswith(bytes(known.parts.keys_gone_by)):
                return None
        except MALFORMED:
            self.known = None
            return None
        self.question = question
        self.has_walked = False
        return known

    def standing(self, files: Files) -> Mapping[str, FileResult] | None:
        """Return what came of some files, by their names in reports, where nothing has changed.

        Where many look changed and are not, or some no longer do, that is to be kept.
        """
        comparison = self.compared(files)
        if self.known is None or comparison is None:
            return None
        try:
            if comparison.changed or self._has_news(self.known):
                return None
            results = self.known.results
        except MALFORMED:
            self.known = None
            return None
        if comparison.read > _FEW or comparison.spares:
            self.keep(self.known.value, self.known.parts._replace(table=comparison.table))
        self._is_as_it_was = not self.has_walked
        return results

    def remembered(self, name: str, find: Callable[[], Note]) -> list[Any]:
        """Return what `find` finds, or found when the last run asked for that name.

        It must depend on nothing but the settings and what is in the project, and be asked once it
        is known what came of the files.
        """
        known = self.known_notes.get(name)
        note = Note(*known) if known is not None and self._holds(Note(*known)) else find()
        self._notes[name] = list(note)
        return note.found

    def _holds(self, note: Note) -> bool:
        """Whether nothing has changed that a note of the last run depends on."""
        if self._is_as_it_was:
            return True
        comparison, known = self._comparison, self.known
        if comparison is None or known is None or note.read is None:
            return False
        if not note.read:
            return True
        if self.has_walked or not all(map(known.paths.__contains__, note.read)):
            return False
        return frozenset(note.read).isdisjoint(comparison.changed.values())

    @property
    def known_notes(self) -> dict[str, list[Any]]:
        """What the last run has found out besides, each a Note as a list."""
        notes = self.known.value.get("notes") if self.known is not None else None
        if not isinstance(notes, dict) or not all(map(_is_note, notes.values())):
            return {}
        return notes

    def compared(self, files: Files) -> Comparison | None:
        """Return which files have changed since the last run; None where it looked at others."""
        if self.known is not None and self._comparison is None:
            try:
                self._comparison = self._compared(self.known, files)
            except MALFORMED:
                self.known = None
        return self._comparison

    def _compared(self, known: Known, files: Files) -> Comparison | None:
        if self.has_walked:
            from flake8_ssot_engine.project.paths import Paths
            from flake8_ssot_engine.project.scan import searched

            wanted = files()
            every = searched(self.modules, Paths.of(sorted(wanted))).in_order
            if list(every) != list(known.paths) or wanted != known.files:
                return None
            if links_in(self.listing.paths(only_new=True)):
                return None
        keys = self._opened.keys
        keys = keys[: len(keys) - len(known.parts.keys_gone_by)]
        return compare(known.paths, bytes(known.parts.table), keys, self.now)

    def _has_news(self, known: Known) -> bool:
        """Whether a walk has found what was not known, or what is worth to be known."""
        if not self.has_walked:
            return False
        is_other = not known.parts.gone_by or known.value["question"] != self.question
        return self.listing.has_news or (is_other and self.gone_by is not None)

    def keep(self, value: dict[str, Any], parts: Parts) -> None:
        """Have this written for the next run."""
        self._pending = Cached(value, parts)

    def write(self) -> None:
        """Write what is to be kept. Where that cannot be, the next run begins anew."""
        cached, known = self._pending, self.known_notes
        kept = {name: plain for name, plain in known.items() if self._holds(Note(*plain))}
        notes = {**kept, **self._notes}
        if cached is None and self._is_as_it_was and self.known is not None and notes != known:
            cached = Cached(self.known.value, self.known.parts)
        if cached is not None:
            cached.value["notes"] = notes
            toml = json.dumps(known_texts()).encode("ascii")
            parts = Parts(*cached.parts)._replace(toml=toml)
            root, name = self._opened.place
            store(root, self._fingerprint, Cached(cached.value, parts), name)


def _is_note(plain: Any) -> bool:
    return (
        isinstance(plain, list)
        and len(plain) == len(Note._fields)
        and isinstance(plain[0], list)
        and isinstance(plain[1], list | None)
    )


def links_in(folders: Iterable[str]) -> bool:
    """Whether a folder holds a link by which a module may be found where no walk goes."""
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                if any(e.is_symlink() and e.name.isidentifier() for e in entries):
                    return True
        except OSError:
            return True
    return False
