"""SemanticModel: all that a rule may ask about one file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cached_property, partial

from flake8_ssot_engine.names import QualifiedName, package_of
from flake8_ssot_engine.semantics.annotations import type_comments
from flake8_ssot_engine.semantics.binder import Binder
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.definitions import Definitions, definition_names
from flake8_ssot_engine.semantics.flow import Point
from flake8_ssot_engine.semantics.focus import Focus
from flake8_ssot_engine.semantics.lazy_exports import LazyExport, bound_as, lazy_exports
from flake8_ssot_engine.semantics.public_list import public_list
from flake8_ssot_engine.semantics.references import Reference, ReferenceIndex, Role
from flake8_ssot_engine.semantics.resolver import PublicNames, Resolution, Resolver
from flake8_ssot_engine.semantics.scopes import Scope, end_of
from flake8_ssot_engine.semantics.words import HOOK
from flake8_ssot_engine.source import SourceFile, Span

_NAMED_AT_END = frozenset({BindingKind.CAPTURE, BindingKind.EXCEPTION})


class SemanticModel:
    """The scopes, bindings and references of one file, with what they resolve to.

    `module` is the file's own qualified name, `is_package` whether it is an `__init__`.
    `public_names` tells what the star imports in it bring, None where nobody knows. With a
    `focus` all that follows is about the statements in it; `tree` is cut down to them.
    """

    def __init__(
        self,
        source: SourceFile,
        tree: ast.Module,
        module: QualifiedName,
        *,
        is_package: bool,
        public_names: PublicNames = lambda module: None,
        focus: Focus | None = None,
    ) -> None:
        self.source = source
        self._whole = tree
        self.tree = tree = tree if focus is None else focus.cut(tree)
        self.module = module
        self.is_package = is_package
        self.package = package_of(module, is_package=is_package)
        binder = Binder(
            tree,
            self.package,
            source.text,
            type_comments=type_comments(source.text),
        )
        binder.visit_module(tree)
        self.scopes: list[Scope] = binder.scopes
        self._references = binder.references
        self._reference_index = ReferenceIndex(binder.references)
        self._spans: dict[tuple[int, bool], Span] = {}
        self._behind: dict[tuple[str, int, Point], list[Binding]] = {}
        self.focus = focus
        self._resolver = Resolver(
            module,
            public_names=public_names,
            need_bindings=_all_is_known if focus is None else focus.need_bindings,
        )

    def need_uses(self, names: Iterable[str]) -> None:
        """Make sure that all is known about some names. Raises OutOfFocus."""
        if self.focus is not None:
            self.focus.need_uses(names)

    def need_bindings(self, names: Iterable[str]) -> None:
        """Make sure that all that binds some names is known. Raises OutOfFocus."""
        if self.focus is not None:
            self.focus.need_bindings(*names)

    # --- what there is

    def bindings(self) -> Iterator[Binding]:
        """Yield every binding of the file, scope by scope."""
        for scope in self.scopes:
            for bindings in scope.bindings.values():
                yield from bindings

    def bindings_of(self, name: str) -> Iterator[Binding]:
        """Yield every binding of `name`, in whatever scope."""
        self.need_uses((name,))
        for scope in self.scopes:
            yield from scope.bindings.get(name, ())

    def references_to(self, names: Iterable[str]) -> Iterator[Reference]:
        """Yield the references whose first part is one of `names`, in source order."""
        names = tuple(names)
        self.need_uses(names)
        return self.references_in_focus(names)

    def references_in_focus(self, names: Iterable[str]) -> Iterator[Reference]:
        """Yield those of such references that are in focus, be it all of them or not."""
        found = [reference for name in names for reference in self._references.get(name, ())]
        return iter(sorted(found, key=lambda reference: reference.point.order))

    def calls(self) -> Iterator[Reference]:
        """Yield the references that are called, name by name."""
        for references in self._references.values():
            yield from (reference for reference in references if reference.role is Role.CALL)

    def reference_at(self, node: ast.expr) -> Reference | None:
        """Return the reference that a node is, where it is a name or an attribute chain."""
        return self._reference_index.at(node)

    def names(self) -> Iterable[str]:
        """Return every name that is used anywhere."""
        return self._references.keys()

    @cached_property
    def listed_names(self) -> frozenset[str]:
        """The names that the module's `__all__` spells out."""
        listed = public_list(self.tree.body)
        return frozenset(listed.names if listed else ())

    @cached_property
    def definitions(self) -> Definitions:
        """The functions and classes of the file."""
        return Definitions(self.source, self.scopes)

    @cached_property
    def definition_names(self) -> frozenset[str]:
        """The qualified names of all functions and classes of the file, in focus or not."""
        return definition_names(self._whole)

    def lazy_exports(self) -> list[LazyExport]:
        """Return the names that the module's `__getattr__` gives out."""
        if HOOK not in self.scopes[0].bindings:
            return []
        resolve = partial(bound_as, self._reference_index, self._resolver)
        return list(lazy_exports(self.tree, self.package, resolve))

    # --- what it means

    def resolve(self, reference: Reference) -> Resolution:
        """Return what a reference may stand for, its attributes included."""
        return self._resolver.resolve(reference)

    def resolve_root(self, reference: Reference) -> Resolution:
        """Return what the first part of a reference may stand for."""
        return self._resolver.resolve_root(reference)

    def resolve_at_end(self, name: str) -> Resolution:
        """Return what the module's attribute `name` may stand for once the module has run."""
        module = self.scopes[0]
        return self._resolver.look_up(name, module, end_of(module))

    def bindings_behind(self, reference: Reference) -> list[Binding]:
        """Return the bindings of the first part of a reference that may be in force at it."""
        key = (reference.name, id(reference.scope), reference.point)
        known = self._behind.get(key)
        if known is None:
            known = self._behind[key] = self._resolver.bindings_behind(
                reference.name, reference.scope, reference.point
            )
        return known

    def bindings_at_end(self, name: str) -> list[Binding]:
        """Return what the module's attribute `name` may be bound by once the module has run."""
        module = self.scopes[0]
        return self._resolver.bindings_behind(name, module, end_of(module))

    def name_of(self, binding: Binding) -> QualifiedName:
        """Return the qualified name under which others reach this binding."""
        return self._resolver.name_of(binding)

    # --- where it is

    def span_of_reference(self, reference: Reference, depth: int | None = None) -> Span:
        """Return the span of a reference, or of its first part and `depth` attributes.

        Before Python 3.12 the positions inside an f-string can be wrong (bpo-35212 and kin);
        where the text there is not the name, it is looked for around the f-string's lines.
        """
        depth = len(reference.attributes) if depth is None else depth
        node = reference.node_of(depth)
        key = (id(node), reference.is_quoted)
        known = self._spans.get(key)
        if known is None:
            known = self._spans[key] = self._find_reference(reference, depth, node)
        return known

    def _find_reference(self, reference: Reference, depth: int, node: ast.expr) -> Span:
        span = self.source.span_of(node)
        name = ([reference.name, *reference.attributes][: depth + 1])[-1]
        found = self.source.text[span.start : span.end]
        if found.endswith(name.lstrip("_")) or (reference.is_quoted and name in found):
            return span
        return self._search_reference(reference, depth, span)

    def span_of_binding(self, binding: Binding) -> Span:
        """Return the span of an import's alias, or of the bound name itself."""
        span = self.source.span_of(binding.node)
        if isinstance(binding.node, (ast.alias, ast.Name)):
            return span
        pattern = re.compile(rf"\b{re.escape(binding.name)}\b")
        text = self.source.text
        if binding.kind in _NAMED_AT_END:
            if isinstance(binding.node, ast.ExceptHandler) and binding.node.type is not None:
                span = Span(self.source.span_of(binding.node.type).end, span.end)
                match = pattern.search(text, span.start, span.end)
            else:
                every = list(pattern.finditer(text, span.start, span.end))
                match = every[-1] if every else None
        else:
            match = pattern.search(text, span.start, span.end)
        return span if match is None else Span(match.start(), match.end())

    def _search_reference(self, reference: Reference, depth: int, near: Span) -> Span:
        dotted = r"\s*\.\s*".join(
            re.escape(part) for part in (reference.name, *reference.attributes[:depth])
        )
        start = self.source.line_starts[self.source.position(near.start).line - 1]
        match = re.compile(rf"\b{dotted}\b").search(self.source.text, start)
        return near if match is None else Span(match.start(), match.end())


def _all_is_known(name: str) -> None: ...
