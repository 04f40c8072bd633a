"""Mentions: the places where a file names an attribute of another module that may be renamed.

A module that imports a moved symbol hands it on under its old name, meant or not. When the fix
renames that, every other file that reaches the symbol through the module has to follow.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.references import Reference


class Mention(NamedTuple):
    """A place that names `name`, an attribute of another module, which may become `renamed`.

    The place is an import's `binding`, or a `reference` whose first `depth` attributes spell
    it, or a string `node` that stands for `spelled`.
    """

    name: QualifiedName
    renamed: QualifiedName
    binding: Binding | None = None
    reference: Reference | None = None
    depth: int = 0
    node: ast.expr | ast.keyword | None = None
    spelled: QualifiedName = QualifiedName(())


def find_mentions(everything: RuleContext) -> list[Mention]:
    """Return the mentions of a file; `everything` is its context with no move left out."""
    return list(_Finder(everything).find())


class _Finder:
    def __init__(self, context: RuleContext) -> None:
        self.context = context
        self.model = context.model
        self.modules = context.reexports.modules
        self.olds = frozenset(move.old.last for _, move in context.index)
        self._renamed: dict[QualifiedName, QualifiedName | None] = {}

    def find(self) -> Iterator[Mention]:
        for binding in self.model.bindings():
            if binding.target is None:
                continue
            if binding.kind is BindingKind.STAR_IMPORT:
                yield from self._by_star(binding, binding.target)
            elif binding.kind is BindingKind.FROM_IMPORT and binding.target.last in self.olds:
                for name, renamed in self._prefixes(binding.target):
                    yield Mention(name, renamed, binding=binding)
        yield from self._by_attribute()
        yield from self._by_string()
        yield from self._by_object()

    def _by_star(self, binding: Binding, module: QualifiedName) -> Iterator[Mention]:
        known = self.modules.public_names(module)
        for old in sorted(self.olds if known is None else self.olds & known):
            for name, renamed in self._prefixes(module.child(old)):
                yield Mention(name, renamed, binding=binding)

    def _by_attribute(self) -> Iterator[Mention]:
        roots = {
            binding.name
            for binding in self.model.bindings()
            if binding.target is not None or binding.value is not None
        }
        for reference in self.model.references_in_focus(roots):
            if self.olds.isdisjoint(reference.attributes):
                continue
            for candidate in self.model.resolve_root(reference).candidates:
                if candidate.is_own:
                    continue
                whole = candidate.name.child(*reference.attributes)
                for name, renamed in self._prefixes(whole):
                    depth = len(name) - len(candidate.name)
                    if depth > 0:
                        yield Mention(name, renamed, reference=reference, depth=depth)

    def _by_string(self) -> Iterator[Mention]:
        for found in self.context.string_names:
            for name, renamed in self._prefixes(found.name):
                yield Mention(name, renamed, node=found.node, spelled=found.name)

    def _by_object(self) -> Iterator[Mention]:
        """Yield what a module may be asked for that is got by its name, or as a dictionary.

        Such a mention has no place: it cannot be followed.
        """
        spelled = {old for old in self.olds if old in self.model.source.text}
        if not spelled:
            return
        named = {
            string.name
            for string in self.context.string_names
            if string.owner is None and string.is_looked_up and not string.rebinds
        }
        if self._looks_names_up:
            named.update(b.target for b in self.model.bindings() if b.target is not None)
        for module in named:
            if self.modules.file_of(module) is not None:
                for old in sorted(spelled):
                    for name, renamed in self._parts(module.child(old)):
                        if name.parent == module and not self._is_followed(name):
                            yield Mention(name, renamed)

    @cached_property
    def _looks_names_up(self) -> bool:
        looks_up = "__dict__" in self.model.source.text or any(self.model.references_to(["vars"]))
        return looks_up and any(
            isinstance(node, ast.Constant) and node.value in self.olds
            for node in ast.walk(self.model.tree)
        )

    def _is_followed(self, name: QualifiedName) -> bool:
        """Whether the file names something by a path that is followed, and in no other way."""
        word = re.compile(rf"\b{re.escape(name.last)}\b")
        paths = {str(string.name) for string in self.context.string_names}
        text = self.model.source.text
        for path in paths:
            text = text.replace(path, "")
        return word.search(text) is None

    def _prefixes(self, whole: QualifiedName) -> Iterator[tuple[QualifiedName, QualifiedName]]:
        """Yield the parts of a name that may be renamed, with what they would become.

        Where its module moves, that is asked of its new home as well.
        """
        yield from self._parts(whole)
        moved = self.context.index.match(whole)
        if moved is not None and moved.replacement is not None and not moved.is_exact:
            yield from self._parts(moved.replacement)

    def _parts(self, whole: QualifiedName) -> Iterator[tuple[QualifiedName, QualifiedName]]:
        for end in range(2, len(whole) + 1):
            if whole[end - 1] in self.olds:
                name = QualifiedName(whole[:end])
                if name not in self._renamed:
                    self._renamed[name] = self._as_renamed(name)
                renamed = self._renamed[name]
                if renamed is not None:
                    yield name, renamed

    def _as_renamed(self, name: QualifiedName) -> QualifiedName | None:
        """Return what a module's attribute would become; None if it is none or would stay."""
        module, attributes = self.modules.split(name)
        if not attributes or self.modules.file_of(module) is None:
            return None
        match = self.context.match_path(name)
        if match is not None:
            if not match.is_exact or match.replacement is None or name == match.move.old:
                return None
            matches = [match]
        else:
            matches = self.context.moved_to(name)
        for match in matches:
            new = match.replacement
            if new is None or name.last != match.move.old.last:
                continue
            if len(attributes) > 1 or new.last != name.last:
                return name.parent.child(new.last)
        return None
