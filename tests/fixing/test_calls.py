"""Declared rewrites of calls: layout and comments stay where the arguments do."""

from __future__ import annotations

import ast
import sys

import pytest

from flake8_ssot_engine.edits import Edit, apply_edits
from flake8_ssot_engine.fixing.calls import may_await, needs_await, rewrite_call
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.fixing.structural import CallNodes
from flake8_ssot_engine.migrations import CallRewrite
from flake8_ssot_engine.semantics.references import Role
from flake8_ssot_engine.source import SourceFile, Span
from tests.fixing.models import model_of

SAME = CallRewrite("$CLASS($A, $$$REST)", "await $NEW.build($A, $$$REST)")
PLAIN = CallRewrite("$CLASS($A, $$$REST)", "$NEW.build($A, $$$REST)")
ORDER = CallRewrite("$CLASS($A, $B, $$$REST)", "$NEW.build($B, $A, $$$REST)")
ONE = CallRewrite("$CLASS($A)", "await $NEW.build($A)")
FIRST = CallRewrite("$CLASS($A, $$$REST)", "$NEW($A)")
LAST = CallRewrite("$CLASS($A, $$$REST)", "$NEW($$$REST)")
NONE = CallRewrite("$CLASS($$$ALL)", "$NEW.make()")
KEYWORD = CallRewrite("$CLASS($A, key=$B)", "$NEW($B, value=$A)")
SUM = CallRewrite("$CLASS($A)", "$NEW($A) + 1")
CLASS = CallRewrite("$CLASS($A)", "wrap($CLASS($A))")
THRICE = CallRewrite("$CLASS($A, $B)", "$NEW($A, $A, $B)")

CASES = (
    ("callee alone", PLAIN, "Old(a, b)", "New.build(a, b)"),
    ("layout stays", PLAIN, "Old( a ,  b,)", "New.build( a ,  b,)"),
    (
        "lines and comments stay",
        PLAIN,
        "Old(  # one\n    a,  # two\n    b,\n    # three\n)",
        "New.build(  # one\n    a,  # two\n    b,\n    # three\n)",
    ),
    ("blank before the parenthesis stays", PLAIN, "Old (a)", "New.build (a)"),
    ("backslash stays", PLAIN, "Old \\\n  (a)", "New.build \\\n  (a)"),
    ("generator", ONE, "Old(x for x in y)", "await New.build(x for x in y)"),
    ("chain", PLAIN, "mod.Old(a)", "New.build(a)"),
    ("no rest", PLAIN, "Old(a)", "New.build(a)"),
    ("stars", PLAIN, "Old(a, *b, **c)", "New.build(a, *b, **c)"),
    ("keywords", PLAIN, "Old(a, k=b, j=lambda: 1)", "New.build(a, k=b, j=lambda: 1)"),
    ("wide characters", PLAIN, "'é𝒳'; Old('é', '𝒳'); Old", "'é𝒳'; New.build('é', '𝒳'); Old"),
    ("order", ORDER, "Old(a, b)", "New.build(b, a)"),
    ("order, with rest", ORDER, "Old(a, b, c, d=1)", "New.build(b, a, c, d=1)"),
    (
        "order, layout of arguments",
        ORDER,
        "Old(f(1,\n  2), {  3 })",
        "New.build({  3 }, f(1,\n  2))",
    ),
    ("order, trailing comma", ORDER, "Old(a, b,)", "New.build(b, a)"),
    ("order, commas in strings", ORDER, "Old(',)', [1,])", "New.build([1,], ',)')"),
    ("order, tuple of one", ORDER, "Old((1, ), b)", "New.build(b, (1, ))"),
    ("order, string that is a metavariable", ORDER, "Old('$A', '$NEW')", "New.build('$NEW', '$A')"),
    ("rest goes", FIRST, "Old(a, b, c=1)", "New(a)"),
    ("nothing goes", FIRST, "Old(a)", "New(a)"),
    ("rest alone stays", LAST, "Old(a, b, c)", "New(b, c)"),
    ("rest alone, and there is none", LAST, "Old(a)", "New()"),
    ("all goes", NONE, "Old(a, b)", "New.make()"),
    ("all goes, and there is nothing", NONE, "Old()", "New.make()"),
    ("keyword", KEYWORD, "Old(a, key=b)", "New(b, value=a)"),
    ("argument twice", THRICE, "Old(a, b)", "New(a, a, b)"),
    ("old class kept", CLASS, "Old(a)", "wrap(Old(a))"),
    ("await", SAME, "x = Old(a)", "x = await New.build(a)"),
    ("await, as a statement", SAME, "Old(a)", "await New.build(a)"),
    ("await, attribute", SAME, "Old(a).b", "(await New.build(a)).b"),
    ("await, attribute of an attribute", SAME, "Old(a).b.c()", "(await New.build(a)).b.c()"),
    ("await, subscript", SAME, "Old(a)[0]", "(await New.build(a))[0]"),
    ("await, inside a subscript", SAME, "x[Old(a)]", "x[await New.build(a)]"),
    ("await, called", SAME, "Old(a)()", "(await New.build(a))()"),
    ("await, argument", SAME, "f(Old(a))", "f(await New.build(a))"),
    ("await, keyword", SAME, "f(k=Old(a))", "f(k=await New.build(a))"),
    ("await, base of a power", SAME, "Old(a) ** 2", "await New.build(a) ** 2"),
    ("await, exponent", SAME, "2 ** Old(a)", "2 ** await New.build(a)"),
    ("await, negated", SAME, "-Old(a)", "-await New.build(a)"),
    ("await, not", SAME, "not Old(a)", "not await New.build(a)"),
    ("await, compared", SAME, "Old(a) < Old", "await New.build(a) < Old"),
    ("await, awaited", SAME, "await Old(a)", "await (await New.build(a))"),
    ("await, starred", SAME, "f(*Old(a))", "f(*await New.build(a))"),
    ("await, in parentheses", SAME, "(Old(a)).b", "(await New.build(a)).b"),
    ("await, layout stays", SAME, "Old(\n  a,  # one\n).b", "(await New.build(\n  a,  # one\n)).b"),
    ("await, f-string", SAME, "f'{Old(a)}'", "f'{await New.build(a)}'"),
    ("sum", SUM, "Old(a) * 2", "(New(a) + 1) * 2"),
    ("sum, alone", SUM, "x = Old(a)", "x = (New(a) + 1)"),
    ("sum, attribute", SUM, "Old(a).b", "(New(a) + 1).b"),
    ("nested", PLAIN, "Old(Old(a), b)", "New.build(New.build(a), b)"),
    (
        "nested, order",
        ORDER,
        "Old(Old(a, b), Old(c, d))",
        "New.build(New.build(d, c), New.build(b, a))",
    ),
    ("nested, await", SAME, "Old(Old(a).b, c).d", "(await New.build((await New.build(a)).b, c)).d"),
    (
        "nested thrice, order",
        ORDER,
        "Old(Old(Old(1, 2), 3), 4)",
        "New.build(4, New.build(3, New.build(2, 1)))",
    ),
    (
        "nested, astral",
        ORDER,
        "'𝒳'; Old('𝒳', Old('𝒳', '𝒳b'))",
        "'𝒳'; New.build(New.build('𝒳b', '𝒳'), '𝒳')",
    ),
)

LOST = (
    ("order", ORDER, "Old(a,  # one\n  b)"),
    ("rest", FIRST, "Old(a,\n  b,  # one\n  c)"),
    ("all", NONE, "Old(  # one\n)"),
    ("of two alike", FIRST, "Old(f(1,  # one\n), f(2,  # one\n))"),
    ("in an argument that goes", FIRST, "Old(a, f(\n  # one\n  1))"),
)


def rewritten(code: str, rewrite: CallRewrite) -> str:
    """Rewrite every call of `Old` in the body of an async function, the innermost first."""
    head = "async def g():\n"
    text = head + "".join(f" {line}" for line in code.splitlines(keepends=True))
    model = model_of(text)
    edits: set[Edit] = set()

    def with_edits(span: Span) -> str:
        inner = [
            edit._replace(span=Span(edit.span.start - span.start, edit.span.end - span.start))
            for edit in edits
            if span.contains(edit.span)
        ]
        applied = apply_edits(text[span.start : span.end], inner)
        assert not applied.skipped
        return applied.text

    nodes = CallNodes(model.source)
    parents = {
        id(child): node for node in ast.walk(model.tree) for child in ast.iter_child_nodes(node)
    }
    calls = [r for r in model.references_to(["Old", "mod"]) if r.role is Role.CALL and r.call]
    for reference in sorted(calls, key=lambda r: -model.source.span_of(r.node).start):
        assert reference.call is not None
        span = model.source.span_of(reference.call)
        captures = nodes.match(span, rewrite.pattern)
        assert captures is not None, "the pattern matches"
        parent = parents[id(reference.call)]
        is_inside = (isinstance(parent, ast.Call) and parent.func is not reference.call) or (
            isinstance(parent, ast.Subscript) and parent.value is not reference.call
        )
        made = rewrite_call(
            model.source,
            span,
            model.source.span_of(reference.node),
            captures,
            rewrite,
            new="New",
            parent=None if is_inside else parent,
            rewritten=with_edits,
        )
        edits = {e for e in edits if not any(m.span.contains(e.span) for m in made)} | set(made)
    applied = apply_edits(text, edits)
    assert not applied.skipped
    ast.parse(applied.text)
    lines = applied.text[len(head) :].splitlines(keepends=True)
    return "".join(line.removeprefix(" ") for line in lines)


@pytest.mark.parametrize(
    ("rewrite", "before", "after"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_rewritten(rewrite: CallRewrite, before: str, after: str) -> None:
    assert rewritten(before, rewrite) == after


@pytest.mark.parametrize(
    ("rewrite", "code"), [pytest.param(*case[1:], id=case[0]) for case in LOST]
)
def test_a_comment_that_would_be_lost(rewrite: CallRewrite, code: str) -> None:
    with pytest.raises(Refusal, match="a comment inside the call would be lost"):
        rewritten(code, rewrite)


def test_only_the_callee_is_edited_where_the_arguments_stay() -> None:
    source = SourceFile("x.py", "Old(a, b)")
    span, callee = Span(0, 9), Span(0, 3)
    captures = CallNodes(source).match(span, PLAIN.pattern)
    assert captures is not None
    edits = rewrite_call(
        source, span, callee, captures, PLAIN, new="New", parent=None, rewritten=lambda span: "?"
    )
    assert edits == [Edit("x.py", callee, "New.build")]


@pytest.mark.parametrize(
    ("rewrite", "expected"),
    [
        ("await $NEW($A)", True),
        ("  await $NEW($A)", True),
        ("await\n$NEW()", True),
        ("$NEW($A)", False),
        ("awaited($NEW)", False),
        ("f(lambda: 1)", False),
        ("wrap(await $NEW.build($A))", True),
        ("(await $NEW.build($A)).value", True),
    ],
)
def test_needs_await(rewrite: str, expected: bool) -> None:
    assert needs_await(CallRewrite("$CLASS($A)", rewrite)) is expected


AWAIT = (
    ("module", "Old()", False),
    ("function", "def f(): Old()", False),
    ("async function", "async def f(): Old()", True),
    ("function in an async one", "async def f():\n def g(): Old()", False),
    ("async function in a function", "def f():\n async def g(): Old()", True),
    ("lambda in an async function", "async def f(): lambda: Old()", False),
    ("default of a lambda in an async function", "async def f(): lambda x=Old(): 1", True),
    ("default of a function in an async one", "async def f():\n def g(x=Old()): ...", True),
    ("default of an async function", "async def f(x=Old()): ...", False),
    ("decorator of an async function", "@Old()\nasync def f(): ...", False),
    ("list comprehension", "async def f(): [Old() for x in y]", True),
    (
        "nested list comprehensions",
        "async def f(): [[Old() for x in y] for z in y]",
        sys.version_info >= (3, 11),
    ),
    ("dictionary comprehension", "async def f(): {Old(): 1 for x in y}", True),
    ("condition of a comprehension", "async def f(): {x for x in y if Old()}", True),
    ("list comprehension in a function", "def f(): [Old() for x in y]", False),
    ("list comprehension in a lambda", "async def f(): lambda: [Old() for x in y]", False),
    ("generator expression", "async def f(): (Old() for x in y)", False),
    ("first iterable of a generator expression", "async def f(): (x for x in Old())", True),
    (
        "generator expression in a list comprehension",
        "async def f(): [(Old() for x in y) for z in y]",
        False,
    ),
    ("class body in an async function", "async def f():\n class C:\n  Old()", False),
    ("base of a class in an async function", "async def f():\n class C(Old()): ...", True),
    ("method", "class C:\n def f(self): Old()", False),
    ("async method", "class C:\n async def f(self): Old()", True),
    ("module's comprehension", "[Old() for x in y]", False),
)


@pytest.mark.parametrize(
    ("code", "expected"), [pytest.param(*case[1:], id=case[0]) for case in AWAIT]
)
def test_may_await(code: str, expected: bool) -> None:
    reference = next(model_of(code).references_to(["Old"]))
    assert may_await(reference.scope) is expected


@pytest.mark.parametrize("code", [pytest.param(case[1], id=case[0]) for case in AWAIT if case[2]])
def test_python_takes_an_await_where_one_may_stand(code: str) -> None:
    compile(code.replace("Old()", "(await Old())"), "x.py", "exec")
