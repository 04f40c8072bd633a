"""Fingerprints: what the findings of a report are known by, from run to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.reports.paths import RepositoryPaths
from flake8_ssot_engine.violations import Fingerprint


def fingerprints(findings: Iterable[Finding]) -> list[Fingerprint]:
    """Return one for each finding, no two alike; paths are from the root of the repository.

    The order of the findings tells those apart that are alike in all else.
    """
    paths = RepositoryPaths()
    seen: Counter[Fingerprint] = Counter()
    found = []
    for finding in findings:
        violation = finding.violation
        path = paths.from_root(finding.path)
        alike = Fingerprint(violation.code, path, finding.scope, str(violation.symbol), 0)
        found.append(alike._replace(ordinal=seen[alike]))
        seen[alike] += 1
    return found
