"""Restoring: making the files of a run what they were, and proving it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flake8_ssot_engine.campaign.journal import JournalledFile, Run, digest
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.project.writing import (
    FileChanged,
    create_file,
    read_if_there,
    remove_leavings,
    replace_file,
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of restoring a run; `left` tells why a file is not what it was.

    Paths are absolute. `untouched` were what they had been already.
    """

    restored: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()


def restore(run: Run, contents: Mapping[str, bytes] = MappingProxyType({})) -> Restored:
    """Make each file of a run what it was, byte for byte, with its modification time.

    A file that holds neither what it was nor what the run made of it was edited since: it is
    left, and so is one that cannot be written. One that is gone is made anew. Nothing is taken
    on trust: each file is read again and its hash compared. `contents` are what files were, by
    their paths, where that is known without the journal; then their modes are restored too.
    """
    restored: list[str] = []
    untouched: list[str] = []
    left: list[tuple[str, str]] = []
    for file in reversed(run.files.values()):
        try:
            is_written = _restore_file(run, file, contents.get(file.path))
            (restored if is_written else untouched).append(file.path)
        except (OSError, ValueError, FileChanged) as error:
            told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            left.append((file.path, told))
    return Restored(tuple(restored), tuple(untouched), tuple(left))


def _restore_file(run: Run, file: JournalledFile, known: bytes | None) -> bool:
    """Return whether the file had to be written; `known` is what it was, if that is known."""
    remove_leavings(file.path)
    current = read_if_there(file.path)
    now = None if current is None else digest(current)
    if now not in (None, file.before, *file.after):
        raise FileChanged
    if now != file.before:
        content = run.content_before(file) if known is None else known
        if current is None:
            create_file(file.path, content, mode=file.mode)
        else:
            replace_file(file.path, before=current, after=content)
    status = os.stat(file.path)
    if known is not None and stat.S_IMODE(status.st_mode) != file.mode:
        os.chmod(file.path, file.mode)
    # So that nothing compiled from what the run made of it passes for this (PEP 552); also where
    # it was put back already.
    if status.st_mtime_ns != file.mtime:
        os.utime(file.path, ns=(file.mtime, file.mtime))
    if digest(read_regular(file.path)) != file.before:
        raise FileChanged
    return now != file.before
