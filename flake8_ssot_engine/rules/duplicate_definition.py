"""SSOT006: a second definition of what a migration declares to have one home."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
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
        defined = [
            binding
            for bindings in context.model.scopes[0].bindings.values()
            for binding in bindings
            if binding.kind in _DEFINITIONS and binding.name in context.names_of_moves
        ]
        told: set[QualifiedName] = set()
        for _, move in context.index if defined else ():
            match = context.index.match(move.old)
            new = None if match is None else match.replacement
            if match is None or new is None or new in told:
                continue
            told.add(new)
            for binding in defined:
                if binding.name == new.last and self._is_second(context, binding, match, new):
                    yield self._violation(context, binding, match, new)

    def _is_second(
        self, context: RuleContext, binding: Binding, match: Match, new: QualifiedName
    ) -> bool:
        if context.model.name_of(binding) in context.reexports.reach(new):
            return False
        # A name is that of a symbol for sure by its form, or by its home on disk.
        return not context.reexports.modules.is_module(new) and (
            context.is_class(match.move) or context.reexports.home(new) is not None
        )

    def _violation(
        self, context: RuleContext, binding: Binding, match: Match, new: QualifiedName
    ) -> Violation:
        what = "class" if binding.kind is BindingKind.CLASS else "function"
        return self.violation(
            match,
            context.model.span_of_binding(binding),
            symbol=new,
            kind=ReferenceKind.VALUE,
            text=f"{what} `{new.last}` is a second definition of `{new}`; "
            "import that one, or give this another name",
        )
