"""Scan: what a search of a project finds, which `needles.py` makes.

By itself, for a run that only remembers one has to import no more than this.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from flake8_ssot_engine.project.discovery import modules_below
from flake8_ssot_engine.project.listing import Listing
from flake8_ssot_engine.project.paths import Paths, merged
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.records import NamedTuple


class Reading(NamedTuple):
    """In which search a module was read into an outline, and the checksum of that."""

    search: int
    checksum: int


class Scan(NamedTuple):
    """What a search of a project found.

    `candidates` are those of the files asked for that can hold a violation, or cannot be read.
    The rest is there where the states of the files were asked for: `paths` are all files that
    were searched, the first `modules` of them modules, with their states; `searches` what was
    sought, one after the other, `readings` the modules that count.
    """

    needles: Needles
    candidates: Collection[str] = ()
    paths: Sequence[str] = ()
    modules: int = 0
    states: tuple[tuple[bytes, bytes], ...] = ()
    searches: tuple[Needles, ...] = ()
    readings: Mapping[str, Reading] = MappingProxyType({})


def modules_of(source_roots: Sequence[str], listing: Listing | None = None) -> Iterator[str]:
    """Return the files of all modules below some source roots, sorted, each once."""
    every = [modules_below(root, listing) for root in source_roots]
    singly = [(path for row in some for path in row.paths) for some in every]
    return singly[0] if len(singly) == 1 else merged(singly, key=str)


class Searched(NamedTuple):
    """The files to search: those to check, which are the first `to_check`, and modules besides.

    Either are sorted. `are_modules` has a flag for each.
    """

    paths: Paths
    are_modules: bytearray
    to_check: int

    def numbers(self, *, of_modules: bool) -> Sequence[int]:
        """Return the numbers of those that are modules, or of the others."""
        return array("I", (n for n, flag in enumerate(self.are_modules) if flag == of_modules))

    @property
    def in_order(self) -> Paths:
        """The paths in the order in which they are searched: modules first."""
        modules, others = (self.numbers(of_modules=flag) for flag in (True, False))
        return self.paths.chosen(modules) + self.paths.chosen(others) if others else self.paths


def searched(modules: Iterable[str], paths: Paths) -> Searched:
    """Return what is to be searched, given the modules of a project and the files to check.

    Both are sorted.
    """
    flags = bytearray(len(paths))
    besides: list[str] = []
    waiting = enumerate(paths)
    nothing = (-1, "")
    number, path = next(waiting, nothing)
    for module in modules:
        while number >= 0 and path < module:
            number, path = next(waiting, nothing)
        if path == module:
            flags[number] = True
        else:
            besides.append(module)
    if besides:
        flags += b"\1" * len(besides)
        return Searched(paths + Paths.of(besides), flags, len(paths))
    return Searched(paths, flags, len(paths))
