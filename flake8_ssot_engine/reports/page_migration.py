"""One migration on the HTML report: its figures, phases, shares and what slipped in, as rows."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flake8_ssot_engine.campaign.breakdown import NOBODY, Share
from flake8_ssot_engine.campaign.burndown import SlippedIn
from flake8_ssot_engine.campaign.journal import Run
from flake8_ssot_engine.campaign.overview import MigrationOverview
from flake8_ssot_engine.campaign.progress import PhaseProgress
from flake8_ssot_engine.campaign.projection import Outlook, Projection
from flake8_ssot_engine.campaign.standing import Standing
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.next_step_words import sentence
from flake8_ssot_engine.reports.outcome import plural
from flake8_ssot_engine.reports.page_charts import Chart, charts_of, clipped
from flake8_ssot_engine.reports.progress_report import NO_PHASE

_LONGEST = 300
_METHOD = (
    "The rate is the Theil-Sen slope of the violations left, the median of the slopes between every"
    " two points, over the last eight weeks (at least the last ten points), so that no single"
    " commit turns it. Its range is meant to hold the true rate nine times in ten: it is the wider,"
    " on each side, of Sen's interval and of one by how much the work done differs between twelve"
    " stretches of that time. Where work comes in rare large steps, it holds it about three times"
    " in four. The end is what is left, divided by these rates. All of this takes for granted that"
    " the next weeks are like the last."
)


class Most(NamedTuple):
    """How many rows of each kind there may be."""

    points: int = 120
    shares: int = 60
    commits: int = 150
    places: int = 20
    phases: int = 200
    runs: int = 50

    @classmethod
    def halved(cls, times: int) -> Most:
        """Return fewer, for a page that would be too large."""
        return cls(*(max(3, most >> times) for most in cls()))


class Figure(NamedTuple):
    """A figure at the top; `tone` is good, warn, bad or nothing."""

    title: str
    value: str
    note: str
    tone: str = ""


class PhaseRow(NamedTuple):
    """A phase: how far it is, what gates it, and which run did it."""

    name: str
    enforce: str
    holds: str
    left: int
    was: int
    fixable: int
    gates: tuple[str, ...]
    done: str
    run: str
    commit: str


class RunRow(NamedTuple):
    """A run of the journal."""

    name: str
    phase: str
    begun: str
    state: str
    files: int


class CommitRow(NamedTuple):
    """A commit by which violations slipped in."""

    commit: str
    when: datetime.datetime
    author: str
    subject: str
    new: int
    summary: str
    places: tuple[SlippedIn, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says of a migration; `slipped` is None where there is no history."""

    id: str
    name: str
    reason: str
    url: str
    is_link: bool
    left: int
    figures: tuple[Figure, ...]
    next: str
    charts: tuple[Chart, ...]
    method: str
    phases: tuple[PhaseRow, ...]
    runs: tuple[RunRow, ...]
    runs_in_all: int
    owners: tuple[Share, ...]
    owners_left_out: int
    packages: tuple[Share, ...]
    packages_left_out: int
    slipped: tuple[CommitRow, ...] | None
    slipped_left_out: int
    first: datetime.datetime | None


def section_of(one: MigrationOverview, name: str, most: Most) -> Section:
    """Return what the page says of a migration, in no more rows than that."""
    migration, history = one.standing.progress.migration, one.history
    left = one.standing.progress.left
    title = f"{migration.id}: {migration.title}" if migration.title else migration.id
    commits = _commits(history.slipped_in, most) if history else []
    gates = {phase.name: tuple(v.command for v in phase.validate) for phase in migration.phases}
    owners = one.standing.owners
    if all(share.name == NOBODY for share in owners):
        owners = ()
    return Section(
        id=name,
        name=clipped(title, _LONGEST),
        reason=clipped(migration.reason, 2 * _LONGEST),
        url=clipped(migration.url, _LONGEST),
        is_link=migration.url.startswith(("https://", "http://"))
        and len(migration.url) <= _LONGEST,
        left=left,
        figures=tuple(_figures(one, left)),
        next=sentence(one.standing.next),
        charts=tuple(charts_of(one, name, rows=most.points)),
        method=_METHOD,
        phases=tuple(
            _phase(phase, gates.get(phase.name, ()), one.standing)
            for phase in one.standing.progress.phases[: most.phases]
        ),
        runs=tuple(_run(run) for run in reversed(one.runs[-most.runs :])),
        runs_in_all=len(one.runs),
        owners=tuple(_cut(share) for share in owners[: most.shares]),
        owners_left_out=max(0, len(owners) - most.shares),
        packages=tuple(_cut(share) for share in one.standing.packages[: most.shares]),
        packages_left_out=max(0, len(one.standing.packages) - most.shares),
        slipped=tuple(commits[: most.commits]) if history and history.points else None,
        slipped_left_out=max(0, len(commits) - most.commits),
        first=history.points[0].when if history and history.points else None,
    )


def _figures(one: MigrationOverview, left: int) -> Iterable[Figure]:
    was = sum(phase.was["violations"] for phase in one.standing.progress.phases)
    fixable = sum(phase.left.fixable for phase in one.standing.progress.phases)
    note = f"of {was:,}; " if was > left else ""
    tone = "" if left else "good"
    yield Figure("Violations left", f"{left:,}", f"{note}{fixable:,} have a safe fix", tone)
    projection = one.projection
    if projection.outlook in (Outlook.SHRINKING, Outlook.ENDLESS):
        low, high = projection.fastest * 7, projection.slowest * 7
        note = f"between {_signed(low)} and {_signed(high)}, over {_span(projection)}"
        tone = "warn" if projection.rate >= 0 else ""
        yield Figure("Change a week", _signed(projection.rate * 7), note, tone)
    yield _end(projection)
    if one.standing.progress.migration.deadline:
        yield _deadline(projection, one.standing.progress.migration.deadline)
    if one.history and one.history.points:
        slipped = one.history.slipped_in
        commits = len({item.commit for item in slipped})
        since = one.history.points[0].when.date().isoformat()
        note = f"by {plural(commits, 'commit')}, since {since}" if slipped else f"since {since}"
        tone = "warn" if slipped else "good"
        yield Figure("Slipped in", f"{len(slipped):,}", note, tone)
    if one.standing.progress.unreadable:
        note = "of which nothing is known"
        yield Figure("Unreadable files", f"{one.standing.progress.unreadable:,}", note)


def _signed(number: float) -> str:
    digits = 0 if abs(number) >= 10 or not number else 1
    text = f"{number:+,.{digits}f}".replace("-", "−")
    return "0" if not text.strip("+−0.,") else text


def _span(projection: Projection) -> str:
    assert projection.since is not None
    assert projection.last is not None
    days = (projection.last - projection.since).days
    return f"the last {plural(days, 'day')} ({plural(projection.points, 'point')})"


def _end(projection: Projection) -> Figure:
    title = "Projected end"
    if projection.outlook is Outlook.DONE:
        return Figure(title, "done", "nothing is left", "good")
    if projection.outlook is Outlook.UNKNOWN:
        note = "too little history: five points over a day are needed"
        return Figure(title, "unknown", note)
    if projection.end is None:
        note = "it does not shrink, or too slowly to tell"
        if projection.earliest is not None:
            note += f"; {_day(projection.earliest)} at the very best"
        return Figure(title, "no end in sight", note, "bad")
    assert projection.earliest is not None
    latest = "no end in sight" if projection.latest is None else _day(projection.latest)
    note = f"between {_day(projection.earliest)} and {latest}"
    return Figure(title, _day(projection.end), note, "warn" if projection.latest is None else "")


def _deadline(projection: Projection, deadline: datetime.date) -> Figure:
    told = {
        True: ("will be met at this rate", "good"),
        False: ("will be missed at this rate", "bad"),
        None: ("cannot be said to be met or missed", "warn"),
    }
    note, tone = told[projection.meets(deadline)]
    if projection.outlook is Outlook.DONE:
        note = "met"
    elif projection.last is not None and projection.last.date() >= deadline:
        note, tone = "has passed", "bad"
    return Figure("Deadline", deadline.isoformat(), note, tone)


def _day(when: datetime.datetime) -> str:
    return when.date().isoformat()


def _phase(phase: PhaseProgress, gates: Sequence[str], standing: Standing) -> PhaseRow:
    counts = {
        "fail": standing.failing.get(phase.name, 0),
        "tolerated": standing.tolerated.get(phase.name, 0),
    }
    return PhaseRow(
        clipped(printable(phase.name), _LONGEST) or NO_PHASE,
        phase.enforce.value,
        ", ".join(f"{count:,} {what}" for what, count in counts.items() if count),
        phase.left.violations,
        max(phase.was["violations"], phase.left.violations),
        phase.left.fixable,
        tuple(clipped(gate, _LONGEST) for gate in gates[:10]),
        phase.done[:16].replace("T", " "),
        clipped(phase.run, 80),
        phase.commit[:10],
    )


def _run(run: Run) -> RunRow:
    begun = str(run.facts.get("begun", ""))[:16].replace("T", " ")
    phase = clipped(str(run.facts.get("phase", "")), _LONGEST)
    return RunRow(clipped(run.name, 80), phase, begun, run.state.value, len(run.files))


def _cut(share: Share) -> Share:
    return Share(clipped(printable(share.name), _LONGEST), share.tally)


def _commits(slipped: Sequence[SlippedIn], most: Most) -> list[CommitRow]:
    groups: dict[str, list[SlippedIn]] = {}
    for item in slipped:
        groups.setdefault(item.commit, []).append(item)
    return [_commit(items, most.places) for items in groups.values()]


def _commit(items: Sequence[SlippedIn], most: int) -> CommitRow:
    codes = Counter(item.code for item in items)
    told = ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))
    files = len({item.path for item in items})
    places = tuple(
        SlippedIn(
            *(item.commit, item.when, item.author, item.subject),
            *(clipped(item.path, _LONGEST), item.line, item.code, clipped(item.symbol, _LONGEST)),
        )
        for item in items[:most]
    )
    first = items[0]
    return CommitRow(
        first.commit[:10],
        first.when,
        clipped(first.author, 80),
        clipped(first.subject, _LONGEST),
        len(items),
        f"{told} in {plural(files, 'file')}",
        places,
        max(0, len(items) - most),
    )
