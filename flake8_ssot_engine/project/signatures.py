"""Signatures: whether whoever calls one function or class may call another in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.source import SourceFile

_Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"
_MAKERS = ("__init__", "__new__")


class Signatures:
    """Reads definitions of modules, each file once."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._trees: dict[QualifiedName, ast.Module | None] = {}

    def is_drop_in(self, new: QualifiedName, old: QualifiedName) -> bool:
        """Whether every call that `old` takes is one that `new` takes, as far as both are read."""
        if self.is_made_of(new, old):
            return True
        one, other = self._definition(new), self._definition(old)
        if isinstance(one, ast.ClassDef) and isinstance(other, ast.ClassDef):
            makers = [_maker(one), _maker(other)]
            if None in makers:
                return makers == [None, None] and list(map(_last, one.bases)) == list(
                    map(_last, other.bases)
                )
            one, other = makers[0], makers[1]
        if isinstance(one, ast.ClassDef) or isinstance(other, ast.ClassDef):
            return False
        return one is not None and other is not None and _takes_all_of(one, other)

    def is_made_of(self, new: QualifiedName, old: QualifiedName) -> bool:
        """Whether `old` is a class derived from `new`, or a function that ends in calling it."""
        node = self._definition(old)
        if isinstance(node, ast.ClassDef):
            return any(_last(base) == new.last for base in node.bases)
        last = node.body[-1] if node else None
        value = getattr(last, "value", None)
        value = value.value if isinstance(value, ast.Await) else value
        return isinstance(value, ast.Call) and _last(value.func) == new.last

    def _definition(self, name: QualifiedName) -> _Function | ast.ClassDef | None:
        tree = self._tree(name.parent)
        every = [node for node in _definitions(tree) if node.name == name.last] if tree else []
        return every[0] if len(every) == 1 else None

    def _tree(self, module: QualifiedName) -> ast.Module | None:
        if module not in self._trees:
            path = self._modules.file_of(module)
            try:
                data = b"" if path is None else self._modules.content_of(path)
                self._trees[module] = SourceFile.from_bytes(path or "", data).parse()
            except (OSError, SourceError):
                self._trees[module] = None
        return self._trees[module]


def _definitions(tree: ast.AST) -> Iterator[_Function | ast.ClassDef]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node
        elif isinstance(node, (ast.If, ast.Try)):
            yield from _definitions(node)


def _maker(node: ast.ClassDef) -> _Function | None:
    every = [method for method in _definitions(node) if method.name in _MAKERS]
    return every[0] if len(every) == 1 and not isinstance(every[0], ast.ClassDef) else None


def _takes_all_of(new: _Function, old: _Function) -> bool:
    if isinstance(new, ast.AsyncFunctionDef) is not isinstance(old, ast.AsyncFunctionDef):
        return False
    ours, theirs = new.args, old.args
    if (theirs.vararg and not ours.vararg) or (theirs.kwarg and not ours.kwarg):
        return False
    new_positional = [argument.arg for argument in (*ours.posonlyargs, *ours.args)]
    old_positional = [argument.arg for argument in (*theirs.posonlyargs, *theirs.args)]
    if new_positional[: len(old_positional)] != old_positional:
        return False
    keywords = {argument.arg for argument in (*ours.args, *ours.kwonlyargs)}
    named = {argument.arg for argument in (*theirs.args, *theirs.kwonlyargs)}
    if not ours.kwarg and not named <= keywords:
        return False
    return _required(new) <= _required(old)


def _required(node: _Function) -> set[str]:
    """Return the parameters that every call must give."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    names = {argument.arg for argument in positional[: len(positional) - len(arguments.defaults)]}
    by_name = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return names | {argument.arg for argument, default in by_name if default is None}


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
