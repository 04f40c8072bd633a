"""Modules of the past: found and read in a snapshot, each distinct content once."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules, parse_exports
from flake8_ssot_engine.project.snapshots import Snapshot
from flake8_ssot_engine.semantics.definition_texts import DefinitionText

if TYPE_CHECKING:
    from flake8_ssot_engine.semantics.exports import Exports

_Key = tuple[str, QualifiedName, str]


class Readings:
    """What was read of modules, for all snapshots of a project.

    What the stars in a module bring is asked of the snapshot that is looked at, `current`.
    """

    def __init__(self) -> None:
        self.exports: dict[_Key, Exports] = {}
        self.errors: dict[_Key, SourceError] = {}
        self.texts: dict[str, DefinitionText] = {}
        self.current: PastModules | None = None

    def public_names(self, module: QualifiedName) -> frozenset[str] | None:
        """Return what a star import of a module brings; None if it cannot be known."""
        assert self.current is not None
        return self.current.public_names(module)


class PastModules(Modules):
    """The modules of a snapshot."""

    def __init__(self, roots: Iterable[str], snapshot: Snapshot, readings: Readings) -> None:
        super().__init__(roots)
        self._snapshot = snapshot
        self._readings = readings

    def is_package(self, folder: str) -> bool:
        """Whether an absolute folder has an `__init__` file."""
        entries = self._snapshot.folder(folder) or ()
        return "__init__.py" in entries or "__init__.pyi" in entries

    def is_file(self, path: str) -> bool:
        """Whether there is a file at an absolute path."""
        return self._snapshot.is_file(path)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder at an absolute path."""
        return self._snapshot.is_folder(path)

    def content_of(self, path: str) -> bytes:
        """Return the bytes of a file. Raises OSError."""
        data = self._snapshot.content(path)
        if data is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return data

    def definitions_in(self, path: str) -> DefinitionText:
        """Read the definitions in a file from its text. Raises SourceError, and OSError."""
        name = self._snapshot.file(path) or ""
        if name not in self._readings.texts:
            self._readings.texts[name] = super().definitions_in(path)
        return self._readings.texts[name]

    def parse(self, path: str, module: QualifiedName | None) -> Exports:
        """Parse the file at an absolute path. Raises SourceError, and OSError."""
        name = self.name_of(path) if module is None else module
        key = (path, name, self._snapshot.file(path) or "")
        readings = self._readings
        if key in readings.errors:
            raise readings.errors[key]
        if key not in readings.exports:
            text = self.definitions_in(path)
            try:
                readings.exports[key] = parse_exports(
                    path, text, self.roots, module=name, public_names=readings.public_names
                )
            except SourceError as error:
                readings.errors[key] = error
                raise
        return readings.exports[key]
