"""The JSON report: the contract of the design's commands.md, version 1."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from flake8_ssot_engine.engine.findings import FileError
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.json_format import render_json
from tests.reports.findings import finding


def document(report: Report) -> dict[str, object]:
    text = "\n".join(render_json(report))
    assert text.isascii()
    loaded: dict[str, object] = json.loads(text)
    return loaded


def test_a_whole_report() -> None:
    report = Report(
        findings=(finding("'é𝒳'; «Old(\n  1)»"),),
        errors=(FileError("bad.py", "does not parse: invalid syntax", 3, 7),),
        references=Counter({"value": 2, "import": 1}),
        files=2,
    )
    assert document(report) == {
        "version": 1,
        "violations": [
            {
                "path": "app/deps.py",
                "code": "SSOT001",
                "name": "deprecated-import",
                "symbol": "a.old.Old",
                "replacement": "a.new.New",
                "migration": "565",
                "phase": "critical-path",
                "line": 1,
                "column": 7,
                "end_line": 2,
                "end_column": 5,
                "message": "import of deprecated `a.old.Old` (565)",
                "hint": "from a.new import New",
                "kind": "import",
                "severity": "error",
                "baselined": False,
                "fix": None,
                "unfixable_because": None,
            }
        ],
        "errors": [
            {
                "path": "bad.py",
                "line": 3,
                "message": "does not parse: invalid syntax",
                "code": "E902",
                "baselined": False,
            }
        ],
        "statistics": {"SSOT001": 1},
        "references": {"import": 1, "value": 2},
    }


def test_an_empty_report() -> None:
    assert document(Report()) == {
        "version": 1,
        "violations": [],
        "errors": [],
        "statistics": {},
        "references": {},
    }


def test_what_is_unknown_is_null() -> None:
    found = finding("«x»")
    bare = found._replace(phase="", violation=found.violation._replace(replacement=None))
    report = Report(findings=(bare,), errors=(FileError("x.py", "cannot be read"),))
    loaded = json.loads("\n".join(render_json(report)))
    assert loaded["violations"][0]["phase"] is None
    assert loaded["violations"][0]["replacement"] is None
    assert loaded["errors"][0]["line"] is None


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("é𝒳/日本.py", id="wide"),
        pytest.param('a\nb\x1b\u202e"\\.py', id="control"),
        pytest.param("bad\udcff.py", id="not-utf-8"),
    ],
)
def test_any_path_survives(path: str) -> None:
    report = Report(findings=(finding("«x»", path=path),), errors=(FileError(path, "bad"),))
    loaded = json.loads("\n".join(render_json(report)))
    assert loaded["violations"][0]["path"] == loaded["errors"][0]["path"] == path


def test_statistics_are_sorted_by_code() -> None:
    codes = ["SSOT003", "SSOT001", "SSOT002", "SSOT001"]
    report = Report(findings=tuple(finding("«x»", code=code) for code in codes))
    assert list(report.statistics.items()) == [("SSOT001", 2), ("SSOT002", 1), ("SSOT003", 1)]
