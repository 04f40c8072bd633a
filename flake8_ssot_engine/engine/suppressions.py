"""`# noqa` comments, read exactly as Flake8 reads them, so that both faces agree.

Source: Flake8 5 to 7, `defaults.py`, `processor.py` (`_noqa_line_mapping`) and `violation.py`.
"""

from __future__ import annotations

import io
import re
import tokenize
from functools import cached_property

from flake8_ssot_engine.source import SourceFile

_INLINE = re.compile(
    r"# noqa(?::[\s]?(?P<codes>([A-Z]+[0-9]+(?:[,\s]+)?)+))?",
    re.IGNORECASE,
)
_WHOLE_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,\s]")


class Suppressions:
    """The `# noqa` comments of one file."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._has_any = "noqa" in source.text.lower()

    @cached_property
    def whole_file(self) -> bool:
        """Whether a line `# flake8: noqa` turns everything off."""
        lines = range(1, len(self._source.line_starts) + 1)
        return self._has_any and any(
            _WHOLE_FILE.match(self._source.line_text(line)) for line in lines
        )

    def covers(self, code: str, line: int) -> bool:
        """Whether a violation with `code` on `line` (from 1) is suppressed."""
        if not self._has_any:
            return False
        if self.whole_file:
            return True
        match = _INLINE.search(self._line_groups.get(line) or self._source.line_text(line))
        if match is None:
            return False
        if match["codes"] is None:
            return True
        codes = tuple(part for part in _SEPARATOR.split(match["codes"]) if part)
        return code.startswith(codes)

    @cached_property
    def _line_groups(self) -> dict[int, str]:
        """Map each line to the text in which its comment is looked for.

        Lines that a backslash or a multi-line string joins are one; those that stand in
        brackets are not.
        """
        groups: dict[int, str] = {}
        text = "\n".join(
            self._source.line_text(line) for line in range(1, len(self._source.line_starts) + 1)
        )
        first, last = 0, 0
        try:
            for token in tokenize.generate_tokens(io.StringIO(text).readline):
                if token.type in {tokenize.ENDMARKER, tokenize.DEDENT}:
                    continue
                first = min(first or token.start[0], token.start[0])
                last = max(last, token.end[0])
                if token.type in {tokenize.NL, tokenize.NEWLINE}:
                    lines = range(first, last + 1)
                    joined = "\n".join(map(self._source.line_text, lines))
                    groups.update(dict.fromkeys(lines, joined))
                    first, last = 0, 0
        except (tokenize.TokenError, SyntaxError):
            return {}
        return groups
