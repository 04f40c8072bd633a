"""SSOT002: a deprecated or factory-only class that is called, or handed over to be called."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.hints import advice, call_hint, factory_hint
from flake8_ssot_engine.semantics.references import Reference, Role
from flake8_ssot_engine.violations import ReferenceKind, Violation

_FACTORY_TAKERS = frozenset(
    map(
        QualifiedName.parse,
        (
            "functools.partial",
            "functools.partialmethod",
            "collections.defaultdict",
            "fastapi.Depends",
            "fastapi.params.Depends",
            "fastapi.param_functions.Depends",
        ),
    )
)
"""Callables that will call their first argument."""


class DirectInstantiation(Rule):
    """Direct instantiation of a deprecated or factory-only class.

    What it does:
        Reports calls of a deprecated class, and calls of its replacement where the
        configuration declares a factory for it, outside the modules allowed to. Handing the
        class over to be called counts too: `partial(C)`, `default_factory=C`, `Depends(C)`,
        and so does a local alias of it.

    Why is this bad?
        The old constructor takes other arguments and shares state between its users. A
        renamed import does not mend the call: it has to be rewritten.

    Example:
        engine = ExecutionEngine(registry, bridge)

    Use instead:
        engine = await UserExecutionEngine.create_from_legacy(registry, bridge)

    Fix safety:
        Fixed with the import where the move declares no factory and no rewrite. A declared
        rewrite is applied where its pattern matches; one with `await` only where one may wait.
        Where it matches and cannot be applied, the import stays as well, unless the old name is
        the new class already. Calls of a factory-only class without a rewrite are left to a
        person.

    """

    code = "SSOT002"
    name = "direct-instantiation"

    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield a violation for each call or hand-over."""
        for use in context.uses:
            if (
                use.is_whole
                and context.is_class(use.match.move)
                and _will_be_called(context, use.reference)
            ):
                yield self._violation(context, use.reference, use.match, is_deprecated=True)
        yield from self._factory_only(context)

    def _factory_only(self, context: RuleContext) -> Iterator[Violation]:
        if not any(move.factory for _, move in context.index):
            return
        module = context.model.module
        for reference in context.references:
            if not _will_be_called(context, reference):
                continue
            for candidate in context.resolves_to(reference):
                matches = [m for m in context.moved_to(candidate.name) if m.move.factory]
                allowed = any(
                    module == candidate.name.parent
                    or any(module.is_under(allowed) for allowed in m.move.factory_modules)
                    for m in matches
                )
                if matches and not allowed:
                    yield self._violation(context, reference, matches[0], is_deprecated=False)
                    break

    def _violation(
        self, context: RuleContext, reference: Reference, match: Match, *, is_deprecated: bool
    ) -> Violation:
        new = match.replacement
        is_call = reference.role is Role.CALL
        write = call_hint if is_call else factory_hint
        hint = write(match.move, new) if new is not None else ""
        symbol = match.symbol if is_deprecated or new is None else new
        what = "deprecated" if is_deprecated else "factory-only"
        verb = "direct instantiation of" if is_call else "factory made of"
        return self.violation(
            match,
            context.model.span_of_reference(reference),
            symbol=symbol,
            kind=ReferenceKind.INSTANTIATION,
            text=f"{verb} {what} `{symbol}`; {advice(match, hint)}",
            hint=hint,
        )


def _will_be_called(context: RuleContext, reference: Reference) -> bool:
    if reference.role is Role.CALL:
        return True
    if reference.role is not Role.ARGUMENT or reference.call is None:
        return False
    if reference.keyword is not None:
        return reference.keyword == "default_factory"
    call = reference.call
    if not call.args or call.args[0] is not reference.node:
        return False
    return any(
        reached in _FACTORY_TAKERS
        for candidate in context.callee_names(call)
        for reached in context.reexports.reach(candidate.name)
    )
