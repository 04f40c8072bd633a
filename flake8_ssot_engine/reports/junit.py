"""The `junit` format: the XML in which CI systems read the results of tests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.fingerprints import fingerprints
from flake8_ssot_engine.reports.paths import RepositoryPaths
from flake8_ssot_engine.violations import MODULE_SCOPE, Fingerprint, Severity

# What `printable` leaves of what XML 1.0 (section 2.2) forbids: noncharacters of the first plane.
_FORBIDDEN = re.compile("[\ufffe\uffff]")


class _Case(NamedTuple):
    """A test case that did not pass; `verdict` is the element that says so."""

    path: str
    name: str
    verdict: str
    type: str
    message: str
    text: str


def render_junit(report: Report) -> Iterator[str]:
    """Yield one document: a suite for each file with something to tell, a case for each thing.

    A violation is a failure, a file that could not be checked an error; what fails no run is
    skipped: warnings, and what the baseline tolerates. The name of a case has no line number,
    so that CI systems recognize it from run to run. If there is no case, there is one that passed,
    for some take a report without any as a mistake.
    """
    cases: dict[str, list[_Case]] = {}
    for finding, fingerprint in zip(report.findings, fingerprints(report.findings), strict=True):
        cases.setdefault(fingerprint.path, []).append(_violation(finding, fingerprint))
    paths = RepositoryPaths()
    for error in report.errors:
        path = paths.from_root(error.path)
        cases.setdefault(path, []).append(_error(error, path))
    root = ET.Element("testsuites", {"name": "ssot"})
    for path, of_file in cases.items():
        suite = _suite(root, path, of_file)
        for case in of_file:
            _add(suite, case)
    if not cases:
        suite = _suite(root, "ssot", [])
        suite.set("tests", "1")
        ET.SubElement(suite, "testcase", {"name": "no violations", "classname": "ssot"})
    ET.indent(root)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield ET.tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii")


def _violation(finding: Finding, fingerprint: Fingerprint) -> _Case:
    violation = finding.violation
    verdict = "failure" if finding.severity is Severity.ERROR else "skipped"
    prefix = {Severity.WARNING: "warning: ", Severity.HINT: "baselined: "}.get(finding.severity, "")
    scope = "" if finding.scope == MODULE_SCOPE else f" in {finding.scope}"
    number = f" ({fingerprint.ordinal + 1})" if fingerprint.ordinal else ""
    place = f"{finding.path}:{finding.start.line}:{finding.start.column}"
    return _Case(
        fingerprint.path,
        f"{violation.code} {violation.symbol}{scope}{number}",
        verdict,
        violation.code,
        prefix + violation.message,
        f"{place}: {violation.code} {prefix}{violation.message}",
    )


def _error(error: FileError, path: str) -> _Case:
    place = f"{error.path}:{error.line}" if error.line else error.path
    verdict, prefix = ("skipped", "baselined: ") if error.is_baselined else ("error", "")
    told = prefix + error.message
    return _Case(path, error.code, verdict, error.code, told, f"{place}: {error.code} {told}")


def _suite(root: ET.Element, name: str, cases: list[_Case]) -> ET.Element:
    counts = {
        attribute: str(sum(case.verdict == verdict for case in cases))
        for attribute, verdict in (
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        )
    }
    return ET.SubElement(
        root, "testsuite", {"name": _legal(name), "tests": str(len(cases)), **counts}
    )


def _add(suite: ET.Element, case: _Case) -> None:
    # Jenkins shows what is before the last dot as a package: that is the folder.
    classname = os.path.splitext(case.path)[0].lstrip("/").replace("/", ".")
    attributes = {"name": _legal(case.name), "classname": _legal(classname)}
    element = ET.SubElement(suite, "testcase", attributes)
    told = {"type": case.type, "message": _legal(case.message)}
    ET.SubElement(element, case.verdict, told).text = _legal(case.text)


def _legal(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", printable(text))
