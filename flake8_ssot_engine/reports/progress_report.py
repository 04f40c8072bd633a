"""The report of progress: a migration at a glance, on 80 columns or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_ssot_engine.campaign.progress import LookAlikes, PhaseProgress, Progress
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.json_format import VERSION
from flake8_ssot_engine.reports.outcome import plural
from flake8_ssot_engine.violations import ReferenceKind

WIDTH = 80
_MOST_COLUMNS = 6
"""Phases that fit beside one another."""
_NO_PHASE = "(in no phase)"


def render_progress_text(every: Sequence[Progress], *, is_colored: bool = False) -> Iterator[str]:
    """Yield each migration for a person, in lines of at most 80 columns."""
    for number, progress in enumerate(every):
        if number:
            yield ""
        yield from _render(progress, is_colored=is_colored)


def render_progress_json(every: Sequence[Progress]) -> Iterator[str]:
    """Yield one JSON document with everything that the text shows, and each count apart."""
    document = {"version": VERSION, "migrations": [_as_json(progress) for progress in every]}
    yield json.dumps(document, indent=2, ensure_ascii=True)


def _render(progress: Progress, *, is_colored: bool) -> Iterator[str]:
    from rich.console import Console, Group
    from rich.text import Text

    migration, phases = progress.migration, progress.phases
    was = sum(phase.was["violations"] for phase in phases)
    left = sum(phase.left.violations for phase in phases)
    title = f": {printable(migration.title)}" if migration.title else ""
    told = f"{left} of {plural(was, 'violation')} left" if was else "no violation left"
    console = Console(
        width=WIDTH,
        force_terminal=is_colored,
        color_system="standard" if is_colored else None,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    head = Text(f"{printable(migration.id)}{title}: {told}", style="bold")
    notes = [Text(line) for line in _notes(progress)]
    with console.capture() as capture:
        console.print(Group(head, _phase_table(phases), _kind_table(phases), *notes))
    yield from (line.rstrip() for line in capture.get().splitlines())


def _phase_table(phases: Sequence[PhaseProgress]) -> Any:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("")
    table.add_column("phase", overflow="fold", max_width=28)
    table.add_column("enforced")
    for name in ("was", "left", "fixable"):
        table.add_column(name, justify="right")
    table.add_column("done")
    for number, phase in enumerate(phases, 1):
        done = phase.done[:16].replace("T", " ")
        table.add_row(
            str(number) if phase.name else "",
            printable(phase.name) or _NO_PHASE,
            phase.enforce.value,
            f"{phase.was['violations']:,}",
            f"{phase.left.violations:,}",
            f"{phase.left.fixable:,}",
            done or "-",
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


def _notes(progress: Progress) -> Iterator[str]:
    for alike in progress.look_alikes:
        if alike.hits:
            yield _told(alike)
    if progress.unreadable:
        yield f"{plural(progress.unreadable, 'file')} that could not be read or parsed"
    yield f"next: {next_step(progress)}"


def _told(alike: LookAlikes) -> str:
    return (
        f"{alike.hits:,} plain-text hits of `{alike.name}`: {alike.references:,} refer to the old"
        f" symbol, {alike.texts:,} are in its path in texts, {alike.owned:,} are the owners' own;"
        f" look-alikes: {alike.longer:,} parts of longer names, {alike.others:,} words of prose or"
        " other symbols"
    )


def next_step(progress: Progress) -> str:
    """Return what to do next, in one line."""
    for phase in progress.phases:
        if phase.left.fixable:
            if phase.name:
                return f"`ssot migrate --phase {printable(phase.name)}`"
            return "`ssot fix`, for the files in no phase"
    if left := sum(phase.left.violations for phase in progress.phases):
        return f"{plural(left, 'violation')} for a person: `ssot check` says where and what"
    if progress.retired:
        return f"nothing; the bridge was removed on {progress.retired[:10]}"
    if any(sum(phase.left.references.values()) for phase in progress.phases):
        return "`ssot retire` says what else names the old symbols"
    return "`ssot retire`"


def _as_json(progress: Progress) -> dict[str, Any]:
    migration = progress.migration
    return {
        "id": migration.id,
        "title": migration.title,
        "phases": [
            {
                "name": phase.name or None,
                "enforce": phase.enforce.value,
                "was": {"violations": phase.was["violations"], "references": _sorted(phase.was)},
                "left": {
                    "files": phase.left.files,
                    "violations": phase.left.violations,
                    "fixable": phase.left.fixable,
                    "references": _sorted(phase.left.as_facts()),
                },
                "done": phase.done or None,
                "commit": phase.commit or None,
                "run": phase.run or None,
            }
            for phase in progress.phases
        ],
        "look_alikes": [
            {
                "name": alike.name,
                "hits": alike.hits,
                "references": alike.references,
                "texts": alike.texts,
                "longer_names": alike.longer,
                "owned": alike.owned,
                "others": alike.others,
            }
            for alike in progress.look_alikes
        ],
        "unreadable_files": progress.unreadable,
        "retired": progress.retired or None,
        "next": next_step(progress),
    }


def _sorted(facts: Any) -> dict[str, int]:
    return {kind: count for kind, count in sorted(facts["references"].items()) if count}
