"""SSOT007: a module that hands a moved symbol on to others."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.hints import advice, from_import, symbol_as_reached
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.source import Span
from flake8_ssot_engine.violations import ReferenceKind, Violation


class DeprecatedReExport(Rule):
    """Re-export of a deprecated symbol.

    What it does:
        Reports a module that hands a moved symbol on, under its old name or another: by an
        import in a package's `__init__`, by a name in `__all__`, by `import X as X`, or by a
        module's `__getattr__` (PEP 562) that names it. Each name is reported once, where it is
        bound. A name with a leading underscore hands nothing on unless `__all__` lists it.

    Why is this bad?
        It is a back door: whoever imports from here uses the old symbol without naming its
        home, and no search for that home finds them.

    Example:
        from .legacy import ExecutionEngine  # in app/engines/__init__.py

    Use instead:
        from .user import UserExecutionEngine

    Fix safety:
        Safe together with its import: every file of the project that takes the name from here is
        changed in the same go. A name that is handed on by a star import or by a table of
        `__getattr__` is left to a person.

    """

    code = "SSOT007"
    name = "deprecated-re-export"

    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield a violation for each name that is handed on."""
        told: set[str] = set()
        for binding, match in _bound(context):
            is_star = binding.kind is BindingKind.STAR_IMPORT
            if (binding.name in told and not is_star) or not _is_handed_on(context, binding):
                continue
            told.add(binding.name)
            span = context.model.span_of_binding(binding)
            name = "import *" if is_star else binding.name
            yield self._violation(match, span, name, None if is_star else binding.target)
        for lazy in context.model.lazy_exports():
            found = context.match(lazy.target)
            if found is not None and lazy.name not in told:
                told.add(lazy.name)
                span = context.model.source.span_of(lazy.node)
                yield self._violation(found, span, lazy.name, lazy.target)

    def _violation(
        self, match: Match, span: Span, name: str, reached: QualifiedName | None
    ) -> Violation:
        new = match.replacement
        hint = from_import(new) if new is not None else ""
        symbol = symbol_as_reached(match, reached)
        return self.violation(
            match,
            span,
            kind=ReferenceKind.RE_EXPORT,
            text=f"`{name}` hands on deprecated {symbol}; {advice(match, hint)}",
            hint=hint,
            reached=reached,
        )


def _bound(context: RuleContext) -> Iterator[tuple[Binding, Match]]:
    """Yield the module's own names that stand for a moved symbol, in source order."""
    module = context.model.scopes[0]
    found = [(moved.binding, moved.match) for moved in context.imports]
    found += [
        (binding, match)
        for bindings in module.bindings.values()
        for binding in bindings
        if binding.kind is BindingKind.ALIAS and binding.value is not None
        for match in [_match_of_alias(context, binding)]
        if match is not None
    ]
    own = [(b, m) for b, m in found if b.scope is module]
    yield from sorted(own, key=lambda pair: pair[0].point.order)


def _match_of_alias(context: RuleContext, binding: Binding) -> Match | None:
    """Return the move of the symbol that `Engine = OldEngine` gives another name."""
    assert binding.value is not None
    for candidate in context.resolves_to(binding.value):
        match = context.match(candidate.name)
        if match is not None and match.is_exact:
            return match
    return None


def _is_handed_on(context: RuleContext, binding: Binding) -> bool:
    name = binding.name
    if name in context.model.listed_names:
        return True
    if binding.kind is BindingKind.SUBMODULE_IMPORT or name.startswith("_"):
        return False
    alias = binding.node
    if isinstance(alias, ast.alias) and alias.asname is not None and alias.asname == alias.name:
        return True
    return context.model.is_package
