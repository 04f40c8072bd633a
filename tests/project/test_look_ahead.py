"""What another process computes meanwhile is what this one would, whatever becomes of that one."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from flake8_ssot_engine.project import look_ahead
from flake8_ssot_engine.project.look_ahead import LookAhead

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="of POSIX")
COUNT = 10_000
WIDTH = 8


def rows(start: int, end: int) -> bytes:
    """Return the numbers of some rows."""
    return b"".join(number.to_bytes(WIDTH, "little") for number in range(start, end))


def processes(start: int, end: int) -> bytes:
    """Return for each of some rows the process that computes it."""
    return os.getpid().to_bytes(WIDTH, "little") * (end - start)


TABLE = rows(0, COUNT)


def numbers(table: bytes) -> list[int]:
    return [int.from_bytes(table[at : at + WIDTH], "little") for at in range(0, len(table), WIDTH)]


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ahead, "available_cores", lambda: 2)
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # pytest-xdist has its own


@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 512, 513, COUNT])
def test_every_row_is_computed(count: int) -> None:
    assert LookAhead(rows, count, WIDTH).result() == rows(0, count)


@forks
@pytest.mark.usefixtures("two_cores")
def test_another_process_computes_the_first_rows() -> None:
    ahead = LookAhead(processes, COUNT, WIDTH)
    pid = ahead._pid
    while not ahead._done[3]:
        time.sleep(0.001)
    told = numbers(ahead.result())
    assert told[0] == pid != os.getpid()
    assert set(told) <= {pid, os.getpid()}


@forks
@pytest.mark.usefixtures("two_cores")
def test_this_process_computes_the_last_rows() -> None:
    """The other one never gets beyond its first rows."""
    here = os.getpid()

    def compute(start: int, end: int) -> bytes:
        if os.getpid() != here:
            time.sleep(0.2)
        return processes(start, end)

    told = numbers(LookAhead(compute, COUNT, WIDTH).result())
    assert told[-1] == here
    assert told.count(here) > COUNT / 2


def interrupted() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def failing() -> None:
    raise MemoryError


@forks
@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("after", [0, 1000])
@pytest.mark.parametrize("end", [killed, interrupted, failing])
def test_a_process_that_dies_is_replaced(
    end: Callable[[], None], after: int, capfd: pytest.CaptureFixture[str]
) -> None:
    here = os.getpid()

    def compute(start: int, stop: int) -> bytes:
        if os.getpid() != here and start >= after:
            end()
        return rows(start, stop)

    assert LookAhead(compute, COUNT, WIDTH).result() == TABLE
    assert capfd.readouterr().err == ""


@forks
@pytest.mark.usefixtures("two_cores")
def test_nothing_is_left_of_it() -> None:
    ahead = LookAhead(rows, COUNT, WIDTH)
    pid = ahead._pid
    assert ahead.result() == TABLE
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


@forks
@pytest.mark.usefixtures("two_cores")
def test_it_ends_soon_if_nobody_asks() -> None:
    def compute(start: int, end: int) -> bytes:
        time.sleep(0.01)
        return rows(start, end)

    ahead = LookAhead(compute, 100_000, WIDTH)  # it would take four seconds
    pid = ahead._pid
    began = time.monotonic()
    del ahead
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    assert time.monotonic() - began < 2


@pytest.mark.usefixtures("two_cores")
def test_one_core_computes_it_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ahead, "available_cores", lambda: 1)
    assert set(numbers(LookAhead(processes, COUNT, WIDTH).result())) == {os.getpid()}


@pytest.mark.usefixtures("two_cores")
def test_with_other_threads_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert set(numbers(LookAhead(processes, COUNT, WIDTH).result())) == {os.getpid()}


@forks
@pytest.mark.usefixtures("two_cores")
def test_where_no_process_starts_it_is_computed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> int:
        raise BlockingIOError("too many")

    monkeypatch.setattr(os, "fork", refuse)
    assert LookAhead(rows, COUNT, WIDTH).result() == TABLE


@forks
@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("at", [None, 0, 255, 5000, COUNT - 1])
def test_it_tells_of_what_is_not_as_expected(at: int | None) -> None:
    expected = bytearray(TABLE)
    if at is not None:
        expected[at * WIDTH] ^= 1
    ahead = LookAhead(rows, COUNT, WIDTH, bytes(expected))
    while ahead.is_at_work:
        time.sleep(0.001)
    assert ahead.has_news is (at is not None)
    assert ahead.result() == TABLE
    assert not ahead.has_news  # whoever has the result can see for himself


@pytest.mark.usefixtures("two_cores")
def test_without_another_process_there_is_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ahead, "available_cores", lambda: 1)
    ahead = LookAhead(rows, COUNT, WIDTH)
    assert (ahead.is_at_work, ahead.has_news) == (False, False)
