"""Modules on disk: from a qualified name to its files, and to what they export."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName, module_of_path, package_of
from flake8_ssot_engine.project.cycles import AcyclicMemo
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.definition_texts import DefinitionText
from flake8_ssot_engine.source import SourceFile

if TYPE_CHECKING:
    import ast

    from flake8_ssot_engine.semantics.exports import Exports
    from flake8_ssot_engine.semantics.resolver import PublicNames

_NO_NAMES: frozenset[str] = frozenset()
_FEW = 4
"""Texts of modules that are kept: most of what is asked is asked of the homes of what moves."""


def is_regular_package(folder: str) -> bool:
    """Whether a folder has an `__init__` file."""
    return any(os.path.exists(os.path.join(folder, f"__init__{end}")) for end in (".py", ".pyi"))


def is_package_file(path: str) -> bool:
    """Whether a file is the `__init__` of a package."""
    return os.path.splitext(os.path.basename(path))[0] == "__init__"


def module_name(path: str, source_roots: Iterable[str]) -> QualifiedName:
    """Name the module that the file at an absolute path is."""
    return module_of_path(path, source_roots, is_regular_package=is_regular_package)


class _Place(NamedTuple):
    """Where a module is: its files, the source before the stub, and where its submodules are."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


class Modules:
    """The modules below some source roots; each is looked for and read once.

    A module is found as Python's path finder does it (The Python Language Reference, "The
    import system"): root by root, a regular package before a module of the same name, and
    a folder without `__init__` (PEP 420) only where no root has either. `contents` are those
    that files, by their absolute paths, are taken to have instead of what is on the disk.
    """

    def __init__(
        self, source_roots: Iterable[str], contents: Mapping[str, bytes] = MappingProxyType({})
    ) -> None:
        self.roots = tuple(source_roots)
        self._contents = contents
        self._places: dict[QualifiedName, _Place | None] = {}
        self._exports: dict[str, Exports] = {}
        self._texts: dict[str, DefinitionText] = {}  # the last ones that were asked
        self._asked: dict[str, bool] = {}
        self._errors: dict[str, OSError | SourceError] = {}
        self.public_names: AcyclicMemo[QualifiedName, frozenset[str] | None]
        self.public_names = AcyclicMemo(self._public_names, _NO_NAMES)

    def file_of(self, module: QualifiedName) -> str | None:
        """Return the file of a module; None for one that is not below the roots or has none."""
        place = self._place_of(module)
        return place.files[0] if place and place.files else None

    def is_module(self, name: QualifiedName) -> bool:
        """Whether a name is a module or a package, namespace packages included."""
        return self._place_of(name) is not None

    def binds(self, name: QualifiedName) -> bool:
        """Whether the module that a name starts with binds what follows; False for a module."""
        module, attributes = self.split(name)
        return bool(attributes) and any(
            exports.targets(attributes[0]) for exports in self.exports_of(module)
        )

    def split(self, name: QualifiedName) -> tuple[QualifiedName, tuple[str, ...]]:
        """Split a name into the longest module that exists and the attributes after it."""
        for end in range(len(name), 0, -1):
            if self._place_of(QualifiedName(name[:end])) is not None:
                return QualifiedName(name[:end]), name[end:]
        return QualifiedName(()), tuple(name)

    @property
    def consulted(self) -> dict[str, bool]:
        """The files that were looked into for what they export, and whether that went well."""
        return {
            **self._asked,
            **dict.fromkeys(self._exports, True),
            **dict.fromkeys(self._errors, False),
        }

    def surely_defines(self, module: QualifiedName, name: str) -> bool:
        """Whether all that a module binds a name to is a definition of its own, without a parse."""
        path = self.file_of(module)
        if path is None or path in self._exports or path in self._errors:
            return False
        try:
            text = self._texts.pop(path, None) or self.definitions_in(path)
        except (OSError, SourceError):
            return False
        self._texts[path] = text
        self._asked[path] = True
        if len(self._texts) > _FEW:
            del self._texts[next(iter(self._texts))]
        return text.surely_defines(name)

    def definitions_in(self, path: str) -> DefinitionText:
        """Read the definitions in a file from its text. Raises SourceError, and OSError."""
        return DefinitionText(self.content_of(path))

    def exports_of(self, module: QualifiedName) -> list[Exports]:
        """Return what a module exports: by its source, then by the stub beside it.

        A file that cannot be read or parsed exports nothing that could be known.
        """
        place = self._place_of(module)
        found = []
        for path in place.files if place else ():
            try:
                found.append(self.read(path, module))
            except (OSError, SourceError):
                continue
        return found

    def read(self, path: str, module: QualifiedName | None = None) -> Exports:
        """Read the file at an absolute path. Raises SourceError, and OSError."""
        if path in self._errors:
            raise self._errors[path]
        if path not in self._exports:
            try:
                self._exports[path] = self.parse(path, module)
            except (OSError, SourceError) as error:
                self._errors[path] = error
                raise
        return self._exports[path]

    def name_of(self, path: str) -> QualifiedName:
        """Name the module that the file at an absolute path is."""
        return module_of_path(path, self.roots, is_regular_package=self.is_package)

    def is_package(self, folder: str) -> bool:
        """Whether an absolute folder has an `__init__` file."""
        return is_regular_package(folder)

    def is_file(self, path: str) -> bool:
        """Whether there is a file at an absolute path."""
        return path in self._contents or os.path.isfile(path)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder at an absolute path."""
        return os.path.isdir(path)

    def content_of(self, path: str) -> bytes:
        """Return the bytes of a file. Raises SourceError, and OSError."""
        known = self._contents.get(path)
        return read_regular(path) if known is None else known

    def parse(self, path: str, module: QualifiedName | None) -> Exports:
        """Parse the file at an absolute path, whatever is remembered of it. Raises as `read`."""
        name = self.name_of(path) if module is None else module
        text = self._texts.pop(path, None) or self.definitions_in(path)
        return parse_exports(path, text, self.roots, module=name, public_names=self.public_names)

    def _public_names(self, module: QualifiedName) -> frozenset[str] | None:
        """Return what a star import of a module brings; None if it cannot be known."""
        return next((exports.public() for exports in self.exports_of(module)), None)

    def _place_of(self, module: QualifiedName) -> _Place | None:
        if module not in self._places:
            if not module:
                self._places[module] = _Place((), self.roots)
            else:
                outer = self._place_of(module.parent)
                self._places[module] = outer and self._find(module.last, outer.folders)
        return self._places[module]

    def _find(self, name: str, folders: Sequence[str]) -> _Place | None:
        portions = []
        for folder in folders:
            inner = os.path.join(folder, name)
            package = self._existing(os.path.join(inner, "__init__"))
            if package:
                return _Place(package, (inner,))
            module = self._existing(inner)
            if module:
                return _Place(module, ())
            if self.is_folder(inner):
                portions.append(inner)
        return _Place((), tuple(portions)) if portions else None

    def _existing(self, stem: str) -> tuple[str, ...]:
        paths = (f"{stem}.py", f"{stem}.pyi")
        return tuple(path for path in paths if self.is_file(path))


def parse_exports(
    path: str,
    text: DefinitionText,
    source_roots: Iterable[str],
    *,
    module: QualifiedName | None = None,
    public_names: PublicNames = lambda module: None,
) -> Exports:
    """Parse the file at an absolute path; `module` is its name, where that is known already.

    Raises SourceError; not for what is wrong inside of a function or class. Their bodies, which
    bind nothing of the module, are most of a file, and are not parsed.
    """
    from flake8_ssot_engine.semantics.exports import Exports  # of most, only the place is asked

    source = SourceFile.from_bytes(path, text.data)  # bytes that cannot be decoded count anywhere
    name = module_name(path, source_roots) if module is None else module
    package = package_of(name, is_package=is_package_file(path))
    try:
        source, tree = _parsed(source, text)
        return Exports(tree, source.text, name, package, public_names)
    except RecursionError:
        raise SourceError("is nested too deeply") from None


def _parsed(source: SourceFile, text: DefinitionText) -> tuple[SourceFile, ast.Module]:
    """Parse a file without what its exports cannot depend on, or else whole. Raises SourceError."""
    bare = text.without_bodies()
    if bare is not None:
        with suppress(SourceError):  # it is broken besides, or was not told apart rightly
            part = SourceFile.from_bytes(source.path, bare)
            return part, part.parse()
    return source, source.parse()
