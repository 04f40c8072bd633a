"""What refers to itself is collected once a file has been looked at."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from flake8_ssot_engine.project.garbage import no_collection


class Tree:
    def __init__(self) -> None:
        self.itself = self
        self.many = [[] for _ in range(10_000)]  # type: ignore[var-annotated]


@pytest.fixture(autouse=True)
def enabled() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_a_tree_is_gone_afterwards() -> None:
    with no_collection():
        assert not gc.isenabled()
        tree = Tree()
        gone = weakref.ref(tree)
        del tree
        assert gone() is not None
    assert gone() is None
    assert gc.isenabled()


def test_so_it_is_where_that_fails() -> None:
    with pytest.raises(KeyError), no_collection():
        raise KeyError
    assert gc.isenabled()


def test_who_has_switched_the_collector_off_keeps_it_off() -> None:
    gc.disable()
    with no_collection():
        pass
    assert not gc.isenabled()
