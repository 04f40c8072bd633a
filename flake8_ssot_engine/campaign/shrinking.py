"""Shrinking: what becomes of the baseline once a phase has fixed what it tolerated."""

from __future__ import annotations

import os

from flake8_ssot_engine.campaign.journal import Change
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.baseline import render_baseline
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.engine.verdict import judge_results
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.reading import read_regular


def plan_shrinking(settings: Settings, finder: ConfigFinder, *, jobs: int) -> Change | None:
    """Return the change of the baseline that the project's files ask for, None where none is due.

    All files are looked at: what one of them hands on, others no longer reach. Raises OSError.
    """
    path = settings.baseline_file
    if not os.path.lexists(path):
        return None
    before = read_regular(path)
    tasks = [
        Task(file, os.path.relpath(file), own)
        for file, own in find_files([settings.root], finder, with_texts=True)
        if own.baseline_file == path
    ]
    results = check_each(tasks, jobs=jobs, parses_all=False, with_texts=True)
    verdict = judge_results(tasks, results, covered=(), is_gone_unused=True)
    after = before
    for _, baseline in verdict.baselines:
        after = render_baseline(baseline, like=before)
    return None if after == before else Change(path, before, after)
