"""Garbage: when what trees leave behind, which refers to itself, is collected."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 5_000
"""New objects from which on it pays to look for those that nothing needs."""


@contextmanager
def no_collection(*, collects: bool = True) -> Iterator[None]:
    """Hold the garbage collector off while trees come and go, then collect what is left of them.

    Trees are large and live briefly: to collect while they live costs a third of the time, and
    what was looked through once counts as old, so that it would stay for long when it is garbage.
    Where few come, nothing is gained by what `collects` does: the process is soon over.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if collects and gc.get_count()[0] > _MANY:
                gc.collect(0)  # all of what is new; older things are not looked through again
            gc.enable()
