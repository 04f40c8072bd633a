"""Restoring: making the files of a run what they were, and proving it."""

from __future__ import annotations

import os
from dataclasses import dataclass

from flake8_ssot_engine.campaign.journal import JournalledFile, Run, digest
from flake8_ssot_engine.project.writing import (
    FileChanged,
    create_file,
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


def restore(run: Run) -> Restored:
    """Make each file of a run what it was, byte for byte, with its mode and modification time.

    A file that holds neither what it was nor what the run made of it was edited since: it is
    left, and so is one that cannot be written. One that is gone is made anew. Nothing is taken
    on trust: each file is read again and its hash compared.
    """
    restored: list[str] = []
    untouched: list[str] = []
    left: list[tuple[str, str]] = []
    for file in reversed(run.files.values()):
        try:
            (restored if _restore_file(run, file) else untouched).append(file.path)
        except (OSError, ValueError, FileChanged) as error:
            told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            left.append((file.path, told))
    return Restored(tuple(restored), tuple(untouched), tuple(left))


def _restore_file(run: Run, file: JournalledFile) -> bool:
    """Return whether the file had to be written."""
    remove_leavings(file.path)
    now = _digest_of(file.path)
    if now == file.before:
        return False
    if now is not None and now not in file.after:
        raise FileChanged
    content = run.content_before(file)
    if now is None:
        create_file(file.path, content, mode=file.mode)
    else:
        with open(file.path, "rb") as stream:
            current = stream.read()
        if digest(current) != now:
            raise FileChanged
        replace_file(file.path, before=current, after=content)
    # So that nothing compiled from what the run made of it passes for this (PEP 552).
    os.utime(file.path, ns=(file.mtime, file.mtime))
    if _digest_of(file.path) != file.before:
        raise FileChanged
    return True


def _digest_of(path: str) -> str | None:
    """Return the hash of a file's content, None if it is gone. Raises OSError."""
    try:
        with open(path, "rb") as file:
            return digest(file.read())
    except FileNotFoundError:
        return None
