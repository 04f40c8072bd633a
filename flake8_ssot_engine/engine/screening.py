"""Screening: whether a file can hold a violation, as its text and its imports alone tell.

Each answer may be a yes too many, which costs time, and never a no too many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName, package_of
from flake8_ssot_engine.project.doors import Doors
from flake8_ssot_engine.project.modules import is_package_file
from flake8_ssot_engine.project.prefilter import Needles, Prefilter, Ways, Words, words_of
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.semantics.import_texts import ImportText, imports_in
from flake8_ssot_engine.semantics.string_calls import CALLED, READERS
from flake8_ssot_engine.semantics.words import HOOK
from flake8_ssot_engine.source import SourceFile

if TYPE_CHECKING:
    import ast

_ASSIGNS = re.compile(r"[\s\\]*(?::[^=\n]*)?=(?!=)")
_IN_BYTES = (re.compile(rb"SSOT[0-9]"), re.compile(rb"(?i:noqa):[^\r\n]*SSOT[0-9]"))
"""The first is several times faster than the second, and most files have no match of it."""
UNUSED = "SSOT009"
"""The code of suppressions without use, for which files without a needle are looked at."""


def names_our_codes(data: bytes) -> bool:
    """Whether a file may name one of our codes in a `# noqa`."""
    return b"SSOT" in data and all(pattern.search(data) for pattern in _IN_BYTES)


def wants(settings: Settings) -> Callable[[bytes], bool] | None:
    """Return what tells whether a file is to be looked at though it names nothing of a move."""
    # Of one migration's violations alone it cannot be told what suppresses something.
    is_judged = settings.selects(UNUSED) and not settings.only_migration
    return names_our_codes if is_judged else None


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

    def is_closed(self, path: str, data: bytes) -> bool:
        """Whether a file that is no candidate holds no violation, as its text alone tells.

        That is asked where nobody has searched the project for needles.
        """
        try:
            text = SourceFile.from_bytes(path, data).text
        except SourceError:
            return False
        if self.prefilter.passes_text(text):  # in an encoding that hides it
            return False
        return not self._may_matter(path, text, lambda: imports_in(text))

    def may_matter(
        self, path: str, source: SourceFile, tree: ast.Module, *, with_noqa: bool = True
    ) -> bool:
        """Whether a file can hold a violation, without a search of the project for needles.

        One of suppressions as well, but for `with_noqa=False`.
        """
        from flake8_ssot_engine.semantics.import_statements import imports_of

        if with_noqa and self.judges_suppressions and "SSOT" in source.text:
            return True
        return self._may_matter(path, source.text, lambda: imports_of(tree))

    def _may_matter(
        self, path: str, text: str, imports: Callable[[], Iterable[ImportText] | None]
    ) -> bool:
        if any(word in text for word in self._reading) and self._reads.search(text):
            return True
        module = self._reexports.modules.name_of(path)
        if self.prefilter.passes_text(text) and self._breaks_by_itself(
            text, module, self.prefilter.ways_in(text)
        ):
            return True
        package = package_of(module, is_package=is_package_file(path))
        made_out = imports()
        return made_out is None or self._doors.may_be_passed(made_out, package)

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
