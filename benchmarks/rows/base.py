"""What a measurement is given, and the row that it gives."""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.agreement import Findings
from benchmarks.trees import Tree


class Outcome(enum.Enum):
    """Whether a target was reached."""

    REACHED = "yes"
    """The figure is within the target."""
    MISSED = "**no**"
    """It is not."""
    NOT_MEASURED = "not measured"
    """What is needed to tell is missing here; the row says what."""
    FLOOR = ""
    """There is no target: it says what the machine takes."""


class Row(NamedTuple):
    """One line of the table, as people read it."""

    what: str
    ours: str
    beside: str = ""
    figure: str = ""
    target: str = ""
    outcome: Outcome = Outcome.FLOOR


class Bench(NamedTuple):
    """What is measured: a tree to write into, what it was copied from, and a folder for the rest.

    `findings` are what ssot and Ruff find in it; `is_quick` asks for samples instead of the whole.
    """

    tree: Tree
    original: Path
    work: Path
    findings: Findings
    rounds: int
    is_quick: bool
    seed: int


class Measured(NamedTuple):
    """The rows of a measurement, and what is to be said below the table."""

    rows: list[Row]
    notes: tuple[str, ...] = ()


Measure = Callable[[Bench], Measured]


def judged(figure: float, limit: float) -> Outcome:
    """Return whether a figure is at most what it should be."""
    return Outcome.REACHED if figure <= limit else Outcome.MISSED


def missing(what: str, target: str, why: str) -> Row:
    """Return the row of what cannot be measured here."""
    return Row(what, "", "", why, target, Outcome.NOT_MEASURED)


def seconds(figure: float) -> str:
    """Show a duration in seconds."""
    return f"{figure:.3f} s" if figure < 10 else f"{figure:.1f} s"


def milliseconds(figure: float) -> str:
    """Show a duration, given in seconds, in milliseconds."""
    return f"{figure * 1000:.0f} ms"


def megabytes(size: float) -> str:
    """Show a size, given in bytes."""
    return f"{size / 1e6:.0f} MB"
