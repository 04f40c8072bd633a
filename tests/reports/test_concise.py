"""Flake8's line, one for each violation."""

from __future__ import annotations

from collections import defaultdict

import pytest
from flake8.formatting.default import Default

from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.concise import render_concise
from tests.reports.findings import finding


@pytest.mark.parametrize(
    ("found", "line"),
    [
        pytest.param(
            finding("\nx = «Old»"),
            "app/deps.py:2:5: SSOT001 import of deprecated `a.old.Old` (565)",
            id="plain",
        ),
        pytest.param(
            finding("'é𝒳'; «Old»", code="SSOT002"),
            "app/deps.py:1:7: SSOT002 import of deprecated `a.old.Old` (565)",
            id="columns-are-code-points",
        ),
        pytest.param(
            finding("«f(\n)»", path="a\nb\x1b.py", migration="x\ny"),
            "a\\u000ab\\u001b.py:1:1: SSOT001 import of deprecated `a.old.Old` (x\\u000ay)",
            id="one-line-whatever-the-names",
        ),
    ],
)
def test_the_line(found: Finding, line: str) -> None:
    assert list(render_concise(Report(findings=(found,)))) == [line]


def test_it_is_the_line_of_flake8() -> None:
    found = finding("\nx = «Old»")
    values = defaultdict(
        str,  # the names of the colors, which are off
        path=found.path,
        row=found.start.line,
        col=found.start.column,
        code=found.violation.code,
        text=found.violation.message,
    )
    text = Default.error_format % values
    assert list(render_concise(Report(findings=(found,)))) == [text]


def test_errors_are_not_lines_of_it() -> None:
    assert list(render_concise(Report(errors=(FileError("x.py", "bad", 1),), files=1))) == []
