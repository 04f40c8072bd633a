"""Paths: those of many files, in a fraction of the memory that a string for each takes."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple, overload

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


def row_of(folder: str, names: Iterable[str]) -> Row:
    """Return the row of some files, at least one."""
    return Row(folder, _BETWEEN.join(names))


class Paths(Sequence[str]):
    """The paths that some rows make, in their order."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows = tuple(rows)
        self._ends = tuple(accumulate(row.names.count(_BETWEEN) + 1 for row in self.rows))

    @classmethod
    def of(cls, paths: Iterable[str]) -> Paths:
        """Return absolute paths in their order; best where those of one folder are together."""
        if isinstance(paths, Paths):
            return paths
        return cls(
            row_of(folder, (path[len(folder) :] for path in some))
            for folder, some in groupby(paths, folder_of)
        )

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[str]:
        for row in self.rows:
            folder = row.folder
            for name in row.every:
                yield folder + name

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Paths: ...

    def __getitem__(self, at: int | slice) -> str | Paths:
        if isinstance(at, slice):
            return self.chosen(range(len(self))[at])
        number = range(len(self))[at]
        row, start = self.row_at(number)
        return self.rows[row].folder + self.rows[row].every[number - start]

    def __contains__(self, path: object) -> bool:
        if not isinstance(path, str):
            return False
        folder = folder_of(path)
        name = path[len(folder) :]
        return any(row.folder == folder and name in row.every for row in self.rows)

    def __add__(self, others: Paths) -> Paths:
        return Paths(self.rows + others.rows)

    def sharing(self, others: Paths) -> Paths:
        """Return the same paths, by the very rows of others where these are equal."""
        known = {row: row for row in others.rows}
        return Paths(known.get(row, row) for row in self.rows)

    def row_at(self, number: int) -> tuple[int, int]:
        """Return the number of the row in which a path is, and that of its first path."""
        row = bisect_right(self._ends, number)
        return row, self._ends[row - 1] if row else 0

    def chosen(self, numbers: Iterable[int]) -> Paths:
        """Return the paths of some ascending numbers."""

        def rows() -> Iterator[Row]:
            for row, some in groupby(numbers, lambda number: bisect_right(self._ends, number)):
                start, end = self._ends[row - 1] if row else 0, self._ends[row]
                wanted = list(some)
                if len(wanted) == end - start:
                    yield self.rows[row]
                else:
                    every = self.rows[row].every
                    yield row_of(self.rows[row].folder, (every[n - start] for n in wanted))

        return Paths(rows())

    def without(self, others: Paths) -> Paths:
        """Return those that are not among others."""
        whole = frozenset(others.rows)
        left = [row for row in self.rows if row not in whole]
        known: dict[str, set[str]] = {row.folder: set() for row in left}
        for row in others.rows:
            if row.folder in known:
                known[row.folder].update(row.every)
        every = ((row, [n for n in row.every if n not in known[row.folder]]) for row in left)
        return Paths(row_of(row.folder, names) for row, names in every if names)


def folder_of(path: str) -> str:
    """Return the folder of an absolute path, with a separator at its end."""
    return path[: path.rfind(os.sep) + 1]


def with_separator(folder: str) -> str:
    """Return an absolute folder with a separator at its end, as that of a row has one."""
    return folder if folder.endswith(os.sep) else folder + os.sep
