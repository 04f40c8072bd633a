"""Strings that Python will resolve: dotted paths and attribute names that code hands to a call."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from flake8_ssot_engine.names import QualifiedName, absolute_path
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.annotations import last_name
from flake8_ssot_engine.semantics.bindings import Binding, BindingKind
from flake8_ssot_engine.semantics.constants import Text, text_of
from flake8_ssot_engine.semantics.fixtures import fixture_method
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.nodes import nodes_at
from flake8_ssot_engine.semantics.references import Reference, root_of
from flake8_ssot_engine.semantics.string_calls import (
    IMPORT_MODULE,
    OF_MODULES,
    SHAPES,
    SYS_MODULES,
    Shape,
)
from flake8_ssot_engine.semantics.words import places_of

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


class StringName(NamedTuple):
    """A string, or the keyword of a call, that stands for a qualified name.

    `owner` is what the name is looked up in where the string holds only the last part of it
    (`getattr(module, "Name")`), else None; `owner_node` is how that is spelled. `rebinds` says
    that the call puts something else in the place of the name, so that it means the place and
    not what is there; `is_looked_up` that the name is followed at all: that of a logger only
    looks like a module's.
    """

    node: ast.expr | ast.keyword
    name: QualifiedName
    owner: QualifiedName | None = None
    rebinds: bool = False
    is_looked_up: bool = True
    owner_node: ast.expr | None = None


Reach = Callable[[QualifiedName], Iterable[QualifiedName]]
"""Tells the names that a name may stand for, itself first."""


def string_names(
    model: SemanticModel,
    string_calls: tuple[QualifiedName, ...] = (),
    reach: Reach = lambda name: (name,),
) -> Iterator[StringName]:
    """Yield the strings in a file that some call, or `sys.modules`, resolves.

    `string_calls` are further callables whose string arguments are dotted paths. `reach`
    follows a callable that a module of the project hands on.
    """
    reader = _Reader(model, frozenset(string_calls), reach)
    # A call may take the constant by its name.
    model.need_uses({b.name for b in model.bindings() if _is_path(b)})
    model.need_bindings(set(reader.names_asked()))  # all at once, for each time costs an attempt
    for reference in model.calls():
        yield from reader.read_call(reference)
    yield from reader.read_sys_modules()


def listed_strings(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.Constant, QualifiedName]]:
    """Yield each string in a list, tuple, set or dictionary that is a dotted path of two parts."""
    for node in nodes:
        if isinstance(node, ast.Dict):
            elements = [*node.keys, *node.values]
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            elements = list(node.elts)
        else:
            continue
        for element in elements:
            if isinstance(element, ast.Constant) and isinstance(element.value, str):
                name = _parse(element.value)
                if name is not None and len(name) > 1:
                    yield element, name


class _Reader:
    def __init__(
        self, model: SemanticModel, string_calls: frozenset[QualifiedName], reach: Reach
    ) -> None:
        self.model = model
        self.string_calls = string_calls
        self.reach = reach
        lasts = {name.last for name in (*SHAPES, *string_calls)}
        # `from unittest.mock import patch as p`
        aliases = {b.name for b in model.bindings() if b.target and b.target.last in lasts}
        model.need_uses(aliases - lasts)
        self._lasts = lasts | aliases

    # --- which call

    def names_asked(self) -> Iterator[str]:
        """Yield the names of which calls that may read a string take an attribute."""
        for callee in self.model.calls():
            if callee.call is not None and self._may_read(callee):
                for argument in callee.call.args[:1]:
                    root = root_of(argument)
                    if isinstance(root, ast.Name):
                        yield root.id

    def _may_read(self, callee: Reference) -> bool:
        last = callee.attributes[-1] if callee.attributes else callee.name
        # Every dictionary has those that a module's list is asked by.
        is_of_any = last in OF_MODULES and "modules" not in (callee.name, *callee.attributes)
        return last in self._lasts and not is_of_any

    def read_call(self, callee: Reference) -> Iterator[StringName]:
        call = callee.call
        if call is None or not self._may_read(callee):
            return
        for candidate in self.model.resolve(callee).candidates:
            name = fixture_method(callee, candidate.binding) or candidate.name
            for reached in self.reach(name):
                if reached in self.string_calls:
                    yield from self._every_string(call)
                    return
                if reached in SHAPES:
                    yield from _READ[SHAPES[reached]](self, call)
                    return

    # --- the shapes of calls

    def path(self, call: ast.Call) -> Iterator[StringName]:
        """`f("a.b.C")`."""
        yield from self._path_in(_argument(call, 0, "target", "name", "dotted_path", "import_name"))

    def logger(self, call: ast.Call) -> Iterator[StringName]:
        """`getLogger("a.b")`."""
        for found in self.path(call):
            yield found._replace(is_looked_up=False)

    def rebound_path(self, call: ast.Call) -> Iterator[StringName]:
        """`patch("a.b.C")`: what is looked up there later is something else."""
        for found in self.path(call):
            yield found._replace(rebinds=True)

    def attribute(self, call: ast.Call) -> Iterator[StringName]:
        """`getattr(a.b, "C")`."""
        yield from self._attribute_of(call.args[0] if call.args else None, _argument(call, 1))

    def rebound_attribute(self, call: ast.Call) -> Iterator[StringName]:
        """`patch.object(a.b, "C")`, `setattr(a.b, "C", …)`."""
        target, attribute = (
            _argument(call, 0, "target", "obj"),
            _argument(call, 1, "attribute", "name"),
        )
        for found in self._attribute_of(target, attribute):
            yield found._replace(rebinds=True)

    def path_or_attribute(self, call: ast.Call) -> Iterator[StringName]:
        """`monkeypatch.setattr("a.b.C", …)` and `monkeypatch.setattr(a.b, "C", …)`."""
        target = _argument(call, 0, "target")
        if target is not None and self._text(target) is not None:
            yield from self.rebound_path(call)
        else:
            yield from self.rebound_attribute(call)

    def several(self, call: ast.Call) -> Iterator[StringName]:
        """`patch.multiple("a.b", C=…)`, `patch.multiple(a.b, C=…)`."""
        target = _argument(call, 0, "target")
        if target is None:
            return
        names = list(self._path_in(target))
        owners = [found.name for found in names] or self._meanings(target)
        yield from (found._replace(rebinds=True) for found in names)
        for keyword in call.keywords:
            if keyword.arg not in _OPTIONS_OF_MULTIPLE and keyword.arg is not None:
                for owner in owners:
                    node = None if names else target
                    name = owner.child(keyword.arg)
                    yield StringName(keyword, name, owner, rebinds=True, owner_node=node)

    def mapping(self, call: ast.Call) -> Iterator[StringName]:
        """`patch.dict("sys.modules", {"a.b": …})`, `patch.dict("a.b.SETTINGS", …)`."""
        target = _argument(call, 0, "in_dict")
        if target is None:
            return
        text = self._text(target)
        is_modules = text.text == "sys.modules" if text else self._is_sys_modules(target)
        if not is_modules:
            yield from self._path_in(target)
            return
        values = _argument(call, 1, "values")
        for key in values.keys if isinstance(values, ast.Dict) else _elements(values):
            if key is not None:
                yield from self._path_in(key)

    def item(self, call: ast.Call) -> Iterator[StringName]:
        """`monkeypatch.setitem(sys.modules, "a.b", …)`."""
        target = _argument(call, 0, "dic")
        key = _argument(call, 1, "name")
        if target is not None and key is not None and self._is_sys_modules(target):
            yield from self._path_in(key)

    def key(self, call: ast.Call) -> Iterator[StringName]:
        """`sys.modules.get("a.b")`."""
        yield from self._path_in(_argument(call, 0))

    def module(self, call: ast.Call) -> Iterator[StringName]:
        """`import_module("a.b")`, `import_module(".b", "a")`."""
        target = _argument(call, 0, "name")
        text = None if target is None else self._text(target)
        if target is None or text is None:
            return
        if not text.text.startswith("."):
            yield from self._path_in(target)
            return
        name = absolute_path(self._package(_argument(call, 1, "package")), text.text)
        if name and _parse(str(name)):
            yield StringName(text.node, name)

    def dunder_import(self, call: ast.Call) -> Iterator[StringName]:
        """`__import__("a.b", fromlist=["C"])`."""
        for found in self._path_in(_argument(call, 0, "name")):
            yield found
            for element in _elements(_argument(call, 3, "fromlist")):
                text = self._text(element)
                if text is not None and text.text.isidentifier():
                    yield StringName(text.node, found.name.child(text.text), found.name)

    def _every_string(self, call: ast.Call) -> Iterator[StringName]:
        for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
            yield from self._path_in(argument)

    def read_sys_modules(self) -> Iterator[StringName]:
        """`sys.modules["a.b"]`, `"a.b" in sys.modules`."""
        source = self.model.source
        spelled = [start for start, _ in places_of("modules", source.text)]
        for node in nodes_at(self.model.tree, source, spelled):
            if isinstance(node, ast.Subscript) and self._is_sys_modules(node.value):
                yield from self._path_in(node.slice)
            elif (
                isinstance(node, ast.Compare)
                and isinstance(node.ops[0], (ast.In, ast.NotIn))
                and self._is_sys_modules(node.comparators[0])
            ):
                yield from self._path_in(node.left)

    # --- the values of expressions

    def _path_in(self, node: ast.expr | None) -> Iterator[StringName]:
        text = None if node is None else self._text(node)
        name = None if text is None else _parse(text.text.replace(":", ".", 1))
        if text is not None and name is not None:
            yield StringName(text.node, name)

    def _attribute_of(
        self, target: ast.expr | None, attribute: ast.expr | None
    ) -> Iterator[StringName]:
        text = None if attribute is None else self._text(attribute)
        if target is not None and text is not None and text.text.isidentifier():
            for owner in self._meanings(target):
                yield StringName(text.node, owner.child(text.text), owner, owner_node=target)

    def _meanings(self, node: ast.expr) -> list[QualifiedName]:
        """Return what an expression may stand for: a name, a chain, or an imported module."""
        if isinstance(node, ast.Call):
            is_import = IMPORT_MODULE in self._meanings(node.func)
            return [found.name for found in self.module(node)] if is_import else []
        reference = self.model.reference_at(node)
        if reference is None:
            return []
        return [candidate.name for candidate in self.model.resolve(reference).candidates]

    def _is_sys_modules(self, node: ast.expr) -> bool:
        return last_name(node) == "modules" and SYS_MODULES in self._meanings(node)

    def _package(self, node: ast.expr | None) -> QualifiedName | None:
        if node is None:
            return None
        if isinstance(node, ast.Name) and node.id in {"__name__", "__package__"}:
            return self.model.module if node.id == "__name__" else self.model.package
        text = self._text(node)
        return None if text is None else _parse(text.text)

    def _text(self, node: ast.expr) -> Text | None:
        return text_of(self.model, node)


_OPTIONS_OF_MULTIPLE = frozenset(
    {"target", "spec", "create", "spec_set", "autospec", "new_callable"}
)
_READ: dict[Shape, Callable[[_Reader, ast.Call], Iterator[StringName]]] = {
    Shape.PATH: _Reader.path,
    Shape.LOGGER: _Reader.logger,
    Shape.REBOUND_PATH: _Reader.rebound_path,
    Shape.ATTRIBUTE: _Reader.attribute,
    Shape.REBOUND_ATTRIBUTE: _Reader.rebound_attribute,
    Shape.PATH_OR_ATTRIBUTE: _Reader.path_or_attribute,
    Shape.SEVERAL: _Reader.several,
    Shape.MAPPING: _Reader.mapping,
    Shape.ITEM: _Reader.item,
    Shape.KEY: _Reader.key,
    Shape.MODULE: _Reader.module,
    Shape.DUNDER_IMPORT: _Reader.dunder_import,
}


def _argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """Return an argument by position or by name; None where it is not given."""
    if position < len(call.args):
        given = call.args[: position + 1]
        return None if any(isinstance(a, ast.Starred) for a in given) else given[-1]
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def _elements(node: ast.expr | None) -> list[ast.expr]:
    return node.elts if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else []


def _is_path(binding: Binding) -> bool:
    """Whether a binding is the assignment of a string that may be a dotted path."""
    value = getattr(binding.statement, "value", None)
    return (
        binding.kind is BindingKind.ASSIGNMENT
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and _parse(value.value.lstrip(".")) is not None
    )


def _parse(text: str) -> QualifiedName | None:
    return QualifiedName(text.split(".")) if _DOTTED.fullmatch(text) else None
