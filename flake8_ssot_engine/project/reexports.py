"""Re-exports: the names under which one thing is known in the modules of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.cycles import AcyclicMemo
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.semantics.targets import Targets

if TYPE_CHECKING:
    from flake8_ssot_engine.semantics.bindings import BindingKind

_LONGEST = 100
"""Parts of a name that are followed: longer ones come of names that are parts of themselves."""


class Reexports:
    """Follows names from module to module, as far as the files on disk tell."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self._homes: dict[QualifiedName, QualifiedName | None] = {}
        self._reach: AcyclicMemo[QualifiedName, tuple[QualifiedName, ...]]
        self._reach = AcyclicMemo(self._reached_from, ())

    def reach(self, name: QualifiedName) -> tuple[QualifiedName, ...]:
        """Return every name that `name` may stand for, in the order in which they are met.

        The first is `name` itself. After it comes what the module that it belongs to
        re-exports under it, and so on; each of several possible ways is followed to its end, or to
        where a statement imports it from a module that is not there to be read.
        """
        return self._reach(name) or (name,)

    def step(self, name: QualifiedName) -> Targets:
        """Return what the module of `name` says that it is.

        Nothing where the module does not bind it, or lies outside the project; `own` for what
        is defined there. `imported` are those that can be followed no further: a package's
        `from .fast import fast` says nothing of what is in a module that is no source.
        """
        if len(name) > _LONGEST:
            return Targets([], [], is_certain=False)
        module, attributes = self.modules.split(name)
        if module and not attributes:
            # A package may bind the name of a submodule to something else.
            module, attributes = module.parent, (module.last,)
        if module and self.modules.surely_defines(module, attributes[0]):
            return Targets([], [module.child(*attributes)], is_certain=True)
        rest = attributes[1:]
        if module:
            for exports in self.modules.exports_of(module):
                if targets := exports.targets(attributes[0]):
                    own = module.child(attributes[0])
                    elsewhere = [target for target in targets.elsewhere if target != own]
                    ends = (t for t in targets.imported if not self.modules.is_module(t.parent))
                    return Targets(
                        [target.child(*rest) for target in elsewhere],
                        [target.child(*rest) for target in targets.own],
                        targets.is_certain,
                        frozenset(target.child(*rest) for target in ends),
                    )
        return Targets([], [], is_certain=True)

    def home(self, name: QualifiedName) -> QualifiedName | None:
        """Follow a name to the one module of the project that defines it; None if in doubt."""
        if name not in self._homes:
            self._homes[name] = self._find_home(name)
        return self._homes[name]

    def _find_home(self, name: QualifiedName) -> QualifiedName | None:
        seen: set[QualifiedName] = set()
        while name not in seen:
            seen.add(name)
            step = self.step(name)
            if not step.is_certain:
                return None
            if step.own:
                return step.own[0]
            if not step.elsewhere:
                return name if self.modules.file_of(name) is not None else None
            name = step.elsewhere[0]
            if name in step.imported:
                return None
        return None

    def kinds_of(self, name: QualifiedName) -> set[BindingKind]:
        """Return by what kinds of binding a name is defined at its home: a class, a function.

        Empty where its home is not certain or not in the project.
        """
        from flake8_ssot_engine.semantics.bindings import BindingKind  # what is read has them

        home = self.home(name)
        module, attributes = self.modules.split(home) if home else (QualifiedName(()), ())
        if len(attributes) != 1:
            return set()
        return {
            binding.kind
            for exports in self.modules.exports_of(module)[:1]
            for binding in exports.bindings_of(attributes[0])
            if binding.kind in (BindingKind.CLASS, BindingKind.FUNCTION)
        }

    def _reached_from(self, name: QualifiedName) -> tuple[QualifiedName, ...]:
        step = self.step(name)
        found = {name: None}
        for target in step.elsewhere:
            is_followed = target not in step.imported
            found.update(dict.fromkeys(self._reach(target) if is_followed else (target,)))
        found.update(dict.fromkeys(step.own))
        return tuple(found)
