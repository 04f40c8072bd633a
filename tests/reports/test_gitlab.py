"""Code Quality, by what GitLab documents of it and does with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flake8_ssot_engine.engine.findings import FileError
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.gitlab import render_gitlab
from tests.reports.examples import EXAMPLE, ODD_NAMES, ONLY_ERRORS, report_of_many, report_of_path
from tests.reports.findings import finding

pytestmark = pytest.mark.usefixtures("repository")

# GitLab's documentation, "Code Quality report format", with what Code Climate's specification
# asks of an issue besides.
ISSUES = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": [
                "type",
                "categories",
                "description",
                "check_name",
                "fingerprint",
                "severity",
                "location",
            ],
            "properties": {
                "type": {"const": "issue"},
                "categories": {"type": "array", "items": {"enum": ["Compatibility"]}},
                "description": {"type": "string", "minLength": 1, "pattern": r"^[^\r\n]*$"},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": r"^(?!\./)"},
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": {
                                "begin": {"type": "integer", "minimum": 1},
                                "end": {"type": "integer", "minimum": 1},
                            },
                        },
                    },
                },
            },
        },
    }
)


def issues(report: Report) -> list[dict[str, Any]]:
    (text,) = render_gitlab(report)
    assert text.isascii()
    loaded: list[dict[str, Any]] = json.loads(text)
    ISSUES.validate(loaded)
    # GitLab keeps the last of those with one fingerprint.
    assert len({issue["fingerprint"] for issue in loaded}) == len(loaded)
    return loaded


@pytest.mark.parametrize(
    ("report", "severities"),
    [
        pytest.param(Report(), [], id="empty"),
        pytest.param(ONLY_ERRORS, ["major"], id="only-errors"),
        pytest.param(
            EXAMPLE,
            ["major", "major", "info", "info", "minor", "major", "major", "info"],
            id="example",
        ),
    ],
)
def test_severities(report: Report, severities: list[str]) -> None:
    assert [issue["severity"] for issue in issues(report)] == severities


def test_lines() -> None:
    lines = [issue["location"]["lines"] for issue in issues(EXAMPLE)]
    assert lines[:2] == [{"begin": 3, "end": 3}, {"begin": 9, "end": 10}]
    assert lines[5:] == [{"begin": 3}, {"begin": 1}, {"begin": 1}]


@pytest.mark.parametrize("path", ODD_NAMES)
def test_a_path_is_found_again(path: str, repository: Path) -> None:
    for issue in issues(report_of_path(path)):
        found = issue["location"]["path"]
        found.encode()
        if path.startswith(".."):
            assert found == str(repository.parent / path[3:])
        else:
            assert found == path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def test_paths_that_read_alike_have_fingerprints_of_their_own() -> None:
    names = ("\udcfe.py", "\udcff.py")
    issues(Report(findings=tuple(finding("«x»", path=name) for name in names)))


def test_a_fingerprint_stays_where_only_lines_move() -> None:
    (one,) = issues(Report(findings=(finding("«Old»"),)))
    (other,) = issues(Report(findings=(finding("# more\n\n'é' + «Old»  # moved"),)))
    assert one["fingerprint"] == other["fingerprint"]


def test_one_file_that_failed_twice() -> None:
    assert len(issues(Report(errors=(FileError("x.py", "one"), FileError("x.py", "two"))))) == 2


def test_many() -> None:
    assert len(issues(report_of_many(30_000))) == 30_000
