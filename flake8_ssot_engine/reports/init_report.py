"""The report of `ssot init`: what was found to be deprecated, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_ssot_engine.config.draft import DraftMove
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.outcome import plural


def render_moves(moves: Sequence[DraftMove]) -> Iterator[str]:
    """Yield the moves, each with its place and the reason; first those that are certain."""
    for item in sorted(moves, key=lambda item: bool(item.doubt)):
        old, new = item.move.old, item.move.new
        head = f"{old} -> {new}" if new else f"{old}: no replacement known"
        yield printable(f"{item.place}: {head}" if item.place else head)
        if item.reason:
            yield printable(f"    {item.reason}")
        if item.doubt:
            yield printable(f"    not certain: {item.doubt}")


def summary_of_moves(moves: Sequence[DraftMove]) -> str:
    """Return how many moves there are, and how many of them are only reported, or uncertain."""
    certain = [item for item in moves if not item.doubt]
    without = sum(1 for item in certain if item.move.new is None)
    told = plural(len(certain), "move")
    if without:
        told += f", {without} without a replacement (reported, never fixed)"
    if len(certain) < len(moves):
        told += f", and {len(moves) - len(certain)} as comments, for you to decide"
    return told
