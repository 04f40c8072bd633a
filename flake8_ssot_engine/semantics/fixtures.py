"""Fixtures: the objects of pytest and pytest-mock that patch what a string names."""

from __future__ import annotations

import ast

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.annotations import last_name
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.references import Reference
from flake8_ssot_engine.semantics.string_calls import MOCKER, MONKEYPATCH

_MOCKERS = frozenset(
    f"{scope}mocker" for scope in ("", "class_", "module_", "package_", "session_")
)


def fixture_method(callee: Reference, binding: Binding | None) -> QualifiedName | None:
    """Return the method of a patching fixture that is called; None if it is something else.

    `binding` is what the callee's first part is bound by: a fixture, or the object that keeps
    one under its usual name (`self.mocker.patch`).
    """
    fixture = None if binding is None else _fixture_of(binding)
    if fixture is not None:
        return fixture.child(*callee.attributes)
    kept = _fixture_by_name(callee.attributes[0]) if callee.attributes else None
    return None if kept is None else kept.child(*callee.attributes[1:])


def _fixture_by_name(name: str) -> QualifiedName | None:
    if name in _MOCKERS:
        return MOCKER
    return MONKEYPATCH if name == "monkeypatch" else None


def _fixture_of(binding: Binding) -> QualifiedName | None:
    """Return the patching fixture of pytest that a binding holds, if it does."""
    annotation = getattr(binding.node, "annotation", None)
    declared = "" if annotation is None else last_name(annotation)
    if binding.kind is BindingKind.PARAMETER:
        if declared in {"MockerFixture", "MockFixture"}:
            return MOCKER
        return MONKEYPATCH if declared == "MonkeyPatch" else _fixture_by_name(binding.name)
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
