"""Deprecations of a project: what its files say must no longer be used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import (
    Modules,
    is_package_file,
    module_name,
)
from flake8_ssot_engine.project.parallel import parallel_map
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.deprecations import Deprecation, find_deprecated
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.source import SourceFile

_CHUNK = 128
_STEMS = (b"eprecat", b"EPRECAT")
_NEEDLE = re.compile(
    rb"DeprecationWarning|DEPRECATED|\.\. deprecated::|@[^\n]*deprecated|\bdeprecated\s+as\b"
    rb"|\.deprecated\b|[\"'][^\w\n]*\s*Deprecated\b"
)
"""Without one of these, a file says of nothing that it is deprecated."""


class Found(NamedTuple):
    """What the file at an absolute path, the module `module`, says is deprecated."""

    path: str
    module: QualifiedName
    deprecations: tuple[Deprecation, ...]


def find_deprecations(
    files: Sequence[str], source_roots: tuple[str, ...], *, jobs: int
) -> list[Found]:
    """Return what files at absolute paths say, without those that say nothing.

    A file that cannot be read or parsed says nothing.
    """
    tasks = [
        _Task(tuple(files[at : at + _CHUNK]), source_roots) for at in range(0, len(files), _CHUNK)
    ]
    return [found for chunk in parallel_map(_find_in_chunk, tasks, jobs=jobs) for found in chunk]


class _Task(NamedTuple):
    files: tuple[str, ...]
    source_roots: tuple[str, ...]


def _find_in_chunk(task: _Task) -> list[Found]:
    reexports = Reexports(Modules(task.source_roots))
    found = []
    for path in task.files:
        try:
            data = read_regular(path)
            is_candidate = any(stem in data for stem in _STEMS) and _NEEDLE.search(data)
            told = _find_in_file(path, data, reexports) if is_candidate else None
        except (OSError, SourceError):
            continue
        if told is not None and told.deprecations:
            found.append(told)
    return found


def _find_in_file(path: str, data: bytes, reexports: Reexports) -> Found:
    source = SourceFile.from_bytes(path, data)
    tree = source.parse()
    module = module_name(path, reexports.modules.roots)
    model = partial(
        SemanticModel,
        source,
        tree,
        module,
        is_package=is_package_file(path),
        public_names=reexports.modules.public_names,
    )
    return Found(path, module, tuple(find_deprecated(tree, module, model, reexports.reach)))
