"""RuleContext: one file as the rules see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from flake8_ssot_engine.migrations import Match, Move, MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.moved_strings import MovedString, find_moved_strings
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding, BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.references import Reference, Role
from flake8_ssot_engine.semantics.resolver import Candidate
from flake8_ssot_engine.semantics.strings import StringName, string_names
from flake8_ssot_engine.source import Span
from flake8_ssot_engine.violations import ReferenceKind

_KINDS = {
    Role.ANNOTATION: ReferenceKind.ANNOTATION,
    Role.BASE_CLASS: ReferenceKind.BASE_CLASS,
    Role.ISINSTANCE: ReferenceKind.ISINSTANCE,
    Role.ALIAS: ReferenceKind.ALIAS,
    Role.EXPORT: ReferenceKind.RE_EXPORT,
}
_TYPING = frozenset({"typing", "typing_extensions"})


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
    """One file as the rules see it: its model, and the moves that are its business.

    `reexports` follows names into other files. `needles` are all the names under which the
    project knows a moved symbol, where that was found out beforehand: others need not be
    followed. None means that it was not, and every name of the project is. `string_calls` are
    the callables that the configuration says to take dotted paths. `matches` is what another
    look at the same file found out of names, which a model has no part in.
    """

    def __init__(
        self,
        model: SemanticModel,
        index: MoveIndex,
        reexports: Reexports,
        needles: Needles | None,
        string_calls: tuple[QualifiedName, ...] = (),
        matches: dict[QualifiedName, Match | None] | None = None,
    ) -> None:
        self.model = model
        self.index = index
        self.reexports = reexports
        self.needles = needles
        self.string_calls = string_calls
        self._matches = {} if matches is None else matches

    # --- what a qualified name means for the migrations

    def match(self, name: QualifiedName) -> Match | None:
        """Return the move that `name` falls under, by itself or by what it re-exports.

        A symbol's own move, wherever on the way it is met, wins over that of its module.
        """
        if name not in self._matches:
            self._matches[name] = self._match(name)
        return self._matches[name]

    def _match(self, name: QualifiedName) -> Match | None:
        # Of what is bound here the model knows more than its last state.
        match = self.index.match(name) if self._is_bound_here(name) else self._find(name)
        return None if match is None else self._followed(match, name)

    def _followed(self, match: Match, name: QualifiedName) -> Match | None:
        """Return a match whose replacement is not deprecated in its turn.

        None where it is `name` itself: a new home may take the symbol from the old one for now.
        """
        seen = {name}
        while match.replacement is not None and match.replacement not in seen:
            seen.add(match.replacement)
            further = self._find(match.replacement)
            if further is None or further.replacement is None:
                break
            match = match._replace(replacement=further.replacement)
        return None if match.replacement == name else match

    def match_path(self, name: QualifiedName) -> Match | None:
        """Return the move that a dotted path falls under, which others resolve, from outside."""
        match = self._find(name)
        return None if match is None else self._followed(match, name)

    def _find(self, name: QualifiedName) -> Match | None:
        own = self.index.match(name)
        if own is not None and self._is_of_symbol(own):
            return own
        if self.needles is None or self.needles.may_name(name):
            for reached in self.reexports.reach(name)[1:]:
                match = self.index.match(reached)
                if match is not None and (own is None or self._is_of_symbol(match)):
                    return match
        return own

    def _is_bound_here(self, name: QualifiedName) -> bool:
        module = self.model.module
        is_below = len(name) > len(module) and name.is_under(module)
        return is_below and not self.reexports.modules.is_module(
            QualifiedName(name[: len(module) + 1])
        )

    def moved_to(self, name: QualifiedName) -> list[Match]:
        """Return a Match for each move whose new home is what `name` stands for."""
        names = (name,) if self._is_bound_here(name) else self.reexports.reach(name)
        for reached in names:
            match = self.index.match(reached)
            if match is not None and self._is_of_symbol(match):
                return []
            if found := self.index.moved_to(reached) or self._defined_as.get(reached, []):
                return found
        return []

    @cached_property
    def _defined_as(self) -> dict[QualifiedName, list[Match]]:
        """The moves by where their new home has the symbol from, under the same name."""
        found: dict[QualifiedName, list[Match]] = {}
        for _, move in self.index:
            new = self.index.final(move.new) if move.new else None
            home = self.reexports.home(new) if new else None
            if new is not None and home is not None and home != new and home.last == new.last:
                found[home] = self.index.moved_to(new)
        return found

    def is_class(self, move: Move) -> bool:
        """Whether a moved symbol is a class: as its home on disk has it, else as it is named."""
        if move.factory or move.calls:
            return True
        kinds = self.reexports.kinds_of(move.old)
        return BindingKind.CLASS in kinds if kinds else move.is_named_as_class

    @cached_property
    def names_of_moves(self) -> frozenset[str]:
        """The last parts of both ends of every move."""
        ends = [(move.old, move.new) for _, move in self.index]
        return frozenset(name.last for pair in ends for name in pair if name)

    def _is_of_symbol(self, match: Match) -> bool:
        return match.is_exact or not self.reexports.modules.is_module(match.move.old)

    def _may_lead(self, binding: Binding) -> bool:
        """Whether an import can bring in either end of a move."""
        target = binding.target
        if target is None:
            return False
        if self.index.is_relevant(target):
            return True
        if self.needles is None:
            return bool(self.reexports.modules.split(target)[0]) and any(
                self.index.match(reached) is not None
                or self.index.moved_to(reached)
                or reached in self._defined_as
                or self.reexports.modules.is_module(reached)
                for reached in self.reexports.reach(target)
            )
        return self.needles.may_name(target) or any(
            self.needles.may_name(target.child(*reference.attributes))
            for reference in self.model.references_in_focus([binding.name])
            if reference.attributes
        )

    # --- what the file does

    @cached_property
    def imports(self) -> list[MovedImport]:
        """The imports that reach a moved symbol or module, star imports included."""
        found = []
        for binding in self.model.bindings():
            if binding.target is None:
                continue
            if binding.kind is BindingKind.STAR_IMPORT:
                match = self._match_star(binding.target)
            elif binding.kind is BindingKind.SUBMODULE_IMPORT and binding.imported is not None:
                match = self.index.match(binding.imported)
            else:
                match = self.match(binding.target)
            if match is not None and not self._makes_new(binding, match):
                found.append(MovedImport(binding, match))
        return found

    def _makes_new(self, binding: Binding | None, match: Match) -> bool:
        """Whether a binding is what the new name stands for, at a home that has none of its own."""
        if binding is None:
            return False
        is_star = binding.kind is BindingKind.STAR_IMPORT
        made = self.model.module if is_star else self.model.name_of(binding)
        return made == match.replacement

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

    @cached_property
    def strings(self) -> list[MovedString]:
        """The strings that stand for a moved symbol or module."""
        found = find_moved_strings(self.model, self.index, self.match_path, self.string_names)
        return list(found)

    @cached_property
    def string_names(self) -> list[StringName]:
        """The strings that some call resolves, moved or not."""
        return list(string_names(self.model, self.string_calls, self.reexports.reach))

    @property
    def resolved_spans(self) -> list[Span]:
        """Where the strings and the uses stand that fall under a move."""
        spans = [self.model.source.span_of(string.node) for string in self.strings]
        return spans + [self.model.span_of_reference(use.reference) for use in self.uses]

    def _match_star(self, module: QualifiedName) -> Match | None:
        """Match a star import: its module moved, a public symbol of it did, or one is used."""
        match = self.index.match(module)
        if match is not None:
            return match
        known = self.reexports.modules.public_names(module)
        for _, move in self.index:
            name = move.old.last
            if move.old.parent == module and (
                name in known if known is not None else not name.startswith("_")
            ):
                return self.index.match(move.old)
        for name in sorted((known or frozenset()) & self._unbound_names):
            match = self.match(module.child(name))
            if match is not None:
                return match
        return None

    @cached_property
    def _unbound_names(self) -> frozenset[str]:
        """The names that the file uses and does not bind at module level."""
        return frozenset(self.model.names()) - self.model.scopes[0].bindings.keys()

    def _match_use(self, reference: Reference, candidate: Candidate) -> MovedUse | None:
        match = self.match(candidate.name.child(*reference.attributes))
        if match is None or self._makes_new(candidate.binding, match):
            return None
        for depth in range(len(reference.attributes) + 1):
            if self.match(candidate.name.child(*reference.attributes[:depth])):
                return MovedUse(reference, candidate, match, depth)
        raise AssertionError("the whole chain matched")

    @cached_property
    def _names(self) -> set[str]:
        """The names whose references are worth resolving."""
        names: set[str] = set()
        aliases: list[Binding] = []
        for binding in self.model.bindings():
            if binding.kind is BindingKind.STAR_IMPORT:
                if binding.target is not None:
                    names.update(self._names_of_star(binding.target))
            elif binding.kind in IMPORTS:
                if self._may_lead(binding):
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

    def _names_of_star(self, module: QualifiedName) -> Iterator[str]:
        known = self.reexports.modules.public_names(module)
        for name in self.model.names():
            full = module.child(name)
            if (known is None or name in known) and (
                self.index.is_relevant(full) or self.needles is None or self.needles.may_name(full)
            ):
                yield name

    @cached_property
    def references(self) -> list[Reference]:
        """The references that may stand for either end of a move, in source order."""
        every = self.model.references_to(self._names)
        return [reference for reference in every if self._is_what_it_seems(reference)]

    def _is_what_it_seems(self, reference: Reference) -> bool:
        """Whether a type in a call's string is one: `cast` may be anybody's function."""
        if reference.role is not Role.ANNOTATION or reference.call is None:
            return True
        return any(
            candidate.name[0] in _TYPING and len(candidate.name) == 2
            for candidate in self.callee_names(reference.call)
        )

    def callee_names(self, call: ast.Call) -> tuple[Candidate, ...]:
        """Return what a call may call, where it spells a name or an attribute chain."""
        callee = self.model.reference_at(call.func)
        return () if callee is None else self.model.resolve(callee).candidates

    def resolves_to(self, reference: Reference) -> Iterator[Candidate]:
        """Yield what a whole reference may stand for."""
        yield from self.model.resolve(reference).candidates
