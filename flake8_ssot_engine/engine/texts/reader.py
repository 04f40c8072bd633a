"""Reader: what a text names that has moved, each with the edits that end it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.edits import Applicability
from flake8_ssot_engine.engine.findings import TextPlace
from flake8_ssot_engine.engine.texts.blocks import Blocks, blocks_in, blocks_of_literals
from flake8_ssot_engine.engine.texts.imports import Edits, Imported, ImportSearch
from flake8_ssot_engine.engine.texts.literals import (
    Literal,
    TextDefinitions,
    literal_around,
    literals_in,
)
from flake8_ssot_engine.migrations import Match, MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.scan import modules_of
from flake8_ssot_engine.project.text_formats import TextFormat
from flake8_ssot_engine.project.texts import (
    OldName,
    Place,
    TextKind,
    file_like,
    find_places,
    old_names,
    words_in_texts,
)
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT
from flake8_ssot_engine.rules.hints import from_import
from flake8_ssot_engine.source import SourceFile, Span
from flake8_ssot_engine.violations import MODULE_SCOPE, Violation

if TYPE_CHECKING:
    from flake8_ssot_engine.rules.context import RuleContext

_LINE_NUMBER = re.compile(r"(?::|#L|, line |\", line )\d")
_URL = re.compile(r"\w+://[^\s\"'<>()\[\]`]*\Z")
_SEPARATOR = re.compile(r"(/|\\\\|\\)")
_CHANGES = re.compile(
    r"(?<![\w./\\-])(?:deprecat|obsolete|renam|replac|remov|delet|migrat|supersed|moved\b)"
    r"|(?<![\w./\\-])legacy\b(?![./\\-]\w)|\bgit (?:rm|mv|log|show|diff|checkout)\b",
    re.IGNORECASE,
)
_LINE_END = re.compile(r"[\r\n]")
_FAR = 400
"""Characters about a place in which a URL, or talk of a change, is looked for."""


class Hit(NamedTuple):
    """A place in a text that names what has moved; without edits where nothing is to be done.

    `around` is its span, or that of the statement where it is imported; `name` is the last part of
    the old name.
    """

    violation: Violation
    edits: Edits
    level: Applicability
    around: Span
    name: str

    @property
    def judged(self) -> Violation:
        """The violation, which says whether it can be fixed."""
        return self.violation._replace(applicability=self.level if self.edits else None)

    def place_in(self, source: SourceFile) -> TextPlace:
        """Return where it is, with lines and columns."""
        at = source.position
        start, end = self.around
        return TextPlace(at(self.violation.span.start), at(start), at(end), self.name)


class Found(NamedTuple):
    """What a text names, in order, and the definitions that it stands in, where it is Python."""

    hits: tuple[Hit, ...] = ()
    definitions: TextDefinitions | None = None

    def scope_of(self, violation: Violation) -> str:
        """Return the scope of a violation, as findings name it."""
        name = self.definitions.around(violation.span.start) if self.definitions else ""
        return name or MODULE_SCOPE

    def apart_from(self, context: RuleContext, others: Iterable[Violation]) -> list[Hit]:
        """Return the hits that are nothing else besides: no use, string or other violation."""
        model = context.model
        known = [violation.span for violation in others]
        known += [model.source.span_of(string.node) for string in context.strings]
        known += [model.span_of_reference(use.reference) for use in context.uses]
        return [hit for hit in self.hits if not any(s.contains(hit.violation.span) for s in known)]

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes of the file."""
        return self.definitions.names if self.definitions else frozenset()


_NONE = Found()


class TextReader:
    """Reads the texts that one configuration holds for.

    `olds` are the old names as the whole project has them; without them it is searched for files
    that an end of a path may mean as well, when a text first has such an end.
    """

    def __init__(self, settings: Settings, olds: Sequence[OldName] = ()) -> None:
        self._settings = settings
        self._given = tuple(olds)
        self._searches: dict[int, tuple[MoveIndex, ImportSearch]] = {}
        self._words = words = words_in_texts(self._near)
        self._needles = [word.encode() for word in words]
        self._is_ascii = all(map(str.isascii, words))

    def may_name(self, data: bytes) -> bool:
        """Whether the bytes of a file spell enough of an old name."""
        return not self._is_ascii or any(needle in data for needle in self._needles)

    def read_python(self, text: str, index: MoveIndex) -> Found:
        """Return what the comments and strings of a Python file name, by some of the moves."""
        if not any(word in text for word in self._words):
            return _NONE
        literals: list[Literal] = []
        known = 0

        def around(span: Span) -> Literal | None:
            nonlocal literals, known
            if known < span.end:
                literals, known = literals_in(text, span.end), span.end
            return literal_around(literals, span)

        def level(span: Span) -> Applicability | None:
            literal = around(span)
            if literal is None:
                return None
            return Applicability.SAFE if literal.is_prose else Applicability.UNSAFE

        blocks = blocks_of_literals(text, around)

        def piece(span: Span) -> Span:
            literal = around(span)
            if literal is None or not literal.is_comment:
                return literal.span if literal else span
            lines = blocks(span)
            return Span(lines[0].start, lines[-1].end)

        hits = self._read(text, index, blocks, level, piece)
        if not hits:
            return _NONE
        return Found(hits, TextDefinitions(text, literals_in(text, len(text))))

    def read(self, text: str, index: MoveIndex, written_in: TextFormat) -> Found:
        """Return what a file names that is no Python."""
        if not any(word in text for word in self._words):
            return _NONE
        hits = self._read(
            text,
            index,
            blocks_in(text, written_in),
            lambda span: Applicability.SAFE,
            lambda span: Span(0, len(text)),
        )
        return Found(hits)

    def _read(
        self,
        text: str,
        index: MoveIndex,
        blocks: Blocks,
        level: Callable[[Span], Applicability | None],
        around: Callable[[Span], Span],
    ) -> tuple[Hit, ...]:
        """Return all hits; `around` tells what piece of the text a place belongs to."""
        hits: list[Hit] = []
        imports: list[Span] = []
        matched: list[Match] = []
        statements = list(self._search(index).statements(text, blocks))
        places = self._places(text, index)
        ends = [*(one.span.end for one in statements), *(place.span.end for place in places)]
        if ends:
            level(Span(max(ends) - 1, max(ends)))  # which looks once as far as is needed
        for statement in statements:
            trust = level(statement.span)
            if trust is not None:
                imports.append(statement.module)
                hits += [_of_import(one, statement.span, trust) for one in statement.moved]
                matched += [one.match for one in statement.moved]
        for place in places:
            trust = level(place.span)
            match = index.match(place.old)
            if trust is None or match is None or place.span in imports:
                continue
            hits.append(self._of_place(text, place, match, trust))
            matched.append(match)
        known: dict[tuple[Span, Match], bool] = {}
        judged = []
        for hit, match in zip(hits, matched, strict=True):
            piece = around(hit.violation.span)
            if (piece, match) not in known:
                known[piece, match] = _names_new(text[piece.start : piece.end], match)
            judged.append(_judged(text, hit, names_new=known[piece, match]))
        return tuple(sorted(judged, key=lambda hit: hit.violation.span))

    def _search(self, index: MoveIndex) -> ImportSearch:
        known = self._searches.get(id(index))
        if known is None:
            known = index, ImportSearch([move.old for _, move in index], index)
            self._searches[id(index)] = known
        return known[1]

    def _places(self, text: str, index: MoveIndex) -> list[Place]:
        wanted = {move.old for _, move in index}

        def found(olds: Iterable[OldName]) -> list[Place]:
            return find_places(text, [old for old in olds if old.name in wanted])

        if self._given:
            return found(self._given)
        near = found(self._near)
        if near == found(old._replace(least=len(old.file)) for old in self._near):
            return near
        return found(self._exact)

    @cached_property
    def _near(self) -> list[OldName]:
        return list(self._given) or old_names(self._settings)

    @cached_property
    def _exact(self) -> list[OldName]:
        return old_names(self._settings, modules_of(self._settings.source_roots))

    @cached_property
    def _files(self) -> dict[QualifiedName, tuple[str, str]]:
        """The files of moved modules from their source roots on, before and after."""
        modules = Modules(self._settings.source_roots)
        found: dict[QualifiedName, tuple[str, str]] = {}
        for old in self._near:
            new = self._settings.index.final(old.name)
            if old.file and new:
                like = modules.file_of(new) or modules.file_of(old.name) or old.file
                found[old.name] = old.file, file_like(new, like)
        return found

    def _of_place(self, text: str, place: Place, match: Match, trust: Applicability) -> Hit:
        spelled = text[place.span.start : place.span.end]
        if place.kind is TextKind.DOTTED:
            new = "" if match.replacement is None else str(match.replacement)
            why = "" if new else "it has no replacement"
            told = f"text names deprecated `{match.symbol}`"
        else:
            new, why = _respelled(spelled, *self._files.get(place.old, ("", "")))
            told = f"text names the file of deprecated `{match.symbol}`, `{spelled}`"
        before = text[max(0, place.span.start - _FAR) : place.span.start]
        if not why and _URL.search(before):
            why = "it is part of a URL"
        if (
            not why
            and place.kind is TextKind.FILE_PATH
            and _LINE_NUMBER.match(text, place.span.end)
        ):
            why = "a line number of the old file follows"
        advice = f"write `{new}`" if new else match.move.hint or "it has no replacement"
        violation = DEPRECATED_TEXT.named(match, place.span, f"{told}; {advice}", new, why=why)
        edits = () if why else ((place.span, new),)
        return Hit(violation, edits, trust, place.span, place.old.last)


def _of_import(one: Imported, statement: Span, trust: Applicability) -> Hit:
    new = one.match.replacement
    hint = "" if new is None else from_import(new)
    advice = f"use `{hint}`" if hint else one.match.move.hint or "it has no replacement"
    told = f"text imports deprecated `{one.match.symbol}`; {advice}"
    violation = DEPRECATED_TEXT.named(one.match, one.span, told, hint, why=one.why)
    return Hit(violation, one.edits, trust, statement, one.match.move.old.last)


def _judged(text: str, hit: Hit, *, names_new: bool) -> Hit:
    """Return a hit, without edits where its text may be about the move itself."""
    why = ""
    if _tells_of_change(text, hit.violation.span):
        why = "its line speaks of a change to it"
    elif names_new:
        why = "the text names the new one as well, so that it may be about the move"
    if not hit.edits or not why:
        return hit
    return hit._replace(violation=hit.violation._replace(unfixable_because=why), edits=())


def _respelled(spelled: str, old: str, new: str) -> tuple[str, str]:
    """Return the path to write instead of one, or why there is none."""
    if not new:
        return "", "it has no replacement"
    parts = _SEPARATOR.split(spelled)  # with the separators between them
    separators = parts[1::2] or ["/"]
    before, after = old.split("/"), new.split("/")
    left = len(before) - len(parts[::2])
    if before[:left] != after[:left] or len(after) <= left:
        return "", f"where `{new}` lies is not told by so short a path"
    told = after[left:]
    separators += [separators[0]] * (len(told) - len(separators))
    separators[len(told) - 1 :] = [""]
    return "".join(map("".join, zip(told, separators, strict=True))), ""


def _tells_of_change(text: str, span: Span) -> bool:
    """Whether the line of a place speaks of what was done, or is to be done, to what it names."""
    before = text[max(0, span.start - _FAR) : span.start]
    after = text[span.end : span.end + _FAR]
    return any(map(_CHANGES.search, (_LINE_END.split(before)[-1], _LINE_END.split(after, 1)[0])))


def _names_new(text: str, match: Match) -> bool:
    """Whether a text names what a moved symbol or module has become."""
    new = match.replacement
    if new is None:
        return False
    if str(new) in text or f"{'/'.join(new)}.py" in text:
        return True
    is_other = len(new) > 1 and new.last != match.symbol.last
    return is_other and str(new.parent) in text and re.search(rf"\b{new.last}\b", text) is not None
