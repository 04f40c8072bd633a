"""Pass 2: from a reference to the qualified names that it may stand for."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import TypeAlias

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding, BindingKind
from flake8_ssot_engine.semantics.flow import Point, reaching
from flake8_ssot_engine.semantics.references import Reference
from flake8_ssot_engine.semantics.scopes import Scope, ScopeKind

_BUILTINS = frozenset(dir(builtins))


PublicNames: TypeAlias = Callable[[QualifiedName], frozenset[str] | None]
"""Tells the names that `from module import *` brings; None where that cannot be known."""


class Candidate(NamedTuple):
    """One thing that a name may stand for, and the binding that says so (None: a builtin).

    `is_own` says that the file itself defines it, by whatever name it is used here.
    """

    name: QualifiedName
    binding: Binding | None
    is_own: bool = False


class Resolution(NamedTuple):
    """What a reference may stand for, in source order.

    Certain means: if the code runs without a NameError, it is this one name. No candidate
    at all means that nothing visible binds it.
    """

    candidates: tuple[Candidate, ...]
    is_certain: bool


class Resolver:
    """Resolves the references of one file; `module` is the file's own name.

    `need_bindings` hears of each name that is asked for: it may know that not all is there.
    """

    def __init__(
        self,
        module: QualifiedName,
        *,
        public_names: PublicNames = lambda module: None,
        follows_aliases: bool = True,
        need_bindings: Callable[[str], None] = lambda name: None,
    ) -> None:
        self._need_bindings = need_bindings
        self.module = module
        self.public_names = public_names
        self.follows_aliases = follows_aliases

    def resolve(self, reference: Reference) -> Resolution:
        """Resolve a whole attribute chain."""
        root = self.resolve_root(reference)
        if not reference.attributes:
            return root
        candidates = tuple(
            candidate._replace(name=candidate.name.child(*reference.attributes))
            for candidate in root.candidates
        )
        return root._replace(candidates=candidates)

    def resolve_root(self, reference: Reference) -> Resolution:
        """Resolve the name that the chain starts with."""
        return self.look_up(reference.name, reference.scope, reference.point)

    def look_up(
        self, name: str, scope: Scope, point: Point, seen: frozenset[int] = frozenset()
    ) -> Resolution:
        """Resolve `name`, used at `point` of `scope`."""
        self._need_bindings(name)
        live, shows_through = visible_bindings(name, scope, point, self._stars_of(name, scope))
        found: dict[QualifiedName, Candidate] = {}
        certain = True
        for binding in live:
            meaning = self.meaning(binding, name, seen)
            certain = certain and meaning.is_certain
            for candidate in meaning.candidates:
                found.setdefault(candidate.name, candidate)
        if shows_through and name in _BUILTINS:
            built_in = QualifiedName(("builtins", name))
            found.setdefault(built_in, Candidate(built_in, None))
        return Resolution(tuple(found.values()), certain and len(found) == 1)

    def bindings_behind(self, name: str, scope: Scope, point: Point) -> list[Binding]:
        """Return the bindings of `name` that may be in force at `point` of `scope`."""
        self._need_bindings(name)
        return visible_bindings(name, scope, point, self._stars_of(name, scope))[0]

    def meaning(self, binding: Binding, name: str, seen: frozenset[int]) -> Resolution:
        """Return what one binding makes `name` stand for."""
        if not binding.binds:
            return Resolution((), True)
        if binding.kind is BindingKind.STAR_IMPORT:
            if binding.target is None:
                return Resolution((), False)
            if binding.name == name:  # the names of the module are known, and this is one
                return Resolution((Candidate(binding.target, binding),), True)
            if name.startswith("_"):
                return Resolution((), False)
            return Resolution((Candidate(binding.target.child(name), binding),), False)
        if binding.kind in IMPORTS and binding.target is not None:
            return Resolution((Candidate(binding.target, binding),), True)
        value = binding.value
        if value is not None and self.follows_aliases and id(binding) not in seen:
            root = self.look_up(value.name, value.scope, value.point, seen | {id(binding)})
            if root.candidates:
                return Resolution(
                    tuple(
                        Candidate(
                            candidate.name.child(*value.attributes), binding, candidate.is_own
                        )
                        for candidate in root.candidates
                    ),
                    root.is_certain,
                )
        return Resolution((Candidate(self.name_of(binding), binding, is_own=True),), True)

    def _stars_of(self, name: str, scope: Scope) -> list[Binding]:
        """Return the star imports that may bind `name`; those that do for sure under that name."""
        found = []
        for star in scope.module.stars:
            known = None if star.target is None else self.public_names(star.target)
            if known is None:
                found.append(star)
            elif name in known and star.target is not None:
                found.append(star._replace(name=name, target=star.target.child(name)))
        return found

    def name_of(self, binding: Binding) -> QualifiedName:
        """Return the qualified name of the binding itself, whatever it stands for."""
        return self.module.child(*binding.scope.path, binding.name)


def visible_bindings(
    name: str, scope: Scope, point: Point, stars: list[Binding]
) -> tuple[list[Binding], bool]:
    """Return the bindings of `name` that may be in force, and whether builtins show through.

    `stars` are the star imports that may bind it.

    A name of a function is never looked for elsewhere, even where it is still unbound; one of
    a class body is looked for among the globals next (the LOAD_NAME instruction).
    """
    module = scope.module
    owner = scope.owner_of(name) or module
    bindings = owner.bindings.get(name, [])
    if owner is module:
        bindings = bindings + stars
    live, is_bound = reaching(bindings, owner.position_of(scope, point))
    if is_bound or owner.kind not in (ScopeKind.MODULE, ScopeKind.CLASS):
        return live, False
    if owner is module:
        return live, True
    outer, shows_through = visible_bindings(name, module, module.position_of(scope, point), stars)
    return outer + live, shows_through
