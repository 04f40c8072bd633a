"""Definitions: which function or class of a file a place stands in, by its qualified name."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_ssot_engine.semantics.blocks import blocks_of
from flake8_ssot_engine.semantics.scopes import Scope, ScopeKind
from flake8_ssot_engine.source import SourceFile, Span

_DEFINING = frozenset({ScopeKind.CLASS, ScopeKind.FUNCTION})


class Definitions:
    """The functions and classes of one file."""

    def __init__(self, source: SourceFile, scopes: Iterable[Scope]) -> None:
        self._spans = [
            (_whole_span(source, scope.node), _qualified_name(scope))
            for scope in scopes
            if scope.kind in _DEFINING
        ]

    def around(self, span: Span) -> str | None:
        """Return the innermost one that `span` starts in: in its decorators, too."""
        holding = [one for one in self._spans if one[0].start <= span.start < one[0].end]
        return max(holding, key=lambda one: one[0].start)[1] if holding else None


def definition_names(tree: ast.Module) -> frozenset[str]:
    """Return the qualified names of the functions and classes of a file, without binding it."""
    found: set[str] = set()
    waiting: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    while waiting:
        outer, block = waiting.pop()
        for node in block:
            inner = outer
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                name = f"{outer}{node.name}"
                found.add(name)
                inner = f"{name}."
            waiting += [(inner, part) for part in blocks_of(node)]
    return frozenset(found)


def _whole_span(source: SourceFile, node: ast.AST) -> Span:
    span = source.span_of(node)
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return Span(min([span.start, *(source.span_of(d).start for d in decorators)]), span.end)


def _qualified_name(scope: Scope) -> str:
    around = [one.name for one in scope.within() if one.kind in _DEFINING]
    return ".".join(reversed(around))
