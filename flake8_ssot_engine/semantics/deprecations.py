"""Deprecations: what a module says of its own parts that they must no longer be used."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.deprecation_texts import (
    judge_docstring,
    judge_warning,
    text_of_message,
    thing_taken,
)
from flake8_ssot_engine.semantics.lazy_exports import names_asked_for
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.words import HOOK

Reach: TypeAlias = Callable[[QualifiedName], Iterable[QualifiedName]]
"""Tells every name that one may stand for, itself included, through the project's re-exports."""

_DECORATORS = frozenset(
    QualifiedName((module, "deprecated")) for module in ("warnings", "typing_extensions")
)
_OVERLOADS = frozenset(
    QualifiedName((module, "overload")) for module in ("typing", "typing_extensions")
)
_WARN = frozenset({QualifiedName(("warnings", "warn"))})
_CATEGORY = frozenset({QualifiedName(("builtins", "DeprecationWarning"))})
_MAKERS = ("__init__", "__new__", "__post_init__")
_Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"


class Evidence(enum.Enum):
    """By what something is said to be deprecated; of several the first here is told."""

    DECORATOR = "@deprecated"
    """PEP 702."""
    WARNING = "DeprecationWarning"
    """Importing or calling it warns, whatever the arguments."""
    HOOK = "__getattr__ warns"
    """The module's `__getattr__` (PEP 562) warns when the name is asked for."""
    DOCSTRING = "docstring"
    """The words of its docstring, or Sphinx's `.. deprecated::`."""


class Deprecation(NamedTuple):
    """A module, function or class that is deprecated, as its own file says at `line` (from 1).

    `doubt` is why it may not be meant; "" for none. `others` is what else is said of it.
    """

    name: QualifiedName
    line: int
    evidence: Evidence
    message: str
    doubt: str = ""
    others: tuple[str, ...] = ()


def find_deprecated(
    tree: ast.Module, module: QualifiedName, model: Callable[[], SemanticModel], reach: Reach
) -> list[Deprecation]:
    """Return what a file says is deprecated: itself, its functions and classes, lazy names.

    Methods are left out, for which of them an attribute of an object is nobody knows. `model`
    makes the model of the file, where what a name refers to matters.
    """
    found: dict[QualifiedName, Deprecation] = {}
    for deprecation in _Finder(tree, module, model, reach).find():
        known = found.get(deprecation.name)
        if known is not None:
            both = (
                (deprecation, known)
                if known.doubt > deprecation.doubt == ""
                else (known, deprecation)
            )
            message = both[0].message or both[1].message
            others = (*known.others, both[1].message)
            deprecation = both[0]._replace(message=message, others=others)
        found[deprecation.name] = deprecation
    return list(found.values())


class _Finder:
    def __init__(
        self,
        tree: ast.Module,
        module: QualifiedName,
        model: Callable[[], SemanticModel],
        reach: Reach,
    ) -> None:
        self._tree = tree
        self._module = module
        self._make_model = model
        self._reach = reach
        self._texts = dict(_assigned_texts(tree.body, {"__name__": str(module)}))

    @cached_property
    def _model(self) -> SemanticModel:
        return self._make_model()

    def find(self) -> Iterator[Deprecation]:
        module, tree = self._module, self._tree
        for line, message in self._warnings(tree.body, self._texts):
            told = thing_taken(message)
            if told is not None and told in self._model.scopes[0].bindings:
                yield Deprecation(module.child(told), line, Evidence.WARNING, message)
            else:
                yield self._judged(module, line, message, "module")
        yield from self._documented(tree, module)
        for node in _definitions(tree.body):
            name = module.child(node.name)
            yield from self._decorated(node, name)
            if isinstance(node, ast.ClassDef):
                yield from self._warning_class(node, name)
            elif node.name == HOOK:
                yield from self._answered(node)
                continue
            else:
                yield from self._warning_function(node, name, "function")
            yield from self._documented(node, name)

    def _decorated(
        self, node: _Function | ast.ClassDef, name: QualifiedName
    ) -> Iterator[Deprecation]:
        if any(self._is(_called(decorator), _OVERLOADS) for decorator in node.decorator_list):
            return  # one signature of several
        for decorator in node.decorator_list:
            if self._is(_called(decorator), _DECORATORS):
                arguments = decorator.args if isinstance(decorator, ast.Call) else []
                message = text_of_message(arguments[0], self._texts) if arguments else None
                yield Deprecation(name, decorator.lineno, Evidence.DECORATOR, message or "")

    def _documented(
        self, node: ast.Module | _Function | ast.ClassDef, name: QualifiedName
    ) -> Iterator[Deprecation]:
        docstring = ast.get_docstring(node)
        is_module = isinstance(node, ast.Module)
        verdict = judge_docstring(docstring, is_module=is_module) if docstring else None
        if verdict is not None:
            yield Deprecation(name, node.body[0].lineno, Evidence.DOCSTRING, *verdict)

    def _warning_class(self, node: ast.ClassDef, name: QualifiedName) -> Iterator[Deprecation]:
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name in _MAKERS:
                yield from self._warning_function(method, name, "class")

    def _warning_function(
        self, node: _Function, name: QualifiedName, what: str
    ) -> Iterator[Deprecation]:
        parameters = _parameters(node)
        own = parameters[:1] if what == "class" else []
        known = {text: value for text, value in self._texts.items() if text not in parameters}
        for receiver in own:
            for spelled in (f"{receiver}.__class__", f"type({receiver})", receiver):
                known[f"{spelled}.__name__"] = known[f"{spelled}.__qualname__"] = name.last
        body = _until_it_may_leave(node.body)
        for line, message in self._warnings(body, dict(_assigned_texts(body, known)), parameters):
            yield self._judged(name, line, message, what)

    def _judged(self, name: QualifiedName, line: int, message: str, what: str) -> Deprecation:
        verdict = judge_warning(message, name, what)
        return Deprecation(name, line, Evidence.WARNING, *verdict)

    def _answered(self, hook: _Function) -> Iterator[Deprecation]:
        """Yield the names at which the module's hook warns."""
        lazy = {export.name for export in self._model.lazy_exports()}
        parameters = _parameters(hook)
        if not parameters:
            return
        every = list(self._all_warnings(hook))
        inner: set[int] = set()
        for names, body in names_asked_for(self._tree, hook, parameters[0]):
            for statement in body:
                for call in self._all_warnings(statement):
                    inner.add(id(call))
                    for name in names:
                        yield self._answer(name, call, parameters[0])
        for call in every:
            if id(call) not in inner:
                for name in sorted(lazy):
                    yield self._answer(name, call, parameters[0])

    def _answer(self, name: str, call: ast.Call, parameter: str) -> Deprecation:
        message = text_of_message(_message(call), {**self._texts, parameter: name})
        full = self._module.child(name)
        return Deprecation(full, call.lineno, Evidence.HOOK, message or "")

    def _warnings(
        self,
        body: list[ast.stmt],
        texts: Mapping[str, str],
        parameters: Collection[str] = (),
    ) -> Iterator[tuple[int, str]]:
        """Yield line and message of each deprecation that some statements, all of them, warn of."""
        for statement in body:
            call = statement.value if isinstance(statement, ast.Expr) else None
            if isinstance(call, ast.Call) and self._is_warning(call):
                message = text_of_message(_message(call), texts, unknown=parameters)
                # What is made of an argument is the message of somebody else's deprecation.
                if message is not None:
                    yield call.lineno, message

    def _all_warnings(self, node: ast.AST) -> Iterator[ast.Call]:
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and self._is_warning(part):
                yield part

    def _is_warning(self, call: ast.Call) -> bool:
        return (
            bool(call.args) and self._is(_category(call), _CATEGORY) and self._is(call.func, _WARN)
        )

    def _is(self, node: ast.expr, wanted: frozenset[QualifiedName]) -> bool:
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return False
        reference = self._model.reference_at(node)
        candidates = self._model.resolve(reference).candidates if reference else ()
        return any(
            candidate.name in wanted
            or (wanted is not _CATEGORY and not wanted.isdisjoint(self._reach(candidate.name)))
            for candidate in candidates
        )


def _definitions(body: list[ast.stmt]) -> Iterator[_Function | ast.ClassDef]:
    """Yield the functions and classes of a module, those in its branches too."""
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement
        elif isinstance(statement, (ast.If, ast.Try)):
            for block in (statement.body, statement.orelse):
                yield from _definitions(block)


def _until_it_may_leave(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements of a function that run whatever its arguments are."""
    for index, statement in enumerate(body):
        if isinstance(statement, (ast.Return, ast.Raise)) or _may_leave(statement):
            return body[:index]
    return body


def _may_leave(node: ast.AST) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
        return False
    return isinstance(node, (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)) or any(
        map(_may_leave, ast.iter_child_nodes(node))
    )


def _assigned_texts(body: list[ast.stmt], known: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that names have, after some statements."""
    texts = dict(known)
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            text = text_of_message(statement.value, texts)
            if text is not None:
                texts[statement.targets[0].id] = text
    return texts


def _parameters(node: _Function) -> list[str]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [rest for rest in (arguments.vararg, arguments.kwarg) if rest is not None]
    return [argument.arg for argument in every]


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _category(call: ast.Call) -> ast.expr:
    named = [word.value for word in call.keywords if word.arg == "category"]
    return (call.args[1:2] or named or [_called(call.args[0])])[0]


def _message(call: ast.Call) -> ast.expr:
    """Return what a call of `warn` says, also where it is given the warning itself."""
    first = call.args[0]
    is_warning = isinstance(first, ast.Call) and first.func is _category(call)
    return first.args[0] if isinstance(first, ast.Call) and is_warning and first.args else first
