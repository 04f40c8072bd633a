"""Fixtures: the objects of pytest and pytest-mock that patch what a string names."""

from __future__ import annotations

import ast

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.annotations import last_name
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind

MOCKER = QualifiedName(("<mocker>",))
MONKEYPATCH = QualifiedName(("<monkeypatch>",))
_MOCKERS = frozenset(
    f"{scope}mocker" for scope in ("", "class_", "module_", "package_", "session_")
)


def fixture_of(binding: Binding) -> QualifiedName | None:
    """Return the patching fixture of pytest that a binding holds, if it does."""
    annotation = getattr(binding.node, "annotation", None)
    declared = "" if annotation is None else last_name(annotation)
    if binding.kind is BindingKind.PARAMETER:
        if binding.name in _MOCKERS or declared in {"MockerFixture", "MockFixture"}:
            return MOCKER
        is_patch = binding.name == "monkeypatch" or declared == "MonkeyPatch"
        return MONKEYPATCH if is_patch else None
    made: list[ast.expr | None] = [getattr(binding.statement, "value", None)]
    if binding.kind is BindingKind.WITH:
        made = [item.context_expr for item in getattr(binding.statement, "items", [])]
    for value in made:
        if isinstance(value, ast.Call) and _makes_monkeypatch(value.func):
            return MONKEYPATCH
    return None


def _makes_monkeypatch(callee: ast.expr) -> bool:
    """Whether it is `MonkeyPatch()`, `MonkeyPatch.context()` or `monkeypatch.context()`."""
    if isinstance(callee, ast.Attribute) and callee.attr == "context":
        callee = callee.value
        return last_name(callee) in {"MonkeyPatch", "monkeypatch"}
    return last_name(callee) == "MonkeyPatch"
