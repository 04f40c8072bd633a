"""Outlines: what a module hands on, read from the text of its imports or from its tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.migrations import MoveIndex
from flake8_ssot_engine.names import QualifiedName, absolute_path, package_of
from flake8_ssot_engine.project.modules import is_package_file, module_name, parse_exports
from flake8_ssot_engine.project.prefilter import Needles, Words, WordSearch
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.definition_texts import DefinitionText
from flake8_ssot_engine.semantics.import_texts import imports_in
from flake8_ssot_engine.semantics.words import HOOK
from flake8_ssot_engine.source import Span

if TYPE_CHECKING:
    from flake8_ssot_engine.semantics.exports import Exports


class Outline(NamedTuple):
    """What a module hands on: its names with what they may stand for, and its stars."""

    module: QualifiedName
    edges: tuple[tuple[str, QualifiedName], ...]
    stars: tuple[QualifiedName, ...]


class Outliner:
    """Reads the outlines of the modules that can hand on what is sought, or what `moves` move."""

    def __init__(self, source_roots: tuple[str, ...], moves: MoveIndex, sought: Needles) -> None:
        self._source_roots = source_roots
        self._moves = moves
        self._sought = sought
        # What is not ASCII may be encoded in any way.
        self._is_ascii = all(map(str.isascii, sought.names))
        self._names = Words(sought.names, str.encode)
        self._leaks = WordSearch(sought, str.encode)

    def can_hand_on(self, data: bytes) -> bool:
        """Whether the bytes of a module can hand on what is sought."""
        return (
            not self._is_ascii
            or self._leaks.leaks_in(data)
            or any(_AFTER.match(data, word.end) for word in self._names.find_in(data))
            or self._is_made(data)
        )

    def _is_made(self, data: bytes) -> bool:
        """Whether a module hands it on by an assignment, or by its hook."""
        return not self._is_ascii or any(
            _HOOK in data or _is_assigned(data, word) for word in self._names.find_in(data)
        )

    def outline(self, path: str, data: bytes) -> Outline | None:
        """Return the outline of a module; None where it does not parse."""
        outline = self._outline_by_text(path, data)
        if outline is not None:
            return outline
        try:
            exports = parse_exports(path, DefinitionText(data), self._source_roots)
        except SourceError:
            return None
        edges = [
            (name, target) for name in _names(exports) for target in exports.targets(name).elsewhere
        ]
        return Outline(exports.module, tuple(edges), tuple(exports.stars()))

    def _outline_by_text(self, path: str, data: bytes) -> Outline | None:
        """Read the imports of a file that does nothing but import what is sought by its own name.

        None where it does more, or where its imports are not that plain. Those inside of functions
        are among them, which hand nothing on.
        """
        if self._is_made(data):
            return None
        try:
            imports = imports_in(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return None
        if imports is None:
            return None
        module = module_name(path, self._source_roots)
        package = package_of(module, is_package=is_package_file(path))
        edges: list[tuple[str, QualifiedName]] = []
        stars: list[QualifiedName] = []
        for one in imports:
            if one.name is None:
                target = QualifiedName(one.module.split("."))
                if not one.alias:
                    target = QualifiedName(target[:1])
                edge = (one.alias or target[0], target)
            else:
                source = absolute_path(package, one.module)
                if source is None:
                    continue
                if one.name == "*":
                    stars.append(source)
                    continue
                edge = (one.alias or one.name, source.child(one.name))
            if self._is_new_word(*edge):
                return None
            edges.append(edge)
        return Outline(module, tuple(edges), tuple(stars))

    def _is_new_word(self, name: str, target: QualifiedName) -> bool:
        """Whether what is sought would get another name, or be had by one that leaks."""
        if name != target.last:
            return target.last in self._sought.names or self._moves.match(target) is not None
        match = self._moves.match(target)
        return match is not None and not match.is_exact


def _names(exports: Exports) -> Iterator[str]:
    from flake8_ssot_engine.semantics.bindings import ANY_NAME  # most modules are not parsed

    yield from (name for name in exports.names() if name != ANY_NAME)
    yield from exports.lazy_names()


def _is_assigned(data: bytes, word: Span) -> bool:
    """Whether a word may be, or start, all that is assigned to a name: `A = pkg.old.Word`."""
    if not _ENDS.match(data, word.end):
        return False
    equals = _BEFORE.search(data, max(0, word.start - _FAR), word.start)
    if equals is None:
        return False
    line = data[data.rfind(b"\n", 0, equals.start()) + 1 : equals.start()]
    if line.count(b"(") > line.count(b")"):
        return False  # a call's argument
    return not _OF_OBJECT.match(line)


_FAR = 200
_HOOK = HOOK.encode()
_AFTER = re.compile(rb"(?=[\s\\#])[\s\\]*(?:#[^\n]*\n[\s\\]*)*(?:as|import)\b")
_BEFORE = re.compile(rb"=[\s\\(]*(?:\w+[\s\\]*\.[\s\\]*)*\Z")
_ENDS = re.compile(rb"(?:[\s\\]*\.[\s\\]*\w+)*[ \t\f\\]*(?:[;#)\r\n]|\Z)")
_OF_OBJECT = re.compile(rb"\s*\w+(?:\.\w+)+\s*(?::[^=]*)?\Z")
"""What hands a name on: `as` or, of a module, `import` after it, an assignment before it.

In the first, nothing but whole comments is repeated one by one: the matcher keeps a record of each.
"""
