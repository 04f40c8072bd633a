"""What a module says is deprecated: VALID says nothing of it, INVALID does."""

from __future__ import annotations

import textwrap
from functools import partial

import pytest

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.deprecations import Deprecation, find_deprecated
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.source import SourceFile

MODULE = QualifiedName.parse("pkg.mod")
WARN = "import warnings\n"


def found(text: str) -> list[Deprecation]:
    source = SourceFile("mod.py", textwrap.dedent(text))
    tree = source.parse()
    model = partial(SemanticModel, source, tree, MODULE, is_package=False)
    return find_deprecated(tree, MODULE, model, lambda name: (name,))


VALID = [
    pytest.param("def f(): ...\n", id="nothing"),
    pytest.param("def deprecated(f): ...\n@deprecated\ndef f(): ...\n", id="own-decorator"),
    pytest.param("from other import deprecated\n@deprecated('x')\ndef f(): ...\n", id="another"),
    pytest.param(
        """
        from typing import overload
        from warnings import deprecated
        @overload
        @deprecated("f of int is deprecated")
        def f(x: int) -> int: ...
        """,
        id="one-signature-of-several",
    ),
    pytest.param(
        "from warnings import deprecated\nclass C:\n    @deprecated('x')\n    def m(self): ...\n",
        id="method",
    ),
    pytest.param(
        WARN + "def f(x=None):\n    if x:\n        warnings.warn('f is', DeprecationWarning)\n",
        id="conditional",
    ),
    pytest.param(
        WARN
        + "def f(x):\n    if x:\n        return 1\n    warnings.warn('f is', DeprecationWarning)\n",
        id="after-a-way-out",
    ),
    pytest.param(
        WARN + "def warn_of(what):\n    warnings.warn(f'{what} is', DeprecationWarning)\n",
        id="machinery",
    ),
    pytest.param(
        WARN
        + "def deco(f):\n    def inner():\n        warnings.warn('deco is', DeprecationWarning)\n",
        id="inner-function",
    ),
    pytest.param(WARN + "def f():\n    warnings.warn('f is', UserWarning)\n", id="other-category"),
    pytest.param(
        "def warn(*_): ...\ndef f():\n    warn('f is', DeprecationWarning)\n", id="own-warn"
    ),
    pytest.param(
        WARN + "class DeprecationWarning: ...\nwarnings.warn('this module', DeprecationWarning)\n",
        id="own-category",
    ),
    pytest.param(
        WARN + "class C:\n    def m(self):\n        warnings.warn('m is', DeprecationWarning)\n",
        id="warning-method",
    ),
    pytest.param(
        WARN + "if x:\n    warnings.warn('this module is', DeprecationWarning)\n",
        id="conditional-at-the-top",
    ),
    pytest.param('"""Tests of C.m(DEPRECATED)."""\n', id="attached"),
    pytest.param('"""How to.\n\nA thing that is deprecated.\n"""\n', id="small-letters"),
    pytest.param('"""Deprecated names and what to do about them."""\n', id="subject"),
    pytest.param(
        'def f():\n    """Do.\n\n    :param x: y\n        .. deprecated:: 1\n    """\n',
        id="directive-of-a-parameter",
    ),
]


@pytest.mark.parametrize("text", VALID)
def test_valid(text: str) -> None:
    assert [told for told in found(text) if not told.doubt] == []


INVALID = [
    pytest.param(
        "from warnings import deprecated\n@deprecated('use g')\ndef f(): ...\n",
        [("pkg.mod.f", 2, "@deprecated", "use g", "")],
        id="decorator",
    ),
    pytest.param(
        "import typing_extensions as te\n@te.deprecated('use ' 'D')\nclass C: ...\n",
        [("pkg.mod.C", 2, "@deprecated", "use D", "")],
        id="decorator-through-an-alias",
    ),
    pytest.param(
        """
        try:
            from warnings import deprecated as gone
        except ImportError:
            from typing_extensions import deprecated as gone
        @gone("use g")
        async def f(): ...
        """,
        [("pkg.mod.f", 6, "@deprecated", "use g", "")],
        id="either-of-two",
    ),
    pytest.param(
        "import sys\nfrom warnings import deprecated\n"
        "if sys.platform:\n    @deprecated('x')\n    def f(): ...\n",
        [("pkg.mod.f", 4, "@deprecated", "x", "")],
        id="in-a-branch",
    ),
    pytest.param(
        WARN + "def f(x):\n    warnings.warn('f() is gone', category=DeprecationWarning)\n",
        [("pkg.mod.f", 3, "DeprecationWarning", "f() is gone", "")],
        id="function",
    ),
    pytest.param(
        "from warnings import warn\ndef f():\n    msg = f'{__name__}.f: use g'\n"
        "    warn(DeprecationWarning(msg))\n",
        [("pkg.mod.f", 4, "DeprecationWarning", "pkg.mod.f: use g", "")],
        id="message-by-name",
    ),
    pytest.param(
        WARN + "class C:\n    def __init__(self):\n"
        "        warnings.warn(f'{type(self).__name__}: use D', DeprecationWarning)\n",
        [("pkg.mod.C", 4, "DeprecationWarning", "C: use D", "")],
        id="class",
    ),
    pytest.param(
        WARN + "warnings.warn('%s is gone' % __name__, DeprecationWarning)\n",
        [("pkg.mod", 2, "DeprecationWarning", "pkg.mod is gone", "")],
        id="module",
    ),
    pytest.param(
        WARN + "from .new import X\n"
        "warnings.warn(\"Importing X from 'pkg.mod' is deprecated\", DeprecationWarning)\n",
        [
            (
                "pkg.mod.X",
                3,
                "DeprecationWarning",
                "Importing X from 'pkg.mod' is deprecated",
                "",
            )
        ],
        id="one-name-of-a-module",
    ),
    pytest.param(
        WARN + "def f():\n    warnings.warn('not like this', DeprecationWarning)\n",
        [
            (
                "pkg.mod.f",
                3,
                "DeprecationWarning",
                "not like this",
                "the warning does not name the function",
            )
        ],
        id="unnamed",
    ),
    pytest.param(
        WARN + "def f(*a):\n    warnings.warn('passing x to f is gone', DeprecationWarning)\n",
        [
            (
                "pkg.mod.f",
                3,
                "DeprecationWarning",
                "passing x to f is gone",
                "the warning may be about a part of the function",
            )
        ],
        id="an-argument",
    ),
    pytest.param(
        """
        import warnings
        from .new import New
        def __getattr__(name):
            if name == "Old":
                warnings.warn(f"{name} is gone", DeprecationWarning)
                return New
            if name == "lazy":
                from .new import lazy
                return lazy
            raise AttributeError(name)
        """,
        [("pkg.mod.Old", 6, "__getattr__ warns", "Old is gone", "")],
        id="hook",
    ),
    pytest.param(
        """
        import warnings
        _MOVED = {"Old": "pkg.new", "Older": "pkg.new"}
        def __getattr__(name):
            if name in _MOVED:
                warnings.warn("use " + _MOVED[name], DeprecationWarning)
                return getattr(__import__(_MOVED[name]), name)
            raise AttributeError(name)
        """,
        [
            ("pkg.mod.Old", 6, "__getattr__ warns", "", ""),
            ("pkg.mod.Older", 6, "__getattr__ warns", "", ""),
        ],
        id="hook-with-a-table",
    ),
    pytest.param(
        '"""Old things.\n\nDEPRECATED: use pkg.new.\n"""\n',
        [("pkg.mod", 1, "docstring", "Old things. DEPRECATED: use pkg.new.", "")],
        id="module-docstring",
    ),
    pytest.param(
        '"""Old things - DEPRECATED - use pkg.new."""\n',
        [("pkg.mod", 1, "docstring", "Old things - DEPRECATED - use pkg.new.", "")],
        id="module-docstring-first-line",
    ),
    pytest.param(
        '"""Things.\n\n- DEPRECATED: the third\n"""\n',
        [
            (
                "pkg.mod",
                1,
                "docstring",
                "Things. - DEPRECATED: the third",
                "the docstring only mentions DEPRECATED",
            )
        ],
        id="mentioned",
    ),
    pytest.param(
        'def f():\n    """Deprecated: use g.\n\n    Long.\n    """\n',
        [("pkg.mod.f", 2, "docstring", "Deprecated: use g.", "")],
        id="function-docstring",
    ),
    pytest.param(
        "class C:\n    '''A thing.\n\n    .. deprecated:: 1.2\n        Use D.\n\n    More.'''\n",
        [("pkg.mod.C", 2, "docstring", "Use D.", "")],
        id="directive",
    ),
    pytest.param(
        "from warnings import deprecated\n@deprecated\ndef f():\n    '''Deprecated: use g.'''\n",
        [("pkg.mod.f", 2, "@deprecated", "Deprecated: use g.", "")],
        id="said-twice",
    ),
]


@pytest.mark.parametrize(("text", "told"), INVALID)
def test_invalid(text: str, told: list[tuple[str, int, str, str, str]]) -> None:
    assert [
        (str(one.name), one.line, one.evidence.value, one.message, one.doubt) for one in found(text)
    ] == told


def test_a_message_is_one_line_that_can_be_printed() -> None:
    text = "from warnings import deprecated\n@deprecated('a\\n  b\\x1b[0m')\ndef f(): ...\n"
    assert [one.message for one in found(text)] == ["a b…[0m"]
