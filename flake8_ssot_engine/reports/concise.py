"""The `concise` format: Flake8's default line, one for each violation."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.outcome import new_findings
from flake8_ssot_engine.violations import Severity


def render_concise(report: Report) -> Iterator[str]:
    """Yield lines `path:line:column: CODE message`, from 1, columns in code points.

    What the baseline tolerates is left out; `warning: ` precedes the message of a warning.
    """
    for finding in new_findings(report):
        violation = finding.violation
        place = f"{printable(finding.path)}:{finding.start.line}:{finding.start.column}"
        weight = "warning: " if finding.severity is Severity.WARNING else ""
        yield f"{place}: {violation.code} {weight}{printable(violation.message)}"
