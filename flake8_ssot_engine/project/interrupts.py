"""Interrupts: holding Ctrl-C and its kin off where they would do harm."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], None]]:
    """Have signals that ask this process to end wait; what is given lets one that came in.

    At the end one that came is let in too. What is ignored stays so. On another thread than the
    main one, where no signal is handled, it does nothing. A process that is forked meanwhile
    notes signals and does nothing else.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    came: list[int] = []
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in numbers}
    held = {n: h for n, h in handlers.items() if h not in (signal.SIG_IGN, None)}

    def let_in() -> None:
        if not came:
            return
        number = came[0]
        came.clear()
        handler = held[number]
        if callable(handler):
            handler(number, None)
        else:  # the system's own way
            signal.signal(number, handler)
            os.kill(os.getpid(), number)

    for number in held:
        signal.signal(number, lambda number, frame: came.append(number))
    try:
        yield let_in
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        let_in()
