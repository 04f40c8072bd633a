"""ScopeBuilder: the state of a walk over a tree, and the steps that record what it meets."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.annotations import TypeComment
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.flow import Branch, Point, Region
from flake8_ssot_engine.semantics.references import Reference, Role
from flake8_ssot_engine.semantics.scopes import Scope, ScopeKind

_LATER = frozenset({Role.ANNOTATION, Role.EXPORT})
"""What is looked up at a time unknown, once the module has run."""


class ScopeBuilder:
    """Collects scopes, bindings and references; the walk itself is in the subclasses.

    `package` is what relative imports start from, None where it is unknown. What the text of
    the file does not spell is not looked for in the tree.
    """

    handlers: ClassVar[dict[str, Callable[..., Any]]] = {}
    """The `visit_…` methods of the class, by the name of the node class."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        methods = (name for name in dir(cls) if name.startswith("visit_") and name[6].isupper())
        cls.handlers = {name.removeprefix("visit_"): getattr(cls, name) for name in methods}

    def __init__(
        self,
        tree: ast.Module,
        package: QualifiedName | None,
        text: str,
        *,
        type_comments: dict[int, TypeComment] | None = None,
    ) -> None:
        self.package = package
        self.has_walrus = ":=" in text
        self.has_outward = "global" in text or "nonlocal" in text
        self.type_comments = type_comments or {}
        self.branch = Branch(None, Region.ROOT)
        self.order = 0
        self.constructs = 0
        self.scope = Scope(ScopeKind.MODULE, "<module>", tree, None, self.now())
        self.scopes = [self.scope]
        self.references: dict[str, list[Reference]] = {}
        self.class_name: str | None = None
        self._nonlocal: list[Binding] = []

    # --- time and place

    def now(self, *, deferred: bool = False) -> Point:
        """Return the next point of the current scope."""
        self.order += 1
        return Point(self.order, self.branch, deferred)

    def new_construct(self) -> int:
        """Return a number for a construct whose arms exclude one another."""
        self.constructs += 1
        return self.constructs

    @contextmanager
    def region(self, region: Region, construct: int = 0, arm: int = 0) -> Iterator[None]:
        """Walk inside a conditional region of the current scope."""
        outer = self.branch
        self.branch = Branch(outer, region, construct, arm)
        try:
            yield
        finally:
            self.branch = outer

    @contextmanager
    def inside(self, kind: ScopeKind, name: str, node: ast.AST) -> Iterator[Scope]:
        """Walk inside a new scope."""
        outer, outer_branch, outer_class = self.scope, self.branch, self.class_name
        self.scope = Scope(kind, name, node, outer, self.now())
        self.scopes.append(self.scope)
        self.branch = Branch(None, Region.ROOT)
        if kind is ScopeKind.CLASS:
            self.class_name = name
        try:
            yield self.scope
        finally:
            self.scope, self.branch, self.class_name = outer, outer_branch, outer_class

    # --- what is met

    def mangle(self, name: str) -> str:
        """Return `name` as a class body stores it ("Private name mangling")."""
        if self.class_name is None or not name.startswith("__") or name.endswith("__"):
            return name
        prefix = self.class_name.lstrip("_")
        return f"_{prefix}{name}" if prefix else name

    def bind(
        self,
        name: str,
        kind: BindingKind,
        node: ast.AST,
        *,
        target: QualifiedName | None = None,
        imported: QualifiedName | None = None,
        value: Reference | None = None,
        statement: ast.stmt | None = None,
    ) -> None:
        """Record that `name` gets a meaning here."""
        name = self.mangle(name)
        self._record(
            Binding(name, kind, node, self.scope, self.now(), target, imported, value, statement)
        )

    def bind_walrus(self, name: str, node: ast.AST) -> None:
        """Record an assignment expression, in the scope around any comprehension (PEP 572)."""
        name = self.mangle(name)
        here = self.scope
        owner = here
        while owner.kind is ScopeKind.COMPREHENSION and owner.parent is not None:
            owner = owner.parent
        point = owner.position_of(here, self.now())
        self._record(Binding(name, BindingKind.WALRUS, node, owner, point))

    def _record(self, binding: Binding) -> None:
        """Give a binding to the scope that owns its name."""
        here = binding.scope
        if binding.name in here.nonlocals:
            self._nonlocal.append(binding)
            return
        if binding.name in here.globals and here.parent is not None:
            binding = _moved(binding, here.module)
        binding.scope.bindings.setdefault(binding.name, []).append(binding)

    def settle_nonlocals(self) -> None:
        """Place the bindings of `nonlocal` names; they may stand above the name they rebind."""
        for binding in self._nonlocal:
            owner = binding.scope.owner_of(binding.name)
            if owner is not None:  # else Python refuses the file
                owner.bindings[binding.name].append(_moved(binding, owner))

    def refer(
        self,
        node: ast.expr,
        role: Role,
        *,
        call: ast.Call | None = None,
        keyword: str | None = None,
        quoted: bool = False,
    ) -> Reference | None:
        """Record a use of a name or of an attribute chain; None if `node` is neither."""
        root: ast.expr = node
        attributes: list[str] = []
        while isinstance(root, ast.Attribute):
            attributes.append(root.attr)
            root = root.value
        if not isinstance(root, ast.Name):
            return None
        name = self.mangle(root.id)
        attributes.reverse()
        point = self.now(deferred=role in _LATER)
        reference = Reference(
            name, tuple(attributes), node, self.scope, point, role, call, keyword, quoted
        )
        self.references.setdefault(name, []).append(reference)
        return reference


def _moved(binding: Binding, owner: Scope) -> Binding:
    """Return `binding` as `owner` sees it: it happens when some inner function is called."""
    point = owner.position_of(binding.scope, binding.point)._replace(is_deferred=True)
    return binding._replace(scope=owner, point=point)
