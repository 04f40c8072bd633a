"""SSOT004: a string that Python will resolve to a moved symbol."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.hints import advice, symbol_as_reached
from flake8_ssot_engine.rules.moved_strings import span_of_string
from flake8_ssot_engine.violations import ReferenceKind, Violation


class DeprecatedStringReference(Rule):
    """String that names a deprecated symbol or module.

    What it does:
        Reports strings that Python resolves to a moved symbol: the targets of `mock.patch` and
        its kin, pytest-mock and `monkeypatch`; `import_module`, `__import__`, `sys.modules`,
        `getattr(module, "Name")`, `pkgutil.resolve_name`, `logging.getLogger`, the callables
        of `string-calls`, and entries of lists, tuples, sets and dictionaries that are, whole,
        a moved dotted path. A patch of a name in the module that uses it is followed through
        that module's import. Prose that mentions a path is none of it.

    Why is this bad?
        No import statement shows it and no type checker follows it. It fails when the old
        name is removed, in a test or, worse, where nothing tests it.

    Example:
        @patch("app.engines.legacy.ExecutionEngine")

    Use instead:
        @patch("app.engines.user.UserExecutionEngine")

    Fix safety:
        Safe for a string in one piece, without escapes: the path in it is rewritten. A patch of
        a name in the module that uses it changes together with that module, and
        `patch.object(module, "Name")` with the import of the module. Strings that are put
        together are left to a person.

    """

    code = "SSOT004"
    name = "deprecated-string-reference"

    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield a violation for each string."""
        for moved in context.strings:
            node, match, reached, rebinds, _ = moved
            new = match.replacement
            if rebinds and reached != match.symbol and new is not None:
                # The module that is patched stays; its binding takes the new name.
                new = reached.parent.child(new.last)
            hint = "" if new is None else str(new)
            symbol = symbol_as_reached(match, reached)
            yield self.violation(
                match,
                span_of_string(context.model.source, node),
                kind=ReferenceKind.STRING,
                text=f"string names deprecated {symbol}; {advice(match, hint)}",
                hint=hint,
                reached=reached,
            )
