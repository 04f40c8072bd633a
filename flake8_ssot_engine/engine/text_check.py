"""The check of texts: files that are no Python, and comments and strings of those that are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_ssot_engine.engine.findings import FileResult, Finding, TextPlace
from flake8_ssot_engine.engine.standing import Standing
from flake8_ssot_engine.migrations import MoveIndex
from flake8_ssot_engine.project.prefilter import Prefilter
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT
from flake8_ssot_engine.source import SourceFile
from flake8_ssot_engine.violations import ReferenceKind

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.binding_moves import BindingMoves
    from flake8_ssot_engine.engine.planning.plan import FilePlan, Key
    from flake8_ssot_engine.engine.suppressions import Suppressions
    from flake8_ssot_engine.engine.texts.blocks import Block
    from flake8_ssot_engine.engine.texts.reader import Found, Hit, ReadCode, Reading, TextReader
    from flake8_ssot_engine.project.text_formats import TextFormat


class TextCheck:
    """Checks what the texts of one configuration name; nothing at all without `make_reader`.

    `read_block` reads a block of code in the file at an absolute path, by some of the moves.
    """

    def __init__(
        self,
        standing: Standing,
        prefilter: Prefilter,
        moves: BindingMoves,
        make_reader: Callable[[], TextReader] | None,
        read_block: Callable[[str, MoveIndex, Block], Reading],
        *,
        shows_fixes: bool,
    ) -> None:
        self.settings = standing.settings
        self._standing = standing
        self._prefilter = prefilter
        self._moves = moves
        self._make_reader = make_reader
        self._read_block = read_block
        self._shows_fixes = shows_fixes
        self._last: tuple[str, SourceFile, Found | None] | None = None

    @property
    def are_read(self) -> bool:
        """Whether texts are looked at."""
        return self._make_reader is not None

    @cached_property
    def reader(self) -> TextReader:
        """What reads them."""
        assert self._make_reader is not None
        return self._make_reader()

    def check_python(self, path: str, source: SourceFile, *, with_noqa: bool = True) -> FileResult:
        """Check what a Python file says in comments and strings: nothing else can be in it."""
        texts = self.of_python(path, source)
        if texts is None:
            return FileResult(source.path)
        from flake8_ssot_engine.engine.suppressions import Suppressions  # most name nothing

        suppressions = Suppressions(source) if with_noqa else None
        found = self.findings(path, source, texts, suppressions)
        return self.result(source, found, texts).with_scopes(texts.scopes)

    def result(self, source: SourceFile, found: tuple[Finding, ...], texts: Found) -> FileResult:
        """Return the result of a file that holds nothing else than what texts name."""
        if found and self._shows_fixes:
            from flake8_ssot_engine.engine.fixability import with_planned_fixes
            from flake8_ssot_engine.engine.planning.texts import by_key, plan_texts

            every = by_key(texts.hits)

            def plan_single(key: Key) -> FilePlan:
                return plan_texts(source.path, {key: every[key]}, allow_unsafe=True)

            found = with_planned_fixes(source, found, plan_single)
        places = self._places(source, texts.hits)
        counts = Counter({ReferenceKind.TEXT.value: len(places)})
        resolved = self._places(source, texts.resolved)
        return FileResult(source.path, found, references=+counts, texts=places + resolved)

    def _places(self, source: SourceFile, hits: Sequence[Hit]) -> tuple[TextPlace, ...]:
        return tuple(
            hit.place_in(source)
            for hit in hits
            if self.settings.only_migration in ("", hit.violation.migration)
        )

    def findings(
        self, path: str, source: SourceFile, texts: Found, suppressions: Suppressions | None = None
    ) -> tuple[Finding, ...]:
        """Return what stands of what a text names, where nothing else is in it."""
        if not self._standing.rules_for(path, [DEPRECATED_TEXT]):
            return ()
        violations = [hit.judged for hit in texts.hits]
        return self._standing.findings(path, source, violations, suppressions, texts.scope_of)

    def of_python(self, path: str, source: SourceFile) -> Found | None:
        """Return what the comments and strings of a Python file name, if that is anything."""
        known = self._last
        if known is None or known[0] != path or known[1] is not source:  # it is asked thrice
            self._last = known = path, source, self._read_texts(path, source)
        return known[2]

    def _read_texts(self, path: str, source: SourceFile) -> Found | None:
        if self._make_reader is None or not self._prefilter.passes_text(source.text):
            return None
        index = self._moves.for_module(path)
        found = self.reader.read_python(source.text, index, self._code_reader(path, index))
        return found if found.hits else None

    def read_text(self, path: str, text: str, written_in: TextFormat) -> Found:
        """Return what a file names that is no Python, by all moves but those that it owns."""
        index = self._moves.for_text(path)
        return self.reader.read(text, index, written_in, self._code_reader(path, index))

    def _code_reader(self, path: str, index: MoveIndex) -> ReadCode:
        return lambda block: self._read_block(path, index, block)
