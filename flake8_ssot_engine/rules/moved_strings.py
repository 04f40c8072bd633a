"""Moved strings: the strings in a file that stand for a moved symbol or module."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from flake8_ssot_engine.migrations import Match, MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.nodes import nodes_at
from flake8_ssot_engine.semantics.strings import StringName, listed_strings
from flake8_ssot_engine.semantics.words import places_of
from flake8_ssot_engine.source import SourceFile, Span


class MovedString(NamedTuple):
    """A string that falls under a move.

    `reached` is the name that it spells, `rebinds` says that something else is put there.
    `owner` is the expression that it is looked up in, where it spells the last part alone.
    """

    node: ast.expr | ast.keyword
    match: Match
    reached: QualifiedName
    rebinds: bool
    owner: ast.expr | None = None


def find_moved_strings(
    model: SemanticModel,
    index: MoveIndex,
    match: Callable[[QualifiedName], Match | None],
    names: Iterable[StringName],
) -> Iterator[MovedString]:
    """Yield each such string once; `match` follows re-exports where `index` does not.

    `names` are what the strings of the file stand for.
    """
    told: set[int] = set()
    for found in names:
        moved = _moved(found, index, match)
        if moved is not None and id(found.node) not in told:
            told.add(id(found.node))
            yield moved._replace(owner=found.owner_node)
    spelled = _moved_paths(model.source.text, index)
    for node, name in listed_strings(nodes_at(model.tree, model.source, spelled)):
        direct = index.match(name)
        if direct is not None and id(node) not in told:
            told.add(id(node))
            yield MovedString(node, direct, name, rebinds=False)


def _moved(
    found: StringName, index: MoveIndex, match: Callable[[QualifiedName], Match | None]
) -> MovedString | None:
    name = found.name
    if found.owner is not None and match(found.owner) is not None:
        return None  # that is told where the owner is named
    whole = match(name) if found.is_looked_up else index.match(name)
    if whole is None:
        return None
    if not found.rebinds:
        return MovedString(found.node, whole, name, rebinds=False)
    if whole.symbol == name:  # the place is meant, and not what some other module has there
        return MovedString(found.node, index.match(name) or whole, name, rebinds=True)
    prefixes = (QualifiedName(name[:end]) for end in range(1, len(name) + 1))
    place = next(prefix for prefix in prefixes if match(prefix) is not None)
    if place.last != whole.move.old.last:
        return None  # the module's own name for it, which outlives the move
    return MovedString(found.node, whole, name, rebinds=True)


def _moved_paths(text: str, index: MoveIndex) -> Iterator[int]:
    """Yield where a string begins with the old name of something."""
    for old in {str(move.old) for _, move in index}:
        for start, _ in places_of(old, text):
            if text[start - 1 : start] in {'"', "'"}:
                yield start


def span_of_string(source: SourceFile, node: ast.expr | ast.keyword) -> Span:
    """Return the span of a string's literal, or of a keyword's name."""
    span = source.span_of(node)
    if isinstance(node, ast.keyword) and node.arg is not None:
        return Span(span.start, span.start + len(node.arg))
    return span
