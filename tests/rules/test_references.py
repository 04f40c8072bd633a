"""What progress counts: each use of a moved symbol, by kind, wherever Python allows one."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from textwrap import dedent

import pytest

from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.engine.check import Checker
from tests.rules.decoys import DECOYS
from tests.rules.harness import CONFIGURATION, write

IMPORT = "from pkg.old import OldEngine\n"

NONE = (
    *((decoy.title, decoy.code) for decoy in DECOYS),
    ("a string that is no annotation", "x = 'OldEngine'"),
    ("a cast of someone else's", "from sqlalchemy import cast\ncast('OldEngine', x)"),
    ("a comment that is no type", "x = 1  # OldEngine"),
    ("a type comment that ignores", "x = 1  # type: ignore[OldEngine]"),
    ("a literal", "from typing import Literal\nx: Literal['OldEngine']"),
    ("an f-string's own text", "f'OldEngine {x}'"),
    ("a local class in an annotation", "def f():\n    class OldEngine: ...\n    x: 'OldEngine'"),
)

SOME = (
    ("annotation", "x: OldEngine", {"annotation": 1}),
    (
        "string annotation",
        "x: 'OldEngine'\ndef f(a: 'list[OldEngine]') -> \"OldEngine\": ...",
        {"annotation": 3},
    ),
    ("nested string annotation", "x: list['OldEngine'] | None", {"annotation": 1}),
    ("future annotations", "def f(a: OldEngine): ...", {"annotation": 1}),
    (
        "cast",
        "from typing import cast\ncast('OldEngine', x)\ncast('list[OldEngine]', x)",
        {"annotation": 2},
    ),
    (
        "cast through the module",
        "import typing as t\nt.cast(typ='OldEngine', val=x)",
        {"annotation": 1},
    ),
    (
        "type variable",
        "from typing import TypeVar\nT = TypeVar('T', bound='OldEngine')",
        {"annotation": 1},
    ),
    ("type alias", "from typing import TypeAlias\nA: TypeAlias = 'OldEngine'", {"annotation": 1}),
    ("new type", "from typing import NewType\nA = NewType('A', 'OldEngine')", {"annotation": 1}),
    ("type comment", "x = []  # type: list[OldEngine]", {"annotation": 1}),
    ("type comment of a loop", "for x in y:  # type: OldEngine\n    pass", {"annotation": 1}),
    ("type comment of a `with`", "with y as x:  # type: OldEngine\n    pass", {"annotation": 1}),
    (
        "type comment of a function",
        "def f(a, b):\n    # type: (OldEngine, int) -> OldEngine\n    pass",
        {"annotation": 2},
    ),
    (
        "type comment of a parameter",
        "def f(\n    a,  # type: OldEngine\n):\n    pass",
        {"annotation": 1},
    ),
    ("decorator", "@OldEngine\ndef f(): ...", {"value": 1}),
    ("decorator that calls", "@OldEngine()\ndef f(): ...", {"instantiation": 1}),
    ("default", "def f(a=OldEngine, *, b=OldEngine()): ...", {"value": 1, "instantiation": 1}),
    ("f-string", "f'{OldEngine!r:>{OldEngine.width}}'", {"value": 1, "attribute": 1}),
    ("isinstance", "isinstance(x, (OldEngine, int))", {"isinstance": 1}),
    (
        "match",
        "match x:\n    case OldEngine(): ...\n    case {'a': OldEngine(b=1)}: ...",
        {"isinstance": 2},
    ),
    ("`__all__`", "__all__ = ['OldEngine']\n__all__ += ('OldEngine',)", {"re-export": 2}),
    ("base class", "class E(OldEngine): ...", {"base-class": 1}),
    ("alias", "E = OldEngine\nE()", {"alias": 1, "instantiation": 1}),
    (
        "global",
        "def f():\n    global E\n    E = OldEngine\ndef g(): E()",
        {"alias": 1, "instantiation": 1},
    ),
    ("string that Python resolves", "__import__('pkg.legacy')", {"string": 1}),
    ("lambda and comprehension", "f = lambda: OldEngine\n[OldEngine for _ in y]", {"value": 2}),
    (
        "`except`, `raise`, `assert`",
        "try: ...\nexcept OldEngine: raise OldEngine\nassert OldEngine",
        {"value": 3},
    ),
)
NEW: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("type parameter's bound", "def f[T: OldEngine](x: T) -> T: ...", {"annotation": 1}),
    (
        "generic class",
        "class C[T: (OldEngine, int)](OldEngine): ...",
        {"annotation": 1, "base-class": 1},
    ),
    ("`type`", "type A[T] = dict[T, OldEngine]", {"annotation": 1}),
    ("a type parameter of its name", "def f[OldEngine](x: OldEngine): ...", {}),
)


def counts(code: str, folder: Path) -> Counter[str]:
    write(folder, {"ssot.toml": CONFIGURATION})
    checker = Checker(load_file(str(folder / "ssot.toml")))
    path = str(folder / "pkg" / "sub" / "consumer.py")
    result = checker.check_bytes(path, dedent(code).encode(), shown_as="consumer.py")
    assert result.error is None
    return result.references


@pytest.mark.parametrize(("title", "code"), NONE, ids=[title for title, _ in NONE])
def test_none(title: str, code: str, tmp_path: Path) -> None:
    assert not counts(code, tmp_path)


@pytest.mark.parametrize(("title", "code", "expected"), SOME, ids=[case[0] for case in SOME])
@pytest.mark.parametrize("first", ["", "from __future__ import annotations\n"], ids=["", "563"])
def test_some(first: str, title: str, code: str, expected: dict[str, int], tmp_path: Path) -> None:
    found = counts(first + IMPORT + code, tmp_path)
    assert found == {"import": 1, **expected}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="PEP 695 is of Python 3.12")
@pytest.mark.parametrize(("title", "code", "expected"), NEW, ids=[case[0] for case in NEW])
def test_type_parameters(title: str, code: str, expected: dict[str, int], tmp_path: Path) -> None:
    assert counts(IMPORT + code, tmp_path) == {"import": 1, **expected}


def test_hidden_names_are_not_counted(tmp_path: Path) -> None:
    code = IMPORT + "def f(OldEngine):\n    # type: (OldEngine) -> None\n    x: 'OldEngine'\n"
    # The comment stands where the annotation would: outside the function.
    assert counts(code, tmp_path) == {"import": 1, "annotation": 1}
