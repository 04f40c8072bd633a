"""Fixes a project: plans and proves the new text of every file, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.edits import PlacedEdit
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.fixability import key_of, with_fix
from flake8_ssot_engine.engine.planning.plan import Key
from flake8_ssot_engine.engine.proof.trees import UNPROVED
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.engine.settlement import NO_CONTENTS, FixReport, Project, every_finding
from flake8_ssot_engine.engine.tasks import Task, by_settings
from flake8_ssot_engine.engine.transactions import write_fixes
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION

_ROUNDS = 5
"""How often what one round left is tried again."""


def plan_fixes(
    tasks: Sequence[Task],
    finder: ConfigFinder,
    *,
    jobs: int,
    allow_unsafe: bool = False,
    keeps_outside: str = "",
    on_progress: Callable[[int], None] | None = None,
    contents: Mapping[str, bytes] = NO_CONTENTS,
    wants: Callable[[str, Finding], bool] = every_finding,
    with_texts: bool = False,
) -> FixReport:
    """Plan and prove the fix of some files and of what depends on them; write nothing.

    `keeps_outside`, if given, is why no other file may change with them: what would need that
    keeps an alias. `on_progress` hears of each batch of files that was looked at. `contents` are
    those of files that hold something else than is on the disk; of what is found in a file, by
    its absolute path, that is fixed which `wants` says yes to; only `with_texts` is looked
    at comments, strings and files that are no Python.
    """
    reports = [
        Project(
            group,
            finder,
            jobs,
            allow_unsafe,
            on_progress,
            keeps_outside,
            contents=contents,
            wants=wants,
            with_texts=with_texts,
        ).report()
        for _, group in by_settings(tasks)
    ]
    return FixReport(
        changes=tuple(c for report in reports for c in report.changes),
        fixed=tuple(f for report in reports for f in report.fixed),
        left=tuple(f for report in reports for f in report.left),
        errors=tuple(e for report in reports for e in report.errors),
        kept=tuple(k for report in reports for k in report.kept),
        outside=tuple(o for report in reports for o in report.outside),
        files=len(tasks),
        suppressed=sum(report.suppressed for report in reports),
        suppressing=tuple(s for report in reports for s in report.suppressing),
    )


def fix_files(
    tasks: Sequence[Task],
    finder: ConfigFinder,
    *,
    jobs: int,
    allow_unsafe: bool = False,
    keeps_outside: str = "",
    on_progress: Callable[[int], None] | None = None,
    before_writing: Callable[[FixReport], None] = lambda report: None,
    with_texts: bool = False,
) -> FixReport:
    """Fix some files and what depends on them, until nothing more can be fixed, and write them.

    `before_writing` hears of each round's changes before the first of them is written.
    """

    def write(tasks: Sequence[Task]) -> FixReport:
        planned = plan_fixes(
            tasks,
            finder,
            jobs=jobs,
            allow_unsafe=allow_unsafe,
            keeps_outside=keeps_outside,
            on_progress=on_progress,
            with_texts=with_texts,
        )
        before_writing(planned)
        return write_fixes(planned)

    whole: FixReport | None = None
    for asked, report in in_rounds(tasks, write):
        if whole is None:
            whole = report
        elif report.changes:
            whole = whole.followed_by(report, {task.shown_as for task in asked})
    return whole or FixReport()


def in_rounds(
    tasks: Sequence[Task], fix: Callable[[Sequence[Task]], FixReport]
) -> Iterator[tuple[Sequence[Task], FixReport]]:
    """Yield the files of each round, and what `fix` made of them.

    Another round is made only where the one before left something that its own changes may have
    made possible: what could not be proved, an alias for the sake of another file, a file that
    followed another one, or a `# noqa` that may be without use now.
    """
    for _ in range(_ROUNDS):
        report = fix(tasks)
        yield tasks, report
        further = _may_go_on(report) if report.changes else set()
        tasks = [task for task in tasks if task.shown_as in further]
        if not tasks:
            break


def _may_go_on(report: FixReport) -> set[str]:
    """Return the files in which another round may fix more."""
    # What a comment kept may be given up once that is gone.
    is_unsuppressed = any(f.violation.code == UNUSED_SUPPRESSION.code for f in report.fixed)
    return (
        {change.place.shown_as for change in report.changes if change.leads_on or change.followed}
        | {
            finding.path
            for finding in report.left
            if is_unsuppressed or finding.violation.unfixable_because.startswith(UNPROVED)
        }
        | {alias.path for alias in report.kept}
        | set(report.suppressing)
    )


def with_single_fixes(
    report: Report,
    tasks: Sequence[Task],
    finder: ConfigFinder,
    *,
    jobs: int,
    fixable: Set[str],
    contents: Mapping[str, bytes] = NO_CONTENTS,
    wants: Callable[[str, Finding], bool] = every_finding,
    with_texts: bool = False,
) -> Report:
    """Return a report in which each violation of some files carries the edits that fix it.

    `fixable` names the files that are worth it. Each fix is proved by itself, and holds what
    other files need because of it. `contents` are those of files that hold something else than is
    on the disk; only what `wants` says yes to is looked at.
    """
    wanted = [task for task in tasks if task.shown_as in fixable]
    fixes: dict[tuple[str, Key], tuple[PlacedEdit, ...] | str] = {}
    for _, some in by_settings(wanted):
        project = Project(
            some,
            finder,
            jobs,
            True,
            None,
            contents=contents,
            wants=wants,
            with_texts=with_texts,
        )
        fixes.update(project.single_fixes())
    return report._replace(
        findings=tuple(with_fix(f, fixes.get((f.path, key_of(f)))) for f in report.findings)
    )
