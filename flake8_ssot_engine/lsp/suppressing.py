"""Suppressing: where a `# noqa` must stand so that it covers a violation, and changes no code."""

from __future__ import annotations

import ast

from flake8_ssot_engine.edits import Edit, apply_edits
from flake8_ssot_engine.engine.suppressions import INLINE, Suppressions
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.source import SourceFile, Span

REASON = "TODO: say why"
"""What stands where a person is to give the reason."""


def suppress(source: SourceFile, code: str, line: int) -> Edit | None:
    """Return the edit that has a violation on a line (from 1) covered; None if none is found.

    The comment stands at the end of the line, or where no comment can stand there (in a string
    of several lines, before a line that a backslash joins) at the end of the first line after it
    that is read with it.
    """
    before = _tree(source)
    joined = Suppressions(source).lines_with(line)
    commented = [place for place in joined if INLINE.search(source.line_text(place))]
    for place in [*commented[:1], *range(line, joined.stop)]:
        edit = _edit(source, code, place)
        after = SourceFile(source.path, apply_edits(source.text, [edit]).text)
        if Suppressions(after).covers(code, line) and _tree(after) == before:
            return edit
    return None


def _edit(source: SourceFile, code: str, line: int) -> Edit:
    text, start = source.line_text(line), source.line_starts[line - 1]
    known = INLINE.search(text)
    if known is not None and known["codes"] is not None:
        at = start + known.start("codes") + len(known["codes"].rstrip(", \t"))
        return Edit(source.path, Span(at, at), f",{code}")
    end = len(text.rstrip())
    return Edit(source.path, Span(start + end, start + end), f"  # noqa: {code} {REASON}")


def _tree(source: SourceFile) -> str:
    """Return all that Python sees of a text; nothing of one that it refuses."""
    try:
        return ast.dump(source.parse())
    except SourceError:
        return ""
