"""Edits: what a fix changes, as text ranges, with their application to a text."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Position, SourceFile, Span


class Applicability(enum.IntEnum):
    """How far a fix may be trusted; compare with `>=` (the words are Ruff's)."""

    DISPLAY_ONLY = 0
    """Shown to a person, never applied."""
    UNSAFE = 1
    """Applied when asked for: it may change what the program does."""
    SAFE = 2
    """Applied by default: it keeps what the program does."""

    @property
    def label(self) -> str:
        """The word used in messages and in JSON."""
        return self.name.lower().replace("_", "-")


class Edit(NamedTuple):
    """Replace `span` (code points) of the file at `path` by `text`."""

    path: str
    span: Span
    text: str

    def placed_in(self, source: SourceFile) -> PlacedEdit:
        """Return it with lines and columns; `source` is the file."""
        start, end = map(source.position, self.span)
        return PlacedEdit(self.path, start, end, self.text)


class PlacedEdit(NamedTuple):
    """An edit as others read it: `start` and `end` are lines and columns, from 1."""

    path: str
    start: Position
    end: Position
    text: str


class Fix(NamedTuple):
    """Edits that belong together, possibly in several files: all of them or none."""

    title: str
    edits: tuple[PlacedEdit, ...]
    applicability: Applicability


class Skipped(NamedTuple):
    """An edit that was not applied since it overlaps `conflict`; a second round may take it."""

    edit: Edit
    conflict: Edit


class Applied(NamedTuple):
    """The new text, and the edits that had to wait."""

    text: str
    skipped: tuple[Skipped, ...]


def apply_edits(text: str, edits: Iterable[Edit]) -> Applied:
    """Apply `edits`, all of one file, to its `text`; the order they come in does not matter.

    Of two that overlap the earlier one wins, the other is returned as Skipped. Two
    insertions at one place conflict too, for their order would be a guess; the same
    edit twice is applied once.
    """
    pieces: list[str] = []
    skipped: list[Skipped] = []
    done: Edit | None = None
    position = 0
    for edit in sorted(set(edits), key=lambda edit: (edit.span, edit.text)):
        if done is not None and _conflict(done, edit):
            skipped.append(Skipped(edit, done))
            continue
        pieces += (text[position : edit.span.start], edit.text)
        position = edit.span.end
        done = edit
    pieces.append(text[position:])
    return Applied("".join(pieces), tuple(skipped))


def _conflict(first: Edit, second: Edit) -> bool:
    return second.span.start < first.span.end or second.span.start == first.span.start
