"""SSOT001: an import or a module attribute that reaches a moved symbol."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.context import MovedImport, MovedUse, RuleContext
from flake8_ssot_engine.rules.hints import advice, import_hint, symbol_as_reached
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.references import Role
from flake8_ssot_engine.violations import ReferenceKind, Violation


class DeprecatedImport(Rule):
    """Import of a deprecated symbol or module.

    What it does:
        Reports each import of a moved symbol or module, at the alias, and each attribute
        access that reaches one through a module that is itself fine: by its home, or by any
        module of the project that hands it on. It is the qualified name that counts: a class
        of the same name from another module is never reported. In a file that does not parse,
        what can be made out of its imports is reported as uncertain.

    Why is this bad?
        The old name is about to go. Every import of it keeps the old behaviour alive and has
        to be found again on the day when it is removed.

    Example:
        from app.engines.legacy import ExecutionEngine

    Use instead:
        from app.engines.user import UserExecutionEngine

    Fix safety:
        Safe where what the name stands for is certain: the import is redirected in place, and
        every use of what it binds is renamed, in strings, `__all__` and other files too.
        Withheld where the new name means something else already, or a star import brings the
        old one; unsafe where a conditional re-export, another star import or a look-up by
        string is in the way. An explicit alias is kept. Where some file goes on to ask for the
        old name, it stays as an alias.

    """

    code = "SSOT001"
    name = "deprecated-import"
    reads_imports_alone = True

    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield a violation for each deprecated alias and each attribute access."""
        for moved in context.imports:
            yield self._at_import(context, moved)
        for use in context.uses:
            is_told = is_told_at_import(context, use) or _is_of_its_module(use)
            if use.depth > 0 and not is_told:
                yield self._at_attribute(context, use)

    def _at_import(self, context: RuleContext, moved: MovedImport) -> Violation:
        binding, match = moved
        hint = import_hint(binding, match)
        what = "star import" if binding.kind is BindingKind.STAR_IMPORT else "import"
        reached = _reached(binding)
        symbol = symbol_as_reached(match, reached)
        return self.violation(
            match,
            context.model.span_of_binding(binding),
            kind=ReferenceKind.IMPORT,
            text=f"{what} of deprecated {symbol}; {advice(match, hint)}",
            hint=hint,
            reached=reached,
        )

    def _at_attribute(self, context: RuleContext, use: MovedUse) -> Violation:
        end, best = part_that_moved(context, use)
        hint = str(best.replacement) if best.replacement else ""
        reached = use.candidate.name.child(*use.reference.attributes[:end])
        return self.violation(
            best,
            context.model.span_of_reference(use.reference, end),
            kind=ReferenceKind.ATTRIBUTE,
            text=f"access to deprecated {symbol_as_reached(best, reached)}; {advice(best, hint)}",
            hint=hint,
            reached=reached,
        )


def _reached(binding: Binding) -> QualifiedName | None:
    """Return the name that an import spells; None for one that spells several or a module."""
    is_one = binding.kind in {BindingKind.IMPORT, BindingKind.FROM_IMPORT}
    return binding.target if is_one else None


def _is_of_its_module(use: MovedUse) -> bool:
    """Whether a variable of some module is assigned to, which only happens to hold the symbol."""
    reached = use.candidate.name.child(*use.reference.attributes)
    is_assigned = use.reference.role is Role.STORE and use.match.is_exact
    return is_assigned and reached.last != use.match.move.old.last


def part_that_moved(context: RuleContext, use: MovedUse) -> tuple[int, Match]:
    """Return how many attributes of a chain reach what moved, and its move.

    Of `pkg.old.X.method` that is `pkg.old.X`.
    """
    reference, candidate, _, depth = use
    return max(
        (
            (end, match)
            for end in range(depth, len(reference.attributes) + 1)
            if (match := context.match(candidate.name.child(*reference.attributes[:end])))
            and match.is_exact
        ),
        key=lambda found: len(found[1].symbol),
        default=(len(reference.attributes), use.match),
    )


def is_told_at_import(context: RuleContext, use: MovedUse) -> bool:
    """Whether an `import pkg.old` that is reported already brought in the module reached here."""
    binding = use.candidate.binding
    if binding is None or binding.kind is not BindingKind.SUBMODULE_IMPORT:
        return False
    full = use.candidate.name.child(*use.reference.attributes)
    return any(
        other.imported is not None
        and full.is_under(other.imported)
        and context.index.match(other.imported) is not None
        for other in binding.scope.bindings[binding.name]
        if other.kind is BindingKind.SUBMODULE_IMPORT
    )
