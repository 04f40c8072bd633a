"""The charts of the HTML report: the series of a burn-down, and the same figures as a table."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flake8_ssot_engine.campaign.burndown import Point, times_of
from flake8_ssot_engine.campaign.overview import MigrationOverview
from flake8_ssot_engine.campaign.projection import Outlook, Projection
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.outcome import plural
from flake8_ssot_engine.reports.progress_report import NO_PHASE

_MOST_SERIES = 8
"""As many as there are colours, the last of which is for all others."""
_MOST_COLUMNS = 20
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Row:
    """One point in a table."""

    date: str
    commit: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, as a table of its figures, newest first, and as data for the page's script.

    `left_out` is a sentence about rows and columns that the table has not, "" if it has all.
    """

    id: str
    title: str
    note: str
    names: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: str
    data: Mapping[str, Any]


def charts_of(one: MigrationOverview, name: str, *, rows: int) -> list[Chart]:
    """Return the charts of a migration's history; `rows` is how many points each may have."""
    history = one.history
    if history is None or not history.points:
        return []
    points = _thinned(history.points, rows)
    phases = [phase.name for phase in one.standing.progress.migration.phases]
    by_phase = _series(points, lambda point: _summed(point.violations), first=phases)
    by_kind = _series(points, lambda point: _merged(point.references))
    by_code = _series(points, lambda point: _merged(point.violations))
    found = []
    for key, title, note, series in (
        ("phase", "Violations left, by phase", "What each phase still has to do.", by_phase),
        ("kind", "References left, by kind", "Every use of an old name, reported or not.", by_kind),
        ("code", "Violations left, by code", "By the rule that reports them.", by_code),
    ):
        if not series:
            continue
        ahead = _ahead(one.projection, points) if key == "phase" else None
        deadline = one.standing.progress.migration.deadline
        data = {
            "id": f"{name}-{key}",
            "times": [round(when.timestamp()) for when in times_of(points)],
            "series": _for_drawing(series),
            "ahead": ahead,
            "deadline": _midnight(deadline) if deadline and key == "phase" else None,
        }
        wide, left_out = _columns(series)
        if len(points) < len(history.points):
            left_out = f"{plural(len(history.points) - len(points), 'point')} left out. {left_out}"
        found.append(
            Chart(
                f"{name}-{key}",
                title,
                note,
                tuple(wide),
                tuple(_rows(points, wide)),
                left_out.strip(),
                data,
            )
        )
    return found


def _thinned(points: Sequence[Point], most: int) -> Sequence[Point]:
    """Return at most so many points, evenly, with the first and the last."""
    if len(points) <= most:
        return points
    step = (len(points) - 1) / (most - 1)
    return [points[round(number * step)] for number in range(most)]


def _summed(table: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
    return {name: sum(counts.values()) for name, counts in table.items()}


def _merged(table: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
    merged: dict[str, int] = {}
    for counts in table.values():
        for name, count in counts.items():
            merged[name] = merged.get(name, 0) + count
    return merged


def _series(
    points: Sequence[Point],
    counts_of: Callable[[Point], Mapping[str, int]],
    first: Iterable[str] = (),
) -> dict[str, list[int]]:
    """Return the counts at each point, by name: those named first, then the largest first."""
    every = [counts_of(point) for point in points]
    totals: dict[str, int] = {}
    for counts in every:
        for name, count in counts.items():
            totals[name] = totals.get(name, 0) + count
    order = [name for name in dict.fromkeys(first) if name in totals]
    order += sorted(totals.keys() - set(order), key=lambda name: (-totals[name], name))
    return {name: [counts.get(name, 0) for counts in every] for name in order if totals[name]}


def _gathered(series: Mapping[str, list[int]], most: int) -> dict[str, list[int]]:
    """Return at most so many series; the smallest become one."""
    if len(series) <= most:
        return dict(series)
    largest = sorted(series, key=lambda name: -sum(series[name]))[: most - 1]
    kept = {name: series[name] for name in series if name in largest}
    others = [values for name, values in series.items() if name not in largest]
    title = f"{len(others)} others"
    return {**kept, title: [sum(values) for values in zip(*others, strict=True)]}


def _for_drawing(series: Mapping[str, list[int]]) -> list[dict[str, Any]]:
    gathered = _gathered(series, _MOST_SERIES)
    return [{"name": _shown(name), "values": values} for name, values in gathered.items()]


def _columns(series: Mapping[str, list[int]]) -> tuple[dict[str, list[int]], str]:
    gathered = _gathered(series, _MOST_COLUMNS)
    told = "" if len(gathered) == len(series) else f"{len(series)} columns, the smallest as one."
    return {_shown(name): values for name, values in gathered.items()}, told


def _shown(name: str) -> str:
    return clipped(printable(name), 60) or NO_PHASE


def clipped(text: str, most: int) -> str:
    """Return a text of at most so many characters, its middle left out where it has more."""
    if len(text) <= most:
        return text
    return f"{text[: most * 2 // 3]}…{text[-(most // 3) + 1 :]}"


def _rows(points: Sequence[Point], series: Mapping[str, list[int]]) -> Iterable[Row]:
    for number in range(len(points) - 1, -1, -1):
        point = points[number]
        counts = [values[number] for values in series.values()]
        date = point.when.astimezone(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")
        yield Row(date, point.commit[:10], tuple(f"{count:,}" for count in (sum(counts), *counts)))


def _ahead(projection: Projection, points: Sequence[Point]) -> dict[str, Any] | None:
    """Return the lines of a projection; it is drawn no farther than the history is long."""
    if projection.outlook is not Outlook.SHRINKING or projection.last is None:
        return None
    last = projection.last.timestamp()
    history = max(last - times_of(points)[0].timestamp(), _DAY)
    ends = [projection.earliest, projection.end, projection.latest]
    known = [end.timestamp() for end in ends if end is not None]
    horizon = min(max(known), last + history)
    times = sorted({round(time) for time in (last, *known, horizon) if time <= horizon})
    rates = {"fast": projection.fastest, "mid": projection.rate, "slow": projection.slowest}
    return {
        "times": times,
        **{
            name: [
                round(max(0.0, projection.left + rate * (time - last) / _DAY), 1) for time in times
            ]
            for name, rate in rates.items()
        },
    }


def _midnight(day: datetime.date) -> int:
    moment = datetime.datetime.combine(day, datetime.time(), datetime.timezone.utc)
    return round(moment.timestamp())
