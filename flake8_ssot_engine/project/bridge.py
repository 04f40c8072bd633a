"""Moves read from a bridge: a module that re-exports names from where they really live."""

from __future__ import annotations

import ast
from dataclasses import replace

from flake8_ssot_engine.config.checker import check_moves
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ConfigError, SourceError
from flake8_ssot_engine.migrations import Migration, Move
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules, exported
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel

_MOST_STEPS = 32
"""Re-exports that are followed before it is taken for a circle."""


def with_bridges(settings: Settings) -> Settings:
    """Return settings with the moves of each migration's bridge added. Raises ConfigError.

    A move that the configuration declares wins over one that the bridge implies.
    """
    if not any(migration.bridge for migration in settings.migrations):
        return settings
    modules = Modules(settings.source_roots)
    migrations = tuple(
        _with_bridge(migration, modules) if migration.bridge else migration
        for migration in settings.migrations
    )
    problems = check_moves(move for migration in migrations for move in migration.moves)
    if problems:
        raise ConfigError(tuple(problems))
    return replace(settings, migrations=migrations)


def _with_bridge(migration: Migration, modules: Modules) -> Migration:
    place = replace(migration.place, key=f"{migration.place.key}.bridge")
    try:
        model = modules.model_of(migration.bridge)
    except OSError as error:
        raise ConfigError(
            (place.told(f"{migration.bridge} cannot be read: {error.strerror or error}"),)
        ) from None
    except SourceError as error:
        raise ConfigError((place.told(f"{migration.bridge} {error.message}"),)) from None
    declared = {move.old for move in migration.moves}
    derived = []
    for name in _public_names(model):
        old = model.module.child(name)
        new = home_of(model, name, modules)
        if old not in declared and new is not None and new != old:
            derived.append(Move(old, new, place=place))
    return replace(migration, moves=(*migration.moves, *derived))


def home_of(model: SemanticModel, name: str, modules: Modules) -> QualifiedName | None:
    """Follow a name of a module through re-exports to the module of the project that defines it.

    None where the way is not certain: several bindings, a star, a home outside the project.
    """
    for _ in range(_MOST_STEPS):
        bindings = exported(model, name)
        if len(bindings) != 1:
            return None
        target = _target(bindings[0], model)
        if target is None or len(target) < 2:
            return model.name_of(bindings[0]) if bindings[0].target is None else None
        path = modules.file_of(target.parent)
        if path is None or modules.file_of(target) is not None:
            return target if path is not None else None
        try:
            model = modules.model_of(path)
        except (OSError, SourceError):
            return None
        name = target.last
    return None


def _target(binding: Binding, model: SemanticModel) -> QualifiedName | None:
    """Return what a re-exporting binding stands for; None for a definition."""
    if binding.kind is BindingKind.FROM_IMPORT:
        return binding.target
    if binding.kind is BindingKind.ALIAS and binding.value is not None:
        resolution = model.resolve(binding.value)
        if resolution.is_certain:
            name = resolution.candidates[0].name
            return None if name.parent == model.module else name
    return None


def _public_names(model: SemanticModel) -> list[str]:
    """Return the names that `__all__` lists, or else those without a leading underscore."""
    for binding in exported(model, "__all__"):
        statement = binding.statement
        if isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.List, ast.Tuple)):
            values = [getattr(element, "value", None) for element in statement.value.elts]
            return [value for value in values if isinstance(value, str)]
    return [name for name in model.scopes[0].bindings if not name.startswith("_") and name != "*"]
