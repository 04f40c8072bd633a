"""Plans a campaign: its phases in order, each with its files."""

from __future__ import annotations

import difflib
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.migrations import Migration, Phase
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.phases import phase_of
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT


class Step(NamedTuple):
    """A phase of a migration, with its files in order; `removes` are files that go with it."""

    migration: Migration
    phase: Phase
    tasks: tuple[Task, ...]
    removes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How a person and a journal call it."""
        return self.phase.name


def plan_steps(settings: Settings, finder: ConfigFinder) -> list[Step]:
    """Return the phases of a project in their order; the first one that matches has a file.

    Files for which a nested configuration holds belong to that one's project. Raises UsageError
    where no phase is declared.
    """
    if not any(migration.phases for migration in settings.migrations):
        name = settings.path or "the configuration"
        told = "add [[migration.phase]] tables, or let `ssot fix` do the whole"
        raise UsageError(f"{name}: declares no phase; {told}")
    found = find_files([settings.root], finder, with_texts=settings.selects(DEPRECATED_TEXT.code))
    ours = (settings.path, settings.baseline_file)
    files = [path for path, own in found if own.path == settings.path and path not in ours]
    steps = []
    for migration in settings.migrations:
        own = settings.of_migration(migration.id)
        by_phase: defaultdict[str, list[Task]] = defaultdict(list)
        for path in files:
            phase = phase_of(path, migration)
            if phase is not None:
                by_phase[phase.name].append(Task(path, os.path.relpath(path), own))
        steps += [Step(migration, p, tuple(by_phase[p.name])) for p in migration.phases]
    return steps


def named_steps(steps: Sequence[Step], names: Iterable[str]) -> list[Step]:
    """Return the steps of some names, in the order of the steps. Raises UsageError."""
    wanted = list(names)
    known = [step.label for step in steps]
    for name in wanted:
        if name not in known:
            raise unknown_phase(name, known)
    return [step for step in steps if step.label in wanted]


def unknown_phase(name: str, known: Sequence[str]) -> UsageError:
    """Return what to raise for a name that is not that of any known phase."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    hint = f"; did you mean `{near[0]}`?" if near else ": the configuration declares no phase"
    return UsageError(f"no phase is called `{name}`{hint}")
