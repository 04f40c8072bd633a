"""Scan: what a search of a project finds, which `needles.py` makes.

By itself, for a run that only remembers one has to import no more than this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import merge
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple

from flake8_ssot_engine.project.discovery import modules_below
from flake8_ssot_engine.project.listing import Listing
from flake8_ssot_engine.project.paths import Paths
from flake8_ssot_engine.project.prefilter import Needles


class Reading(NamedTuple):
    """In which search a module was read into an outline, and the checksum of that."""

    search: int
    checksum: int


class Scan(NamedTuple):
    """What a search of a project found.

    `paths` are all files that were searched, the first `modules` of them modules, with their
    states where these were asked for.
    `candidates` are those of the files asked for that can hold a violation, or cannot be read.
    `searches` are what was sought, one after the other, `readings` the modules that count.
    """

    needles: Needles
    candidates: frozenset[str] = frozenset()
    paths: Sequence[str] = ()
    modules: int = 0
    states: tuple[tuple[bytes, bytes], ...] = ()
    searches: tuple[Needles, ...] = ()
    readings: Mapping[str, Reading] = MappingProxyType({})


def modules_of(source_roots: Sequence[str], listing: Listing | None = None) -> Paths:
    """Return the files of all modules below some source roots, sorted, each once."""
    every = [modules_below(root, listing) for root in source_roots]
    if len(every) == 1:
        return Paths(every[0])
    singly = ((row.folder + name for row in some for name in row.every) for some in every)
    return Paths.of(path for path, _ in groupby(merge(*singly)))


class Searched(NamedTuple):
    """The files to search: the first `modules` of the `paths` are modules.

    `besides` are those among them that are not to be checked.
    """

    paths: Paths
    modules: int
    besides: frozenset[str]


def searched(modules: Paths, paths: Paths) -> Searched:
    """Return the modules of a project and the files to check, both sorted, as what to search."""
    every = modules + paths.without(modules)
    return Searched(every, len(modules), frozenset(modules.without(paths)))
