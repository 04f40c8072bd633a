"""Owners without use: files that a migration exempts and that would break no rule."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from flake8_ssot_engine.config.document import read_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileError, Finding, finding_of_line
from flake8_ssot_engine.engine.run import read_source
from flake8_ssot_engine.engine.tasks import Task, settings_of
from flake8_ssot_engine.errors import ConfigProblem
from flake8_ssot_engine.migrations import Globs, Migration
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.globs import matches
from flake8_ssot_engine.project.modules import module_name
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION
from flake8_ssot_engine.source import Span
from flake8_ssot_engine.violations import Severity

_WILD = re.compile(r"[*?\[\\!]")


def find_unused_owners(tasks: Sequence[Task], severity: Severity) -> Iterator[Finding]:
    """Yield a finding for each declared owner that needs no exemption.

    `tasks` are all files of the projects. An owner that is the home of what moves is one by
    itself, and may be declared; one by a pattern that only fits other files than Python's is not
    judged. Raises ConfigError where a configuration cannot be read any more.
    """
    for settings in settings_of(tasks):
        if not settings.selects(UNUSED_SUPPRESSION.code):
            continue
        paths = [task.path for task in tasks if task.settings is settings]
        for migration in settings.migrations:
            owned = _Owned(settings, migration)
            for (base, pattern), place in _declared(migration):
                if os.path.isfile(place.path) and owned.is_unused(Globs(base, (pattern,)), paths):
                    text = f"the owner `{pattern}` names nothing that moves; remove it"
                    yield _finding(place.path, place.line or 1, migration, text, severity)


def _declared(migration: Migration) -> Iterator[tuple[tuple[str, str], ConfigProblem]]:
    """Yield the base and the pattern of each declared owner, and where it is declared."""
    patterns = [(globs.base, pattern) for globs in migration.owners for pattern in globs.patterns]
    yield from zip(patterns, migration.owner_places, strict=False)


class _Owned:
    """One migration, for files that are not exempt from it."""

    def __init__(self, settings: Settings, migration: Migration) -> None:
        bare = migration._replace(owners=())
        others = tuple(m if m.id != migration.id else bare for m in settings.migrations)
        whole = settings.replaced(migrations=others).unfiltered().of_migration(migration.id)
        self._checker = Checker(whole)
        self._migration = migration

    def is_unused(self, owner: Globs, paths: Sequence[str]) -> bool:
        """Whether none of the files that a pattern fits needs to be an owner."""
        owned = [path for path in paths if matches(owner, path)]
        if not owned:
            name = owner.patterns[0].lstrip("/")
            return not _WILD.search(name) and not os.path.lexists(os.path.join(owner.base, name))
        return not any(self._needs(path) for path in owned)

    def _needs(self, path: str) -> bool:
        module = module_name(path, self._checker.settings.source_roots)
        if any(_is_home(module, move.old) for move in self._migration.moves):
            return True
        data = read_source(path, path)
        if isinstance(data, FileError):
            return True
        result = self._checker.check_bytes(path, data, shown_as=path)
        return bool(result.findings or result.references or result.error)


def _is_home(module: QualifiedName, old: QualifiedName) -> bool:
    return module == old.parent or module.is_under(old)


def _finding(path: str, line: int, migration: Migration, text: str, severity: Severity) -> Finding:
    symbol = QualifiedName(("SSOT",))
    violation = UNUSED_SUPPRESSION.unused(Span(0, 0), symbol, text, migration=migration.id)
    lines = read_file(path).decode("utf-8", "replace").split("\n")
    return finding_of_line(path, lines, line, violation, severity)
