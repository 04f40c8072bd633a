"""Past files: which files of a snapshot a run would look at, if it lay on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from flake8_ssot_engine.config.document import Document
from flake8_ssot_engine.config.ini import has_moves_in
from flake8_ssot_engine.config.loader import FILE_NAME, INI_FILES, TABLE, decode_toml
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.migrations import Globs
from flake8_ssot_engine.project.discovery import USUAL_EXCLUDES, Judges, counting_in
from flake8_ssot_engine.project.git_objects import Folder
from flake8_ssot_engine.project.ignores import ignores_in
from flake8_ssot_engine.project.listing import ENVIRONMENT, IGNORE_FILE, SUFFIXES, Listing
from flake8_ssot_engine.project.listing import Folder as Listed
from flake8_ssot_engine.project.snapshots import Snapshot
from flake8_ssot_engine.records import NamedTuple


class PastFile(NamedTuple):
    """A file by its absolute path, with the name of its content; "" for a link to nothing."""

    path: str
    name: str


class PastFolder(NamedTuple):
    """The files of one folder that a run looks at: the sources, and all others.

    `is_ours` says that no other project starts there or above.
    """

    sources: tuple[PastFile, ...]
    others: tuple[PastFile, ...]
    is_ours: bool = True


class PastWalk:
    """Finds the files of snapshots of one project; a folder that two share is walked once.

    A project within the project is another one where its configuration starts, unless one
    configuration is `fixed` for all.
    """

    def __init__(self, settings: Settings, *, is_fixed: bool) -> None:
        self._settings = settings
        self._is_fixed = is_fixed
        self._listing = Listing()  # for its rulings alone
        self._judges: dict[int, Judges] = {}
        self._known: dict[tuple[str, str, int, bool], tuple[PastFolder, ...]] = {}
        self._modules: dict[tuple[str, str], tuple[PastFolder, ...]] = {}

    def files(self, snapshot: Snapshot) -> tuple[PastFolder, ...]:
        """Return the files that are neither ignored by git nor excluded by the configuration."""
        root = self._settings.root
        judges = self._judge(_outer_ignores(snapshot, root), self._settings.exclude)
        return self._below(snapshot, root, judges, is_ours=True)

    def modules(self, snapshot: Snapshot) -> tuple[PastFolder, ...]:
        """Return the modules below the source roots: also those that a check passes over."""
        roots = self._settings.source_roots
        return tuple(one for root in roots for one in self._modules_below(snapshot, root))

    def _judge(self, ignores: tuple[Globs, ...], excludes: tuple[Globs, ...]) -> Judges:
        ruling = self._listing.ruling(ignores, excludes)
        return self._judges.setdefault(id(ruling), Judges(ruling))

    def _below(
        self, snapshot: Snapshot, path: str, judges: Judges, *, is_ours: bool
    ) -> tuple[PastFolder, ...]:
        key = (path, snapshot.name_of_folder(path), id(judges), is_ours)
        if key not in self._known:
            found, has_links = self._walked(snapshot, path, judges, is_ours=is_ours)
            if has_links:  # which may lead to something else in another snapshot
                return found
            self._known[key] = found
        return self._known[key]

    def _walked(
        self, snapshot: Snapshot, path: str, judges: Judges, *, is_ours: bool
    ) -> tuple[tuple[PastFolder, ...], bool]:
        entries = snapshot.folder(path) or {}
        has_links = _has_links(snapshot, path)
        is_top = path == self._settings.root
        if not is_top and ENVIRONMENT in entries:
            return (), has_links
        if not is_top and not self._is_fixed:
            is_ours = is_ours and not _starts_project(snapshot, path, entries)
        if IGNORE_FILE in entries and (data := snapshot.content(os.path.join(path, IGNORE_FILE))):
            ignores, excludes = judges.ruling
            judges = self._judge((*ignores, ignores_in(path, data)), excludes)
        folders, sources, others = _sorted_out(snapshot, path, entries)
        listed = Listed.of(folders, sources, [])
        listed.others = others
        passed_over = judges.passed_over(path, listed) if entries else ()
        here = PastFolder(
            tuple(_files(snapshot, path, entries, sources, passed_over)),
            tuple(_files(snapshot, path, entries, others, passed_over)),
            is_ours,
        )
        found = [here] if here.sources or here.others else []
        for name in folders:
            if name not in passed_over and name not in USUAL_EXCLUDES:
                inner = os.path.join(path, name)
                found += self._below(snapshot, inner, judges, is_ours=is_ours)
        return tuple(found), has_links

    def _modules_below(self, snapshot: Snapshot, path: str) -> tuple[PastFolder, ...]:
        key = (path, snapshot.name_of_folder(path))
        if key not in self._modules:
            found = []
            entries = snapshot.folder(path) or {}
            if path not in self._settings.source_roots and ENVIRONMENT in entries:
                entries = {}
            folders, sources, _ = _sorted_out(snapshot, path, entries)
            here = tuple(_files(snapshot, path, entries, sources, ()))
            if here:
                found.append(PastFolder(here, ()))
            for name in folders:
                if name.isidentifier() and name not in USUAL_EXCLUDES:
                    found += self._modules_below(snapshot, os.path.join(path, name))
            if _has_links(snapshot, path):
                return tuple(found)
            self._modules[key] = tuple(found)
        return self._modules[key]


def _has_links(snapshot: Snapshot, path: str) -> bool:
    """Whether there is a link in a folder or anywhere below."""
    folder = snapshot.folder(path)
    return bool(folder) and snapshot.objects.has_links(snapshot.name_of_folder(path))


def _sorted_out(
    snapshot: Snapshot, path: str, entries: Folder
) -> tuple[list[str], list[str], list[str]]:
    """Return the folders, the source files and the other files among entries; links are files."""
    folders: list[str] = []
    sources: list[str] = []
    others: list[str] = []
    for name, entry in entries.items():
        if entry.is_folder:
            folders.append(name)
        elif entry.is_link and snapshot.is_folder(os.path.join(path, name)):
            continue  # which is not followed
        else:
            (sources if name.endswith(SUFFIXES) else others).append(name)
    return folders, sources, others


def _files(
    snapshot: Snapshot,
    path: str,
    entries: Folder,
    names: Sequence[str],
    passed_over: Iterable[str],
) -> Iterator[PastFile]:
    for name in names:
        if name in passed_over:
            continue
        full = os.path.join(path, name)
        entry = entries[name]
        yield PastFile(full, (snapshot.file(full) or "") if entry.is_link else entry.name)


def _outer_ignores(snapshot: Snapshot, root: str) -> tuple[Globs, ...]:
    """Return the patterns above the project that count in it, outermost first."""
    above, found = root, []
    for _ in snapshot.prefix:
        above = os.path.dirname(above)
        if data := snapshot.content(os.path.join(above, IGNORE_FILE)):
            found.append(ignores_in(above, data))
    return counting_in(root, found[::-1])


def _starts_project(snapshot: Snapshot, path: str, entries: Folder) -> bool:
    """Whether a folder has a configuration of its own."""
    if FILE_NAME in entries:
        return True
    for name in ("pyproject.toml", *INI_FILES):
        file = os.path.join(path, name)
        data = snapshot.content(file) if name in entries else None
        if not data or b"ssot" not in data.lower():
            continue
        try:
            if name in INI_FILES and has_moves_in(file, data):
                return True
            if name == "pyproject.toml":
                return Document(file, decode_toml(file, data), TABLE).values is not None
        except ConfigError:
            return True  # a wrong one is one
    return False
