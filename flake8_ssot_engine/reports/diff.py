"""The `diff` format: a unified diff that `git apply` and `patch` take."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from difflib import Match, SequenceMatcher

from flake8_ssot_engine.records import NamedTuple

_CONTEXT = 3
_APART = 2 * _CONTEXT + 1
"""Lines alike in a row from which on two changes are apart: their contexts cannot touch."""
_LARGE = 40_000
"""Old lines times new lines from which on a change is not searched for lines that stay."""
_LETTERS = dict(zip(b'\a\b\t\n\v\f\r"\\', 'abtnvfr"\\', strict=True))


class Change(NamedTuple):
    """What happens to a file; `path` is relative to where the command runs."""

    path: str
    before: bytes
    after: bytes


class _Region(NamedTuple):
    """Lines of the old content that become lines of the new one; from 0, half-open."""

    old: int
    old_end: int
    new: int
    new_end: int


def render_diff(changes: Iterable[Change]) -> Iterator[bytes]:
    r"""Yield for each file that changes its header, then its hunks.

    Contents pass through as bytes, whatever their encoding. As for git, only `\n` ends a line;
    a carriage return is part of it. Paths are quoted as git quotes them; modes are not told.
    The time it takes is linear in the size of the files.
    """
    for change in changes:
        old, new = (io.BytesIO(data).readlines() for data in (change.before, change.after))
        regions = _changed_regions(old, new)
        for number, region in enumerate(regions):
            if number == 0:
                path = change.path.replace(os.sep, "/")
                yield b"--- %b\n+++ %b\n" % (_quoted(f"a/{path}"), _quoted(f"b/{path}"))
            yield _hunk(old, new, region)


def _quoted(name: str) -> bytes:
    quoted = "".join(map(_escaped, os.fsencode(name)))
    # git and `patch` take what follows a space for a date, unless a tab ends the name.
    tab = "\t" if " " in name else ""
    return (name + tab if quoted == name else f'"{quoted}"{tab}').encode("ascii")


def _escaped(byte: int) -> str:
    if byte in _LETTERS:
        return f"\\{_LETTERS[byte]}"
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"


def _changed_regions(old: list[bytes], new: list[bytes]) -> Iterator[_Region]:
    i = j = 0
    while True:
        while i < len(old) and j < len(new) and old[i] == new[j]:
            i, j = i + 1, j + 1
        if i == len(old) and j == len(new):
            return
        old_end, new_end = _meeting(old, i, new, j)
        yield _Region(i, old_end, j, new_end)
        i, j = old_end, new_end


def _meeting(old: list[bytes], i: int, new: list[bytes], j: int) -> tuple[int, int]:
    """Return where the contents, different at `i` and `j`, are alike again for `_APART` lines.

    Near the end the rest must be alike; at the latest they meet at their ends. The search reaches
    ever further, each time twice as far, so that what it costs is linear in how far it gets.
    """
    reach = _APART
    while True:
        reach *= 2
        places = {
            tuple(new[at : at + _APART]): at
            for at in range(min(j + reach, len(new)), j - 1, -1)  # backwards: the nearest remains
        }
        meetings = [
            (at, places[lines])
            for at in range(i, min(i + reach, len(old)) + 1)
            if (lines := tuple(old[at : at + _APART])) in places
        ]
        if meetings:
            return min(meetings, key=sum)


def _hunk(old: list[bytes], new: list[bytes], region: _Region) -> bytes:
    lead = min(_CONTEXT, region.old, region.new)
    tail = min(_CONTEXT, len(old) - region.old_end)
    lines = [b" " + line for line in old[region.old - lead : region.old]]
    lines += _body(old[region.old : region.old_end], new[region.new : region.new_end])
    lines += [b" " + line for line in old[region.old_end : region.old_end + tail]]
    header = b"@@ -%b +%b @@\n" % (
        _range(region.old - lead, region.old_end + tail),
        _range(region.new - lead, region.new_end + tail),
    )
    return header + b"".join(map(_ended, lines))


def _body(removed: list[bytes], added: list[bytes]) -> Iterator[bytes]:
    stays: list[Match] = []
    if len(removed) * len(added) <= _LARGE:
        stays = SequenceMatcher(None, removed, added, autojunk=False).get_matching_blocks()
    i = j = 0
    for start, other_start, size in [*stays, Match(len(removed), len(added), 0)]:
        yield from (b"-" + line for line in removed[i:start])
        yield from (b"+" + line for line in added[j:other_start])
        i, j = start + size, other_start + size
        yield from (b" " + line for line in removed[start:i])


def _range(start: int, end: int) -> bytes:
    # An empty range, that of an empty file, is named by the line before it.
    return b"%d,%d" % (start + 1 if end > start else start, end - start)


def _ended(line: bytes) -> bytes:
    return line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"
