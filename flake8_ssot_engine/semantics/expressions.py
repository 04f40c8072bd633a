"""The binder's walk over expressions, with an explicit stack: long chains must not overflow it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_ssot_engine.semantics.annotations import last_name, names_in_string
from flake8_ssot_engine.semantics.bindings import BindingKind
from flake8_ssot_engine.semantics.builder import ScopeBuilder
from flake8_ssot_engine.semantics.flow import Region
from flake8_ssot_engine.semantics.references import Role, root_of
from flake8_ssot_engine.semantics.scopes import ScopeKind

GENERIC = frozenset(
    {
        "Await",
        "BinOp",
        "Dict",
        "DictComp",
        "FormattedValue",
        "GeneratorExp",
        "Interpolation",
        "JoinedStr",
        "List",
        "ListComp",
        "Set",
        "SetComp",
        "Slice",
        "Starred",
        "TemplateStr",
        "Tuple",
        "UnaryOp",
        "Yield",
        "YieldFrom",
        "keyword",
    }
)
"""Expressions that neither bind nor name anything: their parts are walked in order.

(Comprehensions are here for the listing alone; they are told apart by `generators`.)
"""

TYPE_ARGUMENTS: dict[str, tuple[int | str, ...]] = {
    "assert_type": (1, "typ"),
    "cast": (0, "typ"),
    "NewType": (1, "tp"),
    "TypeVar": (*range(1, 10), "bound", "default"),
}
"""The functions of `typing` that take types, by name, with the arguments that may be strings."""
_CLASS_TESTS = frozenset({"isinstance", "issubclass"})


class ExpressionBinder(ScopeBuilder):
    """Walks expressions."""

    def visit_expression(self, node: ast.AST | None, role: Role = Role.VALUE) -> None:
        """Record what `node` and everything inside it names and binds."""
        if node is None:
            return
        stack: list[tuple[ast.AST, Role]] = [(node, role)]
        while stack:
            node, role = stack.pop()
            handler = self.handlers.get(type(node).__name__)
            parts = handler(self, node, role) if handler else self.visit_parts(node, role)
            stack.extend(reversed(parts))

    def visit_expressions(self, nodes: Sequence[ast.AST | None], role: Role = Role.VALUE) -> None:
        """Walk several expressions in order."""
        for node in nodes:
            self.visit_expression(node, role)

    # Each of the methods below returns the parts that are still to be walked.

    def visit_parts(self, node: ast.AST, role: Role) -> list[tuple[ast.AST, Role]]:
        if hasattr(node, "generators"):
            self.visit_comprehension(node)
            return []
        return [
            (child, role if role is Role.ANNOTATION or _passes_role(node) else Role.VALUE)
            for child in ast.iter_child_nodes(node)
            if not isinstance(child, _NAMELESS)
        ]

    def visit_Name(self, node: ast.Name, role: Role) -> list[tuple[ast.AST, Role]]:
        if isinstance(node.ctx, ast.Load):
            self.refer(node, role)
        return []

    def visit_Attribute(self, node: ast.Attribute, role: Role) -> list[tuple[ast.AST, Role]]:
        if not isinstance(node.ctx, ast.Load):
            role = Role.STORE
        if self.refer(node, role) is not None:
            return []
        return [(root_of(node), Role.VALUE)]

    def visit_Call(self, node: ast.Call, role: Role) -> list[tuple[ast.AST, Role]]:
        parts: list[tuple[ast.AST, Role]] = []
        if self.refer(node.func, Role.CALL, call=node) is None:
            parts.append((node.func, Role.VALUE))
        classes = isinstance(node.func, ast.Name) and node.func.id in _CLASS_TESTS
        types = TYPE_ARGUMENTS.get(last_name(node.func), ())
        for index, argument in enumerate((*node.args, *node.keywords)):
            value = argument.value if isinstance(argument, ast.keyword) else argument
            keyword = argument.arg if isinstance(argument, ast.keyword) else None
            if types and (keyword or index) in types:
                self.refer_in_string(value, node)
            if classes and index == 1:
                parts.append((value, Role.ISINSTANCE))
            elif role is Role.ANNOTATION:
                parts.append((value, Role.VALUE))
            elif isinstance(value, (ast.Name, ast.Attribute)):
                if self.refer(value, Role.ARGUMENT, call=node, keyword=keyword) is None:
                    parts.append((value, Role.VALUE))
            else:
                parts.append((value, Role.VALUE))
        return parts

    def visit_Constant(self, node: ast.Constant, role: Role) -> list[tuple[ast.AST, Role]]:
        if role is Role.ANNOTATION and isinstance(node.value, str):
            self.refer_in_string(node)
        return []

    def refer_in_string(self, node: ast.AST | None, call: ast.Call | None = None) -> None:
        """Record the names of a type that is written as a string."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for name in names_in_string(node):
                self.refer(name, Role.ANNOTATION, call=call, quoted=True)

    def visit_Subscript(self, node: ast.Subscript, role: Role) -> list[tuple[ast.AST, Role]]:
        is_annotation = role is Role.ANNOTATION and last_name(node.value) != "Literal"
        return [(node.value, role), (node.slice, role if is_annotation else Role.VALUE)]

    def visit_NamedExpr(self, node: ast.NamedExpr, role: Role) -> list[tuple[ast.AST, Role]]:
        self.visit_expression(node.value)
        self.bind_walrus(node.target.id, node.target)
        return []

    def visit_BoolOp(self, node: ast.BoolOp, role: Role) -> list[tuple[ast.AST, Role]]:
        return self._visit_short_circuit(node.values)

    def visit_Compare(self, node: ast.Compare, role: Role) -> list[tuple[ast.AST, Role]]:
        return self._visit_short_circuit([node.left, *node.comparators], always=2)

    def _visit_short_circuit(
        self, values: Sequence[ast.expr], always: int = 1
    ) -> list[tuple[ast.AST, Role]]:
        if not self.has_walrus:
            return [(value, Role.VALUE) for value in values]
        self.visit_expressions(values[:always])
        with self.region(Region.PART):
            self.visit_expressions(values[always:])
        return []

    def visit_IfExp(self, node: ast.IfExp, role: Role) -> list[tuple[ast.AST, Role]]:
        self.visit_expression(node.test)
        construct = self.new_construct()
        for arm, value in enumerate((node.body, node.orelse)):
            with self.region(Region.ARM, construct, arm):
                self.visit_expression(value)
        return []

    def visit_Lambda(self, node: ast.Lambda, role: Role) -> list[tuple[ast.AST, Role]]:
        self.visit_expressions([*node.args.defaults, *node.args.kw_defaults])
        with self.inside(ScopeKind.LAMBDA, "<lambda>", node):
            self.bind_parameters(node.args)
            self.visit_expression(node.body)
        return []

    def visit_comprehension(self, node: ast.AST) -> None:
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        self.visit_expression(generators[0].iter)
        names = {
            ast.ListComp: "<listcomp>",
            ast.SetComp: "<setcomp>",
            ast.DictComp: "<dictcomp>",
            ast.GeneratorExp: "<genexpr>",
        }
        with (
            self.region(Region.LOOP),
            self.inside(ScopeKind.COMPREHENSION, names[type(node)], node),
        ):
            for index, generator in enumerate(generators):
                if index:
                    self.visit_expression(generator.iter)
                self.visit_target(generator.target, BindingKind.COMPREHENSION)
                self.visit_expressions(generator.ifs)
            if isinstance(node, ast.DictComp):
                self.visit_expressions([node.key, node.value])
            else:
                self.visit_expression(node.elt)  # type: ignore[attr-defined]

    # --- targets and parameters

    def visit_target(
        self, node: ast.expr, kind: BindingKind, statement: ast.stmt | None = None
    ) -> None:
        """Bind the names of an assignment target; walk the rest of it as uses."""
        if isinstance(node, ast.Name):
            self.bind(node.id, kind, node, statement=statement)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for element in node.elts:
                self.visit_target(element, kind, statement)
        elif isinstance(node, ast.Starred):
            self.visit_target(node.value, kind, statement)
        else:
            self.visit_expression(node)

    def bind_parameters(self, arguments: ast.arguments) -> None:
        """Bind the parameters of a function in the current scope."""
        every = [
            *arguments.posonlyargs,
            *arguments.args,
            arguments.vararg,
            *arguments.kwonlyargs,
            arguments.kwarg,
        ]
        for argument in every:
            if argument is not None:
                self.bind(argument.arg, BindingKind.PARAMETER, argument)


_NAMELESS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


def _passes_role(node: ast.AST) -> bool:
    """Whether the parts are used as the whole is: `isinstance(x, (A, B | C))`."""
    return isinstance(node, (ast.Tuple, ast.BinOp))
