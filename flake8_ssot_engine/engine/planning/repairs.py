"""Repairs: what of a file is to be rewritten together, with the violations that this ends."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_ssot_engine.engine.planning.plan import Key
from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.bindings import Binding
from flake8_ssot_engine.semantics.references import Reference


class Repair:
    """Something to rewrite.

    `keys` are the violations that it ends; `is_wanted` that it was asked for, by one of them or
    by another file that depends on it. `unsafe` says why it may change what the program does,
    `refused` why it is not made at all; `is_blocking` that no module must do so on the way.
    """

    # No dataclass: to import what makes those takes longer than to plan what a file needs.
    __slots__ = ("is_blocking", "is_wanted", "keys", "refused", "unsafe")

    def __init__(
        self, *, keys: Iterable[Key] = (), is_wanted: bool = False, refused: str = ""
    ) -> None:
        self.keys = set(keys)
        self.is_wanted = is_wanted
        self.refused = refused
        self.unsafe = ""
        self.is_blocking = False


class Redirect(Repair):
    """An alias of an import that is to bring `new`, under the name `local`.

    With `keeps_module` the statement goes on to name its module: only the name in it changes.
    `match` is None where the import is not deprecated itself.
    """

    __slots__ = ("binding", "keeps_module", "local", "match", "new")

    def __init__(
        self,
        *,
        binding: Binding,
        new: QualifiedName,
        local: str,
        keeps_module: bool = False,
        match: Match | None = None,
        keys: Iterable[Key] = (),
        is_wanted: bool = False,
    ) -> None:
        super().__init__(keys=keys, is_wanted=is_wanted)
        self.binding = binding
        self.new = new
        self.local = local
        self.keeps_module = keeps_module
        self.match = match


class StarRedirect(Repair):
    """A star import from a module of which all or some names moved."""

    __slots__ = ("binding", "match")

    def __init__(
        self, *, binding: Binding, match: Match, keys: Iterable[Key], is_wanted: bool
    ) -> None:
        super().__init__(keys=keys, is_wanted=is_wanted)
        self.binding = binding
        self.match = match


class StarRename(Repair):
    """A name that a star import brings, which its module renames to `new`."""

    __slots__ = ("binding", "name", "new")

    def __init__(self, *, binding: Binding, name: str, new: str, is_wanted: bool) -> None:
        super().__init__(is_wanted=is_wanted)
        self.binding = binding
        self.name = name
        self.new = new

    def is_of(self, star: Binding, name: str) -> bool:
        """Whether it is about a name of one star import."""
        return self.binding.node is star.node and self.name == name


class Unalias(Repair):
    """An assignment that gives the new symbol its old name: `Old = New`."""

    __slots__ = ("binding",)

    def __init__(self, *, binding: Binding, keys: Iterable[Key], is_wanted: bool) -> None:
        super().__init__(keys=keys, is_wanted=is_wanted)
        self.binding = binding


class Access(Repair):
    """An attribute chain whose first `depth` attributes reach what is to be `new`.

    `root` binds the name that it starts with; `old` is what moved, None where nothing did.
    `is_owner` says that both are modules that something is looked up in by a string.
    """

    __slots__ = ("depth", "is_owner", "new", "old", "reference", "root")

    def __init__(
        self,
        *,
        reference: Reference,
        root: Binding,
        depth: int,
        new: QualifiedName,
        old: QualifiedName | None = None,
        is_owner: bool = False,
        keys: Iterable[Key] = (),
        is_wanted: bool = False,
    ) -> None:
        super().__init__(keys=keys, is_wanted=is_wanted)
        self.reference = reference
        self.root = root
        self.depth = depth
        self.new = new
        self.old = old
        self.is_owner = is_owner


class Respelling(Repair):
    """A string that stands for `old` and is to stand for `new`.

    Where it spells the last part alone, `owner` is what becomes of the expression before it.
    `rebinds` says that the call puts something else in the place of the name.
    """

    __slots__ = ("new", "node", "old", "owner", "rebinds")

    def __init__(
        self,
        *,
        node: ast.expr | ast.keyword,
        old: QualifiedName,
        new: QualifiedName,
        owner: Access | None = None,
        rebinds: bool = False,
        keys: Iterable[Key] = (),
        is_wanted: bool = False,
    ) -> None:
        super().__init__(keys=keys, is_wanted=is_wanted)
        self.node = node
        self.old = old
        self.new = new
        self.owner = owner
        self.rebinds = rebinds


class CallRepair(Repair):
    """A call that a declared rewrite may apply to, of the old class or of the new one."""

    __slots__ = ("is_deprecated", "match", "reference")

    def __init__(
        self,
        *,
        reference: Reference,
        match: Match,
        is_deprecated: bool,
        keys: Iterable[Key],
        is_wanted: bool,
    ) -> None:
        super().__init__(keys=keys, is_wanted=is_wanted)
        self.reference = reference
        self.match = match
        self.is_deprecated = is_deprecated
