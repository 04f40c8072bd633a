"""Looking ahead: a second process computes a table while this one goes on, and then with it.

For what takes some milliseconds: an executor's imports and threads alone take longer than that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from flake8_ssot_engine.project.parallel import available_cores

_CHUNK = 256
"""Rows that are computed at a time: at most so many are computed by both."""
_IS_AS_EXPECTED = 1
_IS_NEWS = 2


class LookAhead:
    """A table whose rows a function computes: the first ones ahead, the last ones when asked for.

    Another process goes on from row to row, until it meets the rows that this one has computed
    from the end backwards.
    """

    def __init__(
        self, compute: Callable[[int, int], bytes], count: int, width: int, expected: bytes = b""
    ) -> None:
        """Start a process, where that is safe and pays.

        `compute(start, end)` returns these of the `count` rows, of `width` bytes each; it must
        not fail or print. `expected` is the table that it is likely to be.
        """
        self._compute = compute
        self._width = width
        self._expected = expected
        self._chunks = [(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
        self._pid = 0
        if len(self._chunks) > 1 and _may_fork() and available_cores() > 1:
            self._start(count)

    def _start(self, count: int) -> None:
        import mmap

        self._done = mmap.mmap(-1, len(self._chunks))  # a byte for each chunk
        self._table = mmap.mmap(-1, count * self._width)
        try:
            self._pid = os.fork()
        except OSError:  # too many processes
            return
        if self._pid:
            return
        try:
            for number in range(len(self._chunks)):
                if self._done[number]:
                    break
                self._fill(number)
            os._exit(0)
        finally:  # what happens in this process is nobody else's business
            os._exit(1)

    def _fill(self, number: int) -> None:
        start, end = self._chunks[number]
        place = slice(start * self._width, end * self._width)
        rows = self._table[place] = self._compute(start, end)
        self._done[number] = _IS_AS_EXPECTED if rows == self._expected[place] else _IS_NEWS

    @property
    def is_at_work(self) -> bool:
        """Whether the other process is."""
        return bool(self._pid) and not self._done[len(self._chunks) - 1]

    @property
    def has_news(self) -> bool:
        """Whether a row is known by now that is none of the expected."""
        return bool(self._pid) and self._done.find(bytes([_IS_NEWS]), 0) >= 0

    def result(self) -> bytes:
        """Return the table. To be asked for once."""
        if not self._pid:
            return b"".join(self._compute(*chunk) for chunk in self._chunks)
        for number in reversed(range(len(self._chunks))):
            if self._done[number]:
                break
            self._fill(number)
        self._end()
        for number in range(len(self._chunks)):
            if not self._done[number]:  # the other process was killed
                self._fill(number)
        return self._table[:]

    def _end(self) -> None:
        """Wait for the process, which ends where this one has been."""
        pid, self._pid = self._pid, 0
        os.waitpid(pid, 0)

    def __del__(self) -> None:
        if self._pid:  # nobody has asked
            self._done[:] = bytes([_IS_NEWS]) * len(self._chunks)
            self._end()


def _may_fork() -> bool:
    """Whether this process can be doubled: locks that other threads hold would stay taken."""
    threads = sys.modules.get("threading")
    return hasattr(os, "fork") and (threads is None or threads.active_count() == 1)
