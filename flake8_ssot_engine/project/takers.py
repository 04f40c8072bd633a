"""Takers: the files that may take some name from a module, in whatever way."""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Collection, Iterable

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules, is_package_file

_HEAD = 512
"""The bytes in which the first two lines may name an encoding (PEP 263)."""


def find_takers(
    paths: Iterable[str], modules: Modules, names: Collection[QualifiedName]
) -> dict[QualifiedName, list[str]]:
    """Return, for those of some module attributes that other files may ask for, these files.

    A file that spells both the module and the name may: by an import, an attribute, a string, or
    in a way that nobody can follow. Of what a package has, the name alone is enough, for what
    lies below it need not spell the package.
    """
    homes = {name: modules.file_of(name.parent) for name in names}
    wanted: defaultdict[_Word, defaultdict[_Word, list[QualifiedName]]]
    wanted = defaultdict(lambda: defaultdict(list))
    words = {word: _Word(word) for name in names for word in (name.last, *name.parent[-1:], "")}
    for name, home in homes.items():
        is_package = not name.parent or (home is not None and is_package_file(home))
        owner = "" if is_package else name.parent.last
        wanted[words[name.last]][words[owner]].append(name)
    found: dict[QualifiedName, list[str]] = {}
    for path in paths if names else ():
        try:
            data = modules.content_of(path)
        except (OSError, SourceError):
            continue
        for last, by_owner in wanted.items():
            if not last.is_in(data):
                continue
            for module, every in by_owner.items():
                if module.is_in(data):
                    for name in every:
                        if homes[name] != path:
                            found.setdefault(name, []).append(path)
    return found


class _Word:
    """A word to search files for; the empty one is in each."""

    def __init__(self, text: str) -> None:
        self._spelled = text.encode("utf-8", "surrogatepass")
        self._is_ascii = text.isascii()

    def is_in(self, data: bytes) -> bool:
        if not self._is_ascii and b"coding" in data[:_HEAD]:  # it may be spelled otherwise there
            return True
        if not self._spelled:
            return True
        at = data.find(self._spelled)  # a pattern that looks behind takes four times as long
        while at >= 0:
            end = at + len(self._spelled)
            if _IN_WORDS.isdisjoint((*data[max(at - 1, 0) : at], *data[end : end + 1])):
                return True
            at = data.find(self._spelled, end)
        return False


_IN_WORDS = frozenset(b"_" + string.ascii_letters.encode() + string.digits.encode()).union(
    range(0x80, 0x100)  # of UTF-8, each byte above ASCII may belong to a letter
)
