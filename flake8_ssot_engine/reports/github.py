"""The `github` format: GitHub's workflow commands, which make annotations of a log."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.outcome import new_errors, new_findings, summary
from flake8_ssot_engine.reports.paths import RepositoryPaths, decodable
from flake8_ssot_engine.violations import Severity

SHOWN = 10
"""Annotations of each kind that GitHub shows of a step; the rest is in the log alone."""


def render_github(report: Report) -> Iterator[str]:
    """Yield a command for each violation that is not baselined, and for each such error.

    Where there are more than GitHub shows, a notice tells so, and how many there are.
    """
    findings, errors = new_findings(report), new_errors(report)
    paths = RepositoryPaths()
    for finding in findings:
        yield _finding(finding, paths)
    for error in errors:
        yield _error(error, paths)
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    if max(warnings, len(findings) + len(errors) - warnings) > SHOWN:
        told = f"GitHub shows {SHOWN} of each kind, the log of this step has all: {summary(report)}"
        yield _command("notice", {"title": "ssot"}, told)


def _finding(finding: Finding, paths: RepositoryPaths) -> str:
    violation, start, end = finding.violation, finding.start, finding.end
    place = {
        "title": f"{violation.code} {violation.name}",
        "file": _file(finding.path, paths),
        "line": str(start.line),
        "endLine": str(end.line),
    }
    if start.line == end.line:  # GitHub takes no columns of what spans several lines
        place |= {"col": str(start.column), "endColumn": str(end.column)}
    told = f"{finding.path}:{start.line}:{start.column}: {violation.code} {violation.message}"
    return _command("warning" if finding.severity is Severity.WARNING else "error", place, told)


def _error(error: FileError, paths: RepositoryPaths) -> str:
    place = {"title": error.code, "file": _file(error.path, paths)}
    if error.line:
        place["line"] = str(error.line)
    where = f"{error.path}:{error.line}" if error.line else error.path
    return _command("error", place, f"{where}: {error.code} {error.message}")


def _file(path: str, paths: RepositoryPaths) -> str:
    """Return a path as GitHub takes it.

    The log shows it, so that no control character passes but the ends of lines, which commands
    encode; what is called by others cannot be found again by its name.
    """
    readable = decodable(paths.from_root(path))
    if readable.isprintable():
        return readable
    return "".join(c if c in "\r\n" else printable(c) for c in readable)


def _command(name: str, properties: dict[str, str], told: str) -> str:
    """Return a command; its message names the place too, for the log shows nothing else."""
    listed = ",".join(f"{key}={_escaped_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_escaped(printable(told))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
