"""Remark: one thing that was looked at, and what came of it."""

from __future__ import annotations

import enum

from flake8_ssot_engine.records import NamedTuple


class Level(enum.Enum):
    """How much a remark weighs; the values are the words that people and JSON see."""

    OK = "ok"
    """As it should be."""
    WARNING = "warning"
    """It works, but not as somebody may think, or not for long."""
    ERROR = "error"
    """Violations go unseen, suppressions are lost, or nothing runs at all."""


class Remark(NamedTuple):
    """What came of one check.

    `area` is what was looked at (`Flake8`, `Ruff`), `place` a path with perhaps a line, relative
    to the project where it lies in it, "" for none. `why` says what comes of it, `instead` what
    to write or run; both are "" for what is as it should be.
    """

    level: Level
    area: str
    message: str
    place: str = ""
    why: str = ""
    instead: str = ""


def ok(area: str, message: str) -> Remark:
    """Return that something is as it should be."""
    return Remark(Level.OK, area, message)
