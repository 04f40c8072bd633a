"""Names: what must be written so that a web of bindings and uses goes by another name."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Collection, Iterator

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.fixing.places import Places
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.fixing.webs import Web, is_star, scopes_from
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding, BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.public_list import public_list
from flake8_ssot_engine.semantics.references import Reference, Role
from flake8_ssot_engine.semantics.scopes import Scope, ScopeKind
from flake8_ssot_engine.source import Span

_RENAMEABLE = frozenset(
    {
        BindingKind.ALIAS,
        BindingKind.ASSIGNMENT,
        BindingKind.DECLARATION,
        BindingKind.DELETION,
        BindingKind.LOOP,
        BindingKind.WALRUS,
        BindingKind.WITH,
    }
)
"""Bindings whose node is the name itself. A parameter's name is its callers' business too, a
class or function knows its own name, and the others have no place of their own."""
_EVALUATES = frozenset({"eval", "exec"})
_DYNAMIC = _EVALUATES | {"dir", "globals", "locals", "vars"}

MeansTheSame = Callable[[Binding], bool]
"""Tells whether a binding of the new name stands, or will stand, for the very same thing."""


class Renamer:
    """Renames webs of one file."""

    def __init__(self, model: SemanticModel, places: Places) -> None:
        self._model = model
        self._places = places
        self._path = model.source.path

    def rename(
        self, web: Web, new: str, means_the_same: MeansTheSame, covered: Collection[int] = ()
    ) -> list[Edit]:
        """Return the edits that call a web `new`, those of its import statements left out.

        `covered` are the ids of reference nodes that are rewritten whole. `new` may be dotted
        where an import of a module is all that binds the name. Raises Refusal.
        """
        self._check_bindings(web)
        scope = web.scopes[0] if web.scopes else self._model.scopes[0]
        self._model.need_uses((new,))
        others = scope.bindings.get(new, ())
        if others and any(b.kind not in IMPORTS for b in web.bindings):
            raise self._taken(new, others[0])  # what rebinds the one would rebind the other
        deleted = (b.kind is BindingKind.DELETION for b in scope.bindings.get(web.name, ()))
        if any(deleted) and any(
            self._would_be_captured(reference, scope, new)
            for reference in self._model.references_to([new])
        ):
            raise Refusal(f"`{web.name}` is deleted, and `{new}` is used as well")
        references = [r for r in web.references if id(r.node) not in covered]
        self.check_free(scope, new.split(".")[0], references, means_the_same, web.bindings)
        if "." in new and any(r.role in (Role.EXPORT, Role.STORE) for r in references):
            raise Refusal(f"`{web.name}` is listed or assigned to where `{new}` cannot be")
        spans = {self._places.of_name(reference) for reference in references}
        for binding in web.bindings:
            if binding.kind not in IMPORTS and not is_star(binding):
                spans.add(self._model.source.span_of(binding.node))
        spans.update(self._spans_of_declarations(web))
        return [Edit(self._path, span, new) for span in sorted(spans)]

    def _check_bindings(self, web: Web) -> None:
        """Refuse a web that holds a binding which cannot be renamed."""
        if len(web.scopes) > 1:
            raise Refusal(f"a class body takes `{web.name}` from itself or from the module")
        if web.scopes and web.scopes[0].kind is ScopeKind.CLASS:
            raise Refusal(f"`{web.name}` is an attribute of the class that imports it")
        if web.name.startswith("__"):
            raise Refusal(f"`{web.name}` goes by another name inside classes")
        for binding in web.bindings:
            if binding.kind in IMPORTS or is_star(binding):
                continue
            line = self._line_of(binding)
            if binding.kind not in _RENAMEABLE or not isinstance(binding.node, ast.Name):
                raise Refusal(f"{binding.kind.value} `{web.name}` on line {line} is in the way")

    def check_free(
        self,
        scope: Scope,
        new: str,
        references: Collection[Reference],
        means_the_same: MeansTheSame,
        binders: Collection[Binding] = (),
    ) -> None:
        """Refuse where `new`, bound in `scope`, would hide something or be hidden.

        `binders` are what binds it from now on.
        """
        if keyword.iskeyword(new):
            raise Refusal(f"`{new}` is a keyword")
        if new.startswith("__") and not new.endswith("__"):
            raise Refusal(f"`{new}` goes by another name inside classes")
        self._model.need_uses((new,))
        for binding in scope.bindings.get(new, ()):
            if not means_the_same(binding):
                raise self._taken(new, binding)
        for reference in references:
            for inner in scopes_from(reference.scope, scope):
                for binding in inner.bindings.get(new, ()):
                    if not means_the_same(binding) and self._sees(reference.scope, inner, new):
                        raise self._taken(new, binding)
        if new not in scope.bindings:
            for reference in self._model.references_to([new]):
                if not self._would_be_captured(reference, scope, new):
                    continue
                live = self._model.bindings_behind(reference)
                is_same = live and all(map(means_the_same, live))
                if not is_same or not self._is_bound_at(scope, reference, binders):
                    line = self._model.source.position(self._places.of_name(reference).start).line
                    raise Refusal(f"`{new}` on line {line} already means something else")

    @staticmethod
    def _is_bound_at(scope: Scope, reference: Reference, binders: Collection[Binding]) -> bool:
        """Whether a name that a scope is to own is bound for sure where it is used already."""
        use = scope.position_of(reference.scope, reference.point)
        return any(
            binding.scope is scope
            and not binding.point.is_deferred
            and not use.is_deferred
            and binding.point.order < use.order
            and binding.point.branch.encloses(use.branch)
            for binding in binders
        )

    def _would_be_captured(self, reference: Reference, scope: Scope, new: str) -> bool:
        if scope not in reference.scope.within() or not self._sees(reference.scope, scope, new):
            return False
        inner = scopes_from(reference.scope, scope)
        return not any(new in s.bindings and self._sees(reference.scope, s, new) for s in inner)

    @staticmethod
    def _sees(inner: Scope, outer: Scope, name: str) -> bool:
        """Whether code directly in `inner` looks for a name in `outer`."""
        if name in inner.globals:
            return outer.parent is None
        return outer.kind is not ScopeKind.CLASS or outer is inner

    def _taken(self, new: str, binding: Binding) -> Refusal:
        return Refusal(f"`{new}` on line {self._line_of(binding)} already means something else")

    def _line_of(self, binding: Binding) -> int:
        return self._model.source.position(self._model.span_of_binding(binding).start).line

    def _spans_of_declarations(self, web: Web) -> Iterator[Span]:
        """Yield the places of the name in `global` and `nonlocal` statements."""
        pattern = re.compile(rf"\b{re.escape(web.name)}\b")
        declaring = [
            s for s in self._model.scopes if web.name in s.globals or web.name in s.nonlocals
        ]
        for scope in declaring:
            owner = scope.module if web.name in scope.globals else scope.owner_of(web.name)
            if owner not in web.scopes:
                continue
            assert owner is not None
            every = [b for b in owner.bindings.get(web.name, ()) if not is_star(b)]
            if len(every) != len([b for b in web.bindings if not is_star(b)]):
                raise Refusal(f"`global {web.name}` stands for more than one thing")
            for node in ast.walk(scope.node):
                if isinstance(node, (ast.Global, ast.Nonlocal)) and web.name in node.names:
                    span = self._model.source.span_of(node)
                    match = pattern.search(self._model.source.text, span.start, span.end)
                    if match is not None:
                        yield Span(match.start(), match.end())


def dynamic_use(model: SemanticModel, name: str, known: Collection[int]) -> int | None:
    """Return the line of a string by which the program may look `name` up, if there is one.

    That is a string that is the name, in a file that calls `globals()` or its kin, or one with
    the word in it, in a file that calls `eval`. `known` are the ids of strings that are none.
    """
    called = {
        reference.name
        for reference in model.references_to(_DYNAMIC)
        if reference.role is Role.CALL
        and (reference.name in _EVALUATES or not (reference.call and reference.call.args))
        and not model.bindings_behind(reference)
    }
    if not called:
        return None
    word = re.compile(rf"\b{re.escape(name)}\b")
    listed = public_list(model.tree.body)
    known = {*known, *map(id, listed.entries if listed else ())}
    for node in ast.walk(model.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in known:
            is_code = called & _EVALUATES and word.search(node.value) and "\n" not in node.value
            if node.value == name or is_code:
                return node.lineno
    return None
