"""Calls: those that a move declares a rewrite for."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_ssot_engine.edits import Edit, apply_edits
from flake8_ssot_engine.engine.planning.repairs import (
    CallRepair,
)
from flake8_ssot_engine.fixing.calls import may_await, needs_await, rewrite_call
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.rules.hints import factory_hint
from flake8_ssot_engine.semantics.references import Role
from flake8_ssot_engine.semantics.scopes import Scope
from flake8_ssot_engine.source import Span

if TYPE_CHECKING:
    from flake8_ssot_engine.fixing.structural import CallNodes

from flake8_ssot_engine.engine.planning.redirects import Redirects
from flake8_ssot_engine.engine.planning.refused import Refused
from flake8_ssot_engine.engine.planning.workbench import is_active


class CallRewrites(Redirects):
    """Rewrites calls of the old class, or of the new one as the old one was called."""

    def _call(self, call: CallRepair) -> None:
        reference, move, new = call.reference, call.match.move, call.match.replacement
        behind = self._found.behind(reference)
        is_deprecated = call.is_deprecated
        if new is None:
            raise Refusal("it has no replacement")
        if is_deprecated and not (behind and all(map(is_active, behind))):
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
            if needs_await(rewrite) and not self._may_await(reference.scope):
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

    def _may_await(self, scope: Scope) -> bool:
        return may_await(scope) or (self._may_wait and scope.parent is None)

    def _is_same_object(self, call: CallRepair) -> bool:
        """Whether the old name is but another one for the new class already."""
        new = call.match.replacement
        home = self._context.reexports.home(call.match.move.old)
        return new is not None and home is not None and home == self._context.reexports.home(new)

    @cached_property
    def _calls(self) -> CallNodes:
        from flake8_ssot_engine.fixing.structural import CallNodes

        return CallNodes(self._source)

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


def _is_argument(node: ast.AST, child: ast.AST) -> bool:
    """Whether a call stands where any expression may, though its parent binds tightly."""
    if isinstance(node, ast.Call):
        return child is not node.func
    return isinstance(node, ast.Subscript) and child is not node.value
