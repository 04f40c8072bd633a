"""Binding moves: which of the declared moves bind a file, and which it is exempt from."""

from __future__ import annotations

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.migrations import Move, MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.globs import matches
from flake8_ssot_engine.project.modules import Modules


class BindingMoves:
    """The moves of one configuration, as they bind its files."""

    def __init__(self, settings: Settings, modules: Modules) -> None:
        self._settings = settings
        self._modules = modules
        self._narrowed: dict[tuple[str, ...], MoveIndex] = {}

    def for_module(self, path: str) -> MoveIndex:
        """Return those that bind a Python file: all but those that it owns or defines."""
        return self._for(path, self._modules.name_of(path))

    def for_text(self, path: str) -> MoveIndex:
        """Return those that bind a file that is no Python: all but those that it owns."""
        return self._for(path, None)

    def owning(self, path: str) -> tuple[str, ...]:
        """Return the migrations, by their ids, whose owners a file is among."""
        return tuple(
            migration.id
            for migration in self._settings.migrations
            if any(matches(globs, path) for globs in migration.owners)
        )

    def _for(self, path: str, module: QualifiedName | None) -> MoveIndex:
        exempt = self.owning(path)
        own = [
            move.old
            for _, move in self._settings.index
            if module is not None
            and (
                module.is_under(move.old)
                or (move.old.parent == module and not self._is_of_module(move))
            )
        ]
        if not exempt and not own:
            return self._settings.index
        key = (*exempt, *map(str, own))
        if key not in self._narrowed:
            self._narrowed[key] = MoveIndex(
                tuple(
                    migration._replace(moves=tuple(m for m in migration.moves if m.old not in own))
                    for migration in self._settings.migrations
                    if migration.id not in exempt
                )
            )
        return self._narrowed[key]

    def _is_of_module(self, move: Move) -> bool:
        """Whether what moves is a module, which its package does not define."""
        ends = (move.old, *([move.new] if move.new else []))
        return any(map(self._modules.is_module, ends))
