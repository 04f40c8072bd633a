"""The lock: one run at a time in a project.

By filelock (maintained by the makers of tox; the system's own lock, which ends with its process).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from flake8_ssot_engine.campaign.journal import FOLDER, prepare_folder
from flake8_ssot_engine.errors import UsageError

_BRIEFLY = 2.0
"""Seconds that the workers of a process that was killed may take to follow it."""


@contextmanager
def project_lock(root: str) -> Iterator[None]:
    """Hold the lock of a project. Raises UsageError if another process does, or none can."""
    from filelock import FileLock, Timeout

    try:
        path = os.path.join(prepare_folder(root), "lock")
        lock = FileLock(path, timeout=_BRIEFLY)
        lock.acquire()
    except Timeout:
        message = "another `ssot` is at work in this project; wait for it to end"
        raise UsageError(message) from None
    except (OSError, NotImplementedError) as error:
        told = getattr(error, "strerror", None) or error
        raise UsageError(f"{os.path.join(root, FOLDER)}: cannot be locked: {told}") from None
    try:
        yield
    finally:
        lock.release()
