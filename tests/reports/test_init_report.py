from __future__ import annotations

import pytest

from flake8_ssot_engine.config.draft import DraftMove
from flake8_ssot_engine.migrations import Move
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.reports.init_report import render_moves, summary_of_moves

OLD, NEW = QualifiedName.parse("a.Old"), QualifiedName.parse("b.New")
FOUND = DraftMove(Move(OLD, NEW), "a\x1b.py:1", "@deprecated: use b.New")
NAMED = DraftMove(Move(OLD, None), "", "")
UNSURE = DraftMove(Move(OLD, None), "c.py:2", "docstring", "who knows")


def test_what_is_certain_comes_first() -> None:
    assert list(render_moves([UNSURE, FOUND, NAMED])) == [
        "a\\u001b.py:1: a.Old -> b.New",
        "    @deprecated: use b.New",
        "a.Old: no replacement known",
        "c.py:2: a.Old: no replacement known",
        "    docstring",
        "    not certain: who knows",
    ]


SUMMARIES = [
    pytest.param([FOUND], "1 move", id="one"),
    pytest.param(
        [FOUND, NAMED], "2 moves, 1 without a replacement (reported, never fixed)", id="two"
    ),
    pytest.param([UNSURE], "0 moves, and 1 as comments, for you to decide", id="unsure"),
]


@pytest.mark.parametrize(("moves", "told"), SUMMARIES)
def test_the_summary(moves: list[DraftMove], told: str) -> None:
    assert summary_of_moves(moves) == told
