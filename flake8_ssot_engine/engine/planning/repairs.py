"""Repairs: what of a file is to be rewritten together, with the violations that this ends."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from flake8_ssot_engine.engine.planning.plan import Key
from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.bindings import Binding
from flake8_ssot_engine.semantics.references import Reference


@dataclass(eq=False, slots=True, kw_only=True)
class Repair:
    """Something to rewrite.

    `keys` are the violations that it ends; `is_wanted` that it was asked for, by one of them or
    by another file that depends on it. `unsafe` says why it may change what the program does,
    `refused` why it is not made at all; `is_blocking` that no module must do so on the way.
    """

    keys: set[Key] = field(default_factory=set)
    is_wanted: bool = False
    unsafe: str = ""
    refused: str = ""
    is_blocking: bool = False


@dataclass(eq=False, slots=True, kw_only=True)
class Redirect(Repair):
    """An alias of an import that is to bring `new`, under the name `local`.

    With `keeps_module` the statement goes on to name its module: only the name in it changes.
    `match` is None where the import is not deprecated itself.
    """

    binding: Binding
    new: QualifiedName
    local: str
    keeps_module: bool = False
    match: Match | None = None


@dataclass(eq=False, slots=True, kw_only=True)
class StarRedirect(Repair):
    """A star import from a module of which all or some names moved."""

    binding: Binding
    match: Match


@dataclass(eq=False, slots=True, kw_only=True)
class StarRename(Repair):
    """A name that a star import brings, which its module renames to `new`."""

    binding: Binding
    name: str
    new: str

    def is_of(self, star: Binding, name: str) -> bool:
        """Whether it is about a name of one star import."""
        return self.binding.node is star.node and self.name == name


@dataclass(eq=False, slots=True, kw_only=True)
class Unalias(Repair):
    """An assignment that gives the new symbol its old name: `Old = New`."""

    binding: Binding


@dataclass(eq=False, slots=True, kw_only=True)
class Access(Repair):
    """An attribute chain whose first `depth` attributes reach what is to be `new`.

    `root` binds the name that it starts with; `old` is what moved, None where nothing did.
    `is_owner` says that both are modules that something is looked up in by a string.
    """

    reference: Reference
    root: Binding
    depth: int
    new: QualifiedName
    old: QualifiedName | None = None
    is_owner: bool = False


@dataclass(eq=False, slots=True, kw_only=True)
class Respelling(Repair):
    """A string that stands for `old` and is to stand for `new`.

    Where it spells the last part alone, `owner` is what becomes of the expression before it.
    `rebinds` says that the call puts something else in the place of the name.
    """

    node: ast.expr | ast.keyword
    old: QualifiedName
    new: QualifiedName
    owner: Access | None = None
    rebinds: bool = False


@dataclass(eq=False, slots=True, kw_only=True)
class CallRepair(Repair):
    """A call that a declared rewrite may apply to, of the old class or of the new one."""

    reference: Reference
    match: Match
    is_deprecated: bool
