"""Settings: one project's configuration, checked and frozen."""

from __future__ import annotations

import os
from typing import Any, Final

from flake8_ssot_engine.errors import ConfigProblem
from flake8_ssot_engine.migrations import Globs, Migration, MoveIndex
from flake8_ssot_engine.names import QualifiedName

BASELINE_NAME = "ssot-baseline.txt"


class Settings:
    """All that a run needs to know; never changed once it is made.

    `root` is the absolute folder that the project starts in, `source_roots` are absolute.
    `path` is the file that was read ("" for the built-in preset); `warnings` are about values
    that may be meant but probably are not. `only_migration` is the id of the one migration whose
    violations count, "" for all. `baseline` is the absolute path of the file of that name, ""
    for the usual one; the paths in it are relative to `baseline_root` (default: `root`).
    `text_exclude` are texts that name what was by right; Python files are none.
    """

    # No dataclass: to import what makes one takes longer than to check a file.
    __slots__ = (
        "baseline",
        "baseline_root",
        "exclude",
        "ignore",
        "index",
        "keeps_relative_imports",
        "migrations",
        "only_migration",
        "path",
        "per_file_ignores",
        "root",
        "select",
        "source_roots",
        "string_calls",
        "text_exclude",
        "warnings",
    )

    def __init__(
        self,
        root: str,
        *,
        path: str = "",
        source_roots: tuple[str, ...] = (),
        exclude: tuple[Globs, ...] = (),
        baseline: str = "",
        baseline_root: str = "",
        select: tuple[str, ...] = ("SSOT",),
        ignore: tuple[str, ...] = (),
        per_file_ignores: tuple[tuple[Globs, tuple[str, ...]], ...] = (),
        string_calls: tuple[QualifiedName, ...] = (),
        text_exclude: tuple[Globs, ...] = (),
        keeps_relative_imports: bool = True,
        migrations: tuple[Migration, ...] = (),
        warnings: tuple[ConfigProblem, ...] = (),
        only_migration: str = "",
    ) -> None:
        self.root: Final = root
        self.path: Final = path
        self.source_roots: Final = source_roots
        self.exclude: Final = exclude
        self.baseline: Final = baseline
        self.baseline_root: Final = baseline_root or root
        self.select: Final = select
        self.ignore: Final = ignore
        self.per_file_ignores: Final = per_file_ignores
        self.string_calls: Final = string_calls
        self.text_exclude: Final = text_exclude
        self.keeps_relative_imports: Final = keeps_relative_imports
        self.migrations: Final = migrations
        self.warnings: Final = warnings
        self.only_migration: Final = only_migration
        self.index: Final = MoveIndex(migrations)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(tuple(self._values().values()))

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={v!r}' for name, v in self._values().items())})"

    def _values(self) -> dict[str, Any]:
        """Return all that was given, by name; the index is made of it."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "index"}

    def replaced(self, **changes: Any) -> Settings:
        """Return these settings with those changed that are named."""
        return Settings(**{**self._values(), **changes})

    @property
    def baseline_file(self) -> str:
        """The absolute path of the baseline, whether it is there or not."""
        return self.baseline or os.path.join(self.root, BASELINE_NAME)

    def selects(self, code: str) -> bool:
        """Whether a code is to be reported: the longest match of `select` and `ignore` wins."""
        wanted = max((len(c) for c in self.select if code.startswith(c)), default=-1)
        unwanted = max((len(c) for c in self.ignore if code.startswith(c)), default=-1)
        return wanted > unwanted

    def overridden(self, *, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> Settings:
        """Return these settings with a command line's `select` and further `ignore`."""
        if not select and not ignore:
            return self
        return self.replaced(select=select or self.select, ignore=(*self.ignore, *ignore))

    def unfiltered(self) -> Settings:
        """Return these settings with every code selected and nothing passed over."""
        return self.replaced(select=("SSOT",), ignore=(), per_file_ignores=())

    def of_migration(self, name: str) -> Settings:
        """Return these settings with the violations of one migration, of every phase, alone."""
        return self.replaced(
            only_migration=name,
            migrations=tuple(migration.enforced() for migration in self.migrations),
        )
