"""Examination: every check of a project's set-up, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.campaign.journal import read_runs
from flake8_ssot_engine.config.finder import ConfigFinder, project_root
from flake8_ssot_engine.engine.diagnosis.configuration import diagnose_configuration, refused
from flake8_ssot_engine.engine.diagnosis.editors import diagnose_editors
from flake8_ssot_engine.engine.diagnosis.environment import diagnose_environment
from flake8_ssot_engine.engine.diagnosis.flake8_config import diagnose_flake8_config
from flake8_ssot_engine.engine.diagnosis.flake8_run import diagnose_flake8
from flake8_ssot_engine.engine.diagnosis.git_repository import diagnose_git
from flake8_ssot_engine.engine.diagnosis.noqa_comments import diagnose_comments
from flake8_ssot_engine.engine.diagnosis.pre_commit import diagnose_pre_commit
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark
from flake8_ssot_engine.engine.diagnosis.ruff_config import diagnose_ruff
from flake8_ssot_engine.errors import ConfigError, UsageError
from flake8_ssot_engine.project.discovery import find_files


def examine(folder: str, finder: ConfigFinder) -> Iterator[Remark]:
    """Yield what every check says of the project that an absolute folder is in."""
    yield from diagnose_environment()
    try:
        settings = finder.settings_for(folder)
        files = [file for file, own in find_files([settings.root], finder) if own is settings]
    except ConfigError as error:
        root = project_root(folder)
        yield from refused(error, root)
    else:
        root = settings.root
        yield from diagnose_configuration(settings, files)
        yield from diagnose_runs(root)
        yield from diagnose_flake8(settings)
        yield from diagnose_comments(root, files)
    yield from diagnose_flake8_config(root)
    yield from diagnose_ruff(root)
    yield from diagnose_pre_commit(root)
    yield from diagnose_editors(root)
    yield from diagnose_git(root)


def diagnose_runs(root: str) -> Iterator[Remark]:
    """Look for runs of a campaign that were cut short, and for journals that are damaged."""
    area = "campaign"
    try:
        runs = read_runs(root)
    except UsageError as error:
        why, instead = "runs cannot be resumed or rolled back", "mend it, or move it away"
        yield Remark(Level.ERROR, area, str(error), "", why, instead)
        return
    for run in runs:
        if run.is_unfinished:
            why = "some of its files may be changed and not validated"
            instead = "ssot migrate --resume, or ssot rollback"
            message = f"the run {run.name} was cut short"
            yield Remark(Level.ERROR, area, message, "", why, instead)
