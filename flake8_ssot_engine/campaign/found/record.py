"""Record: `.ssot/found.json`, the uses that the runs of a project's tests found.

It is written by pytest's plugin and read by `ssot retire`; docs/discovery.md says how long it
holds, docs/formats.md what is in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from flake8_ssot_engine.campaign.found.uses import Use, use_of_record
from flake8_ssot_engine.campaign.journal import FOLDER, digest, now, prepare_folder
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.project.writing import read_if_there, write_file
from flake8_ssot_engine.records import NamedTuple

NAME = "found.json"
VERSION = 1
_MODE = 0o644


@dataclass(frozen=True, slots=True)
class Record:
    """What was found, and when pytest last ended a run with its plugin (ISO 8601, UTC)."""

    at: str
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A use that may still be there; `changed` are the files on its stack that are not the same.

    `path` is the absolute one of its place.
    """

    use: Use
    path: str
    changed: tuple[str, ...]


def record_path(root: str) -> str:
    """Return where the record of a project is."""
    return os.path.join(root, FOLDER, NAME)


def read_record(root: str) -> Record | None:
    """Read a project's record; None if there is none. Raises UsageError for a damaged one."""
    path = record_path(root)
    try:
        content = read_if_there(path)
        return None if content is None else _parse(content)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        message = "is no record of this version; delete it, and run the tests again with the plugin"
        raise UsageError(f"{path}: {message}") from None


def _parse(content: bytes) -> Record:
    values = json.loads(content)
    if values["version"] != VERSION:
        raise ValueError(values["version"])
    return Record(str(values["at"]), tuple(map(use_of_record, values["uses"])))


def write_record(root: str, uses: Iterable[Use]) -> Record:
    """Replace a project's record, in one step. Raises OSError, and FileChanged."""
    record = Record(now(), tuple(sorted(uses, key=lambda use: (*use.key[2:], *use.key[:2]))))
    values: dict[str, Any] = {"version": VERSION, "at": record.at}
    values["uses"] = [use.as_record() for use in record.uses]
    prepare_folder(root)
    path = record_path(root)
    before = read_if_there(path)
    after = json.dumps(values, indent=1).encode("ascii") + b"\n"  # lone surrogates as escapes
    write_file(path, before=before, after=after, mode=_MODE)
    return record


def joined(old: Iterable[Use], found: Iterable[Use], ran: Set[str]) -> list[Use]:
    """Return the uses of a record after another run, in which `ran` came to its end.

    That are node ids of tests, and the paths of modules that were loaded. What ran and did not
    reach a place any more is no witness of it; a use without a witness is gone.
    """
    uses = {use.key: use for use in found}
    for use in old:
        left = tuple(test for test in use.tests if (test or use.place.path) not in ran)
        if use.key in uses:
            uses[use.key] = uses[use.key].joined(replace(use, tests=left))
        elif left:
            uses[use.key] = replace(use, tests=left)
    return list(uses.values())


def without_redundant(uses: Collection[Use]) -> list[Use]:
    """Return uses without the imports of a module of which the same line takes a name."""
    named = [(use.place.path, use.place.line, use.symbol) for use in uses]
    return [
        use
        for use in uses
        if not any(
            (path, line) == (use.place.path, use.place.line) and symbol.startswith(f"{use.symbol}.")
            for path, line, symbol in named
        )
    ]


class _Held(NamedTuple):
    """What a file holds: its SHA-256, None if it cannot be read, and its lines, stripped."""

    digest: str | None = None
    lines: Sequence[str] = ()


class State:
    """The state that a project's files are in, each looked at once."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._held: dict[str, _Held] = {}

    def dated(self, use: Use) -> Use:
        """Return a new use with the text of its place, and what its files hold."""
        paths = dict.fromkeys([*use.files, use.place.path, *(frame.path for frame in use.stack)])
        hashes = {path: self._of(path).digest for path in paths if not os.path.isabs(path)}
        files = {path: held for path, held in hashes.items() if held is not None}
        lines = self._of(use.place.path).lines
        text = lines[use.place.line - 1] if 0 < use.place.line <= len(lines) else ""
        return replace(use, text=text, files=files)

    def standing(self, uses: Iterable[Use]) -> list[Standing]:
        """Return the uses whose line is still in its file."""
        return [
            Standing(use, os.path.join(self._root, use.place.path), self._changed(use))
            for use in uses
            if self._is_there(use)
        ]

    def _is_there(self, use: Use) -> bool:
        if os.path.isabs(use.place.path):  # none of the project's
            return True
        return use.text in self._of(use.place.path).lines

    def _changed(self, use: Use) -> tuple[str, ...]:
        return tuple(path for path, held in use.files.items() if self._of(path).digest != held)

    def _of(self, path: str) -> _Held:
        if path not in self._held:
            try:
                content = read_regular(os.path.join(self._root, path))
            except OSError:
                self._held[path] = _Held()
            else:
                # Bytes are split where Python ends a line, texts at form feeds and others as well.
                lines = [line.decode("utf-8", "surrogateescape") for line in content.splitlines()]
                self._held[path] = _Held(digest(content), [line.strip() for line in lines])
        return self._held[path]
