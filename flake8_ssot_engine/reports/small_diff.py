"""The small diff: what a fix does to the lines of its violation."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import islice

from flake8_ssot_engine.edits import Edit, Fix, PlacedEdit, apply_edits
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.reports.outcome import plural
from flake8_ssot_engine.source import Position, Span


def render_small_diff(finding: Finding, fix: Fix) -> Iterator[str]:
    """Yield the lines that change, as `-` and `+`, then how many edits there are elsewhere.

    Nothing is said of how those look: they are in lines that the finding does not hold.
    """
    last = finding.start.line + len(finding.lines) - 1
    here = [
        edit
        for edit in fix.edits
        if edit.path == finding.path
        and finding.start.line <= edit.start.line <= edit.end.line <= last
    ]
    old = "\n".join(finding.lines)
    new = apply_edits(old, [_within(finding, edit) for edit in here]).text
    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm="")
    for line in islice(lines, 2, None):  # after the header, which names files
        if not line.startswith("@@"):
            yield f"{line[0]} {line[1:]}"
    elsewhere = [edit for edit in fix.edits if edit not in here]
    if elsewhere:
        files = {edit.path for edit in elsewhere}
        where = "in this file" if files == {finding.path} else f"in {plural(len(files), 'file')}"
        yield f"  and {plural(len(elsewhere), 'more edit' if here else 'edit')} {where}"


def _within(finding: Finding, edit: PlacedEdit) -> Edit:
    return Edit(
        edit.path, Span(_offset(finding, edit.start), _offset(finding, edit.end)), edit.text
    )


def _offset(finding: Finding, position: Position) -> int:
    before = finding.lines[: position.line - finding.start.line]
    return sum(len(line) + 1 for line in before) + position.column - 1
