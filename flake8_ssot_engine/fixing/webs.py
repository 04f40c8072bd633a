"""Webs: the bindings of a name that some use sees together, with those uses.

(The term is that of compilers: overlapping def-use chains.) They are renamed together or not
at all, and what is in another web of the same name is something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.bindings import ANY_NAME, Binding, BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.references import Reference
from flake8_ssot_engine.semantics.scopes import Scope

_OF_PACKAGES = frozenset({BindingKind.IMPORT, BindingKind.SUBMODULE_IMPORT})
"""`import a.b` and `import a.c` bind one and the same `a`, and each adds to it."""

BindingKey = tuple[int, BindingKind]


def key_of(binding: Binding) -> BindingKey:
    """Return what tells a binding from every other of its file."""
    return id(binding.node), binding.kind


class Web:
    """Some bindings of `name` and the references that may mean them, in source order.

    `is_exported` says that the module's attribute of that name is bound by one of them.
    """

    # No dataclass, as in engine/planning/repairs.py.
    __slots__ = ("bindings", "is_exported", "name", "references")

    def __init__(self, name: str) -> None:
        self.name = name
        self.bindings: list[Binding] = []
        self.references: list[Reference] = []
        self.is_exported = False

    @property
    def scopes(self) -> list[Scope]:
        """The scopes that own its bindings: one, unless a class body sees two."""
        found: list[Scope] = []
        for binding in self.bindings:
            if binding.kind is not BindingKind.STAR_IMPORT and binding.scope not in found:
                found.append(binding.scope)
        return found

    @property
    def stars(self) -> list[Binding]:
        """The star imports that may bind the name too."""
        return [b for b in self.bindings if b.kind is BindingKind.STAR_IMPORT]


class Webs:
    """The webs of one file, made name by name."""

    def __init__(self, model: SemanticModel) -> None:
        self._model = model
        self._by_binding: dict[str, dict[BindingKey, Web]] = {}

    def of(self, binding: Binding) -> Web:
        """Return the web that a binding belongs to."""
        return self._named(binding.name)[key_of(binding)]

    def by_star(self, star: Binding, name: str) -> Web | None:
        """Return the web of a name that a star import may bring; None if nothing sees it."""
        return self._named(name).get(key_of(star))

    def _named(self, name: str) -> dict[BindingKey, Web]:
        if name not in self._by_binding:
            self._by_binding[name] = self._find(name)
        return self._by_binding[name]

    def _find(self, name: str) -> dict[BindingKey, Web]:
        found: dict[BindingKey, Web] = {}

        def join(bindings: list[Binding]) -> Web:
            web = Web(name)
            for binding in bindings:
                other = found.get(key_of(binding))
                if other is web:
                    continue
                if other is None:
                    web.bindings.append(binding)
                    found[key_of(binding)] = web
                    continue
                web.bindings += other.bindings
                web.references += other.references
                web.is_exported |= other.is_exported
                found.update((key_of(b), web) for b in other.bindings)
            return web

        packages: dict[tuple[int, QualifiedName | None], list[Binding]] = {}
        for binding in self._model.bindings_of(name):
            join([binding])
            if binding.kind in _OF_PACKAGES:
                packages.setdefault((id(binding.scope), binding.target), []).append(binding)
        for bindings in packages.values():
            join(bindings)
        for reference in self._model.references_to([name]):
            live = self._model.bindings_behind(reference)
            if live:
                join(live).references.append(reference)
        at_end = self._model.bindings_at_end(name)
        if at_end:
            join(at_end).is_exported = True
        for web in {id(web): web for web in found.values()}.values():
            web.bindings.sort(key=lambda binding: binding.point.order)
            web.references.sort(key=lambda reference: reference.point.order)
        return found


def scopes_from(inner: Scope, outer: Scope) -> Iterator[Scope]:
    """Yield the scopes around `inner`, itself first, up to `outer`, which is left out."""
    for scope in inner.within():
        if scope is outer:
            return
        yield scope


def is_star(binding: Binding) -> bool:
    """Whether a binding stands for a star import, whatever name it is taken for."""
    return binding.kind is BindingKind.STAR_IMPORT or binding.name == ANY_NAME
