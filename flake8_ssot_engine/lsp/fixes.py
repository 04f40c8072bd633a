"""Fixes: what the engine plans and proves for a text that is not saved; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.edits import Applicability, Edit, Fix
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.fix import in_rounds, plan_fixes, with_single_fixes
from flake8_ssot_engine.engine.fixability import key_of
from flake8_ssot_engine.engine.planning.plan import Key
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.errors import SsotError
from flake8_ssot_engine.records import NamedTuple


class UnfixableError(SsotError):
    """What was to be fixed cannot be; the text says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after a fix; `edits` lead from one to the other, where one round did it."""

    before: bytes
    after: bytes
    edits: tuple[Edit, ...] | None


class Fixed(NamedTuple):
    """What becomes of files, by their absolute paths, and whether all of it is safe."""

    changes: dict[str, Change]
    is_all_safe: bool


def fix_one(
    finding: Finding,
    path: str,
    settings: Settings,
    finder: ConfigFinder,
    contents: Mapping[str, bytes],
) -> Fix:
    """Return the edits that fix one violation, in whatever files. Raises UnfixableError."""
    key = key_of(finding)
    report = with_single_fixes(
        Report(findings=(finding,)),
        [Task(path, finding.path, settings)],
        finder,
        jobs=1,
        fixable={finding.path},
        contents=contents,
        wants=lambda _, found: key_of(found) == key,
    )
    violation = report.findings[0].violation
    if violation.fix is None:
        raise UnfixableError(violation.unfixable_because or "it cannot be fixed alone")
    return violation.fix


def fix_all(
    tasks: list[Task],
    finder: ConfigFinder,
    contents: Mapping[str, bytes],
    wants: Callable[[str, Mapping[str, bytes]], Callable[[Finding], bool]],
    *,
    jobs: int = 1,
    allow_unsafe: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Fixed:
    """Return what `ssot fix` would make of some files and of those that must change with them.

    `wants` tells, for a file and the contents of a round, which findings are to be fixed.
    """
    changes: dict[str, Change] = {}
    is_all_safe = True
    contents = dict(contents)

    def plan(tasks: Sequence[Task]) -> FixReport:
        judges: dict[str, Callable[[Finding], bool]] = {}

        def is_wanted(path: str, finding: Finding) -> bool:
            if path not in judges:
                judges[path] = wants(path, contents)
            return judges[path](finding)

        return plan_fixes(
            tasks,
            finder,
            jobs=jobs,
            allow_unsafe=allow_unsafe,
            on_progress=on_progress,
            contents=contents,
            wants=is_wanted,
        )

    for _, planned in in_rounds(tasks, plan):
        is_all_safe = is_all_safe and all(map(is_safe, planned.fixed))
        for change in planned.changes:
            path = change.place.path
            known = changes.get(path)
            changes[path] = (
                Change(change.before, change.after, change.plan.edits)
                if known is None
                else Change(known.before, change.after, None)
            )
            contents[path] = change.after
    return Fixed(changes, is_all_safe)


def is_safe(finding: Finding) -> bool:
    """Whether the fix of a finding is one to be applied without a look at it."""
    return finding.violation.applicability is Applicability.SAFE


def key_at(data: object) -> Key | None:
    """Return the key that an action carries."""
    match data:
        case [str() as code, int() as start, int() as end]:
            from flake8_ssot_engine.source import Span

            return Key(code, Span(start, end))
    return None
