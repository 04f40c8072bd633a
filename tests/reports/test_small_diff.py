"""What a fix does to the lines of its violation, and that it says what it does not show."""

from __future__ import annotations

import pytest

from flake8_ssot_engine.edits import PlacedEdit
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.small_diff import render_small_diff
from flake8_ssot_engine.reports.text import render_text
from flake8_ssot_engine.source import Position
from tests.reports.examples import at
from tests.reports.findings import finding

PATH = "app/deps.py"


@pytest.mark.parametrize(
    ("marked", "edits", "expected"),
    [
        pytest.param(
            "\n\nfrom a.old import «Old»\n",
            [at(PATH, 3, 6, 11, "a.new"), at(PATH, 3, 19, 22, "New")],
            ["- from a.old import Old", "+ from a.new import New"],
            id="two-in-a-line",
        ),
        pytest.param(
            "'é𝒳日' + «Old»\n",
            [at(PATH, 1, 9, 12, "New")],
            ["- 'é𝒳日' + Old", "+ 'é𝒳日' + New"],
            id="wide",
        ),
        pytest.param(
            "x = «Old(\n  1,\n  2)»\n",
            [at(PATH, 1, 5, 8, "New"), at(PATH, 3, 3, 4, "3")],
            ["- x = Old(", "+ x = New(", "-   2)", "+   3)"],
            id="lines-that-stay-are-left-out",
        ),
        pytest.param(
            "x = «Old(\n  1)»\n",
            [PlacedEdit(PATH, Position(1, 5), Position(2, 5), "New()")],
            ["- x = Old(", "-   1)", "+ x = New()"],
            id="across-lines",
        ),
        pytest.param(
            "«Old»\n",
            [at(PATH, 1, 1, 4, "import new\nnew.New")],
            ["- Old", "+ import new", "+ new.New"],
            id="a-line-more",
        ),
        pytest.param(
            "\n«Old»\n",
            [at(PATH, 2, 1, 4, "New"), at(PATH, 1, 1, 1, "#")],
            ["- Old", "+ New", "  and 1 more edit in this file"],
            id="more-above",
        ),
        pytest.param(
            "«Old»\n",
            [at(PATH, 1, 1, 4, "New"), at(PATH, 9, 1, 4, "N"), at("b.py", 1, 1, 4, "N")],
            ["- Old", "+ New", "  and 2 more edits in 2 files"],
            id="more-in-other-files",
        ),
        pytest.param(
            "«Old»\n", [at("b.py", 1, 1, 4, "N")], ["  and 1 edit in 1 file"], id="only-elsewhere"
        ),
        pytest.param(
            "«Old»\nx",
            [PlacedEdit(PATH, Position(1, 1), Position(2, 1), "")],
            ["  and 1 edit in this file"],
            id="beyond-the-lines-that-are-known",
        ),
        pytest.param("«---»\n", [at(PATH, 1, 1, 4, "+++")], ["- ---", "+ +++"], id="like-a-header"),
    ],
)
def test_the_lines(marked: str, edits: list[PlacedEdit], expected: list[str]) -> None:
    found = finding(marked, edits=tuple(edits))
    assert found.violation.fix is not None
    assert list(render_small_diff(found, found.violation.fix)) == expected


def test_it_takes_the_place_of_the_hint() -> None:
    found = finding("from a.old import «Old»\n", edits=(at(PATH, 1, 19, 22, "New\tx\x1b"),))
    assert list(render_text(Report(findings=(found,))))[3:5] == [
        "  | - from a.old import Old",
        "  | + from a.old import New\tx\\u001b",
    ]
