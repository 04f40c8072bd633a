"""The report of `ssot doctor`: lines, colours, the last line, JSON."""

from __future__ import annotations

import json

import pytest

from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok
from flake8_ssot_engine.reports.doctor_report import (
    render_doctor_json,
    render_doctor_summary,
    render_remark,
)

GOOD = ok("git", "is there")
DOUBT = Remark(Level.WARNING, "Ruff", "is on", "r\x1b.toml:3", "it deletes", "do not")
BAD = Remark(Level.ERROR, "Flake8", "is gone", "", "nothing runs", "bring it back")


def test_lines() -> None:
    assert [line for remark in (GOOD, DOUBT, BAD) for line in render_remark(remark)] == [
        "ok       git: is there",
        "warning  Ruff: r\\u001b.toml:3: is on",
        "         so: it deletes",
        "         do: do not",
        "error    Flake8: is gone",
        "         so: nothing runs",
        "         do: bring it back",
    ]


def test_colours() -> None:
    assert list(render_remark(GOOD, is_colored=True)) == ["\x1b[32mok     \x1b[0m  git: is there"]


@pytest.mark.parametrize(
    ("remarks", "line"),
    [
        pytest.param([GOOD], "all is well: 1 check", id="well"),
        pytest.param([GOOD, DOUBT], "0 errors, 1 warning", id="a warning"),
        pytest.param([BAD, BAD, GOOD, DOUBT], "2 errors, 1 warning", id="errors"),
    ],
)
def test_the_last_line(remarks: list[Remark], line: str) -> None:
    assert render_doctor_summary(remarks) == line


def test_json() -> None:
    document = json.loads("\n".join(render_doctor_json([GOOD, BAD])))
    assert document == {
        "version": 1,
        "remarks": [
            {
                "level": "ok",
                "area": "git",
                "message": "is there",
                "place": "",
                "why": "",
                "instead": "",
            },
            {
                "level": "error",
                "area": "Flake8",
                "message": "is gone",
                "place": "",
                "why": "nothing runs",
                "instead": "bring it back",
            },
        ],
    }
