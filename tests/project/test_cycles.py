from __future__ import annotations

import random

import pytest

from flake8_ssot_engine.project.cycles import AcyclicMemo


@pytest.mark.parametrize("seed", range(50))
def test_what_can_be_reached_in_a_graph(seed: int) -> None:
    """Against a plain search, from every start, whatever was asked before."""
    choose = random.Random(seed)
    nodes = range(choose.randint(1, 9))
    edges = {node: choose.sample(nodes, choose.randint(0, min(3, len(nodes)))) for node in nodes}
    memo: AcyclicMemo[int, frozenset[int]]
    memo = AcyclicMemo(
        lambda node: frozenset({node}).union(*(memo(next_) for next_ in edges[node])), frozenset()
    )
    for start in choose.sample(nodes, len(nodes)):
        seen, waiting = {start}, [start]
        while waiting:
            fresh = set(edges[waiting.pop()]) - seen
            seen |= fresh
            waiting += fresh
        assert memo(start) == seen


def test_a_key_is_computed_once() -> None:
    asked: list[int] = []

    def depth(number: int) -> int:
        asked.append(number)
        return memo(number - 1) + 1 if number else 0

    memo = AcyclicMemo(depth, 0)
    assert (memo(5), memo(3)) == (5, 3)
    assert asked == [5, 4, 3, 2, 1, 0]


def test_an_error_leaves_nothing_open() -> None:
    memo: AcyclicMemo[int, int]
    memo = AcyclicMemo(lambda n: 1 // n, 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            memo(0)
    assert memo(1) == 1
