"""Places: where in the text the parts of a reference are written, to the character.

What an AST node says of its place is not enough for an edit: inside an f-string it can be wrong
before Python 3.12 (bpo-35212 and kin), and a name in a string has the place of the literal.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict

from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.nodes import nodes_at
from flake8_ssot_engine.semantics.references import Reference, root_of
from flake8_ssot_engine.semantics.words import places_of
from flake8_ssot_engine.source import SourceFile, Span

_F_STRINGS_LIE = sys.version_info < (3, 12)


class Places:
    """Finds the text of references in one file."""

    def __init__(self, model: SemanticModel) -> None:
        self._model = model
        self._source = model.source
        self._seen: dict[int, dict[int, Span]] = {}
        self._around: dict[str, dict[int, ast.JoinedStr]] = {}

    def of_name(self, reference: Reference) -> Span:
        """Return the span of the name that a reference starts with. Raises Refusal."""
        span = self._of_root(reference)
        if self._source.text[span.start : span.end] != reference.name:
            line = self._source.position(span.start).line
            raise Refusal(f"the place of `{reference.name}` on line {line} cannot be made out")
        return span

    def of_chain(self, reference: Reference, depth: int) -> Span:
        """Return the span of that name and `depth` attributes after it. Raises Refusal."""
        start = self.of_name(reference)
        parts = r"[\s\\]*\.[\s\\]*".join(map(re.escape, reference.attributes[:depth]))
        rest = re.compile(rf"[\s\\]*\.[\s\\]*{parts}\b" if depth else "")
        match = rest.match(self._source.text, start.end)
        if match is None:
            line = self._source.position(start.start).line
            raise Refusal(f"`{reference.name}…` on line {line} is spread over parts")
        return Span(start.start, match.end())

    def _of_root(self, reference: Reference) -> Span:
        root = root_of(reference.node)
        if reference.is_quoted:
            return self._in_literal(reference, self._source.span_of(root))
        literal = self._f_strings(reference.name).get(id(root)) if _F_STRINGS_LIE else None
        if literal is not None:
            return self._in_f_string(literal)[id(root)]
        return self._source.span_of(root)

    def _in_literal(self, reference: Reference, span: Span) -> Span:
        """Find a quoted name whose span may be that of the whole literal."""
        text = self._source.text
        if text[span.start : span.end] == reference.name:
            return span
        pattern = re.compile(rf"(?<![\w.]){re.escape(reference.name)}\b")
        found = list(pattern.finditer(text, span.start, span.end))
        here = [
            other
            for other in self._model.references_to([reference.name])
            if other.is_quoted and self._source.span_of(root_of(other.node)) == span
        ]
        if len(found) != len(here):
            raise Refusal(f"`{reference.name}` is written inside a string in pieces")
        match = found[[other.node for other in here].index(reference.node)]
        return Span(match.start(), match.end())

    def _f_strings(self, name: str) -> dict[int, ast.JoinedStr]:
        """Return the outermost f-string around each place of a name in one, by its node's id."""
        if name not in self._around:
            found: dict[int, ast.JoinedStr] = {}
            spelled = [start for start, _ in places_of(name, self._source.text)]
            for node in nodes_at(self._model.tree, self._source, spelled):
                if isinstance(node, ast.JoinedStr):
                    for inner in _in_order(node):
                        found.setdefault(id(inner), node)  # outer ones come first
            self._around[name] = found
        return self._around[name]

    def _in_f_string(self, literal: ast.JoinedStr) -> dict[int, Span]:
        """Return the spans of the names inside an f-string, as the tolerant grammar sees them."""
        if id(literal) not in self._seen:
            self._seen[id(literal)] = self._look_into(literal)
        return self._seen[id(literal)]

    def _look_into(self, literal: ast.JoinedStr) -> dict[int, Span]:
        from flake8_ssot_engine.fixing.structural import names_in_interpolations

        start, end = self._source.span_of(literal)
        # In parentheses, for it may be made of several lines.
        alone = SourceFile(self._source.path, f"({self._source.text[start:end]})")
        spans: defaultdict[str, list[Span]] = defaultdict(list)
        for name, place in names_in_interpolations(alone):
            spans[name].append(Span(place.start + start - 1, place.end + start - 1))
        nodes: defaultdict[str, list[ast.Name]] = defaultdict(list)
        for node in _in_order(literal):
            nodes[node.id].append(node)
        found: dict[int, Span] = {}
        for name, named in nodes.items():
            # Where the two do not see the same names, none has a place.
            places = spans[name] if len(spans[name]) == len(named) else [Span(0, 0)] * len(named)
            found.update((id(node), place) for node, place in zip(named, places, strict=True))
        return found


def _in_order(node: ast.AST) -> list[ast.Name]:
    """Return the names below a node in the order of the text, which is not always the tree's."""
    found: list[ast.Name] = []
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            found.append(node)
        stack.extend(reversed(_children(node)))
    return found


def _children(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.IfExp):
        return [node.body, node.test, node.orelse]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [part for pair in pairs for part in pair if part is not None]
    if isinstance(node, ast.Call):  # `f(k=a, *b)`: within one call, positions are in order
        arguments: list[ast.AST] = [*node.args, *node.keywords]
        return [node.func, *sorted(arguments, key=_position)]
    if isinstance(node, ast.arguments):
        return sorted([*node.defaults, *filter(None, node.kw_defaults)], key=_position)
    return list(ast.iter_child_nodes(node))


def _position(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]
