"""Paths: those of many files, in a fraction of the memory that a string for each takes."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import NamedTuple, TypeVar, overload

Item = TypeVar("Item")
_BETWEEN = "/"
"""What stands between the names in a row; no name holds one."""


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

    The rows stand in one block of bytes, for this is about memory: no object of Python's is kept
    for a file or a folder, and none is copied where a process forks and counts its references.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        packed, starts, ends = bytearray(), array("Q"), array("Q")
        count = 0
        for row in rows:
            starts.append(len(packed))
            packed += os.fsencode(f"{row.folder}\0{row.names}\0")
            count += row.size
            ends.append(count)
        self._packed = bytes(packed)
        self._starts = starts
        self._ends = ends

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
        return map(self.row, range(len(self._starts)))

    def row(self, number: int) -> Row:
        """Return one of the rows."""
        start = self._starts[number]
        is_last = number + 1 == len(self._starts)
        end = len(self._packed) if is_last else self._starts[number + 1]
        folder, names, _ = os.fsdecode(self._packed[start:end]).split("\0")
        return Row(folder, names)

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
