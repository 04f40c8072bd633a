"""A map over processes: in order, a little ahead, its results packed until they are wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from flake8_ssot_engine.project.parallel import Workers, parallel_map


def square(number: int) -> int:
    return number * number


def refuse(number: int) -> int:
    if number == 3:
        raise ValueError("not three")
    return number


def process(number: int) -> int:
    return os.getpid()


def get_ready() -> None:
    """What workers are to do first."""


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_results_come_in_the_order_of_the_items(jobs: int, count: int) -> None:
    expected = [number * number for number in range(count)]
    with Workers(jobs) as workers:
        assert list(workers.map(square, iter(range(count)))) == expected
        assert list(workers.map(square, range(count))) == expected
        assert [unpack() for unpack in workers.map_kept(square, range(count))] == expected
    assert list(parallel_map(square, range(count), jobs=jobs)) == expected


def test_one_item_and_one_job_are_this_process_s_business() -> None:
    with Workers(2) as workers:
        assert list(workers.map(process, [1])) == [os.getpid()]
        assert os.getpid() not in workers.map(process, [1, 2])
    with Workers(1) as workers:
        assert set(workers.map(process, [1, 2])) == {os.getpid()}


def test_results_outlive_the_processes() -> None:
    with Workers(2) as workers:
        kept = list(workers.map_kept(square, range(50)))
        workers.end()
        assert [unpack() for unpack in kept] == [number * number for number in range(50)]
        assert list(workers.map(square, range(3))) == [0, 1, 4]  # others start


def test_items_are_made_when_they_are_soon_needed() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    with Workers(2) as workers:
        results = workers.map(square, items())
        assert next(results) == 0
        assert len(made) < 50
        assert sum(1 for _ in results) == 999


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_worker_raises_is_raised_here(jobs: int) -> None:
    with Workers(jobs) as workers, pytest.raises(ValueError, match="not three"):
        list(workers.map(refuse, range(10)))


@pytest.mark.parametrize("jobs", [1, 2])
def test_workers_may_begin_before_there_is_work(jobs: int) -> None:
    with Workers(jobs) as workers:
        workers.begin(get_ready)
        workers.begin(get_ready)
        assert list(workers.map(square, range(9))) == [number * number for number in range(9)]
    with Workers(jobs) as workers:
        workers.begin(get_ready)  # and there may be none
