"""Modules on disk: from a qualified name to its file, and to what that file binds."""

from __future__ import annotations

import os
from collections.abc import Iterable

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName, module_of_path
from flake8_ssot_engine.semantics.bindings import Binding
from flake8_ssot_engine.semantics.flow import Branch, Point, Region, reaching
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.source import SourceFile


def is_regular_package(folder: str) -> bool:
    """Whether a folder has an `__init__` file."""
    return any(os.path.exists(os.path.join(folder, f"__init__{end}")) for end in (".py", ".pyi"))


def module_name(path: str, source_roots: Iterable[str]) -> QualifiedName:
    """Name the module that the file at an absolute path is."""
    return module_of_path(path, source_roots, is_regular_package=is_regular_package)


class Modules:
    """The modules below some source roots; each is read once in the life of this object."""

    def __init__(self, source_roots: Iterable[str]) -> None:
        self._roots = tuple(source_roots)
        self._models: dict[str, SemanticModel] = {}

    def file_of(self, module: QualifiedName) -> str | None:
        """Return the file of a module; a package before a module of the same name, as in Python."""
        for root in self._roots:
            base = os.path.join(root, *module)
            for path in (os.path.join(base, "__init__.py"), f"{base}.py"):
                if os.path.isfile(path):
                    return path
        return None

    def model_of(self, path: str) -> SemanticModel:
        """Read and bind the file at an absolute path. Raises SourceError, and OSError."""
        if path not in self._models:
            self._models[path] = self._read(path)
        return self._models[path]

    def _read(self, path: str) -> SemanticModel:
        with open(path, "rb") as file:
            source = SourceFile.from_bytes(path, file.read())
        try:
            tree = source.parse()
            is_package = os.path.basename(path) == "__init__.py"
            module = module_name(path, self._roots)
            return SemanticModel(source, tree, module, is_package=is_package)
        except RecursionError:
            raise SourceError("is nested too deeply") from None


def exported(model: SemanticModel, name: str) -> list[Binding]:
    """Return the bindings of a module's name that may be in force once it has run."""
    bindings = model.scopes[0].bindings.get(name, [])
    end = Point(2**62, _root_of(bindings[0].point.branch)) if bindings else None
    return reaching(bindings, end)[0] if end else []


def _root_of(branch: Branch) -> Branch:
    while branch.parent is not None:
        branch = branch.parent
    assert branch.region is Region.ROOT
    return branch
