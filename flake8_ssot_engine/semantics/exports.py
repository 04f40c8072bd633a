"""Exports: what the names of a module stand for once it has run."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import cached_property, partial

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.binder import Binder
from flake8_ssot_engine.semantics.bindings import ANY_NAME, Binding, BindingKind
from flake8_ssot_engine.semantics.flow import reaching
from flake8_ssot_engine.semantics.lazy_exports import bound_as, lazy_exports
from flake8_ssot_engine.semantics.public_list import NAME, PublicList, public_list
from flake8_ssot_engine.semantics.references import ReferenceIndex, root_of
from flake8_ssot_engine.semantics.resolver import Candidate, PublicNames, Resolver
from flake8_ssot_engine.semantics.scopes import Scope, end_of
from flake8_ssot_engine.semantics.targets import Targets
from flake8_ssot_engine.semantics.words import HOOK

_BINDS_FROM_INSIDE = re.compile(r"(?:^|[;:])[ \t]*global[ \t\\]|:=", re.MULTILINE)
"""What binds names of the module from inside its functions and expressions."""


_FROM_MODULES = frozenset({BindingKind.FROM_IMPORT, BindingKind.STAR_IMPORT})


class Exports:
    """The names of one module, without its tree: it is kept for as long as a run lasts.

    `package` is what the module's relative imports start from. `public_names` tells what the
    star imports in it bring.
    """

    def __init__(
        self,
        tree: ast.Module,
        text: str,
        module: QualifiedName,
        package: QualifiedName,
        public_names: PublicNames,
    ) -> None:
        self.module = module
        self._public_names = public_names
        self._resolver = Resolver(module, public_names=public_names)
        binder: Binder
        if HOOK in text:
            binder = Binder(tree, package, text)
        elif "global" in text or ":=" in text:
            lines = [
                text.count("\n", 0, match.end()) + 1 for match in _BINDS_FROM_INSIDE.finditer(text)
            ]
            is_countable = text.count("\r") == text.count("\r\n")
            binder = _Partial(tree, package, text)
            binder.lines = lines if is_countable else None
        else:
            binder = _Outline(tree, package, text)
        binder.visit_module(tree)
        self._scope = binder.scopes[0]
        self._package = package
        self._listed = public_list(tree.body) if NAME in text else None
        has_hook = HOOK in text and HOOK in self._scope.bindings
        self._hook = (tree, binder) if has_hook else None
        if not has_hook:
            _forget_tree(self._scope)

    @property
    def is_open(self) -> bool:
        """Whether the module may have names that no statement in it binds."""
        return bool(self._scope.stars) or HOOK in self._scope.bindings

    def stars(self) -> list[QualifiedName]:
        """Return the modules that are imported whole, by `*`."""
        return [star.target for star in self._scope.stars if star.target is not None]

    def names(self) -> list[str]:
        """Return the names that the module binds by itself, in source order."""
        return [name for name in self._scope.bindings if self.bindings_of(name)]

    def bindings_of(self, name: str) -> list[Binding]:
        """Return the bindings of `name` that may be in force at the end (without their nodes)."""
        live, _ = reaching(self._scope.bindings.get(name, []), end_of(self._scope))
        return [binding for binding in live if binding.binds]

    def targets(self, name: str) -> Targets:
        """Return what the module's attribute `name` may stand for."""
        candidates, is_certain = self._bound_as(name)
        elsewhere = [candidate.name for candidate in candidates if not candidate.is_own]
        own = [candidate.name for candidate in candidates if candidate.is_own]
        if not candidates and name in self._lazy:
            elsewhere = self._lazy[name]
            return Targets(elsewhere, own, len(elsewhere) == 1)
        imported = (c.name for c in candidates if c.binding and c.binding.kind in _FROM_MODULES)
        return Targets(elsewhere, own, is_certain, frozenset(imported))

    def lazy_names(self) -> list[str]:
        """Return the names that the module's `__getattr__` is seen to answer to."""
        return list(self._lazy)

    @cached_property
    def _lazy(self) -> dict[str, list[QualifiedName]]:
        found: dict[str, list[QualifiedName]] = {}
        if self._hook is not None:
            tree, binder = self._hook
            for lazy in lazy_exports(
                tree,
                self._package,
                partial(bound_as, ReferenceIndex(binder.references), self._resolver),
            ):
                found.setdefault(lazy.name, []).append(lazy.target)
        return found

    def public(self) -> frozenset[str] | None:
        """Return the names that a star import of the module brings; None if that is unknown."""
        if self._listed is not None:
            names, others = set(self._listed.names), self._listed_modules(self._listed)
            if not self._listed.is_whole:
                return None
        else:
            names = {name for name in self.names() if name != ANY_NAME}
            others = [star.target for star in self._scope.stars]
        for other in others:
            known = None if other is None else self._public_names(other)
            if known is None:
                return None
            names |= known
        if self._listed is None:
            names = {n for n in names if not n.startswith("_") and not self._is_gone(n)}
        return frozenset(names)

    def _is_gone(self, name: str) -> bool:
        """Whether the module deletes a name that a star import brought before."""
        return name in self._scope.bindings and not self._bound_as(name)[0]

    def _bound_as(self, name: str) -> tuple[list[Candidate], bool]:
        """Return what statements of the module make a name stand for; no hook, no builtin."""
        found = self._resolver.look_up(name, self._scope, end_of(self._scope))
        return [c for c in found.candidates if c.binding is not None], found.is_certain

    def listed_names(self) -> list[str] | None:
        """Return the names that `__all__` spells out; None where there is no `__all__`."""
        return None if self._listed is None else self._listed.names

    def _listed_modules(self, listed: PublicList) -> list[QualifiedName | None]:
        """Return the modules whose lists are added: `sub.__all__`.

        A submodule is an attribute of its package once anything has imported it, bound or not.
        """
        found: list[QualifiedName | None] = []
        for node in listed.others:
            root = root_of(node)
            if not isinstance(root, ast.Name):
                found.append(None)
                continue
            tail = ast.unparse(node).split(".")[1:]
            targets = self.targets(root.id).elsewhere
            start = targets[0] if targets else self._package.child(root.id)
            found.append(start.child(*tail))
        return found


class _Partial(Binder):
    """Looks into those functions and classes only that bind names of the module.

    `lines` are where something does, from 1; None where that is not known.
    """

    lines: Sequence[int] | None = None

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if self._binds_outside(node):
            super().visit_FunctionDef(node)
        else:
            self.bind_definition(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if self._binds_outside(node):
            super().visit_ClassDef(node)
        else:
            self.bind_definition(node)

    def _binds_outside(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
        if self.lines is None:
            return True
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        return any(first <= line <= (node.end_lineno or first) for line in self.lines)


class _Outline(_Partial):
    """Binds what the statements of a module bind, and looks into nothing that they hold."""

    lines: Sequence[int] | None = ()

    def visit_expression(self, node: ast.AST | None, *_: object) -> None: ...


def _forget_tree(module: Scope) -> None:
    nothing = ast.Pass()
    module.node = nothing
    for bindings in module.bindings.values():
        bindings[:] = [b._replace(node=nothing, statement=None) for b in bindings]
