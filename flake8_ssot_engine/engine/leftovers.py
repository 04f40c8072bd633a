"""Leftovers: what of that which a fix left is tolerated."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.matching import trait_of
from flake8_ssot_engine.engine.run import Task, check_each
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.verdict import judge_results
from flake8_ssot_engine.violations import Severity


def with_tolerated(report: FixReport, tasks: Sequence[Task], *, jobs: int) -> FixReport:
    """Return the report of a fix in which what the baseline tolerates is marked.

    The files are judged as they are now, after the fix. Raises ConfigError.
    """
    paths = {*(finding.path for finding in report.left), *(error.path for error in report.errors)}
    asked = [task for task in tasks if task.shown_as in paths and _has_baseline(task)]
    if not asked:
        return report
    results = judge_results(asked, check_each(asked, jobs=jobs), covered=()).results
    held = Counter((f.path, trait_of(f)) for r in results for f in r.findings if f.is_baselined)

    def judged(finding: Finding) -> Finding:
        key = finding.path, trait_of(finding)
        held[key] -= 1
        return finding if held[key] < 0 else replace(finding, severity=Severity.HINT)

    broken = {r.error.path for r in results if r.error is not None and r.error.is_baselined}
    return replace(
        report,
        left=tuple(map(judged, report.left)),
        errors=tuple(replace(e, is_baselined=e.path in broken) for e in report.errors),
    )


def _has_baseline(task: Task) -> bool:
    return os.path.lexists(task.settings.baseline_file)
