"""AcyclicMemo: remembers a recursive function over a graph that may have cycles."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class AcyclicMemo(Generic[Key, Value]):
    """Calls `function` once a key; a key met again on the way to itself counts as `bottom`.

    What was computed while a key of the way was still open is not remembered (as in Tarjan's
    algorithm for components), so that an answer does not depend on which key came first.
    """

    def __init__(self, function: Callable[[Key], Value], bottom: Value) -> None:
        self._function = function
        self._bottom = bottom
        self._known: dict[Key, Value] = {}
        self._open: dict[Key, int] = {}
        self._lowest: float = float("inf")

    def __call__(self, key: Key) -> Value:
        """Return the function's value for `key`."""
        if key in self._known:
            return self._known[key]
        if key in self._open:
            self._lowest = min(self._lowest, self._open[key])
            return self._bottom
        depth = self._open[key] = len(self._open)
        outer, self._lowest = self._lowest, float("inf")
        try:
            value = self._function(key)
        finally:
            del self._open[key]
            inner, self._lowest = self._lowest, outer
        if inner < depth:
            self._lowest = min(outer, inner)
        else:
            self._known[key] = value
        return value
