"""Texts: proof that a file whose texts were rewritten holds what it held, but for those texts."""

from __future__ import annotations

import ast
import configparser
import json
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from flake8_ssot_engine.edits import Edit
from flake8_ssot_engine.engine.proof.trees import Uncertified
from flake8_ssot_engine.engine.texts.blocks import Block
from flake8_ssot_engine.engine.texts.cutting import blocks_in, blocks_of_literal
from flake8_ssot_engine.engine.texts.literals import Literal, literals_in
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.text_formats import TextFormat
from flake8_ssot_engine.semantics.tokens import tokens_of
from flake8_ssot_engine.source import SourceFile


def certify_spans(before: str, after: str, edits: Sequence[Edit]) -> None:
    """Compare what stands around some edits, which do not overlap. Raises Uncertified."""
    at = old = 0
    for edit in sorted(edits):
        kept = before[old : edit.span.start]
        if not after.startswith(kept + edit.text, at):
            raise Uncertified("something else than the names changed")
        at += len(kept) + len(edit.text)
        old = edit.span.end
    if before[old:] != after[at:]:
        raise Uncertified("something else than the names changed")


class FormatCertificate:
    """Compares what a text holds before and after, as its format has it.

    What cannot be read before is not asked of after either; so it is with each block of code.
    """

    def __init__(self, before: str, written_in: TextFormat) -> None:
        self._before = before
        self._format = written_in
        self._read = _READERS.get(written_in)

    @cached_property
    def _held(self) -> Any:
        try:
            return None if self._read is None else self._read(self._before)
        except _MALFORMED:
            return None

    @cached_property
    def _blocks(self) -> list[Block]:
        return blocks_in(self._before, self._format, _ANY)

    def check(self, after: str) -> None:
        """Raise Uncertified where a text would not hold the same, but for what its strings say."""
        certify_blocks(self._blocks, blocks_in(after, self._format, _ANY))
        if self._read is None or self._held is None:
            return
        try:
            holds = self._read(after)
        except _MALFORMED as error:
            raise Uncertified(f"the result is no {self._format.value}: {error}") from None
        if not _is_alike(self._held, holds):
            raise Uncertified(f"the {self._format.value} would hold something else")


def certify_blocks(before: Sequence[Block], after: Sequence[Block]) -> None:
    """Compare the blocks of code in a text: what was Python must still be. Raises Uncertified."""
    if len(before) != len(after):
        raise Uncertified("a block of code would be added or lost")
    for one, other in zip(before, after, strict=True):
        if one.lines != other.lines and one.count_unsound() < other.count_unsound():
            raise Uncertified("a block of code would not parse any more")


def certify_prose(before: SourceFile, after: SourceFile, *, only_prose: bool) -> None:
    """Compare a Python file whose comments and strings were rewritten. Raises Uncertified.

    With `only_prose` no other strings may differ than those that are statements: docstrings.
    """
    one, other = before.parse(), after.parse()
    if only_prose:
        _blank_out(one)
        _blank_out(other)
    else:
        _blank_out_all(one)
        _blank_out_all(other)
    if ast.dump(one) != ast.dump(other):
        raise Uncertified("the code would not be the same")
    try:
        kinds = [[token.type for token in tokens_of(file.text)] for file in (before, after)]
    except SourceError:  # the tokenizer refuses some files that do parse
        return
    if kinds[0] != kinds[1]:
        raise Uncertified("a comment or a string would be something else")
    pairs = zip(_docstrings(before.text), _docstrings(after.text), strict=True)
    for docstring, changed in pairs:
        if before.text[slice(*docstring.span)] != after.text[slice(*changed.span)]:
            certify_blocks(
                blocks_of_literal(before.text, docstring, _ANY),
                blocks_of_literal(after.text, changed, _ANY),
            )


def _docstrings(text: str) -> list[Literal]:
    return [one for one in literals_in(text, len(text)) if one.is_docstring]


def _blank_out(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            _empty(node.value)


def _blank_out_all(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            _empty(node)


def _empty(node: ast.Constant) -> None:
    if isinstance(node.value, (str, bytes)):
        node.value = type(node.value)()


def _is_alike(one: Any, other: Any) -> bool:
    """Whether two values are the same but for what strings hold."""
    if type(one) is not type(other):
        return False
    if isinstance(one, str):
        return True
    if isinstance(one, dict):
        pairs = zip(one.items(), other.items(), strict=False)
        return len(one) == len(other) and all(_is_alike(a, b) for a, b in pairs)
    if isinstance(one, (list, tuple)):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(_is_alike(a, b) for a, b in pairs)
    return repr(one) == repr(other)


def _read_toml(text: str) -> Any:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text.replace("\r\n", "\n"))


def _read_ini(text: str) -> Any:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read_string(text)
    return [[name, parser.items(name)] for name in parser.sections()]


def _read_yaml(text: str) -> Any:
    """Return the events of a YAML text; nothing where PyYAML is not installed."""
    try:
        import yaml
    except ImportError:
        return None
    try:
        return [
            (type(event).__name__, getattr(event, "tag", None), getattr(event, "value", None))
            for event in yaml.parse(text)
        ]
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _read_notebook(text: str) -> Any:
    """Return what a notebook holds; of how many strings a cell's source is made is no matter."""
    held = json.loads(text)
    cells = held.get("cells") if isinstance(held, dict) else None
    for cell in cells if isinstance(cells, list) else ():
        source = cell.get("source") if isinstance(cell, dict) else None
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            cell["source"] = "".join(source)
    return held


_ANY = ("",)
_MALFORMED = (ValueError, RecursionError, configparser.Error)
_READERS: dict[TextFormat, Callable[[str], Any]] = {
    TextFormat.JSON: json.loads,
    TextFormat.NOTEBOOK: _read_notebook,
    TextFormat.TOML: _read_toml,
    TextFormat.INI: _read_ini,
    TextFormat.YAML: _read_yaml,
}
