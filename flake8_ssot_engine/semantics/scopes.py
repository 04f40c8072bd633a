"""Scopes: where names live, with Python's rule for finding one."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator

from flake8_ssot_engine.names import LOCALS
from flake8_ssot_engine.semantics.bindings import Binding
from flake8_ssot_engine.semantics.flow import Point


class ScopeKind(enum.Enum):
    """The kinds of scope (The Python Language Reference, "Execution model")."""

    MODULE = "module"
    """The file; its names are the module's attributes."""
    CLASS = "class"
    """Runs at once; its names are invisible to the functions inside it."""
    FUNCTION = "function"
    """Runs when called; a name bound anywhere in it is local everywhere in it."""
    LAMBDA = "lambda"
    """A function without statements."""
    COMPREHENSION = "comprehension"
    """A function that runs at once, or later for a generator expression."""
    TYPE_PARAMETERS = "type parameters"
    """Around a generic definition (PEP 695); sees the names of the class it stands in."""


_RUNS_LATER = frozenset({ScopeKind.FUNCTION, ScopeKind.LAMBDA})


class Scope:
    """One scope, filled by the binder and only read after that.

    `point` is when, in the parent, the scope is entered (for a function: is made). `bindings`
    maps a name to its bindings ; `stars` are the star imports. `globals` and `nonlocals`
    are the names declared so: they belong to the module, or to a function around this one.
    """

    __slots__ = (
        "bindings",
        "globals",
        "kind",
        "name",
        "node",
        "nonlocals",
        "parent",
        "point",
        "stars",
    )

    def __init__(
        self, kind: ScopeKind, name: str, node: ast.AST, parent: Scope | None, point: Point
    ) -> None:
        self.kind = kind
        self.name = name
        self.node = node
        self.parent = parent
        self.point = point
        self.bindings: dict[str, list[Binding]] = {}
        self.stars: list[Binding] = []
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()

    def __repr__(self) -> str:
        return f"Scope({self.kind.value} {'.'.join(self.path) or self.name})"

    @property
    def runs_later(self) -> bool:
        """Whether the body runs at another time than where it stands."""
        return self.kind in _RUNS_LATER or isinstance(self.node, ast.GeneratorExp)

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def path(self) -> tuple[str, ...]:
        """The parts that a name bound here has between its module's name and its own."""
        if self.parent is None:
            return ()
        if self.kind is ScopeKind.TYPE_PARAMETERS:
            return self.parent.path
        inner = () if self.kind is ScopeKind.CLASS else (LOCALS,)
        return (*self.parent.path, self.name, *inner)

    def within(self) -> Iterator[Scope]:
        """Yield this scope and then each one around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def owner_of(self, name: str, *, outside: bool = False) -> Scope | None:
        """Return the scope that `name`, used in this one, belongs to.

        With `outside`, the one it would belong to if this scope did not bind it.

        None where no scope binds it: then a star import or a builtin may. Class scopes are
        passed over except by the code directly in them and by their type parameters.
        """
        sees_class = True
        is_nonlocal = name in self.nonlocals
        for scope in self.within():
            if (scope.kind is not ScopeKind.CLASS or sees_class) and not (
                outside and scope is self
            ):
                if name in scope.globals:
                    return scope.module
                if name in scope.nonlocals:
                    sees_class = False
                    continue
                if name in scope.bindings and not (is_nonlocal and scope.parent is None):
                    return scope
            if scope.kind is not ScopeKind.TYPE_PARAMETERS:
                sees_class = False
        return None

    def position_of(self, inner: Scope, point: Point) -> Point:
        """Translate a point of `inner`, a scope within this one, to a point of this scope."""
        for scope in inner.within():
            if scope is self:
                break
            deferred = point.is_deferred or scope.runs_later or scope.point.is_deferred
            point = Point(scope.point.order, scope.point.branch, deferred)
        return point


def end_of(module: Scope) -> Point:
    """Return the point at which a module's statements have all run."""
    return Point(2**62, module.point.branch)
