"""Foreknown: what is to be told of a project's files, before somebody hands them over one by one.

One search of a whole project finds out about all of its files for less than a tenth of them cost
each by itself, and what it found is remembered from run to run.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Collection, Mapping, Sequence, Set
from types import MappingProxyType

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.memory import Memory
from flake8_ssot_engine.engine.run import FEW_FILES, check_each, recall_each
from flake8_ssot_engine.engine.tasks import MANY_FILES, recalled_tasks
from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT


class Foreknown(NamedTuple):
    """The files of one configuration, and what came of those of which there is anything to tell.

    By absolute paths.
    """

    files: Set[str] = frozenset()
    results: Mapping[str, FileResult] = MappingProxyType({})


def pays(named: Sequence[str]) -> bool:
    """Whether so many files may lie at some paths that it is worth the while to foresee."""
    return len(named) >= FEW_FILES or any(map(os.path.isdir, named))


def foresee(
    settings: Settings, finder: ConfigFinder, named: Sequence[str], *, jobs: int, cache: str
) -> Foreknown:
    """Return what is to be told of the files that hold to `settings`, as far as that pays.

    `settings` are those of the current folder, or what the caller has made of them. Of the paths
    `named`, files and folders, some will be handed over. `cache` is the name of what is
    remembered under settings of this kind.
    """
    folders = [path for path in named if os.path.isdir(path)]
    memory = Memory(settings, parses_all=False, name=cache)
    if memory.is_empty and not folders and len(named) < MANY_FILES:
        return Foreknown()
    try:
        declared = finder.settings_for(os.getcwd())
        every = recalled_tasks(
            memory,
            {settings.root: os.path.relpath(settings.root)},
            finder,
            with_texts=settings.selects(DEPRECATED_TEXT.code),
            changed=lambda own: settings if own is declared else own,
        )
    except ConfigError:  # it is told of when a file is met to which that configuration holds
        return Foreknown()
    tasks = [task for task in every if task.settings is settings]
    below = tuple(os.path.join(os.path.abspath(folder), "") for folder in folders)
    count = len(named) - len(folders) + sum(task.path.startswith(below) for task in tasks)
    results: Collection[FileResult] | None
    if count >= MANY_FILES and multiprocessing.parent_process() is None:
        results = check_each(tasks, jobs=jobs, parses_all=False, memory=memory, with_texts=True)
    else:
        results = recall_each(tasks, memory, jobs=1, with_texts=True)
    if results is None:
        return Foreknown()
    memory.write()
    paths = {task.shown_as: task.path for task in tasks}
    known = {paths[one.path]: _without_texts(one) for one in results}
    return Foreknown(frozenset(paths.values()), known)


def _without_texts(result: FileResult) -> FileResult:
    """Return a result without what only `ssot check` tells, with which the memory is shared."""
    found = result.findings
    kept = tuple(one for one in found if one.violation.code != DEPRECATED_TEXT.code)
    return result if len(kept) == len(found) else result._replace(findings=kept)
