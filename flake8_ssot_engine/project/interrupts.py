"""Interrupts: holding Ctrl-C and its kin off where they would do harm."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupts:
    """The signals that wait."""

    def __init__(self) -> None:
        self._came: list[int] = []
        self._held: dict[int, Any] = {}

    @property
    def count(self) -> int:
        """How many have come."""
        return len(self._came)

    def hold(self) -> None:
        """Have those that come from now on wait; what is ignored stays so."""
        self._held = _handlers()
        for number in self._held:
            signal.signal(number, self._note)

    def release(self) -> None:
        """Have signals handled as before."""
        _restore(self._held)

    def let_in(self) -> None:
        """Handle the first that came, as it would have been: most often, it is raised here."""
        if not self._came:
            return
        number = self._came[0]
        self._came.clear()
        handler = self._held[number]
        if callable(handler):
            handler(number, None)
        else:  # the system's own way
            signal.signal(number, handler)
            os.kill(os.getpid(), number)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._came.append(number)


@contextmanager
def deferred_interrupts() -> Iterator[Interrupts]:
    """Have signals that ask this process to end wait until the end, or until they are let in.

    On another thread than the main one, where no signal is handled, it does nothing. A process
    that is forked meanwhile notes signals and does nothing else.
    """
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    interrupts.hold()
    try:
        yield interrupts
    finally:
        interrupts.release()
        interrupts.let_in()


@contextmanager
def signals_as_ctrl_c() -> Iterator[None]:
    """Have every signal that asks this process to end raise KeyboardInterrupt."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    handlers = {n: handler for n, handler in _handlers().items() if n != signal.SIGINT}
    for number in handlers:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        _restore(handlers)


def _handlers() -> dict[int, Any]:
    """Return what handles the signals; what is ignored is so on purpose, as `nohup` does it."""
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in numbers}
    return {n: h for n, h in handlers.items() if h not in (signal.SIG_IGN, None)}


def _restore(handlers: Mapping[int, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
