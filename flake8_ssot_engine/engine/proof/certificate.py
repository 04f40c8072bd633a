"""The certificate: proof that a rewritten file means what it meant, with the moves applied.

It knows nothing of how the edits were made. It reads the file before and after, and compares:
the same tree but for names, imports, strings and declared calls; the same comments; each name
standing for what it stood for, or for what the migration says that this has become.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping

from flake8_ssot_engine.engine.proof.trees import Agreement, TreeComparison
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.references import Reference
from flake8_ssot_engine.semantics.resolver import Candidate, Resolution
from flake8_ssot_engine.semantics.strings import string_names
from flake8_ssot_engine.semantics.tokens import comments_in

_OF_PACKAGES = frozenset({BindingKind.IMPORT, BindingKind.SUBMODULE_IMPORT})
_WORD = re.compile(r"[\w.]+")
_PRAGMA = re.compile(
    r"#\s*(?:noqa|flake8|nosec|type:|pylint|isort|ruff|mypy|pyright|pragma|fmt)", re.I
)


def certify(before: RuleContext, after: SemanticModel, agreement: Agreement) -> None:
    """Compare a file before and after. Raises Uncertified.

    `before` is the file with no move left out of its index.
    """
    _Certificate(before, after, agreement).check()


class _Certificate(TreeComparison):
    """Compares what the trees do not show."""

    def check(self) -> None:
        self._compare(self.before.tree, self.after.tree)
        self._check_comments()
        self._check_quoted()
        changed = self._changed_names()
        # What `getattr(module, "Name")` stands for is compared as a whole, with its string.
        whole = {id(string.owner_node) for string in self.context.string_names}
        for before, after in self.references:
            if id(before.node) in whole:
                self._check_owner_loaded(before, after)
                continue
            if _spelled(before) != _spelled(after) or before.name in changed:
                self._check_reference(before, after)
        self._check_stored()
        self._check_strings()
        self._check_names_of_scopes()
        self._check_modules()

    def _check_modules(self) -> None:
        """Refuse a new `import a.b.Name` where the module `a.b` binds the name."""
        known = {binding.imported for binding in self.before.bindings()}
        modules = self.context.reexports.modules
        for binding in self.after.bindings():
            name = binding.imported
            if name is not None and name not in known and modules.binds(name):
                self.fail(None, f"`{name}` is imported, and is no module")

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
        lasts = {name.last for name in self.agreement.renamed}
        for reference in self.before.references_to(old) if lasts else ():
            if not lasts.isdisjoint(reference.attributes):
                changed.add(reference.name)
        aliases = [b for b in bindings if b.value is not None]
        size = -1
        while size != len(changed):
            size = len(changed)
            changed.update(b.name for b in aliases if b.value and b.value.name in changed)
        return changed

    def _check_reference(self, before: Reference, after: Reference) -> None:
        old, new = self.before.resolve(before), self.after.resolve(after)
        is_unknown = not old.candidates and not new.candidates
        if not self._means_the_same(old, new) or (
            is_unknown and _spelled(before) != _spelled(after)
        ):
            self.fail(
                before.node,
                f"`{_spelled(before)}` stood for {_told(old)}, and stands for {_told(new)}",
            )
        self._check_loaded(before, after, old)

    def _check_loaded(self, before: Reference, after: Reference, old: Resolution) -> None:
        """Refuse `package.module.Name` where nothing imports the module as that any more."""
        loaded = self._loaded(self.after, after)
        if not loaded:
            return
        lost = set(self._loaded(self.before, before)) - set(loaded)
        for name in (candidate.name for candidate in old.candidates):
            if _spelled(before) == _spelled(after):
                is_loaded = not any(name.is_under(module) for module in lost)
            else:
                match = self.context.match(name)
                new = None if match is None or match.move.new is None else match.move.new
                home = None if new is None else self.context.index.final(new)
                if home is None or len(home) < 3:
                    continue
                modules = self.context.reexports.modules.is_module
                is_module = match is not None and (modules(home) or modules(match.move.old))
                homes = (home,) if is_module else (home, home.parent)
                is_loaded = any(m.is_under(h) for m in loaded for h in homes)
            if not is_loaded:
                self.fail(before.node, f"nothing imports what `{_spelled(after)}` is in")

    def _check_owner_loaded(self, before: Reference, after: Reference) -> None:
        loaded = self._loaded(self.after, after)
        if not loaded or _spelled(before) == _spelled(after):
            return
        for candidate in self.after.resolve(after).candidates:
            name = candidate.name
            module, rest = self.context.reexports.modules.split(name)
            homes = {module} if len(module) > 1 and len(rest) < 2 else {name, name.parent}
            if not any(m.is_under(home) for m in loaded for home in homes if len(home) > 1):
                self.fail(before.node, f"nothing imports `{_spelled(after)}`")

    @staticmethod
    def _loaded(model: SemanticModel, reference: Reference) -> list[QualifiedName]:
        """Return the modules that `import a.b` makes reachable by the name of a reference."""
        return [
            other.imported
            for binding in model.bindings_behind(reference)
            if binding.kind in _OF_PACKAGES and binding.target == (binding.name,)
            for other in binding.scope.bindings[binding.name]
            if other.imported is not None
        ]

    def _check_stored(self) -> None:
        """Refuse names that are bound under others than the migration says, or elsewhere."""
        allowed = {(old.last, new.last) for old, new in self.agreement.renamed.items()}
        for _, move in self.context.index:
            new = None if move.new is None else self.context.index.final(move.new)
            if new is not None:
                allowed.add((move.old.last, new.last))
                allowed.update(
                    {(move.old.parent.last, new.parent.last)}
                    if len(move.old) > 1 and len(new) > 1
                    else ()
                )
        for pair, node in self.stored.items():
            if pair not in allowed:
                self.fail(node, f"`{pair[0]}` is called `{pair[1]}`")
        scopes = _scopes_of_targets(self.before), _scopes_of_targets(self.after)
        for a, b in self.targets:
            if scopes[0].get(id(a)) != scopes[1].get(id(b)):
                self.fail(a, f"`{a.id}` is bound in another scope")

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
            if before and not after:  # what resolves the string moved itself, and is not known yet
                after = {_respelled(name, text_a, text_b) for name in before}
            if text_a == text_b:
                if any(self._renamed(name) is not None for name in before):
                    self.fail(a, f"the string `{text_a}` still has a name that is gone")
                if not self._names_become(before, after):
                    self.fail(a, f"the string `{text_a}` stands for something else")
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
        match, place = self.context.match_path(old), self.context.index.match(old)
        homes = {found.replacement for found in (match, place) if found}
        homes |= {self._renamed(home) for home in homes if home}
        return new in homes or new == self._renamed(old) or old == new

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
            self.fail(None, f"the comment `{comment}` was lost")

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
        lost_names = _bound(self.before.scopes[0].bindings)
        common = _bound(self.before.scopes[0].bindings) & _bound(self.after.scopes[0].bindings)
        for old_name, new_name in self.agreement.renamed.items():
            if old_name.parent == self.before.module and old_name.last in lost_names:
                old = self.before.resolve_at_end(old_name.last)
                new = self.after.resolve_at_end(new_name.last)
                if new_name.parent == old_name.parent and not self._means_the_same(
                    old._replace(is_certain=False), new
                ):
                    self.fail(None, f"`{new_name}` stands for {_told(new)}")
        for name in common - set(self.agreement.gone):
            old, new = self.before.resolve_at_end(name), self.after.resolve_at_end(name)
            if not self._means_the_same(old._replace(is_certain=False), new):
                self.fail(None, f"`{name}` of the module stands for {_told(new)}")


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


def _scopes_of_targets(model: SemanticModel) -> dict[int, int]:
    """Return, by the id of an assigned name's node, the number of the scope that owns it."""
    return {
        id(binding.node): number
        for number, scope in enumerate(model.scopes)
        for bindings in scope.bindings.values()
        for binding in bindings
        if isinstance(binding.node, ast.Name)
    }


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


def _respelled(name: QualifiedName, before: str, after: str) -> QualifiedName:
    """Return what a string stands for that stood for `name`, spelled `before`."""
    parts = after.replace(":", ".", 1).split(".")
    is_whole = str(name) == before.replace(":", ".", 1)
    return QualifiedName(parts) if is_whole else QualifiedName((*name[:-1], *parts))


def _comments(text: str) -> Counter[str]:
    """Count the comments of a text, each up to what it says to a tool."""
    found: Counter[str] = Counter()
    try:
        for token in comments_in(text):
            found[_PRAGMA.split(token.string, maxsplit=1)[0].rstrip()] += 1
    except SourceError:
        return Counter()
    del found[""]
    return found


def _bound(bindings: Mapping[str, list[Binding]]) -> set[str]:
    return {name for name, every in bindings.items() if name != "*" and any(b.binds for b in every)}


def _spelled(reference: Reference) -> str:
    return ".".join((reference.name, *reference.attributes))


def _told(resolution: Resolution) -> str:
    names = [f"`{candidate.name}`" for candidate in resolution.candidates]
    return " or ".join(names) or "nothing"
