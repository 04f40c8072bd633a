"""SSOT005: a subclass of a deprecated class."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.hints import advice, symbol_as_reached
from flake8_ssot_engine.semantics.references import Role
from flake8_ssot_engine.violations import ReferenceKind, Violation


class DeprecatedBaseClass(Rule):
    """Subclass of a deprecated class.

    What it does:
        Reports each base of a class statement that is a deprecated class, under whatever name.

    Why is this bad?
        A subclass inherits what the migration is to get rid of, and stays in its way even when
        nothing else names the old class.

    Example:
        class AuditedEngine(ExecutionEngine): ...

    Use instead:
        class AuditedEngine(UserExecutionEngine): ...

    Fix safety:
        As safe as the redirection of the import, with which it is fixed.

    """

    code = "SSOT005"
    name = "deprecated-base-class"

    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield a violation for each deprecated base."""
        for use in context.uses:
            if use.reference.role is not Role.BASE_CLASS or not use.is_whole:
                continue
            match = use.match
            hint = match.replacement.last if match.replacement else ""
            reached = use.candidate.name.child(*use.reference.attributes)
            yield self.violation(
                match,
                context.model.span_of_reference(use.reference),
                kind=ReferenceKind.BASE_CLASS,
                text=f"subclass of deprecated {symbol_as_reached(match, reached)}; "
                f"{advice(match, hint)}",
                hint=hint,
                reached=reached,
            )
