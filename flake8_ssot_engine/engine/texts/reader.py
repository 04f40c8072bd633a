"""Reader: what a text names that has moved, each with the edits that end it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.edits import Applicability
from flake8_ssot_engine.engine.findings import TextPlace
from flake8_ssot_engine.engine.texts.imports import Edits, Imported, ImportSearch
from flake8_ssot_engine.engine.texts.literals import (
    Literals,
    TextDefinitions,
    start_of_line,
)
from flake8_ssot_engine.engine.texts.passages import (
    Passages,
    passages_in,
    passages_of_literals,
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
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT
from flake8_ssot_engine.rules.hints import from_import
from flake8_ssot_engine.source import SourceFile, Span
from flake8_ssot_engine.violations import MODULE_SCOPE, Violation

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.texts.blocks import Block
    from flake8_ssot_engine.rules.context import RuleContext

_MAY_HOLD_BLOCK = re.compile(r">>>|```|~~~|::[ \t\r\w+-]*(?:\n|\Z)")
"""What a docstring with a block of code in it has somewhere."""
_LINE_NUMBER = re.compile(r"(?::|#L|, line |\", line )\d")
_URL = re.compile(r"\w+://[^\s\"'<>()\[\]`]*\Z")
_SEPARATOR = re.compile(r"(/|\\\\|\\)")
_CHANGES = (  # compiled where it is asked for, which is seldom
    r"(?i)(?<![\w./\\-])(?:deprecat|obsolete|renam|replac|remov|delet|migrat|supersed|moved\b)"
    r"|(?<![\w./\\-])legacy\b(?![./\\-]\w)|\bgit (?:rm|mv|log|show|diff|checkout)\b"
)
_MISTAKE = (
    r"(?i)[\u274c\u2717\u2718\u26d4\U0001f6ab]"
    r"|(?<!\w)(?:anti-?patterns?|bad|incorrect|wrong)(?!\w)"
)
"""Crosses and signs of what is forbidden, and the words for it."""
_LINE_END = re.compile(r"[\r\n]")
_UNREAD = "it is in code that does not parse"
_FAR = 400
"""Characters about a place in which a URL, or talk of a change, is looked for."""


class Hit(NamedTuple):
    """A place in a text that names what has moved; without edits where nothing is to be done.

    `around` is its span, or that of the statement where it is imported; `name` is the last part of
    the old name. Where it may not be trusted, `unsafe` says why, "" where that goes without saying.
    """

    violation: Violation
    edits: Edits
    level: Applicability
    around: Span
    name: str
    unsafe: str = ""

    @property
    def judged(self) -> Violation:
        """The violation, which says whether it can be fixed."""
        return self.violation._replace(applicability=self.level if self.edits else None)

    def place_in(self, source: SourceFile) -> TextPlace:
        """Return where it is, with lines and columns."""
        at = source.position
        start, end = self.around
        return TextPlace(at(self.violation.span.start), at(start), at(end), self.name)


class Reading(NamedTuple):
    """What of a block of code has moved, and where in the text it is code that says so.

    `unread` is where a part of it is passed over.
    """

    hits: tuple[Hit, ...]
    spans: tuple[Span, ...]
    unread: tuple[Span, ...] = ()


ReadCode = Callable[["Block"], Reading]
"""Reads a block of code as a Python file is read."""


class Found(NamedTuple):
    """What a text names, in order, and the definitions that it stands in, where it is Python.

    What is `resolved` is told as something else, and named here for nobody to count it again.
    """

    hits: tuple[Hit, ...] = ()
    definitions: TextDefinitions | None = None
    resolved: tuple[Hit, ...] = ()

    def scope_of(self, violation: Violation) -> str:
        """Return the scope of a violation, as findings name it."""
        name = self.definitions.around(violation.span.start) if self.definitions else ""
        return name or MODULE_SCOPE

    def apart_from(self, context: RuleContext, others: Iterable[Violation]) -> Found:
        """Return it with those hits resolved that are a use, a string or another violation."""
        known = _Spans([*context.resolved_spans, *(violation.span for violation in others)])
        apart, within = _parted(self.hits, known)
        return self._replace(hits=apart, resolved=self.resolved + within)

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
        self._lasts = list(dict.fromkeys(old.name.last for old in self._near))
        self._is_ascii = all(map(str.isascii, words))

    def may_name(self, data: bytes) -> bool:
        """Whether the bytes of a file spell enough of an old name."""
        return not self._is_ascii or any(needle in data for needle in self._needles)

    def read_python(self, text: str, index: MoveIndex, read_code: ReadCode) -> Found:
        """Return what the comments and strings of a Python file name, by some of the moves."""
        if not any(word in text for word in self._words):
            return _NONE
        literals = Literals(text)

        def level(span: Span) -> Applicability | None:
            literal = literals.around(span)
            if literal is None:
                return None
            return Applicability.SAFE if literal.is_prose else Applicability.UNSAFE

        passages = passages_of_literals(text, literals.around)

        def piece(span: Span) -> Span:
            literal = literals.around(span)
            if literal is None or not literal.is_comment:
                return literal.span if literal else span
            lines = passages(span)
            return Span(lines[0].start, lines[-1].end)

        blocks = self._blocks_of_literals(text, literals)
        found = self._read(text, index, blocks, read_code, passages, level, piece)
        if not found.hits:
            return _NONE
        return found._replace(definitions=TextDefinitions(text, literals.until(len(text))))

    def read(
        self, text: str, index: MoveIndex, written_in: TextFormat, read_code: ReadCode
    ) -> Found:
        """Return what a file names that is no Python."""
        if not any(word in text for word in self._words):
            return _NONE
        from flake8_ssot_engine.engine.texts.cutting import blocks_in  # few texts need it

        return self._read(
            text,
            index,
            blocks_in(text, written_in, self._lasts),
            read_code,
            passages_in(text, written_in),
            lambda span: Applicability.SAFE,
            lambda span: Span(0, len(text)),
        )

    def _blocks_of_literals(self, text: str, literals: Literals) -> list[Block]:
        """Return the blocks of code in the docstrings of a Python file that may matter."""
        marks = [mark.start() for mark in _MAY_HOLD_BLOCK.finditer(text)]
        if not marks:
            return []
        from flake8_ssot_engine.engine.texts.cutting import blocks_of_literal

        end = min(marks[-1], max(text.rfind(last) for last in self._lasts))
        return [
            block
            for literal in literals.until(end)
            if literal.is_docstring
            and any(text.find(last, *literal.span) >= 0 for last in self._lasts)
            for block in blocks_of_literal(text, literal, self._lasts)
        ]

    def _read(
        self,
        text: str,
        index: MoveIndex,
        blocks: Sequence[Block],
        read_code: ReadCode,
        passages: Passages,
        level: Callable[[Span], Applicability | None],
        around: Callable[[Span], Span],
    ) -> Found:
        """Return all hits; `around` tells what piece of the text a place belongs to."""
        readings = list(map(read_code, blocks))
        code = _Spans(span for reading in readings for span in reading.spans)
        unread = _Spans(span for reading in readings for span in reading.unread)
        hits: list[Hit] = []
        imports: list[Span] = []
        statements = [
            one for one in self._search(index).statements(text, passages) if not code.hold(one.span)
        ]
        places = self._places(text, index)
        ends = [*(one.span.end for one in statements), *(place.span.end for place in places)]
        if ends:
            level(Span(max(ends) - 1, max(ends)))  # which looks once as far as is needed
        for statement in statements:
            trust = level(statement.span)
            if trust is not None:
                imports.append(statement.module)
                moved = statement.moved
                if unread.hold(statement.span):
                    moved = tuple(one._replace(edits=(), why=_UNREAD) for one in moved)
                hits += [_of_import(one, statement.span, trust) for one in moved]
        for place in places:
            trust = level(place.span)
            match = index.match(place.old)
            if trust is None or match is None or place.span in imports:
                continue
            hits.append(self._of_place(text, place, match, trust))
        apart, resolved = _parted(hits, code)
        guard = _Guard(text, around)
        judged = [guard.judged([hit])[0] for hit in apart]
        for reading in readings:
            for migration in dict.fromkeys(hit.violation.migration for hit in reading.hits):
                together = [hit for hit in reading.hits if hit.violation.migration == migration]
                judged += guard.judged(together, is_code=True)
        return Found(tuple(sorted(judged, key=lambda hit: hit.violation.span)), None, resolved)

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


class _Guard:
    """Keeps from being rewritten what may be about the move itself."""

    def __init__(self, text: str, around: Callable[[Span], Span]) -> None:
        self._text = text
        self._around = around
        self._known: dict[tuple[Span, QualifiedName, QualifiedName | None], bool] = {}

    def judged(self, hits: Sequence[Hit], *, is_code: bool = False) -> list[Hit]:
        """Return hits that are ended together, or without edits where one of them must not be."""
        why = next(filter(None, map(self._why, hits)), "")
        if not why and is_code:
            is_mistake = any(_is_mistake(self._text, hit.violation.span) for hit in hits)
            why = "it is shown as a mistake" if is_mistake else ""
        return [
            hit._replace(violation=hit.violation._replace(unfixable_because=why), edits=())
            if hit.edits and why
            else hit
            for hit in hits
        ]

    def _why(self, hit: Hit) -> str:
        violation = hit.violation
        if _tells_of_change(self._text, violation.span):
            return "its line speaks of a change to it"
        piece = self._around(violation.span)
        key = piece, violation.symbol, violation.replacement
        if key not in self._known:
            self._known[key] = _names_new(self._text[piece.start : piece.end], violation)
        told = "the text names the new one as well, so that it may be about the move"
        return told if self._known[key] else ""


class _Spans:
    """Some spans, which may overlap."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [span.start for span in ordered]
        self._ends = list(accumulate((span.end for span in ordered), max))

    def hold(self, span: Span) -> bool:
        """Whether one of them contains a span."""
        at = bisect_right(self._starts, span.start)
        return at > 0 and self._ends[at - 1] >= span.end


def _parted(hits: Iterable[Hit], within: _Spans) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """Return the hits that are within none of some spans, and the others, as resolved."""
    parts: tuple[list[Hit], list[Hit]] = [], []
    for hit in hits:
        if within.hold(hit.violation.span):
            parts[1].append(hit._replace(name=""))
        else:
            parts[0].append(hit)
    return tuple(parts[0]), tuple(parts[1])


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
    return any(
        map(
            re.compile(_CHANGES).search, (_LINE_END.split(before)[-1], _LINE_END.split(after, 1)[0])
        )
    )


def _is_mistake(text: str, span: Span) -> bool:
    """Whether the line of a place, or one of the two above it, says that its code is wrong."""
    start = start_of_line(text, span.start)
    own = _LINE_END.split(text[start : span.end + _FAR], maxsplit=1)[0]
    above = text[max(0, start - _FAR) : start].splitlines()[-2:]
    return any(map(re.compile(_MISTAKE).search, (own, *above)))


def _names_new(text: str, violation: Violation) -> bool:
    """Whether a text names what a moved symbol or module has become."""
    new = violation.replacement
    if new is None:
        return False
    if str(new) in text or f"{'/'.join(new)}.py" in text:
        return True
    is_other = len(new) > 1 and new.last != violation.symbol.last
    return is_other and str(new.parent) in text and re.search(rf"\b{new.last}\b", text) is not None
