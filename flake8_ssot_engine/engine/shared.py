"""What the tasks of one project share, in whatever process they run."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.project.prefilter import Needles

_MANY = 1_000_000
"""New objects from which on it pays to look for those that nothing needs."""


class Shared(NamedTuple):
    """The settings and needles of a project; `token` is another for each state of its files.

    `contents` are those of files that hold something else than is on the disk.
    """

    settings: Settings
    needles: Needles | None
    token: str
    contents: tuple[tuple[str, bytes], ...] = ()


@lru_cache(maxsize=4)
def checker_of(shared: Shared) -> Checker:
    """Return the checker for some tasks: within one process, what it has read serves them all."""
    return Checker(shared.settings, shared.needles, dict(shared.contents))


@contextmanager
def no_collection() -> Iterator[None]:
    """Hold the garbage collector off while many trees come and go."""
    was_enabled = gc.isenabled()
    gc.disable()  # trees are large and live briefly; collecting among them costs a third
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
            if gc.get_count()[0] > _MANY:
                gc.collect(0)  # all of what is new; older things are not looked through again
