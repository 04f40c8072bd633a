"""The text of `ssot status`: where migrations stand, for a person, on 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flake8_ssot_engine.campaign.breakdown import Share
from flake8_ssot_engine.campaign.progress import LookAlikes, PhaseProgress, Progress
from flake8_ssot_engine.campaign.standing import Standing
from flake8_ssot_engine.migrations import Enforcement
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.next_step_words import command_of, reason_of, sentence
from flake8_ssot_engine.reports.outcome import plural
from flake8_ssot_engine.violations import ReferenceKind

WIDTH = 80
SOON_DAYS = 14
"""Days before a deadline from which on it is told in another colour."""
_MOST_COLUMNS = 6
"""Phases that fit beside one another."""
_MOST_SHARES = 5
"""Packages and owners at a glance."""
NO_PHASE = "(in no phase)"


def render_progress_text(
    every: Sequence[Standing], *, by: str = "", is_colored: bool = False
) -> Iterator[str]:
    """Yield each migration for a person, in lines of at most 80 columns.

    `by` is "owner" or "package" for all of those and nothing else, "" for a bit of everything.
    """
    for number, standing in enumerate(every):
        if number:
            yield ""
        yield from _render(standing, by, is_colored=is_colored)


def _render(standing: Standing, by: str, *, is_colored: bool) -> Iterator[str]:
    from rich.console import Console, Group
    from rich.text import Text

    console = Console(
        width=WIDTH,
        force_terminal=is_colored,
        color_system="standard" if is_colored else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    lines: list[Any] = [Text(headline(standing), style="bold")]
    if told := enforcement(standing):
        lines.append(Text(told))
    if told := deadline(standing):
        days = standing.days_left or 0
        style = "bold red" if days <= 0 else "yellow" if days <= SOON_DAYS else ""
        lines.append(Text(told, style=style))
    if by == "owner":
        lines += _share_table("owner", standing.owners)
        lines += map(Text, owner_notes(standing))
    elif by == "package":
        lines += _share_table("package", standing.packages)
    else:
        lines += [_phase_table(standing), _kind_table(standing.progress.phases)]
        lines += _share_table("package", standing.packages, most=_MOST_SHARES)
        if standing.codeowners:
            lines += _share_table("owner", standing.owners, most=_MOST_SHARES)
        lines += map(Text, _notes(standing))
    lines.append(Text(f"next: {next_words(standing)}", style="bold" if is_colored else ""))
    with console.capture() as capture:
        console.print(Group(*lines))
    yield from (line.rstrip() for line in capture.get().splitlines())


def headline(standing: Standing) -> str:
    """Return what is left of a migration, in one line."""
    migration = standing.progress.migration
    title = f": {printable(migration.title)}" if migration.title else ""
    return f"{printable(migration.id)}{title}: {amount_left(standing.progress)}"


def amount_left(progress: Progress) -> str:
    """Return how many violations are left of those that there were."""
    was = sum(phase.was["violations"] for phase in progress.phases)
    return f"{progress.left} of {plural(was, 'violation')} left" if was else "no violation left"


def deadline(standing: Standing) -> str:
    """Return when the deadline is, and what happens then; "" where none is declared."""
    days, date = standing.days_left, standing.progress.migration.deadline
    left = standing.progress.left
    if days is None:
        return ""
    if days <= 0:
        when = "today" if days == 0 else f"{plural(-days, 'day')} ago"
        return f"deadline {date}, {when}: every violation is an error, whatever was tolerated"
    told = f"each violation left ({left} now)" if left else "any violation"
    return f"deadline {date}, {plural(days, 'day')} left: from then on {told} is an error"


def next_words(standing: Standing) -> str:
    """Return what to do next, and why."""
    command = command_of(standing.next)
    return f"`{command}`: {reason_of(standing.next)}" if command else sentence(standing.next)


def owner_notes(standing: Standing) -> Iterator[str]:
    """Yield what is to be known of the owners."""
    owners = standing.codeowners
    if owners is None:
        yield "the repository has no CODEOWNERS, so nobody is known to own a file"
        return
    if sum(share.tally.files for share in standing.owners) > sum(
        share.tally.files for share in standing.packages
    ):
        yield "a file with several owners counts for each of them"
    if owners.trouble:
        yield f"CODEOWNERS {printable(owners.trouble)}"
    elif owners.invalid:
        lines = ", ".join(map(str, owners.invalid[:5])) + ", …" * (len(owners.invalid) > 5)
        count = plural(len(owners.invalid), "line")
        yield f"CODEOWNERS: {count} passed over, as a code host does with what is invalid: {lines}"


def enforcement(standing: Standing) -> str:
    """Return what `ssot check` makes of the violations that are left; "" where there are none."""
    off = sum(
        phase.left.violations
        for phase in standing.progress.phases
        if phase.enforce is Enforcement.OFF
    )
    counts = {
        "`ssot check` fails for": sum(standing.failing.values()),
        "the baseline tolerates": sum(standing.tolerated.values()),
        "phases that are off hold": off,
    }
    told = ", ".join(f"{what} {count}" for what, count in counts.items() if count)
    return told and f"of these, {told}"


def _phase_table(standing: Standing) -> Any:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("")
    table.add_column("phase", overflow="fold", max_width=28)
    table.add_column("enforced")
    for name in ("was", "left", "fixable", "fail"):
        table.add_column(name, justify="right")
    table.add_column("done")
    for number, phase in enumerate(standing.progress.phases, 1):
        table.add_row(
            str(number) if phase.name else "",
            printable(phase.name) or NO_PHASE,
            phase.enforce.value,
            f"{phase.was['violations']:,}",
            f"{phase.left.violations:,}",
            f"{phase.left.fixable:,}",
            "-" if phase.enforce is Enforcement.OFF else f"{standing.failing.get(phase.name, 0):,}",
            phase.done[:10] or "-",
            style="" if phase.left.violations else "green",
        )
    return table


def _kind_table(phases: Sequence[PhaseProgress]) -> Any:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("references")
    shown = phases if len(phases) <= _MOST_COLUMNS else ()
    for number, phase in enumerate(shown, 1):
        table.add_column(str(number) if phase.name else "no phase", justify="right")
    table.add_column("all", justify="right")
    for kind in (kind.value for kind in ReferenceKind):
        counts = [(p.was["references"].get(kind, 0), p.left.references[kind]) for p in phases]
        if any(map(any, counts)):
            cells = [_change(*count) for count in counts] if shown else []
            table.add_row(kind, *cells, _change(*map(sum, zip(*counts, strict=True))))
    return table


def _change(was: int, left: int) -> str:
    if not was and not left:
        return "-"
    return f"{was:,}" if was == left else f"{was:,} > {left:,}"


def _share_table(what: str, shares: Sequence[Share], *, most: int | None = None) -> Iterator[Any]:
    from rich.table import Table
    from rich.text import Text

    if not shares:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(what, overflow="fold")
    for name in ("files", "left", "fixable", "references"):
        table.add_column(name, justify="right")
    for share in shares[:most]:
        one = share.tally
        counts = (one.files, one.violations, one.fixable, one.references.total())
        table.add_row(printable(share.name), *(f"{count:,}" for count in counts))
    yield table
    if most is not None and len(shares) > most:
        yield Text(f"… and {len(shares) - most} more: `ssot status --by {what}`", style="dim")


def _notes(standing: Standing) -> Iterator[str]:
    for alike in standing.progress.look_alikes:
        if alike.hits:
            yield _told(alike)
    if unreadable := standing.progress.unreadable:
        yield f"{plural(unreadable, 'file')} that could not be read or parsed"


def _told(alike: LookAlikes) -> str:
    return (
        f"{alike.hits:,} plain-text hits of `{alike.name}`: {alike.references:,} refer to the old"
        f" symbol, {alike.texts:,} are in its path in texts, {alike.owned:,} are the owners' own;"
        f" look-alikes: {alike.longer:,} parts of longer names, {alike.others:,} words of prose or"
        " other symbols"
    )
