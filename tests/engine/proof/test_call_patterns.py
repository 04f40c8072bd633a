"""Call patterns: what pattern and rewrite capture on Python's tree, and what they do not match."""

from __future__ import annotations

import ast

import pytest

from flake8_ssot_engine.engine.proof.call_patterns import match_rewrite
from flake8_ssot_engine.migrations import CallRewrite

AWAIT = CallRewrite("$CLASS($A, $$$REST)", "await $NEW.build($A, $$$REST)")
PLAIN = CallRewrite("$CLASS($A, $$$REST)", "$NEW.build($A, $$$REST)")
ORDER = CallRewrite("$CLASS($A, $B)", "$NEW($B, $A)")
FIRST = CallRewrite("$CLASS($A, $$$REST)", "$NEW($A)")
MIDDLE = CallRewrite("$CLASS($A, $$$REST, $Z)", "$NEW($Z, $$$REST, $A)")
KEYWORD = CallRewrite("$CLASS($A, key=$B)", "$NEW(value=$B, first=$A)")
TWICE = CallRewrite("$CLASS($A, $A)", "$NEW($A)")
NONE = CallRewrite("$CLASS($$$ALL)", "$NEW.make()")
ANYTHING = CallRewrite("$CLASS($$$)", "$NEW()")
METHOD = CallRewrite("$CLASS.create($A)", "$NEW($A).run()")
LITERAL = CallRewrite("$CLASS($A, 'fast', -1)", "$NEW($A, mode='fast')")
KEPT = CallRewrite("$CLASS($A)", "wrap($CLASS($A), [$A, *$A])")

MATCHES: tuple[tuple[str, CallRewrite, str, str, dict[str, tuple[str, str]]], ...] = (
    ("one", PLAIN, "O(a)", "N.build(a)", {"CLASS": ("O", "N"), "A": ("a", "a"), "REST": ("", "")}),
    (
        "rest",
        PLAIN,
        "O(a, b, c)",
        "N.build(a, b, c)",
        {"CLASS": ("O", "N"), "A": ("a", "a"), "REST": ("b, c", "b, c")},
    ),
    (
        "rest of keywords",
        PLAIN,
        "O(a, k=b)",
        "N.build(a, k=b)",
        {"CLASS": ("O", "N"), "A": ("a", "a"), "REST": ("k=b", "k=b")},
    ),
    (
        "stars",
        PLAIN,
        "O(a, *b, **c)",
        "N.build(a, *b, **c)",
        {"CLASS": ("O", "N"), "A": ("a", "a"), "REST": ("*b, **c", "*b, **c")},
    ),
    (
        "chains",
        PLAIN,
        "m.O(a)",
        "n.m.N.build(a)",
        {"CLASS": ("m.O", "n.m.N"), "A": ("a", "a"), "REST": ("", "")},
    ),
    (
        "await",
        AWAIT,
        "O(a)",
        "await N.build(a)",
        {"CLASS": ("O", "N"), "A": ("a", "a"), "REST": ("", "")},
    ),
    (
        "what differs is told",
        PLAIN,
        "O(a)",
        "N.build(b)",
        {"CLASS": ("O", "N"), "A": ("a", "b"), "REST": ("", "")},
    ),
    (
        "order",
        ORDER,
        "O(1, f(2))",
        "N(f(2), 1)",
        {"CLASS": ("O", "N"), "A": ("1", "1"), "B": ("f(2)", "f(2)")},
    ),
    ("what goes is not told", FIRST, "O(a, b)", "N(a)", {"CLASS": ("O", "N"), "A": ("a", "a")}),
    (
        "rest in the middle",
        MIDDLE,
        "O(1, 2, 3, 4)",
        "N(4, 2, 3, 1)",
        {"CLASS": ("O", "N"), "A": ("1", "1"), "REST": ("2, 3", "2, 3"), "Z": ("4", "4")},
    ),
    (
        "keyword",
        KEYWORD,
        "O(a, key=b)",
        "N(value=b, first=a)",
        {"CLASS": ("O", "N"), "A": ("a", "a"), "B": ("b", "b")},
    ),
    ("twice", TWICE, "O(a, a)", "N(a)", {"CLASS": ("O", "N"), "A": ("a", "a")}),
    ("all goes", NONE, "O(a, *b)", "N.make()", {"CLASS": ("O", "N")}),
    ("all goes, unnamed", ANYTHING, "O(a, *b)", "N()", {"CLASS": ("O", "N")}),
    ("method", METHOD, "O.create(a)", "N(a).run()", {"CLASS": ("O", "N"), "A": ("a", "a")}),
    (
        "literals",
        LITERAL,
        "O(a, 'fast', -1)",
        "N(a, mode='fast')",
        {"CLASS": ("O", "N"), "A": ("a", "a")},
    ),
    ("class kept", KEPT, "O(a)", "wrap(O(a), [a, *a])", {"CLASS": ("O", "O"), "A": ("a", "a")}),
)

MISMATCHES = (
    ("no argument", PLAIN, "O()", "N.build()"),
    ("too few", ORDER, "O(1)", "N(1)"),
    ("too many", ORDER, "O(1, 2, 3)", "N(2, 1, 3)"),
    ("too few round the rest", MIDDLE, "O(1)", "N(1, 1)"),
    ("another keyword", KEYWORD, "O(a, k=b)", "N(value=b, first=a)"),
    ("another keyword after", KEYWORD, "O(a, key=b)", "N(v=b, first=a)"),
    ("keywords in another order", KEYWORD, "O(a, key=b)", "N(first=a, value=b)"),
    ("not the same twice", TWICE, "O(a, b)", "N(a)"),
    ("not the same twice after", KEPT, "O(a)", "wrap(O(a), [a, *b])"),
    ("no await", AWAIT, "O(a)", "N.build(a)"),
    ("await for nothing", PLAIN, "O(a)", "await N.build(a)"),
    ("another method", PLAIN, "O(a)", "N.make(a)"),
    ("no method", PLAIN, "O(a)", "N(a)"),
    ("another method before", METHOD, "O.make(a)", "N(a).run()"),
    ("another constant", LITERAL, "O(a, 'slow', -1)", "N(a, mode='fast')"),
    ("another constant after", LITERAL, "O(a, 'fast', -1)", "N(a, mode='slow')"),
    ("another type of constant", LITERAL, "O(a, b'fast', -1)", "N(a, mode='fast')"),
    ("another sign", LITERAL, "O(a, 'fast', 1)", "N(a, mode='fast')"),
    ("something is left", NONE, "O(a)", "N.make(a)"),
    ("no call", PLAIN, "O", "N.build(a)"),
    ("no call after", PLAIN, "O(a)", "N.build"),
    ("more than a call after", PLAIN, "O(a)", "N.build(a) + 1"),
    ("another starred", KEPT, "O(a)", "wrap(O(a), [a, a])"),
)


def tree(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


def spelled(nodes: list[ast.AST]) -> str:
    return ", ".join(map(ast.unparse, nodes))


@pytest.mark.parametrize(
    ("rewrite", "before", "after", "expected"),
    [pytest.param(*case[1:], id=case[0]) for case in MATCHES],
)
def test_matches(
    rewrite: CallRewrite, before: str, after: str, expected: dict[str, tuple[str, str]]
) -> None:
    found = match_rewrite(rewrite, tree(before), tree(after))
    assert found is not None
    assert {name: (spelled(old), spelled(new)) for name, old, new in found} == expected


@pytest.mark.parametrize(
    ("rewrite", "before", "after"), [pytest.param(*case[1:], id=case[0]) for case in MISMATCHES]
)
def test_mismatches(rewrite: CallRewrite, before: str, after: str) -> None:
    assert match_rewrite(rewrite, tree(before), tree(after)) is None


def test_true_is_not_one() -> None:
    rewrite = CallRewrite("$CLASS(1)", "$NEW(1)")
    assert match_rewrite(rewrite, tree("O(1)"), tree("N(1)")) is not None
    assert match_rewrite(rewrite, tree("O(True)"), tree("N(1)")) is None
    assert match_rewrite(rewrite, tree("O(1)"), tree("N(1.0)")) is None


def test_a_name_that_the_rewrite_alone_has_stands_for_nothing() -> None:
    rewrite = CallRewrite("$CLASS($A)", "$NEW($A, $EXTRA)")
    found = match_rewrite(rewrite, tree("O(a)"), tree("N(a, anything())"))
    assert found is None
