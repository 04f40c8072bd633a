"""Seeing: where in a file something deprecated is named, whatever is told of it."""

from __future__ import annotations

from flake8_ssot_engine.engine.analysis import Analysis
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.fixing.structural import tree_of_names
from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.moved_strings import span_of_string
from flake8_ssot_engine.source import SourceFile, Span


class Named(NamedTuple):
    """A place at which something deprecated is named."""

    span: Span
    match: Match


class Seen(NamedTuple):
    """What is named in a file."""

    named: tuple[Named, ...]

    def at(self, offset: int) -> Named | None:
        """Return what is named at an offset, the shortest of several."""
        found = [one for one in self.named if one.span.start <= offset <= one.span.end]
        return min(found, key=lambda one: one.span.end - one.span.start, default=None)


def see(analysis: Analysis, path: str, data: bytes) -> Seen | None:
    """Return what is named in a file, also by those who may; None where it cannot be read."""
    try:
        source = SourceFile.from_bytes(path, data)
        try:
            tree = source.parse()
        except SourceError:
            tree = tree_of_names(source)
        context = analysis.context_of(path, source, tree)
        return Seen(tuple(_named(analysis.with_every_move(context), source)))
    except (SourceError, RecursionError):
        return None


def _named(context: RuleContext, source: SourceFile) -> list[Named]:
    model = context.model
    found = [Named(model.span_of_binding(one.binding), one.match) for one in context.imports]
    for use in context.uses:
        match = context.match(use.candidate.name.child(*use.reference.attributes[: use.depth]))
        span = model.span_of_reference(use.reference, use.depth)
        found.append(Named(span, match or use.match))
    found += [Named(span_of_string(source, one.node), one.match) for one in context.strings]
    return found
