"""Constants: the text that an expression has for sure."""

from __future__ import annotations

import ast

from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.bindings import BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel


class Text(NamedTuple):
    """A text, and the expression that it is written in."""

    node: ast.expr
    text: str


def text_of(model: SemanticModel, node: ast.expr) -> Text | None:
    """Return the text that an expression has for sure, and where it is written.

    Of a constant that a name is bound to that is the constant; of a text that is put
    together it is the expression.
    """
    if isinstance(node, ast.Constant):
        return Text(node, node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.Name) and node.id == "__name__":
        return Text(node, str(model.module))
    if isinstance(node, ast.Name):
        return _text_of_name(model, node)
    if isinstance(node, ast.JoinedStr):
        parts = [text_of(model, _inner(part)) for part in node.values]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [text_of(model, node.left), text_of(model, node.right)]
    else:
        return None
    texts = [part.text for part in parts if part is not None]
    return Text(node, "".join(texts)) if len(texts) == len(parts) else None


def _text_of_name(model: SemanticModel, node: ast.Name) -> Text | None:
    reference = model.reference_at(node)
    candidates = model.resolve(reference).candidates if reference else ()
    binding = candidates[0].binding if len(candidates) == 1 else None
    if binding is None or binding.kind is not BindingKind.ASSIGNMENT:
        return None
    statement = binding.statement
    if isinstance(statement, ast.Assign):
        is_whole = binding.node in statement.targets
    else:
        is_whole = isinstance(statement, ast.AnnAssign)
    value = getattr(statement, "value", None)
    if is_whole and isinstance(value, ast.Constant) and isinstance(value.value, str):
        return Text(value, value.value)
    return None


def _inner(node: ast.expr) -> ast.expr:
    """Return the expression in a plain `{…}` of an f-string; anything else as it is."""
    is_plain = isinstance(node, ast.FormattedValue) and node.conversion == -1
    return node.value if is_plain and node.format_spec is None else node  # type: ignore[attr-defined]
