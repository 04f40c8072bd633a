"""The `json` format: the contract that other tools build on, `"version": 1`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flake8_ssot_engine.edits import Fix
from flake8_ssot_engine.engine.check import Finding
from flake8_ssot_engine.engine.run import Report

VERSION = 1


def render_json(report: Report) -> Iterator[str]:
    """Yield one JSON document; every position is from 1, columns in code points."""
    document = {
        "version": VERSION,
        "violations": [_violation(finding) for finding in report.findings],
        "errors": [
            {"path": error.path, "line": error.line, "message": error.message}
            for error in report.errors
        ],
        "statistics": report.statistics,
        "references": dict(sorted(report.references.items())),
    }
    yield json.dumps(document, indent=2, ensure_ascii=True)


def _violation(finding: Finding) -> dict[str, Any]:
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
        "baselined": finding.is_baselined,
        "fix": None if violation.fix is None else _fix(violation.fix),
        "unfixable_because": violation.unfixable_because or None,
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
