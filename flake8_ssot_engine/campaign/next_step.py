"""The next step: what to do now about a migration, one thing at a time."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_ssot_engine.campaign.journal import Run
from flake8_ssot_engine.campaign.progress import Progress


class Todo(enum.Enum):
    """What there may be to do, in the order in which it is to be done."""

    RESUME = "resume"
    """A run was cut short: its files are neither before nor after."""
    UPDATE_BASELINE = "update-baseline"
    """The baseline tolerates what is no longer there, which fails in CI."""
    MIGRATE = "migrate"
    """A phase has violations that can be fixed."""
    FIX = "fix"
    """So have files in no phase."""
    BY_HAND = "by-hand"
    """What is left is for a person."""
    RETIRE = "retire"
    """No violation is left; whether the bridge may go is for `ssot retire` to say."""
    NOTHING = "nothing"
    """The bridge is gone."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do: `about` which phase or run, and `count` of `total` violations or entries.

    For RETIRE the count is that of the references that are left, texts as well.
    """

    todo: Todo
    about: str = ""
    count: int = 0
    total: int = 0


def next_step(progress: Progress, runs: Sequence[Run] = (), stale: int = 0) -> NextStep:
    """Return what to do next; `stale` entries of the baseline are those that nothing needs."""
    return next(_steps(progress, runs, stale))


def _steps(progress: Progress, runs: Sequence[Run], stale: int) -> Iterator[NextStep]:
    for run in runs:
        if run.is_unfinished:
            yield NextStep(Todo.RESUME, run.name)
    if stale:
        yield NextStep(Todo.UPDATE_BASELINE, count=stale)
    for phase in progress.phases:
        if phase.left.fixable:
            todo = Todo.MIGRATE if phase.name else Todo.FIX
            yield NextStep(todo, phase.name, phase.left.fixable, phase.left.violations)
    if progress.left:
        yield NextStep(Todo.BY_HAND, count=progress.left)
    if progress.retired:
        yield NextStep(Todo.NOTHING, progress.retired)
    references = sum(phase.left.references.total() for phase in progress.phases)
    yield NextStep(Todo.RETIRE, count=references)
