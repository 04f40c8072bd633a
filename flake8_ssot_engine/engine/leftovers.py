"""Leftovers: what a fix left, as a check finds it afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.matching import Trait, trait_of
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.engine.verdict import judge_results


def checked_again(report: FixReport, tasks: Sequence[Task], *, jobs: int) -> FixReport:
    """Return the report of a fix with what is left as the files are now.

    What the fix of something else ended counts as fixed; the rest stands at its place of now, with
    the fix's reason, and says whether the baseline tolerates it. Raises ConfigError.
    """
    reasons: defaultdict[tuple[str, Trait], list[Finding]] = defaultdict(list)
    for finding in report.left:
        reasons[finding.path, trait_of(finding)].append(finding)
    paths = {*(finding.path for finding in report.left), *(error.path for error in report.errors)}
    asked = [task for task in tasks if task.shown_as in paths]
    results = judge_results(
        asked, check_each(asked, jobs=jobs, with_texts=True), covered=()
    ).results
    left = []
    for finding in (finding for result in results for finding in result.findings):
        if known := reasons[finding.path, trait_of(finding)]:
            why = known.pop(0).violation.unfixable_because
            violation = finding.violation._replace(applicability=None, unfixable_because=why)
            left.append(finding._replace(violation=violation))
    unknown = {result.path for result in results if result.error is not None}
    broken = {r.path for r in results if r.error is not None and r.error.is_baselined}
    errors = tuple(e._replace(is_baselined=e.path in broken) for e in report.errors)
    gone = [finding for known in reasons.values() for finding in known]
    left += [finding for finding in gone if finding.path in unknown]
    ended = (
        finding._replace(violation=finding.violation._replace(unfixable_because=""))
        for finding in gone
        if finding.path not in unknown
    )
    return replace(report, fixed=(*report.fixed, *ended), left=tuple(left), errors=errors)
