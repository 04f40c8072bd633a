"""Retire: proves that nothing names the moved symbols any more, and tells what then may go."""

from __future__ import annotations

import os
from dataclasses import dataclass

from flake8_ssot_engine.campaign.found.record import Record, Standing, State, read_record
from flake8_ssot_engine.campaign.planner import Step
from flake8_ssot_engine.campaign.progress import Inventory, take_inventory
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.errors import SourceError, UsageError
from flake8_ssot_engine.migrations import Migration, MoveIndex, Phase
from flake8_ssot_engine.project.globs import matches
from flake8_ssot_engine.project.modules import Modules, is_package_file
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT
from flake8_ssot_engine.source import Position
from flake8_ssot_engine.violations import ReferenceKind

_TEXT = ReferenceKind.TEXT.value


@dataclass(frozen=True, slots=True)
class Leftover:
    """A place that still names an old symbol; `line` and `column` from 1, 0 where unknown."""

    path: str
    line: int
    column: int
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Retirement:
    """What stands in the way of a retirement, and the files that it removes.

    `standing` is what reached the old names while tests ran, as `record` tells.
    """

    migration: Migration
    leftovers: tuple[Leftover, ...]
    files: tuple[str, ...]
    record: Record | None = None
    standing: tuple[Standing, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether something is in the way."""
        return bool(self.leftovers or self.standing)

    @property
    def step(self) -> Step:
        """The retirement as a step, validated as the last phase is."""
        phases = self.migration.phases
        paths = phases[-1].paths if phases else self.migration.owners[0]
        validate = phases[-1].validate if phases else ()
        return Step(self.migration, Phase("retire", paths, validate=validate), (), self.files)


def chosen_migration(settings: Settings, name: str | None) -> Migration:
    """Return the migration of an id, or the only one. Raises UsageError."""
    known = {migration.id: migration for migration in settings.migrations}
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name in known:
        return known[name]
    told = ", ".join(known) or "none is declared"
    which = f"no migration is called `{name}`" if name else "say which migration"
    raise UsageError(f"{which}: {told}")


def plan_retirement(
    settings: Settings, migration: Migration, finder: ConfigFinder, *, jobs: int
) -> Retirement:
    """Find out what still names the old symbols, and which files are the bridge.

    Everything counts, what `# noqa` or the configuration passes over as well. Raises UsageError
    where the bridge holds something else that has not moved, or the record is damaged.
    """
    record = read_record(settings.root)
    strict = settings.unfiltered()
    inventory = take_inventory(strict, migration, finder, jobs=jobs)
    leftovers, files = _leftovers(inventory), _bridge_files(settings, migration)
    standing = _standing(settings, migration, record) if files and record else ()
    return Retirement(migration, leftovers, files, record, standing)


def _standing(settings: Settings, migration: Migration, record: Record) -> tuple[Standing, ...]:
    own = [use for use in record.uses if use.migration == migration.id]
    return tuple(State(settings.root).standing(own))


def _leftovers(inventory: Inventory) -> tuple[Leftover, ...]:
    found = []
    for path in inventory.paths:
        result = inventory.results.get(path, FileResult(path))
        places = 0
        texts = set()
        for finding in result.findings:
            violation = finding.violation
            if violation.code == "SSOT006":  # a namesake of the new symbol, not of the old one
                continue
            if violation.code == DEPRECATED_TEXT.code:
                texts.add(finding.start)
            else:
                places += 1
            what = f"`{violation.symbol}`"
            found.append(Leftover(path, *finding.start, violation.kind.value, what))
        references = {kind: n for kind, n in result.references.items() if kind != _TEXT}
        if references and not places:
            kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(references.items()))
            found.append(Leftover(path, 0, 0, "suppressed", kinds))
        beside = {
            Position(mention.line, mention.column): mention.text
            for mention in inventory.texts.get(path, ())
        }
        for place in result.texts:  # what is suppressed
            if place.name and place.place not in texts and not any(map(place.covers, beside)):
                beside[place.place] = place.name
        for at, text in sorted(beside.items()):
            found.append(Leftover(path, *at, _TEXT, f"`{text}`"))
    return tuple(found)


def _bridge_files(settings: Settings, migration: Migration) -> tuple[str, ...]:
    """Return the owners that are an old home and hold nothing but what has moved."""
    modules = Modules(settings.source_roots)
    index = MoveIndex((migration,))
    found: dict[str, None] = {}
    for move in migration.moves:
        module, _ = modules.split(move.old)
        path = modules.file_of(module) if module else None
        if path is not None and any(matches(globs, path) for globs in migration.owners):
            found[path] = None
    for path in found:
        _check_removable(path, modules, index)
    return tuple(found)


def _check_removable(path: str, modules: Modules, index: MoveIndex) -> None:
    shown = os.path.relpath(path)
    if is_package_file(path) and len(_sources_beside(path)) > 1:
        raise UsageError(f"{shown}: is a package with other modules in it; remove it by hand")
    try:
        exports = modules.read(path)
    except (OSError, SourceError) as error:
        raise UsageError(f"{shown}: {error}") from None
    moved = {move.old.last for _, move in index if move.old.parent == exports.module}
    own = [
        name
        for name in exports.names()
        if exports.targets(name).own and name not in moved and not name.startswith("_")
    ]
    if own:
        told = ", ".join(f"`{name}`" for name in own[:5])
        message = f"defines {told} besides, which no move covers; move that first"
        raise UsageError(f"{shown}: {message}")


def _sources_beside(path: str) -> list[str]:
    return [name for name in os.listdir(os.path.dirname(path)) if name.endswith((".py", ".pyi"))]
