"""The configuration of the project itself: what holds, and what of it is doubtful."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.baseline import load_baseline
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok
from flake8_ssot_engine.errors import ConfigError, ConfigProblem
from flake8_ssot_engine.project.review import may_matter, review

AREA = "configuration"


def diagnose_configuration(settings: Settings, files: Sequence[str]) -> Iterator[Remark]:
    """Look at settings that load, and at the files (all of them) of the project."""
    moves = sum(1 for _ in settings.index)
    count = f"migrations {len(settings.migrations)}, moves {moves}, Python files {len(files)}"
    if settings.path:
        yield ok(AREA, f"{os.path.relpath(settings.path, settings.root)}: {count}")
        doubts = [*settings.warnings, *review(settings, files)]
        yield from (_remark(Level.WARNING, doubt, settings.root) for doubt in doubts)
    elif may_matter(settings):
        yield ok(AREA, f"no file; the built-in preset `execution-engine` holds: {count}")
    else:
        message = "no file declares a migration, and the built-in one is for another project"
        why = "nothing will ever be reported here"
        yield Remark(Level.ERROR, AREA, message, "", why, "ssot init, or write an ssot.toml")
    if not files:
        message = "no Python file is looked at: all are ignored, excluded or elsewhere"
        why, instead = "there is nothing to check", "see `exclude` and .gitignore"
        yield Remark(Level.ERROR, AREA, message, "", why, instead)
    yield from _baseline(settings)


def refused(error: ConfigError, root: str) -> list[Remark]:
    """Return a remark for each problem for which a configuration was refused."""
    return [_remark(Level.ERROR, problem, root) for problem in error.problems]


def _remark(level: Level, problem: ConfigProblem, root: str) -> Remark:
    path = os.path.relpath(problem.path, root) if os.path.isabs(problem.path) else problem.path
    place = path if problem.line is None else f"{path}:{problem.line}"
    message = f"{problem.key}: {problem.message}" if problem.key else problem.message
    if level is Level.ERROR:
        return Remark(level, AREA, message, place, "every command ends with this", "mend it there")
    why = "this part of the configuration has no effect"
    return Remark(level, AREA, message, place, why, "mend the name or path, or remove it")


def _baseline(settings: Settings) -> Iterator[Remark]:
    path = settings.baseline_file
    place = os.path.relpath(path, settings.root)
    if not os.path.lexists(path):
        if settings.baseline:
            why = "violations that were tolerated count as new ones"
            message = "there is no such baseline"
            yield Remark(Level.ERROR, AREA, message, place, why, "ssot baseline create")
        return
    try:
        baseline = load_baseline(settings)
    except ConfigError as error:
        yield from refused(error, settings.root)
        return
    count = sum(count for _, count in baseline.entries())
    yield ok(AREA, f"the baseline {place} tolerates {count}")
