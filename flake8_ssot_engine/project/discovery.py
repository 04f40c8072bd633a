"""Discovery: which files of a project a run looks at."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import groupby
from operator import itemgetter

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
from flake8_ssot_engine.project.paths import Row, folder_of, merged, row_of, with_separator
from flake8_ssot_engine.records import NamedTuple

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


class Found(NamedTuple):
    """Files that stand beside each other, in order: their names, and the settings for them."""

    row: Row
    settings: Settings


def find_files(
    paths: Iterable[str],
    finder: ConfigFinder,
    *,
    every_file: bool = False,
    with_texts: bool = False,
    listing: Listing | None = None,
) -> Iterator[tuple[str, Settings]]:
    """Yield what `find_rows` does, file by file."""
    for row, settings in find_rows(
        paths, finder, every_file=every_file, with_texts=with_texts, listing=listing
    ):
        for path in row.paths:
            yield path, settings


def find_rows(
    paths: Iterable[str],
    finder: ConfigFinder,
    *,
    every_file: bool = False,
    with_texts: bool = False,
    listing: Listing | None = None,
) -> Iterator[Found]:
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
        Listing(keeps=False) if listing is None else listing,
        every_file=every_file,
        with_texts=with_texts,
    )
    every: list[Iterable[Found]] = []
    for path in paths:
        if os.path.isdir(path):
            if not is_excluded(path, finder.settings_for(path), is_folder=True):
                every.append(walk.below(path))
        elif os.path.exists(path):
            settings = finder.settings_for(os.path.dirname(path))
            if not is_excluded(path, settings):
                every.append([_found(path, settings)])
        else:
            raise UsageError(f"{path}: no such file or folder")
    return iter(every[0]) if len(every) == 1 else _merged(every)


def _found(path: str, settings: Settings) -> Found:
    folder = folder_of(path)
    return Found(Row(folder, path[len(folder) :]), settings)


def _merged(every: Iterable[Iterable[Found]]) -> Iterator[Found]:
    """Yield sorted rows as one order, each file once."""
    singly = [((path, own) for row, own in some for path in row.paths) for some in every]
    once = merged(singly, key=itemgetter(0))
    for (folder, _), some in groupby(once, lambda one: (folder_of(one[0]), id(one[1]))):
        files = list(some)
        yield Found(row_of(folder, (path[len(folder) :] for path, _ in files)), files[0][1])


def is_excluded(path: str, settings: Settings, *, is_folder: bool = False) -> bool:
    """Whether the configuration excludes a path, by itself or by a folder above it."""
    return any(verdict(globs, path, is_folder=is_folder) for globs in settings.exclude)


def modules_below(root: str, listing: Listing | None = None) -> Iterator[Row]:
    """Yield the modules below a source root, sorted: also those that a check passes over."""
    listing = Listing(keeps=False) if listing is None else listing
    waiting: list[Row | str] = [root]
    while waiting:
        ahead = waiting.pop()
        if isinstance(ahead, Row):
            yield ahead
            continue
        try:
            folder = listing.of(ahead)
        except OSError:
            continue
        if ahead != root and folder.is_environment(ahead):
            continue
        away = folder.leading_away(ahead) if folder.links else ()
        files = [name for name in folder.sources if name not in away]
        folders = [
            name
            for name in folder.folders
            if name.isidentifier() and name not in USUAL_EXCLUDES and name not in folder.links
        ]
        start = with_separator(ahead)
        for some in _backwards(files, folders):
            waiting.append(start + some if isinstance(some, str) else row_of(start, some))


def _backwards(files: Iterable[str], folders: Iterable[str]) -> Iterator[list[str] | str]:
    """Yield the files of a folder, those that stand together, and folders between them.

    The last one first, for a stack; in the order that their paths and those below them have.
    """
    together: list[str] = []
    for name in sorted([*files, *(name + os.sep for name in folders)], reverse=True):
        if not name.endswith(os.sep):
            together.append(name)
            continue
        if together:
            yield together[::-1]
            together = []
        yield name[: -len(os.sep)]
    if together:
        yield together[::-1]


class _Ahead(NamedTuple):
    """A folder to look into, with what holds in it: no settings where they are to be asked for."""

    path: str
    folder: Folder
    settings: Settings | None
    judges: Judges


class _Walk:
    """Finds the files that neither git nor the configuration passes over, with their settings."""

    def __init__(
        self, finder: ConfigFinder, listing: Listing, *, every_file: bool, with_texts: bool
    ) -> None:
        self._finder = finder
        self._listing = listing
        self._every_file = every_file
        self._with_texts = with_texts or every_file

    def below(self, top: str) -> Iterator[Found]:
        """Yield the files below an absolute folder, sorted.

        A folder that cannot be listed is found instead of its files: the run says why.
        """
        judges = Judges(self._listing.ruling(counting_in(top, ignores_above(top)), ()))
        listed = self._listed(top)
        waiting: list[Found | _Ahead]
        if listed is None:
            waiting = [_found(top, self._finder.settings_for(top))]
        else:
            waiting = [_Ahead(top, listed, None, judges)]
        while waiting:
            ahead = waiting.pop()
            if isinstance(ahead, Found):
                yield ahead
                continue
            path, folder, settings, judges = ahead
            if folder.speaking or settings is None:
                if path != top and folder.is_environment(path):
                    continue
                settings = self._finder.settings_for(path, names=folder.speaking)
                judges = self._judges_in(path, folder, judges, settings)
            passed_over = judges.passed_over(path, folder)
            start = with_separator(path)
            files = self._files_of(path, folder, passed_over)
            folders = {
                name: self._listed(start + name)
                for name in folder.folders
                if name not in passed_over and name not in USUAL_EXCLUDES
            }
            # Where no project was seen to start, the preset is each folder's own.
            is_own = not settings.path and settings.root == path
            inner = None if is_own else settings
            shut = {name for name, inside in folders.items() if inside is None}
            if shut:
                files = [*files, *(name for name in shut if not is_environment(start + name))]
                folders = {name: inside for name, inside in folders.items() if inside}
            for some in _backwards(files, folders):
                if isinstance(some, str):
                    inside = folders[some]
                    assert inside is not None
                    waiting.append(_Ahead(start + some, inside, inner, judges))
                elif shut.isdisjoint(some):
                    waiting.append(Found(row_of(start, some), settings))
                else:
                    own = {name: self._finder.settings_for(start + name) for name in shut}
                    singly = (_found(start + name, own.get(name, settings)) for name in some)
                    waiting += reversed(list(singly))

    def _listed(self, path: str) -> Folder | None:
        try:
            return self._listing.of(path, with_others=self._every_file)
        except OSError:
            return None

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
