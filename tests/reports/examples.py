"""Whole reports made by hand: one of everything, and those that strain a format."""

from __future__ import annotations

from collections import Counter

import pytest

from flake8_ssot_engine.edits import PlacedEdit
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.source import Position
from flake8_ssot_engine.violations import Severity
from tests.reports.findings import finding

ODD = {
    "spaces": "a b/c d.py",
    "leading-space": " .py",
    "wide": "é/日本/𝒳.py",
    "newlines": "new\nline\r.py",
    "control": "bell\x07\x1b[31m\x00.py",
    "not-utf-8": "bad\udcff\udc80.py",
    "separators": "100%25,a=b:c;d.py",
    "quotes": "'\"<&>]]>`|\\|``.py",
    "format": "rtl\u202e\u2028.py",
    "noncharacters": "\ufffe\uffff\U0001ffff.py",
    "commands": "::error::%0A#?*_[x](y).py",
    "outside": "../outside/a.py",
}
ODD_NAMES = [pytest.param(name, id=title) for title, name in ODD.items()]


def at(path: str, line: int, first: int, last: int, text: str) -> PlacedEdit:
    """Return an edit within one line, by its columns."""
    return PlacedEdit(path, Position(line, first), Position(line, last), text)


RENAMED = (
    at("app/deps.py", 3, 6, 11, "a.new"),
    at("app/deps.py", 3, 19, 22, "New"),
    at("app/deps.py", 9, 5, 8, "New"),
    at("tests/é b.py", 1, 22, 25, "New"),
)

EXAMPLE = Report(
    findings=(
        finding("\n\nfrom a.old import «Old»\n", edits=RENAMED),
        finding("\n" * 8 + "x = «Old(\n  1)»\n", code="SSOT002", hint="New.make(...)", scope="A.b"),
        finding("from a.old import «Old»\n", path="lib/old.py", severity=Severity.HINT),
        finding("'é𝒳', «Old»\n", path="lib/old.py", severity=Severity.HINT),
        finding(
            "«SSOT001 app/gone.py»\n",
            path="ssot-baseline.txt",
            code="SSOT009",
            hint="",
            severity=Severity.WARNING,
        ),
    ),
    errors=(
        FileError("bad.py", "does not parse: invalid syntax", 3, 7, "E999"),
        FileError("locked.py", "cannot be read: Permission denied"),
        FileError("python2.py", "does not parse: print", 1, 1, "E999", is_baselined=True),
    ),
    references=Counter({"import": 2, "value": 1}),
    files=12,
)

ONLY_ERRORS = Report(errors=EXAMPLE.errors[:1], files=1)


def report_of_path(path: str) -> Report:
    """Return a report whose every path is this one."""
    return Report(
        findings=(finding("x = «Old»", path=path, edits=(at(path, 1, 5, 8, "New"),)),),
        errors=(FileError(path, f"cannot be read: {path}", 1),),
        files=1,
    )


def report_of_many(count: int, severity: Severity = Severity.ERROR) -> Report:
    """Return a report of many findings, some alike in all but their line."""
    return Report(findings=many(count, severity), files=count)


def many(count: int, severity: Severity = Severity.ERROR) -> tuple[Finding, ...]:
    """Return findings in files of four each."""
    return tuple(
        finding("x = «Old»", path=f"pkg/m{number // 4}.py", severity=severity)
        for number in range(count)
    )
