"""Discovery: which files of a project a run looks at."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence, Set

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.migrations import Globs
from flake8_ssot_engine.project.globs import EVERY, Judge, Rules, verdict
from flake8_ssot_engine.project.ignores import ignores_above, read_ignores
from flake8_ssot_engine.project.listing import (
    IGNORE_FILE,
    SUFFIXES,
    Folder,
    Listing,
    Ruling,
    is_environment,
)

USUAL_EXCLUDES = frozenset(
    {
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".ssot",
        ".ssot_cache",
        ".svn",
        ".tox",
        ".venv",
        "CVS",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
        "venv",
    }
)
"""Folders that hold no source of the project; a folder with a `pyvenv.cfg` is one too."""


def find_files(
    paths: Iterable[str],
    finder: ConfigFinder,
    *,
    every_file: bool = False,
    with_texts: bool = False,
    listing: Listing | None = None,
) -> Iterator[tuple[str, Settings]]:
    """Yield each source file under absolute `paths` once, sorted, with the settings for it.

    With them the texts (text_formats.py) if asked for; or `every_file` that is regular or a
    link, whatever its ending. A file that is named itself is
    taken whatever it is; `exclude` of the configuration holds even so, for commit hooks name
    files that a person would not. Symbolic links to folders are not followed. `listing` is
    what lists the folders, where another walk may use it. Raises UsageError for a path that
    does not exist.
    """
    walk = _Walk(
        finder,
        Listing() if listing is None else listing,
        every_file=every_file,
        with_texts=with_texts,
    )
    found = walk.found
    for path in paths:
        if os.path.isdir(path):
            if not is_excluded(path, finder.settings_for(path), is_folder=True):
                walk.go_down(path)
        elif os.path.exists(path):
            settings = finder.settings_for(os.path.dirname(path))
            if not is_excluded(path, settings):
                found[path] = settings
        else:
            raise UsageError(f"{path}: no such file or folder")
    for path in sorted(found):
        yield path, found[path]


def is_excluded(path: str, settings: Settings, *, is_folder: bool = False) -> bool:
    """Whether the configuration excludes a path, by itself or by a folder above it."""
    return any(verdict(globs, path, is_folder=is_folder) for globs in settings.exclude)


def modules_below(root: str, listing: Listing | None = None) -> Iterator[str]:
    """Yield the modules below a source root: also those that a check passes over."""
    listing = Listing() if listing is None else listing
    waiting = [root]
    while waiting:
        path = waiting.pop()
        try:
            folder = listing.of(path)
        except OSError:
            continue
        if path != root and folder.is_environment(path):
            continue
        start = path if path.endswith(os.sep) else path + os.sep
        away = folder.leading_away(path) if folder.links else ()
        yield from [start + name for name in folder.sources if name not in away]
        waiting += [
            start + name
            for name in folder.folders
            if name.isidentifier() and name not in USUAL_EXCLUDES and name not in folder.links
        ]


class _Walk:
    """Finds the files that neither git nor the configuration passes over, with their settings."""

    def __init__(
        self, finder: ConfigFinder, listing: Listing, *, every_file: bool, with_texts: bool
    ) -> None:
        self._finder = finder
        self._listing = listing
        self._every_file = every_file
        self._with_texts = with_texts or every_file
        self.found: dict[str, Settings] = {}

    def go_down(self, top: str) -> None:
        """Find the files below an absolute folder.

        A folder that cannot be listed is found instead of its files: the run says why.
        """
        found = self.found
        judges = Judges(self._listing.ruling(counting_in(top, ignores_above(top)), ()))
        waiting: list[tuple[str, Settings | None, Judges]] = [(top, None, judges)]
        while waiting:
            path, settings, judges = waiting.pop()
            try:
                folder = self._listing.of(path, with_others=self._every_file)
            except OSError:
                if path == top or not is_environment(path):
                    found[path] = self._finder.settings_for(path)
                continue
            if folder.speaking or settings is None:
                if path != top and folder.is_environment(path):
                    continue
                settings = self._finder.settings_for(path, names=folder.speaking)
                judges = self._judges_in(path, folder, judges, settings)
            passed_over = judges.passed_over(path, folder)
            start = path if path.endswith(os.sep) else path + os.sep
            for name in self._files_of(path, folder, passed_over):
                found[start + name] = settings
            # Where no project was seen to start, the preset is each folder's own.
            is_own = not settings.path and settings.root == path
            inner = None if is_own else settings
            waiting += [
                (start + name, inner, judges)
                for name in folder.folders
                if name not in passed_over and name not in USUAL_EXCLUDES
            ]

    def _files_of(self, path: str, folder: Folder, passed_over: Set[str]) -> list[str]:
        files = folder.sources
        if self._with_texts and folder.texts:
            files = [*files, *folder.texts]
        if self._every_file:
            files = [*files, *(folder.others or ())]
            passed_over = passed_over | folder.odd
        if folder.links:
            passed_over = passed_over | folder.leading_away(path)
        return [name for name in files if name not in passed_over] if passed_over else files

    def _judges_in(self, path: str, folder: Folder, outer: Judges, settings: Settings) -> Judges:
        """Return what judges in a folder, given what does in the one that it is in."""
        ignores, excludes = outer.ruling
        if IGNORE_FILE in folder.speaking:
            ignores = (*ignores, read_ignores(path))
        # What an outer configuration excludes stays out, whatever a nested one says.
        excludes += tuple(globs for globs in settings.exclude if globs not in excludes)
        ruling = self._listing.ruling(ignores, excludes)
        return outer if ruling is outer.ruling else Judges(ruling)


class Judges:
    """Tells what a ruling passes over; its patterns are read when nobody remembers that."""

    def __init__(self, ruling: Ruling) -> None:
        self.ruling = ruling
        self._rules: tuple[list[Rules], list[Rules]] | None = None

    def passed_over(self, path: str, folder: Folder) -> frozenset[str]:
        """Return the names in a folder at `path` that are ignored or excluded."""
        is_first, folder.is_judged = not folder.is_judged, True
        if folder.ruling is self.ruling:
            return folder.passed_over
        found = frozenset(self._passed_over(path, folder))
        if is_first:
            folder.judge(self.ruling, found)
        return found

    def _passed_over(self, path: str, folder: Folder) -> Iterator[str]:
        if self._rules is None:
            ignores, excludes = ([Rules.of(globs) for globs in part] for part in self.ruling)
            self._rules = ignores, excludes
        files, endings = folder.sources, SUFFIXES
        if folder.texts or folder.others:
            files, endings = [*files, *folder.texts, *(folder.others or ())], EVERY
        ignoring, excluding = (
            [rules.judge_in(path, endings) for rules in part] for part in self._rules
        )
        for names, are_folders in ((files, False), (folder.folders, True)):
            if names:
                yield from _ignored(ignoring, names, are_folders=are_folders)
                for judge in excluding:
                    yield from _ignored([judge], names, are_folders=are_folders)


def _ignored(judges: Iterable[Judge], names: Sequence[str], *, are_folders: bool) -> Iterator[str]:
    """Yield the names that the last judge who speaks of them, the innermost, ignores."""
    told: dict[str, bool] = {}
    for judge in judges:
        told.update(judge.verdicts(names, are_folders=are_folders))
    return (name for name, is_ignored in told.items() if is_ignored)


def counting_in(folder: str, ignores: Sequence[Globs]) -> tuple[Globs, ...]:
    """Return those of the patterns above an absolute folder, outermost first, that count in it.

    None does where they ignore the folder itself: who names it wants what is in it.
    """
    parent, name = os.path.split(folder)
    judges = [Rules.of(globs).judge_in(parent) for globs in ignores]
    return () if any(_ignored(judges, [name], are_folders=True)) else tuple(ignores)
