"""Checks: what every phase must pass, beside the commands that it declares.

They look at the disk, and trust nothing of what planned and proved the changes.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence

from flake8_ssot_engine.campaign.journal import Change
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName, package_of
from flake8_ssot_engine.project.modules import (
    Modules,
    is_package_file,
    module_name,
    parse_exports,
)
from flake8_ssot_engine.project.scan import modules_of
from flake8_ssot_engine.project.takers import find_takers
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.project.writing import read_if_there
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.bindings import ANY_NAME
from flake8_ssot_engine.semantics.definition_texts import DefinitionText
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
            now = read_if_there(change.path)
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
        if change.after is None or is_text(change.path):
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
    changes = [change for change in changes if not is_text(change.path)]
    contents = {
        path: change.before
        for change in changes
        for path in (change.path, os.path.realpath(change.path))
    }
    before = Modules(source_roots, contents)
    after = Modules(source_roots)
    found = []
    for path in _files_concerned(changes, after, source_roots):
        lost = _unresolved(path, after, before) - _unresolved(path, before, before)
        found += [Complaint(path, f"`{told}` does not resolve any more") for told in sorted(lost)]
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
        left = (
            set() if change.after is None else _bound_names(change.path, change.after, source_roots)
        )
        if change.after is None or ANY_NAME in names - left:
            lost.add(module)
        lost.update(module.child(name) for name in names - left - {ANY_NAME})
    takers = find_takers(modules_of(source_roots), modules, lost) if lost else {}
    own = {change.path for change in changes if change.after is not None}
    return sorted(own.union(*takers.values()))


def _bound_names(path: str, data: bytes, source_roots: Sequence[str]) -> set[str]:
    """Return what a module binds, with a star if it may have any other name as well."""
    try:
        exports = parse_exports(path, DefinitionText(data), source_roots)
    except SourceError:
        return set()
    return {*exports.names(), *([ANY_NAME] if exports.is_open else [])}


def _unresolved(path: str, modules: Modules, before: Modules) -> set[str]:
    """Return the imports of a file that name what the project does not have, spelled out.

    What the project had before is its own.
    """
    try:
        tree = SourceFile.from_bytes(path, modules.content_of(path)).parse()
    except (OSError, SourceError, RecursionError):
        return set()
    package = package_of(module_name(path, modules.roots), is_package=is_package_file(path))
    return {
        told
        for told, name, is_whole in _imports(tree, package)
        if before.is_module(QualifiedName(name[:1])) and not _is_there(name, modules, is_whole)
    }


def _imports(tree: ast.Module, package: QualifiedName) -> Iterator[tuple[str, QualifiedName, bool]]:
    """Yield each import as it is spelled, its name, and whether all of that must be modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield f"import {alias.name}", QualifiedName(alias.name.split(".")), True
        elif isinstance(node, ast.ImportFrom):
            home = _home(node, package)
            for alias in node.names:
                is_star = alias.name == "*"
                name = home if is_star else home.child(alias.name)
                yield f"from {home} import {alias.name}", name, is_star


def _home(node: ast.ImportFrom, package: QualifiedName) -> QualifiedName:
    """Return the module that an import is from; empty for one above the top package."""
    parts = node.module.split(".") if node.module else []
    if not node.level:
        return QualifiedName(parts)
    above = package[: len(package) - node.level + 1] if node.level <= len(package) else ()
    return QualifiedName((*above, *parts)) if above else QualifiedName(())


def _is_there(name: QualifiedName, modules: Modules, is_module: bool) -> bool:
    module, attributes = modules.split(name)
    if not attributes:
        return True
    every = modules.exports_of(module)
    is_one = len(attributes) == 1 and not is_module
    return is_one and any(e.is_open or e.targets(attributes[0]) for e in every)
