"""What a module's text says of its definitions must never be other than what its tree does."""

from __future__ import annotations

from textwrap import dedent

import pytest

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.modules import parse_exports
from flake8_ssot_engine.semantics.definition_texts import DefinitionText
from flake8_ssot_engine.semantics.exports import Exports
from tests.stdlib import STDLIB, stdlib_files


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        pytest.param("class X: ...", True, id="class"),
        pytest.param("def X(): ...", True, id="function"),
        pytest.param("async  def X(): ...", True, id="coroutine"),
        pytest.param("class X(Base):\n    y = X\n    def f(self): X = 1", True, id="inside"),
        pytest.param('"""X is made here.\n\nX = 1\n"""\nclass X: ...', True, id="docstring"),
        pytest.param('class X: ...\n__all__ = [\n    "X",\n]', True, id="listed"),
        pytest.param("# X = 1\nclass X: ...\n    # X\n", True, id="comment"),
        pytest.param("@decorated(X)\ndef f(a: X) -> X: ...\nclass X: ...", True, id="header"),
        pytest.param("def f():\n    '''\nX = 1\n'''\n    X\nclass X: ...", True, id="in-a-string"),
        pytest.param("XX = 1\nclass X: ...\nmy_X = 2\nX1 = 3", True, id="alike"),
        pytest.param("", False, id="nothing"),
        pytest.param("x = 1", False, id="not-there"),
        pytest.param("X = 1", False, id="assignment"),
        pytest.param("class X: ...\nX = wrap(X)", False, id="rebound"),
        pytest.param("if a:\n    class X: ...", False, id="in-a-block"),
        pytest.param("from a import X\nclass X: ...", False, id="imported"),
        pytest.param("from a import (\n    X,\n)\nclass X: ...", False, id="imported-in-lines"),
        pytest.param("class X: ...\ntry:\n    from a import X\nexcept E: ...", False, id="try"),
        pytest.param("class X: ...\ndef f():\n    global X\n    X = 1", False, id="global"),
        pytest.param(
            "class X: ...\ndef f():\n    global y, \\\n X\n", False, id="global-over-lines"
        ),
        pytest.param("class X: ...\nfrom a import *", False, id="star"),
        pytest.param("class X: ...\nfor X in y: ...", False, id="loop"),
        pytest.param("class X: ...\nif (X := 1): ...", False, id="walrus"),
        pytest.param("class X: ...\ndef __getattr__(name): ...", False, id="hook"),
        pytest.param("class X: ...\rX = 1", False, id="carriage-return"),
        pytest.param("y = 1 # '''\nclass X: ...\n# '''\n", False, id="quotes-in-a-comment"),
        pytest.param("class Ä: ...", False, id="not-ascii"),
    ],
)
def test_surely_defines(text: str, is_own: bool) -> None:
    name = "Ä" if "Ä" in text else "X"
    assert DefinitionText(dedent(text).encode()).surely_defines(name) is is_own


def test_the_standard_library_is_told_as_by_its_trees() -> None:
    asked = sure = 0
    for path in list(stdlib_files())[::3]:
        data = path.read_bytes()
        try:
            exports = parse_exports(str(path), DefinitionText(data), [str(STDLIB)])
        except SourceError:
            continue
        text = DefinitionText(data)
        for name in exports.names():
            asked += 1
            if text.surely_defines(name):
                sure += 1
                targets = exports.targets(name)
                assert targets.own == [exports.module.child(name)], (path, name)
                assert not targets.elsewhere
                assert targets.is_certain
    assert sure > asked / 6  # else it is of no use


def facts_of(exports: Exports) -> list[object]:
    """Return all that an Exports tells, besides places in its tree."""
    names = exports.names()
    bindings = [[(b.name, b.kind, b.target) for b in exports.bindings_of(n)] for n in names]
    targets = [exports.targets(name) for name in names]
    others = exports.public(), exports.stars(), exports.lazy_names(), exports.listed_names()
    return [names, bindings, targets, *others, exports.is_open]


OUTLINES = [
    pytest.param("x = 1\ny = [\n    2,\n]\n", None, id="nothing"),
    pytest.param("def f():\n    a\n\n    b\nx\n", "def f():\n pass\n\n\nx\n", id="function"),
    pytest.param("class A(\n    B,\n):\n    c\n", "class A(\n    B,\n):\n pass\n", id="class"),
    pytest.param("@d(\n  e\n)\ndef f():\n  a\n", "@d(\n  e\n)\ndef f():\n pass\n", id="decorator"),
    pytest.param("def f(a={'(': 1}): # c:\n    b\n", None, id="bracket-in-a-string"),
    pytest.param("def f(a): # (\n    b\n", None, id="bracket-in-a-comment"),
    pytest.param("def f(): pass\nx = 1\n", None, id="one-line"),
    pytest.param("def f():\n    global x\n    x = 1\n", None, id="global"),
    pytest.param("def f():\n    if x: global y\n", None, id="global-after-a-colon"),
    pytest.param("def f():\n    'no global x'\n", "def f():\n pass\n", id="global-in-prose"),
    pytest.param("def f():\n    x if (y := 1) else 2\n", None, id="walrus"),
    pytest.param(
        "def f():\n    '''\nclass A:\n    '''\n    b\n",
        "def f():\n pass\n\n\n\n",
        id="string",
    ),
    pytest.param("'''\ndef f():\n    a\n'''\nx = 1\n", None, id="definition-in-a-string"),
    pytest.param("if x:\n    def f():\n        a\n", None, id="in-a-block"),
    pytest.param("", None, id="empty"),
]
"""Texts with what is left of them; None where that is all."""


@pytest.mark.parametrize(("text", "left"), OUTLINES)
def test_outline(text: str, left: str | None) -> None:
    found = DefinitionText(text.encode()).without_bodies()
    assert found == (text if left is None else left).encode()
    assert found.count(b"\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "def f():\r\n    a\r\n",
        "def f():\n    a\n\f\n",
        "def __getattr__(name):\n    return name\n",
        'x = 1 # """\ndef f():\n    a\n',
        'class A:\n    "a path."""\n    b = 1\nclass B:\n    "c"\n',
        'x = \'"\' "y """\n',
        'x = "a\\\n""" "\n',
    ],
)
def test_what_cannot_be_told_apart_has_no_outline(text: str) -> None:
    assert DefinitionText(text.encode()).without_bodies() is None


def test_modules_of_the_standard_library_export_what_their_outlines_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outlined = 0
    roots = [str(STDLIB)]
    files = list(stdlib_files())[::3]
    for path in files:
        data = path.read_bytes()
        try:
            text = DefinitionText(data)
            found = facts_of(parse_exports(str(path), text, roots))
            with monkeypatch.context() as patched:
                patched.setattr(DefinitionText, "without_bodies", lambda _: None)
                assert found == facts_of(parse_exports(str(path), text, roots)), path
        except SourceError:
            continue
        outlined += text.without_bodies() not in {None, data}
    assert outlined > len(files) / 2
