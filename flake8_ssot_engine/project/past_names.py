"""Past names: what texts of a snapshot are to be searched for."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.past_files import PastFolder
from flake8_ssot_engine.project.texts import OldName, old_names


def past_old_names(
    settings: Settings, folders: Iterable[PastFolder], modules: Modules, named: NamedFiles
) -> tuple[OldName, ...]:
    """Return what to look for in the files of a snapshot, as `old_names` does on the disk."""
    olds = old_names(settings, (), modules)
    wanted = {os.path.basename(old.file) for old in olds if old.file}
    if not wanted:
        return tuple(olds)
    files = [path for folder in folders for path in named.of(folder, wanted)]
    return tuple(old_names(settings, files, modules))


class NamedFiles:
    """Finds files by their names in folders that many snapshots share."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[PastFolder, dict[str, list[str]]]] = {}

    def of(self, folder: PastFolder, names: Iterable[str]) -> list[str]:
        """Return the paths of the files in a folder that have one of the names."""
        known = self._known.get(id(folder))
        if known is None:
            by_name: defaultdict[str, list[str]] = defaultdict(list)
            for file in (*folder.sources, *folder.others):
                by_name[os.path.basename(file.path)].append(file.path)
            self._known[id(folder)] = known = folder, by_name  # so that the folder lasts
        by_name_here = known[1]
        return [path for name in names if name in by_name_here for path in by_name_here[name]]
