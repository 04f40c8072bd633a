"""Text edits: the few places at which two texts differ, and workspace edits made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from lsprotocol import types as lsp

from flake8_ssot_engine.lsp.texts import Text
from flake8_ssot_engine.source import Span


def edits_between(before: Text, after: str) -> list[lsp.TextEdit]:
    """Return the edits that make one text of another, without the BOM of either."""
    old = before.source.text
    return [lsp.TextEdit(before.range(span), text) for span, text in _differences(old, after)]


def _differences(old: str, new: str) -> Iterator[tuple[Span, str]]:
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    old_starts, new_starts = _starts(old_lines), _starts(new_lines)
    for tag, i, i_end, j, j_end in SequenceMatcher(None, old_lines, new_lines).get_opcodes():
        if tag != "equal":
            yield _trimmed(
                old,
                Span(old_starts[i], old_starts[i_end]),
                new[new_starts[j] : new_starts[j_end]],
            )


def _starts(lines: Sequence[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return starts


def _trimmed(old: str, span: Span, text: str) -> tuple[Span, str]:
    """Leave out what is the same at both ends, but never half of a line's end."""
    start, end = span
    head = 0
    while start + head < end and head < len(text) and old[start + head] == text[head]:
        head += 1
    while head and old[start + head - 1] == "\r":
        head -= 1
    tail = 0
    most = min(end - start, len(text)) - head
    while tail < most and old[end - tail - 1] == text[len(text) - tail - 1]:
        tail += 1
    while tail and old[end - tail] == "\n":
        tail -= 1
    return Span(start + head, end - tail), text[head : len(text) - tail]
