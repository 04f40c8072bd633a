"""Takers: the modules that take some name from another, found without the moves in mind."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName, absolute_module, package_of
from flake8_ssot_engine.project.modules import is_package_file, module_name, read_module
from flake8_ssot_engine.source import SourceFile


def find_takers(
    paths: Iterable[str], source_roots: Iterable[str], names: Collection[QualifiedName]
) -> dict[QualifiedName, str]:
    """Return, for those of some module attributes that a file imports, which file that is.

    `from module import name` and `module.name` after an `import module` count, and a star
    import of the module. Files that cannot be read or parsed take nothing.
    """
    roots = tuple(source_roots)
    wanted = set(names)
    modules = {name.parent.last for name in wanted if len(name) > 1}
    word = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(modules)))})\b".encode())
    found: dict[QualifiedName, str] = {}
    for path in paths if modules else ():
        try:
            data = read_module(path)
            if b"import" not in data or word.search(data) is None:
                continue
            tree = SourceFile.from_bytes(path, data).parse()
        except (OSError, SourceError):
            continue
        module = module_name(path, roots)
        package = package_of(module, is_package=is_package_file(path))
        for name in _taken(tree, package) & wanted:
            if name.parent != module:
                found.setdefault(name, f"{path} takes `{name}` from there")
        stars = {name for name in _taken(tree, package) if name.last == "*"}
        for name in wanted:
            if name.parent.child("*") in stars:
                found.setdefault(name, f"{path} has a star import of it")
    return found


def _taken(tree: ast.Module, package: QualifiedName) -> set[QualifiedName]:
    found: set[QualifiedName] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = absolute_module(package, node.level, node.module)
            if module is not None:
                found.update(module.child(alias.name) for alias in node.names)
        elif isinstance(node, ast.Attribute):
            parts: list[str] = []
            part: ast.expr = node
            while isinstance(part, ast.Attribute):
                parts.append(part.attr)
                part = part.value
            if isinstance(part, ast.Name):
                found.add(QualifiedName((part.id, *reversed(parts))))
    return found
