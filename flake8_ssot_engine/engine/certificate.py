"""The certificate: proof that a rewritten file means what it meant, with the moves applied.

It knows nothing of how the edits were made. It reads the file before and after, and compares:
the same tree but for names, imports, strings and declared calls; the same comments; each name
standing for what it stood for, or for what the migration says that this has become.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from flake8_ssot_engine.engine.call_patterns import CALLEE, match_rewrite
from flake8_ssot_engine.migrations import Move
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.references import Reference, root_of
from flake8_ssot_engine.semantics.resolver import Candidate, Resolution
from flake8_ssot_engine.semantics.strings import string_names

_IMPORT = (ast.Import, ast.ImportFrom)
_IGNORED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_WORD = re.compile(r"[\w.]+")
_PRAGMA = re.compile(r"#\s*(?:noqa|type:)", re.IGNORECASE)


class Uncertified(Exception):  # noqa: N818 - it is an answer, not a mistake
    """The file after means something else; the text says what."""


class Agreement(NamedTuple):
    """What the fix of a project is allowed to change besides the moves.

    `renamed` are attributes of modules, by their qualified names before and after; `gone` are
    the names of this module that nobody asks it for, so that it may lose or change them.
    """

    renamed: Mapping[QualifiedName, QualifiedName]
    gone: Collection[str] = ()


def certify(before: RuleContext, after: SemanticModel, agreement: Agreement) -> None:
    """Compare a file before and after. Raises Uncertified.

    `before` is the file with no move left out of its index.
    """
    _Certificate(before, after, agreement).check()


class _Certificate:
    def __init__(self, before: RuleContext, after: SemanticModel, agreement: Agreement) -> None:
        self.context = before
        self.before = before.model
        self.after = after
        self.agreement = agreement
        self.references: list[tuple[Reference, Reference]] = []
        self.strings: list[tuple[ast.AST, ast.AST]] = []
        self.stored: set[tuple[str, str]] = set()
        self.rewrites = [(move, call) for _, move in before.index for call in move.calls]
        self.imported = _by_alias(self.before), _by_alias(self.after)

    def check(self) -> None:
        self._compare(self.before.tree, self.after.tree)
        self._check_comments()
        self._check_quoted()
        changed = self._changed_names()
        for before, after in self.references:
            if before.name != after.name or before.name in changed:
                self._check_reference(before, after)
        self._check_strings()
        self._check_names_of_scopes()

    def fail(self, node: ast.AST | None, message: str) -> None:
        line = getattr(node, "lineno", None)
        raise Uncertified(message if line is None else f"line {line}: {message}")

    # --- the same tree

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
            self._store(a.id, b.id)
            return
        if isinstance(a, (ast.Global, ast.Nonlocal)) and isinstance(b, (ast.Global, ast.Nonlocal)):
            if len(a.names) != len(b.names):
                self.fail(a, "a declaration changed")
            for old, new in zip(a.names, b.names, strict=True):
                self._store(old, new)
            return
        if isinstance(a, ast.Constant) and isinstance(b, ast.Constant):
            if isinstance(a.value, str) and isinstance(b.value, str):
                self.strings.append((a, b))
            elif repr(a.value) != repr(b.value):
                self.fail(a, "a constant changed")
            return
        if isinstance(a, ast.keyword) and isinstance(b, ast.keyword) and a.arg != b.arg:
            self.strings.append((a, b))
            self._compare(a.value, b.value)
            return
        for field in a._fields:
            if field not in _IGNORED:
                self._compare(getattr(a, field, None), getattr(b, field, None))

    def _store(self, old: str, new: str) -> None:
        if old != new:
            self.stored.add((old, new))

    def _is_reference(self, a: ast.expr, b: ast.expr) -> bool:
        before, after = self.before.reference_at(a), self.after.reference_at(b)
        if before is None or after is None:
            return False
        if before.role is not after.role:
            self.fail(a, "a name is used in another way")
        self.references.append((before, after))
        if isinstance(a, ast.Name) and isinstance(b, ast.Name) and not isinstance(a.ctx, ast.Load):
            self._store(a.id, b.id)
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

    # --- the same imports, in the same places

    def _compare_body(self, a: list[ast.stmt], b: list[ast.stmt]) -> None:
        gaps_a, rest_a = _parted(a)
        gaps_b, rest_b = _parted(b)
        if len(rest_a) != len(rest_b):
            self.fail(next(iter(a), None), "a statement was added or lost")
        for before, after in zip(gaps_a, gaps_b, strict=True):
            self._compare_imports(before, after)
        for x, y in zip(rest_a, rest_b, strict=True):
            self._compare(x, y)

    def _compare_imports(self, a: Sequence[ast.stmt], b: Sequence[ast.stmt]) -> None:
        if not a and not b:
            return
        if not a:
            self.fail(b[0], "an import stands where none was")
        before, after = _Imports(self.imported[0], a), _Imports(self.imported[1], b)
        for bound in after.minus(before):
            if not self._may_come(bound.name, before):
                self.fail(bound.node, f"`{bound.name}` is imported for no reason")
        for bound in before.minus(after):
            if not self._may_go(bound.name, after):
                self.fail(bound.node, f"the import of `{bound.name}` was lost")

    def _may_come(self, name: QualifiedName, before: _Imports) -> bool:
        if name in before.names or name in self.agreement.renamed.values():
            return True
        if any(name == other[: len(name)] for other in before.names):
            return True
        for _, move in self.context.index:
            new = None if move.new is None else self.context.index.final(move.new)
            if new is not None and (name.is_under(new) or new.is_under(name)):
                return True
        return False

    def _may_go(self, name: QualifiedName, after: _Imports) -> bool:
        if name in after.names or name in self.agreement.renamed:
            return True
        if self.context.match(name) is not None or self.context.moved_to(name):
            return True
        # A module that was imported for the sake of what it no longer has.
        reached = self.context.reexports.reach(name)
        return any(self.context.reexports.modules.is_module(n) for n in reached) or any(
            move.old.is_under(n) for _, move in self.context.index for n in reached
        )

    # --- the same meaning

    def _changed_names(self) -> set[str]:
        """Return the names that are bound otherwise in the one than in the other.

        A name that is spelled as before and is bound as before stands for what it did.
        """
        old, new = _signature(self.before), _signature(self.after)
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        if self.before.scopes[0].stars:  # what they bring is bound nowhere in this file
            changed.update(set(self.before.names()) - old.keys())
        bindings = list(self.before.bindings())
        changed.update(b.name for b in bindings if b.target and self._renamed(b.target))
        aliases = [b for b in bindings if b.value is not None]
        size = -1
        while size != len(changed):
            size = len(changed)
            changed.update(b.name for b in aliases if b.value and b.value.name in changed)
        return changed

    def _check_reference(self, before: Reference, after: Reference) -> None:
        old, new = self.before.resolve(before), self.after.resolve(after)
        if not self._means_the_same(old, new):
            self.fail(
                before.node,
                f"`{_spelled(before)}` stood for {_told(old)}, and stands for {_told(new)}",
            )

    def _means_the_same(self, old: Resolution, new: Resolution) -> bool:
        if old.is_certain and not new.is_certain:
            return False
        forward = all(any(self._becomes(x, y) for y in new.candidates) for x in old.candidates)
        backward = all(any(self._becomes(x, y) for x in old.candidates) for y in new.candidates)
        return forward and backward

    def _becomes(self, old: Candidate, new: Candidate) -> bool:
        if old.is_own or new.is_own:
            return old.is_own == new.is_own and self._is_same_own(old.name, new.name)
        return self._may_become(old.name, new.name)

    def _may_become(self, old: QualifiedName, new: QualifiedName) -> bool:
        """Whether a name of another module may take the place of one."""
        renamed = self._renamed(old)
        if old == new:
            return renamed is None
        if new == renamed:
            return True
        match = self.context.match(old)
        moved = None if match is None else match.replacement
        if moved is None:
            return False
        reexports = self.context.reexports
        home = reexports.home(moved)
        return new == moved or (home is not None and reexports.home(new) == home)

    def _renamed(self, name: QualifiedName) -> QualifiedName | None:
        for end in range(len(name), 1, -1):
            prefix = QualifiedName(name[:end])
            if prefix in self.agreement.renamed:
                return name.rebased(prefix, self.agreement.renamed[prefix])
        return None

    def _is_same_own(self, old: QualifiedName, new: QualifiedName) -> bool:
        return len(old) == len(new) and all(
            x == y or (x, y) in self.stored for x, y in zip(old, new, strict=True)
        )

    # --- strings and comments

    def _check_quoted(self) -> None:
        before = [r for r in _every(self.before) if r.is_quoted]
        after = [r for r in _every(self.after) if r.is_quoted]
        if len(before) != len(after):
            self.fail(None, "a name in a string was added or lost")
        self.references += zip(before, after, strict=True)
        self._quoted = {(r.node.lineno, r.node.col_offset) for r in before}

    def _check_strings(self) -> None:
        old = _by_node(self.before, self.context)
        new = _by_node(self.after, self.context)
        for a, b in self.strings:
            text_a, text_b = _text(a), _text(b)
            before, after = old.get(id(a), set()), new.get(id(b), set())
            if text_a == text_b:
                if any(self._renamed(name) is not None for name in before):
                    self.fail(a, f"the string `{text_a}` still has a name that is gone")
            elif before or after:
                if not self._names_become(before, after):
                    self.fail(a, f"the string `{text_a}` became `{text_b}`")
            elif not self._is_listed_path(text_a, text_b) and not self._is_quoted_type(a, b):
                self.fail(a, f"the string `{text_a}` became `{text_b}`")

    def _names_become(self, before: set[QualifiedName], after: set[QualifiedName]) -> bool:
        return len(before) == len(after) and all(
            any(self._string_may_become(x, y) for y in after) for x in before
        )

    def _string_may_become(self, old: QualifiedName, new: QualifiedName) -> bool:
        match = self.context.match_path(old)
        is_moved = match is not None and new == match.replacement
        return is_moved or new == self._renamed(old) or old == new

    def _is_listed_path(self, before: str, after: str) -> bool:
        match = self.context.index.match(QualifiedName(before.split(".")))
        return match is not None and str(match.replacement) == after

    def _is_quoted_type(self, a: ast.AST, b: ast.AST) -> bool:
        """Whether the two differ in names alone, which are compared as references."""
        if _WORD.sub("_", _text(a)) != _WORD.sub("_", _text(b)):
            return False
        first, last = a.lineno, a.end_lineno or a.lineno  # type: ignore[attr-defined]
        return any(first <= line <= last for line, _ in self._quoted)

    def _check_comments(self) -> None:
        before, after = self.before.source.text, self.after.source.text
        changed = Counter(before.splitlines()) - Counter(after.splitlines())
        if not any("#" in line for line in changed):
            return
        for comment in _comments(before) - _comments(after):
            if not _PRAGMA.match(comment):
                self.fail(None, f"the comment `{comment}` was lost")

    # --- what others see of the file

    def _check_names_of_scopes(self) -> None:
        outer = {name.last for name in self.agreement.renamed if name.parent == self.before.module}
        may_go = outer | set(self.agreement.gone)
        for a, b in zip(self.before.scopes, self.after.scopes, strict=True):
            is_module = a.parent is None
            lost = _bound(a.bindings) - _bound(b.bindings)
            if lost and not is_module and a.kind.value == "class":
                self.fail(a.node, f"the class lost `{min(lost)}`")
            if is_module and not lost <= may_go:
                self.fail(None, f"the module lost `{min(lost - may_go)}`")
        common = _bound(self.before.scopes[0].bindings) & _bound(self.after.scopes[0].bindings)
        for name in common - set(self.agreement.gone):
            old, new = self.before.resolve_at_end(name), self.after.resolve_at_end(name)
            if not self._means_the_same(old._replace(is_certain=False), new):
                self.fail(None, f"`{name}` of the module stands for {_told(new)}")


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


def _signature(model: SemanticModel) -> dict[str, list[tuple[object, ...]]]:
    """Return, by name, where and by what each scope binds it."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for number, scope in enumerate(model.scopes):
        for name, bindings in scope.bindings.items():
            found.setdefault(name, []).extend(
                (number, binding.kind, binding.target, binding.imported) for binding in bindings
            )
        for name in sorted(scope.globals | scope.nonlocals):
            found.setdefault(name, []).append((number, "declared"))
    return found


def _every(model: SemanticModel) -> list[Reference]:
    return list(model.references_to(list(model.names())))


def _by_node(model: SemanticModel, context: RuleContext) -> dict[int, set[QualifiedName]]:
    found: dict[int, set[QualifiedName]] = {}
    for string in string_names(model, context.string_calls, context.reexports.reach):
        found.setdefault(id(string.node), set()).add(string.name)
    return found


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.keyword):
        return node.arg or ""
    assert isinstance(node, ast.Constant)
    return str(node.value)


def _comments(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.string.rstrip()] += 1
    except (tokenize.TokenError, SyntaxError):  # stricter than the parser in places
        return Counter()
    return found


def _bound(bindings: Mapping[str, list[Binding]]) -> set[str]:
    return {name for name, every in bindings.items() if name != "*" and any(b.binds for b in every)}


def _spelled(reference: Reference) -> str:
    return ".".join((reference.name, *reference.attributes))


def _told(resolution: Resolution) -> str:
    names = [f"`{candidate.name}`" for candidate in resolution.candidates]
    return " or ".join(names) or "nothing"
