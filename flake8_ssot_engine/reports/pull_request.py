"""The comment on a pull request: what it adds and removes, above where the migrations stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_ssot_engine.campaign.change import Change
from flake8_ssot_engine.campaign.standing import Standing
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.gone import Gone
from flake8_ssot_engine.reports.markdown import code_span
from flake8_ssot_engine.reports.outcome import plural
from flake8_ssot_engine.reports.progress_markdown import (
    next_line,
    phase_table,
    prose,
    summary,
    title,
)

MARKER = "<!-- ssot report -->"
"""The first line of each comment, by which a bot finds the one that it made before."""
MAX_LENGTH = 65_000
"""UTF-16 units of the whole: GitHub takes a comment of 65,536 characters, GitLab one of a million,
and the summary of a step may be 1 MiB."""
_MOST_OF_STANDINGS = 20_000
_RESERVED = 600
"""What the notes on what was left out may take."""


def render_pull_request(change: Change | None, every: Sequence[Standing]) -> Iterator[str]:
    """Yield the comment, of at most MAX_LENGTH; without a change it says where things stand.

    What there is no room for is counted.
    """
    standings = list(_standings(every))
    head = [MARKER, *(_head(change) if change else ["## Where the migration stands", ""])]
    yield from head
    if change:
        yield from _lists(change, MAX_LENGTH - _RESERVED - _length(standings) - _length(head))
    yield from standings


def _head(change: Change) -> Iterator[str]:
    gone = sum(not one.is_silenced for one in change.gone)
    tolerated = sum(finding.is_baselined for finding in change.new)
    silenced = len(change.gone) - gone
    adds = plural(len(change.new), "violation") if change.new else "no violation"
    yield f"## This change adds {adds} and removes {gone or 'none'}"
    yield ""
    told = [f"Compared with {code_span(change.commit[:12])}, where it left {code_span(change.ref)}"]
    if tolerated:
        told.append(f"{tolerated} of what it adds is tolerated by the baseline")
    if silenced:
        told.append(f"{silenced} more is not removed but silenced by `# noqa`")
    if change.errors:
        told.append(f"{plural(len(change.errors), 'file')} could not be checked")
    yield f"{'; '.join(told)}. {plural(change.files, 'file')} looked at."
    yield ""


def _lists(change: Change, room: int) -> Iterator[str]:
    parts = (
        ("File|Why", [_error_row(error) for error in change.errors], "file", ""),
        (
            "Added|Code|Message|Fix",
            [_new_row(finding) for finding in change.new],
            "violation",
            "",
        ),
        (
            "Removed|Code|Message",
            [_gone_row(one) for one in change.gone],
            "violation",
            "What was removed",
        ),
    )
    for columns, rows, noun, fold in parts:
        if not rows:
            continue
        lines = [f"| {columns.replace('|', ' | ')} |", "|" + " --- |" * (columns.count("|") + 1)]
        if fold:  # what is good news need not be in the way
            lines = ["<details>", f"<summary>{fold}</summary>", "", *lines]
        room -= _length(lines)
        shown = 0
        for row in rows:
            room -= _length([row])
            if room < 0:
                room += _length([row])
                break
            lines.append(row)
            shown += 1
        if not shown:
            lines = lines[: 3 * bool(fold)]
        yield from lines
        if shown < len(rows):
            yield f"\n… and {plural(len(rows) - shown, f'more {noun}')}."
        yield ""
        if fold:
            yield from ("</details>", "")


def _standings(every: Sequence[Standing]) -> Iterator[str]:
    room = _MOST_OF_STANDINGS
    left_out = 0
    for standing in every:
        lines = [
            f"### {title(standing)}",
            "",
            *summary(standing),
            *phase_table(standing),
            next_line(standing),
            "",
        ]
        if _length(lines) > room:
            left_out += 1
            continue
        room -= _length(lines)
        yield from lines
    if left_out:
        yield f"… and {plural(left_out, 'more migration')}: `ssot status` tells."


def _new_row(finding: Finding) -> str:
    violation = finding.violation
    tolerated = " (tolerated)" if finding.is_baselined else ""
    fix = "by hand" if violation.applicability is None else violation.applicability.label
    cells = [_where(finding), f"{violation.code}{tolerated}", prose(violation.text), fix]
    return f"| {' | '.join(cells)} |"


def _gone_row(gone: Gone) -> str:
    violation = gone.finding.violation
    silenced = " (silenced by `# noqa`)" if gone.is_silenced else ""
    text = prose(violation.text.partition("; use `")[0])
    return f"| {_where(gone.finding)} | {violation.code}{silenced} | {text} |"


def _error_row(error: FileError) -> str:
    where = f"{error.path}:{error.line}" if error.line else error.path
    return f"| {code_span(where)} | {prose(error.message)} |"


def _where(finding: Finding) -> str:
    return code_span(f"{finding.path}:{finding.start.line}")


def _length(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-16-le")) // 2 + 1 for line in lines)
