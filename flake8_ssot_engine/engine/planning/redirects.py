"""Redirects: imports that are to bring something else, with the names that they bind."""

from __future__ import annotations

import ast

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.engine.planning.accesses import Accesses
from flake8_ssot_engine.engine.planning.repairs import (
    Redirect,
    Repair,
    StarRedirect,
    StarRename,
    Unalias,
)
from flake8_ssot_engine.fixing.imports import NewImport, remove_statement
from flake8_ssot_engine.fixing.names import dynamic_use
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.fixing.strings import rename_string
from flake8_ssot_engine.fixing.webs import Web
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding


class Redirects(Accesses):
    """Rewrites import statements, and renames what they bind."""

    def _redirect(self, redirect: Redirect) -> None:
        binding, local = redirect.binding, redirect.local
        if redirect.new.parent == self._model.module and not redirect.keeps_module:
            raise Refusal("the module would import from itself; define the symbol here first")
        web = self._webs.of(binding)
        names = [alias.asname or alias.name for alias in getattr(binding.statement, "names", ())]
        if names.count(binding.name) > 1:
            raise Refusal(f"the statement binds `{binding.name}` more than once")
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
            self._check_way(redirect, binding.target)
        if redirect.match is not None and self._is_module(binding):
            self._chains_below(redirect, web, local)
            self._strings_below(redirect)
        if local != binding.name:
            self._check_members(web, local)
            self._check_certain(redirect, web)
            if is_exported:
                self._rename_export(own, local)
            means = self._meaning(redirect.new)
            self._edits.update(self._renamer.rename(web, local, means, self._covered))
            is_only_imported = all(b.kind in IMPORTS for b in web.bindings)
            if is_only_imported and self._is_imported_before(binding, local, redirect.new):
                self._note(redirect, binding, None)
                return
        self._note(redirect, binding, self._new_import(redirect, local))

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

    def _strings_below(self, redirect: Redirect) -> None:
        """Rename what is looked up by its name in a module that moves."""
        for string in self._context.string_names:
            if string.owner is None or string.owner != redirect.binding.target:
                continue
            match = self._context.match(string.name)
            new = None if match is None else match.replacement
            if new is None or new.parent != redirect.new:
                raise Refusal(f"`{string.name.last}`, which is looked up in it, is elsewhere now")
            if new.last != string.name.last:
                old = redirect.new.child(string.name.last)
                self._edits.add(rename_string(self._source, string.node, old, new))

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
            self._renamer.check_free(
                binding.scope, new[0], web.references, self._meaning(new), web.bindings
            )
            is_kept = self._is_public(binding) or self._model.name_of(binding) in self._links.kept
            if (left or is_kept) and not is_shared:
                self._add(redirect, binding, NewImport(None, binding.name))
            elif not is_shared and binding.scope.parent is None:
                self.gone.add(binding.name)
        self._note(redirect, binding, NewImport(None, str(new)))

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

    def _unalias(self, alias: Unalias) -> None:
        """Take an assignment away, and spell out its value where its name is used."""
        binding, statement = alias.binding, alias.binding.statement
        value = binding.value
        assert value is not None
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or (
            isinstance(statement, ast.Assign) and len(statement.targets) > 1
        ):
            raise Refusal("the assignment binds more than this name")
        web = self._webs.of(binding)
        if len(web.bindings) > 1:
            raise Refusal(f"the assignment is not all that binds `{binding.name}`")
        self._check_certain(alias, web)
        if not self._model.resolve(value).is_certain:
            raise Refusal(f"what `{value.name}` stands for here is not certain")
        text = ".".join((value.name, *value.attributes))
        live = self._model.bindings_behind(value)
        self._renamer.check_free(
            binding.scope, value.name, web.references, lambda other: other in live
        )
        own = self._model.name_of(binding)
        if web.is_exported and binding.scope.parent is None:
            if own in self._links.kept:
                raise Refusal(self._links.kept[own])
            self._rename_export(own, text)
        for reference in web.references:
            self._edits.add(Edit(self._source.path, self._places.of_name(reference), text))
        is_alone = self._is_alone(statement)
        self._edits.update(remove_statement(self._source, statement, is_alone=is_alone))
