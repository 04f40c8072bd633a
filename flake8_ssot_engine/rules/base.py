"""What a rule is, and what it may look at."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, NamedTuple

from flake8_ssot_engine.migrations import Match, MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding, BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.references import Reference, Role, root_of
from flake8_ssot_engine.semantics.resolver import Candidate
from flake8_ssot_engine.source import Span
from flake8_ssot_engine.violations import ReferenceKind, Violation

_KINDS = {
    Role.ANNOTATION: ReferenceKind.ANNOTATION,
    Role.BASE_CLASS: ReferenceKind.BASE_CLASS,
    Role.ISINSTANCE: ReferenceKind.ISINSTANCE,
    Role.ALIAS: ReferenceKind.ALIAS,
}


class MovedImport(NamedTuple):
    """An import whose target falls under a move."""

    binding: Binding
    match: Match


class MovedUse(NamedTuple):
    """A reference that falls under a move, by one of the names that it may stand for.

    `match` is for the whole chain. `depth` is the number of attributes after which the chain
    first falls under a move: 0 means that its first part does already.
    """

    reference: Reference
    candidate: Candidate
    match: Match
    depth: int

    @property
    def is_whole(self) -> bool:
        """Whether the whole chain is the moved symbol, not something below it."""
        return self.match.is_exact

    @property
    def kind(self) -> ReferenceKind:
        """How progress counts this use."""
        role = self.reference.role
        if role is Role.CALL and self.is_whole:
            return ReferenceKind.INSTANTIATION
        if role in _KINDS:
            return _KINDS[role]
        return ReferenceKind.ATTRIBUTE if self.reference.attributes else ReferenceKind.VALUE


class RuleContext:
    """One file as the rules see it: its model and the moves that are not its own business."""

    def __init__(self, model: SemanticModel, index: MoveIndex) -> None:
        self.model = model
        self.index = index

    @cached_property
    def imports(self) -> list[MovedImport]:
        """The imports that reach a moved symbol or module, star imports included."""
        found = []
        for binding in self.model.bindings():
            if binding.target is None:
                continue
            if binding.kind is BindingKind.STAR_IMPORT:
                match = self._match_star(binding)
            elif binding.kind is BindingKind.SUBMODULE_IMPORT and binding.imported is not None:
                match = self.index.match(binding.imported)
            else:
                match = self.index.match(binding.target)
            if match is not None:
                found.append(MovedImport(binding, match))
        return found

    @cached_property
    def uses(self) -> list[MovedUse]:
        """The references that may stand for a moved symbol, or for something below one."""
        found = []
        for reference in self.references:
            for candidate in self.model.resolve_root(reference).candidates:
                use = self._match_use(reference, candidate)
                if use is not None:
                    found.append(use)
                    break
        return found

    def _match_star(self, binding: Binding) -> Match | None:
        """Match a star import: its module moved, or a public symbol of it did."""
        assert binding.target is not None
        match = self.index.match(binding.target)
        if match is not None:
            return match
        for _, move in self.index:
            if move.old.parent == binding.target and not move.old.last.startswith("_"):
                return self.index.match(move.old)
        return None

    def _match_use(self, reference: Reference, candidate: Candidate) -> MovedUse | None:
        match = self.index.match(candidate.name.child(*reference.attributes))
        if match is None:
            return None
        for depth in range(len(reference.attributes) + 1):
            if self.index.match(candidate.name.child(*reference.attributes[:depth])):
                return MovedUse(reference, candidate, match, depth)
        raise AssertionError("the whole chain matched")

    @cached_property
    def _names(self) -> set[str]:
        """The names whose references are worth resolving."""
        names: set[str] = set()
        aliases: list[Binding] = []
        for binding in self.model.bindings():
            if binding.kind is BindingKind.STAR_IMPORT and binding.target is not None:
                target = binding.target
                names.update(
                    name for name in self.model.names() if self.index.match(target.child(name))
                )
            elif binding.kind in IMPORTS and binding.target is not None:
                if self.index.is_relevant(binding.target):
                    names.add(binding.name)
            elif binding.value is not None:
                aliases.append(binding)
            elif self.index.is_relevant(self.model.name_of(binding)):
                names.add(binding.name)
        before = -1
        while before != len(names):
            before = len(names)
            names.update(b.name for b in aliases if b.value and b.value.name in names)
        return names

    @cached_property
    def references(self) -> list[Reference]:
        """The references that may stand for either end of a move, in source order."""
        return list(self.model.references_to(self._names))

    def callee_of(self, call: ast.Call) -> Reference | None:
        """Return the reference that a call calls, where it is a name or an attribute chain."""
        root = root_of(call.func)
        if not isinstance(root, ast.Name):
            return None
        every = self.model.references_to([root.id])
        return next((reference for reference in every if reference.node is call.func), None)

    def resolves_to(self, reference: Reference) -> Iterator[Candidate]:
        """Yield what a whole reference may stand for."""
        yield from self.model.resolve(reference).candidates


class Rule(ABC):
    """A stateless query against a RuleContext; its docstring is its documentation."""

    code: ClassVar[str]
    name: ClassVar[str]

    @abstractmethod
    def check(self, context: RuleContext) -> Iterator[Violation]:
        """Yield the violations of one file, in any order."""

    def violation(
        self,
        match: Match,
        span: Span,
        *,
        kind: ReferenceKind,
        text: str,
        hint: str = "",
        symbol: QualifiedName | None = None,
    ) -> Violation:
        """Return a violation of this rule; its symbol is that of the match unless it is given."""
        return Violation(
            code=self.code,
            name=self.name,
            span=span,
            symbol=match.symbol if symbol is None else symbol,
            replacement=match.replacement,
            migration=match.migration.id,
            kind=kind,
            text=text,
            hint=hint,
        )
