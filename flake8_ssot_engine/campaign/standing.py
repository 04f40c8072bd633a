"""Standing: where each migration of a project is, by everything that can be told of it at once."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flake8_ssot_engine.campaign.breakdown import Share, by_owner, by_package
from flake8_ssot_engine.campaign.journal import Run
from flake8_ssot_engine.campaign.next_step import NextStep, next_step
from flake8_ssot_engine.campaign.progress import Inventory, Progress, progress_of, take_inventory
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.baseline import load_baseline
from flake8_ssot_engine.engine.findings import FileResult, Finding
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.engine.verdict import judge_results
from flake8_ssot_engine.migrations import Enforcement
from flake8_ssot_engine.project.codeowners import Owners, find_owners
from flake8_ssot_engine.project.texts import TextMention


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a migration is on the day `today`.

    `failing` and `tolerated` say, by phase, for how many violations `ssot check` fails, and how
    many the baseline tolerates. `codeowners` is None where the repository has no such file.
    `findings` are all that is left, as the baseline judges it, `texts` what names old symbols
    besides, by file; their paths are absolute.
    """

    progress: Progress
    failing: Mapping[str, int]
    tolerated: Mapping[str, int]
    packages: tuple[Share, ...]
    owners: tuple[Share, ...]
    codeowners: Owners | None
    next: NextStep
    today: datetime.date
    findings: tuple[Finding, ...] = ()
    texts: Mapping[str, tuple[TextMention, ...]] = field(default_factory=dict)

    @property
    def days_left(self) -> int | None:
        """The days to the deadline: 0 or less from the day on when nothing is tolerated."""
        deadline = self.progress.migration.deadline
        return None if deadline is None else (deadline - self.today).days


def take_standings(
    settings: Settings, finder: ConfigFinder, runs: Sequence[Run], *, jobs: int
) -> list[Standing]:
    """Find out where the migrations of a project are; `runs` are those of the project.

    Raises ConfigError for a wrong baseline.
    """
    inventories = [
        take_inventory(settings, migration, finder, jobs=jobs, cache=f"progress-{number}")
        for number, migration in enumerate(settings.migrations)
    ]
    judged, stale = _judge(settings, inventories)
    owners = find_owners(settings.root)
    standings = []
    for inventory in inventories:
        progress = progress_of(inventory, runs)
        enforce = {phase.name: phase.enforce for phase in progress.phases}
        own = [f for f in judged if f.violation.migration == inventory.migration.id]
        reported = [f for f in own if enforce[f.phase] is not Enforcement.OFF]
        standings.append(
            Standing(
                progress,
                Counter(f.phase for f in reported if not f.is_baselined),
                Counter(f.phase for f in reported if f.is_baselined),
                by_package(inventory, settings),
                by_owner(inventory, owners),
                owners,
                next_step(progress, runs, stale),
                datetime.date.today(),
                tuple(own),
                inventory.texts,
            )
        )
    return standings


def _judge(settings: Settings, inventories: Sequence[Inventory]) -> tuple[list[Finding], int]:
    """Return all that is left as the baseline judges it, and how many entries nothing needs."""
    results: dict[str, FileResult] = {}
    for inventory in inventories:
        for path, result in inventory.results.items():
            known = results.get(path, FileResult(path))
            both = result._replace(findings=(*known.findings, *result.findings))
            results[path] = both.with_scopes(known.scope_names | result.scope_names)
    if not os.path.lexists(settings.baseline_file):
        return [finding for result in results.values() for finding in result.findings], 0
    whole = settings.of_migration("")
    baseline = load_baseline(settings)
    named = {path for path in map(baseline.path_of, baseline.files) if os.path.isfile(path)}
    tasks = [Task(path, path, whole) for path in sorted({*results, *named})]
    verdict = judge_results(
        tasks, list(results.values()), covered=[settings.root], settings=[whole]
    )
    ((before, after),) = verdict.baselines
    left = Counter(dict(before.entries())) - Counter(dict(after.entries()))
    return [f for result in verdict.results for f in result.findings], left.total()
