"""Imports in broken files, and that the tolerant grammar sees what Python's parser sees."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from flake8_ssot_engine.fixing.structural import tree_of_names
from flake8_ssot_engine.source import SourceFile
from tests.stdlib import stdlib_files

BROKEN: tuple[tuple[str, str, list[str]], ...] = (
    ("nothing", "def (", []),
    ("empty", "", []),
    ("a string", "x = 'from a import b'\ndef (", []),
    ("a comment", "# from a import b\ndef (", []),
    ("before the error", "from a import b\ndef (:\n", ["from a import b"]),
    (
        "after the error",
        "def f(:\n    pass\nfrom a.b import c, d as e\n",
        ["from a.b import c, d as e"],
    ),
    ("inside a function", "def f():\n    import a.b as c, d\n  x\n", ["import a.b as c, d"]),
    ("what sed left", "from n import U as E as U\n", ["from n import U as U"]),
    (
        "relative",
        "from . import a\nfrom ..b import c\nfrom ...d.e import f\n)",
        ["from . import a", "from ..b import c", "from ...d.e import f"],
    ),
    (
        "nothing between dots",
        "from a..b import c\nfrom a. import d\nfrom e import f\n",
        ["from e import f"],
    ),
    ("star", "from a import *\n)", ["from a import *"]),
    (
        "several lines",
        "from a import (  # one\n    b,  # two\n    c as d,\n)\nx = = 1",
        ["from a import b, c as d"],
    ),
    ("backslashes", "from a \\\n    import b, \\\n    c\nx = = 1", ["from a import b, c"]),
    ("a comma too many", "from a import b,\n", ["from a import b"]),
    (
        "Python 2",
        "import a\nprint 'x'\nexec 'y'\nfrom b import c\n",
        ["import a", "from b import c"],
    ),
    ("one line", "x = = 1; import a; from b import c", ["import a", "from b import c"]),
    ("attributes", "import a\nprint a.b.c\nx.y\na.b().c", ["import a", "a.b.c", "a.b"]),
    ("attributes over lines", "import a.b\nx = = (a .\n  b\n .c)", ["import a.b", "a.b.c"]),
    ("names alone", "from a import b\nb()\nb\nprint b", ["from a import b"]),
    ("wide characters", "x = = 'é𝒳'; from a import b", ["from a import b"]),
)


@pytest.mark.parametrize(("title", "code", "expected"), BROKEN, ids=[case[0] for case in BROKEN])
def test_broken(title: str, code: str, expected: list[str]) -> None:
    tree = tree_of_names(SourceFile("broken.py", code))
    assert [ast.unparse(part) for part in map(content, tree.body)] == expected


def content(statement: ast.stmt) -> ast.stmt:
    """Return the import in the `if` that says that it may not be in force."""
    return statement.body[0] if isinstance(statement, ast.If) else statement


@pytest.mark.parametrize("text", ["\0", "import a\0", "\ud800", "(" * 5000, "x = '" + "a" * 10**6])
def test_no_text_is_too_bad(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        pytest.skip("no codec of Python's makes such a text")
    tree_of_names(SourceFile("bad.py", text))


def imports(tree: ast.AST) -> Iterator[tuple[object, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield (
                type(node).__name__,
                getattr(node, "module", None),
                getattr(node, "level", 0),
                *((node.lineno, node.col_offset, node.end_lineno, node.end_col_offset),),
                *(
                    (a.name, a.asname, a.lineno, a.col_offset, a.end_lineno, a.end_col_offset)
                    for a in node.names
                ),
            )


def test_whole_files_give_the_imports_that_the_parser_gives() -> None:
    files = list(stdlib_files(with_tests=False))[::15]
    assert len(files) > 20
    seen = 0
    for path in files:
        source = SourceFile.from_bytes(str(path), path.read_bytes())
        theirs = sorted(imports(source.parse()), key=str)
        ours = sorted(imports(tree_of_names(source)), key=str)
        # The tolerant grammar has a node of its own for `from __future__`.
        assert ours == [found for found in theirs if found[1] != "__future__"], path
        seen += len(ours)
    assert seen > 100
