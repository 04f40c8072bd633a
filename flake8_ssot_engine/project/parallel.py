"""A map over several processes, in order."""

from __future__ import annotations

import gc
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Item = TypeVar("Item")
Result = TypeVar("Result")
_AHEAD = 4
"""Items for each worker that are made and handed over before their results are wanted."""
_PATIENCE = 0.2
"""Seconds after which an interrupt is let in while a worker is at work."""


def available_cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """Several processes that last for a `with` block; they start when there is work for two."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End the processes; others start where there is more work for them."""
        if self._pool is not None:
            from flake8_ssot_engine.project.interrupts import deferred_interrupts

            with deferred_interrupts():
                self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def begin(self, prepare: Callable[[], None]) -> None:
        """Start the processes while this one is still small, and has something else to do.

        Each of them is likely to call `prepare`, a function at the top of a module.
        """
        if self.jobs > 1 and self._pool is None:
            from flake8_ssot_engine.project.interrupts import deferred_interrupts

            with deferred_interrupts():
                pool = self._started()
                for _ in range(self.jobs):
                    pool.submit(prepare)

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield `function(item)` for each item, in the order of the items.

        `function` and the items must pickle. With one job or one item it all happens here.
        Items are asked for when they are soon to be needed.
        """
        return (result() for result in self.map_kept(function, items))

    def map_kept(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Callable[[], Result]]:
        """Yield what returns the results of `map`; what comes from elsewhere is packed till then.

        So it takes a fraction of the memory.
        """
        waiting = iter(items)
        first = list(islice(waiting, 2))
        waiting = chain(first, waiting)
        if self.jobs <= 1 or len(first) <= 1:
            for item in waiting:
                yield partial(_itself, function(item))
            return
        from concurrent.futures import wait

        from flake8_ssot_engine.project.interrupts import deferred_interrupts

        # An interrupt within the pool may leave one of its locks taken, and all of it waiting.
        # The workers, which a terminal sends Ctrl-C as well, end with the pool and need to hear
        # of none.
        with deferred_interrupts():
            pool = self._started()
            some = islice(waiting, self.jobs * _AHEAD)
            futures = deque(pool.submit(_packed, function, item) for item in some)
        while futures:
            future = futures.popleft()
            with deferred_interrupts() as interrupts:
                while not wait([future], _PATIENCE).done:
                    interrupts.let_in()
                packed = future.result()
                some = islice(waiting, 1)
                futures.extend(pool.submit(_packed, function, item) for item in some)
            yield partial(_unpacked, packed)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            # Forking starts a worker in a millisecond and this process has one thread; other
            # methods import the package anew in each worker.
            methods = multiprocessing.get_all_start_methods()
            context = multiprocessing.get_context("fork" if "fork" in methods else None)
            gc.freeze()  # to look through what workers share with this process would copy it
            self._pool = ProcessPoolExecutor(
                self.jobs, mp_context=context, initializer=_end_with_parent
            )
        return self._pool


def _packed(function: Callable[[Item], Result], item: Item) -> bytes:
    import pickle

    return zlib.compress(pickle.dumps(function(item), pickle.HIGHEST_PROTOCOL), 1)


def _unpacked(packed: bytes) -> Any:
    import pickle

    return pickle.loads(zlib.decompress(packed))  # noqa: S301 - it is our own worker's


def _itself(result: Result) -> Result:
    return result


def parallel_map(
    function: Callable[[Item], Result], items: Sequence[Item], *, jobs: int
) -> Iterator[Result]:
    """Yield `function(item)` for each item, in their order, by processes of its own."""
    with Workers(min(jobs, len(items))) as workers:
        yield from workers.map(function, items)


def _end_with_parent() -> None:
    """Have this worker end when its parent is killed: it would wait for ever, with its locks."""
    import multiprocessing
    import threading
    from multiprocessing.connection import wait

    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
