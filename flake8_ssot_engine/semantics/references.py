"""References: the places where code uses a name or an attribute chain."""

from __future__ import annotations

import ast
import enum
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.flow import Point

if TYPE_CHECKING:
    from flake8_ssot_engine.semantics.scopes import Scope


class Role(enum.Enum):
    """What a reference is used for."""

    CALL = "call"
    """It is the callee."""
    ARGUMENT = "argument"
    """It is, whole, an argument of a call; `Reference.call` is that call."""
    ANNOTATION = "annotation"
    """Somewhere within an annotation."""
    BASE_CLASS = "base class"
    """It is one of the bases of a class statement."""
    ISINSTANCE = "isinstance"
    """The class argument of `isinstance` or `issubclass`, or the class of a pattern."""
    ALIAS = "alias"
    """It is the whole value of an assignment to a name."""
    EXPORT = "export"
    """An entry of `__all__`."""
    STORE = "store"
    """An attribute of it is assigned to or deleted."""
    VALUE = "value"
    """Anything else."""


def root_of(node: ast.expr) -> ast.expr:
    """Return what an attribute chain starts with; a node that is no attribute is its own root."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


class Reference(NamedTuple):
    """A use of `name`, or of the attribute chain that starts with it.

    `node` is the whole chain (`Name` or `Attribute`); `attributes` are the parts after
    `name`, from left to right. `call` is the call that a CALL or ARGUMENT belongs to, and for
    an ANNOTATION the call that takes a type, if it is what it looks like (`cast("X", y)`).
    `is_quoted` says that it stands inside a string or a comment.
    """

    name: str
    attributes: tuple[str, ...]
    node: ast.expr
    scope: Scope
    point: Point
    role: Role
    call: ast.Call | None = None
    keyword: str | None = None
    is_quoted: bool = False

    def node_of(self, depth: int) -> ast.expr:
        """Return the node of the chain's first part and `depth` attributes after it."""
        node = self.node
        for _ in range(len(self.attributes) - depth):
            assert isinstance(node, ast.Attribute)
            node = node.value
        return node


class ReferenceIndex:
    """Finds which of some references, by their first part, a name or attribute chain is."""

    def __init__(self, references: Mapping[str, Sequence[Reference]]) -> None:
        self._references = references
        self._by_node: dict[str, dict[int, Reference]] = {}

    def at(self, node: ast.expr) -> Reference | None:
        """Return the reference that a node is; of those that share it the first."""
        root = root_of(node)
        if not isinstance(root, ast.Name):
            return None
        known = self._by_node.get(root.id)
        if known is None:
            every = reversed(self._references.get(root.id, ()))
            known = self._by_node[root.id] = {id(one.node): one for one in every}
        return known.get(id(node))
