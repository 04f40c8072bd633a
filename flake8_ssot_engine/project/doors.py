"""Doors: whether the imports of a file can lead to a moved symbol, asked of one file alone.

For a file that spells none of the words that `needles_of` gives: most of such files end here,
for the price of their import statements.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_ssot_engine.migrations import MoveIndex
from flake8_ssot_engine.names import QualifiedName, absolute_module
from flake8_ssot_engine.project.reexports import Reexports

_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")


class Doors:
    """The modules of a project through which moved symbols can be reached, as far as asked."""

    def __init__(self, index: MoveIndex, reexports: Reexports) -> None:
        self._index = index
        self._reexports = reexports
        self._modules = reexports.modules
        self._known: dict[QualifiedName, bool] = {}

    def may_be_passed(self, tree: ast.Module, package: QualifiedName) -> bool:
        """Whether an import of a file leads to a moved symbol, or to a module that has one."""
        for statement in _statements(tree):
            if isinstance(statement, ast.Import):
                # Attributes of a package go down as far as somebody imported it.
                names = (QualifiedName(alias.name.split(".")) for alias in statement.names)
                if any(self._modules.is_module(name) for name in names):
                    return True
            elif isinstance(statement, ast.ImportFrom):
                module = absolute_module(package, statement.level, statement.module)
                if module and self._modules.is_module(module):
                    for alias in statement.names:
                        if self._leads_on(module, alias.name):
                            return True
        return False

    def _leads_on(self, module: QualifiedName, name: str) -> bool:
        if name == "*":
            return self._has_door(module)
        full = module.child(name)
        return self._is_moved(full) or (
            any(map(self._modules.is_module, self._reexports.reach(full)))
        )

    def _has_door(self, module: QualifiedName) -> bool:
        if module not in self._known:
            public = self._modules.public_names(module) or ()
            self._known[module] = any(self._is_moved(module.child(name)) for name in public)
        return self._known[module]

    def _is_moved(self, name: QualifiedName) -> bool:
        return any(
            self._index.match(reached) is not None or self._index.moved_to(reached)
            for reached in self._reexports.reach(name)
        )


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield every statement, however deep; expressions hold none."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, ast.expr):  # the body of a lambda is one
            for block in _BLOCKS:
                stack.extend(getattr(node, block, ()))
