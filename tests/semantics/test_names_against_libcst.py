"""Our qualified names, compared with LibCST's QualifiedNameProvider over the standard library.

LibCST does not follow the flow of control: of a name it gives (nearly) every binding in its
scope, where we give those that can be in force. So what we say is in force must be among what
it gives, and what it gives must be among all the bindings of the scope that we found.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import libcst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider, QualifiedNameProvider

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import LOCALS, QualifiedName
from flake8_ssot_engine.semantics.bindings import BindingKind
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.references import Reference
from flake8_ssot_engine.semantics.resolver import Resolver
from flake8_ssot_engine.semantics.scopes import ScopeKind
from flake8_ssot_engine.source import SourceFile
from tests.stdlib import stdlib_files


def difference(path: Path) -> list[str]:
    try:
        source = SourceFile.from_bytes(str(path), path.read_bytes())
        model = SemanticModel(source, source.parse(), QualifiedName(()), is_package=False)
        wrapper = MetadataWrapper(libcst.parse_module(source.text), unsafe_skip_copy=True)
        positions = wrapper.resolve(PositionProvider)
    except (SourceError, libcst.ParserSyntaxError):
        return []
    except RecursionError:  # LibCST's own, in files of deep expressions
        return []
    theirs: dict[tuple[int, int, int, int], set[str]] = {}
    for node, names in wrapper.resolve(QualifiedNameProvider).items():
        if isinstance(node, (libcst.Name, libcst.Attribute)):
            where = positions[node]
            key = (where.start.line, where.start.column, where.end.line, where.end.column)
            found = names() if callable(names) else names
            # Python folds compatibility characters in identifiers.
            theirs[key] = {unicodedata.normalize("NFKC", name.name) for name in found}
    resolver = Resolver(QualifiedName(()), follows_aliases=False)
    wrong = []
    for reference in model.references_to(model.names()):
        start, end = (source.position(offset) for offset in source.span_of(reference.node))
        key = (start.line, start.column - 1, end.line, end.column - 1)
        if key not in theirs or has_known_reason(reference, theirs[key]):
            continue
        owner = reference.scope.owner_of(reference.name)
        bindings = [] if owner is None else [b for b in owner.bindings[reference.name] if b.binds]
        in_scope = {binding.target or resolver.name_of(binding) for binding in bindings}
        mine = {spelled(name.child(*reference.attributes)) for name in in_scope}
        if owner is None or owner.kind is ScopeKind.MODULE:  # bound later, a builtin until then
            mine.add(f"builtins.{reference.name}")  # it leaves attributes of builtins out
        if not theirs[key] <= mine:
            wrong.append(f"{path}:{start.line}: in scope {mine}, LibCST's {theirs[key]}")
        for candidate in resolver.resolve(reference).candidates:
            # It does not see that a loop brings a binding below a use back to it.
            is_below = candidate.binding and candidate.binding.point.order > reference.point.order
            if candidate.binding is None or is_below:
                continue
            if spelled(candidate.name) not in theirs[key]:
                wrong.append(f"{path}:{start.line}: in force {candidate}, LibCST's {theirs[key]}")
    return wrong


def spelled(name: QualifiedName) -> str:
    """Spell a name as LibCST does."""
    text = re.sub(
        rf"<(?:listcomp|setcomp|dictcomp|genexpr)>\.{LOCALS}", "<comprehension>", str(name)
    )
    return text.replace("<lambda>.", "")  # it has no name for a lambda


def has_known_reason(reference: Reference, theirs: set[str]) -> bool:
    """Whether LibCST, by design, sees a reference otherwise."""
    scope = reference.scope
    owner = scope.owner_of(reference.name)
    bindings = [] if owner is None else owner.bindings.get(reference.name, [])
    return (
        # It resolves the names in string annotations by its own rules.
        reference.is_quoted
        # It has no binding for what a star import may bring.
        or bool(scope.module.stars)
        # It keeps the dots of a relative import; here the package is unknown.
        or any(b.kind is BindingKind.FROM_IMPORT and b.target is None for b in bindings)
        # It looks for a name that a class body binds in that class alone, bound yet or not.
        or (owner is not None and owner.kind is ScopeKind.CLASS)
        # It does not mangle private names.
        or (reference.name.startswith("_") and "__" in reference.name[1:])
        # It takes the targets of a second `for` in a comprehension for names of the scope around.
        or any(len(getattr(inner.node, "generators", "")) > 1 for inner in scope.within())
        # It takes a walrus in a comprehension for a name of the comprehension.
        or any(b.kind is BindingKind.WALRUS for b in bindings)
        # It takes `a.b` for the import of that module, whatever `a` was bound to since.
        or len({b.kind is BindingKind.SUBMODULE_IMPORT for b in bindings}) == 2
        # It has no binding for the captures of `match`.
        or any(b.kind is BindingKind.CAPTURE for b in bindings)
    )


GROUPS = 6
PART = 8
"""By default one file in eight of those that are not tests: LibCST takes minutes for them all."""


@pytest.mark.parametrize("group", range(GROUPS))
def test_names_of_the_standard_library_agree(group: int, pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--whole-stdlib"):
        files = list(stdlib_files())[group::GROUPS]
    else:
        files = list(stdlib_files(with_tests=False))[group :: GROUPS * PART]
    assert len(files) > 10
    assert [line for path in files for line in difference(path)] == []
