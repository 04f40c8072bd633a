"""What of a report counts, and the line at its end."""

from __future__ import annotations

import pytest

from flake8_ssot_engine.engine.findings import FileError
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.outcome import baselined, new_errors, new_findings, summary
from flake8_ssot_engine.violations import Severity
from tests.reports.examples import EXAMPLE, many
from tests.reports.findings import finding


@pytest.mark.parametrize(
    ("findings", "errors", "files", "expected"),
    [
        pytest.param(0, 0, 0, "no violations; 0 files looked at", id="nothing"),
        pytest.param(0, 0, 1, "no violations; 1 file looked at", id="clean"),
        pytest.param(1, 0, 1, "1 violation (SSOT001 1); 1 file looked at", id="one"),
        pytest.param(2, 0, 3, "2 violations (SSOT001 2); 3 files looked at", id="two"),
        pytest.param(
            0,
            1,
            2,
            "no violations, 1 file that could not be checked; 2 files looked at",
            id="error",
        ),
        pytest.param(
            1,
            2,
            2,
            "1 violation (SSOT001 1), 2 files that could not be checked; 2 files looked at",
            id="errors",
        ),
    ],
)
def test_summary(findings: int, errors: int, files: int, expected: str) -> None:
    report = Report(
        findings=(finding("«x»"),) * findings, errors=(FileError("x", "y"),) * errors, files=files
    )
    assert summary(report) == expected


HELD = many(3, Severity.HINT)
WARNED = many(2, Severity.WARNING)
HELD_ERROR = FileError("x.py", "bad", is_baselined=True)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        pytest.param(
            Report(findings=(*HELD, *many(1)), files=4),
            "1 new violation (SSOT001 1), 3 baselined; 4 files looked at",
            id="new-and-baselined",
        ),
        pytest.param(
            Report(findings=HELD, files=4),
            "no new violations, 3 baselined; 4 files looked at",
            id="all-baselined",
        ),
        pytest.param(
            Report(findings=HELD, errors=(HELD_ERROR,), files=4),
            "no new violations, 4 baselined; 4 files looked at",
            id="files-too",
        ),
        pytest.param(
            Report(findings=WARNED, files=4),
            "no violations, 2 warnings (SSOT001 2); 4 files looked at",
            id="warnings",
        ),
        pytest.param(
            EXAMPLE,
            "2 new violations (SSOT001 1, SSOT002 1), 1 warning (SSOT009 1), 3 baselined,"
            " 2 files that could not be checked; 12 files looked at",
            id="all-at-once",
        ),
    ],
)
def test_summary_with_a_baseline(report: Report, expected: str) -> None:
    assert summary(report) == expected


def test_what_is_new() -> None:
    assert [f.violation.code for f in new_findings(EXAMPLE)] == ["SSOT001", "SSOT002", "SSOT009"]
    assert [error.path for error in new_errors(EXAMPLE)] == ["bad.py", "locked.py"]
    assert baselined(EXAMPLE) == 3
