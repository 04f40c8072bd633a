"""Bindings: the ways in which Python code gives a name a meaning."""

from __future__ import annotations

import ast
import enum
from typing import TYPE_CHECKING

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.flow import Point

if TYPE_CHECKING:
    from flake8_ssot_engine.semantics.references import Reference
    from flake8_ssot_engine.semantics.scopes import Scope


class BindingKind(enum.Enum):
    """Why a name is bound; each kind exists because some verdict depends on it."""

    IMPORT = "import"
    """`import a`, `import a.b as c`: the name stands for the module itself."""
    SUBMODULE_IMPORT = "submodule import"
    """`import a.b`: binds `a` only, while `a.b` becomes reachable through it."""
    FROM_IMPORT = "from import"
    """`from a import b as c`: stands for an attribute or a submodule of `a`."""
    STAR_IMPORT = "star import"
    """`from a import *`: may bind any public name, so it makes every look-up uncertain. Where
    the names of `a` are known, the resolver gives each a binding of its own in its place."""
    FUNCTION = "function"
    """`def`: a definition has a qualified name of its own."""
    CLASS = "class"
    """`class`: as a function, and its scope is hidden from the functions inside it."""
    ALIAS = "alias"
    """`x = a.b`: the whole value is a name or an attribute chain, so `x` means the same."""
    ASSIGNMENT = "assignment"
    """Any other assignment: the value is not followed."""
    WALRUS = "assignment expression"
    """`(x := …)`: binds outside the comprehension that it stands in (PEP 572)."""
    LOOP = "loop variable"
    """The target of `for`; lives on after the loop."""
    COMPREHENSION = "comprehension variable"
    """The target of `for` in a comprehension; seen only inside it."""
    WITH = "`with` variable"
    """The target of `with … as`."""
    EXCEPTION = "`except` variable"
    """`except E as x`: unbound again at the end of its handler."""
    CAPTURE = "`match` capture"
    """A name in a pattern (PEP 634)."""
    PARAMETER = "parameter"
    """Bound whenever the function runs; always hides an outer name."""
    TYPE_PARAMETER = "type parameter"
    """`def f[T]`, `class C[T]`, `type A[T]` (PEP 695): a scope of its own."""
    TYPE_ALIAS = "type alias"
    """`type A = …` (PEP 695): the value is evaluated lazily, so it is not an alias of it."""
    DECLARATION = "declaration"
    """`x: int` without a value: makes the name local and binds nothing."""
    DELETION = "deletion"
    """`del x`, and the end of an `except … as x`: what was bound is gone."""


_BINDS_NOTHING = frozenset({BindingKind.DECLARATION, BindingKind.DELETION})
ANY_NAME = "*"
"""What a star import binds, as far as its own file can tell."""
IMPORTS = frozenset({BindingKind.IMPORT, BindingKind.SUBMODULE_IMPORT, BindingKind.FROM_IMPORT})


class Binding(NamedTuple):
    """One place where a name gets a meaning.

    `node` carries the position: the alias of an import, the target of an assignment, the
    statement of a definition. `target` is what an import stands for (None for the rest, and
    for a relative import that climbs out of its package); `imported` is the module that the
    statement loads, longer than `target` for a submodule import. `value` is the reference
    that an alias repeats. `scope` owns the name; `point` says when, within that scope, the
    binding takes place.
    """

    name: str
    kind: BindingKind
    node: ast.AST
    scope: Scope
    point: Point
    target: QualifiedName | None = None
    imported: QualifiedName | None = None
    value: Reference | None = None
    statement: ast.stmt | None = None

    @property
    def overwrites(self) -> bool:
        """Whether it ends the binding before it."""
        return self.kind is not BindingKind.DECLARATION and self.name != ANY_NAME

    @property
    def binds(self) -> bool:
        """Whether the name stands for something afterwards."""
        return self.kind not in _BINDS_NOTHING

    @property
    def is_confined(self) -> bool:
        """Whether it is undone at the end of its region."""
        return self.kind is BindingKind.EXCEPTION
