"""Assembly: puts the edits of all repairs of one file together, or says which must not be made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.engine.planning.calls import CallRewrites
from flake8_ssot_engine.engine.planning.refused import Refused
from flake8_ssot_engine.engine.planning.repairs import (
    Repair,
    Respelling,
)
from flake8_ssot_engine.engine.planning.workbench import is_active
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.fixing.strings import rename_string
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.semantics.bindings import BindingKind
from flake8_ssot_engine.source import SourceFile

AnyRepair = TypeVar("AnyRepair", bound=Repair)


class Assembly(CallRewrites):
    """One attempt at the edits of a file. `edits` raises Refused; then another is due."""

    def edits(self) -> tuple[Edit, ...]:
        """Return the edits of all repairs that are wanted and not refused. Raises Refused."""
        redirects = [r for r in self._found.redirects.values() if is_active(r)]
        submodules = [r for r in redirects if r.binding.kind is BindingKind.SUBMODULE_IMPORT]
        accesses = [a for a in self._found.accesses.values() if is_active(a)]
        for redirect in submodules:
            self._each(redirect, self._submodule)
        for group in self._by_root(accesses):
            self._all(group, partial(self._accesses, group))
        for redirect in redirects:
            if redirect not in submodules:
                self._each(redirect, self._redirect)
        for star in self._found.stars:
            if is_active(star):
                self._each(star, self._star)
        for rename in self._found.star_renames:
            if is_active(rename):
                self._each(rename, self._star_rename)
        for alias in self._found.unaliases:
            if is_active(alias):
                self._each(alias, self._unalias)
        for string in self._found.strings.values():
            if is_active(string):
                self._each(string, self._string)
        for change in self._statements.values():
            self._all(
                change.repairs,
                partial(self._change, change),
            )
        for call in sorted(
            (call for call in self._found.calls if is_active(call)),
            key=lambda call: -self._source.span_of(call.reference.node).start,
        ):
            self._each(call, self._call)
        return tuple(sorted(self._edits, key=lambda edit: (edit.span, edit.text)))

    def _string(self, string: Respelling) -> None:
        old, new, owner = string.old, string.new, string.owner
        if string.rebinds and self._uses_itself(old):
            self._doubt(string, f"`{old.parent}` uses it itself, and is patched for that")
        if owner is not None:
            if not is_active(owner) or owner.new != new.parent:
                raise Refusal(owner.refused or "what it is looked up in has other names as well")
            old = new.parent.child(old.last)
        try:
            self._edits.add(rename_string(self._source, string.node, old, new))
        except Refusal as refusal:
            if owner is None:
                raise
            raise Refused([string, owner], refusal.reason) from None

    def _uses_itself(self, old: QualifiedName) -> bool:
        """Whether the module of a name goes on to use it, so that a patch there has a purpose."""
        match = self._context.index.match(old)
        file = self._context.reexports.modules.file_of(old.parent)
        if match is None or not match.is_exact or file is None:
            return False
        try:
            tree = SourceFile.from_bytes(file, read_regular(file)).parse()
        except (OSError, SourceError):
            return False
        others = [node for node in tree.body if getattr(node, "name", None) != old.last]
        return any(
            isinstance(node, ast.Name) and node.id == old.last and isinstance(node.ctx, ast.Load)
            for statement in others
            for node in ast.walk(statement)
        )

    def _each(self, repair: AnyRepair, make: Callable[[AnyRepair], None]) -> None:
        self._all([repair], lambda: make(repair))

    def _all(self, repairs: Sequence[Repair], make: Callable[[], object]) -> None:
        try:
            make()
        except Refusal as refusal:
            raise Refused(repairs, refusal.reason) from None
