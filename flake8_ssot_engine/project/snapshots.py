"""Snapshots: a project's files as a commit has them, by the paths that they have on the disk."""

from __future__ import annotations

import os

from flake8_ssot_engine.project.git_objects import NOTHING, Entry, Folder, Objects

_MOST_LINKS = 40
"""Links that are followed one after the other, as Linux does."""
_Parts = tuple[str, ...]


class Snapshot:
    """The tree of a commit, seen as if it lay where the project does.

    `root` is the absolute folder of the project, `prefix` what leads to it from the top of its
    repository. Nothing outside of the repository is there; a submodule is an empty folder.
    """

    def __init__(self, objects: Objects, tree: str, root: str, prefix: _Parts) -> None:
        self.objects = objects
        self.root = root
        self._top = Entry.of_tree(tree)
        self.prefix = prefix
        self._folders: dict[str, tuple[_Parts, Entry] | None] = {}

    def folder(self, path: str) -> Folder | None:
        """Return what is in the folder at an absolute path; None where there is none."""
        found = self._folder_at(path)
        if found is None:
            return None
        return self.objects.tree(found[1].name) if found[1].is_tree else NOTHING

    def name_of_folder(self, path: str) -> str:
        """Return the name of the object that a folder is, which changes with all in it."""
        found = self._folder_at(path)
        return found[1].name if found else ""

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder at an absolute path."""
        return self._folder_at(path) is not None

    def is_file(self, path: str) -> bool:
        """Whether there is a file at an absolute path."""
        return self.file(path) is not None

    def file(self, path: str) -> str | None:
        """Return the name of the object that the file at an absolute path is; None for no file."""
        above, name = os.path.split(path)
        folder = self._folder_at(above)
        entry = folder and self._entry(folder[1], name)
        if not folder or not entry:
            return None
        if entry.is_link:
            found = self._followed((*folder[0], name))
            entry = found and found[1]
        return None if entry is None or entry.is_folder else entry.name

    def content(self, path: str) -> bytes | None:
        """Return what the file at an absolute path holds; None where that is not known."""
        name = self.file(path)
        return None if name is None else self.objects.content(name)

    def lacking_at(self, path: str) -> frozenset[str]:
        """Return what is not here of the folders on the way to one, and below it."""
        folder = self._top
        for name in _joined(self.prefix, _way(self.root, path)) or ():
            tree = self.objects.tree(folder.name)
            if tree is None:
                return frozenset([folder.name])
            inner = tree.get(name)
            if inner is None or not inner.is_tree:
                return frozenset()
            folder = inner
        return self.objects.lacking_below(folder.name)

    def _folder_at(self, path: str) -> tuple[_Parts, Entry] | None:
        if path not in self._folders:
            self._folders[path] = self._find_folder(path)
        return self._folders[path]

    def _find_folder(self, path: str) -> tuple[_Parts, Entry] | None:
        """Return where a folder really is, from the top, and what it is there."""
        above, name = os.path.split(path)
        if path.startswith(os.path.join(self.root, "")) and above != path:
            outer = self._folder_at(above)
            entry = outer and self._entry(outer[1], name)
            if not outer or not entry:
                return None
            if not entry.is_link:
                return ((*outer[0], name), entry) if entry.is_folder else None
            parts: _Parts | None = (*outer[0], name)
        else:
            parts = _joined(self.prefix, _way(self.root, path))
        found = None if parts is None else self._followed(parts)
        return found if found and found[1].is_folder else None

    def _entry(self, folder: Entry, name: str) -> Entry | None:
        if not folder.is_tree:
            return None
        return (self.objects.tree(folder.name) or NOTHING).get(name)

    def _followed(self, parts: _Parts, hops: int = _MOST_LINKS) -> tuple[_Parts, Entry] | None:
        """Return where the links on a way from the top lead in the end, and what is there."""
        place: _Parts = ()
        entry = self._top
        for at, name in enumerate(parts):
            inner = self._entry(entry, name)
            if inner is None:
                return None
            if inner.is_link:
                target = self._target(inner)
                way = _joined(place, [*target, *parts[at + 1 :]]) if target and hops else None
                return None if way is None else self._followed(way, hops - 1)
            place, entry = (*place, name), inner
        return place, entry

    def _target(self, link: Entry) -> list[str] | None:
        data = self.objects.content(link.name)
        if not data or data.startswith(b"/"):
            return None  # out of the repository, or not known
        return os.fsdecode(data).split("/")


def _way(start: str, path: str) -> list[str]:
    """Return the names that lead from one absolute path to another."""
    try:
        return os.path.relpath(path, start).split(os.sep)
    except ValueError:  # on another drive of Windows
        return [".."] * len(start)


def _joined(start: _Parts, below: list[str]) -> _Parts | None:
    """Return a way with another one after it; None where that climbs out of the top."""
    parts = list(start)
    for name in below:
        if name == "..":
            if not parts:
                return None
            parts.pop()
        elif name not in ("", "."):
            parts.append(name)
    return tuple(parts)
