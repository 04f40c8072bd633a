"""Re-exports: the names under which one thing is known in the modules of a project."""

from __future__ import annotations

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.cycles import AcyclicMemo
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.semantics.bindings import BindingKind


class Reexports:
    """Follows names from module to module, as far as the files on disk tell."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self._reach: AcyclicMemo[QualifiedName, tuple[QualifiedName, ...]]
        self._reach = AcyclicMemo(self._reached_from, ())

    def reach(self, name: QualifiedName) -> tuple[QualifiedName, ...]:
        """Return every name that `name` may stand for, in the order in which they are met.

        The first is `name` itself. After it comes what the module that it belongs to
        re-exports under it, and so on; each of several possible ways is followed to its end.
        """
        return self._reach(name) or (name,)

    def step(self, name: QualifiedName) -> tuple[list[QualifiedName], bool]:
        """Return what the module of `name` says that it is, and whether that is certain.

        Nothing where it is defined there, is a module, or lies outside the project.
        """
        module, attributes = self.modules.split(name)
        if not module:
            return [], True
        if not attributes:
            # A package may bind the name of a submodule to something else.
            module, attributes = module.parent, (module.last,)
            if not module:
                return [], True
        for exports in self.modules.exports_of(module):
            targets, is_certain = exports.targets(attributes[0])
            if targets:
                own = module.child(attributes[0])
                moved = [target.child(*attributes[1:]) for target in targets if target != own]
                return moved, is_certain
        return [], True

    def home(self, name: QualifiedName) -> QualifiedName | None:
        """Follow a name to the one module of the project that defines it; None if in doubt."""
        seen = {name}
        while True:
            steps, is_certain = self.step(name)
            if not is_certain or len(steps) > 1:
                return None
            if not steps:
                module, attributes = self.modules.split(name)
                return name if module and self._is_defined(module, attributes) else None
            name = steps[0]
            if name in seen:
                return None
            seen.add(name)

    def kinds_of(self, name: QualifiedName) -> set[BindingKind]:
        """Return by what kinds of binding a name is defined at its home: a class, a function.

        Empty where its home is not certain or not in the project.
        """
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

    def _is_defined(self, module: QualifiedName, attributes: tuple[str, ...]) -> bool:
        if not attributes:
            return self.modules.file_of(module) is not None
        return any(exports.targets(attributes[0])[0] for exports in self.modules.exports_of(module))

    def _reached_from(self, name: QualifiedName) -> tuple[QualifiedName, ...]:
        found = {name: None}
        for target in self.step(name)[0]:
            found.update(dict.fromkeys(self._reach(target)))
        return tuple(found)
