"""Definitions as the text of a module alone shows them, for a fraction of what a parse costs."""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import pairwise
from typing import Final

from flake8_ssot_engine.semantics.words import places_of

_HEAD = re.compile(rb"(?:async[ \t]+)?def[ \t]|class[ \t]|@")
_UNREADABLE = (b"__getattr__", b"\r", b"\f")
_STAR = re.compile(rb"import[\s\\]*\*")
_CODE = re.compile(rb"(?:[^\"'#]|\"[^\"\\]*\"|'[^'\\]*')*")
_QUOTES = (b'"""', b"'''")
_STATEMENT = re.compile(rb"\n[^ \t\n#)\]}]")
_GLOBAL = re.compile(rb"global[ \t\\]")
_BEFORE = re.compile(rb"(?:^|[\n;:])[ \t]*\Z")
_END_OF_HEAD = re.compile(rb":[ \t]*(?:#.*)?\n")
_FAR = 200
_BRACKETS = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"))


class DefinitionText:
    """The text of one module, asked which of its names are its own."""

    def __init__(self, data: bytes) -> None:
        self.data: Final = data
        # What binds names from inside functions, or in ways that are not seen here.
        self._is_readable = not any(word in data for word in _UNREADABLE)
        self._edges = self._edges_of_strings() if self._is_readable else []
        self._is_plain = self._is_readable and b":=" not in data and not _STAR.search(data)

    def surely_defines(self, name: str) -> bool:
        """Whether a function or class of this name is all that the module may bind it to.

        False where that takes more than a look at the lines on which it stands.
        """
        if not self._is_plain or not name.isascii():
            return False
        data, word = self.data, name.encode()
        is_defined = False
        for at, end in places_of(word, data):
            if self._is_in_string(at):
                continue
            start = data.rfind(b"\n", 0, at) + 1
            head = _HEAD.match(data, start)
            if head is not None and head.end() == at and not head[0].startswith(b"@"):
                is_defined = True
            elif head is None and not self._is_harmless(start, at, end):
                return False
        return is_defined

    def shape(self) -> int:
        """Return a checksum of all in the module that what it exports can depend on.

        That leaves out the bodies of its functions and classes, which bind nothing outside; whether
        the module parses is not in it.
        """
        data = self.data
        if not self._is_plain or b"global" in data:
            return zlib.crc32(data)
        checksum = at = 0
        is_body = False
        for line in data.split(b"\n"):
            if line and line[:1] not in b" \t#)]}" and not self._is_in_string(at):
                is_body = _HEAD.match(line) is not None
                checksum = zlib.crc32(line, checksum)
            elif line and not is_body:
                checksum = zlib.crc32(line, checksum)
            at += len(line) + 1
        return checksum

    def without_bodies(self) -> bytes | None:
        """Return the module without the bodies of its functions and classes, line for line.

        Those stay that may bind names of the module. None where they cannot be told apart.
        """
        data = self.data
        if not self._is_readable:
            return None
        pieces = []
        for start, end in pairwise([*self._statements, len(data)]):
            piece = data[start:end]
            body = _body_of(piece) if _HEAD.match(piece) and not _binds_outside(piece) else None
            if body is not None:
                piece = piece[:body] + b" pass" + b"\n" * piece.count(b"\n", body)
            pieces.append(piece)
        return b"".join(pieces)

    @cached_property
    def _statements(self) -> list[int]:
        """Where the statements of the module begin: the first line, and what is not indented."""
        starts = [found.end() - 1 for found in _STATEMENT.finditer(self.data)]
        return [0, *(start for start in starts if not self._is_in_string(start))]

    def _is_harmless(self, start: int, at: int, end: int) -> bool:
        """Whether what stands at `at`, on the line from `start`, binds nothing of the module."""
        data = self.data
        around = data[at - 1 : at], data[end : end + 1]
        before = data[start:at]
        if around in ((b'"', b'"'), (b"'", b"'")) or before.lstrip()[:1] == b"#":
            return True
        if before[:1] not in (b" ", b"\t") or b"global" in before:
            return False
        if data.endswith(b"\\\n", 0, start):
            return False
        above = bisect_left(self._statements, start) - 1  # the line that the block began with
        return above >= 0 and _HEAD.match(data, self._statements[above]) is not None

    def _edges_of_strings(self) -> list[int]:
        """Return where strings of several lines begin and end, in turn."""
        data = self.data
        edges: list[int] = []
        places = {quote: data.find(quote) for quote in _QUOTES}
        while ahead := [(at, quote) for quote, at in places.items() if at >= 0]:
            at, quote = min(ahead)
            start = data.rfind(b"\n", 0, at) + 1
            if not _CODE.fullmatch(data, start, at) or data.endswith(b"\\\n", 0, start):
                self._is_readable = False  # it is in a comment, or in another string
            end = data.find(quote, at + 3)
            if end < 0:
                end = len(data)
            edges += [at, end + 3]
            for place, other in ahead:
                if place < end + 3:
                    places[other] = data.find(other, end + 3)
        return edges

    def _is_in_string(self, at: int) -> bool:
        return bisect_right(self._edges, at) % 2 == 1


def _binds_outside(definition: bytes) -> bool:
    """Whether a definition may bind names of the module from inside."""
    return b":=" in definition or any(
        _BEFORE.search(definition, max(0, word.start() - _FAR), word.start())
        for word in _GLOBAL.finditer(definition)
    )


def _body_of(definition: bytes) -> int | None:
    """Return where the lines of a definition's body begin; None where there are none, or a doubt.

    What has brackets in its strings or comments may seem to begin later than it does.
    """
    for head in _END_OF_HEAD.finditer(definition):
        before = definition[: head.end()]
        if all(before.count(one) == before.count(other) for one, other in _BRACKETS):
            return head.end()
    return None
