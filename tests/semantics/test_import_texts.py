"""Imports as the text shows them, against a table and against what `ast` says of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flake8_ssot_engine.semantics.import_texts import ImportText, imports_in
from tests.stdlib import STDLIB, stdlib_files

TABLE: list[tuple[str, str, list[tuple[str, str | None, str | None]] | None]] = [
    ("plain", "import a\n", [("a", None, None)]),
    ("dotted", "import a.b.c\n", [("a.b.c", None, None)]),
    ("no end of line", "import a", [("a", None, None)]),
    ("alias", "import a.b as c\n", [("a.b", None, "c")]),
    (
        "several",
        "import a, b.c as d,e\n",
        [("a", None, None), ("b.c", None, "d"), ("e", None, None)],
    ),
    ("spaces round dots", "import a . b\n", [("a.b", None, None)]),
    ("tabs", "\timport\ta\tas\tb\n", [("a", None, "b")]),
    ("form feed", "\fimport a\f\n", [("a", None, None)]),
    ("comment", "import a  # import b\n", [("a", None, None)]),
    ("from", "from a import b\n", [("a", "b", None)]),
    ("from with aliases", "from a.b import c as d, e\n", [("a.b", "c", "d"), ("a.b", "e", None)]),
    ("from with spaced dots", "from a . b import c\n", [("a.b", "c", None)]),
    ("star", "from a import *\n", [("a", "*", None)]),
    ("star without a gap", "from a import*\n", [("a", "*", None)]),
    ("relative", "from . import a\n", [(".", "a", None)]),
    ("relative, glued", "from.import a\n", [(".", "a", None)]),
    ("relative module", "from ..a.b import c\n", [("..a.b", "c", None)]),
    ("relative module, glued", "from.a import(b)\n", [(".a", "b", None)]),
    ("spaced leading dots", "from . .. a import b\n", [("...a", "b", None)]),
    ("parenthesised", "from a import (b)\n", [("a", "b", None)]),
    ("trailing comma", "from a import (b, c as d,)\n", [("a", "b", None), ("a", "c", "d")]),
    (
        "over lines",
        "from a import (\n    b,\n    c\n    as d,\n)\n",
        [("a", "b", None), ("a", "c", "d")],
    ),
    (
        "comments with brackets",
        "from a import (  # (\n    b,  # )\n    # c, )\n    d,\n)  # (\n",
        [("a", "b", None), ("a", "d", None)],
    ),
    ("semicolons", "x = 1; import a; from b import c; y\n", [("a", None, None), ("b", "c", None)]),
    (
        "one-line block",
        "if x: import a\nelse: from b import c\n",
        [("a", None, None), ("b", "c", None)],
    ),
    (
        "CRLF",
        "import a\r\nfrom b import (\r\n    c,\r\n)\r\n",
        [("a", None, None), ("b", "c", None)],
    ),
    ("CR", "import a\rfrom b import c\r", [("a", None, None), ("b", "c", None)]),
    (
        "unicode",
        "import é.ß\nfrom 名 import 字 as ключ\n",
        [("é.ß", None, None), ("名", "字", "ключ")],
    ),
    (
        "names that look alike",
        "import importlib, _import, imports\n",
        [("importlib", None, None), ("_import", None, None), ("imports", None, None)],
    ),
    ("a module called fromage", "from fromage import asp as asq\n", [("fromage", "asp", "asq")]),
    ("a comment line", "# import a\n    # from b import c\n", []),
    ("prose", '"""We import a, and from b."""\n', []),
    ("no import", "important = reimport = import_ = 1\n", []),
    ("nothing", "", []),
    ("backslash", "import \\\n    a\n", None),
    ("backslash before import", "from a \\\n    import b\n", None),
    ("backslash before the line", "x = 1; \\\nimport a\n", None),
    ("backslash among names", "from a import b, \\\n    c\n", None),
    ("backslash in brackets", "from a import (b, \\\n    c)\n", None),
    ("backslash after from", "from \\\n    a import b\n", None),
]


@pytest.mark.parametrize(
    ("text", "expected"), [pytest.param(*row, id=title) for title, *row in TABLE]
)
def test_imports_are_read_from_the_text(
    text: str, expected: list[tuple[str, str | None, str | None]] | None
) -> None:
    found = imports_in(text)
    assert found == (expected if expected is None else [ImportText(*one) for one in expected])


@pytest.mark.parametrize(
    "text", ["'import a'\n", '"""\nimport a\n"""\n', "x = 'from a import b'\n"]
)
def test_what_stands_in_strings_may_be_taken_for_an_import(text: str) -> None:
    assert set(imports_in(text) or ()) <= {ImportText("a", None, None), ImportText("a", "b", None)}


def imports_by_ast(tree: ast.Module) -> set[ImportText]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {ImportText(alias.name, None, alias.asname) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {ImportText(module, alias.name, alias.asname) for alias in node.names}
    return found


@pytest.mark.parametrize("title", [title for title, *_ in TABLE])
def test_the_table_itself_is_right(title: str) -> None:
    text, expected = next((text, found) for name, text, found in TABLE if name == title)
    code = text.lstrip("\t") if title == "tabs" else text
    if expected is not None:
        assert imports_by_ast(ast.parse(code)) == {ImportText(*one) for one in expected}


WRAPPINGS = {
    "as it is": "{}",
    "CRLF": "{}",
    "CR": "{}",
    "after a statement": "x = 1;{}",
    "in a block": "if x:\n    {}",
    "in a one-line block": "while x:{}",
    "after a string": "'''\n''';{}",
    "after an odd quote": 'x = "\\"";{}',
    "after a slice": "x[1:2]: int;{}",
    "after a dict": "{{1: 2}};{}",
    "at the end of the text": "{}",
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_no_import_is_missed_wherever_a_statement_may_stand(wrapping: str) -> None:
    for title, text, expected in TABLE:
        code = WRAPPINGS[wrapping].format(text.lstrip("\t\f"))
        if wrapping == "at the end of the text":
            code = code.rstrip("\n")
        if wrapping in {"CRLF", "CR"} and "\r" not in code:
            code = code.replace("\n", {"CRLF": "\r\n", "CR": "\r"}[wrapping])
        try:
            seen = imports_by_ast(ast.parse(code))
        except SyntaxError:
            continue
        found = imports_in(code)
        assert found is None or seen <= set(found), title
        assert expected is not None or found is None or not seen, title


def test_no_import_is_missed_after_a_string_that_looks_like_a_comment() -> None:
    assert imports_in("'''\n#''';import a\n") in (None, [ImportText("a", None, None)])


def text_of(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:  # read by what it declares, which is not the matter here
        return None


@pytest.mark.parametrize("part", range(2))
def test_no_import_of_the_standard_library_is_missed(part: int) -> None:
    told = untold = 0
    for path in list(stdlib_files(with_tests=False))[part::2]:
        text = text_of(path)
        found = imports_in(text) if text is not None else None
        if text is None or found is None:
            untold += 1
            continue
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        missed = imports_by_ast(tree) - set(found)
        assert not missed, path.relative_to(STDLIB)
        told += 1
    assert told > 20 * untold


def test_no_import_of_the_tests_of_the_standard_library_is_missed() -> None:
    """They hold the odd spellings: only files in which the text alone is in doubt are parsed."""
    every = set(stdlib_files()) - set(stdlib_files(with_tests=False))
    odd = [path for path in sorted(every) if "import" in path.name or "syntax" in path.name]
    for path in odd:
        text = text_of(path)
        if text is None:
            continue
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        found = imports_in(text)
        assert found is None or not imports_by_ast(tree) - set(found), path.relative_to(STDLIB)
