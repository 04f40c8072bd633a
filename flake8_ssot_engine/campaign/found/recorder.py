"""Recorder: from what is seen to uses, each once, as they come."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from types import CodeType, FrameType

from flake8_ssot_engine.campaign.found.stacks import Stacks
from flake8_ssot_engine.campaign.found.targets import Symbol
from flake8_ssot_engine.campaign.found.uses import (
    MANY_TESTS,
    Frame,
    Manner,
    Use,
    use_of_record,
)
from flake8_ssot_engine.records import NamedTuple


@dataclass(slots=True)
class _Seen:
    """A use as it is in memory: `tests` are those that reached it in this process."""

    use: Use
    tests: set[str] = field(default_factory=set)


class Recorder:
    """Keeps the uses of one process, and of those that it forks, in a folder that they share.

    Each process appends to a file of its own, so that what a process saw outlives it however it
    ends, and none waits for another. Nothing here may break what is watched: an error is told in
    `failures`.
    """

    def __init__(self, stacks: Stacks, folder: str) -> None:
        self._stacks = stacks
        self._folder = folder
        self._by_call: dict[tuple[CodeType, int, str], _Seen | None] = {}
        self._by_key: dict[tuple[str, str, str, int], _Seen] = {}
        self._test = ""
        self._test_place: Frame | None = None
        self.failures: set[str] = set()

    @contextmanager
    def within(self, test: str, place: Frame | None) -> Iterator[None]:
        """Know that pytest is at a node, by its id, and where that is in the project."""
        before = self._test, self._test_place
        self._test, self._test_place = test, place
        try:
            yield
        finally:
            self._test, self._test_place = before

    def note(self, symbol: Symbol, manner: Manner, frame: FrameType) -> None:
        """Take note of a use; this is what a Watch tells."""
        try:
            self._note(symbol, manner, frame)
        except Exception as error:
            self.failures.add(f"{symbol.name}: {type(error).__name__}: {error}")

    def _note(self, symbol: Symbol, manner: Manner, frame: FrameType) -> None:
        place: FrameType | None = frame
        if (frame.f_code, frame.f_lasti, symbol.name) not in self._by_call:
            place = self._stacks.place_of(frame)
        if place is None:
            self._note_outside(symbol, manner, frame)
            return
        call = (place.f_code, place.f_lasti, symbol.name)
        if call not in self._by_call:
            self._by_call[call] = self._seen_at(symbol, manner, place, frame)
        seen = self._by_call[call]
        if seen is not None:
            self._add_test(seen)

    def _seen_at(
        self, symbol: Symbol, manner: Manner, place: FrameType, frame: FrameType
    ) -> _Seen | None:
        path = self._stacks.path_of(place.f_code.co_filename)
        if symbol.is_own(path, str(place.f_globals.get("__name__", ""))):
            return None
        return self._seen(symbol, manner, self._stacks.frame_of(place), frame)

    def _note_outside(self, symbol: Symbol, manner: Manner, frame: FrameType) -> None:
        """Take note of a use by none of the project's code: a decorator's, say, or a plugin's."""
        where = self._test_place
        if manner is Manner.CHANGE and (where is None or self._has_seen(symbol)):
            return  # a mock that ends
        if where is None:
            where = self._stacks.frame_of(_outside_imports(frame))
        elif symbol.is_own(self._stacks.absolute(where.path), ""):
            return
        self._add_test(self._seen(symbol, manner, where, frame))

    def _has_seen(self, symbol: Symbol) -> bool:
        return any(
            seen.use.symbol == symbol.name and self._test in seen.tests
            for seen in list(self._by_key.values())
        )

    def _seen(self, symbol: Symbol, manner: Manner, place: Frame, frame: FrameType) -> _Seen:
        use = Use(symbol.migration, symbol.name, manner, place)
        if use.key not in self._by_key:
            files = {self._stacks.shown(symbol.file): ""} if symbol.file else {}
            use = replace(use, stack=self._stacks.stack_of(frame), files=files)
            self._by_key[use.key] = _Seen(use)
        return self._by_key[use.key]

    def _add_test(self, seen: _Seen) -> None:
        if self._test in seen.tests or len(seen.tests) >= MANY_TESTS:
            return
        seen.tests.add(self._test)
        self._append({**seen.use.as_record(), "tests": [self._test]})

    def _append(self, record: dict[str, object]) -> None:
        line = json.dumps(record).encode("ascii") + b"\n"  # lone surrogates as escapes
        path = os.path.join(self._folder, f"{os.getpid()}.jsonl")
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)

    def end(self, ran: Collection[str]) -> None:
        """Keep as well what ran to its end, and what failed in here. Raises OSError."""
        self._append({"ran": sorted(ran), "failures": sorted(self.failures)})


def _outside_imports(frame: FrameType) -> FrameType:
    one: FrameType | None = frame
    while one is not None and one.f_code.co_filename.startswith("<"):
        one = one.f_back
    return one or frame


class Kept(NamedTuple):
    """What processes kept in a folder: uses, each once, what ran to its end, and what failed."""

    uses: list[Use]
    ran: frozenset[str]
    failures: list[str]


def read_folder(folder: str) -> Kept:
    """Return what processes kept in a folder. Raises OSError."""
    uses: dict[tuple[str, str, str, int], Use] = {}
    ran: set[str] = set()
    failures: set[str] = set()
    for record in _records(folder):
        if "ran" in record:
            ran.update(record["ran"])
            failures.update(record["failures"])
            continue
        use = use_of_record(record)
        known = uses.get(use.key)
        uses[use.key] = known.joined(use) if known else use
    return Kept(list(uses.values()), frozenset(ran), sorted(failures))


def _records(folder: str) -> Iterator[dict[str, list[str]]]:
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            for line in file:
                with suppress(ValueError):  # cut short: its process was killed
                    yield json.loads(line)
