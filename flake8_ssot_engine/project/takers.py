"""Takers: the files that may take some name from a module, in whatever way."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules, is_package_file, read_module


def find_takers(
    paths: Iterable[str], modules: Modules, names: Collection[QualifiedName]
) -> dict[QualifiedName, list[str]]:
    """Return, for those of some module attributes that other files may ask for, these files.

    A file that spells both the module and the name may: by an import, an attribute, a string, or
    in a way that nobody can follow. Of what a package has, the name alone is enough, for what
    lies below it need not spell the package.
    """
    homes = {name: modules.file_of(name.parent) for name in names}
    by_words: defaultdict[tuple[str, ...], list[QualifiedName]] = defaultdict(list)
    for name, home in homes.items():
        is_package = home is not None and is_package_file(home)
        by_words[(name.last,) if is_package else (name.parent.last, name.last)].append(name)
    searches = {
        words: tuple(
            re.compile(rf"\b{re.escape(word)}\b".encode("utf-8", "surrogatepass")) for word in words
        )
        for words in by_words
    }
    found: dict[QualifiedName, list[str]] = {}
    for path in paths if searches else ():
        try:
            data = read_module(path)
        except (OSError, SourceError):
            continue
        for words, patterns in searches.items():
            if all(pattern.search(data) for pattern in patterns):
                for name in by_words[words]:
                    if homes[name] != path:
                        found.setdefault(name, []).append(path)
    return found
