"""The files that a command over a project looks at, by its arguments."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flake8_ssot_engine.cli.selection import changed_by
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.tasks import Task, find_tasks, recalled_tasks

if TYPE_CHECKING:
    import argparse

    from flake8_ssot_engine.engine.memory import Memory

_TEXTS = "SSOT008"
"""The code of what is found in texts."""


def tasks_of(
    options: argparse.Namespace,
    finder: ConfigFinder,
    memory: Memory | None = None,
    on_many: Callable[[], None] = lambda: None,
) -> Sequence[Task]:
    """Return the files that the options name, each with the settings for it. Raises UsageError.

    `memory` may know them from the last run; `on_many` is what it is to `find_tasks`.
    """
    here = os.getcwd()
    changed = changed_by(options)
    with_texts = changed(finder.settings_for(here)).selects(_TEXTS)
    tasks: Sequence[Task]
    if getattr(options, "stdin_filename", None):
        path = os.path.abspath(options.stdin_filename)
        settings = finder.settings_for(os.path.dirname(path))
        from flake8_ssot_engine.project.discovery import is_excluded

        is_left_out = is_excluded(path, settings)
        tasks = [] if is_left_out else [Task(path, options.stdin_filename, changed(settings))]
    else:
        root = finder.settings_for(here).root
        named = {os.path.abspath(path): path for path in options.paths or [os.path.relpath(root)]}
        if memory is not None and options.phase is None:
            tasks = recalled_tasks(
                memory, named, finder, changed=changed, with_texts=with_texts, on_many=on_many
            )
        else:
            listing = None if memory is None else memory.listing
            tasks = find_tasks(
                named,
                finder,
                listing=listing,
                changed=changed,
                with_texts=with_texts,
                on_many=on_many,
            )
    if options.phase is None:
        return tasks
    _check_phase_name(
        options.phase, [task.settings for task in tasks] or [finder.settings_for(here)]
    )
    return [task for task in tasks if _is_in_phase(task.path, task.settings, options.phase)]


def _is_in_phase(path: str, settings: Settings, name: str) -> bool:
    from flake8_ssot_engine.project.phases import phase_of

    phases = (phase_of(path, migration) for migration in settings.migrations)
    return any(phase is not None and phase.name == name for phase in phases)


def _check_phase_name(name: str, every: list[Settings]) -> None:
    known = [p.name for settings in every for m in settings.migrations for p in m.phases]
    if name not in known:
        from flake8_ssot_engine.campaign.planner import unknown_phase

        raise unknown_phase(name, known)
