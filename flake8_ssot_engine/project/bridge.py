"""Moves read from a bridge: a module that re-exports names from where they really live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_ssot_engine.config.checker import check_moves
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ConfigError, SourceError
from flake8_ssot_engine.migrations import Migration, Move

if TYPE_CHECKING:
    from flake8_ssot_engine.project.modules import Modules
    from flake8_ssot_engine.project.reexports import Reexports
    from flake8_ssot_engine.semantics.exports import Exports


def with_bridges(settings: Settings) -> Settings:
    """Return settings with the moves of each migration's bridge added. Raises ConfigError.

    A move that the configuration declares wins over one that the bridge implies.
    """
    if not any(migration.bridge for migration in settings.migrations):
        return settings
    # What reads modules is imported by the functions that do: most projects have no bridge.
    from flake8_ssot_engine.project.modules import Modules

    modules = Modules(settings.source_roots)
    migrations = tuple(
        _with_bridge(migration, modules) if migration.bridge else migration
        for migration in settings.migrations
    )
    problems = check_moves(move for migration in migrations for move in migration.moves)
    if problems:
        raise ConfigError(tuple(problems))
    return settings.replaced(migrations=migrations)


def _with_bridge(migration: Migration, modules: Modules) -> Migration:
    from flake8_ssot_engine.project.reexports import Reexports

    place = migration.place._replace(key=f"{migration.place.key}.bridge")
    try:
        bridge = modules.read(migration.bridge)
    except OSError as error:
        raise ConfigError(
            (place.told(f"{migration.bridge} cannot be read: {error.strerror or error}"),)
        ) from None
    except SourceError as error:
        raise ConfigError((place.told(f"{migration.bridge} {error.message}"),)) from None
    declared = {move.old for move in migration.moves}
    derived = [
        move._replace(place=place)
        for move in moves_of(bridge, Reexports(modules))
        if move.old not in declared
    ]
    return migration._replace(moves=(*migration.moves, *derived))


def moves_of(bridge: Exports, reexports: Reexports) -> list[Move]:
    """Return a move for each name that a module hands on, to the place where that really lives.

    Without those that live outside of the project, or where is not certain, or where no import
    gets at them: an attribute of an object is none of a module. A module that it imports by a plain
    `import` it uses, unless `__all__` lists it.
    """
    from flake8_ssot_engine.semantics.bindings import BindingKind

    plain = {BindingKind.IMPORT, BindingKind.SUBMODULE_IMPORT}
    found = []
    listed = bridge.listed_names() or ()
    for name in public_names(bridge):
        kinds = {binding.kind for binding in bridge.bindings_of(name)}
        if name not in listed and kinds and kinds <= plain:
            continue
        old = bridge.module.child(name)
        home = reexports.home(old)
        if home not in (None, old) and len(reexports.modules.split(home)[1]) <= 1:
            found.append(Move(old, home))
    return found


def public_names(module: Exports) -> list[str]:
    """Return the names that `__all__` lists, or else those without a leading underscore.

    In source order, and after them those that star imports bring.
    """
    from flake8_ssot_engine.semantics.bindings import ANY_NAME

    listed = module.listed_names()
    if listed is None:
        listed = [n for n in module.names() if not n.startswith("_") and n != ANY_NAME]
    return list(dict.fromkeys([*listed, *sorted(module.public() or ())]))
