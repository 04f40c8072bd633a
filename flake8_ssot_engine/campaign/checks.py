"""Checks: what every phase must pass, beside the commands that it declares.

They look at the disk, and trust nothing of what planned and proved the changes.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from flake8_ssot_engine.campaign.journal import Change
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName, package_of
from flake8_ssot_engine.project.modules import (
    Modules,
    is_package_file,
    module_name,
    parse_exports,
)
from flake8_ssot_engine.project.needles import modules_below
from flake8_ssot_engine.project.takers import find_takers
from flake8_ssot_engine.source import SourceFile


class Complaint(NamedTuple):
    """What is wrong with a file, by its absolute path."""

    path: str
    message: str


def not_as_written(changes: Iterable[Change]) -> list[Complaint]:
    """Return the files that do not hold what the phase made of them."""
    found = []
    for change in changes:
        try:
            with open(change.path, "rb") as file:
                now: bytes | None = file.read()
        except FileNotFoundError:
            now = None
        except OSError as error:
            found.append(Complaint(change.path, f"cannot be read: {error.strerror or error}"))
            continue
        if now != change.after:
            told = "was not written" if now == change.before else "was edited"
            found.append(Complaint(change.path, "was deleted" if now is None else told))
    return found


def not_compiling(changes: Iterable[Change]) -> list[Complaint]:
    """Return the changed files that do not compile on this Python, and did before."""
    found = []
    for change in changes:
        if change.after is None:
            continue
        told = _compile_error(change.path, change.after)
        if told and not _compile_error(change.path, change.before):
            found.append(Complaint(change.path, told))
    return found


def broken_imports(changes: Sequence[Change], source_roots: Sequence[str]) -> list[Complaint]:
    """Return the imports that led somewhere in the project before some changes and now do not.

    The changes are on the disk. Those of other packages are not looked at, nor files that do not
    parse.
    """
    contents = {
        path: change.before
        for change in changes
        for path in (change.path, os.path.realpath(change.path))
    }
    before = Modules(source_roots, contents)
    after = Modules(source_roots)
    found = []
    for path in _files_concerned(changes, after, source_roots):
        was = _unresolved(path, before, source_roots)
        found += [
            Complaint(path, f"`{told}` does not resolve any more")
            for told in sorted(_unresolved(path, after, source_roots) - was)
        ]
    return found


def _compile_error(path: str, data: bytes) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(data, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"does not compile: {error}"
    return ""


def _files_concerned(
    changes: Sequence[Change], modules: Modules, source_roots: Sequence[str]
) -> list[str]:
    """Return the changed files that there still are, and those that may take what they lost."""
    lost: set[QualifiedName] = set()
    for change in changes:
        module = module_name(change.path, source_roots)
        names = _bound_names(change.path, change.before, source_roots)
        if change.after is None:
            lost.add(module)
        else:
            names -= _bound_names(change.path, change.after, source_roots)
        lost.update(module.child(name) for name in names)
    paths = sorted({path for root in source_roots for path in modules_below(root)})
    takers = find_takers(paths, modules, lost) if lost else {}
    own = {change.path for change in changes if change.after is not None}
    return sorted(own.union(*takers.values()))


def _bound_names(path: str, data: bytes, source_roots: Sequence[str]) -> set[str]:
    try:
        return set(parse_exports(path, data, source_roots).names())
    except SourceError:
        return set()


def _unresolved(path: str, modules: Modules, source_roots: Sequence[str]) -> set[str]:
    """Return the imports of a file that name what the project does not have, spelled out."""
    try:
        tree = SourceFile.from_bytes(path, modules.content_of(path)).parse()
    except (OSError, SourceError, RecursionError):
        return set()
    package = package_of(module_name(path, source_roots), is_package=is_package_file(path))
    return {told for told, resolves in _imports(tree, package, modules) if not resolves}


def _imports(
    tree: ast.Module, package: QualifiedName, modules: Modules
) -> Iterator[tuple[str, bool]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = QualifiedName(alias.name.split("."))
                yield f"import {name}", not _is_ours(name, modules) or modules.is_module(name)
        elif isinstance(node, ast.ImportFrom):
            home = _home(node, package)
            for alias in node.names:
                name = home if alias.name == "*" else home.child(alias.name)
                yield f"from {home} import {alias.name}", _is_offered(name, modules)


def _home(node: ast.ImportFrom, package: QualifiedName) -> QualifiedName:
    """Return the module that an import is from; empty for one above the top package."""
    parts = node.module.split(".") if node.module else []
    if not node.level:
        return QualifiedName(parts)
    above = package[: len(package) - node.level + 1] if node.level <= len(package) else ()
    return QualifiedName((*above, *parts)) if above else QualifiedName(())


def _is_ours(name: QualifiedName, modules: Modules) -> bool:
    return modules.is_module(QualifiedName(name[:1]))


def _is_offered(name: QualifiedName, modules: Modules) -> bool:
    if not _is_ours(name, modules):
        return True
    module, attributes = modules.split(name)
    if not attributes:
        return True
    every = modules.exports_of(module)
    return len(attributes) == 1 and any(e.is_open or e.targets(attributes[0]) for e in every)
