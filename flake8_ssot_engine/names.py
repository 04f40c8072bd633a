"""QualifiedName: a dotted name as parts, however it was reached."""

from __future__ import annotations

import keyword
import os
from collections.abc import Callable, Iterable

LOCALS = "<locals>"
"""The part that stands for the inside of a function, as in `__qualname__` (PEP 3155)."""


class QualifiedName(tuple[str, ...]):
    """The parts of a dotted name: `QualifiedName.parse("a.b")` is `("a", "b")`.

    Compared by parts and never as text: `a.bc` is not under `a.b`.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, dotted: str) -> QualifiedName:
        """Split a dotted name. Raises ValueError unless every part is an identifier."""
        parts = dotted.split(".")
        for part in parts:
            if not part.isidentifier() or keyword.iskeyword(part):
                raise ValueError(f"`{dotted}` is not a dotted Python name")
        return cls(parts)

    def __str__(self) -> str:
        return ".".join(self)

    @property
    def last(self) -> str:
        """The rightmost part."""
        return self[-1]

    @property
    def parent(self) -> QualifiedName:
        """The name without its rightmost part; empty for a single part."""
        return QualifiedName(self[:-1])

    def child(self, *parts: str) -> QualifiedName:
        """Return the name with `parts` appended."""
        return QualifiedName((*self, *parts))

    def is_under(self, other: QualifiedName) -> bool:
        """Whether this is `other` or lies below it."""
        return self[: len(other)] == tuple(other)

    def rebased(self, old: QualifiedName, new: QualifiedName) -> QualifiedName:
        """Return the name with its leading `old` replaced by `new`; it must be under `old`."""
        return QualifiedName((*new, *self[len(old) :]))


def absolute_module(
    package: QualifiedName | None, level: int, module: str | None
) -> QualifiedName | None:
    """Make the module of a `from` import absolute.

    `package` is the package that the file belongs to (its own name for an `__init__.py`),
    `level` the number of leading dots. None where the dots climb out of the top package
    or the package is unknown (The Python Language Reference, "The import system").
    """
    tail = module.split(".") if module else []
    if level == 0:
        return QualifiedName(tail)
    if package is None or level > len(package):
        return None
    return QualifiedName((*package[: len(package) - level + 1], *tail))


def absolute_path(package: QualifiedName | None, text: str) -> QualifiedName | None:
    """Make a module's path absolute that may start with dots, as `importlib` takes it."""
    tail = text.lstrip(".")
    return absolute_module(package, len(text) - len(tail), tail or None)


def module_of_path(
    path: str, source_roots: Iterable[str], *, is_regular_package: Callable[[str], bool]
) -> QualifiedName:
    """Name the module that a file is, from absolute paths.

    The deepest source root above the file is where its name starts, so that namespace
    packages (PEP 420) need no marker. A file below no root is named by the regular
    packages around it: `is_regular_package(folder)` says whether a folder has an `__init__`.
    """
    folder, file_name = os.path.split(path)
    stem = os.path.splitext(file_name)[0]
    if file_name.endswith(".pyi"):
        stem = stem.split(".", 1)[0]
    roots = [root for root in source_roots if _is_within(folder, root)]
    if roots:
        inner = os.path.relpath(folder, max(roots, key=len))
        parts = [] if inner == "." else inner.split(os.sep)
    else:
        parts = []
        while is_regular_package(folder) and os.path.dirname(folder) != folder:
            folder, name = os.path.split(folder)
            parts.insert(0, name)
    if stem != "__init__" or not parts:
        parts.append(stem)
    return QualifiedName(parts)


def relative_module(package: QualifiedName, module: QualifiedName) -> str | None:
    """Spell a module with leading dots, as seen from `package`; None where no dots reach it."""
    common = 0
    for ours, theirs in zip(package, module, strict=False):
        if ours != theirs:
            break
        common += 1
    if common == 0:
        return None
    return "." * (len(package) - common + 1) + ".".join(module[common:])


def package_of(module: QualifiedName, *, is_package: bool) -> QualifiedName:
    """Return what relative imports in `module` start from (its `__package__`)."""
    return module if is_package else module.parent


def _is_within(folder: str, root: str) -> bool:
    return folder == root or folder.startswith(root.rstrip(os.sep) + os.sep)
