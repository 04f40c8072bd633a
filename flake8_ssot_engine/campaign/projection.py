"""Projection: when a burn-down would reach nothing, if it went on at its recent rate.

1. **Window**: the last eight weeks, and at least ten points (all, if there are fewer). Fewer than
   five points, or less than a day, say nothing.
2. **Rate**: the Theil-Sen slope, the median of the slopes between every two points. A single big
   commit, or a point that was measured wrongly, does not turn it.
3. **Interval**, meant to hold the true rate nine times in ten: the wider, on each side, of two.
   Sen's own (1968), from Kendall's variance, takes the points for independent. They are not: what
   is left at one is what was left at the one before, less what was done since. Hence the other,
   of the mean rate, by how much the work done differs between up to twelve stretches of the window
   (a random walk with drift; Student's distribution). `tests/campaign/test_projection.py` measures
   how often it does: where work comes in rare large steps, about three times in four.
4. **End**: what is left, divided by each of these rates. Where a rate does not shrink it, there is
   no end.
"""

from __future__ import annotations

import datetime
import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from flake8_ssot_engine.records import NamedTuple

WINDOW = datetime.timedelta(weeks=8)
MOST_POINTS = 400
"""Points of a window that are compared, two by two; of more, every so many-th is."""
_LEAST_WANTED = 10
_FEWEST = 5
_STRETCHES = 12
_SHORTEST = datetime.timedelta(days=1)
_CONFIDENCE = 0.90
_FARTHEST = datetime.timedelta(days=3653)
"""Ten years: what is projected beyond is no date that anybody could mean."""
_LATEST = datetime.datetime.max.replace(tzinfo=datetime.timezone.utc)
_DAY = 86_400.0


class Level(NamedTuple):
    """How much was left at a time."""

    when: datetime.datetime
    left: int


class Outlook(Enum):
    """What can be said of the end."""

    DONE = "done"
    """Nothing is left."""
    UNKNOWN = "unknown"
    """Too little history to say anything."""
    ENDLESS = "endless"
    """It does not shrink, or so slowly that it would take more than ten years."""
    SHRINKING = "shrinking"
    """It shrinks: `end` says when it would be done."""


@dataclass(frozen=True, slots=True)
class Projection:
    """The rate of a burn-down with its end; rates are in items a day, negative where it shrinks.

    `rate` lies between `fastest` and `slowest`, `end` between `earliest` and `latest`; `latest` is
    None where the slowest rate leads to no end. `since` is where the window begins, `points` how
    many points are in it.
    """

    outlook: Outlook
    points: int
    left: int = 0
    since: datetime.datetime | None = None
    last: datetime.datetime | None = None
    rate: float = 0.0
    fastest: float = 0.0
    slowest: float = 0.0
    earliest: datetime.datetime | None = None
    end: datetime.datetime | None = None
    latest: datetime.datetime | None = None

    def meets(self, deadline: datetime.date) -> bool | None:
        """Whether the deadline would be met; None where that is not certain, or not known."""
        if self.outlook is Outlook.DONE:
            return True
        if self.outlook is Outlook.ENDLESS:
            return False
        if self.earliest is None or self.earliest.date() > deadline:
            return None if self.earliest is None else False
        return True if self.latest is not None and self.latest.date() <= deadline else None


def project(levels: Sequence[Level]) -> Projection:
    """Project the end of a burn-down from its levels, oldest first."""
    levels = sorted(levels, key=lambda level: level.when)  # committers' clocks differ
    if levels and not levels[-1].left:
        return Projection(Outlook.DONE, len(levels), last=levels[-1].when)
    window = _window(levels)
    if len(window) < _FEWEST or window[-1].when - window[0].when < _SHORTEST:
        return Projection(Outlook.UNKNOWN, len(window), levels[-1].left if levels else 0)
    first, last = window[0].when, window[-1].when
    days = [(level.when - first).total_seconds() / _DAY for level in window]
    left = [float(level.left) for level in window]
    slopes = sorted(
        (left[j] - left[i]) / (days[j] - days[i])
        for j in range(len(days))
        for i in range(j)
        if days[j] > days[i]
    )
    rate = statistics.median(slopes)
    fastest, slowest = _interval(slopes, days, left)
    fastest, slowest = min(fastest, rate), max(slowest, rate)
    end = _end(last, left[-1], rate)
    return Projection(
        Outlook.ENDLESS if end is None else Outlook.SHRINKING,
        len(window),
        window[-1].left,
        first,
        last,
        rate,
        fastest,
        slowest,
        _end(last, left[-1], fastest),
        end,
        _end(last, left[-1], slowest),
    )


def _window(levels: Sequence[Level]) -> Sequence[Level]:
    if not levels:
        return levels
    begin = levels[-1].when - WINDOW
    recent = sum(level.when >= begin for level in levels)
    window = levels[-max(recent, _LEAST_WANTED) :]
    step = math.ceil(len(window) / MOST_POINTS)
    return window[::-1][::step][::-1]


def _interval(
    slopes: Sequence[float], days: Sequence[float], left: Sequence[float]
) -> tuple[float, float]:
    """Return the lower and the upper bound of the rate."""
    count, span = len(days), days[-1]
    score = statistics.NormalDist().inv_cdf((1 + _CONFIDENCE) / 2)
    spread = score * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    lower = max(0, round((len(slopes) - spread) / 2))
    upper = min(len(slopes) - 1, round((len(slopes) + spread) / 2))
    margin = _margin(days, left)
    mean = (left[-1] - left[0]) / span
    return min(slopes[lower], mean - margin), max(slopes[upper], mean + margin)


def _margin(days: Sequence[float], left: Sequence[float]) -> float:
    """Return how far from the mean rate the true one may be, by what the stretches differ."""
    count = min(_STRETCHES, len(days) - 1)
    cuts = sorted({round(number * (len(days) - 1) / count) for number in range(count + 1)})
    span = days[-1]
    mean = (left[-1] - left[0]) / span
    # In a walk with drift, what is done in `t` days has the variance `t` times that of a day.
    variance = sum(
        (left[end] - left[begin] - mean * (days[end] - days[begin])) ** 2
        for begin, end in itertools.pairwise(cuts)
    ) / (span * (1 - 1 / count))
    return _quantile(count - 1) * math.sqrt(variance / span)


def _quantile(freedom: int) -> float:
    """Return Student's quantile for the interval, by Cornish and Fisher's expansion."""
    z = statistics.NormalDist().inv_cdf((1 + _CONFIDENCE) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def _end(last: datetime.datetime, left: float, rate: float) -> datetime.datetime | None:
    if rate >= 0 or left > -rate * (_FARTHEST.total_seconds() / _DAY):
        return None
    ahead = datetime.timedelta(days=left / -rate)
    return last + ahead if ahead < _LATEST - last else None  # a clock may tell any year
