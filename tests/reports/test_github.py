"""Workflow commands, read as GitHub's runner reads them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.github import SHOWN, render_github
from flake8_ssot_engine.reports.paths import decodable
from flake8_ssot_engine.violations import Severity
from tests.reports.examples import (
    EXAMPLE,
    ODD_NAMES,
    ONLY_ERRORS,
    many,
    report_of_many,
    report_of_path,
)

pytestmark = pytest.mark.usefixtures("repository")


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def parse(line: str) -> Command:
    """Parse a line by the rules of the runner: split first, then unescape `%25` last."""
    assert "\n" not in line
    assert "\r" not in line
    blank, info, message = line.split("::", 2)
    assert blank == ""
    name, _, listed = info.partition(" ")
    pairs = [pair.split("=", 1) for pair in listed.strip().split(",") if pair]
    properties = {key: unescaped(value, "\r\n:,%") for key, value in pairs}
    return Command(name, properties, unescaped(message, "\r\n%"))


def unescaped(text: str, signs: str) -> str:
    for sign in signs:
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text


def parsed(report: Report) -> list[Command]:
    return [parse(line) for line in render_github(report)]


def test_kinds_and_places() -> None:
    assert [(one.name, one.properties) for one in parsed(EXAMPLE)] == [
        (
            "error",
            {
                "title": "SSOT001 deprecated-import",
                "file": "app/deps.py",
                "line": "3",
                "endLine": "3",
                "col": "19",
                "endColumn": "22",
            },
        ),
        (
            "error",
            {
                "title": "SSOT002 deprecated-import",
                "file": "app/deps.py",
                "line": "9",
                "endLine": "10",
            },
        ),
        (
            "warning",
            {
                "title": "SSOT009 deprecated-import",
                "file": "ssot-baseline.txt",
                "line": "1",
                "endLine": "1",
                "col": "1",
                "endColumn": "20",
            },
        ),
        ("error", {"title": "E999", "file": "bad.py", "line": "3"}),
        ("error", {"title": "E902", "file": "locked.py"}),
    ]


READABLE = {
    "bell\x07\x1b[31m\x00.py": "bell\\u0007\\u001b[31m\\u0000.py",
    "rtl\u202e\u2028.py": "rtl\\u202e\\u2028.py",
}
"""Names that nothing can be found by, for the log would be at their mercy."""


@pytest.mark.parametrize("path", ODD_NAMES)
def test_a_path_is_found_again(path: str, repository: Path) -> None:
    commands = parsed(report_of_path(path))
    assert [command.name for command in commands] == ["error", "error"]
    for command in commands:
        found = command.properties["file"]
        if path.startswith(".."):
            assert found == str(repository.parent / path[3:])
        else:
            assert found == READABLE.get(path, decodable(path))
        assert command.properties["line"] == "1"


def test_the_message_names_the_place_for_the_log_shows_no_more() -> None:
    assert parsed(EXAMPLE)[0].message == (
        "app/deps.py:3:19: SSOT001 import of deprecated `a.old.Old` [fix: safe] (565)"
    )


@pytest.mark.parametrize(
    "report", [pytest.param(Report(), id="empty"), pytest.param(ONLY_ERRORS, id="only-errors")]
)
def test_no_notice_without_need(report: Report) -> None:
    assert len(parsed(report)) == len(report.errors)


@pytest.mark.parametrize(
    ("report", "told"),
    [
        pytest.param(report_of_many(SHOWN), "", id="as-many-as-are-shown"),
        pytest.param(
            Report(findings=(*many(SHOWN), *many(SHOWN, Severity.WARNING)), files=9), "", id="both"
        ),
        pytest.param(
            report_of_many(SHOWN + 1),
            "GitHub shows 10 of each kind, the log of this step has all:"
            " 11 violations (SSOT001 11); 11 files looked at",
            id="one-more",
        ),
        pytest.param(
            Report(findings=many(SHOWN), errors=ONLY_ERRORS.errors, files=9),
            "GitHub shows 10 of each kind, the log of this step has all:"
            " 10 violations (SSOT001 10), 1 file that could not be checked; 9 files looked at",
            id="files-count-too",
        ),
    ],
)
def test_a_notice_tells_of_what_github_does_not_show(report: Report, told: str) -> None:
    commands = parsed(report)
    notices = [command.message for command in commands if command.name == "notice"]
    assert notices == ([told] if told else [])
    assert len(commands) - len(notices) == len(report.findings) + len(report.errors)


def test_many() -> None:
    assert len(parsed(report_of_many(30_000))) == 30_001
