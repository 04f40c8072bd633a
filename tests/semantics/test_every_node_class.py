"""Every class of `ast` nodes and how the binder treats it, so that a new one cannot pass unseen."""

from __future__ import annotations

import ast
import sys

import pytest

from flake8_ssot_engine.semantics.binder import Binder
from flake8_ssot_engine.semantics.expressions import GENERIC

# Statements that neither bind nor make a scope: their expressions are walked in order.
PLAIN_STATEMENTS = {"Break", "Continue", "Expr", "Pass", "Raise", "Return"}
# Read before the body that they stand in is walked.
DECLARATIONS = {"Global", "Nonlocal"}
# Walked as part of the node that holds them.
PARTS = {
    "ExceptHandler",  # visit_Try
    "MatchAs",  # visit_pattern, as all that begin with Match
    "MatchClass",
    "MatchMapping",
    "MatchOr",
    "MatchSequence",
    "MatchSingleton",
    "MatchStar",
    "MatchValue",
    "Module",  # visit_module
    "ParamSpec",  # type_parameters
    "TypeVar",
    "TypeVarTuple",
    "alias",  # visit_Import, visit_ImportFrom
    "arg",  # bind_parameters
    "arguments",
    "comprehension",  # visit_comprehension
    "match_case",  # visit_Match
    "withitem",  # visit_With
}
# Carry no names: operators, contexts.
NAMELESS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
# Never in the tree of a module that is parsed without type comments.
NOT_IN_MODULES = {"Expression", "FunctionType", "Interactive", "TypeIgnore"}
# Kept by `ast` for old callers; the parser makes none of them.
LEGACY = {
    "AugLoad",
    "AugStore",
    "Bytes",
    "Ellipsis",
    "ExtSlice",
    "Index",
    "NameConstant",
    "Num",
    "Param",
    "Str",
    "Suite",
}
ABSTRACT = {
    "AST",
    "boolop",
    "cmpop",
    "excepthandler",
    "expr",
    "expr_context",
    "mod",
    "operator",
    "pattern",
    "slice",
    "stmt",
    "type_ignore",
    "type_param",
    "unaryop",
}


def node_classes() -> list[type[ast.AST]]:
    import warnings

    with warnings.catch_warnings():  # the legacy classes warn when they are looked at
        warnings.simplefilter("ignore")
        found = [getattr(ast, name) for name in dir(ast)]
    return [cls for cls in found if isinstance(cls, type) and issubclass(cls, ast.AST)]


def treatments(name: str, cls: type[ast.AST]) -> list[str]:
    groups = {
        "handled": set(Binder.handlers),
        "generic": set(GENERIC),
        "plain statement": PLAIN_STATEMENTS,
        "declaration": DECLARATIONS,
        "part": PARTS,
        "not in modules": NOT_IN_MODULES,
        "legacy": LEGACY,
        "abstract": ABSTRACT,
    }
    found = [group for group, names in groups.items() if name in names]
    if issubclass(cls, NAMELESS) and name not in ABSTRACT | LEGACY:
        found.append("nameless")
    return found


@pytest.mark.parametrize("cls", [pytest.param(cls, id=cls.__name__) for cls in node_classes()])
def test_is_treated_in_exactly_one_way(cls: type[ast.AST]) -> None:
    assert len(treatments(cls.__name__, cls)) == 1, (
        f"decide how the binder treats {cls.__name__} (Python {sys.version_info[:2]})"
    )


@pytest.mark.parametrize("name", sorted({*Binder.handlers, *GENERIC}))
def test_names_a_node_class_of_some_python(name: str) -> None:
    newer = {"Interpolation", "TemplateStr", "TryStar", "TypeAlias"}  # 3.14, 3.14, 3.11, 3.12
    assert hasattr(ast, name) or (name in newer and sys.version_info < (3, 14))
