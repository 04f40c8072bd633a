"""Outcome: what of a report counts, with the line that tells how the run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.violations import Severity


def new_findings(report: Report) -> list[Finding]:
    """Return the errors and warnings: all that the baseline does not tolerate."""
    return [finding for finding in report.findings if not finding.is_baselined]


def new_errors(report: Report) -> list[FileError]:
    """Return the files that could not be checked and that the baseline does not tolerate."""
    return [error for error in report.errors if not error.is_baselined]


def baselined(report: Report) -> int:
    """Return how many violations and files the baseline tolerates."""
    held = [*report.findings, *report.errors]
    return len(held) - len(new_findings(report)) - len(new_errors(report))


def summary(report: Report) -> str:
    """Return one line that tells how the run ended."""
    findings = new_findings(report)
    warnings = [finding for finding in findings if finding.severity is Severity.WARNING]
    violations = [finding for finding in findings if finding.severity is Severity.ERROR]
    tolerated = baselined(report)
    are_new = tolerated and not any(finding.violation.enforced for finding in violations)
    noun = "new violation" if are_new else "violation"
    told = counted(violations, noun) if violations else f"no {noun}s"
    if warnings:
        told += f", {counted(warnings, 'warning')}"
    if tolerated:
        told += f", {tolerated} baselined"
    if errors := new_errors(report):
        told += f", {plural(len(errors), 'file')} that could not be checked"
    return f"{told}; {plural(report.files, 'file')} looked at"


def counted(findings: Sequence[Finding], noun: str = "violation") -> str:
    """Return how many findings there are, with the counts by code."""
    counts = Counter(finding.violation.code for finding in findings)
    codes = ", ".join(f"{code} {count}" for code, count in sorted(counts.items()))
    return plural(len(findings), noun) + (f" ({codes})" if codes else "")


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Return a count with its noun; `nouns` where the plural is not made by an s."""
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"
