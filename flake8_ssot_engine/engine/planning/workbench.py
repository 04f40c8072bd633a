"""Workbench: what the edits of one file are put together on."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cached_property

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.engine.planning.collector import Collector
from flake8_ssot_engine.engine.planning.plan import Links
from flake8_ssot_engine.engine.planning.repairs import Redirect, Repair
from flake8_ssot_engine.fixing.imports import Change, NewImport, Statement, change_statement
from flake8_ssot_engine.fixing.names import Renamer
from flake8_ssot_engine.fixing.places import Places
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.fixing.webs import Webs
from flake8_ssot_engine.names import QualifiedName, relative_module
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding, BindingKind
from flake8_ssot_engine.semantics.blocks import every_block
from flake8_ssot_engine.semantics.references import Reference


class _StatementChange(NamedTuple):
    statement: Statement
    replaced: dict[int, NewImport | None]
    added: list[NewImport]
    repairs: list[Repair]


def is_active(repair: Repair) -> bool:
    """Whether a repair is to be made."""
    return repair.is_wanted and not repair.refused


class Workbench:
    """One attempt at the edits of a file: what there is, and what is to become of it.

    `renames` are the module's attributes that get another name, `gone` those that it loses.
    `kept_alias` says, by the id of a repair, why the old name stays as an alias.
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
        may_wait: bool = False,
        keeps_repeated: bool = False,
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
        self._may_wait = may_wait
        self._keeps_repeated = keeps_repeated
        self._edits: set[Edit] = set()
        self._statements: dict[int, _StatementChange] = {}
        self._covered: set[int] = set()
        self._spelled: dict[int, str] = {}
        self.renames: dict[QualifiedName, QualifiedName] = {}
        self.gone: set[str] = set()
        self.kept_alias: dict[int, str] = {}
        self.aliases_made: set[str] = set()

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
        if self._keeps_repeated or self._is_alone(binding.statement):
            return False
        means = self._meaning(new)
        scope = binding.scope
        for other in (*scope.bindings.get(local, ()), *scope.bindings[binding.name]):
            redirect = self._found.redirect_of(other)
            is_moving = redirect is not None and is_active(redirect)
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
        return {id(block[0]) for block in every_block(self._model.tree) if len(block) == 1}

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

    def _stays(self, binding: Binding) -> bool:
        redirect = self._found.redirect_of(binding)
        return redirect is None or not is_active(redirect)

    def _is_public(self, binding: Binding) -> bool:
        """Whether others may well take this name from here."""
        if binding.scope.parent is not None:
            return False
        return self._model.is_package or binding.name in self._model.listed_names

    def _rewrite_chain(self, reference: Reference, end: int, text: str) -> None:
        span = self._places.of_chain(reference, end)
        self._covered.add(id(reference.node))
        self._edits.add(Edit(self._source.path, span, text))

    def _rename_export(self, own: QualifiedName, local: str) -> None:
        if "." in local:
            self.gone.add(own.last)
        else:
            self.renames[own] = own.parent.child(local)

    def _check_way(self, repair: Repair, name: QualifiedName | None) -> None:
        """Doubt what is reached through a module that binds the name in several ways."""
        while name is not None and self._context.index.match(name) is None:
            step = self._context.reexports.step(name)
            if len(step.elsewhere) != 1 or not step.is_certain:
                self._doubt(repair, f"what `{name}` stands for is not certain")
                return
            name = step.elsewhere[0]

    def _doubt(self, repair: Repair, reason: str) -> None:
        """Make a repair one that is made only when unsafe ones are asked for."""
        if not self._allow_unsafe:
            raise Refusal(f"{reason}; `--unsafe` does it")
        repair.unsafe = reason

    def _line_of(self, binding: Binding) -> int:
        return self._source.position(self._model.span_of_binding(binding).start).line
