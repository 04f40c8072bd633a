"""One test for each construct that binds a name, and for each that makes a scope."""

from __future__ import annotations

import ast
import sys
from textwrap import dedent

import pytest

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.source import SourceFile


def model_of(code: str, module: str = "pkg.mod", *, is_package: bool = False) -> SemanticModel:
    source = SourceFile("mod.py", dedent(code).lstrip("\n"))
    return SemanticModel(source, source.parse(), QualifiedName.parse(module), is_package=is_package)


def bindings_of(code: str) -> list[str]:
    """List the bindings as `scope: name kind`, in source order."""
    found = sorted(model_of(code).bindings(), key=lambda binding: binding.point.order)
    return [f"{b.scope.name}: {b.name} {b.kind.value}" for b in found]


BINDINGS = [
    ("import a", ["<module>: a import"]),
    ("import a.b", ["<module>: a submodule import"]),
    ("import a.b as c", ["<module>: c import"]),
    ("from a import b, c as d", ["<module>: b from import", "<module>: d from import"]),
    ("from a import *", ["<module>: * star import"]),
    ("def f(): ...", ["<module>: f function"]),
    ("async def f(): ...", ["<module>: f function"]),
    ("class C: ...", ["<module>: C class"]),
    ("x = y", ["<module>: x alias"]),
    ("x = a.b.c", ["<module>: x alias"]),
    ("x = y = z", ["<module>: x alias", "<module>: y alias"]),
    ("x: T = y", ["<module>: x alias"]),
    ("x = 1", ["<module>: x assignment"]),
    ("x = y()", ["<module>: x assignment"]),
    ("x += 1", ["<module>: x assignment"]),
    ("x: int = 1", ["<module>: x assignment"]),
    ("x: int", ["<module>: x declaration"]),
    ("(x): int", []),
    ("(x): int = 1", ["<module>: x assignment"]),
    ("x.y = 1", []),
    ("x[0] = 1", []),
    ("x, [y, *z] = a", [f"<module>: {name} assignment" for name in "xyz"]),
    ("(x := 1)", ["<module>: x assignment expression"]),
    ("for x, y in z: ...", ["<module>: x loop variable", "<module>: y loop variable"]),
    (
        "async def f():\n    async for x in y: ...",
        ["f: x loop variable", "<module>: f function"],
    ),
    ("with a as b, c as (d, e): ...", [f"<module>: {name} `with` variable" for name in "bde"]),
    (
        "async def f():\n    async with a as b: ...",
        ["f: b `with` variable", "<module>: f function"],
    ),
    (
        "try: ...\nexcept E as x: ...",
        ["<module>: x `except` variable", "<module>: x deletion"],
    ),
    ("match x:\n    case y: ...", ["<module>: y `match` capture"]),
    (
        "match x:\n    case [a, *b]: ...",
        ["<module>: a `match` capture", "<module>: b `match` capture"],
    ),
    (
        "match x:\n    case {'k': v, **rest}: ...",
        ["<module>: v `match` capture", "<module>: rest `match` capture"],
    ),
    ("match x:\n    case C(a, k=b): ...", [f"<module>: {name} `match` capture" for name in "ab"]),
    ("match x:\n    case (1 | 2) as y: ...", ["<module>: y `match` capture"]),
    ("match x:\n    case _: ...", []),
    (
        "def f(a, /, b, *c, d, **e): ...",
        [*(f"f: {name} parameter" for name in "abcde"), "<module>: f function"],
    ),
    ("lambda a, *b, c=1, **d: 0", [f"<lambda>: {name} parameter" for name in "abcd"]),
    ("[x for x in y]", ["<listcomp>: x comprehension variable"]),
    ("{x for x in y}", ["<setcomp>: x comprehension variable"]),
    ("{x: z for x, z in y}", [f"<dictcomp>: {name} comprehension variable" for name in "xz"]),
    ("(x for x in y)", ["<genexpr>: x comprehension variable"]),
    (
        "[(w := x) for x in y]",
        ["<listcomp>: x comprehension variable", "<module>: w assignment expression"],
    ),
    ("del x, (y, [z])", [f"<module>: {name} deletion" for name in "xyz"]),
    ("del x.y, x[0]", []),
    ("def f():\n    global x\n    x = 1", ["<module>: x assignment", "<module>: f function"]),
    (
        "def f():\n    def g():\n        nonlocal x\n        x = 1\n    x = 2",
        ["f: g function", "f: x assignment", "f: x assignment", "<module>: f function"],
    ),
    ("class C:\n    __x = 1", ["C: _C__x assignment", "<module>: C class"]),
    (
        "if (x := 1): ...\nelif (y := 2): ...",
        [f"<module>: {n} assignment expression" for n in "xy"],
    ),
]


@pytest.mark.parametrize(("code", "expected"), [pytest.param(c, e, id=c) for c, e in BINDINGS])
def test_bindings(code: str, expected: list[str]) -> None:
    found = bindings_of(code)
    assert sorted(found) == sorted(expected)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="`except*` is of Python 3.11")
def test_except_star_binds_and_unbinds() -> None:
    code = "try: ...\nexcept* E as x: ..."
    assert bindings_of(code) == ["<module>: x `except` variable", "<module>: x deletion"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is of Python 3.12")
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f[T](x: T): ...", ["f: T type parameter", "f: x parameter", "<module>: f function"]),
        (
            "class C[T, *U, **V]: ...",
            [*(f"C: {n} type parameter" for n in "TUV"), "<module>: C class"],
        ),
        ("type A[T] = list[T]", ["A: T type parameter", "<module>: A type alias"]),
    ],
)
def test_type_parameters(code: str, expected: list[str]) -> None:
    assert bindings_of(code) == expected


# In each piece of code the last use of `x` is asked about; the answer lists what it may be.
RESOLUTIONS = [
    ("import", "import a.b as x\nx", ["a.b"], True),
    ("submodule import", "import x.b\nx.b.c", ["x.b.c"], True),
    ("two submodules of one package", "import x.b\nimport x.c\nx.b", ["x.b"], True),
    ("from import", "from a import b as x\nx.y", ["a.b.y"], True),
    ("relative import", "from .a import x\nx", ["pkg.a.x"], True),
    ("relative import of a module", "from . import x\nx", ["pkg.x"], True),
    ("relative import out of the top", "from ... import x\nx", ["pkg.mod.x"], True),
    ("definition", "class x: ...\nx", ["pkg.mod.x"], True),
    ("nested definition", "def f():\n    class x: ...\n    x", ["pkg.mod.f.<locals>.x"], True),
    ("method", "class C:\n    def x(self): ...\n    x", ["pkg.mod.C.x"], True),
    ("alias", "from a import b\nx = b\nx", ["a.b"], True),
    ("alias of an attribute", "import a\nx = a.b\nx.c", ["a.b.c"], True),
    ("alias of itself", "x = x\nx", ["pkg.mod.x"], True),
    ("value that is not followed", "from a import b\nx = b()\nx", ["pkg.mod.x"], True),
    ("builtin", "print\nlen as_ if 0 else x" if False else "x = len\nx", ["builtins.len"], True),
    ("unbound", "x", [], False),
    ("rebound", "from a import x\nfrom b import x\nx", ["b.x"], True),
    ("rebound after", "from a import x\nx; y = x\nfrom b import x", ["a.x"], True),
    ("deleted", "from a import x\ndel x\nx", [], False),
    ("deleted in one arm", "from a import x\nif c:\n    del x\nx", ["a.x"], True),
    ("bound in one arm", "if c:\n    from a import x\nx", ["a.x"], True),
    (
        "both arms",
        "if c:\n    from a import x\nelse:\n    from b import x\nx",
        ["a.x", "b.x"],
        False,
    ),
    ("arm after", "from a import x\nif c:\n    from b import x\nx", ["a.x", "b.x"], False),
    ("within the arm", "from a import x\nif c:\n    from b import x\n    x", ["b.x"], True),
    (
        "in the other arm",
        "from a import x\nif c:\n    from b import x\nelse:\n    x",
        ["a.x"],
        True,
    ),
    ("elif", "if c:\n    from a import x\nelif d:\n    x = 1\nelse:\n    x", [], False),
    ("try", "try:\n    from a import x\nexcept E:\n    from b import x\nx", ["a.x", "b.x"], False),
    ("in try's else", "try:\n    from a import x\nexcept E: ...\nelse:\n    x", ["a.x"], True),
    (
        "in the handler",
        "import x\ntry:\n    from a import x\nexcept E:\n    x",
        ["x", "a.x"],
        False,
    ),
    ("finally", "try:\n    import x\nfinally:\n    from a import x\nx", ["a.x"], True),
    ("except variable after", "import x\ntry: ...\nexcept E as x: ...\nx", ["x"], True),
    ("with", "import x\nwith c:\n    from a import x\nx", ["x", "a.x"], False),
    ("loop around", "import x\nfor i in y:\n    x\n    from a import x", ["x", "a.x"], False),
    ("loop with its own", "import x\nfor i in y:\n    from a import x\n    x", ["a.x"], True),
    (
        "loop's else",
        "import x\nfor i in y:\n    from a import x\nelse:\n    x",
        ["x", "a.x"],
        False,
    ),
    ("while's test", "import x\nwhile x:\n    from a import x", ["x", "a.x"], False),
    ("function", "from a import x\ndef f():\n    return x", ["a.x"], True),
    ("function, bound later", "def f():\n    return x\nfrom a import x", ["a.x"], True),
    ("function, rebound later", "import x\ndef f():\n    x\nfrom a import x", ["x", "a.x"], False),
    ("function, rebound before", "import x\nfrom a import x\ndef f():\n    x", ["a.x"], True),
    ("local everywhere", "import x\ndef f():\n    x\n    x = 1", [], False),
    ("parameter", "import x\ndef f(x):\n    x", ["pkg.mod.f.<locals>.x"], True),
    ("default", "import x\ndef f(x=x): ...", ["x"], True),
    ("decorator", "import x\n@x\ndef x(): ...", ["x"], True),
    ("class body", "import x\nclass C:\n    x", ["x"], True),
    ("class body, own first", "import x\nclass C:\n    from a import x\n    x", ["a.x"], True),
    ("class body, own later", "import x\nclass C:\n    x\n    from a import x", ["x"], True),
    (
        "method past the class",
        "import x\nclass C:\n    x = 1\n    def f(self):\n        x",
        ["x"],
        True,
    ),
    ("comprehension", "import x\n[x for y in z]", ["x"], True),
    ("comprehension's own", "import x\n[x for x in z]", ["pkg.mod.<listcomp>.<locals>.x"], True),
    ("first iterable", "import x\n[1 for x in x]", ["x"], True),
    ("in a class, past it", "import x\nclass C:\n    x = 1\n    [x for y in z]", ["x"], True),
    (
        "in a class, first iterable",
        "import x\nclass C:\n    x = 1\n    [1 for y in x]",
        ["pkg.mod.C.x"],
        True,
    ),
    ("lambda", "import x\nf = lambda: x", ["x"], True),
    ("global", "import x\ndef f():\n    global x\n    x", ["x"], True),
    ("global rebinds", "import x\ndef f():\n    global x\n    x = 1\nx", ["x", "pkg.mod.x"], False),
    ("star import", "from a import *\nx", ["a.x"], False),
    ("star import, then bound", "from a import *\nfrom b import x\nx", ["b.x"], True),
    ("bound, then star import", "from b import x\nfrom a import *\nx", ["b.x", "a.x"], False),
    (
        "star import hides no private name",
        "from a import *\n_x = 1\n_y; x = _x\nx",
        ["pkg.mod._x"],
        True,
    ),
    ("walrus", "import x\nif (x := 1): ...\nx", ["pkg.mod.x"], True),
    ("walrus in `or`", "import x\nc or (x := 1)\nx", ["x", "pkg.mod.x"], False),
    ("walrus in one arm", "import x\n(x := 1) if c else 0\nx", ["x", "pkg.mod.x"], False),
    ("walrus in a comprehension", "import x\n[(x := y) for y in z]\nx", ["x", "pkg.mod.x"], False),
    ("walrus in an assertion", "import x\nassert (x := 1)\nx", ["x", "pkg.mod.x"], False),
    (
        "capture of a case that fails",
        "import x\nmatch y:\n    case [x, 1]: ...\n    case 2: x",
        ["x", "pkg.mod.x"],
        False,
    ),
    ("string annotation", "import x\ny: 'x'", ["x"], True),
    ("not an annotation", "from typing import Literal\nimport x\nz: Literal['x'] = x", ["x"], True),
    ("type alias by subscript", "import x\ny: list['x']", ["x"], True),
    ("f-string", "import x\nf'{x}'", ["x"], True),
    ("match class", "import x\nmatch y:\n    case x(): ...", ["x"], True),
    ("augmented", "import x\nx += 1", ["x"], True),
]


@pytest.mark.parametrize(
    ("code", "expected", "is_certain"),
    [pytest.param(code, names, sure, id=title) for title, code, names, sure in RESOLUTIONS],
)
def test_resolution(code: str, expected: list[str], is_certain: bool) -> None:
    model = model_of(code)
    *_, last = model.references_to(["x"])
    resolution = model.resolve(last)
    assert [str(candidate.name) for candidate in resolution.candidates] == expected
    assert resolution.is_certain is is_certain


def test_a_builtin_shows_through_where_a_name_may_be_unbound() -> None:
    model = model_of("if c:\n    from a import print\nprint")
    *_, last = model.references_to(["print"])
    resolution = model.resolve(last)
    assert [str(c.name) for c in resolution.candidates] == ["a.print", "builtins.print"]
    assert not resolution.is_certain


def test_relative_import_in_a_package_starts_from_itself() -> None:
    model = model_of("from .a import x\nx", "pkg", is_package=True)
    (reference,) = model.references_to(["x"])
    assert str(model.resolve(reference).candidates[0].name) == "pkg.a.x"


def test_deep_chains_do_not_overflow() -> None:
    terms = " + ".join(["x"] * 900)
    calls = "y" + ".f()" * 200
    elifs = "if x: ...\n" + "elif x: ...\n" * 400
    model = model_of(f"import x\n{terms}\n{calls}\n{elifs}")
    assert len(list(model.references_to(["x"]))) == 900 + 401
    assert len(list(model.references_to(["y"]))) == 1


def test_spans_of_bindings() -> None:
    code = dedent("""
        @decorator
        class  C(Base): ...
        async def f(x, *, y: int = 1): ...
        try: ...
        except Error as error: ...
        match a:
            case {"k": v, **rest}: ...
            case [*others] | (1 as one): ...
        import a.b as c
    """)
    model = model_of(code)
    for binding in model.bindings():
        span = model.span_of_binding(binding)
        text = model.source.text[span.start : span.end]
        assert text == ("a.b as c" if isinstance(binding.node, ast.alias) else binding.name)
