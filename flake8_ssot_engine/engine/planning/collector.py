"""Collector: finds the repairs that the violations of a file, and other files, ask for."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator

from flake8_ssot_engine.engine.planning.mentions import Mention
from flake8_ssot_engine.engine.planning.plan import Key, Links
from flake8_ssot_engine.engine.planning.repairs import (
    Access,
    CallRepair,
    Redirect,
    Repair,
    Respelling,
    StarRedirect,
    StarRename,
    Unalias,
)
from flake8_ssot_engine.engine.suppressions import Suppressions
from flake8_ssot_engine.fixing.webs import BindingKey, Webs, key_of
from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.alias_shadowing import misnamed
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.deprecated_import import is_told_at_import, part_that_moved
from flake8_ssot_engine.rules.moved_strings import MovedString, span_of_string
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.references import Reference, Role

_NO_HOME = "it has no replacement"


class Collector:
    """The repairs of one file, by what they rewrite."""

    def __init__(
        self,
        context: RuleContext,
        webs: Webs,
        keys: Collection[Key],
        mentions: list[Mention],
        links: Links,
        suppressions: Suppressions,
    ) -> None:
        self._context = context
        self._model = context.model
        self._webs = webs
        self._keys = keys
        self._links = links
        self.redirects: dict[BindingKey, Redirect] = {}
        self.stars: list[StarRedirect] = []
        self.star_renames: list[StarRename] = []
        self.unaliases: list[Unalias] = []
        self.accesses: dict[int, Access] = {}
        self.strings: dict[int, Respelling] = {}
        self.calls: list[CallRepair] = []
        self.hopeless: dict[Key, str] = {}
        self._mentioned_bindings: dict[int, Mention] = {}
        self._mentioned_references: dict[int, Mention] = {}
        self._mentioned_strings: dict[int, Mention] = {}
        for mention in mentions:
            if mention.name in links.renamed:
                if mention.binding is not None:
                    self._by_binding(mention.binding, mention)
                elif mention.reference is not None:
                    self._mentioned_references[id(mention.reference.node)] = mention
                elif mention.node is not None:
                    self._mentioned_strings[id(mention.node)] = mention
        self._imports()
        self._accesses()
        self._strings()
        self._calls_and_bases()
        self._re_exports()
        self._hidden_imports()
        self._tie_calls()
        self._heed(suppressions)

    def _by_binding(self, binding: Binding, mention: Mention) -> None:
        if binding.kind is not BindingKind.STAR_IMPORT:
            self._mentioned_bindings[id(binding.node)] = mention
            return
        new = self._links.renamed[mention.name].last
        self.star_renames.append(
            StarRename(is_wanted=True, binding=binding, name=mention.name.last, new=new)
        )

    def every(self) -> Iterator[Repair]:
        """Yield all repairs."""
        yield from self.redirects.values()
        yield from self.stars
        yield from self.star_renames
        yield from self.unaliases
        yield from self.accesses.values()
        yield from self.strings.values()
        yield from self.calls

    def redirect_of(self, binding: Binding) -> Redirect | None:
        """Return what becomes of an import."""
        return self.redirects.get(key_of(binding))

    # --- imports

    def _imports(self) -> None:
        for moved in self._context.imports:
            binding, match = moved
            key = Key("SSOT001", self._model.span_of_binding(binding))
            if match.replacement is None:
                self.hopeless[key] = _NO_HOME
            elif binding.kind is BindingKind.STAR_IMPORT:
                followed = [r for r in self.star_renames if r.binding.node is binding.node]
                for rename in followed:
                    rename.keys.add(key)
                if followed and match.move.old.parent != binding.target:
                    continue
                self.stars.append(
                    StarRedirect(
                        keys={key}, is_wanted=key in self._keys, binding=binding, match=match
                    )
                )
            else:
                names = {match.symbol.last, match.replacement.last}
                local = match.replacement.last if binding.name in names else binding.name
                if binding.kind is BindingKind.SUBMODULE_IMPORT or (
                    binding.kind is BindingKind.IMPORT
                    and isinstance(binding.node, ast.alias)
                    and binding.node.asname is None
                ):
                    local = str(match.replacement)
                self.redirects[key_of(binding)] = Redirect(
                    keys={key},
                    is_wanted=key in self._keys or self._is_mentioned(binding),
                    binding=binding,
                    new=match.replacement,
                    local=local,
                    match=match,
                )
        for binding in self._model.bindings():
            meant = misnamed(self._context, binding)
            if meant is not None:
                key = Key("SSOT003", self._model.span_of_binding(binding))
                self._misnamed(binding, key, is_new=meant[1])
            elif self._is_mentioned(binding) and key_of(binding) not in self.redirects:
                self._dependent(binding)

    def _misnamed(self, binding: Binding, key: Key, *, is_new: bool) -> None:
        known = self.redirects.get(key_of(binding))
        if known is not None:
            known.keys.add(key)
            known.is_wanted = known.is_wanted or key in self._keys
        elif binding.value is not None and is_new:
            self.unaliases.append(Unalias(keys={key}, is_wanted=key in self._keys, binding=binding))
        elif binding.target is None or binding.kind is not BindingKind.FROM_IMPORT:
            self.hopeless[key] = "it gives a deprecated symbol the new name: a person decides"
        else:
            self.redirects[key_of(binding)] = Redirect(
                keys={key},
                is_wanted=key in self._keys or self._is_mentioned(binding),
                binding=binding,
                new=binding.target,
                local=binding.target.last,
                keeps_module=True,
            )

    def _is_mentioned(self, binding: Binding) -> bool:
        """Whether an import takes an attribute of another module that is renamed."""
        return id(binding.node) in self._mentioned_bindings

    def _dependent(self, binding: Binding) -> None:
        """Follow an import that is fine to the new name of what it takes."""
        if binding.kind is not BindingKind.FROM_IMPORT or binding.target is None:
            return
        new = self._links.renamed[self._mentioned_bindings[id(binding.node)].name]
        is_same = binding.name == binding.target.last
        self.redirects[key_of(binding)] = Redirect(
            is_wanted=True,
            binding=binding,
            new=new,
            local=new.last if is_same else binding.name,
            keeps_module=True,
        )

    # --- attributes

    def _accesses(self) -> None:
        for use in self._context.uses:
            reference, candidate, _, _ = use
            mention = self._mentioned_references.pop(id(reference.node), None)
            is_told_there = is_told_at_import(self._context, use)
            if use.depth == 0 and not is_told_there:
                continue
            end, match = part_that_moved(self._context, use)
            key = Key("SSOT001", self._model.span_of_reference(reference, end))
            if not match.is_exact:  # what moved is a module, and this is the first of it
                end = max(use.depth, 1)
                first = self._context.match(candidate.name.child(*reference.attributes[:end]))
                match = first or match
            if match.replacement is None:
                self.hopeless[key] = _NO_HOME
            elif candidate.binding is not None:
                self.accesses[id(reference.node)] = Access(
                    keys=set() if is_told_there else {key},
                    is_wanted=key in self._keys or mention is not None,
                    reference=reference,
                    root=candidate.binding,
                    depth=end,
                    new=match.replacement,
                    old=match.symbol,
                )
        for mention in self._mentioned_references.values():
            named = mention.reference
            assert named is not None
            root = self._model.resolve_root(named).candidates[0].binding
            if root is not None and id(named.node) not in self.accesses:
                self.accesses[id(named.node)] = Access(
                    is_wanted=True,
                    reference=named,
                    root=root,
                    depth=mention.depth,
                    new=self._links.renamed[mention.name],
                )

    # --- strings

    def _strings(self) -> None:
        for moved in self._context.strings:
            key = Key("SSOT004", span_of_string(self._model.source, moved.node))
            mention = self._mentioned_strings.pop(id(moved.node), None)
            new = self._new_path(moved, mention)
            if new is None:
                self.hopeless[key] = self._why_not(moved)
                continue
            is_wanted = key in self._keys or mention is not None
            self.strings[id(moved.node)] = Respelling(
                keys={key},
                is_wanted=is_wanted,
                node=moved.node,
                old=moved.reached,
                new=new,
                owner=self._owner(moved, new, key, is_wanted=is_wanted),
                rebinds=moved.rebinds,
            )
        for number, mention in self._mentioned_strings.items():
            assert mention.node is not None
            new = self._links.renamed[mention.name]
            self.strings[number] = Respelling(
                is_wanted=True,
                node=mention.node,
                old=mention.spelled,
                new=mention.spelled.rebased(mention.name, new),
            )

    def _owner(
        self, moved: MovedString, new: QualifiedName, key: Key, *, is_wanted: bool
    ) -> Access | None:
        """Have `module` of `getattr(module, "Name")` become the new home of what is looked up."""
        reference = None if moved.owner is None else self._model.reference_at(moved.owner)
        if reference is None or new.parent == moved.reached.parent:
            return None
        candidates = self._model.resolve(reference).candidates
        root = candidates[0].binding if len(candidates) == 1 else None
        if root is None:
            return None
        known = self.accesses.get(id(reference.node))
        if known is not None:
            known.keys.add(key)
            return known
        access = Access(
            keys={key},
            is_wanted=is_wanted,
            reference=reference,
            root=root,
            depth=len(reference.attributes),
            new=new.parent,
            old=moved.reached.parent,
            is_owner=True,
        )
        self.accesses[id(reference.node)] = access
        return access

    def _new_path(self, moved: MovedString, mention: Mention | None) -> QualifiedName | None:
        new = moved.match.replacement
        if not moved.rebinds:
            return new
        place = new if moved.reached == moved.match.symbol else moved.reached
        if mention is not None and place is not None and place.is_under(mention.name):
            return place.rebased(mention.name, self._links.renamed[mention.name])
        return place if place == new else None

    def _why_not(self, moved: MovedString) -> str:
        if moved.match.replacement is None:
            return _NO_HOME
        return f"`{moved.reached}` is to keep its name"

    # --- what an import or an attribute ends besides

    def _calls_and_bases(self) -> None:
        moved = {id(use.reference.node): use.match for use in self._context.uses if use.is_whole}
        for reference in self._context.references:
            if reference.role not in (Role.CALL, Role.ARGUMENT, Role.BASE_CLASS):
                continue
            span = self._model.span_of_reference(reference)
            match = moved.get(id(reference.node)) or self._match_of_new(reference)
            if match is None:
                continue
            call, base = Key("SSOT002", span), Key("SSOT005", span)
            if (match.move.calls or match.move.factory) and reference.role is not Role.BASE_CLASS:
                self.calls.append(
                    CallRepair(
                        keys={call},
                        is_wanted=call in self._keys,
                        reference=reference,
                        match=match,
                        is_deprecated=id(reference.node) in moved,
                    )
                )
            elif match.replacement is None:
                self.hopeless.update({call: _NO_HOME, base: _NO_HOME})
            else:
                for repair in self.behind(reference):
                    repair.keys.update({call, base})
                    repair.is_wanted |= not repair.keys.isdisjoint(self._keys)

    def _match_of_new(self, reference: Reference) -> Match | None:
        """Return the move of a factory-only class that is used by its new name."""
        matches = [
            found
            for candidate in self._context.resolves_to(reference)
            for found in self._context.moved_to(candidate.name)
        ]
        return next((match for match in matches if match.move.factory), None)

    def _tie_calls(self) -> None:
        """Have calls rewritten with what they call: the one without the other would break."""
        is_settled = False
        while not is_settled:
            is_settled = True
            for call in self.calls:
                together = [call, *self.behind(call.reference)]
                if len({repair.is_wanted for repair in together}) > 1:
                    is_settled = False
                    for repair in together:
                        repair.is_wanted = True

    def behind(self, reference: Reference) -> list[Repair]:
        """Return the repairs that give a reference its new meaning, through aliases too."""
        found: list[Repair] = []
        seen: set[int] = set()
        waiting = [reference]
        while waiting:
            use = waiting.pop()
            access = self.accesses.get(id(use.node))
            if access is not None and access.keys:
                found.append(access)
                continue
            for binding in self._model.bindings_behind(use):
                if id(binding.node) in seen:
                    continue
                seen.add(id(binding.node))
                found += filter(None, [self.redirect_of(binding)])
                found += [star for star in self.stars if star.binding.node is binding.node]
                found += [r for r in self.star_renames if r.is_of(binding, use.name)]
                waiting += filter(None, [binding.value])
        return found

    def _re_exports(self) -> None:
        for key in self._keys:
            if key.code != "SSOT007":
                continue
            for binding in self._model.bindings():
                if self._model.span_of_binding(binding) != key.span:
                    continue
                redirect = self.redirects.get(key_of(binding))
                repairs: list[Repair] = [] if redirect is None else [redirect]
                if binding.value is not None:
                    repairs = self.behind(binding.value)
                for repair in repairs:
                    repair.keys.add(key)
                    repair.is_wanted = True

    def _hidden_imports(self) -> None:
        """Where an import takes another name, what had its old one hides nothing any more."""
        renamed: defaultdict[str, list[Redirect]] = defaultdict(list)
        for redirect in self.redirects.values():
            if redirect.binding.name != redirect.local:
                renamed[redirect.binding.name].append(redirect)
        for binding in self._model.bindings():
            hidden = renamed.get(binding.name)
            if not hidden or binding.target is not None:
                continue
            key = Key("SSOT003", self._model.span_of_binding(binding))
            if key in self._keys and key not in self.hopeless:
                for redirect in hidden:
                    redirect.keys.add(key)
                    redirect.is_wanted = True

    def _heed(self, suppressions: Suppressions) -> None:
        """Leave alone what a `# noqa` covers, whoever asks for it."""
        source = self._model.source
        for repair in self.every():
            keys = repair.keys
            if not keys and isinstance(repair, Redirect):
                keys = {Key("SSOT001", self._model.span_of_binding(repair.binding))}
            if keys and all(
                suppressions.covers(key.code, source.position(key.span.start).line) for key in keys
            ):
                repair.refused = "a `# noqa` covers it"
