"""Paths: those of many files, in a fraction of the memory that a string for each takes."""

from __future__ import annotations

import os
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from typing import TypeVar, overload

from flake8_ssot_engine.records import NamedTuple

Item = TypeVar("Item")
_BETWEEN = "/"
"""What stands between the names in a row; no name holds one."""
_TOGETHER = 64
"""Rows that are compressed together."""


class Row(NamedTuple):
    """Files of one folder, which ends with a separator: their names, with a slash between them."""

    folder: str
    names: str

    @property
    def every(self) -> list[str]:
        """The single names."""
        return self.names.split(_BETWEEN)

    @property
    def paths(self) -> list[str]:
        """The paths of the files."""
        return [self.folder + name for name in self.every]

    @property
    def size(self) -> int:
        """How many files there are."""
        return self.names.count(_BETWEEN) + 1


def row_of(folder: str, names: Iterable[str]) -> Row:
    """Return the row of some files, at least one."""
    return Row(folder, _BETWEEN.join(names))


class Paths(Sequence[str]):
    """The paths that some rows make, in their order.

    The rows are kept compressed, some together, for this is about memory: no object of Python's
    is kept for a file or a folder, and none is copied where a process forks and counts its
    references. They are soonest had in their order.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._blocks: list[bytes] = []
        self._ends = array("I")
        self._unpacked: tuple[int, list[str]] = -1, []
        count = 0
        waiting = iter(rows)
        while some := list(islice(waiting, _TOGETHER)):
            for row in some:
                count += row.size
                self._ends.append(count)
            self._blocks.append(_packed(some))

    @classmethod
    def of(cls, paths: Iterable[str]) -> Paths:
        """Return absolute paths in their order; best where those of one folder are together."""
        if isinstance(paths, Paths):
            return paths
        return cls(
            row_of(folder, (path[len(folder) :] for path in some))
            for folder, some in groupby(paths, folder_of)
        )

    @property
    def rows(self) -> Iterator[Row]:
        """The rows, each made anew."""
        return map(self.row, range(len(self._ends)))

    def row(self, number: int) -> Row:
        """Return one of the rows."""
        block, place = divmod(number, _TOGETHER)
        at, texts = self._unpacked
        if at != block:
            texts = os.fsdecode(zlib.decompress(self._blocks[block])).split("\0")
            self._unpacked = block, texts
        return Row(texts[2 * place], texts[2 * place + 1])

    def row_at(self, number: int) -> int:
        """Return the number of the row in which a path is."""
        return bisect_right(self._ends, number)

    def _first_in(self, row: int) -> int:
        return self._ends[row - 1] if row else 0

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[str]:
        for row in self.rows:
            yield from row.paths

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Paths: ...

    def __getitem__(self, at: int | slice) -> str | Paths:
        if isinstance(at, slice):
            return self.chosen(range(len(self))[at])
        number = range(len(self))[at]
        row = self.row_at(number)
        return self.row(row).paths[number - self._first_in(row)]

    def __add__(self, others: Paths) -> Paths:
        return Paths(chain(self.rows, others.rows))

    def chosen(self, numbers: Iterable[int]) -> Paths:
        """Return the paths of some ascending numbers."""

        def rows() -> Iterator[Row]:
            for at, some in groupby(numbers, self.row_at):
                row, wanted = self.row(at), list(some)
                if len(wanted) < row.size:
                    first, every = self._first_in(at), row.every
                    row = row_of(row.folder, (every[number - first] for number in wanted))
                yield row

        return Paths(rows())


def _packed(rows: Iterable[Row]) -> bytes:
    return zlib.compress(os.fsencode("\0".join(chain.from_iterable(rows))), 1)


def merged(every: Iterable[Iterable[Item]], key: Callable[[Item], str]) -> Iterator[Item]:
    """Yield what several iterables yield, sorted by `key` as they are; of equals, the first."""
    from heapq import merge  # most runs look at one folder

    return (next(same) for _, same in groupby(merge(*every, key=key), key))


def folder_of(path: str) -> str:
    """Return the folder of an absolute path, with a separator at its end."""
    return path[: path.rfind(os.sep) + 1]


def with_separator(folder: str) -> str:
    """Return an absolute folder with a separator at its end, as that of a row has one."""
    return folder if folder.endswith(os.sep) else folder + os.sep
