"""Rubbish: what analyses leave behind is collected while nobody types.

Trees are large and live briefly; the collector, left to itself, goes through them in the middle
of an analysis, which then takes three times as long.
"""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import Executor

_IDLE = 0.2
"""Seconds without an analysis after which it is time."""
_WORTH_IT = 100_000
"""New objects from which on there is anything to gain."""
_TOO_MANY = 500_000
"""New objects from which on it is time in any case; some fifty megabytes."""


class Rubbish:
    """What is to be collected; while one is in use, nothing else collects."""

    def __init__(self) -> None:
        gc.disable()
        gc.freeze()  # what has been imported stays
        self._timer: asyncio.TimerHandle | None = None

    def end(self) -> None:
        """Collect nothing that was left until now."""
        if self._timer is not None:
            self._timer.cancel()

    def collect_soon(self, thread: Executor) -> None:
        """Collect, in a thread, as soon as nothing else is to be done there."""
        self.end()
        count = gc.get_count()[0]
        if count > _TOO_MANY:
            thread.submit(gc.collect)
        elif count > _WORTH_IT:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(_IDLE, thread.submit, gc.collect)
