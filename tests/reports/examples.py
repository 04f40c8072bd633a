"""Whole reports made by hand: one of everything, and those that strain a format."""

from __future__ import annotations

from collections import Counter

import pytest

from flake8_ssot_engine.edits import PlacedEdit
from flake8_ssot_engine.engine.check import FileError, Finding
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.source import Position
from flake8_ssot_engine.violations import Severity
from tests.reports.findings import finding

ODD_NAMES = [
    pytest.param("a b/c d.py", id="spaces"),
    pytest.param(" .py", id="leading-space"),
    pytest.param("é/日本/𝒳.py", id="wide"),
    pytest.param("new\nline\r.py", id="newlines"),
    pytest.param("bell\x07\x1b[31m\x00.py", id="control"),
    pytest.param("bad\udcff\udc80.py", id="not-utf-8"),
    pytest.param("100%25,a=b:c;d.py", id="separators"),
    pytest.param("'\"<&>]]>`|\\|``.py", id="quotes"),
    pytest.param("rtl\u202e\u2028.py", id="format"),
    pytest.param("\ufffe\uffff\U0001ffff.py", id="noncharacters"),
    pytest.param("::error::%0A#?*_[x](y).py", id="commands"),
    pytest.param("../outside/a.py", id="outside"),
]


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
