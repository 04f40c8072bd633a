"""SSOT006: a second definition of what a migration declares to have one home."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.bindings import BindingKind
from flake8_ssot_engine.violations import ReferenceKind, Violation

_DEFINITIONS = frozenset({BindingKind.CLASS, BindingKind.FUNCTION})


class DuplicateDefinition(Rule):
    """Second definition of the canonical symbol.

    What it does:
        Reports a class or function of a module that has the name of a moved symbol's new home
        and is not it. Definitions inside functions and classes are nobody else's business and
        are not reported; neither is the old symbol itself.

    Why is this bad?
        The new home is declared to be the single source of truth. A copy beside it drifts
        away, and who imports it believes to have migrated.

    Example:
        class UserExecutionEngine: ...  # in app/compat.py

    Use instead:
        from app.engines.user import UserExecutionEngine

    Fix safety:
        None: a person decides which of the two is meant.

    """

    code = "SSOT006"
    name = "duplicate-definition"

    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield a violation for each second definition."""
        module = context.model.scopes[0]
        for match in _canonical(context):
            new = match.replacement
            assert new is not None
            for binding in module.bindings.get(new.last, ()):
                if binding.kind not in _DEFINITIONS:
                    continue
                if context.model.name_of(binding) in _homes(context, new):
                    continue
                what = "class" if binding.kind is BindingKind.CLASS else "function"
                yield self.violation(
                    match,
                    context.model.span_of_binding(binding),
                    symbol=new,
                    kind=ReferenceKind.VALUE,
                    text=f"{what} `{new.last}` is a second definition of `{new}`; "
                    "import that one, or give this another name",
                )


def _canonical(context: RuleContext) -> Iterator[Match]:
    """Yield one match for each new home of a symbol, not of a module."""
    told: set[QualifiedName] = set()
    for _, move in context.index:
        match = context.index.match(move.old)
        new = None if match is None else match.replacement
        if match is None or new is None or new in told or len(new) < 2:
            continue
        told.add(new)
        if not context.reexports.modules.is_module(new) and _is_known(context, match, new):
            yield match


def _is_known(context: RuleContext, match: Match, new: QualifiedName) -> bool:
    """Whether a name is that of a symbol for sure: by its form, or by its home on disk."""
    return context.is_class(match.move) or context.reexports.home(new) is not None


def _homes(context: RuleContext, new: QualifiedName) -> tuple[QualifiedName, ...]:
    return context.reexports.reach(new)
