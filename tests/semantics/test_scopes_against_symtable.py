"""Our scopes, compared with the stdlib `symtable` over the standard library."""

from __future__ import annotations

import ast
import symtable
import sys
import warnings
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.references import Role
from flake8_ssot_engine.semantics.scopes import Scope, ScopeKind
from flake8_ssot_engine.source import SourceFile
from tests.stdlib import STDLIB, stdlib_files

# Names that the compiler makes up; no source names them.
COMPILER_NAMES = frozenset(
    {
        ".0",  # the first iterable of a comprehension
        ".type_params",
        ".generic_base",
        ".defaults",
        ".kwdefaults",
        ".format",
        "__class__",  # the cell behind zero-argument super(), also added where only `super` is read
        "__classdict__",
        "__conditional_annotations__",
        "__static_attributes__",
        "__type_params__",
    }
)
# Tables of Python 3.12 on for lazily evaluated expressions: we keep their names in the scope
# around them, and compare the scopes that a person would name.
LAZY_TABLES = {"TypeVar bound", "type variable", "type alias", "annotation", "TypeAlias"}

# From Python 3.12 on (PEP 709) the names of a comprehension are told as names of the function
# around it. There, what comprehensions bind and use is left out on both sides; the older
# Pythons, run by the same CI, compare it.
INLINES_COMPREHENSIONS = sys.version_info >= (3, 12)

Table = tuple[str, str, int]


def theirs(table: symtable.SymbolTable, found: dict[Table, list[dict[str, str]]]) -> None:
    kind = str(getattr(table.get_type(), "value", table.get_type()))
    name = table.get_name()
    if kind == "function":
        kind = "comprehension" if ".0" in table.get_identifiers() else kind
        kind = "lambda" if name == "lambda" else kind
    is_lazy = kind in LAZY_TABLES or (kind.startswith("type ") and kind != "type parameters")
    names: dict[str, str] = {}
    for symbol in table.get_symbols():
        if symbol.get_name() in COMPILER_NAMES:
            continue
        # Not used here: a name that is only handed through to a scope inside, or only declared.
        # One that is only rebound here belongs, for us, to the scope of its declaration alone.
        is_outer = symbol.is_free() or symbol.is_global()
        if kind != "module" and is_outer and not symbol.is_referenced():
            continue
        is_used = symbol.is_referenced() or symbol.is_imported() or symbol.is_assigned()
        if kind == "module":
            if is_used or symbol.is_namespace() or symbol.is_annotated():
                names[symbol.get_name()] = "module"
        elif symbol.is_local():
            names[symbol.get_name()] = "local"
        else:
            names[symbol.get_name()] = "global" if symbol.is_global() else "free"
    # The `symtable` module takes a function that is called `top` for the module.
    is_named_top = kind == "function" and name == "top"
    if not is_lazy and kind != "type parameters" and not is_named_top:
        label = name if kind in {"function", "class"} else ""
        found[kind, label, table.get_lineno()].append(names)
    for child in table.get_children():
        theirs(child, found)


def ours(model: SemanticModel) -> dict[Table, list[dict[str, str]]]:
    lazy = any(
        isinstance(statement, ast.ImportFrom)
        and statement.module == "__future__"
        and any(alias.name == "annotations" for alias in statement.names)
        for statement in model.tree.body
    )
    lazily_evaluated = {
        id(node)
        for owner in ast.walk(model.tree)
        for field in (
            "bound",
            "default_value",
            "value" if type(owner).__name__ == "TypeAlias" else "",
        )
        if isinstance(part := getattr(owner, field, None), ast.AST)
        for node in ast.walk(part)
    }
    used: dict[Scope, set[str]] = defaultdict(set)
    for reference in model.references_to(model.names()):
        if not (
            reference.is_quoted
            or id(reference.node) in lazily_evaluated
            or (lazy and reference.role is Role.ANNOTATION)
            or (
                isinstance(reference.node, ast.Name)
                and isinstance(reference.node.ctx, (ast.Store, ast.Del))
            )
        ):
            used[reference.scope].add(reference.name)
    found: dict[Table, list[dict[str, str]]] = defaultdict(list)
    for scope in model.scopes:
        if scope.kind is ScopeKind.TYPE_PARAMETERS:
            continue
        names: dict[str, str] = {}
        bound = {
            name
            for name, bindings in scope.bindings.items()
            if scope.parent is not None or any(not b.point.is_deferred for b in bindings)
        }
        for name in {*used[scope], *bound} - {"*"} - COMPILER_NAMES:
            owner = scope.owner_of(name)
            if scope.parent is None:
                names[name] = "module"
            elif owner is scope:
                names[name] = "local"
            elif owner is None or owner.kind is ScopeKind.MODULE:
                names[name] = "global"
            else:
                names[name] = "free"
        label = scope.name if scope.kind in {ScopeKind.FUNCTION, ScopeKind.CLASS} else ""
        if label == "top" and scope.kind is ScopeKind.FUNCTION:
            continue
        line = getattr(scope.node, "lineno", 0)
        found[scope.kind.value, label, line].append(names)
    return found


def differences(path: Path) -> list[str]:
    try:
        source = SourceFile.from_bytes(str(path), path.read_bytes())
        tree = source.parse()
    except SourceError:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            table = symtable.symtable(source.text, str(path), "exec")
        except (SyntaxError, RecursionError):
            return []
    expected: dict[Table, list[dict[str, str]]] = defaultdict(list)
    theirs(table, expected)
    model = SemanticModel(source, tree, QualifiedName((path.stem,)), is_package=False)
    actual = ours(model)
    every_reference = list(model.references_to(model.names()))
    if INLINES_COMPREHENSIONS:
        inlined = {
            name
            for scope in model.scopes
            if scope.kind is ScopeKind.COMPREHENSION
            for name in {*scope.bindings, *(r.name for r in every_reference if r.scope is scope)}
        }
        for tables in (expected, actual):
            for key in [key for key in tables if key[0] == "comprehension"]:
                del tables[key]
            for scopes in tables.values():
                for names in scopes:
                    for name in inlined:
                        names.pop(name, None)
    wrong = []
    for key in sorted({*expected, *actual}):
        mine = sorted(sorted(names.items()) for names in actual.get(key, []))
        other = sorted(sorted(names.items()) for names in expected.get(key, []))
        if mine != other:
            pairs: list[tuple[Any, Any]] = list(zip_longest(mine, other, fillvalue=[]))
            only_mine = [set(map(str, a)) - set(map(str, b)) for a, b in pairs]
            only_other = [set(map(str, b)) - set(map(str, a)) for a, b in pairs]
            wrong.append(f"{path}:{key}: only ours {only_mine}, only symtable's {only_other}")
    return wrong


GROUPS = ("a", "b", "c", "d", "e", "fgh", "ijk", "lmn", "opqrs", "t", "u", "vwxyz_")


@pytest.mark.parametrize("group", GROUPS)
def test_every_scope_of_the_standard_library_agrees(group: str) -> None:
    files = [
        path for path in stdlib_files() if path.relative_to(STDLIB).parts[0][0].lower() in group
    ]
    assert files
    assert [line for path in files for line in differences(path)] == []
