"""The nodes at some places are those of the whole tree that stand there, on every file."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from flake8_ssot_engine.semantics.blocks import every_block
from flake8_ssot_engine.semantics.nodes import nodes_at
from flake8_ssot_engine.source import SourceFile
from tests.stdlib import stdlib_files

FILES = random.Random(565).sample(list(stdlib_files(with_tests=False)), 60)
of_every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def lines_of(node: ast.AST) -> range:
    """Return the lines that a node stands on, with its decorators."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(one.lineno for one in decorators)])  # type: ignore[attr-defined]
    return range(first, node.end_lineno + 1)  # type: ignore[attr-defined]


@of_every_file
def test_every_node_on_the_lines_is_found(path: Path) -> None:
    source = SourceFile.from_bytes(path.name, path.read_bytes())
    tree = source.parse()
    choice = random.Random(path.name)
    offsets = [choice.randrange(len(source.text) + 1) for _ in range(3)]
    lines = {source.position(offset).line for offset in offsets}
    expected = {
        id(node)
        for node in ast.walk(tree)
        if hasattr(node, "end_lineno") and not lines.isdisjoint(lines_of(node))
    }
    # What has no place of its own, such as a context, is one node for all that have it.
    placed = [id(n) for n in nodes_at(tree, source, offsets) if hasattr(n, "end_lineno")]
    assert expected <= set(placed)
    assert len(set(placed)) == len(placed)


def test_no_place_has_no_node() -> None:
    source = SourceFile("a.py", "x = 1\n")
    assert list(nodes_at(source.parse(), source, [])) == []


def test_a_decorator_belongs_to_what_it_decorates() -> None:
    source = SourceFile("a.py", "@one\n@two\ndef f():\n    pass\n")
    found = [type(node).__name__ for node in nodes_at(source.parse(), source, [1])]
    assert found.count("FunctionDef") == found.count("Name") == 1
    assert "Pass" not in found


@of_every_file
def test_every_statement_is_in_one_block(path: Path) -> None:
    tree = SourceFile.from_bytes(path.name, path.read_bytes()).parse()
    found = [id(statement) for block in every_block(tree) for statement in block]
    assert sorted(found) == sorted(id(n) for n in ast.walk(tree) if isinstance(n, ast.stmt))
