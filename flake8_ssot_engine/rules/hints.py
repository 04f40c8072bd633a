"""What to write instead: statements and expressions ready to paste."""

from __future__ import annotations

import re

from flake8_ssot_engine.migrations import Match, Move
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind

_METAVARIABLE = re.compile(r"\$\$\$\w+|\$(\w+)")


def import_hint(binding: Binding, match: Match) -> str:
    """Return the import statement that replaces one alias; "" where nothing does."""
    new = match.replacement
    if new is None:
        return ""
    if binding.kind is BindingKind.STAR_IMPORT:
        name = "*" if match.symbol == binding.target else new.last
        return f"from {new if name == '*' else new.parent} import {name}"
    if binding.kind is BindingKind.FROM_IMPORT:
        return from_import(new, alias=_kept_alias(binding, match))
    alias = binding.name if binding.kind is BindingKind.IMPORT and len(match.symbol) > 1 else ""
    return f"import {new} as {alias}" if alias else f"import {new}"


def from_import(name: QualifiedName, alias: str = "") -> str:
    """Return the statement that imports `name` by itself."""
    suffix = f" as {alias}" if alias else ""
    if len(name) == 1:
        return f"import {name}{suffix}"
    return f"from {name.parent} import {name.last}{suffix}"


def advice(match: Match, hint: str) -> str:
    """Return the end of a message: what to write, or why there is nothing to write."""
    if hint:
        return f"use `{hint}`"
    return match.move.hint or "it has no replacement"


def symbol_as_reached(match: Match, reached: QualifiedName | None) -> str:
    """Return a moved symbol in backticks, with the name that re-exports it where one does."""
    is_own = reached is None or reached == match.symbol
    return f"`{match.symbol}`" if is_own else f"`{match.symbol}`, re-exported as `{reached}`"


def call_hint(move: Move, new: QualifiedName) -> str:
    """Return the call that replaces a direct instantiation, its arguments as placeholders."""
    if move.factory:
        return f"{new.last}.{move.factory}(...)"
    if move.calls:
        rewrite = move.calls[0].rewrite.replace("$NEW", new.last)
        return _METAVARIABLE.sub(lambda m: m[1].lower() if m[1] else "...", rewrite)
    return f"{new.last}(...)"


def factory_hint(move: Move, new: QualifiedName) -> str:
    """Return what to hand over to a caller in place of the class itself."""
    return call_hint(move, new).removeprefix("await ").partition("(")[0]


def _kept_alias(binding: Binding, match: Match) -> str:
    """Return the alias that an import keeps: an explicit one that is neither of the two names."""
    names = {match.symbol.last, match.replacement.last if match.replacement else ""}
    return "" if binding.name in names else binding.name
