"""What a module's text says of its definitions must never be other than what its tree does."""

from __future__ import annotations

from textwrap import dedent

import pytest

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.modules import parse_exports
from flake8_ssot_engine.semantics.definition_texts import DefinitionText
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
            exports = parse_exports(str(path), data, [str(STDLIB)])
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
