"""Flow: which of several bindings of a name can be in force at a use of it.

No control-flow graph: a place is an ordinal in source order plus the chain of conditional
regions around it. Where this cannot tell, it says that a binding may reach, never that it
cannot; early exits (`return`, `raise`, `break`) are not followed.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from flake8_ssot_engine.records import NamedTuple


class Region(enum.Enum):
    """How a conditional region relates to what stands beside it."""

    ROOT = "root"
    """A scope's own body: it runs from top to bottom."""
    ARM = "arm"
    """Runs or not; its sibling arms of the same construct run only if it does not."""
    PART = "part"
    """Runs wholly, partly or not at all, and what stands beside it may run as well. The body
    of a `try` shares its construct with the handlers."""
    LOOP = "loop"
    """Runs any number of times, so that its end reaches its start."""


class Branch:
    """A node in the tree of conditional regions of one scope; compared by identity."""

    __slots__ = ("arm", "construct", "depth", "parent", "region")

    def __init__(self, parent: Branch | None, region: Region, construct: int = 0, arm: int = 0):
        self.parent = parent
        self.region = region
        self.construct = construct
        self.arm = arm
        self.depth: int = 0 if parent is None else parent.depth + 1

    def encloses(self, other: Branch) -> bool:
        """Whether `other` is this region or lies inside it: running it means running this."""
        node: Branch | None = other
        while node is not None and node.depth > self.depth:
            node = node.parent
        return node is self


class Point(NamedTuple):
    """When something happens within a scope.

    `order` counts in source order over the whole file. A deferred point lies in a function
    that is called at a time unknown, but not before `order`.
    """

    order: int
    branch: Branch
    is_deferred: bool = False


class Event(Protocol):
    """Something that happens to a name at a point: what `reaching` needs to know of a binding."""

    @property
    def point(self) -> Point:
        """When it happens."""

    @property
    def overwrites(self) -> bool:
        """Whether it ends what was in force before."""

    @property
    def binds(self) -> bool:
        """Whether the name stands for something afterwards."""

    @property
    def is_confined(self) -> bool:
        """Whether it is undone at the end of its region."""


AnyEvent = TypeVar("AnyEvent", bound=Event)


def reaching(bindings: Sequence[AnyEvent], use: Point) -> tuple[list[AnyEvent], bool]:
    """Return those of `bindings` that may be in force at `use`, in source order.

    `bindings` are those of one name in one scope, and `use` is a point of that scope. The
    flag says whether the name is bound there for sure, so that nothing shows through from
    outside.
    """
    found: list[AnyEvent] = []
    killer: AnyEvent | None = None
    for binding in sorted(bindings, key=lambda binding: binding.point.order, reverse=True):
        point = binding.point
        if binding.is_confined and not point.branch.encloses(use.branch):
            continue
        if point.is_deferred:
            found.append(binding)
        elif point.order >= use.order:
            if use.is_deferred or _common_loop(point.branch, use.branch) is not None:
                found.append(binding)
        elif killer is None and not _excludes(point.branch, use.branch):
            found.append(binding)
            if point.branch.encloses(use.branch) and binding.overwrites:
                killer = binding
    if killer is not None and not use.is_deferred:
        found = [b for b in found if not _is_overwritten_each_round(b, killer, use)]
    found.reverse()
    may_be_gone = any(binding.overwrites and not binding.binds for binding in found)
    return found, killer is not None and not may_be_gone


def is_fallback(first: Point, second: Point) -> bool:
    """Whether `second` lies in a handler of the `try` whose body holds `first`."""
    bodies = {node.construct for node in _chain(first.branch) if node.region is Region.PART}
    return any(
        node.construct in bodies
        for node in _chain(second.branch)
        if node.region is Region.ARM and node.construct
    )


def _is_overwritten_each_round(binding: Event, killer: Event, use: Point) -> bool:
    """Whether a loop brings `binding` back to `use` only past `killer`."""
    if binding.point.is_deferred or binding.point.order < use.order:
        return False
    loop = _common_loop(binding.point.branch, use.branch)
    return loop is not None and loop.encloses(killer.point.branch)


def _common_loop(first: Branch, second: Branch) -> Branch | None:
    """Return the innermost loop around both, if any."""
    node: Branch | None = first
    while node is not None:
        if node.region is Region.LOOP and node.encloses(second):
            return node
        node = node.parent
    return None


def _excludes(first: Branch, second: Branch) -> bool:
    """Whether the two lie in different arms of one construct, in no common loop inside it."""
    if _common_loop(first, second) is not None:
        return False
    arms = {node.construct: node for node in _chain(first) if node.region is Region.ARM}
    return any(
        node.construct in arms and arms[node.construct].arm != node.arm
        for node in _chain(second)
        if node.region is Region.ARM
    )


def _chain(branch: Branch) -> Iterable[Branch]:
    node: Branch | None = branch
    while node is not None:
        yield node
        node = node.parent
