"""SSOT003: a binding that makes the old or the new name mean something else."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.hints import from_import
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding, BindingKind
from flake8_ssot_engine.semantics.flow import is_fallback, reaching
from flake8_ssot_engine.violations import ReferenceKind, Violation


class AliasShadowing(Rule):
    """Alias that hides the state of a migration.

    What it does:
        Reports a binding that makes one of the two names of a move mean the other: the new
        symbol imported or assigned under the old name, the old one under the new name. It
        reports as well any binding (assignment, class, function, parameter, loop variable
        and so on) that hides an import of a deprecated class in an inner scope, or rebinds it
        in the same one. Who imports a name that another module misnamed is not reported, that
        module is. A fallback in `except` of the `try` that imports is none, and a
        variable with the name of a moved function or module is everyday code.

    Why is this bad?
        The file reads as if it used one of the two while it uses the other. Searches,
        reviews and progress counts are all wrong about it.

    Example:
        from app.engines.user import UserExecutionEngine as ExecutionEngine

    Use instead:
        from app.engines.user import UserExecutionEngine

    Fix safety:
        Safe for imports, and for assignments of a plain name: the new symbol goes by its own
        name, and the uses are renamed, in other files too. What hides an import is mended when
        the import takes its new name; a local name that hides the new one is left to a person.

    """

    code = "SSOT003"
    name = "alias-shadowing"
    reads_imports_alone = True

    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield a violation for each binding that misleads or hides."""
        told: set[int] = set()
        watched: list[tuple[Binding, Match]] = []
        for binding in context.model.bindings():
            meant = misnamed(context, binding)
            if meant is not None:
                told.add(id(binding))
                yield self._misnamed(context, binding, *meant)
            if binding.kind in IMPORTS and binding.target is not None:
                match = context.match(binding.target)
                if match is not None and match.is_exact and match.move.renames:
                    watched.append((binding, match))
                elif meant is not None:
                    watched.append((binding, meant[0]))
        for imported, match in watched:
            if imported.name not in _names(match) or not context.is_class(match.move):
                continue
            for binding in _hiding(context, imported):
                if id(binding) not in told:
                    told.add(id(binding))
                    yield self._hides(context, binding, imported, match)

    def _misnamed(
        self, context: RuleContext, binding: Binding, match: Match, is_new: bool
    ) -> Violation:
        new = match.replacement
        assert new is not None
        what, name = ("", new.last) if is_new else ("deprecated ", match.move.old.last)
        verb = "imported" if binding.kind in IMPORTS else "bound"
        hint = from_import(new) if binding.kind in IMPORTS else new.last
        return self.violation(
            match,
            context.model.span_of_binding(binding),
            symbol=new if is_new else match.move.old,
            kind=ReferenceKind.ALIAS,
            text=f"{what}`{name}` {verb} as `{binding.name}`, which hides what it is; use `{hint}`",
            hint=hint,
        )

    def _hides(
        self, context: RuleContext, binding: Binding, imported: Binding, match: Match
    ) -> Violation:
        model = context.model
        line = model.source.position(model.span_of_binding(imported).start).line
        verb = "rebinds" if binding.scope is imported.scope else "hides"
        return self.violation(
            match,
            model.span_of_binding(binding),
            symbol=match.move.old,
            kind=ReferenceKind.ALIAS,
            text=(
                f"{binding.kind.value} `{binding.name}` {verb} the import of it on line {line};"
                " use another name"
            ),
        )


def _names(match: Match) -> set[str]:
    new = match.replacement
    return {match.move.old.last, *([new.last] if new else [])}


def misnamed(context: RuleContext, binding: Binding) -> tuple[Match, bool] | None:
    """Return the move whose one name this binding gives to the other end; True for the new end."""
    if binding.name not in context.names_of_moves:
        return None
    if binding.kind is BindingKind.ALIAS and binding.value is not None:
        value = binding.value
        spelled = value.attributes[-1] if value.attributes else value.name
        targets = [candidate.name for candidate in context.resolves_to(value)]
    elif binding.kind in {BindingKind.IMPORT, BindingKind.FROM_IMPORT} and binding.target:
        spelled = binding.target.last
        targets = [binding.target]
    else:
        return None
    if spelled == binding.name:  # whoever gave it this name is the one to tell
        return None
    for target in targets:
        old = context.match(target)
        if old is None:
            ends = context.moved_to(target)
        elif old.replacement is None:
            continue
        elif old.is_exact and old.move.renames and binding.name == old.replacement.last:
            if context.model.name_of(binding) == old.replacement:
                continue  # the new home, still without a definition of its own
            return old, False
        else:
            ends = context.index.moved_to(old.replacement)
        for match in ends:
            if match.move.renames and binding.name == match.move.old.last:
                if old is not None and old.move.old == match.move.old:
                    continue  # the old symbol under its own name: SSOT001
                return match, True
    return None


def _hiding(context: RuleContext, imported: Binding) -> Iterator[Binding]:
    """Yield the bindings, imports apart, that take the place of `imported`."""
    for binding in context.model.bindings_of(imported.name):
        if binding.kind in IMPORTS or not binding.binds:
            continue
        if binding.scope is imported.scope:
            takes_over = bool(reaching([imported], binding.point)[0])
            if takes_over and not is_fallback(imported.point, binding.point):
                yield binding
        elif binding.scope.owner_of(imported.name, outside=True) is imported.scope:
            yield binding
