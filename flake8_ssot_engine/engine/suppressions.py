"""`# noqa` comments, read exactly as Flake8 reads them, so that both faces agree.

One thing Flake8 does not know: `# flake8: noqa: SSOT001`, by which it passes over the whole file,
here turns off what it names and nothing else.

Source: Flake8 5 to 7, `defaults.py`, `processor.py` (`_noqa_line_mapping`) and `violation.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import SourceFile, Span

if TYPE_CHECKING:
    import tokenize

_CODES = r"(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?"
INLINE = re.compile(rf"# noqa{_CODES}", re.IGNORECASE)
WHOLE_FILE = re.compile(rf"\s*# flake8[:=]\s*noqa{_CODES}", re.IGNORECASE)
_CODE = re.compile(r"[^,\s]+")
_OURS = re.compile(r"SSOT[0-9]+")


class Suppression(NamedTuple):
    """One of our codes in a `# noqa` comment, and where it stands."""

    code: str
    span: Span


class _Comment(NamedTuple):
    """A comment with codes: the lines that it is for, None for all, and what it says."""

    lines: range | None
    codes: tuple[Suppression, ...]
    is_heeded: bool


class Suppressions:
    """The `# noqa` comments of one file."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source

    @property
    def names_ours(self) -> bool:
        """Whether a comment may name one of our codes."""
        return "SSOT" in self._source.text and self._has_any

    def covers(self, code: str, line: int) -> bool:
        """Whether a violation with `code` on `line` (from 1) is suppressed."""
        if not self._has_any:
            return False
        for codes in self._of_whole_file:
            if codes is None or code.startswith(codes):
                return True
        match = INLINE.search(self._text_for(line))
        if match is None:
            return False
        codes = _split(match)
        return codes is None or code.startswith(codes)

    def unused(
        self, raised: Collection[tuple[str, int]], judged: Collection[str]
    ) -> Iterator[Suppression]:
        """Yield each of our codes in a comment that suppresses nothing.

        `raised` are the codes and lines (from 1) of all violations, suppressed or not; `judged`
        the codes that were looked for: a comment for any other cannot be judged.
        """
        if not self._has_any or None in self._of_whole_file:
            return
        for comment in self._comments():
            for code, span in comment.codes:
                meant = {one for one in judged if one.startswith(code)}
                is_used = comment.is_heeded and any(
                    one in meant and (comment.lines is None or line in comment.lines)
                    for one, line in raised
                )
                if meant and not is_used:
                    yield Suppression(code, span)

    @cached_property
    def _has_any(self) -> bool:
        return "noqa" in self._source.text.lower()

    @cached_property
    def _of_whole_file(self) -> list[tuple[str, ...] | None]:
        """The codes of each line that is for the whole file; None for one without codes."""
        if not self._has_any:
            return []
        lines = range(1, len(self._source.line_starts) + 1)
        found = (WHOLE_FILE.match(self._source.line_text(line)) for line in lines)
        return [_split(match) for match in found if match is not None]

    def _text_for(self, line: int) -> str:
        """Return the text in which the comment for a line is looked for."""
        return "\n".join(map(self._source.line_text, self.lines_with(line)))

    def lines_with(self, line: int) -> range:
        """Return the lines that are read as one with a line, itself among them (from 1)."""
        return self._line_groups.get(line, range(line, line + 1))

    @cached_property
    def _line_groups(self) -> dict[int, range]:
        """Map each line to those that it is one with.

        Lines that a backslash or a multi-line string joins are one; those that stand in
        brackets are not.
        """
        import tokenize  # in a file without violations nobody asks

        groups: dict[int, range] = {}
        first, last = 0, 0
        for token in self._tokens:
            if token.type in {tokenize.ENDMARKER, tokenize.DEDENT}:
                continue
            first = min(first or token.start[0], token.start[0])
            last = max(last, token.end[0])
            if token.type in {tokenize.NL, tokenize.NEWLINE}:
                lines = range(first, last + 1)
                groups.update(dict.fromkeys(lines, lines))
                first, last = 0, 0
        return groups

    @cached_property
    def _tokens(self) -> list[tokenize.TokenInfo]:
        """The file's tokens, none where it has a flaw."""
        from flake8_ssot_engine.semantics.tokens import tokens_of  # few files need them

        try:
            return list(tokens_of(self._source.text))
        except SourceError:
            return []

    def _comments(self) -> Iterator[_Comment]:
        """Yield the comments that name one of our codes."""
        import tokenize

        for token in self._tokens:
            if token.type != tokenize.COMMENT:
                continue
            line, column = token.start
            start = self._source.line_starts[line - 1] + column
            whole = WHOLE_FILE.match(self._source.line_text(line))
            if whole is not None:
                yield _Comment(None, _ours(whole, start - column), is_heeded=True)
            elif match := INLINE.search(token.string):
                lines = self.lines_with(line)
                heeded = INLINE.search(self._text_for(line))  # the first one of joined lines
                is_heeded = heeded is not None and heeded[0] == match[0]
                yield _Comment(lines, _ours(match, start), is_heeded)


def _split(match: re.Match[str]) -> tuple[str, ...] | None:
    """Return the codes of a comment, None where it names none and so means all."""
    return None if match["codes"] is None else tuple(_CODE.findall(match["codes"]))


def _ours(match: re.Match[str], offset: int) -> tuple[Suppression, ...]:
    """Return our codes in a comment, `offset` being where the text starts that was searched."""
    if match["codes"] is None:
        return ()
    start = offset + match.start("codes")
    return tuple(
        Suppression(code[0], Span(start + code.start(), start + code.end()))
        for code in _CODE.finditer(match["codes"])
        if _OURS.fullmatch(code[0])
    )
