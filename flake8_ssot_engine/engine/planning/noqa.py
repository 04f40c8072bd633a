"""Takes codes out of `# noqa` comments, and the comments away that have no code left."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.engine.suppressions import INLINE, WHOLE_FILE
from flake8_ssot_engine.source import SourceFile, Span

_CODE = re.compile(r"[^,\s]+")
_END = re.compile(r"\s+(?=#\D)|\s*$")
"""Where a comment's reason ends: at the next comment. `#12` is none."""


def without_codes(source: SourceFile, spans: Collection[Span]) -> Iterator[Edit]:
    """Yield the edits that take the codes at `spans` out of their comments, one a comment."""
    by_line: defaultdict[int, list[Span]] = defaultdict(list)
    for span in spans:
        by_line[source.position(span.start).line].append(span)
    for line, codes in by_line.items():
        start, text = source.line_starts[line - 1], source.line_text(line)
        for match in [WHOLE_FILE.match(text), *INLINE.finditer(text)]:
            if match is None or match["codes"] is None:
                continue
            found = Span(start + match.start("codes"), start + match.end("codes"))
            gone = {s.start for s in codes if found.start <= s.start < found.end}
            if gone:
                yield _edit(source, line, match, {at - found.start for at in gone})


def _edit(source: SourceFile, line: int, match: re.Match[str], gone: Collection[int]) -> Edit:
    start, text = source.line_starts[line - 1], source.line_text(line)
    every = list(_CODE.finditer(match["codes"]))
    left = [code[0] for code in every if code.start() not in gone]
    if left:
        first = match.start("codes")
        span = Span(start + first, start + first + every[-1].end())
        separator = ", " if re.search(r",\s", match["codes"]) else ","
        return Edit(source.path, span, separator.join(left))
    # With the reason behind it.
    end = _END.search(text, match.end())
    assert end is not None
    head, tail = text[: match.start()].rstrip(), text[end.end() :]
    if tail:
        span = Span(start + match.start(), start + end.end())
    elif head:
        span = Span(start + len(head), start + len(text))
    else:
        span = Span(start, [*source.line_starts[line:], len(source.text)][0])
    return Edit(source.path, span, "")
