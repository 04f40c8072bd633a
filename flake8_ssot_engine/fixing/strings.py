"""Strings: what must be written so that a string spells another dotted path."""

from __future__ import annotations

import ast
import re

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.source import SourceFile, Span

_LITERAL = re.compile(r"(?i:[rbu]*)(?P<quote>'''|\"\"\"|'|\")(?P<text>.*)(?P=quote)", re.DOTALL)


def rename_string(
    source: SourceFile,
    node: ast.expr | ast.keyword,
    old: QualifiedName,
    new: QualifiedName,
) -> Edit:
    """Return the edit that makes a string, or a keyword, stand for `new` instead of `old`.

    The string holds the whole of `old`, with a colon in the place of one dot if need be, or
    only its last part, where what comes before stands elsewhere. Raises Refusal.
    """
    span = source.span_of(node)
    if isinstance(node, ast.keyword):
        assert node.arg is not None
        if new.parent != old.parent:
            raise Refusal("the module that the keyword is looked up in has to change as well")
        return Edit(source.path, Span(span.start, span.start + len(node.arg)), new.last)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise Refusal("the text is put together when the program runs")
    text = node.value
    literal = _LITERAL.fullmatch(source.text, span.start, span.end)
    if literal is None or literal["text"] != text:
        raise Refusal("the string is written in pieces or with escapes")
    return Edit(source.path, Span(*literal.span("text")), _respelled(text, old, new))


def _respelled(text: str, old: QualifiedName, new: QualifiedName) -> str:
    if text == str(old):
        return str(new)
    if text.replace(":", ".", 1) == str(old):
        attributes = text.partition(":")[2].count(".") + 1
        if attributes >= len(new):
            raise Refusal("the string parts module and name by a colon")
        return f"{QualifiedName(new[:-attributes])}:{QualifiedName(new[-attributes:])}"
    if text == old.last and new.parent == old.parent:
        return new.last
    if text == old.last:
        raise Refusal(f"`{old.parent}`, where the name is looked up, has to change as well")
    raise Refusal("the string is relative to another one")
