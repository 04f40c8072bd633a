"""The markdown of `ssot status`, in the dialect of GitHub and GitLab."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from flake8_ssot_engine.campaign.breakdown import Share
from flake8_ssot_engine.campaign.standing import Standing
from flake8_ssot_engine.migrations import Enforcement
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.markdown import code_span
from flake8_ssot_engine.reports.next_step_words import command_of, reason_of
from flake8_ssot_engine.reports.outcome import plural
from flake8_ssot_engine.reports.progress_report import (
    NO_PHASE,
    amount_left,
    deadline,
    enforcement,
    owner_notes,
)
from flake8_ssot_engine.violations import ReferenceKind

_MOST_SHARES = 20
_BAR_CELLS = 10
_MARKUP = re.compile(r"[\\*_\[\]<>#|&~$@^!]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_NO_BREAK = "&#8288;"
"""Nothing to see; it keeps `@` and `#` from mentioning anybody or anything."""


def render_progress_markdown(every: Sequence[Standing], *, by: str = "") -> Iterator[str]:
    """Yield each migration under a heading; `by` is "owner", "package", or "" for all there is.

    At a glance no more than twenty packages and owners are listed.
    """
    for standing in every:
        yield from _section(standing, by)


def _section(standing: Standing, by: str) -> Iterator[str]:
    yield f"## {title(standing)}"
    yield ""
    yield from summary(standing)
    if by == "owner":
        yield from _share_table("Owner", standing.owners)
    elif by == "package":
        yield from _share_table("Package", standing.packages)
    else:
        yield from phase_table(standing)
        yield from _kind_table(standing)
        yield from _share_table("Package", standing.packages, most=_MOST_SHARES)
        if standing.codeowners:
            yield from _share_table("Owner", standing.owners, most=_MOST_SHARES)
    if by == "owner" or (not by and standing.codeowners):
        yield from _list(owner_notes(standing))
    yield next_line(standing)
    yield ""


def title(standing: Standing) -> str:
    """Return what a migration is called, for a heading."""
    migration = standing.progress.migration
    return code_span(migration.id) + (f" {prose(migration.title)}" if migration.title else "")


def summary(standing: Standing) -> Iterator[str]:
    """Yield what is left, what is enforced, and when the deadline is, with blank lines between."""
    left = f"**{amount_left(standing.progress)}**"
    enforced = enforcement(standing)
    yield f"{left}; {prose(enforced)}" if enforced else left
    yield ""
    unreadable = plural(standing.progress.unreadable, "file")
    notes = (
        deadline(standing),
        f"{unreadable} that could not be read or parsed" * bool(standing.progress.unreadable),
    )
    yield from _list(filter(None, notes))


def phase_table(standing: Standing) -> Iterator[str]:
    """Yield a table of the phases, each with a bar of what is done, and a blank line."""
    if not standing.progress.phases:
        return
    yield "| Phase | Enforced | Progress | Left | Fixable | Fail | Done |"
    yield "| --- | --- | --- | ---: | ---: | ---: | --- |"
    for phase in standing.progress.phases:
        was, left = phase.was["violations"], phase.left.violations
        failing = standing.failing.get(phase.name, 0)
        cells = [
            code_span(phase.name) if phase.name else NO_PHASE,
            phase.enforce.value,
            _bar(was, left),
            f"{left:,} of {was:,}",
            f"{phase.left.fixable:,}",
            "–" if phase.enforce is Enforcement.OFF else f"{failing:,}",
            phase.done[:10] or "–",
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""


def next_line(standing: Standing) -> str:
    """Return what to do next, with the reason."""
    command, reason = command_of(standing.next), prose(reason_of(standing.next))
    return f"Next: {code_span(command)}: {reason}" if command else f"Nothing to do: {reason}"


def prose(text: str) -> str:
    """Return text whose only markup are its `code spans`, and that mentions nobody."""
    parts = printable(text).split("`")
    return "".join(
        code_span(part) if number % 2 and part else _MARKUP.sub(_reference, part)
        for number, part in enumerate(parts)
    )


def _list(notes: Iterable[str]) -> Iterator[str]:
    items = [f"- {prose(note)}" for note in notes]
    yield from items
    if items:
        yield ""


def _reference(sign: re.Match[str]) -> str:
    return f"&#{ord(sign[0])};" + _NO_BREAK * (sign[0] in "@#")


def _bar(was: int, left: int) -> str:
    """Return how much is done: rounded down, so that it is never full while anything is left."""
    share = max(0, was - left) / was if was else float(not left)
    full = int(share * _BAR_CELLS)
    return f"`{'█' * full}{'░' * (_BAR_CELLS - full)}` {int(share * 100)} %"


def _kind_table(standing: Standing) -> Iterator[str]:
    phases = standing.progress.phases
    rows = [
        (kind.value, was, left)
        for kind in ReferenceKind
        if (was := sum(p.was["references"].get(kind.value, 0) for p in phases))
        + (left := sum(p.left.references[kind.value] for p in phases))
    ]
    if rows:
        yield "| References | Were | Left |"
        yield "| --- | ---: | ---: |"
        yield from (f"| {kind} | {was:,} | {left:,} |" for kind, was, left in rows)
        yield ""


def _share_table(what: str, shares: Sequence[Share], *, most: int | None = None) -> Iterator[str]:
    if not shares:
        return
    yield f"| {what} | Files | Left | Fixable | References |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for share in shares[:most]:
        one = share.tally
        counts = (one.files, one.violations, one.fixable, one.references.total())
        yield f"| {code_span(share.name)} | {' | '.join(f'{count:,}' for count in counts)} |"
    yield ""
    if most is not None and len(shares) > most:
        yield f"… and {len(shares) - most} more: `ssot status --by {what.lower()}` lists them all."
        yield ""
