"""The `concise` format: Flake8's default line, one for each violation."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.escape import printable


def render_concise(report: Report) -> Iterator[str]:
    """Yield lines `path:line:column: CODE message`, from 1, columns in code points."""
    for finding in report.findings:
        violation = finding.violation
        place = f"{printable(finding.path)}:{finding.start.line}:{finding.start.column}"
        yield f"{place}: {violation.code} {printable(violation.message)}"
