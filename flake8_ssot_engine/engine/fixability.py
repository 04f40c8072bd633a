"""Fixability: what a finding says of its fix: whether there is one, why not, by which edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flake8_ssot_engine.edits import Fix, PlacedEdit
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.planning.plan import FilePlan, Key
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION
from flake8_ssot_engine.source import SourceFile

ALONE = "it cannot be fixed alone"
"""Why a violation has no fix of its own that is only fixed together with others."""


def key_of(finding: Finding) -> Key:
    """Return what tells a finding from the others of its file."""
    return Key(finding.violation.code, finding.violation.span)


def with_fixability(finding: Finding, plan: FilePlan) -> Finding:
    """Return a finding that says whether it can be fixed, and if not, why."""
    key = key_of(finding)
    violation = finding.violation._replace(
        applicability=plan.fixed.get(key),
        unfixable_because=plan.withheld.get(key, finding.violation.unfixable_because),
    )
    return finding._replace(violation=violation)


def with_fix(finding: Finding, edits: tuple[PlacedEdit, ...] | str | None) -> Finding:
    """Return a finding that carries the edits that fix it, or says why there are none.

    It stays as it is where nobody looked for any, or it cannot be fixed.
    """
    violation = finding.violation
    if edits is None or violation.applicability is None:
        return finding
    if isinstance(edits, str):
        return finding._replace(violation=violation._replace(unfixable_because=edits))
    title = f"use `{violation.hint}`" if violation.hint else "follow the import"
    if violation.code == UNUSED_SUPPRESSION.code:
        title = "remove it"
    fix = Fix(title, edits, violation.applicability)
    return finding._replace(violation=violation._replace(fix=fix))


def with_planned_fixes(
    source: SourceFile, findings: Iterable[Finding], plan: Callable[[Key], FilePlan]
) -> tuple[Finding, ...]:
    """Return the findings in a file, each with what `plan` would do about it alone.

    That is for a person to look at: it is not proved, and leaves out what other files need.
    """

    def edits_for(finding: Finding) -> tuple[PlacedEdit, ...] | str | None:
        if finding.violation.applicability is None:
            return None
        key = key_of(finding)
        planned = plan(key)
        if key not in planned.fixed:
            return planned.withheld.get(key, ALONE)
        return tuple(edit.placed_in(source) for edit in planned.edits)

    return tuple(with_fix(finding, edits_for(finding)) for finding in findings)
