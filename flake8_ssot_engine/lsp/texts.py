"""Text: what an editor holds of a file, with positions as the protocol counts them.

pygls has a class for this, which takes a form feed and other characters to end a line; the
protocol (LSP 3.17, `Text Documents`) and Python do not.
"""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types as lsp

from flake8_ssot_engine.source import Position, PositionEncoding, SourceFile, Span

_BOM = "\ufeff"


class Text:
    """A text with its lines; immutable. `encoding` is how positions count columns.

    Offsets are those of a SourceFile: a BOM, which few editors hand over, does not count.
    """

    __slots__ = ("_bom", "encoding", "source", "whole")

    def __init__(self, whole: str, encoding: PositionEncoding) -> None:
        self.whole = whole
        self.encoding = encoding
        self.source = SourceFile("", whole)
        self._bom = encoding.width(_BOM) if self.source.has_bom else 0

    @classmethod
    def of_bytes(cls, data: bytes, encoding: PositionEncoding) -> Text:
        """Return the text of a file as an editor would open it. Raises SourceError."""
        return cls(SourceFile.from_bytes("", data).text, encoding)

    @classmethod
    def of_source(cls, source: SourceFile, encoding: PositionEncoding) -> Text:
        """Return the text of a file that was read, whose lines are told apart once."""
        text = cls("", encoding)
        text.whole, text.source = source.text, source
        return text

    # --- from here to the protocol

    def position(self, offset: int) -> lsp.Position:
        """Return the position of an offset."""
        line = self.source.position(offset).line - 1
        column = self.source.encoded_column(offset, self.encoding)
        return lsp.Position(line, column + self._bom if line == 0 else column)

    def range(self, span: Span) -> lsp.Range:
        """Return the range of a span."""
        return lsp.Range(self.position(span.start), self.position(span.end))

    def range_between(self, start: Position, end: Position) -> lsp.Range:
        """Return the range between two positions as people count them."""
        return self.range(Span(self.source.offset(start), self.source.offset(end)))

    # --- from the protocol

    def offset(self, position: lsp.Position) -> int:
        """Return the offset of a position, clamped to its line and to the text."""
        column = position.character - (self._bom if position.line == 0 else 0)
        return self.source.offset_of_encoded(position.line + 1, max(column, 0), self.encoding)

    def span(self, range_: lsp.Range) -> Span:
        """Return the span of a range."""
        start, end = self.offset(range_.start), self.offset(range_.end)
        return Span(min(start, end), max(start, end))

    def changed(self, changes: Iterable[lsp.TextDocumentContentChangeEvent]) -> Text:
        """Return the text after some changes, each of which sees what the one before it left."""
        text = self
        for change in changes:
            if not isinstance(change, lsp.TextDocumentContentChangePartial):
                text = Text(change.text, self.encoding)
                continue
            start, end = sorted(map(text._index, (change.range.start, change.range.end)))
            whole = f"{text.whole[:start]}{change.text}{text.whole[end:]}"
            text = Text(whole, self.encoding)
        return text

    def _index(self, position: lsp.Position) -> int:
        """Return where a position is in the whole text, its BOM included."""
        if position.line == 0 and position.character < self._bom:
            return 0
        return self.offset(position) + bool(self._bom)
