"""The `json` format: the contract that other tools build on, `"version": 1`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flake8_ssot_engine.edits import Fix
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.run import Report

VERSION = 1


def render_json(report: Report) -> Iterator[str]:
    """Yield one JSON document; every position is from 1, columns in code points."""
    document = {
        "version": VERSION,
        "violations": [violation_object(finding) for finding in report.findings],
        "errors": [error_object(error) for error in report.errors],
        **totals(report),
    }
    yield json.dumps(document, indent=2, ensure_ascii=True)


def violation_object(finding: Finding) -> dict[str, Any]:
    """Return what the contract says of a violation."""
    violation = finding.violation
    return {
        "path": finding.path,
        "code": violation.code,
        "name": violation.name,
        "symbol": str(violation.symbol),
        "replacement": str(violation.replacement) if violation.replacement else None,
        "migration": violation.migration,
        "phase": finding.phase or None,
        "line": finding.start.line,
        "column": finding.start.column,
        "end_line": finding.end.line,
        "end_column": finding.end.column,
        "message": violation.message,
        "hint": violation.hint,
        "kind": violation.kind.value,
        "severity": finding.severity.value,
        "baselined": finding.is_baselined,
        "fix": None if violation.fix is None else _fix(violation.fix),
        "unfixable_because": violation.unfixable_because or None,
    }


def error_object(error: FileError) -> dict[str, Any]:
    """Return what the contract says of a file that could not be checked."""
    return {
        "path": error.path,
        "line": error.line,
        "message": error.message,
        "code": error.code,
        "baselined": error.is_baselined,
    }


def totals(report: Report) -> dict[str, Any]:
    """Return the counts of violations by code, and of references by kind."""
    return {
        "statistics": report.statistics,
        "references": dict(sorted(report.references.items())),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability.label,
        "title": fix.title,
        "edits": [
            {
                "path": edit.path,
                "line": edit.start.line,
                "column": edit.start.column,
                "end_line": edit.end.line,
                "end_column": edit.end.column,
                "text": edit.text,
            }
            for edit in fix.edits
        ],
    }
