"""Forward references: the names inside a string annotation (PEP 484)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_ssot_engine.semantics.references import root_of


def parse_annotation(node: ast.Constant) -> Iterator[ast.expr]:
    """Yield the names and attribute chains of a string annotation, at their place in the file.

    Where the literal is one plain piece (no escapes, one line) each name has its own
    position; otherwise each has the whole literal's. A string that is no expression has none.
    """
    text = node.value
    assert isinstance(text, str)
    if not text.strip() or len(text) > 10_000:
        return
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lead = len(text) - len(text.lstrip())
    width = (node.end_col_offset or 0) - node.col_offset
    quotes = width - len(text.encode("utf-8", "surrogatepass"))
    # `"x"` is two longer than its value; a prefix, triple quotes or an escape make it more,
    # and then the literal's start alone is certain.
    is_plain = node.lineno == node.end_lineno and quotes == 2 and "\n" not in text
    for part in _chains(tree):
        for piece in ast.walk(part):
            if not isinstance(piece, ast.expr):
                continue
            if is_plain:
                piece.lineno = piece.end_lineno = node.lineno
                piece.col_offset += node.col_offset + 1 + lead
                piece.end_col_offset = (piece.end_col_offset or 0) + node.col_offset + 1 + lead
            else:
                ast.copy_location(piece, node)
        yield part


def _chains(tree: ast.expr) -> Iterator[ast.expr]:
    """Yield the outermost names and attribute chains of an expression."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(root_of(node), ast.Name):
            yield node
        elif isinstance(node, ast.Subscript) and last_name(node.value) == "Literal":
            stack.append(node.value)
        else:
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def last_name(node: ast.expr) -> str:
    """Return the rightmost part of a name or attribute chain; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
