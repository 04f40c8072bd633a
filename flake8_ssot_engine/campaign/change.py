"""A change: what a branch, with what is not committed, adds to the violations and takes away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.gone import Gone, find_gone
from flake8_ssot_engine.engine.novelty import Newness
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.tasks import Task, tasks_of_project
from flake8_ssot_engine.engine.verdict import is_below, judge_results
from flake8_ssot_engine.project.discovery import USUAL_EXCLUDES, is_excluded
from flake8_ssot_engine.project.listing import SUFFIXES
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT


@dataclass(frozen=True, slots=True)
class Change:
    """What is not as it was at `commit`, where HEAD and `ref` parted.

    `new` are the findings that `ssot check --new-since` reports, those that the baseline tolerates
    as well; `errors` files that could not be checked; `files` counts those that changed.
    """

    ref: str
    commit: str
    new: tuple[Finding, ...]
    gone: tuple[Gone, ...]
    errors: tuple[FileError, ...]
    files: int


def find_change(settings: Settings, finder: ConfigFinder, ref: str, *, jobs: int) -> Change:
    """Compare a project with where HEAD and `ref` parted.

    Raises GitError, UsageError where this clone does not hold that commit, and ConfigError.
    """
    newness = Newness.since(ref, settings.root)
    with_texts = settings.selects(DEPRECATED_TEXT.code)
    every = tasks_of_project(settings.root, finder, with_texts=with_texts)
    tasks = newness.changed(list(every))
    results = check_each(tasks, jobs=jobs, with_texts=True)
    if tasks:
        results = judge_results(tasks, results, covered=[]).results
    removed = list(_removed(newness, settings, finder, with_texts=with_texts))
    new = newness.only_new(tasks, results)
    return Change(
        ref,
        newness.commit,
        tuple(finding for result in new for finding in result.findings),
        tuple(find_gone(newness, [*tasks, *removed], results)),
        tuple(result.error for result in new if result.error),
        len(tasks) + len(removed),
    )


def _removed(
    newness: Newness, settings: Settings, finder: ConfigFinder, *, with_texts: bool
) -> Iterator[Task]:
    """Yield the files that are gone, and would be looked at if they were not."""
    for path in newness.removed:
        is_one = path.endswith(SUFFIXES) or (with_texts and is_text(path))
        if not is_one or not is_below(path, settings.root):
            continue
        own = finder.settings_for(os.path.dirname(path))
        shown = os.path.relpath(path)
        if not is_excluded(path, own) and USUAL_EXCLUDES.isdisjoint(shown.split(os.sep)):
            yield Task(path, shown, own)
