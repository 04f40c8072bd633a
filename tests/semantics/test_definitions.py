"""Definitions: in which function or class of a file a place stands."""

from __future__ import annotations

import sys

import pytest

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.source import SourceFile, Span

NEW_TYPES = pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is Python 3.12's")

# «» stands around the place that is asked for.
CASES = [
    pytest.param("«x» = 1", None, set(), id="module"),
    pytest.param("def f(): ...\n«x» = 1", None, {"f"}, id="behind-a-function"),
    pytest.param("def f():\n    return «x»", "f", {"f"}, id="function"),
    pytest.param("async def f():\n    return «x»", "f", {"f"}, id="async"),
    pytest.param("class C:\n    y = «x»", "C", {"C"}, id="class"),
    pytest.param("class C:\n    def m(self): «x»", "C.m", {"C", "C.m"}, id="method"),
    pytest.param("def f():\n    def g(): «x»\n    y", "f.g", {"f", "f.g"}, id="inner-function"),
    pytest.param("def f():\n    def g(): ...\n    «x»", "f", {"f", "f.g"}, id="behind-the-inner"),
    pytest.param(
        "class A:\n class B:\n  async def m(self):\n   class C: «x»",
        "A.B.m.C",
        {"A", "A.B", "A.B.m", "A.B.m.C"},
        id="deep",
    ),
    pytest.param("def f(): return lambda: «x»", "f", {"f"}, id="lambda"),
    pytest.param("y = lambda: «x»", None, set(), id="lambda-of-the-module"),
    pytest.param("def f(): return [«x» for y in z]", "f", {"f"}, id="comprehension"),
    pytest.param("y = {a: [«x» for _ in b] for a in c}", None, set(), id="comprehensions"),
    pytest.param("@«x»\ndef f(): ...", "f", {"f"}, id="decorator"),
    pytest.param("@a\n@b(«x»)\n@c\nclass C: ...", "C", {"C"}, id="second-decorator"),
    pytest.param("class C:\n @«x»\n def m(self): ...", "C.m", {"C", "C.m"}, id="of-a-method"),
    pytest.param("@a(lambda: «x»)\ndef f(): ...", "f", {"f"}, id="lambda-in-a-decorator"),
    pytest.param("@a\ndef f(): ...\n@«x»\ndef g(): ...", "g", {"f", "g"}, id="second-function"),
    pytest.param("def f(a=«x»): ...", "f", {"f"}, id="default"),
    pytest.param("def f(a: «x»): ...", "f", {"f"}, id="annotation"),
    pytest.param("def f(a) -> «x»: ...", "f", {"f"}, id="result"),
    pytest.param("class C(«x»): ...", "C", {"C"}, id="base"),
    pytest.param("class C(metaclass=«x»): ...", "C", {"C"}, id="keyword-of-a-class"),
    pytest.param("def f():\n    from a import «x»", "f", {"f"}, id="import"),
    pytest.param(
        "if a:\n    def f(): ...\nelse:\n    def f(): «x»", "f", {"f"}, id="two-of-one-name"
    ),
    pytest.param(
        "class C:\n @property\n def p(self): ...\n @p.setter\n def p(self, v): «x»",
        "C.p",
        {"C", "C.p"},
        id="property-and-setter",
    ),
    pytest.param(
        "for _ in a:\n  with b:\n    try:\n      def f(): «x»\n    finally: ...",
        "f",
        {"f"},
        id="in-blocks",
    ),
    pytest.param("é𝒳 = 1\ndef é𝒳é(): «x»", "éXé", {"éXé"}, id="wide-names-as-NFKC"),
    pytest.param("class C:\n    def __m(self): «x»", "C.__m", {"C", "C.__m"}, id="private-name"),
    pytest.param("def f(): ...; «x»", "f", {"f"}, id="one-line"),
    pytest.param("def f(): ...\n«x»; y", None, {"f"}, id="right-behind"),
    pytest.param("def f[T: «x»](): ...", "f", {"f"}, id="bound", marks=NEW_TYPES),
    pytest.param(
        "class C[T]:\n def m[U](self, a: «x»): ...",
        "C.m",
        {"C", "C.m"},
        id="generics",
        marks=NEW_TYPES,
    ),
    pytest.param("class C[T](«x»[T]): ...", "C", {"C"}, id="generic-base", marks=NEW_TYPES),
    pytest.param("type A[T] = «x»", None, set(), id="type-alias", marks=NEW_TYPES),
    pytest.param("def f():\n type A[T] = «x»", "f", {"f"}, id="inner-type-alias", marks=NEW_TYPES),
]


@pytest.mark.parametrize(("marked", "expected", "names"), CASES)
def test_around(marked: str, expected: str | None, names: set[str] | None) -> None:
    start, end = marked.index("«"), marked.index("»") - 1
    source = SourceFile("m.py", marked.replace("«", "").replace("»", ""))
    model = SemanticModel(source, source.parse(), QualifiedName.parse("m"), is_package=False)
    definitions = model.definitions
    assert definitions.around(Span(start, end)) == expected
    if names is not None:
        assert model.definition_names == names


def test_a_definition_begins_with_its_first_decorator_and_ends_with_its_body() -> None:
    text = "x\n@a\n@b\ndef f():\n    y\nz\n"
    source = SourceFile("m.py", text)
    model = SemanticModel(source, source.parse(), QualifiedName.parse("m"), is_package=False)
    definitions = model.definitions
    inside = [
        number for number in range(len(text)) if definitions.around(Span(number, number)) == "f"
    ]
    # The `@` itself is nothing that a violation could stand at.
    assert (inside[0], inside[-1]) == (text.index("a"), text.index("y"))
