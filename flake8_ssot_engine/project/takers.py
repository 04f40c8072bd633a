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
) -> dict[QualifiedName, str]:
    """Return, for those of some module attributes that a file may ask for, which file that is.

    A file that spells both the module and the name may: by an import, an attribute, a string, or
    in a way that nobody can follow. What a package has, anybody below it may ask for.
    """
    found: dict[QualifiedName, str] = {}
    by_words: defaultdict[tuple[str, str], list[QualifiedName]] = defaultdict(list)
    for name in names:
        file = modules.file_of(name.parent)
        if file is not None and is_package_file(file):
            found[name] = f"others may take `{name}` from the package"
        else:
            by_words[name.parent.last, name.last].append(name)
    own = {name: modules.file_of(name.parent) for name in names}
    searches = {
        words: tuple(re.compile(rf"\b{re.escape(word)}\b".encode()) for word in words)
        for words in by_words
    }
    for path in paths if searches else ():
        try:
            data = read_module(path)
        except (OSError, SourceError):
            continue
        for words, patterns in searches.items():
            if all(pattern.search(data) for pattern in patterns):
                for taken in by_words[words]:
                    if own[taken] != path:
                        found.setdefault(taken, f"{path} may take `{taken}` from there")
    return found
