"""Definitions: which function or class of a file a place stands in, by its qualified name."""

from __future__ import annotations

import ast
import sys
from bisect import bisect_right
from collections.abc import Iterable

from flake8_ssot_engine.semantics.blocks import blocks_of
from flake8_ssot_engine.semantics.scopes import Scope, ScopeKind
from flake8_ssot_engine.source import SourceFile, Span

_DEFINING = frozenset({ScopeKind.CLASS, ScopeKind.FUNCTION})


class Definitions:
    """The functions and classes of one file."""

    def __init__(self, source: SourceFile, scopes: Iterable[Scope]) -> None:
        spans = [
            (_whole_span(source, scope.node), _qualified_name(scope))
            for scope in scopes
            if scope.kind in _DEFINING
        ]
        self._starts: list[int] = []
        self._names: list[str | None] = []
        around: list[tuple[int, str]] = []  # the ends and names of those not yet at their end
        for span, name in sorted(spans):
            self._leave(around, span.start)
            around.append((span.end, name))
            self._from(span.start, name)
        self._leave(around, sys.maxsize)

    def _leave(self, around: list[tuple[int, str]], place: int) -> None:
        while around and around[-1][0] <= place:
            end, _ = around.pop()
            self._from(end, around[-1][1] if around else None)

    def _from(self, start: int, name: str | None) -> None:
        self._starts.append(start)
        self._names.append(name)

    def around(self, span: Span) -> str | None:
        """Return the innermost one that `span` starts in: in its decorators, too."""
        number = bisect_right(self._starts, span.start)
        return self._names[number - 1] if number else None


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
