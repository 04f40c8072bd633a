"""Use: a place in the code that reached an old name at run time."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MANY_TESTS = 20
"""Tests that are named of one use."""


class Manner(enum.Enum):
    """How a place reached an old name."""

    IMPORT = "import"
    """It imported a module that is to go."""
    NAME = "name"
    """It read the name off its module."""
    CHANGE = "change"
    """It set or removed the name, as a mock does."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One call; `path` is relative to the project's root with `/`, or absolute outside of it."""

    path: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Use:
    """A place that reached an old name, by which stack, and in which tests.

    `text` is the place's line of source, stripped. `stack` ends with the call nearest to the old
    name. `tests` are pytest's node ids, "" for what ran before any; no more than MANY_TESTS.
    `files` are the project's files on the stack, and that of the old name, with the SHA-256 of
    what they held. `is_known` says whether `ssot check` reports the place.
    """

    migration: str
    symbol: str
    manner: Manner
    place: Frame
    text: str = ""
    stack: tuple[Frame, ...] = ()
    tests: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    is_known: bool = False

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What makes it another use."""
        return (self.migration, self.symbol, self.place.path, self.place.line)

    def joined(self, other: Use) -> Use:
        """Return this use, which `other` is as well, with the tests of both."""
        tests = dict.fromkeys((*self.tests, *other.tests))
        return replace(self, tests=tuple(tests)[:MANY_TESTS])

    def as_record(self) -> dict[str, Any]:
        """Return it as the record holds it."""
        return {
            "migration": self.migration,
            "symbol": self.symbol,
            "manner": self.manner.value,
            "known": self.is_known,
            **_frame_record(self.place),
            "text": self.text,
            "stack": [_frame_record(frame) for frame in self.stack],
            "tests": list(self.tests),
            "files": dict(self.files),
        }


def _frame_record(frame: Frame) -> dict[str, Any]:
    return {"path": frame.path, "line": frame.line, "function": frame.function}


def use_of_record(record: Mapping[str, Any]) -> Use:
    """Return the use that a record holds. Raises KeyError, TypeError and ValueError."""
    return Use(
        _typed(record, "migration", str),
        _typed(record, "symbol", str),
        Manner(record["manner"]),
        _frame_of(record),
        _typed(record, "text", str),
        tuple(_frame_of(frame) for frame in _typed(record, "stack", list)),
        tuple(str(test) for test in _typed(record, "tests", list)),
        {str(path): str(held) for path, held in _typed(record, "files", dict).items()},
        _typed(record, "known", bool),
    )


def _frame_of(record: Mapping[str, Any]) -> Frame:
    return Frame(
        _typed(record, "path", str), _typed(record, "line", int), _typed(record, "function", str)
    )


def _typed(record: Mapping[str, Any], key: str, wanted: type) -> Any:
    value = record[key]
    if not isinstance(value, wanted):
        raise TypeError(key)
    return value
