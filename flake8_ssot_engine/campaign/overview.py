"""Overview: all that a report on a project's migrations says, gathered in one value."""

from __future__ import annotations

import datetime
import difflib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flake8_ssot_engine.campaign.breakdown import NOBODY, package_in
from flake8_ssot_engine.campaign.burndown import History, times_of, trace
from flake8_ssot_engine.campaign.journal import Run, read_runs
from flake8_ssot_engine.campaign.projection import Level, Outlook, Projection, project
from flake8_ssot_engine.campaign.standing import Standing, take_standings
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.git import GitError, run_git
from flake8_ssot_engine.project.phases import phase_of


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A place that still names what has moved, with what is to be done about it.

    `path` is relative to the project's root, with slashes. `safety` is how far the fix may be
    trusted, "" where there is none; `because` then says why. `code` is "" for a mention in a text.
    """

    migration: str
    path: str
    line: int
    column: int
    code: str
    text: str
    hint: str = ""
    safety: str = ""
    because: str = ""
    phase: str = ""
    owners: tuple[str, ...] = ()
    package: str = ""
    is_baselined: bool = False


@dataclass(frozen=True, slots=True)
class MigrationOverview:
    """One migration: where it stands, how it got there, and when it would end.

    `history` is None where git cannot tell; `runs` are those of this migration, oldest first.
    """

    standing: Standing
    history: History | None
    projection: Projection
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Overview:
    """A project's migrations, as they are at the time of making.

    `commit` is the one checked out, "" without any; `lacks` says in sentences what could not be
    told, and why.
    """

    project: str
    made: datetime.datetime
    commit: str
    migrations: tuple[MigrationOverview, ...]
    work: tuple[WorkItem, ...]
    lacks: tuple[str, ...] = ()


def take_overview(
    settings: Settings,
    finder: ConfigFinder,
    *,
    made: datetime.datetime,
    since: str | None,
    points: int,
    jobs: int,
    only: str | None = None,
    tell: Callable[[str], None] = lambda stage: None,
) -> Overview:
    """Gather all there is to say; `only` is the id of a migration, `tell` hears of each stage.

    Without git, or history, that is told in the place of what it would have told; unless `since`
    asks for it. Raises UsageError, GitError and ConfigError.
    """
    chosen = _chosen(settings, only)
    runs = read_runs(settings.root)
    tell("looking through the project")
    standings = take_standings(settings, finder, runs, jobs=jobs)
    standings = [one for one in standings if _id(one) in chosen]
    tell("looking through git's history")
    lacks: list[str] = []
    histories: Mapping[str, History] = {}
    try:
        histories = trace(settings, finder, since=since, points=points, jobs=jobs)
    except (GitError, UsageError) as error:
        if since is not None:
            raise
        told = str(error).removeprefix(f"{settings.root}: ").rstrip(".")
        lacks.append(f"How it got here, and when it would end: {told}.")
    lacks += dict.fromkeys(_gaps([histories[name] for name in chosen if name in histories]))
    every = [overview_of(one, histories.get(_id(one)), runs) for one in standings]
    work = [item for one in standings for item in work_of(one, settings)]
    name = os.path.basename(settings.root) or settings.root
    return Overview(name, made, _head(settings.root), tuple(every), tuple(work), tuple(lacks))


def overview_of(
    standing: Standing, history: History | None, runs: Sequence[Run]
) -> MigrationOverview:
    """Put together what is known of one migration; `runs` are those of the project."""
    own = tuple(run for run in runs if run.facts.get("migration") == _id(standing))
    levels = levels_of(history) if history else []
    projection = (
        project(levels) if standing.progress.left or levels else Projection(Outlook.DONE, 0)
    )
    return MigrationOverview(standing, history, projection, own)


def levels_of(history: History) -> list[Level]:
    """Return how many violations there were at each point."""
    return [
        Level(when, sum(sum(codes.values()) for codes in point.violations.values()))
        for when, point in zip(times_of(history.points), history.points, strict=True)
    ]


def work_of(standing: Standing, settings: Settings) -> Iterator[WorkItem]:
    """Yield what is left to do in each file, in order."""
    migration = standing.progress.migration
    findings: dict[str, list[Finding]] = {}
    for finding in standing.findings:
        findings.setdefault(finding.path, []).append(finding)
    for path in sorted({*findings, *standing.texts}):
        phase = phase_of(path, migration)
        place: dict[str, Any] = {
            "migration": migration.id,
            "path": os.path.relpath(path, settings.root).replace(os.sep, "/"),
            "phase": phase.name if phase else "",
            "owners": _owners(path, standing),
            "package": package_in(path, settings),
        }
        items = [_of_finding(finding, place) for finding in findings.get(path, ())]
        items += [
            WorkItem(
                **place,
                line=mention.line,
                column=mention.column,
                code="",
                text=f"mention of `{mention.text}`",
            )
            for mention in standing.texts.get(path, ())
        ]
        yield from sorted(items, key=lambda item: (item.line, item.column, item.code))


def _of_finding(finding: Finding, place: Mapping[str, Any]) -> WorkItem:
    violation = finding.violation
    told = violation.text.removesuffix(f"; use `{violation.hint}`")  # the hint stands beside it
    return WorkItem(
        **place,
        line=finding.start.line,
        column=finding.start.column,
        code=violation.code,
        text=told + (f" (uncertain: {violation.doubt})" if violation.doubt else ""),
        hint=violation.hint,
        safety=violation.applicability.label if violation.applicability else "",
        because=violation.unfixable_because,
        is_baselined=finding.is_baselined,
    )


def _owners(path: str, standing: Standing) -> tuple[str, ...]:
    if standing.codeowners is None:
        return ()
    return standing.codeowners.of(path) or (NOBODY,)


def _chosen(settings: Settings, only: str | None) -> list[str]:
    """Return the ids of the migrations to tell of. Raises UsageError if there is none such."""
    known = [migration.id for migration in settings.migrations]
    if only is None or only in known:
        return known if only is None else [only]
    near = difflib.get_close_matches(only, known, n=1, cutoff=0.0)
    hint = f"; did you mean `{near[0]}`?" if near else ": the configuration declares none"
    raise UsageError(f"--migration: there is no migration `{only}`{hint}")


def _gaps(histories: Iterable[History]) -> Iterator[str]:
    for history in histories:
        if history.missing:
            yield (
                f"{history.missing} of {history.missing + len(history.points)} points in history:"
                " git's objects are not here, for the clone is shallow or partial;"
                " `git fetch --unshallow` brings them."
            )
        if len(history.points) == 1:
            yield "How it got here, and when it would end: there is one commit to look at."


def _head(root: str) -> str:
    try:
        return run_git(root, "rev-parse", "--verify", "HEAD").decode("ascii").strip()
    except GitError:
        return ""


def _id(standing: Standing) -> str:
    return standing.progress.migration.id
