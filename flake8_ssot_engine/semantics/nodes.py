"""Nodes: those of a tree that stand where something is spelled; most of a file is passed over."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from flake8_ssot_engine.source import SourceFile


def nodes_at(tree: ast.Module, source: SourceFile, offsets: Iterable[int]) -> Iterator[ast.AST]:
    """Yield the nodes that share a line with one of some offsets into the text, in no order."""
    lines = sorted({source.position(offset).line for offset in offsets})
    waiting: list[ast.AST] = [tree] if lines else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr):  # before Python 3.12, the lines in one are wrong
            yield from ast.walk(node)
        elif _is_on(node, lines):
            yield node
            waiting += ast.iter_child_nodes(node)


def _is_on(node: ast.AST, lines: list[int]) -> bool:
    last = getattr(node, "end_lineno", None)
    if last is None:
        return True
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(one.lineno for one in decorators)])  # type: ignore[attr-defined]
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] <= last
