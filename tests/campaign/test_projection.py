"""Projections: what is said of an end, and how often the interval holds the true rate."""

from __future__ import annotations

import datetime
import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence

import pytest

from flake8_ssot_engine.campaign.projection import WINDOW, Level, Outlook, Projection, project

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


def levels(left: Sequence[float], *, every: float = 1.0) -> list[Level]:
    return [Level(START + DAY * every * at, round(count)) for at, count in enumerate(left)]


OUTLOOKS = {
    "nothing known": ([], Outlook.UNKNOWN),
    "one commit": ([9], Outlook.UNKNOWN),
    "four points": ([9, 8, 7, 6], Outlook.UNKNOWN),
    "nothing left": ([9, 5, 0], Outlook.DONE),
    "never anything": ([0], Outlook.DONE),
    "growing": (range(50, 60), Outlook.ENDLESS),
    "flat": ([7] * 20, Outlook.ENDLESS),
    "one in a month of ten thousand": ([10_000 - at // 30 for at in range(60)], Outlook.ENDLESS),
    "shrinking": (range(60, 40, -1), Outlook.SHRINKING),
    "shrinking again": ([*range(9), *range(60, 5, -1)], Outlook.SHRINKING),
}


@pytest.mark.parametrize(("left", "expected"), OUTLOOKS.values(), ids=OUTLOOKS)
def test_outlook(left: Sequence[int], expected: Outlook) -> None:
    found = project(levels(left))
    assert found.outlook is expected
    assert (found.end is not None) == (expected is Outlook.SHRINKING)


def test_points_within_a_day_say_nothing() -> None:
    assert project(levels(range(90, 60, -1), every=1 / 48)).outlook is Outlook.UNKNOWN


def test_a_steady_burn_down_ends_where_its_line_does() -> None:
    found = project(levels(range(100, 60, -2)))
    assert found.rate == found.fastest == found.slowest == -2
    assert found.end == found.earliest == found.latest == START + DAY * 50


def test_one_big_commit_turns_the_range_but_not_the_rate() -> None:
    left = [300 - at if at < 30 else 200 - at for at in range(40)]
    found = project(levels(left))
    assert -1.5 < found.rate <= -1
    assert found.fastest < -4


def test_only_recent_points_count() -> None:
    before = [Level(START - WINDOW * 3 + DAY * at, 1000 + 9 * at) for at in range(40)]
    found = project([*before, *levels(range(100, 60, -2))])
    assert (found.points, found.since, found.rate) == (20, START, -2)
    # Where there are few, older ones do.
    sparse = project([*before, *levels([900, 800])])
    assert sparse.points == 10


def test_the_order_of_the_points_does_not_count() -> None:
    every = levels([50 - at + at % 3 for at in range(20)])
    assert project(every[::-1]) == project(every)


def test_a_clock_at_the_end_of_time() -> None:
    last = datetime.datetime(9999, 12, 31, tzinfo=datetime.timezone.utc)
    every = [Level(last - DAY * (30 - at), 90 - at) for at in range(31)]
    assert project(every).outlook is Outlook.ENDLESS


@pytest.mark.parametrize(
    ("deadline", "expected"), [(-1, False), (9, False), (15, None), (29, None), (30, True)]
)
def test_deadline(deadline: int, expected: bool | None) -> None:
    found = Projection(
        Outlook.SHRINKING,
        9,
        earliest=START + DAY * 10,
        end=START + DAY * 20,
        latest=START + DAY * 30,
    )
    assert found.meets((START + DAY * deadline).date()) is expected


def test_deadline_without_an_end() -> None:
    day = START.date()
    assert Projection(Outlook.DONE, 3).meets(day) is True
    assert Projection(Outlook.ENDLESS, 9).meets(day) is False
    assert Projection(Outlook.UNKNOWN, 1).meets(day) is None
    endless = Projection(Outlook.SHRINKING, 9, earliest=START, end=START + DAY)
    assert endless.meets((START + DAY * 999).date()) is None


def noisy(rng: random.Random, days: Sequence[float]) -> Iterator[float]:
    """Yield a line that is measured with some error."""
    for day in days:
        yield 2000 - 2 * day + rng.gauss(0, 10)


def walking(rng: random.Random, days: Sequence[float]) -> Iterator[float]:
    """Yield what is left where much or little is done, from day to day."""
    left = 2000.0
    yield left
    for before, after in itertools.pairwise(days):
        left += -2 * (after - before) + rng.gauss(0, 5 * math.sqrt(after - before))
        yield left


def leaping(rng: random.Random, days: Sequence[float]) -> Iterator[float]:
    """Yield what is left where there is a large step every eight days or so."""
    left, step = 2000.0, rng.expovariate(1 / 8)
    for day in days:
        while step < day:
            left -= rng.expovariate(1 / 16)
            step += rng.expovariate(1 / 8)
        yield left


@pytest.mark.parametrize(
    ("kind", "least"), [(noisy, 0.95), (walking, 0.80), (leaping, 0.70)], ids=lambda x: str(x)[:13]
)
@pytest.mark.parametrize("count", [6, 12, 40])
def test_interval_holds_the_true_rate(
    kind: Callable[[random.Random, Sequence[float]], Iterator[float]], least: float, count: int
) -> None:
    rng = random.Random(f"{kind.__name__} {count}")
    held, tries = 0, 200
    for _ in range(tries):
        days = [0.0, *sorted(rng.uniform(0, 50) for _ in range(count - 1))]
        left = kind(rng, days)
        every = [Level(START + DAY * day, round(one)) for day, one in zip(days, left, strict=True)]
        found = project(every)
        held += found.fastest <= -2 <= found.slowest
    assert held / tries >= least
