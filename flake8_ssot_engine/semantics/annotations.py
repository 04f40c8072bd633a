"""Types in text: the names inside string annotations and type comments (PEP 484)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.references import root_of
from flake8_ssot_engine.semantics.tokens import comments_in

_MOST = 10_000
"""Characters from which on a text is no type."""
_TYPE_COMMENT = re.compile(r"#[ \t]*type:[ \t]*(?!ignore\b)(?P<type>[^#\r\n]+)")


class TypeComment(NamedTuple):
    """The text of a `# type:` comment; `column` is where it starts, in UTF-8 bytes."""

    text: str
    column: int


def type_comments(source: str) -> dict[int, TypeComment]:
    """Return the type comments of a file by line (from 1), those that ignore errors left out."""
    if _TYPE_COMMENT.search(source) is None:
        return {}
    found: dict[int, TypeComment] = {}
    try:
        for token in comments_in(source):
            match = _TYPE_COMMENT.match(token.string)
            if match is not None:
                before = token.line[: token.start[1]] + token.string[: match.start("type")]
                column = len(before.encode("utf-8", "surrogatepass"))
                found[token.start[0]] = TypeComment(match["type"].rstrip(), column)
    except SourceError:
        pass
    return found


def names_in_comment(comment: TypeComment, line: int) -> Iterator[ast.expr]:
    """Yield the names and attribute chains of a type comment on `line`, at their place."""
    for mode in ("func_type", "eval"):
        try:
            tree = ast.parse(comment.text, mode=mode)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for part in _chains(tree):
            _shift(part, line, comment.column)
            yield part
        return


def names_in_string(node: ast.Constant) -> Iterator[ast.expr]:
    """Yield the names and attribute chains of a string annotation, at their place in the file.

    Where the literal is one plain piece (no escapes, one line) each name has its own
    position; otherwise each has the whole literal's. A string that is no expression has none.
    """
    text = node.value
    assert isinstance(text, str)
    if not text.strip() or len(text) > _MOST:
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
        if is_plain:
            _shift(part, node.lineno, node.col_offset + 1 + lead)
        else:
            for piece in ast.walk(part):
                ast.copy_location(piece, node)
        if isinstance(part, ast.Constant):  # a quote within the quote
            yield from names_in_string(part)
        else:
            yield part


def _shift(part: ast.expr, line: int, column: int) -> None:
    """Move an expression that was parsed from a text of its own to where it stands."""
    for piece in ast.walk(part):
        if isinstance(piece, ast.expr):
            piece.lineno = piece.end_lineno = line
            piece.col_offset += column
            piece.end_col_offset = (piece.end_col_offset or 0) + column


def _chains(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the outermost names and attribute chains of an expression, and its strings."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(root_of(node), ast.Name):
            yield node
        elif isinstance(node, ast.Subscript) and last_name(node.value) == "Literal":
            stack.append(node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        else:
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def last_name(node: ast.expr) -> str:
    """Return the rightmost part of a name or attribute chain; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
