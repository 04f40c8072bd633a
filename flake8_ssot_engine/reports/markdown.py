"""The `markdown` format: a page for a CI summary, in GitHub's dialect (GFM)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.outcome import (
    baselined,
    new_errors,
    new_findings,
    plural,
    summary,
)
from flake8_ssot_engine.violations import Severity

MAX_BYTES = 1_000_000
"""Size of the page; GitHub refuses a step's summary of more than 1 MiB."""
_RESERVED = 1_000
_ODD = re.compile(r"[|`]|^\s|\s$|^$")
"""What a code span in a table cannot hold, or not in all dialects."""
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def render_markdown(report: Report) -> Iterator[str]:
    """Yield a heading with the outcome, the counts by code, then what is new and what failed.

    What the baseline tolerates is counted only. Lists end with a note where the page would
    become larger than MAX_BYTES.
    """
    head = list(_head(report))
    yield from head
    room = MAX_BYTES - _RESERVED - _size(head)
    findings, errors = new_findings(report), new_errors(report)
    sections = [
        (
            ["", "### Files that could not be checked", "", "| File | Why |", "| --- | --- |"],
            [_error_row(error) for error in errors],
            "file",
        ),
        (
            [
                "",
                "### Violations",
                "",
                "| Where | Code | Symbol | Write instead |",
                "| --- | --- | --- | --- |",
            ],
            [_row(finding) for finding in findings],
            "violation",
        ),
    ]
    for heading, rows, noun in sections:
        if not rows:
            continue
        yield from heading
        shown = 0
        for row in rows:
            room -= _size([row])
            if room < 0:
                break
            yield row
            shown += 1
        if shown < len(rows):
            left = plural(len(rows) - shown, f"more {noun}")
            yield f"\n… and {left}, for which there is no room here: `ssot check` lists them all."


def _head(report: Report) -> Iterator[str]:
    yield "## ssot check"
    yield ""
    yield f"**{summary(report)}**"
    new = Counter(finding.violation.code for finding in new_findings(report))
    held = Counter(f.violation.code for f in report.findings if f.is_baselined)
    if not report.findings:
        return
    names = {finding.violation.code: finding.violation.name for finding in report.findings}
    yield ""
    yield "| Code | Rule | New | Baselined |" if baselined(report) else "| Code | Rule | Found |"
    yield "| --- | --- | ---: | ---: |" if baselined(report) else "| --- | --- | ---: |"
    for code, name in sorted(names.items()):
        yield f"| {code} | {name} | {new[code]} |" + f" {held[code]} |" * bool(baselined(report))


def _row(finding: Finding) -> str:
    violation = finding.violation
    weight = " (warning)" if finding.severity is Severity.WARNING else ""
    hint = code_span(violation.hint) if violation.hint else ""
    where = code_span(f"{finding.path}:{finding.start.line}")
    return f"| {where} | {violation.code}{weight} | {code_span(str(violation.symbol))} | {hint} |"


def _error_row(error: FileError) -> str:
    where = f"{error.path}:{error.line}" if error.line else error.path
    return f"| {code_span(where)} | {code_span(error.message)} |"


def code_span(text: str) -> str:
    """Return text as code within the cell of a table.

    In odd text every sign that might mean something is a character reference, for it is Markdown
    still within `<code>`.
    """
    text = printable(text)
    if not _ODD.search(text):
        return f"`{text}`"
    return f"<code>{_PUNCTUATION.sub(lambda match: f'&#{ord(match[0])};', text)}</code>"


def _size(lines: list[str]) -> int:
    return sum(len(line.encode("utf-8", "backslashreplace")) + 1 for line in lines)
