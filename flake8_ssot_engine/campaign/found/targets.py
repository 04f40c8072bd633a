"""Targets: the names to watch at run time, by the module that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.migrations import Globs, Migration
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.globs import matches
from flake8_ssot_engine.project.modules import Modules


@dataclass(frozen=True, slots=True)
class Symbol:
    """An old name, or a module that goes with old names; `owners` are of its migration."""

    name: str
    home: str
    migration: str
    owners: tuple[Globs, ...]
    file: str | None
    """The file of its module, where there is one; absolute."""

    def is_own(self, path: str, module: str) -> bool:
        """Whether code may use it: by its file's absolute path, by the name of its module."""
        return f"{module}.".startswith(f"{self.home}.") or any(
            matches(globs, path) for globs in self.owners
        )


@dataclass(slots=True)
class Target:
    """What to watch of one module: some of its names, and whether it is imported."""

    names: dict[str, Symbol] = field(default_factory=dict)
    itself: Symbol | None = None


class Targets:
    """All that is to be watched under some settings, by the names of modules."""

    def __init__(self, settings: Settings) -> None:
        """Find out where the old names are; `unseen` are those that nothing can watch.

        `modules` are the names of the modules that are known to be watched.
        """
        self.unseen: list[str] = []
        self._by_module: dict[str, Target] = {}
        self._moved: dict[str, Symbol] = {}
        modules = Modules(settings.source_roots)
        for migration, move in settings.index:
            self._add(migration, move.old, modules)
        self.modules = tuple(dict.fromkeys((*self._by_module, *self._moved)))
        self._tops = {name.partition(".")[0] for name in self.modules}

    def _add(self, migration: Migration, old: QualifiedName, modules: Modules) -> None:
        home, attributes = modules.split(old)
        if home and len(attributes) > 1 and modules.binds(old):
            self.unseen.append(str(old))  # of a class: only modules can be watched
            return
        is_module = not attributes
        file = modules.file_of(home) if home else None
        owners = migration.owners

        def symbol(name: QualifiedName, home: QualifiedName) -> Symbol:
            return Symbol(str(name), str(home), migration.id, owners, file)

        if is_module or len(attributes) > 1 or not home:  # or perhaps one made at run time
            self._moved[str(old)] = symbol(old, old)
        if old.parent:
            inner = old if is_module else old.parent
            self._of(old.parent).names[old.last] = symbol(old, inner)
        if file and not is_module and any(matches(globs, file) for globs in owners):
            self._of(home).itself = symbol(home, home)
            if home.parent:
                self._of(home.parent).names[home.last] = symbol(home, home)

    def _of(self, module: QualifiedName) -> Target:
        return self._by_module.setdefault(str(module), Target())

    def of(self, module: str) -> Target | None:
        """Return what to watch of a module; all that is below one that moves is."""
        if module.partition(".")[0] not in self._tops:
            return None
        found = self._by_module.get(module)
        above = module
        while above and above not in self._moved:
            above = above.rpartition(".")[0]
        if not above:
            return found
        moved = self._moved[above]
        itself = Symbol(module, moved.home, moved.migration, moved.owners, moved.file)
        return Target(found.names if found else {}, itself)
