"""Settings: one project's configuration, checked and frozen."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace

from flake8_ssot_engine.errors import ConfigProblem
from flake8_ssot_engine.migrations import Globs, Migration, MoveIndex
from flake8_ssot_engine.names import QualifiedName

BASELINE_NAME = "ssot-baseline.txt"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a run needs to know.

    `root` is the absolute folder that the project starts in, `source_roots` are absolute.
    `path` is the file that was read ("" for the built-in preset); `warnings` are about values
    that may be meant but probably are not. `only_migration` is the id of the one migration whose
    violations count, "" for all. `baseline` is the absolute path of the file of that name, ""
    for the usual one; the paths in it are relative to `baseline_root` (default: `root`).
    """

    root: str
    path: str = ""
    source_roots: tuple[str, ...] = ()
    exclude: tuple[Globs, ...] = ()
    baseline: str = ""
    baseline_root: str = ""
    select: tuple[str, ...] = ("SSOT",)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[Globs, tuple[str, ...]], ...] = ()
    string_calls: tuple[QualifiedName, ...] = ()
    keeps_relative_imports: bool = True
    migrations: tuple[Migration, ...] = ()
    warnings: tuple[ConfigProblem, ...] = ()
    only_migration: str = ""
    index: MoveIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", MoveIndex(self.migrations))
        object.__setattr__(self, "baseline_root", self.baseline_root or self.root)

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
        return replace(self, select=select or self.select, ignore=(*self.ignore, *ignore))

    def unfiltered(self) -> Settings:
        """Return these settings with every code selected and nothing passed over."""
        return replace(self, select=("SSOT",), ignore=(), per_file_ignores=())

    def of_migration(self, name: str) -> Settings:
        """Return these settings with the violations of one migration, of every phase, alone."""
        return replace(
            self,
            only_migration=name,
            migrations=tuple(migration.enforced() for migration in self.migrations),
        )
