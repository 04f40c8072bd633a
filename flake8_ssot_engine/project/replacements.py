"""Replacements: what a deprecation message tells to use instead, where that exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.project.signatures import Signatures

_NAME = r"[^\W\d]\w*"
_DOTTED = rf"{_NAME}(?:\.{_NAME})*"
_SENTENCES = re.compile(r"(?<=[.;!])\s+|\s+-\s+")
_CUE = re.compile(
    r"\b(?:use|uses|using|used|moved?|migrated?|replaced?|replacement|favou?r|instead|superseded"
    r"|renamed|prefer|import|alias)\b",
    re.IGNORECASE,
)
_NOT_THAT = re.compile(
    rf"\b(?:instead of|rather than|replaces|replacing|formerly|subclass(?:es)? of)\s+\W*{_DOTTED}",
    re.IGNORECASE,
)
_IMPORT = re.compile(rf"from\s+[`'\"]*({_DOTTED})[`'\"]*\s+import\s+({_NAME})")
_OUT_OF = re.compile(rf"({_NAME})[`'\"]*\s+(?:from|in)\s+[`'\"]*({_NAME}(?:\.{_NAME})+)")
_PATH = re.compile(rf"(?<![\w./@]){_NAME}(?:\.{_NAME})+(?P<call>\([^)\s])?")
_WORD = re.compile(
    rf"(?:\b(?:use|using|with|by|to|of|prefer)\s+(?:the\s+|:\w+:)?[`'\"]*|[`'\"])"
    rf"({_NAME})(?P<call>\([^)\s]|[`'\"()]*\s+(?:via|through)\b)?",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    rf"[`'\"]*(?:\(\))?[`'\"]*(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+|\s*/\s*)"
    rf"(?:the\s+|:\w+:)?[`'\"]*({_NAME})"
)


class Replacements:
    """Looks for what messages name, as far as it is defined in the project."""

    def __init__(self, reexports: Reexports) -> None:
        self._reexports = reexports
        self._modules = reexports.modules
        self._signatures = Signatures(reexports.modules)

    def named_in(self, message: str, old: QualifiedName) -> QualifiedName | None:
        """Return the one thing, of the kind of `old`, that a message tells to use instead of it.

        None where there is none, or a choice, where not all calls of the old are calls of the new,
        or where the message shows a call with arguments, as if more than the name changed.
        """
        found: dict[QualifiedName, None] = {}
        for sentence in _SENTENCES.split(message):
            if _CUE.search(sentence):
                for text, is_call in _spelled(_NOT_THAT.sub("", sentence)):
                    home = self._find(text, old)
                    if home is not None and is_call:
                        return None
                    if home is not None and self._is_file(home) is self._is_file(old):
                        found[home] = None
        own = self._reexports.home(old)
        others = [home for home in found if home not in (old, own)]
        if len(others) != 1 or not self._are_alike(others[0], old):
            return None
        return others[0] if own is None or self._is_drop_in(others[0], own) else None

    def is_made_of(self, new: QualifiedName, old: QualifiedName) -> bool:
        """Whether `old` is `new` by another name, derives from it, or hands its calls on to it."""
        home = self._reexports.home(old)
        return home == new or (home is not None and self._signatures.is_made_of(new, home))

    def _is_drop_in(self, new: QualifiedName, old: QualifiedName) -> bool:
        return self._is_file(old) or self._signatures.is_drop_in(new, old)

    def _find(self, text: str, old: QualifiedName) -> QualifiedName | None:
        """Return where what is spelled so, as seen from the module of `old`, really lives."""
        name = QualifiedName(text.split("."))
        module, attributes = self._modules.split(old)
        packages = [QualifiedName(module[:end]) for end in range(len(module), -1, -1)]
        if not attributes and len(name) == 1:
            return None  # a word in the text of a module
        for package in packages if len(name) == 1 else reversed(packages):
            full = package.child(*name)
            if self._modules.file_of(full) is not None or self._modules.binds(full):
                return self._reexports.home(full)
            if len(name) == 1:
                return None
        return None

    def _are_alike(self, one: QualifiedName, other: QualifiedName) -> bool:
        kinds = self._reexports.kinds_of(other)
        if not kinds:
            return self._is_file(one) and self._is_file(other)
        return self._reexports.kinds_of(one) == kinds

    def _is_file(self, name: QualifiedName) -> bool:
        return self._modules.file_of(name) is not None


def _spelled(sentence: str) -> Iterator[tuple[str, bool]]:
    """Yield what a sentence names in any of several ways, and whether as a call with arguments."""
    for match in _IMPORT.finditer(sentence):
        yield f"{match[1]}.{match[2]}", False
    for match in _OUT_OF.finditer(sentence):
        yield f"{match[2]}.{match[1]}", False
    for match in _PATH.finditer(sentence):
        yield match[0].removesuffix(match["call"] or ""), match["call"] is not None
    for match in _WORD.finditer(sentence):
        yield match[1], match["call"] is not None
        end = match.end(1)
        while another := _ANOTHER.match(sentence, end):
            yield another[1], False
            end = another.end()
