"""Lazy exports: the names that a module's `__getattr__` gives out (PEP 562)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flake8_ssot_engine.names import QualifiedName, absolute_path
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.annotations import last_name
from flake8_ssot_engine.semantics.references import ReferenceIndex
from flake8_ssot_engine.semantics.resolver import Resolver
from flake8_ssot_engine.semantics.words import HOOK


class LazyExport(NamedTuple):
    """A name that `__getattr__` answers to, with where it may come from.

    `node` is where the name is tied to its origin: an import's alias, or a string.
    """

    name: str
    target: QualifiedName
    node: ast.AST


Resolve = Callable[[ast.expr], list[tuple[QualifiedName, ast.AST]]]
"""Tells what an expression inside the hook may stand for, and what bound it."""


def lazy_exports(
    tree: ast.Module, package: QualifiedName, resolve: Resolve
) -> Iterator[LazyExport]:
    """Yield what the hook names: in a test of its parameter, or in a table of the module."""
    hooks = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == HOOK and node.args.args
    ]
    for hook in hooks:
        parameter = hook.args.args[0].arg
        for _, names, body in _tests(hook, parameter):
            for name in names:
                for value in _returned(body):
                    yield from _from_value(name, value, parameter, package, resolve)
    for table in _tables(tree):
        yield from _from_table(table, package)


def names_asked_for(
    tree: ast.Module, hook: ast.FunctionDef | ast.AsyncFunctionDef, parameter: str
) -> Iterator[tuple[list[str], list[ast.stmt]]]:
    """Yield the names that each test of a hook lets pass, with the statements that then run."""
    for test, names, body in _tests(hook, parameter):
        tables = [node.id for node in ast.walk(test) if isinstance(node, ast.Name)]
        yield names or [name for table in tables for name in _names_in_table(tree, table)], body


def bound_as(
    references: ReferenceIndex, resolver: Resolver, node: ast.expr
) -> list[tuple[QualifiedName, ast.AST]]:
    """Return what a name or attribute chain may stand for, each with the node that binds it."""
    reference = references.at(node)
    return [
        (candidate.name, candidate.binding.node)
        for candidate in (resolver.resolve(reference).candidates if reference else ())
        if candidate.binding is not None
    ]


def _tests(
    hook: ast.FunctionDef | ast.AsyncFunctionDef, parameter: str
) -> Iterator[tuple[ast.AST, list[str], list[ast.stmt]]]:
    """Yield each `if` and `case`, with the names that it asks for and what it then does."""
    for node in ast.walk(hook):
        if isinstance(node, ast.If):
            yield node.test, _names_tested(node.test, parameter), node.body
        elif isinstance(node, ast.Match) and _is_name(node.subject, parameter):
            for case in node.cases:
                yield case.pattern, _strings(case.pattern), case.body


def _names_in_table(tree: ast.Module, table: str) -> Iterator[str]:
    """Yield the names that a dictionary, list, tuple or set of the module holds."""
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
        if any(_is_name(target, table) for target in targets):
            value = statement.value  # type: ignore[attr-defined]
            keys = value.keys if isinstance(value, ast.Dict) else [value]
            yield from (
                text for key in keys if key for text in _strings(key) if text.isidentifier()
            )


def _names_tested(test: ast.expr, parameter: str) -> list[str]:
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            sides = (node.left, node.comparators[0])
            if isinstance(node.ops[0], (ast.Eq, ast.In)) and any(
                _is_name(side, parameter) for side in sides
            ):
                return [name for side in sides for name in _strings(side)]
    return []


def _strings(node: ast.AST) -> list[str]:
    constants = (part for part in ast.walk(node) if isinstance(part, ast.Constant))
    return [part.value for part in constants if isinstance(part.value, str)]


def _returned(body: list[ast.stmt]) -> Iterator[ast.expr]:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Return) and node.value is not None:
                yield node.value


def _from_value(
    name: str, value: ast.expr, parameter: str, package: QualifiedName, resolve: Resolve
) -> Iterator[LazyExport]:
    if isinstance(value, (ast.Name, ast.Attribute)):
        for target, node in resolve(value):
            yield LazyExport(name, target, node)
        return
    if not isinstance(value, ast.Call):
        return
    module = _imported_module(value, package)
    if module is not None:
        yield LazyExport(name, module, value)
    elif _is_name(value.func, "getattr") and len(value.args) >= 2:
        source, attribute = value.args[:2]
        last = name if _is_name(attribute, parameter) else "".join(_strings(attribute))
        if not last.isidentifier():
            return
        module = _imported_module(source, package) if isinstance(source, ast.Call) else None
        found = resolve(source) if module is None else [(module, value)]
        for target, _ in found:
            yield LazyExport(name, target.child(last), value)


def _imported_module(call: ast.Call, package: QualifiedName) -> QualifiedName | None:
    """Return the module that an `import_module("…")` loads."""
    if last_name(call.func) != "import_module" or not call.args:
        return None
    texts = _strings(call.args[0])
    return _dotted(texts[0], package) if len(texts) == 1 else None


def _tables(tree: ast.Module) -> Iterator[ast.Dict]:
    """Yield the dictionaries that a module-level assignment spells out."""
    for statement in tree.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            yield from (node for node in ast.walk(statement.value) if isinstance(node, ast.Dict))


def _from_table(table: ast.Dict, package: QualifiedName) -> Iterator[LazyExport]:
    """Read `{"Name": ".module"}`, `{"Name": (".module", "Name")}` and `{"module": ["Name"]}`."""
    for key, value in zip(table.keys, table.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            continue
        name, texts = key.value, _strings(value)
        if isinstance(value, ast.Constant) and texts:
            target = _dotted(texts[0].replace(":", "."), package)
            if target and target.last != name:
                target = target.child(name)
            if target and name.isidentifier():
                yield LazyExport(name, target, key)
        elif isinstance(value, ast.Tuple) and len(texts) == len(value.elts) == 2:
            module = _dotted(texts[0], package)
            if module is not None and texts[1].isidentifier() and name.isidentifier():
                yield LazyExport(name, module.child(texts[1]), key)
        elif isinstance(value, (ast.List, ast.Set)):
            module = _dotted(name if name.startswith(".") else f".{name}", package)
            for element in value.elts if module is not None else ():
                for text in _strings(element):
                    if module is not None and text.isidentifier():
                        yield LazyExport(text, module.child(text), element)


def _dotted(text: str, package: QualifiedName) -> QualifiedName | None:
    """Make a dotted path, relative or not, absolute; None for any other text."""
    tail = text.lstrip(".")
    if tail and not all(part.isidentifier() for part in tail.split(".")):
        return None
    return absolute_path(package, text) or None


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
