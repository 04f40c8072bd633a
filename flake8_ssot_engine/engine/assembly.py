"""Assembly: puts the edits of all repairs of one file together, or says which must not be made."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from flake8_ssot_engine.edits import Edit, apply_edits
from flake8_ssot_engine.engine.collector import Collector
from flake8_ssot_engine.engine.plan import Links
from flake8_ssot_engine.engine.repairs import (
    Access,
    CallRepair,
    Redirect,
    Repair,
    Respelling,
    StarRedirect,
    StarRename,
)
from flake8_ssot_engine.fixing.calls import may_await, needs_await, rewrite_call
from flake8_ssot_engine.fixing.imports import Change, NewImport, Statement, change_statement
from flake8_ssot_engine.fixing.names import Renamer, dynamic_use
from flake8_ssot_engine.fixing.places import Places
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.fixing.strings import rename_string
from flake8_ssot_engine.fixing.webs import Web, Webs, key_of
from flake8_ssot_engine.names import QualifiedName, relative_module
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.rules.hints import factory_hint
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding, BindingKind
from flake8_ssot_engine.semantics.references import Reference, Role
from flake8_ssot_engine.source import Span

if TYPE_CHECKING:
    from flake8_ssot_engine.fixing.structural import Calls

AnyRepair = TypeVar("AnyRepair", bound=Repair)


class Refused(Exception):  # noqa: N818 - it is an answer, not a mistake
    """Some repairs must not be made."""

    def __init__(
        self, repairs: Sequence[Repair], reason: str, *, is_blocking: bool = False
    ) -> None:
        super().__init__(reason)
        self.repairs = repairs
        self.reason = reason
        self.is_blocking = is_blocking


class _StatementChange(NamedTuple):
    statement: Statement
    replaced: dict[int, NewImport | None]
    added: list[NewImport]
    repairs: list[Repair]


class Assembly:
    """One attempt at the edits of a file. `edits` raises Refused; then another is due.

    After it, `renames` are the module's attributes that get another name, `gone` those that
    it loses. `kept_alias` says, by the id of a repair, why the old name stays as an alias.
    """

    def __init__(
        self,
        context: RuleContext,
        webs: Webs,
        places: Places,
        found: Collector,
        links: Links,
        *,
        keeps_relative: bool,
        allow_unsafe: bool,
    ) -> None:
        self._context = context
        self._model = context.model
        self._source = context.model.source
        self._webs = webs
        self._places = places
        self._renamer = Renamer(context.model, places)
        self._found = found
        self._links = links
        self._keeps_relative = keeps_relative
        self._allow_unsafe = allow_unsafe
        self._edits: set[Edit] = set()
        self._statements: dict[int, _StatementChange] = {}
        self._covered: set[int] = set()
        self._spelled: dict[int, str] = {}
        self.renames: dict[QualifiedName, QualifiedName] = {}
        self.gone: set[str] = set()
        self.kept_alias: dict[int, str] = {}
        self.aliases_made: set[str] = set()

    def edits(self) -> tuple[Edit, ...]:
        """Return the edits of all repairs that are wanted and not refused. Raises Refused."""
        redirects = [r for r in self._found.redirects.values() if _is_active(r)]
        submodules = [r for r in redirects if r.binding.kind is BindingKind.SUBMODULE_IMPORT]
        accesses = [a for a in self._found.accesses.values() if _is_active(a)]
        for redirect in submodules:
            self._each(redirect, self._submodule)
        for group in self._by_root(accesses):
            self._all(group, partial(self._accesses, group))
        for redirect in redirects:
            if redirect not in submodules:
                self._each(redirect, self._redirect)
        for star in self._found.stars:
            if _is_active(star):
                self._each(star, self._star)
        for rename in self._found.star_renames:
            if _is_active(rename):
                self._each(rename, self._star_rename)
        for string in self._found.strings.values():
            if _is_active(string):
                self._each(string, self._string)
        for change in self._statements.values():
            self._all(
                change.repairs,
                partial(self._change, change),
            )
        for call in sorted(
            (call for call in self._found.calls if _is_active(call)),
            key=lambda call: -self._source.span_of(call.reference.node).start,
        ):
            self._each(call, self._call)
        return tuple(sorted(self._edits, key=lambda edit: (edit.span, edit.text)))

    # --- imports

    def _redirect(self, redirect: Redirect) -> None:
        binding, local = redirect.binding, redirect.local
        web = self._webs.of(binding)
        is_exported = web.is_exported and binding.scope.parent is None
        own = self._model.name_of(binding)
        if is_exported and redirect.match is not None and own in self._links.blocked:
            raise Refusal(self._links.blocked[own])
        if local != binding.name and is_exported and own in self._links.kept:
            if redirect.match is None:
                raise Refusal(self._links.kept[own])
            local = binding.name
            self.kept_alias[id(redirect)] = self._links.kept[own]
            self.aliases_made.add(local)
        if redirect.match is not None:
            self._check_way(redirect)
        if redirect.match is not None and self._is_module(binding):
            self._chains_below(redirect, web, local)
        if local != binding.name:
            self._check_members(web, local)
            self._check_certain(redirect, web)
            if is_exported:
                self._rename_export(own, local)
            means = self._meaning(redirect.new)
            self._edits.update(self._renamer.rename(web, local, means, self._covered))
            if self._is_imported_before(binding, local, redirect.new):
                self._note(redirect, binding, None)
                return
        self._note(redirect, binding, self._new_import(redirect, local))

    def _check_way(self, redirect: Redirect) -> None:
        """Doubt an import from a module that binds the name in several ways."""
        name = redirect.binding.target
        while name is not None and self._context.index.match(name) is None:
            step = self._context.reexports.step(name)
            if len(step.elsewhere) != 1 or not step.is_certain:
                self._doubt(redirect, f"what `{name}` stands for is not certain")
                return
            name = step.elsewhere[0]

    def _rename_export(self, own: QualifiedName, local: str) -> None:
        if "." in local:
            self.gone.add(own.last)
        else:
            self.renames[own] = own.parent.child(local)

    def _new_import(self, redirect: Redirect, local: str) -> NewImport:
        alias, statement = redirect.binding.node, redirect.binding.statement
        assert isinstance(alias, ast.alias)
        new = redirect.new
        if isinstance(statement, ast.Import):
            return NewImport(None, str(new), local if alias.asname else None)
        assert isinstance(statement, ast.ImportFrom)
        is_doubled = alias.asname == alias.name  # `X as X` hands a name on, PEP 484
        name_here = local if local != new.last or is_doubled else None
        if redirect.keeps_module:
            return NewImport("." * statement.level + (statement.module or ""), new.last, name_here)
        if len(new) == 1:
            return NewImport(None, new.last, name_here)
        return NewImport(self._spelled_module(new.parent, statement), new.last, name_here)

    def _spelled_module(self, module: QualifiedName, statement: ast.stmt | None) -> str:
        if self._keeps_relative and isinstance(statement, ast.ImportFrom) and statement.level:
            return relative_module(self._model.package, module) or str(module)
        return str(module)

    def _check_members(self, web: Web, local: str) -> None:
        """Refuse to rename a web of which one import is to stay what it is."""
        for binding in web.bindings:
            if binding.kind not in IMPORTS:
                continue
            redirect = self._found.redirect_of(binding)
            line = self._line_of(binding)
            if redirect is None:
                raise Refusal(f"line {line} binds `{web.name}` to something else")
            if redirect.refused or not redirect.is_wanted:
                raise Refusal(f"the import of `{web.name}` on line {line} stays")
            if redirect.local != local:
                raise Refusal(f"`{web.name}` on line {line} is to have another name")

    def _check_certain(self, repair: Repair, web: Web) -> None:
        if web.stars:
            line = self._line_of(web.stars[0])
            self._doubt(repair, f"the star import on line {line} may bind `{web.name}` too")
        known = self._found.strings.keys()
        line_of_use = dynamic_use(self._model, web.name, known)
        if line_of_use is not None:
            self._doubt(repair, f"line {line_of_use} may look `{web.name}` up by its name")

    def _doubt(self, repair: Repair, reason: str) -> None:
        """Make a repair one that is made only when unsafe ones are asked for."""
        if not self._allow_unsafe:
            raise Refusal(f"{reason}; `--unsafe` does it")
        repair.unsafe = reason

    def _meaning(self, new: QualifiedName) -> Callable[[Binding], bool]:
        def means(binding: Binding) -> bool:
            if binding.kind not in IMPORTS or binding.target is None:
                return False
            match = self._context.match(binding.target)
            final = binding.target if match is None else match.replacement
            if final == new or binding.target == new[:1]:
                return True
            home = self._context.reexports.home(new)
            return (
                final is not None
                and home is not None
                and self._context.reexports.home(final) == home
            )

        return means

    def _is_imported_before(self, binding: Binding, local: str, new: QualifiedName) -> bool:
        """Whether the scope has the new name already where an import of the old one stands."""
        if self._is_alone(binding.statement):
            return False
        means = self._meaning(new)
        scope = binding.scope
        for other in (*scope.bindings.get(local, ()), *scope.bindings[binding.name]):
            redirect = self._found.redirect_of(other)
            is_moving = redirect is not None and _is_active(redirect)
            becomes = redirect.local if redirect is not None and is_moving else other.name
            if (
                other.kind is BindingKind.FROM_IMPORT
                and becomes == local
                and (means(other) or (redirect is not None and redirect.new == new))
                and not other.point.is_deferred
                and other.point.order < binding.point.order
                and other.point.branch.encloses(binding.point.branch)
            ):
                return True
        return False

    def _is_alone(self, statement: ast.stmt | None) -> bool:
        return id(statement) in self._only_statements

    @cached_property
    def _only_statements(self) -> set[int]:
        """The ids of the statements that are all that a block has."""
        found = set()
        for node in ast.walk(self._model.tree):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list) and len(block) == 1:
                    found.add(id(block[0]))
        return found

    def _note(self, repair: Repair, binding: Binding, new: NewImport | None) -> None:
        """Put what becomes of an import's alias with what becomes of its statement."""
        change = self._change_of(repair, binding)
        index = next(i for i, a in enumerate(change.statement.names) if a is binding.node)
        change.replaced[index] = new

    def _add(self, repair: Repair, binding: Binding, new: NewImport) -> None:
        """Have something imported after the statement of `binding`."""
        change = self._change_of(repair, binding)
        if new not in change.added:
            change.added.append(new)

    def _change_of(self, repair: Repair, binding: Binding) -> _StatementChange:
        statement = binding.statement
        assert isinstance(statement, (ast.Import, ast.ImportFrom))
        change = self._statements.setdefault(id(statement), _StatementChange(statement, {}, [], []))
        if repair not in change.repairs:
            change.repairs.append(repair)
        return change

    def _change(self, change: _StatementChange) -> None:
        wanted = Change(change.replaced, change.added)
        self._edits.update(change_statement(self._source, change.statement, wanted))

    # --- modules

    def _is_module(self, binding: Binding) -> bool:
        return binding.target is not None and (
            self._context.reexports.modules.is_module(binding.target)
            or not self._webs_has_calls_only(binding)
        )

    def _webs_has_calls_only(self, binding: Binding) -> bool:
        return not any(reference.attributes for reference in self._webs.of(binding).references)

    def _chains_below(self, redirect: Redirect, web: Web, local: str) -> None:
        """Rewrite the attributes of a moved module that have a move of their own."""
        target = redirect.binding.target
        assert target is not None
        for reference in web.references:
            for end in range(len(reference.attributes), 0, -1):
                attributes = reference.attributes[:end]
                match = self._context.match(target.child(*attributes))
                if match is None or not match.is_exact:
                    continue
                new = match.replacement
                if new is None:
                    raise Refusal(f"`{match.symbol}`, which is used, has no replacement")
                if new == redirect.new.child(*attributes):
                    break
                if new.parent == redirect.new:
                    self._rewrite_chain(reference, end, f"{local}.{new.last}")
                else:
                    self._bring(redirect, redirect.binding, reference, end, new)
                break

    def _rewrite_chain(self, reference: Reference, end: int, text: str) -> None:
        span = self._places.of_chain(reference, end)
        self._covered.add(id(reference.node))
        self._edits.add(Edit(self._source.path, span, text))

    def _bring(
        self, repair: Repair, root: Binding, reference: Reference, end: int, new: QualifiedName
    ) -> str:
        """Write `new` for a chain by its last part, or by that of its module; import it too.

        Returns what is written.
        """
        try:
            if reference.role is Role.STORE:  # a name of ours would be another variable
                raise Refusal("it is assigned to through its module")
            self._bring_name(repair, root, reference, end, new.last, new)
        except Refusal:
            if len(new) < 3:
                raise
            text = str(QualifiedName(new[-2:]))
            self._bring_name(repair, root, reference, end, text, new.parent)
            return text
        return new.last

    def _bring_name(
        self,
        repair: Repair,
        root: Binding,
        reference: Reference,
        end: int,
        text: str,
        new: QualifiedName,
    ) -> None:
        self._renamer.check_free(root.scope, new.last, [reference], self._meaning(new))
        self._rewrite_chain(reference, end, text)
        if not self._is_imported_before(root, new.last, new):
            module = self._spelled_module(new.parent, root.statement)
            self._add(repair, root, NewImport(module, new.last))

    def _submodule(self, redirect: Redirect) -> None:
        binding, new = redirect.binding, redirect.new
        assert binding.imported is not None
        assert binding.target is not None
        web = self._webs.of(binding)
        self._check_same_root(web)
        for access in self._found.accesses.values():
            full = binding.target.child(*access.reference.attributes)
            if access.root in web.bindings and full.is_under(binding.imported):
                self._rewrite_dotted(redirect, access, binding, is_imported=new)
        left = [r for r in web.references if id(r.node) not in self._covered]
        if any(binding.target.child(*r.attributes).is_under(binding.imported) for r in left):
            raise Refusal(f"a use of `{binding.imported}` is not followed")
        is_shared = any(other is not binding and self._stays(other) for other in web.bindings)
        if new[0] != binding.name:
            self._renamer.check_free(binding.scope, new[0], web.references, self._meaning(new))
            is_kept = self._is_public(binding) or self._model.name_of(binding) in self._links.kept
            if (left or is_kept) and not is_shared:
                self._add(redirect, binding, NewImport(None, binding.name))
            elif not is_shared and binding.scope.parent is None:
                self.gone.add(binding.name)
        self._note(redirect, binding, NewImport(None, str(new)))

    def _stays(self, binding: Binding) -> bool:
        redirect = self._found.redirect_of(binding)
        return redirect is None or not _is_active(redirect)

    def _is_public(self, binding: Binding) -> bool:
        """Whether others may well take this name from here."""
        if binding.scope.parent is not None:
            return False
        return self._model.is_package or binding.name in self._model.listed_names

    def _check_same_root(self, web: Web) -> None:
        targets = {binding.target for binding in web.bindings if binding.kind in IMPORTS}
        if len(targets) != 1 or any(b.kind not in IMPORTS for b in web.bindings):
            raise Refusal(f"what `{web.name}` stands for here is not certain")

    def _rewrite_dotted(
        self, repair: Repair, access: Access, root: Binding, is_imported: QualifiedName | None
    ) -> None:
        """Write a whole dotted name for a chain, and have its module imported."""
        new, reference = access.new, access.reference
        module = self._module_of(access)
        if new[0] != root.name:
            means = self._meaning(new)
            self._renamer.check_free(root.scope, new[0], [reference], means)
        self._rewrite_chain(reference, access.depth, str(new))
        is_there = is_imported is not None and new.is_under(is_imported)
        if not is_there and not self._is_loaded(root, module):
            self._add(repair, root, NewImport(None, str(module)))

    def _module_of(self, access: Access) -> QualifiedName:
        """Return the module that a new name lies in, as far as the disk tells."""
        modules, name = self._context.reexports.modules, access.new
        module, _ = modules.split(name)
        if len(module) >= len(name) - 1 and module != name.parent:
            return module
        return name if self._was_module(access) else name.parent

    def _was_module(self, access: Access) -> bool:
        """Whether what moved is a module: by the disk, or else by its name and its use."""
        if access.old is None:
            return False
        if self._context.reexports.modules.is_module(access.old):
            return True
        is_more_used = access.depth < len(access.reference.attributes)
        return is_more_used and not access.old.last[:1].isupper()

    def _is_loaded(self, root: Binding, module: QualifiedName) -> bool:
        """Whether a statement before `root`, or that of it, loads a module as `a.b.c`."""
        return any(
            other.kind in (BindingKind.SUBMODULE_IMPORT, BindingKind.IMPORT)
            and other.imported is not None
            and other.target == module[:1]
            and other.imported.is_under(module)
            and self._stays(other)
            and other.point.order <= root.point.order
            and other.point.branch.encloses(root.point.branch)
            for other in root.scope.bindings.get(module[0], ())
        )

    # --- attributes of modules that stay

    def _by_root(self, accesses: list[Access]) -> list[list[Access]]:
        groups: defaultdict[object, list[Access]] = defaultdict(list)
        for access in accesses:
            groups[key_of(access.root)].append(access)
        return list(groups.values())

    def _accesses(self, group: list[Access]) -> None:
        root = group[0].root
        for access in group:
            if not self._model.resolve_root(access.reference).is_certain:
                name = access.reference.name
                raise Refused([access], f"what `{name}` stands for here is not certain")
        moved = []
        for access in group:
            if not self._only_last_part(access):
                moved.append(access)
        if not moved:
            return
        alias = root.node
        if root.kind is BindingKind.SUBMODULE_IMPORT or (
            root.kind is BindingKind.IMPORT and isinstance(alias, ast.alias) and not alias.asname
        ):
            self._accesses_by_path(root, moved)
        elif root.kind in IMPORTS:
            self._accesses_by_object(root, moved)
        else:
            raise Refusal(f"it is reached through {root.kind.value} `{root.name}`")

    def _only_last_part(self, access: Access) -> bool:
        """Rewrite a chain whose module is right already; say whether it was one."""
        reference, new = access.reference, access.new
        found = self._model.resolve_root(reference).candidates[0].name
        if found.child(*reference.attributes[: access.depth - 1]) != new.parent:
            return False
        span = self._places.of_chain(reference, access.depth)
        last = reference.attributes[access.depth - 1]
        self._edits.add(Edit(self._source.path, Span(span.end - len(last), span.end), new.last))
        self._covered.add(id(reference.node))
        return True

    def _accesses_by_path(self, root: Binding, group: list[Access]) -> None:
        web = self._webs.of(root)
        self._check_same_root(web)
        module = self._module_of(group[0])
        rewritten = {id(access.reference.node) for access in group}
        assert root.target is not None
        below = [
            reference
            for reference in web.references
            if root.imported is not None
            and root.target.child(*reference.attributes).is_under(root.imported)
        ]
        others = [r for r in web.references if id(r.node) not in rewritten]
        takes_place = (
            root.kind is BindingKind.SUBMODULE_IMPORT
            and all(id(reference.node) in rewritten for reference in below)
            and all(self._module_of(access) == module for access in group)
            and (module[0] == root.name or not others)
            and not self._is_public(root)
            and self._model.name_of(root) not in self._links.kept
        )
        for access in group:
            self._rewrite_dotted(access, access, root, module if takes_place else None)
            self._link_deep(root, access, str(access.new))
        if takes_place:
            for access in group:
                self._note(access, root, NewImport(None, str(module)))
            if module[0] != root.name and root.scope.parent is None:
                self.gone.add(root.name)

    def _accesses_by_object(self, root: Binding, group: list[Access]) -> None:
        web = self._webs.of(root)
        rewritten = {id(access.reference.node) for access in group}
        module = group[0].new.parent
        takes_place = (
            len(web.bindings) == 1
            and all(id(reference.node) in rewritten for reference in web.references)
            and all(access.new.parent == module for access in group)
            and all(access.depth == 1 for access in group)
            and not self._is_public(root)
            and self._model.name_of(root) not in self._links.kept
        )
        if not takes_place:
            for access in group:
                text = self._bring(access, root, access.reference, access.depth, access.new)
                self._link_deep(root, access, text)
            return
        assert root.target is not None
        local = module.last if root.name == root.target.last else root.name
        references = [access.reference for access in group]
        if local != root.name:
            self._renamer.check_free(root.scope, local, references, self._meaning(module))
        if root.scope.parent is None:
            self.gone.add(root.name)
        for access in group:
            self._rewrite_chain(access.reference, 1, f"{local}.{access.new.last}")
            self._link_deep(root, access, f"{local}.{access.new.last}")
            new = Redirect(binding=root, new=module, local=local)
            self._note(access, root, self._new_import(new, local))

    def _link_deep(self, root: Binding, access: Access, text: str) -> None:
        """Note how others who reach the symbol through this module's module reach it now."""
        if root.scope.parent is not None:
            return
        own = self._model.name_of(root).child(*access.reference.attributes[: access.depth])
        if own in self._links.kept:
            raise Refusal(self._links.kept[own])
        self.renames[own] = self._model.module.child(*text.split("."))

    # --- strings and stars

    def _string(self, string: Respelling) -> None:
        self._edits.add(rename_string(self._source, string.node, string.old, string.new))

    def _star(self, star: StarRedirect) -> None:
        binding, match = star.binding, star.match
        new, old = match.replacement, binding.target
        assert new is not None
        assert old is not None
        if match.symbol != old:
            raise Refusal("a star import brings it; name what is used instead")
        names = self._context.reexports.modules.public_names
        before, after = names(old), names(new)
        used = set(self._model.names()) & (before or set())
        for name in used:
            own = self._context.match(old.child(name))
            if own is not None and own.replacement != new.child(name):
                raise Refusal(
                    f"a star import brings `{name}`; name what is used, and run this again"
                )
        if before is None or after is None or not used <= after or self._model.is_package:
            self._doubt(star, "what the two star imports bring may differ")
        self._note(star, binding, NewImport(self._spelled_module(new, binding.statement), "*"))

    def _star_rename(self, rename: StarRename) -> None:
        """Follow a module that renames what a star import brings."""
        assert rename.binding.target is not None
        known = self._context.reexports.modules.public_names(rename.binding.target)
        if known is None or rename.new in known:
            raise Refusal("what the star import brings is not certain")
        web = self._webs.by_star(rename.binding, rename.name)
        if web is None:
            return
        if len(web.bindings) > 1:
            raise Refusal(f"the star import is not all that binds `{rename.name}`")
        if web.is_exported:
            own = self._model.module.child(rename.name)
            if own in self._links.kept:
                raise Refusal(self._links.kept[own])
            self._rename_export(own, rename.new)
        self._edits.update(self._renamer.rename(web, rename.new, lambda binding: False))

    # --- calls

    def _call(self, call: CallRepair) -> None:
        reference, move, new = call.reference, call.match.move, call.match.replacement
        behind = self._found.behind(reference)
        is_deprecated = call.is_deprecated
        if new is None:
            raise Refusal("it has no replacement")
        if is_deprecated and not (behind and all(map(_is_active, behind))):
            reason = next((repair.refused for repair in behind if repair.refused), "")
            raise Refusal(reason or "what it calls is not rewritten")
        if reference.role is not Role.CALL or reference.call is None:
            raise Refusal(f"a person has to hand over `{factory_hint(move, new)}` instead")
        span = self._source.span_of(reference.call)
        callee = self._places.of_chain(reference, len(reference.attributes))
        for rewrite in move.calls:
            captures = self._calls.match(span, rewrite.pattern)
            if captures is None:
                continue
            if needs_await(rewrite) and not may_await(reference.scope):
                line = self._source.position(span.start).line
                reason = f"the call on line {line} needs `await`, thus an async function"
                if is_deprecated and not self._is_same_object(call):
                    if not self._allow_unsafe:
                        raise Refused([call, *behind], reason, is_blocking=True)
                    for repair in behind:
                        repair.unsafe = reason
                raise Refusal(reason)
            self._take_over(
                rewrite_call(
                    self._source,
                    span,
                    callee,
                    captures,
                    rewrite,
                    new=self._rewritten(
                        self._places.of_chain(reference, len(reference.attributes))
                    ),
                    parent=self._parents.get(id(reference.call)),
                    rewritten=self._rewritten,
                )
            )
            return
        if move.factory:
            raise Refusal(f"a person has to write `{new.last}.{move.factory}(...)`")
        if not is_deprecated:
            raise Refusal("no declared pattern matches the call")

    def _is_same_object(self, call: CallRepair) -> bool:
        """Whether the old name is but another one for the new class already."""
        new = call.match.replacement
        home = self._context.reexports.home(call.match.move.old)
        return new is not None and home is not None and home == self._context.reexports.home(new)

    @cached_property
    def _calls(self) -> Calls:
        from flake8_ssot_engine.fixing.structural import Calls

        return Calls(self._source)

    @cached_property
    def _parents(self) -> dict[int, ast.AST]:
        """The parents of calls and awaits, by the ids of these."""
        return {
            id(child): node
            for node in ast.walk(self._model.tree)
            for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.Call) and not _is_argument(node, child)
        }

    def _rewritten(self, span: Span) -> str:
        inner = [edit for edit in self._edits if span.contains(edit.span)]
        shifted = [
            edit._replace(span=Span(edit.span.start - span.start, edit.span.end - span.start))
            for edit in inner
        ]
        return apply_edits(self._source.text[span.start : span.end], shifted).text

    def _take_over(self, edits: list[Edit]) -> None:
        """Let edits take the place of those that they contain."""
        self._edits = {
            edit
            for edit in self._edits
            if not any(other.span.contains(edit.span) for other in edits)
        }
        self._edits.update(edits)

    # --- how attempts end

    def _line_of(self, binding: Binding) -> int:
        return self._source.position(self._model.span_of_binding(binding).start).line

    def _each(self, repair: AnyRepair, make: Callable[[AnyRepair], None]) -> None:
        self._all([repair], lambda: make(repair))

    def _all(self, repairs: Sequence[Repair], make: Callable[[], object]) -> None:
        try:
            make()
        except Refusal as refusal:
            raise Refused(repairs, refusal.reason) from None


def _is_active(repair: Repair) -> bool:
    return repair.is_wanted and not repair.refused


def _is_argument(node: ast.AST, child: ast.AST) -> bool:
    """Whether a call stands where any expression may, though its parent binds tightly."""
    if isinstance(node, ast.Call):
        return child is not node.func
    return isinstance(node, ast.Subscript) and child is not node.value
