"""SourceFile: the text of one file, with every conversion between kinds of position.

Inside the product a position is an offset in code points into the decoded text
(BOM removed, newlines as they are on disk). Only this module knows of any other kind.
"""

from __future__ import annotations

import enum
import re
import warnings
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.records import NamedTuple

if TYPE_CHECKING:
    import ast

# Python's tokenizer ends a line at these and at nothing else; str.splitlines() also
# ends one at a form feed, U+2028 and others, which would shift every later line.
_NEWLINE = re.compile(r"\r\n|\r|\n")
_BOM = "\ufeff"
_UTF8_BOM = b"\xef\xbb\xbf"
_FIRST_TWO_LINES = re.compile(rb"(?:[^\r\n]*(?:\r\n|\r|\n|\Z)){2}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Span(NamedTuple):
    """A half-open range of code points in the decoded text."""

    start: int
    end: int

    def contains(self, other: Span) -> bool:
        """Whether `other` lies within this span."""
        return self.start <= other.start and other.end <= self.end


class Position(NamedTuple):
    """A place as people and JSON count it: `line` and `column` from 1, in code points."""

    line: int
    column: int


class PositionEncoding(enum.Enum):
    """How a protocol counts columns (LSP 3.17, `PositionEncodingKind`)."""

    UTF8 = "utf-8"
    """Bytes of the UTF-8 form."""
    UTF16 = "utf-16"
    """UTF-16 code units; what an LSP client means unless it negotiated otherwise."""
    UTF32 = "utf-32"
    """Code points."""

    def width(self, text: str) -> int:
        """Return the number of units that `text` takes."""
        if self is PositionEncoding.UTF32 or text.isascii():
            return len(text)
        if self is PositionEncoding.UTF8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2


class SourceFile:
    """The decoded text of one file. Immutable; line tables are made when first needed.

    `path` is how reports name the file. `encoding` is the codec's name as PEP 263 gives it,
    `has_bom` whether a UTF-8 signature came before the text.
    """

    __slots__ = ("_line_starts", "encoding", "has_bom", "path", "text")

    def __init__(self, path: str, text: str, *, encoding: str = "utf-8") -> None:
        self.path = path
        self.has_bom = text.startswith(_BOM)
        self.text = text[1:] if self.has_bom else text
        self.encoding = encoding
        self._line_starts: list[int] | None = None

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> SourceFile:
        """Decode `data` as Python would (PEP 263: BOM, then cookie, then UTF-8).

        Raises SourceError for an unknown codec, a cookie that contradicts the BOM,
        or bytes that the codec refuses.
        """
        try:
            encoding = declared_encoding(data)
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            line = len(_NEWLINE.findall(data[: error.start].decode("latin-1"))) + 1
            message = f"cannot be decoded as {error.encoding}: {error.reason}"
            raise SourceError(message, line=line) from None
        except SyntaxError as error:
            raise SourceError(f"cannot be decoded: {error.msg}", line=1) from None
        except (LookupError, ValueError) as error:  # codecs that are none of text, such as rot13
            raise SourceError(f"cannot be decoded: {error}", line=1) from None
        return cls(path, text, encoding=encoding)

    def to_bytes(self, text: str) -> bytes:
        """Encode `text` as this file was encoded, BOM included."""
        return (_UTF8_BOM if self.has_bom else b"") + text.encode(self.encoding)

    def parse(self) -> ast.Module:
        """Parse the text with the running Python's grammar. Raises SourceError."""
        import ast  # most files are not parsed

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text, filename=self.path)
        except SyntaxError as error:
            raise SourceError(
                f"does not parse: {error.msg}", line=error.lineno, column=error.offset or None
            ) from None
        except ValueError as error:  # null bytes before Python 3.12, lone surrogates
            raise SourceError(f"does not parse: {error}") from None
        except (RecursionError, MemoryError):  # MemoryError: "too many nested parentheses"
            raise SourceError("does not parse: nested too deeply for this Python") from None

    # --- positions

    @property
    def line_starts(self) -> list[int]:
        """The offset at which each line starts; the first is 0."""
        if self._line_starts is None:
            if "\r" in self.text:
                self._line_starts = [0, *(m.end() for m in _NEWLINE.finditer(self.text))]
            else:
                lengths = map(len, self.text.split("\n"))
                self._line_starts = list(accumulate((n + 1 for n in lengths), initial=0))[:-1]
        return self._line_starts

    def line_text(self, line: int) -> str:
        """Return line `line` (from 1) without its newline; empty past the end."""
        starts = self.line_starts
        if not 1 <= line <= len(starts):
            return ""
        end = starts[line] if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r\n")

    def length_of_lines(self, first: int, last: int) -> int:
        """Return how many code points some lines (from 1) have, with their newlines."""
        starts = self.line_starts
        return (starts[last] if last < len(starts) else len(self.text)) - starts[first - 1]

    def offset_of_ast(self, line: int, byte_column: int) -> int:
        """Convert what an AST node says (`lineno` from 1, `col_offset` in UTF-8 bytes)."""
        starts = self.line_starts
        start = starts[min(line, len(starts)) - 1]
        end = starts[line] if line < len(starts) else len(self.text)
        text = self.text[start:end]
        if text.isascii():
            return start + min(byte_column, len(text))
        prefix = text.encode("utf-8", "surrogatepass")[:byte_column]
        return start + len(prefix.decode("utf-8", "ignore"))

    def span_of(self, node: ast.AST) -> Span:
        """Return the span of a node that carries a position (all but operators and contexts)."""
        start = self.offset_of_ast(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        end = self.offset_of_ast(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        return Span(start, end)

    def position(self, offset: int) -> Position:
        """Return the line and column of `offset`, both from 1, columns in code points."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def offset(self, position: Position) -> int:
        """Return the offset of `position`, clamped to its line and to the text."""
        starts = self.line_starts
        if position.line > len(starts):
            return len(self.text)
        start = starts[max(position.line, 1) - 1]
        return min(start + max(position.column, 1) - 1, start + len(self.line_text(position.line)))

    def encoded_column(self, offset: int, encoding: PositionEncoding) -> int:
        """Return the 0-based column of `offset` within its line, in units of `encoding`."""
        line = bisect_right(self.line_starts, offset)
        return encoding.width(self.text[self.line_starts[line - 1] : offset])

    def offset_of_encoded(self, line: int, column: int, encoding: PositionEncoding) -> int:
        """Convert line `line` (from 1) and a 0-based column in units of `encoding`.

        A column inside a character goes to that character's start; one past the end
        of the line goes to the end of the line (LSP 3.17, `Position`).
        """
        text = self.line_text(line)
        start = self.offset(Position(line, 1))
        if encoding is PositionEncoding.UTF32 or text.isascii():
            return start + min(column, len(text))
        units = 0
        for index, character in enumerate(text):
            units += encoding.width(character)
            if units > column:
                return start + index
        return start + len(text)


def declared_encoding(data: bytes) -> str:
    """Return the codec that a file's first two lines name (PEP 263), as `tokenize` spells it.

    `tokenize.detect_encoding` ends lines at a line feed only and wants both to be UTF-8;
    Python ends them at a carriage return too and wants nothing of them but the cookie.
    """
    head = _FIRST_TWO_LINES.match(data)
    assert head is not None  # each of the two lines may be empty
    if b"coding" not in head[0]:
        return "utf-8"
    import tokenize  # few files say what they are encoded in

    bom = _UTF8_BOM if data.startswith(_UTF8_BOM) else b""
    lines = iter((bom + _NOT_ASCII.sub(b"?", head[0][len(bom) :])).splitlines(keepends=True))
    encoding, _ = tokenize.detect_encoding(lambda: next(lines, b""))
    return "utf-8" if encoding == "utf-8-sig" else encoding
