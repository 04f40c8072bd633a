"""Comments in the code that suppress more than they seem to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok
from flake8_ssot_engine.engine.findings import FileError
from flake8_ssot_engine.engine.run import read_source
from flake8_ssot_engine.engine.suppressions import Suppressions
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.semantics.tokens import comments_in
from flake8_ssot_engine.source import SourceFile

AREA = "comments"
_NOT_OURS = "ZZZ999"
_LINES_TOLD = 5
_IN_BYTES = re.compile(rb"(?i)noqa[^\n]*SSOT")
_WHOLE_FILE = re.compile(r"(?i)\s*# flake8[:=]\s*noqa:\s*[^#]*\bSSOT")
_INLINE = re.compile(r"(?i)#\s*noqa\b[^#]*\bSSOT")


def diagnose_comments(root: str, files: Sequence[str]) -> Iterator[Remark]:
    """Look at the `# noqa` comments with our codes in files, given by absolute paths."""
    blanket: list[str] = []
    whole: list[str] = []
    for path in files:
        data = read_source(path, path)
        if isinstance(data, FileError) or not _IN_BYTES.search(data):
            continue
        try:
            source = SourceFile.from_bytes(path, data)
        except SourceError:
            continue
        shown = os.path.relpath(path, root)
        for line, comment in _comments(source):
            if _WHOLE_FILE.match(source.line_text(line)):
                whole.append(f"{shown}:{line}")
            elif _INLINE.match(comment) and _is_blanket(comment):
                blanket.append(f"{shown}:{line}")
    if blanket:
        message = "`# noqa` that means to name SSOT codes, and names none that can be read"
        why = "it silences every rule of every plugin on its line"
        instead = "a whole code after one colon and at most one space: `# noqa: SSOT001`"
        yield Remark(Level.WARNING, AREA, message, _places(blanket), why, instead)
    if whole:
        message = "`# flake8: noqa: SSOT…` for a whole file"
        why = "Flake8 skips the file for every plugin and every code"
        instead = "`per-file-ignores` in the configuration, or `# noqa: SSOT001` on the line"
        yield Remark(Level.WARNING, AREA, message, _places(whole), why, instead)
    if not blanket and not whole:
        yield ok(AREA, "no `# noqa` suppresses more than the SSOT codes that it names")


def _comments(source: SourceFile) -> Iterator[tuple[int, str]]:
    """Yield each comment with its line, as far as the tokenizer gets."""
    try:
        for token in comments_in(source.text):
            yield token.start[0], token.string
    except SourceError:
        return


def _is_blanket(comment: str) -> bool:
    return Suppressions(SourceFile("", f"x  {comment}\n")).covers(_NOT_OURS, 1)


def _places(found: Sequence[str]) -> str:
    more = len(found) - _LINES_TOLD
    return ", ".join(found[:_LINES_TOLD]) + (f" and {more} more" if more > 0 else "")
