"""Blocks: the rows of statements in a tree; expressions hold none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

BLOCKS = ("body", "orelse", "finalbody")
PARTS = ("handlers", "cases")
"""What of a statement has a block of its own, as its `body`."""


def blocks_of(node: ast.stmt | ast.Module) -> Iterator[list[ast.stmt]]:
    """Yield the blocks directly in a statement or module, but for empty ones."""
    for name in BLOCKS:
        if block := getattr(node, name, None):
            yield block
    for name in PARTS:
        yield from (part.body for part in getattr(node, name, ()))


def every_block(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """Yield every block, however deep, but for empty ones; in no order."""
    waiting: list[ast.stmt | ast.Module] = [tree]
    while waiting:
        for block in blocks_of(waiting.pop()):
            yield block
            waiting += block
