"""Calls: what must be written so that a call follows a rewrite that its move declares."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.migrations import CallRewrite
from flake8_ssot_engine.semantics.scopes import Scope, ScopeKind
from flake8_ssot_engine.semantics.tokens import comments_in
from flake8_ssot_engine.source import SourceFile, Span

if TYPE_CHECKING:
    from flake8_ssot_engine.fixing.structural import Captures

_METAVARIABLE = re.compile(r"\$\$\$(?P<several>[A-Z_][A-Z0-9_]*)|\$(?P<one>[A-Z_][A-Z0-9_]*)")
_PLAIN_CALL = re.compile(r"(?P<lead>await\s+)?(?P<callee>[$.\w]+)\((?P<arguments>.*)\)", re.DOTALL)

Rewritten = Callable[[Span], str]
"""Gives the text of a span with the other edits of the file applied."""


def needs_await(rewrite: CallRewrite) -> bool:
    """Whether a rewrite works only where one may wait."""
    tree = ast.parse(f"({_METAVARIABLE.sub('x', rewrite.rewrite.strip())})", mode="eval")
    return any(isinstance(node, ast.Await) for node in ast.walk(tree))


def may_await(scope: Scope) -> bool:
    """Whether `await` may stand directly in a scope (PEP 492).

    In a comprehension within another it may from Python 3.11 on.
    """
    for depth, inner in enumerate(scope.within()):
        if inner.kind is ScopeKind.FUNCTION:
            is_allowed = depth < 2 or sys.version_info >= (3, 11)
            return isinstance(inner.node, ast.AsyncFunctionDef) and is_allowed
        if inner.kind is not ScopeKind.COMPREHENSION or inner.runs_later:
            return False
    return False


def rewrite_call(
    source: SourceFile,
    span: Span,
    callee: Span,
    captures: Captures,
    rewrite: CallRewrite,
    *,
    new: str,
    parent: ast.AST | None,
    rewritten: Rewritten,
) -> list[Edit]:
    """Return the edits of the call at `span`, whose callee is at `callee`. Raises Refusal.

    `new` is the replacement as it is spelled here. Where the rewrite leaves the arguments as
    they are, only the callee is edited; otherwise the call is written anew.
    """
    before, after = _wrapping(rewrite.rewrite.strip(), parent)
    around = source.text[span.start - 1 : span.start] + source.text[span.end : span.end + 1]
    if around == "()":
        before = after = ""
    plain = _PLAIN_CALL.fullmatch(rewrite.rewrite.strip())
    declared = _PLAIN_CALL.fullmatch(rewrite.pattern.strip())
    if plain and declared and _squeezed(plain["arguments"]) == _squeezed(declared["arguments"]):
        name = plain["callee"].replace("$NEW", new).replace("$CLASS", rewritten(callee))
        edits = [Edit(source.path, callee, before + (plain["lead"] or "") + name)]
        return edits + ([Edit(source.path, Span(span.end, span.end), after)] if after else [])
    text = before + _filled(rewrite.rewrite.strip(), captures, new, rewritten) + after
    if _comments(source.text[span.start : span.end]) - _comments(text):
        raise Refusal("a comment inside the call would be lost")
    return [Edit(source.path, span, text)]


def _wrapping(rewrite: str, parent: ast.AST | None) -> tuple[str, str]:
    """Return the parentheses that a rewrite needs where the call stands."""
    tree = ast.parse(f"({_METAVARIABLE.sub('x', rewrite)})", mode="eval").body
    is_primary = isinstance(tree, (ast.Call, ast.Name, ast.Attribute, ast.Subscript))
    is_bound_tightly = isinstance(parent, (ast.Attribute, ast.Subscript, ast.Call, ast.Await))
    if is_primary or (isinstance(tree, ast.Await) and not is_bound_tightly):
        return "", ""
    return "(", ")"


def _filled(rewrite: str, captures: Captures, new: str, rewritten: Rewritten) -> str:
    def filled(match: re.Match[str]) -> str:
        if match["one"] == "NEW":
            return new
        span = captures.get(match["several"] or match["one"])
        return "" if span is None else rewritten(span)

    for match in list(_METAVARIABLE.finditer(rewrite)):
        if match["several"] and match["several"] not in captures:  # goes with its comma
            name = re.escape(match[0])
            rewrite = re.sub(rf",\s*{name}(?!\w)|{name}(?!\w)\s*,?\s*", "", rewrite)
    return _METAVARIABLE.sub(filled, rewrite)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).rstrip(",")


def _comments(text: str) -> Counter[str]:
    try:
        return Counter(token.string for token in comments_in(f"({text})"))
    except SourceError:
        return Counter([text])
