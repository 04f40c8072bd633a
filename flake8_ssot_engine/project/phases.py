"""Phases: which of a migration's a file is in."""

from __future__ import annotations

from flake8_ssot_engine.migrations import Migration, Phase
from flake8_ssot_engine.project.globs import matches


def phase_of(path: str, migration: Migration) -> Phase | None:
    """Return the first phase whose paths match."""
    return next((phase for phase in migration.phases if matches(phase.paths, path)), None)
