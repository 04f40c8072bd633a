"""Looking ahead: a second process computes something while this one goes on.

For what takes some milliseconds: an executor's imports and threads alone take longer than that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from flake8_ssot_engine.project.parallel import available_cores


class LookAhead:
    """The bytes that a function will have returned, by the time that they are asked for."""

    def __init__(self, compute: Callable[[], bytes]) -> None:
        """Start a process, where that is safe and pays; `compute` must not fail or print."""
        self._compute = compute
        self._pid = 0
        if _may_fork() and available_cores() > 1:
            self._start()

    def _start(self) -> None:
        read_end, write_end = os.pipe()
        try:
            self._pid = os.fork()
        except OSError:  # too many processes
            os.close(read_end)
            os.close(write_end)
            return
        if self._pid:
            os.close(write_end)
            self._pipe = open(read_end, "rb")  # noqa: SIM115 - `_end` closes it
            return
        try:
            os.close(read_end)
            with open(write_end, "wb") as pipe:
                pipe.write(self._compute())
            os._exit(0)
        finally:  # whatever happens in this process is told by its exit code, and to nobody else
            os._exit(1)

    def result(self) -> bytes:
        """Return what the function returns. To be asked for once."""
        if self._pid:
            told = self._pipe.read()
            if self._end() == 0:
                return told
        return self._compute()

    def _end(self) -> int:
        """Wait for the process, which ends when nobody listens; return how it ended."""
        pid, self._pid = self._pid, 0
        self._pipe.close()
        return os.waitpid(pid, 0)[1]

    def __del__(self) -> None:
        if self._pid:  # nobody has asked
            self._end()


def _may_fork() -> bool:
    """Whether this process can be doubled: locks that other threads hold would stay taken."""
    threads = sys.modules.get("threading")
    return hasattr(os, "fork") and (threads is None or threads.active_count() == 1)
