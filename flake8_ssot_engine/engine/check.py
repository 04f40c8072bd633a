"""Checks files: which can be passed over by their text and imports; `analysis.py` sees to the rest.

Most files end here, and so this imports nothing of what an analysis takes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import TOO_DEEP, FileResult, file_error
from flake8_ssot_engine.engine.screening import Screen
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.source import SourceFile

if TYPE_CHECKING:
    import ast

    from flake8_ssot_engine.engine.analysis import Analysis
    from flake8_ssot_engine.engine.binding_moves import BindingMoves
    from flake8_ssot_engine.engine.sights import Sights
    from flake8_ssot_engine.engine.standing import Standing
    from flake8_ssot_engine.engine.text_check import TextCheck
    from flake8_ssot_engine.engine.texts.reader import TextReader


class Checker:
    """Checks the files that one configuration holds for."""

    def __init__(
        self,
        settings: Settings,
        needles: Needles | None = None,
        contents: Mapping[str, bytes] = MappingProxyType({}),
        *,
        texts: Callable[[], TextReader] | None = None,
        sights: Sights | None = None,
        reexports: Reexports | None = None,
        tells_fixes: bool = True,
        shows_fixes: bool = False,
    ) -> None:
        """Take the names that `find_needles` found, or None to follow every name on demand.

        `contents` are those of modules that hold something else than is on the disk; `reexports`
        know modules that are not there at all. With `sights`, files are checked again and again,
        each time with little changed. Without `tells_fixes` no finding says whether it can be
        fixed; if it `shows_fixes` each carries its edits, as they are planned and not yet proved.
        Without `texts`, which returns what reads them, nothing is told of comments, strings and
        files that are no Python.
        """
        self.settings = settings
        self.needles = needles
        self.contents = contents
        self.reexports = reexports or Reexports(Modules(settings.source_roots, contents))
        self.screen = Screen(settings, needles, self.reexports)
        self._make_reader = texts
        self._sights = sights
        self._tells_fixes = tells_fixes
        self._shows_fixes = shows_fixes

    @cached_property
    def analysis(self) -> Analysis:
        """What looks into a file that may matter."""
        from flake8_ssot_engine.engine.analysis import Analysis

        return Analysis(
            self.settings,
            self.screen,
            self.reexports,
            needles=self.needles,
            contents=self.contents,
            moves=self._moves,
            texts=self.texts,
            standing=self._standing,
            sights=self._sights,
            tells_fixes=self._tells_fixes,
            shows_fixes=self._shows_fixes,
        )

    @cached_property
    def texts(self) -> TextCheck:
        """What looks into texts."""
        from flake8_ssot_engine.engine.text_check import TextCheck

        return TextCheck(
            self._standing,
            self.screen.prefilter,
            self._moves,
            self._make_reader,
            lambda path, index, block: self.analysis.read_block(path, index, block),
            shows_fixes=self._shows_fixes,
        )

    @cached_property
    def _standing(self) -> Standing:
        from flake8_ssot_engine.engine.standing import Standing

        return Standing(self.settings)

    @cached_property
    def _moves(self) -> BindingMoves:
        from flake8_ssot_engine.engine.binding_moves import BindingMoves

        return BindingMoves(self.settings, self.reexports.modules)

    @property
    def reads_texts(self) -> bool:
        """Whether comments, strings and files that are no Python are looked at."""
        return self._make_reader is not None

    @property
    def consulted(self) -> dict[str, bool]:
        """The files that were looked into for what they export, and whether that went well."""
        return self.reexports.modules.consulted

    def check_bytes(
        self,
        path: str,
        data: bytes,
        *,
        shown_as: str,
        parses_all: bool = True,
        is_candidate: bool | None = None,
    ) -> FileResult:
        """Check the file at absolute `path`; reports call it `shown_as`.

        A file without a needle is only tried for whether it parses, and not even that with
        `parses_all=False`; `is_candidate` says whether it is one, where that is known. Whatever
        the bytes are, the answer is a FileResult.
        """
        if is_candidate is None:
            is_candidate = self.screen.is_candidate(data)
        try:
            if not is_candidate and (self.needles is not None or self.screen.is_closed(path, data)):
                if parses_all and not _surely_parses(data):
                    SourceFile.from_bytes(shown_as, data).parse()
                return FileResult(shown_as)
            source = SourceFile.from_bytes(shown_as, data)
            if (
                not parses_all
                and self.needles is not None
                and not self.screen.can_break(path, source, data)
            ):
                return self.texts.check_python(path, source)
            try:
                tree = source.parse()
            except SourceError as error:
                is_told = is_candidate or parses_all
                return self.analysis.check_broken(path, source, error, is_told=is_told)
            return self.check_tree(path, source, tree)
        except SourceError as error:
            if not is_candidate and not parses_all:
                return FileResult(shown_as)
            return FileResult(shown_as, error=file_error(shown_as, error))
        except RecursionError:
            return FileResult(shown_as, error=file_error(shown_as, TOO_DEEP))

    def check_tree(
        self, path: str, source: SourceFile, tree: ast.Module, *, with_noqa: bool = True
    ) -> FileResult:
        """Check a parsed file; `with_noqa=False` leaves `# noqa` to the caller."""
        if self._sights is not None:
            seen = self._sights.recall(path, source, tree)
            if seen is not None:
                return seen
        if self.needles is None and not self.screen.may_matter(
            path, source, tree, with_noqa=with_noqa
        ):
            if not self.reads_texts:
                return FileResult(source.path)
            return self.texts.check_python(path, source, with_noqa=with_noqa)
        return self.analysis.check_tree(path, source, tree, with_noqa=with_noqa)


def _surely_parses(data: bytes) -> bool:
    """Whether Python accepts a file; its symbol table costs half of what a tree does.

    It refuses some files that do parse (a `nonlocal` at module level), so that a refusal
    is only a reason to parse.
    """
    import symtable

    try:
        if not data.isascii():
            data.decode("utf-8")  # which it does not ask of comments
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a file's string escapes are worth is not asked
            symtable.symtable(data, "<file>", "exec")  # type: ignore[arg-type]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
