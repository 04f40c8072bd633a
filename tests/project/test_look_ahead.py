"""What another process computes meanwhile is what this one would, whatever becomes of that one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from flake8_ssot_engine.project import look_ahead
from flake8_ssot_engine.project.look_ahead import LookAhead

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="of POSIX")


def number() -> bytes:
    return str(os.getpid()).encode()


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ahead, "available_cores", lambda: 2)
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # pytest-xdist has its own


@forks
@pytest.mark.usefixtures("two_cores")
def test_another_process_computes_it() -> None:
    assert LookAhead(number).result() != number()


@forks
@pytest.mark.usefixtures("two_cores")
def test_more_than_a_pipe_holds() -> None:
    ahead = LookAhead(lambda: bytes(10_000_000))
    assert ahead.result() == bytes(10_000_000)


def interrupted() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def failing() -> None:
    raise MemoryError


@forks
@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("end", [killed, interrupted, failing])
def test_a_process_that_dies_is_replaced(
    end: Callable[[], None], capfd: pytest.CaptureFixture[str]
) -> None:
    here = os.getpid()

    def compute() -> bytes:
        if os.getpid() != here:
            end()
        return b"whole"

    assert LookAhead(compute).result() == b"whole"
    assert capfd.readouterr().err == ""


@forks
@pytest.mark.usefixtures("two_cores")
def test_nothing_is_left_of_it() -> None:
    ahead = LookAhead(number)
    pid = ahead._pid
    ahead.result()
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    assert ahead._pipe.closed


@forks
@pytest.mark.usefixtures("two_cores")
def test_nothing_is_left_of_it_though_nobody_asks() -> None:
    ahead = LookAhead(lambda: bytes(10_000_000))  # more than a pipe holds: it waits for a reader
    pid, pipe = ahead._pid, ahead._pipe
    del ahead
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    assert pipe.closed


@pytest.mark.usefixtures("two_cores")
def test_one_core_computes_it_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ahead, "available_cores", lambda: 1)
    assert LookAhead(number).result() == number()


@pytest.mark.usefixtures("two_cores")
def test_with_other_threads_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert LookAhead(number).result() == number()


@forks
@pytest.mark.usefixtures("two_cores")
def test_where_no_process_starts_it_is_computed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> int:
        raise BlockingIOError("too many")

    monkeypatch.setattr(os, "fork", refuse)
    assert LookAhead(number).result() == number()
