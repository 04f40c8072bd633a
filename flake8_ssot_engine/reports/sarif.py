"""The `sarif` format, version 2.1.0 (OASIS), within what GitHub's code scanning takes."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from flake8_ssot_engine import __version__
from flake8_ssot_engine.edits import Fix
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.fingerprints import fingerprints
from flake8_ssot_engine.reports.outcome import new_errors, plural
from flake8_ssot_engine.reports.paths import RepositoryPaths
from flake8_ssot_engine.reports.sarif_rules import describe_rules
from flake8_ssot_engine.source import Position
from flake8_ssot_engine.violations import MODULE_SCOPE, Fingerprint, Severity

MAX_RESULTS = 25_000
"""Results of a run from which on GitHub refuses it; it shows the first 5,000."""
MAX_BYTES = 10_000_000
"""Size, compressed by gzip, from which on GitHub refuses a log."""
FINGERPRINT_KEY = "ssotFingerprint/v1"
"""Ours alone: `primaryLocationLineHash` is GitHub's, which it computes from the source."""
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.HINT: 2}


class _Content(NamedTuple):
    """What of a report goes into a log."""

    results: Sequence[tuple[Finding, Fingerprint]]
    has_fixes: bool = True


def render_sarif(report: Report) -> Iterator[str]:
    """Yield one log; positions are from 1, columns in code points, ends exclusive.

    Results are in the order of their weight: what is over the limits, and told to be left out,
    is what the baseline tolerates before anything else.
    """
    marked = list(zip(report.findings, fingerprints(report.findings), strict=True))
    marked.sort(key=lambda pair: _WEIGHT[pair[0].severity])
    content = _Content(marked[:MAX_RESULTS])
    text = _log(report, content)
    while content.results and not _fits(text):
        half = content.results[: len(content.results) // 2]
        content = _Content(half if not content.has_fixes else content.results, has_fixes=False)
        text = _log(report, content)
    yield text


def _fits(text: str) -> bool:
    return len(text) <= MAX_BYTES or len(gzip.compress(text.encode("ascii"), 6)) <= MAX_BYTES


def _log(report: Report, content: _Content) -> str:
    places = _Places()
    rules = describe_rules()
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "ssot",
                "version": __version__,
                "rules": rules,
            }
        },
        "invocations": [
            {
                "executionSuccessful": not new_errors(report),
                "toolExecutionNotifications": [
                    *(_left_out(told) for told in _omissions(report, content)),
                    *(_notification(error, places) for error in report.errors),
                ],
            }
        ],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [
            {
                **_result(finding, places, has_fixes=content.has_fixes),
                "ruleIndex": numbers[finding.violation.code],
                "partialFingerprints": {FINGERPRINT_KEY: fingerprint.digest},
            }
            for finding, fingerprint in content.results
        ],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, separators=(",", ":"))


def _omissions(report: Report, content: _Content) -> Iterator[str]:
    missing = len(report.findings) - len(content.results)
    if missing:
        kept = plural(len(content.results), "violation")
        yield f"{kept} of {len(report.findings)} fit in: {missing} are left out, the lightest first"
    if not content.has_fixes:
        yield "the fixes did not fit in: all are left out"


def _left_out(told: str) -> dict[str, Any]:
    return {"descriptor": {"id": "left-out"}, "level": "warning", "message": {"text": told}}


def _notification(error: FileError, places: _Places) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": places.artifact(error.path)}
    if error.line:
        location["region"] = {"startLine": error.line}
        if error.column and error.column > 0:
            location["region"]["startColumn"] = error.column
    return {
        "descriptor": {"id": error.code},
        "level": "note" if error.is_baselined else "error",
        "message": {"text": printable(error.message)},
        "locations": [{"physicalLocation": location}],
    }


def _result(finding: Finding, places: _Places, *, has_fixes: bool) -> dict[str, Any]:
    violation = finding.violation
    facts = {
        "symbol": str(violation.symbol),
        "replacement": str(violation.replacement or ""),
        "migration": violation.migration,
        "phase": finding.phase,
        "kind": violation.kind.value,
        "hint": violation.hint,
        "unfixableBecause": violation.unfixable_because,
    }
    result: dict[str, Any] = {
        "ruleId": violation.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": printable(violation.message)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": places.artifact(finding.path),
                    "region": _region(finding.start, finding.end),
                }
            }
        ],
        # All results have it or none (3.27.23): the empty one says that nothing tolerates it.
        "suppressions": [
            {"kind": "external", "status": "accepted", "justification": "the baseline holds it"}
        ]
        * finding.is_baselined,
        "properties": {key: value for key, value in facts.items() if value},
    }
    if finding.scope != MODULE_SCOPE:
        result["locations"][0]["logicalLocations"] = [{"fullyQualifiedName": finding.scope}]
    if has_fixes and violation.fix is not None:
        result["fixes"] = [_fix(violation.fix, places)]
    return result


def _fix(fix: Fix, places: _Places) -> dict[str, Any]:
    replacements: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        replacements.setdefault(edit.path, []).append(
            {
                "deletedRegion": _region(edit.start, edit.end),
                "insertedContent": {"text": edit.text},
            }
        )
    return {
        "description": {"text": f"{printable(fix.title)} ({fix.applicability.label})"},
        "artifactChanges": [
            {"artifactLocation": places.artifact(path), "replacements": changes}
            for path, changes in replacements.items()
        ],
        "properties": {"applicability": fix.applicability.label},
    }


def _region(start: Position, end: Position) -> dict[str, int]:
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


class _Places:
    """Makes artifact locations: relative to the repository's root where they are below it."""

    def __init__(self) -> None:
        self._paths = RepositoryPaths()

    def artifact(self, path: str) -> dict[str, str]:
        known = self._paths.from_root(path)
        if os.path.isabs(known):
            return {"uri": Path(known).as_uri()}
        return {"uri": quote_from_bytes(os.fsencode(known)), "uriBaseId": _ROOT}
