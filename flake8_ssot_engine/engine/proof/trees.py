"""Trees: the comparison of two trees, node by node; what is left to compare is collected."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence

from flake8_ssot_engine.engine.proof.call_patterns import CALLEE, match_rewrite
from flake8_ssot_engine.migrations import Move
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.bindings import ANY_NAME, Binding, BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.references import Reference, root_of

_IMPORT = (ast.Import, ast.ImportFrom)
_IGNORED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


UNPROVED = "the result could not be proved"
"""How the reason starts for what the certificate refused."""


class Uncertified(Exception):  # noqa: N818 - it is an answer, not a mistake
    """The file after means something else; the text says what."""


class Agreement(NamedTuple):
    """What the fix of a project is allowed to change besides the moves.

    `renamed` are attributes of modules, by their qualified names before and after; `gone` are
    the names of this module that nobody asks it for, so that it may lose or change them.
    """

    renamed: Mapping[QualifiedName, QualifiedName]
    gone: Collection[str] = ()


class TreeComparison:
    """Two trees that are the same but for names, imports, strings and declared calls.

    `references` and `strings` are the pairs of uses and of texts, `targets` those of the names
    that are assigned to; `stored` are the names that are bound under others, with a place.
    """

    def __init__(self, before: RuleContext, after: SemanticModel, agreement: Agreement) -> None:
        self.context = before
        self.before = before.model
        self.after = after
        self.agreement = agreement
        self.references: list[tuple[Reference, Reference]] = []
        self.strings: list[tuple[ast.AST, ast.AST]] = []
        self.stored: dict[tuple[str, str], ast.AST] = {}
        self.targets: list[tuple[ast.Name, ast.Name]] = []
        self.rewrites = [(move, call) for _, move in before.index for call in move.calls]
        self.imported = _by_alias(self.before), _by_alias(self.after)

    def fail(self, node: ast.AST | None, message: str) -> None:
        """Raise Uncertified, with the line where the node of the file before stands."""
        line = getattr(node, "lineno", None)
        raise Uncertified(message if line is None else f"line {line}: {message}")

    def _compare(self, a: object, b: object) -> None:
        if isinstance(a, list):
            if not isinstance(b, list):
                self.fail(None, "a list became something else")
            elif (a and isinstance(a[0], ast.stmt)) or (b and isinstance(b[0], ast.stmt)):
                self._compare_body(a, b)
            elif len(a) != len(b):
                self.fail(next(iter(a), None), "something was added or lost")
            else:
                for x, y in zip(a, b, strict=True):
                    self._compare(x, y)
        elif isinstance(a, ast.AST):
            self._compare_nodes(a, b)
        elif a != b:
            self.fail(None, f"`{a}` became `{b}`")

    def _compare_nodes(self, a: ast.AST, b: object) -> None:
        if isinstance(a, ast.Call) and isinstance(b, ast.AST) and self._is_rewritten(a, b):
            return
        if isinstance(a, ast.expr) and isinstance(b, ast.expr) and self._is_reference(a, b):
            return
        if type(a) is not type(b):
            self.fail(a, f"{type(a).__name__} became {type(b).__name__}")
        if isinstance(a, ast.Name) and isinstance(b, ast.Name):
            is_mangled = a.id == b.id and a.id.startswith("__")  # known by another name
            if isinstance(a.ctx, ast.Load) and not is_mangled:
                self.fail(a, f"`{a.id}` is not understood")
            self._store(a, b)
            return
        if isinstance(a, (ast.Global, ast.Nonlocal)) and isinstance(b, (ast.Global, ast.Nonlocal)):
            if len(a.names) != len(b.names):
                self.fail(a, "a declaration changed")
            for old, new in zip(a.names, b.names, strict=True):
                if old != new:
                    self.stored.setdefault((old, new), a)
            return
        if isinstance(a, ast.Constant) and isinstance(b, ast.Constant):
            if isinstance(a.value, str) and isinstance(b.value, str):
                self.strings.append((a, b))
            elif repr(a.value) != repr(b.value):
                self.fail(a, "a constant changed")
            return
        if isinstance(a, ast.keyword) and isinstance(b, ast.keyword) and a.arg and b.arg:
            self.strings.append((a, b))
            self._compare(a.value, b.value)
            return
        for field in a._fields:
            if field not in _IGNORED:
                self._compare(getattr(a, field, None), getattr(b, field, None))

    def _store(self, a: ast.Name, b: ast.Name) -> None:
        self.targets.append((a, b))
        if a.id != b.id:
            self.stored.setdefault((a.id, b.id), a)

    def _is_reference(self, a: ast.expr, b: ast.expr) -> bool:
        before, after = self.before.reference_at(a), self.after.reference_at(b)
        if before is None or after is None:
            return False
        if before.role is not after.role:
            self.fail(a, "a name is used in another way")
        self.references.append((before, after))
        if isinstance(a, ast.Name) and isinstance(b, ast.Name) and not isinstance(a.ctx, ast.Load):
            self._store(a, b)
        return True

    def _is_rewritten(self, a: ast.Call, b: ast.AST) -> bool:
        """Whether a declared rewrite made the one of the other; compares what it captured."""
        for move, rewrite in self.rewrites:
            captured = match_rewrite(rewrite, a, b)
            if captured is None or not self._calls(a, move):
                continue
            for name, before, after in captured:
                if name == CALLEE:
                    self._compare_callees(before[0], after[0])
                else:
                    self._compare(before, after)
            return True
        return False

    def _calls(self, call: ast.Call, move: Move) -> bool:
        """Whether a call is one of what a move is about, by its old name or its new one."""
        callee = self.before.reference_at(call.func)
        for candidate in self.before.resolve(callee).candidates if callee else ():
            match = self.context.match(candidate.name)
            matches = [match] if match else self.context.moved_to(candidate.name)
            if any(found.move == move for found in matches):
                return True
        return False

    def _compare_callees(self, a: ast.AST, b: ast.AST) -> None:
        """Compare the old class with the new one, which may be but the start of a chain."""
        before = self.before.reference_at(a) if isinstance(a, ast.expr) else None
        root = root_of(b) if isinstance(b, ast.expr) else None
        names = [root.id] if isinstance(root, ast.Name) else []
        for after in self.after.references_to(names):
            for depth in range(len(after.attributes) + 1):
                if after.node_of(depth) is b and before is not None:
                    part = after._replace(node=b, attributes=after.attributes[:depth])
                    self.references.append((before, part))
                    return
        self.fail(a, "a rewritten call calls something else")

    def _compare_body(self, a: list[ast.stmt], b: list[ast.stmt]) -> None:
        gaps_a, rest_a = _parted(a)
        gaps_b, rest_b = _parted(b)
        if len(rest_a) > len(rest_b):
            gaps_a, rest_a = _parted([s for s in a if not self._is_alias(s)])
        if len(rest_a) != len(rest_b):
            self.fail(next(iter(a), None), "a statement was added or lost")
        for before, after in zip(gaps_a, gaps_b, strict=True):
            self._compare_imports(before, after)
        for x, y in zip(rest_a, rest_b, strict=True):
            self._compare(x, y)

    def _is_alias(self, statement: ast.stmt) -> bool:
        """Whether it is `Old = New`, which makes nothing but another name for the new symbol."""
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
        else:
            return False
        value = self.before.reference_at(statement.value) if statement.value else None
        if value is None or not isinstance(target, ast.Name):
            return False
        return any(
            match.move.old.last == target.id
            for candidate in self.before.resolve(value).candidates
            for match in self.context.moved_to(candidate.name)
        )

    def _compare_imports(self, a: Sequence[ast.stmt], b: Sequence[ast.stmt]) -> None:
        if not a and not b:
            return
        if not a:
            self.fail(b[0], "an import stands where none was")
        before, after = _Imports(self.imported[0], a), _Imports(self.imported[1], b)
        for bound in after.minus(before):
            if not self._may_come(bound, before):
                self.fail(bound.node, f"`{bound.name}` is imported for no reason")
        for bound in before.minus(after):
            if not self._may_go(bound, after):
                self.fail(bound.node, f"the import of `{bound.name}` was lost")

    def _may_come(self, new: _Bound, before: _Imports) -> bool:
        """Whether an import follows from another one that stood in the same place."""
        for old in before.every:
            if (old.alias[0] == ANY_NAME) != (new.alias[0] == ANY_NAME):
                continue
            is_above = old.name[: len(new.name)] == new.name  # `import a` for `import a.b`
            if is_above or new.name in self._become(old.name):
                return True
        nodes = {id(old.node) for old in before.every}
        names = [old.alias[0] for old in before.every]
        for reference in self.before.references_to(names):
            for candidate in self.before.resolve_root(reference).candidates:
                if candidate.binding is not None and id(candidate.binding.node) in nodes:
                    for end in range(1, len(reference.attributes) + 1):
                        reached = candidate.name.child(*reference.attributes[:end])
                        if self._is_home(new.name, reached):
                            return True
        return any(
            string.owner is not None and self._is_home(new.name, string.name)
            for string in self.context.string_names
        )

    def _become(self, name: QualifiedName) -> set[QualifiedName]:
        """Return what a name may become, itself included."""
        match = self.context.match(name)
        found = {name, self.agreement.renamed.get(name), match and match.replacement}
        return {each for each in found if each is not None}

    def _is_home(self, module: QualifiedName, reached: QualifiedName) -> bool:
        """Whether a module, or what is in it, is what something reached by attributes becomes."""
        match = self.context.match(reached)
        new = None if match is None else match.replacement
        return new is not None and module in (new, new.parent)

    def _may_go(self, old: _Bound, after: _Imports) -> bool:
        """Whether an import may be missing: what it brought is elsewhere now."""
        if old.alias[0] == ANY_NAME:
            stars = [new.name for new in after.every if new.alias[0] == ANY_NAME]
            return not self._become(old.name).isdisjoint(stars)
        if old.name in after.names or old.name in self.agreement.renamed:
            return True
        if self.context.match(old.name) is not None or self.context.moved_to(old.name):
            become = self._become(old.name)
            return any(new.name in become for new in self.imported[1].values())
        # A module that was imported for the sake of what it no longer has.
        reached = self.context.reexports.reach(old.name)
        return any(self.context.reexports.modules.is_module(n) for n in reached) or any(
            move.old.is_under(n) for _, move in self.context.index for n in reached
        )


class _Bound(NamedTuple):
    name: QualifiedName
    alias: tuple[str, str | None]
    node: ast.alias


class _Imports:
    """The aliases of some import statements."""

    def __init__(self, known: Mapping[int, _Bound], statements: Iterable[ast.stmt]) -> None:
        aliases = [a for s in statements if isinstance(s, _IMPORT) for a in s.names]
        self.every = [known[id(alias)] for alias in aliases if id(alias) in known]
        self.names = {bound.name for bound in self.every}

    def minus(self, other: _Imports) -> list[_Bound]:
        known = {(bound.name, bound.alias) for bound in other.every}
        return [bound for bound in self.every if (bound.name, bound.alias) not in known]


def _by_alias(model: SemanticModel) -> dict[int, _Bound]:
    return {
        id(binding.node): _Bound(
            _brought(binding), (binding.name, binding.kind.value), binding.node
        )
        for binding in model.bindings()
        if isinstance(binding.node, ast.alias)
    }


def _brought(binding: Binding) -> QualifiedName:
    if binding.kind is BindingKind.SUBMODULE_IMPORT and binding.imported is not None:
        return binding.imported
    return binding.target or QualifiedName((binding.name,))


def _parted(body: list[ast.stmt]) -> tuple[list[list[ast.stmt]], list[ast.stmt]]:
    """Return the other statements of a block, and the imports before, between and after them."""
    gaps: list[list[ast.stmt]] = [[]]
    rest: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, _IMPORT):
            gaps[-1].append(statement)
        elif not isinstance(statement, ast.Pass):
            rest.append(statement)
            gaps.append([])
    return gaps, rest
