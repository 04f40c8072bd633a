"""The report of a fix: what was fixed, and what was left with the reasons."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.json_format import VERSION
from flake8_ssot_engine.reports.outcome import counted, plural
from flake8_ssot_engine.reports.text import COLOR, PLAIN, error_place

_FEW = 3
"""Places that are named of each reason."""


def render_fix_text(
    report: FixReport, *, is_applied: bool, is_verbose: bool, is_colored: bool = False
) -> Iterator[str]:
    """Yield the report for a person: by reason what was left, then what was done.

    What the baseline tolerates is only counted.
    """
    style = COLOR if is_colored else PLAIN
    for error in (error for error in report.errors if not error.is_baselined):
        head = f"{style.bold}{error_place(error)}{style.reset}: {style.red}error{style.reset}: "
        yield head + printable(error.message)
    for alias in report.kept:
        name = f"{style.bold}{printable(alias.path)}{style.reset}"
        yield f"{name}: keeps `{alias.name}` as an alias (SSOT003): {printable(alias.reason)}"
    for (code, reason), findings in _by_reason([f for f in report.left if not f.is_baselined]):
        yield f"{style.red}{code}{style.reset} left {len(findings)}: {printable(reason)}"
        shown = findings if is_verbose or len(findings) <= _FEW else findings[:_FEW]
        yield from (f"    {_place(finding)}" for finding in shown)
        if len(shown) < len(findings):
            yield f"    and {len(findings) - len(shown)} more (--verbose lists them)"
    if report.outside:
        yield f"not asked for, but changed with them: {', '.join(map(printable, report.outside))}"
    yield summary_of_fix(report, is_applied=is_applied)


def summary_of_fix(report: FixReport, *, is_applied: bool) -> str:
    """Return one line that tells how a fix ended."""
    verb = "fixed" if is_applied else "would fix"
    told = f"{verb} {counted(report.fixed)} in {plural(len(report.changes), 'file')}"
    if report.left or report.kept:
        told += f", left {counted(report.left)}"
        if tolerated := sum(finding.is_baselined for finding in report.left):
            told += f", {tolerated} of them baselined"
        if report.kept:
            told += f" and {plural(len(report.kept), 'alias', 'aliases')} for the sake of others"
    if report.suppressed:
        told += f", left {report.suppressed} that `# noqa` suppresses"
    if count := sum(not error.is_baselined for error in report.errors):
        told += f", {plural(count, 'file')} that could not be read or written"
    return f"{told}; {plural(report.files, 'file')} looked at"


def render_fix_json(report: FixReport) -> Iterator[str]:
    """Yield one JSON document; every position is from 1, columns in code points."""
    document = {
        "version": VERSION,
        "changed": sorted(change.place.shown_as for change in report.changes),
        "outside": sorted(report.outside),
        "fixed": [_finding(finding) for finding in report.fixed],
        "left": [_finding(finding) for finding in report.left],
        "suppressed": report.suppressed,
        "kept_aliases": [
            {"path": alias.path, "name": alias.name, "reason": alias.reason}
            for alias in report.kept
        ],
        "errors": [
            {"path": error.path, "line": error.line, "message": error.message}
            for error in report.errors
        ],
    }
    yield json.dumps(document, indent=2, ensure_ascii=True)


def _finding(finding: Finding) -> dict[str, Any]:
    violation = finding.violation
    applicability = violation.applicability
    return {
        "path": finding.path,
        "line": finding.start.line,
        "column": finding.start.column,
        "code": violation.code,
        "symbol": str(violation.symbol),
        "migration": violation.migration,
        "hint": violation.hint,
        "applicability": None if applicability is None else applicability.label,
        "unfixable_because": violation.unfixable_because or None,
        "baselined": finding.is_baselined,
    }


def _by_reason(
    findings: Sequence[Finding],
) -> list[tuple[tuple[str, str], list[Finding]]]:
    groups: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.violation.code, finding.violation.unfixable_because].append(finding)
    return sorted(groups.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1]))


def _place(finding: Finding) -> str:
    return f"{printable(finding.path)}:{finding.start.line}:{finding.start.column}"
