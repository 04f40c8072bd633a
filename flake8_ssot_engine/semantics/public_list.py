"""`__all__`: the names that a module lists as its public ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_ssot_engine.records import NamedTuple

NAME = "__all__"


class PublicList(NamedTuple):
    """What the statements about `__all__` say, in source order.

    `entries` are the strings, `others` the lists that are added to it (`sub.__all__`).
    `is_whole` is False where something else is added or taken away.
    """

    entries: tuple[ast.Constant, ...]
    others: tuple[ast.expr, ...]
    is_whole: bool

    @property
    def names(self) -> list[str]:
        """The names that are spelled out."""
        return [entry.value for entry in self.entries if isinstance(entry.value, str)]


def public_list(body: Sequence[ast.stmt]) -> PublicList | None:
    """Read every statement about `__all__` in a module's body; None if there is none."""
    entries: list[ast.Constant] = []
    others: list[ast.expr] = []
    is_whole, is_found = True, False
    for statement in _statements(body):
        value = _value_of(statement)
        if value is None:
            continue
        is_found = True
        stack = [value]
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
                stack.extend(reversed(node.elts))
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                stack += [node.right, node.left]
            elif isinstance(node, ast.Starred):
                stack.append(node.value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                entries.append(node)
            elif isinstance(node, ast.Attribute) and node.attr == NAME:
                others.append(node.value)
            elif _is_copy(node):
                stack += node.args  # type: ignore[attr-defined]
            else:
                is_whole = is_whole and isinstance(node, ast.Name) and node.id == NAME
    return PublicList(tuple(entries), tuple(others), is_whole) if is_found else None


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run with the module, those of `if`, `try` and kin included."""
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, (ast.expr, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _value_of(statement: ast.stmt) -> ast.expr | None:
    """Return what a statement puts into `__all__`; None if it is about something else."""
    if isinstance(statement, ast.Assign):
        return statement.value if any(map(_is_all, statement.targets)) else None
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        return statement.value if _is_all(statement.target) else None
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return None
    call = statement.value
    if not isinstance(call.func, ast.Attribute) or not _is_all(call.func.value):
        return None
    is_adding = call.func.attr in {"append", "extend"} and len(call.args) == 1
    return call.args[0] if is_adding else call


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == NAME


def _is_copy(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"list", "sorted", "tuple"}
        and len(node.args) == 1
    )
