"""Accesses: attributes of modules that are to reach something else."""

from __future__ import annotations

import ast
from collections import defaultdict

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.engine.planning.refused import Refused
from flake8_ssot_engine.engine.planning.repairs import (
    Access,
    Redirect,
    Repair,
)
from flake8_ssot_engine.engine.planning.workbench import Workbench
from flake8_ssot_engine.fixing.imports import NewImport
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.fixing.webs import Web, key_of
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding, BindingKind
from flake8_ssot_engine.semantics.references import Reference, Role
from flake8_ssot_engine.source import Span


class Accesses(Workbench):
    """Rewrites attribute chains, and imports what they need."""

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
            try:
                self._check_access(access)
            except Refusal as refusal:
                raise Refused([access], refusal.reason) from None
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

    def _check_access(self, access: Access) -> None:
        if access.old is None:
            return
        reference = access.reference
        start = self._model.resolve_root(reference).candidates[0].name
        reached = start.child(*reference.attributes[: access.depth])
        if not access.is_owner:
            self._check_way(access, reached)
        is_rebound = reference.role is Role.STORE and access.depth == len(reference.attributes)
        if is_rebound and reached != access.old:
            raise Refusal(f"it puts something else in the place of `{reached}`")

    def _only_last_part(self, access: Access) -> bool:
        """Rewrite a chain whose module is right already; say whether it was one."""
        reference, new = access.reference, access.new
        if access.depth == 0 or self._was_module(access):  # which has to be imported as well
            return False
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
            and all(len(self._imports_behind(r, root)) == 1 for r in below)
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
        module = _home(group[0])
        takes_place = (
            len(web.bindings) == 1
            and all(id(reference.node) in rewritten for reference in web.references)
            and all(_home(access) == module and access.depth <= 1 for access in group)
            and not self._is_public(root)
            and self._model.name_of(root) not in self._links.kept
        )
        if not takes_place:
            for access in group:
                text = self._bring(access, root, access.reference, access.depth, access.new)
                if access.depth > 0:
                    self._link_deep(root, access, text)
            return
        assert root.target is not None
        local = module.last if root.name == root.target.last else root.name
        references = [access.reference for access in group]
        if local != root.name:
            self._renamer.check_free(root.scope, local, references, self._meaning(module), [root])
        if root.scope.parent is None:
            self.gone.add(root.name)
        for access in group:
            text = local if access.depth == 0 else f"{local}.{access.new.last}"
            self._rewrite_chain(access.reference, access.depth, text)
            if access.depth > 0:
                self._link_deep(root, access, text)
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
        self._renamer.check_free(root.scope, new.last, [reference], self._meaning(new), [root])
        self._rewrite_chain(reference, end, text)
        for binding in self._imports_behind(reference, root):
            if not self._is_imported_before(binding, new.last, new):
                module = self._spelled_module(new.parent, binding.statement)
                self._add(repair, binding, NewImport(module, new.last))

    def _imports_behind(self, reference: Reference, root: Binding) -> list[Binding]:
        """Return the imports that may be in force at a use: what it needs, all must bring."""
        live = [b for b in self._model.bindings_behind(reference) if b.kind in IMPORTS]
        return live or [root]

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
            self._renamer.check_free(root.scope, new[0], [reference], means, [root])
        self._rewrite_chain(reference, access.depth, str(new))
        is_there = is_imported is not None and new.is_under(is_imported)
        for binding in self._imports_behind(reference, root) if not is_there else ():
            if not self._is_loaded(binding, module):
                self._add(repair, binding, NewImport(None, str(module)))

    def _module_of(self, access: Access) -> QualifiedName:
        """Return the module that a new name lies in, as far as the disk tells."""
        modules, name = self._context.reexports.modules, access.new
        module, _ = modules.split(name)
        if len(module) >= len(name) - 1 and module != name.parent:
            return module
        return name if self._was_module(access) or len(name) == 1 else name.parent

    def _was_module(self, access: Access) -> bool:
        """Whether what moved is a module: by the disk, or else by its name and its use."""
        if access.old is None or access.is_owner:
            return access.is_owner
        modules = self._context.reexports.modules
        for name in (access.old, access.new):
            if modules.is_module(name):
                return True
            if modules.binds(name):
                return False
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


def _home(access: Access) -> QualifiedName:
    """Return the module that a chain is to reach, or to reach into."""
    return access.new if access.depth == 0 else access.new.parent
