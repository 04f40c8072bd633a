"""Projects: which configuration holds for a file, and what checks and judges by it.

All of it is looked at anew before each use, so that whoever does not watch files is served too.
"""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Iterator, Mapping, Sequence

from flake8_ssot_engine.config.finder import SPEAKING, ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult, Finding
from flake8_ssot_engine.engine.fixability import key_of
from flake8_ssot_engine.engine.planning.plan import Key
from flake8_ssot_engine.engine.ratchet import Ratchet
from flake8_ssot_engine.engine.sights import Sights
from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.lsp.places import Place, Places
from flake8_ssot_engine.lsp.seeing import Seen, see
from flake8_ssot_engine.lsp.stamps import Stamps
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.discovery import is_excluded

_CHECKERS = 4
"""Checkers of a project that are kept: one for each state of what is open and not saved."""
_PATIENCE = 1.0
"""Seconds for which a module that was read is taken to be what it was."""


class Project:
    """The files that one configuration holds for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._checkers: list[Checker] = []
        self._seen: tuple[tuple[str, bytes], Checker, Seen | None] | None = None
        self._places: dict[int, Places] = {}
        self._modules = Stamps()
        self._looked_at = time.monotonic()
        self._today = datetime.date.today()
        self._baseline = Stamps()
        self._ratchet: Ratchet | None = None
        self._has_ratchet = False

    def check(self, path: str, data: bytes, others: Mapping[str, bytes]) -> FileResult:
        """Check the file at an absolute path as if it held `data`. Raises ConfigError.

        `others` are the contents of further files that hold something else than is on the disk.
        """
        if is_excluded(path, self.settings):
            return FileResult(path)
        checker = self.checker(others)
        result = checker.check_bytes(path, data, shown_as=path)
        self._modules.add(checker.consulted)
        ratchet = self._current_ratchet()
        return ratchet.judge(path, result, lambda: data).result if ratchet else result

    def places(self, others: Mapping[str, bytes], findings: Sequence[Finding]) -> list[list[Place]]:
        """Return further places that belong to each of some findings."""
        checker = self.checker(others)
        if id(checker) not in self._places:
            self._places[id(checker)] = Places(checker.analysis)
        return [list(self._places[id(checker)].of(finding)) for finding in findings]

    def see(self, path: str, data: bytes, others: Mapping[str, bytes]) -> Seen | None:
        """Return what the names of a file stand for; None where it is none of the project's."""
        if is_excluded(path, self.settings):
            return None
        checker = self.checker(others)
        if self._seen is None or self._seen[0] != (path, data) or self._seen[1] is not checker:
            self._seen = ((path, data), checker, see(checker.analysis, path, data))
        return self._seen[2]

    def held_keys(self, path: str, contents: Mapping[str, bytes]) -> frozenset[Key]:
        """Return which violations of a file the baseline tolerates. Raises ConfigError."""
        ratchet = self._current_ratchet()
        if ratchet is None:
            return frozenset()
        result = Checker(self.settings, contents=contents).check_bytes(
            path, contents[path], shown_as=path
        )
        judged = ratchet.judge(path, result, lambda: contents[path]).result
        return frozenset(key_of(finding) for finding in judged.findings if finding.is_baselined)

    def checker(self, contents: Mapping[str, bytes]) -> Checker:
        """Return what checks files while others hold what is in `contents`."""
        self._forget_outdated()
        for checker in self._checkers:
            if checker.contents == contents:
                self._checkers.remove(checker)
                break
        else:
            sights = Sights(self.settings.index)
            checker = Checker(self.settings, contents=dict(contents), sights=sights)
        self._checkers = [checker, *self._checkers[: _CHECKERS - 1]]
        kept = set(map(id, self._checkers))
        self._places = {number: one for number, one in self._places.items() if number in kept}
        return checker

    def forget_modules(self) -> None:
        """Forget what was read of modules."""
        self._checkers.clear()
        self._places.clear()
        self._seen = None
        self._modules = Stamps()

    def _forget_outdated(self) -> None:
        today = datetime.date.today()
        if today != self._today:
            self._today = today
            self._has_ratchet = False
            self.forget_modules()
        now = time.monotonic()
        if now - self._looked_at < _PATIENCE:
            return
        self._looked_at = now
        if self._modules.have_changed():
            self.forget_modules()

    def _current_ratchet(self) -> Ratchet | None:
        if not self._has_ratchet or self._baseline.have_changed():
            self._baseline = Stamps([self.settings.baseline_file])
            self._has_ratchet = False
            exists = os.path.lexists(self.settings.baseline_file)
            self._ratchet = Ratchet(self.settings) if exists else None
            self._has_ratchet = True
        return self._ratchet


class Projects:
    """The projects of the files that an editor has met."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Forget all configurations."""
        self._finder = ConfigFinder(complete=with_bridges)
        self._by_settings: dict[int, Project] = {}
        self._stamps: dict[str, Stamps] = {}

    @property
    def finder(self) -> ConfigFinder:
        """What finds the configuration of each file."""
        return self._finder

    def project_of(self, path: str) -> Project:
        """Return the project of the file at an absolute path. Raises ConfigError."""
        folder = os.path.dirname(path)
        if folder in self._stamps and self._stamps[folder].have_changed():
            self.forget()
        if folder not in self._stamps:
            self._stamps[folder] = Stamps(_speaking_files(folder))
        settings = self._finder.settings_for(folder)
        if id(settings) not in self._by_settings:
            self._by_settings[id(settings)] = Project(settings)
        self._stamps[folder].add(_files_of(settings))
        return self._by_settings[id(settings)]

    def known(self, path: str) -> Project | None:
        """Return the project of a file, None where its configuration is wrong."""
        try:
            return self.project_of(path)
        except ConfigError:
            return None

    def forget_modules(self) -> None:
        """Forget what was read of modules, in whatever project."""
        for project in self._by_settings.values():
            project.forget_modules()


def _speaking_files(folder: str) -> Iterator[str]:
    """Yield all that may say which configuration holds for a folder, whether it is there or not."""
    while True:
        yield from (os.path.join(folder, name) for name in SPEAKING)
        outer = os.path.dirname(folder)
        if outer == folder:
            return
        folder = outer


def _files_of(settings: Settings) -> Iterator[str]:
    """Yield the files that settings were read from, as far as they tell."""
    for migration in settings.migrations:
        yield from filter(os.path.isabs, (migration.bridge, migration.place.path))
        for place in (move.place for move in migration.moves):
            yield from filter(os.path.isabs, (place.path,))
