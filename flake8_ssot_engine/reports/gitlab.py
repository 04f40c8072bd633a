"""The `gitlab` format: a Code Quality report, which is a part of Code Climate's issues."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.fingerprints import fingerprints
from flake8_ssot_engine.reports.paths import RepositoryPaths, decodable
from flake8_ssot_engine.violations import MODULE_SCOPE, Fingerprint, Severity

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.HINT: "info"}


def render_gitlab(report: Report) -> Iterator[str]:
    """Yield one JSON array with an issue for each violation and error; `info` is baselined.

    GitLab keeps one issue of a fingerprint and shows those that the target branch has not:
    each is unique, and none changes where only lines move.
    """
    paths = RepositoryPaths()
    issues = [
        _issue(
            fingerprint,
            finding.violation.message,
            _SEVERITIES[finding.severity],
            {"begin": finding.start.line, "end": finding.end.line},
        )
        for finding, fingerprint in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    seen: Counter[tuple[str, str]] = Counter()
    for error in report.errors:
        key = (error.code, paths.from_root(error.path))
        issues.append(
            _issue(
                Fingerprint(*key, MODULE_SCOPE, "", seen[key]),
                error.message,
                "info" if error.is_baselined else "major",
                {"begin": error.line or 1},
            )
        )
        seen[key] += 1
    yield json.dumps(issues, indent=2)


def _issue(
    fingerprint: Fingerprint, message: str, severity: str, lines: dict[str, int]
) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": fingerprint.code,
        "categories": ["Compatibility"],
        "description": printable(message),
        "fingerprint": fingerprint.digest,
        "severity": severity,
        "location": {"path": decodable(fingerprint.path), "lines": lines},
    }
