"""Screening: whether a file can hold a violation, as its text and its imports alone tell.

Each answer may be a yes too many, which costs time, and never a no too many.
"""

from __future__ import annotations

import ast
import re
from functools import partial

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.suppressions import names_our_codes, wants
from flake8_ssot_engine.names import QualifiedName, package_of
from flake8_ssot_engine.project.doors import Doors, imports_of
from flake8_ssot_engine.project.modules import is_package_file
from flake8_ssot_engine.project.prefilter import Needles, Prefilter, Ways, Words, words_of
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.semantics.import_texts import imports_in
from flake8_ssot_engine.semantics.lazy_exports import HOOK
from flake8_ssot_engine.semantics.strings import CALLED, READERS
from flake8_ssot_engine.source import SourceFile

_ASSIGNS = re.compile(r"[\s\\]*(?::[^=\n]*)?=(?!=)")


class Screen:
    """Screens the files that one configuration holds for.

    `words` are those by which code names what matters, for whoever looks into a file.
    """

    def __init__(self, settings: Settings, needles: Needles | None, reexports: Reexports) -> None:
        self._settings = settings
        self._reexports = reexports
        self.prefilter = Prefilter(settings.index, needles)
        self._doors = Doors(settings.index, reexports, needles)
        reads = READERS | {HOOK} | {name.last for name in settings.string_calls}
        self._reading = sorted(reads)
        self._reads = re.compile(rf"\b(?:{'|'.join(self._reading)})\b")
        # Without needles nobody knows by what names a string may lead to what has moved.
        called = reads | CALLED if needles is None else reads
        self.words = words_of(settings.index, needles) | called
        self._olds: Words[str] = Words({move.old.last for _, move in settings.index}, str)
        self.judges_suppressions = wants(settings) is not None

    def is_candidate(self, data: bytes) -> bool:
        """Whether the bytes of a file spell anything that matters."""
        return self.prefilter.passes(data) or (self.judges_suppressions and names_our_codes(data))

    def can_break(self, path: str, source: SourceFile, data: bytes) -> bool:
        """Whether a candidate can hold a violation, where the needles of the project are known."""
        text = source.text
        module = self._reexports.modules.name_of(path)
        if text.count("\r") != text.count("\r\n"):
            return True  # here, lines are taken to end with a line feed
        if self.judges_suppressions and names_our_codes(data):
            return True
        ways = self.prefilter.ways_in(text)
        if self._breaks_by_itself(text, module, ways):
            return True
        by_name = any("." not in path for path in ways.paths)
        if by_name and self._reads.search(text):
            return True
        imports = imports_in(text)
        package = package_of(module, is_package=is_package_file(path))
        return imports is None or self._doors.may_be_passed(
            imports,
            package,
            asks_modules=ways.by_attribute or by_name,
            assigns_old=partial(self._assigns_old, text),
        )

    def may_matter(self, path: str, source: SourceFile, tree: ast.Module) -> bool:
        """Whether a file can hold a violation, without a search of the project for needles."""
        text = source.text
        if any(word in text for word in self._reading) and self._reads.search(text):
            return True
        module = self._reexports.modules.name_of(path)
        if self.prefilter.passes_text(text) and self._breaks_by_itself(
            text, module, self.prefilter.ways_in(text)
        ):
            return True
        package = package_of(module, is_package=is_package_file(path))
        return self._doors.may_be_passed(imports_of(tree), package)

    def _breaks_by_itself(self, text: str, module: QualifiedName, ways: Ways) -> bool:
        """Whether a file can hold a violation whatever it imports."""
        if HOOK in text or self._settings.index.is_relevant(module):
            return True
        return ways.by_itself or any(map(self._is_moved_path, ways.paths))

    def _is_moved_path(self, path: str) -> bool:
        name = QualifiedName(path.split("."))
        if len(name) == 1:  # a module at the top; else it is asked for in something else
            return self._settings.index.match(name) is not None
        return self._doors.leads(name, asks_modules=False)

    def _assigns_old(self, text: str) -> bool:
        """Whether a file may give something the name of what moved, by an assignment."""
        return any(_ASSIGNS.match(text, word.end) for word in self._olds.find_in(text))
