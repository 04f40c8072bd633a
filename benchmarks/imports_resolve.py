"""The command `python -m benchmarks.imports_resolve`: imports that a change of a tree has broken.

It uses nothing of the package that it judges. Every import statement of every file that parses is
looked up on disk, before and after: its module below the source roots, and the imported name among
what that module binds at its top level. What could be found before has to be found after.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_SKIPPED = {".git", "__pycache__", "node_modules", ".venv", "venv"}
_OPEN = (b"globals()", b"sys.modules[__name__]", b"vars()")
"""A module with one of these in it may bind names that no scan sees."""


class Alias(NamedTuple):
    """One alias as it is spelled; `name` is None in `import module`."""

    line: int
    level: int
    module: str
    name: str | None


class Look(NamedTuple):
    """What a file imports and binds; it may bind any name if it `is_open`."""

    aliases: tuple[Alias, ...]
    bound: frozenset[str]
    is_open: bool


class Import(NamedTuple):
    """One alias of a file, made absolute."""

    path: str
    line: int
    module: str
    name: str | None

    @property
    def statement(self) -> str:
        """The import, spelled out."""
        return f"from {self.module} import {self.name}" if self.name else f"import {self.module}"


class Tree:
    """A tree on disk: its files, its modules by name, and the imports of what parses."""

    def __init__(self, root: Path, source_roots: Iterable[str]) -> None:
        places = [os.path.normpath(place) for place in source_roots]
        self.looks: dict[str, Look | None] = {}
        self.imports: list[Import] = []
        self._modules: dict[str, str] = {}
        self._namespaces: set[str] = set()
        for path in sorted(_python_files(root)):
            look = self.looks[path] = _look_at((root / path).read_bytes())
            # by the longest root that it is below; relative imports start there too
            names = sorted(filter(None, (_module(path, place) for place in places)), key=len)
            for name in names:
                self._modules.setdefault(name, path)
                parts = name.split(".")
                self._namespaces.update(".".join(parts[:n]) for n in range(1, len(parts)))
            for alias in look.aliases if look else ():
                module = _absolute(alias, names[0] if names else "", path)
                self.imports.append(Import(path, alias.line, module, alias.name))

    @property
    def broken(self) -> set[str]:
        """The files that do not parse."""
        return {path for path, look in self.looks.items() if look is None}

    def resolves(self, wanted: Import) -> bool | None:
        """Whether an import can be found; None if nothing of that name is in the tree."""
        path = self._modules.get(wanted.module)
        if path is None and wanted.module not in self._namespaces:
            return False if self._has_module(wanted.module.partition(".")[0]) else None
        if wanted.name in (None, "*") or self._has_module(f"{wanted.module}.{wanted.name}"):
            return True
        if path is None:
            return False
        look = self.looks[path]
        return look is None or look.is_open or wanted.name in look.bound

    def _has_module(self, name: str) -> bool:
        return name in self._modules or name in self._namespaces


def main() -> int:
    """Compare two trees and return the exit code: 1 if an import or a file has been broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports_resolve")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument(
        "--source-root",
        action="append",
        metavar="ROOT",
        help="a folder below both trees where absolute imports start; default: the tree itself",
    )
    options = parser.parse_args()
    start = time.monotonic()
    roots = options.source_root or ["."]
    before, after = Tree(options.before, roots), Tree(options.after, roots)
    # only what parsed before is looked at
    wanted = [item for item in after.imports if before.looks.get(item.path, True)]

    lost, rewritten = _lost(before, after, wanted)
    for item in lost:
        print(f"does not resolve any more: {item.path}:{item.line}: {item.statement}")
    for item in rewritten:
        print(f"rewritten, resolves in neither: {item.path}:{item.line}: {item.statement}")
    broken = sorted(after.broken - before.broken)
    for path in broken:
        print(f"does not parse: {path}")
    rows: list[tuple[str, object, object]] = [("", "before", "after")]
    rows.append(("files", len(before.looks), len(after.looks)))
    rows.append(("files that do not parse", len(before.broken), len(after.broken)))
    rows.append(("imports checked", len(before.imports), len(wanted)))
    verdicts = [Counter(map(before.resolves, before.imports)), Counter(map(after.resolves, wanted))]
    kinds = {True: "  resolve", False: "  do not", None: "  of modules outside the tree"}
    was, now = verdicts
    rows += [(label, was[kind], now[kind]) for kind, label in kinds.items()]
    changed = sum(look != after.looks.get(path) for path, look in before.looks.items())
    rows.append(("files whose imports or names differ", "", changed))
    rows.append(("imports broken", "", len(lost)))
    rows.append(("rewritten, resolved in neither", "", len(rewritten)))
    rows.append(("files broken", "", len(broken)))
    for label, left, right in rows:
        print(f"{label:<36}{left!s:>10}{right!s:>10}")
    print(f"{time.monotonic() - start:.1f} s")
    return int(bool(lost or broken))


def _lost(before: Tree, after: Tree, wanted: list[Import]) -> tuple[list[Import], list[Import]]:
    """Return what resolves no more, and what stands for an import that never resolved.

    An import that is new in its file, and does not resolve, is forgiven for each that the file has
    no more and that did not resolve either.
    """
    old = Counter((item.path, item.statement) for item in before.imports)
    new = Counter((item.path, item.statement) for item in wanted)
    good = {(i.path, i.statement) for i in before.imports if before.resolves(i)}
    outside = {item.module for item in before.imports if before.resolves(item) is None}
    forgiven = Counter(path for path, _ in ((old - new).keys() - good))
    lost: list[Import] = []
    rewritten: list[Import] = []
    for item in wanted:
        key = (item.path, item.statement)
        is_fine = after.resolves(item)
        if is_fine or (key in old and key not in good):
            continue
        if is_fine is None and key not in old and item.module in outside:
            continue
        is_forgiven = key not in old and forgiven[item.path] > 0
        forgiven[item.path] -= is_forgiven
        (rewritten if is_forgiven else lost).append(item)
    return lost, rewritten


# --- files


def _python_files(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _SKIPPED]
        for name in files:
            path = os.path.join(folder, name)
            if name.endswith(".py") and os.path.isfile(path):
                yield os.path.relpath(path, root)


def _module(path: str, place: str) -> str | None:
    """Return the name of a file's module below a source root, or None if it is not below."""
    inside = path if place == "." else os.path.relpath(path, place)
    if inside.startswith(".."):
        return None
    parts = inside.removesuffix(".py").split(os.sep)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _absolute(alias: Alias, module: str, path: str) -> str:
    if not alias.level:
        return alias.module
    parts = module.split(".")
    up = alias.level - (os.path.basename(path) == "__init__.py")
    return ".".join(filter(None, (*parts[: len(parts) - up], alias.module)))


# --- what a file says

_SEEN: dict[bytes, Look | None] = {}


def _look_at(data: bytes) -> Look | None:
    """Return what a file imports and binds, or None if it does not parse."""
    digest = hashlib.sha256(data).digest()
    if digest not in _SEEN:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            _SEEN[digest] = None
        else:
            bound = frozenset(_bound(tree.body)) | _globals(tree)
            is_open = bool({"*", "__getattr__"} & bound) or any(text in data for text in _OPEN)
            _SEEN[digest] = Look(tuple(_aliases(tree)), bound, is_open)
    return _SEEN[digest]


def _aliases(tree: ast.Module) -> Iterator[Alias]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Alias(node.lineno, 0, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield Alias(node.lineno, node.level, node.module or "", alias.name)


def _globals(tree: ast.Module) -> frozenset[str]:
    """Return the names that functions declare global, which may be bound there only."""
    found = (node.names for node in ast.walk(tree) if isinstance(node, ast.Global))
    return frozenset(name for names in found for name in names)


def _bound(body: Iterable[ast.AST]) -> Iterator[str]:
    """Yield what statements bind in their own scope; of functions and classes only the names."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Import):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                yield node.id
        elif not isinstance(node, ast.Lambda):
            for field in ("name", "rest"):  # of `except`, and of captures in `match`
                if isinstance(name := getattr(node, field, None), str):
                    yield name
            yield from _bound(ast.iter_child_nodes(node))


if __name__ == "__main__":
    sys.exit(main())
