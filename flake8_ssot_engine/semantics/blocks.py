"""Blocks: the rows of statements in a tree; expressions hold none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

BLOCKS = ("body", "orelse", "finalbody")
PARTS = ("handlers", "cases")
"""What of a statement has a block of its own, as its `body`."""
_KINDS: list[type[ast.AST]] = [ast.Module, *ast.stmt.__subclasses__()]
_HOLDING = {kind: tuple(n for n in (*BLOCKS, *PARTS) if n in kind._fields) for kind in _KINDS}


def blocks_of(node: ast.stmt | ast.Module) -> Iterator[list[ast.stmt]]:
    """Yield the blocks directly in a statement or module, but for empty ones."""
    for name in _HOLDING[type(node)]:
        found = getattr(node, name)
        if name in PARTS:
            yield from (part.body for part in found)
        elif found:
            yield found


def every_block(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """Yield every block, however deep, but for empty ones; each before those within it."""
    waiting: list[ast.stmt | ast.Module] = [tree]
    while waiting:
        for block in blocks_of(waiting.pop()):
            yield block
            waiting += [statement for statement in block if _HOLDING[type(statement)]]


def first_line(statement: ast.stmt) -> int:
    """Return the line on which a statement begins, with its decorators."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
