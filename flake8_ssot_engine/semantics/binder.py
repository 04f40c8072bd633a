"""Pass 1: a walk over the tree that finds scopes, bindings and references."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from flake8_ssot_engine.names import QualifiedName, absolute_module
from flake8_ssot_engine.semantics.annotations import last_name, names_in_comment, names_in_string
from flake8_ssot_engine.semantics.bindings import ANY_NAME, BindingKind
from flake8_ssot_engine.semantics.expressions import ExpressionBinder
from flake8_ssot_engine.semantics.flow import Branch, Region
from flake8_ssot_engine.semantics.public_list import public_list
from flake8_ssot_engine.semantics.references import Role
from flake8_ssot_engine.semantics.scopes import Scope, ScopeKind

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Binder(ExpressionBinder):
    """Walks statements; `visit_module` is where it starts."""

    def visit_module(self, tree: ast.Module) -> None:
        """Walk the whole file."""
        self.visit_body(tree.body)
        listed = public_list(tree.body) if "__all__" in self.scope.bindings else None
        for entry in listed.entries if listed else ():
            for name in names_in_string(entry):
                self.refer(name, Role.EXPORT, quoted=True)
        self.settle_nonlocals()

    def visit_type_comment(self, first: int, last: int) -> None:
        """Record the names of the type comments on some lines, as uses in the current scope."""
        for line in range(first, last + 1) if self.type_comments else ():
            if line in self.type_comments:
                for name in names_in_comment(self.type_comments[line], line):
                    self.refer(name, Role.ANNOTATION, quoted=True)

    def visit_body(self, body: Sequence[ast.stmt]) -> None:
        """Walk statements in order; those without a method have only expressions in them."""
        for statement in body:
            handler = self.handlers.get(type(statement).__name__)
            if handler is None:
                self.visit_expressions(list(ast.iter_child_nodes(statement)))
            else:
                handler(self, statement)

    # --- imports

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            module = QualifiedName(alias.name.split("."))
            if alias.asname or len(module) == 1:
                name, kind, target = alias.asname or alias.name, BindingKind.IMPORT, module
            else:
                name, kind = module[0], BindingKind.SUBMODULE_IMPORT
                target = QualifiedName(module[:1])
            self.bind(name, kind, alias, target=target, imported=module, statement=node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = absolute_module(self.package, node.level, node.module)
        for alias in node.names:
            if alias.name == "*":
                self.bind(ANY_NAME, BindingKind.STAR_IMPORT, alias, target=module, statement=node)
                self.scope.stars = self.scope.bindings[ANY_NAME]
                continue
            target = None if module is None else module.child(alias.name)
            self.bind(
                alias.asname or alias.name,
                BindingKind.FROM_IMPORT,
                alias,
                target=target,
                imported=module,
                statement=node,
            )

    # --- definitions

    def visit_FunctionDef(self, node: _Function) -> None:
        self.visit_expressions(node.decorator_list)
        arguments = node.args
        self.visit_expressions([*arguments.defaults, *arguments.kw_defaults])
        with self.type_parameters(node, node.name):
            for argument in _every_argument(arguments):
                self.visit_expression(argument.annotation, Role.ANNOTATION)
            self.visit_expression(node.returns, Role.ANNOTATION)
            self.visit_type_comment(*_header(node))
            with self.inside(ScopeKind.FUNCTION, node.name, node):
                self.declare_outward(node.body)
                self.bind_parameters(arguments)
                self.visit_body(node.body)
        self.bind_definition(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.visit_expressions(node.decorator_list)
        with self.type_parameters(node, node.name):
            self.visit_expressions(node.bases, Role.BASE_CLASS)
            self.visit_expressions([keyword.value for keyword in node.keywords])
            with self.inside(ScopeKind.CLASS, node.name, node):
                self.declare_outward(node.body)
                self.visit_body(node.body)
        self.bind_definition(node)

    def bind_definition(self, node: _Function | ast.ClassDef) -> None:
        """Bind the name of a function or a class."""
        kind = BindingKind.CLASS if isinstance(node, ast.ClassDef) else BindingKind.FUNCTION
        self.bind(node.name, kind, node, statement=node)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        name: ast.Name = node.name  # type: ignore[attr-defined]
        with self.type_parameters(node, name.id):
            self.visit_expression(node.value, Role.ANNOTATION)  # type: ignore[attr-defined]
        self.bind(name.id, BindingKind.TYPE_ALIAS, name, statement=node)  # type: ignore[arg-type]

    @contextmanager
    def type_parameters(self, node: ast.AST, name: str) -> Iterator[None]:
        """Walk inside the scope of PEP 695 parameters, where a definition has any."""
        parameters: list[ast.AST] = getattr(node, "type_params", [])
        if not parameters:
            yield
            return
        outer, outer_class = self.scope, self.class_name
        self.scope = Scope(ScopeKind.TYPE_PARAMETERS, name, node, outer, self.now())
        self.scopes.append(self.scope)
        if isinstance(node, ast.ClassDef):  # `class C[__T](Base)` mangles as its body does
            self.class_name = name
        try:
            for parameter in parameters:
                self.bind(parameter.name, BindingKind.TYPE_PARAMETER, parameter)  # type: ignore[attr-defined]
                self.visit_expression(getattr(parameter, "bound", None), Role.ANNOTATION)
                self.visit_expression(getattr(parameter, "default_value", None), Role.ANNOTATION)
            yield
        finally:
            self.scope, self.class_name = outer, outer_class

    def declare_outward(self, body: Sequence[ast.stmt]) -> None:
        """Find the `global` and `nonlocal` statements of a body before anything is bound in it."""
        stack: list[ast.AST] = list(body) if self.has_outward else []
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Global):
                self.scope.globals.update(map(self.mangle, node.names))
            elif isinstance(node, ast.Nonlocal):
                self.scope.nonlocals.update(map(self.mangle, node.names))
            elif not isinstance(node, (ast.expr, _Function, ast.ClassDef)):
                stack.extend(ast.iter_child_nodes(node))

    # --- assignments

    def visit_Assign(self, node: ast.Assign) -> None:
        value = None
        if isinstance(node.value, (ast.Name, ast.Attribute)):
            value = self.refer(node.value, Role.ALIAS)
        if value is None:
            self.visit_expression(node.value)
        self.visit_type_comment(node.end_lineno or 0, node.end_lineno or 0)
        for target in node.targets:
            if value is not None and isinstance(target, ast.Name):
                self.bind(target.id, BindingKind.ALIAS, target, value=value, statement=node)
            else:
                self.visit_target(target, BindingKind.ASSIGNMENT, node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit_expression(node.annotation, Role.ANNOTATION)
        if last_name(node.annotation) == "TypeAlias":
            self.refer_in_string(node.value)
        value = None
        if isinstance(node.value, (ast.Name, ast.Attribute)):
            value = self.refer(node.value, Role.ALIAS)
        if value is None:
            self.visit_expression(node.value)
        if not isinstance(node.target, ast.Name):
            self.visit_expression(node.target)
        elif node.value is None:
            if node.simple:  # `(x): int` declares nothing
                self.bind(node.target.id, BindingKind.DECLARATION, node.target, statement=node)
        else:
            kind = BindingKind.ASSIGNMENT if value is None else BindingKind.ALIAS
            self.bind(node.target.id, kind, node.target, value=value, statement=node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.refer(node.target, Role.VALUE)
        self.visit_expression(node.value)
        self.visit_target(node.target, BindingKind.ASSIGNMENT, node)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            for name in ast.walk(target) if isinstance(target, (ast.Tuple, ast.List)) else [target]:
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Del):
                    self.refer(name, Role.STORE)
            self.visit_target(target, BindingKind.DELETION, node)

    # --- control flow

    def visit_If(self, node: ast.If) -> None:
        outer = self.branch
        while True:  # an `elif` is an `if` inside the `else`: hundreds would overflow the stack
            self.visit_expression(node.test)
            construct = self.new_construct()
            with self.region(Region.ARM, construct, 0):
                self.visit_body(node.body)
            self.branch = Branch(self.branch, Region.ARM, construct, 1)
            if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
                break
            node = node.orelse[0]
        self.visit_body(node.orelse)
        self.branch = outer

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit_expression(node.iter)
        self.visit_type_comment(*_header(node))
        with self.region(Region.LOOP):
            self.visit_target(node.target, BindingKind.LOOP, node)
            self.visit_body(node.body)
        with self.region(Region.PART):
            self.visit_body(node.orelse)

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        with self.region(Region.LOOP):
            self.visit_expression(node.test)
            self.visit_body(node.body)
        with self.region(Region.PART):
            self.visit_body(node.orelse)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.visit_expression(item.context_expr)
            if item.optional_vars is not None:
                self.visit_target(item.optional_vars, BindingKind.WITH, node)
        self.visit_type_comment(*_header(node))
        with self.region(Region.PART):  # its manager may swallow an exception
            self.visit_body(node.body)

    visit_AsyncWith = visit_With

    def visit_Try(self, node: ast.Try) -> None:
        construct = self.new_construct()
        with self.region(Region.PART, construct):
            self.visit_body(node.body)
            with self.region(Region.PART):
                self.visit_body(node.orelse)
        for arm, handler in enumerate(node.handlers):
            with self.region(Region.ARM, construct, arm):
                self.visit_expression(handler.type)
                if handler.name:
                    self.bind(handler.name, BindingKind.EXCEPTION, handler)
                self.visit_body(handler.body)
                if handler.name:
                    self.bind(handler.name, BindingKind.DELETION, handler)
        self.visit_body(node.finalbody)

    visit_TryStar = visit_Try

    def visit_Assert(self, node: ast.Assert) -> None:
        with self.region(Region.PART):  # gone under `python -O`
            self.visit_expressions([node.test, node.msg])

    def visit_Match(self, node: ast.Match) -> None:
        self.visit_expression(node.subject)
        construct = self.new_construct()
        for arm, case in enumerate(node.cases):
            with self.region(Region.PART):  # a pattern that fails may have bound names
                self.visit_pattern(case.pattern)
                self.visit_expression(case.guard)
                with self.region(Region.ARM, construct, arm):
                    self.visit_body(case.body)

    def visit_pattern(self, pattern: ast.pattern) -> None:
        """Bind the captures of a pattern; walk its values and classes as uses."""
        if isinstance(pattern, ast.MatchClass):
            self.visit_expression(pattern.cls, Role.ISINSTANCE)
        elif isinstance(pattern, ast.MatchMapping):
            self.visit_expressions(pattern.keys)
        elif isinstance(pattern, ast.MatchValue):
            self.visit_expression(pattern.value)
        for child in ast.iter_child_nodes(pattern):
            if isinstance(child, ast.pattern):
                self.visit_pattern(child)
        name = pattern.rest if isinstance(pattern, ast.MatchMapping) else None
        if isinstance(pattern, (ast.MatchAs, ast.MatchStar)):
            name = pattern.name
        if name is not None:
            self.bind(name, BindingKind.CAPTURE, pattern)


def _header(node: _Function | ast.For | ast.AsyncFor | ast.With | ast.AsyncWith) -> tuple[int, int]:
    """Return the first and last line of what stands before a statement's body."""
    body = node.body[0]
    decorators: list[ast.expr] = getattr(body, "decorator_list", [])
    inner = min([body.lineno, *(decorator.lineno for decorator in decorators)])
    return node.lineno, max(node.lineno, inner - 1)


def _every_argument(arguments: ast.arguments) -> list[ast.arg]:
    positional = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return positional + [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
