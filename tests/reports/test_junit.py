"""JUnit's XML, read by junitparser and by the standard library's own parser."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.junit import render_junit
from tests.reports.examples import EXAMPLE, ODD_NAMES, ONLY_ERRORS, report_of_many, report_of_path
from tests.reports.findings import finding

pytestmark = pytest.mark.usefixtures("repository")

# What the XML Schema of Jenkins' xUnit plugin (junit-10.xsd) allows; other readers take more.
ALLOWED = {
    "testsuites": ({"name"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped"}, {"testcase"}),
    "testcase": ({"name", "classname"}, {"failure", "error", "skipped"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
}


def text_of(report: Report) -> str:
    text = "\n".join(render_junit(report))
    assert text.isascii()
    for element in ET.fromstring(text).iter():
        attributes, children = ALLOWED[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
    return text


def suites(report: Report) -> list[TestSuite]:
    read = JUnitXml.fromstring(text_of(report).encode())
    found = list(read)
    for suite in found:
        verdicts = [type(result) for case in suite for result in case.result]
        told = (suite.failures, suite.errors, suite.skipped)
        assert told == tuple(map(verdicts.count, (Failure, Error, Skipped)))
        assert suite.tests == len(list(suite))
    return found


def cases(report: Report) -> Iterator[tuple[TestSuite, TestCase]]:
    for suite in suites(report):
        yield from ((suite, case) for case in suite)


def test_verdicts() -> None:
    verdicts = [
        (suite.name, [type(result) for result in case.result]) for suite, case in cases(EXAMPLE)
    ]
    assert verdicts == [
        ("app/deps.py", [Failure]),
        ("app/deps.py", [Failure]),
        ("lib/old.py", [Skipped]),
        ("lib/old.py", [Skipped]),
        ("ssot-baseline.txt", [Skipped]),
        ("bad.py", [Error]),
        ("locked.py", [Error]),
        ("python2.py", [Skipped]),
    ]


@pytest.mark.parametrize(
    ("report", "count"),
    [
        pytest.param(Report(files=3), 1, id="clean"),
        pytest.param(ONLY_ERRORS, 1, id="only-errors"),
        pytest.param(Report(findings=EXAMPLE.findings[2:4]), 2, id="all-baselined"),
    ],
)
def test_there_is_always_a_case(report: Report, count: int) -> None:
    assert len(list(cases(report))) == count


def test_a_clean_run_is_a_case_that_passed() -> None:
    ((_, case),) = cases(Report(files=3))
    assert case.is_passed


def test_names_are_unique_and_stay_where_only_lines_move() -> None:
    names = [(case.classname, case.name) for _, case in cases(report_of_many(9))]
    assert len(set(names)) == 9
    ((_, one),) = cases(Report(findings=(finding("«Old»", scope="A.b"),)))
    ((_, other),) = cases(Report(findings=(finding("\n\n«Old»", scope="A.b"),)))
    assert one.name == other.name == "SSOT001 a.old.Old in A.b"
    assert (one.classname, other.classname) == ("app.deps", "app.deps")


@pytest.mark.parametrize("path", ODD_NAMES)
def test_any_path_is_xml(path: str) -> None:
    ((suite, failed), (_, error)) = cases(report_of_path(path))
    assert suite.tests == 2
    assert failed.is_failure
    assert error.is_error
    if path.isprintable() and not path.startswith(".."):
        assert suite.name == path
        assert failed.result[0].text.startswith(f"{path}:1:5: SSOT001 ")


def test_many() -> None:
    assert sum(suite.failures for suite in suites(report_of_many(30_000))) == 30_000
