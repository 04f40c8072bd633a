"""Journal: what one run of a phase changed, enough to undo it exactly, whatever became of the run.

A run is a folder, `.ssot/runs/0007-critical-path` below the project's root. A person can read it:

- `journal.jsonl`, one JSON object a line: first what was asked for, then each file before it is
  changed (`file`, the hashes `before` and `after`, mode and modification time), then each state;
- `before/HASH`, the content that a file had, named by its SHA-256;
- `output.log`, what the validators printed.

To undo a run by hand, copy `before/HASH` over each `file`; `ssot rollback` does that, and leaves
alone what somebody edited since.

Order of writes, so that neither a kill nor a loss of power at any instant can lose a file:

1. The folders are made and each is synced into the one above it; then the first line.
2. The content of each file goes to `before/HASH` and is synced, then the folder `before` is.
3. Only then the lines of these files are appended, and the journal is synced.
4. Only then the first of these files is changed (`project/writing.py`: a synced copy, a rename, a
   synced folder). So whatever is not as it was before has its line and its content on the disk.
5. A state is appended and synced once everything that it claims is on the disk.

A line that a kill cut short is the last one, and nothing was done on its account: it is dropped.
"""

from __future__ import annotations

import datetime
import enum
import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.project.writing import create_file, sync_folder
from flake8_ssot_engine.records import NamedTuple

FOLDER = ".ssot"
"""Where a project keeps its runs and its lock, out of git's sight."""
VERSION = 1
_IGNORE = b"# Made by ssot: the journals of its runs, for `ssot rollback`.\n*\n"
_NAME = re.compile(r"(\d{4,})-.*")


class State(enum.Enum):
    """How far a run has got; the last one that its journal tells counts."""

    RUNNING = "running"
    """Not at its end: files may be changed and not validated."""
    COMMITTING = "committing"
    """Validated; a commit may be made of it."""
    RESTORING = "restoring"
    """About to be undone, after it was done."""
    DONE = "done"
    """Validated, and committed where that was asked for."""
    RESTORED = "restored"
    """Undone: each of its files is what it was, but for those that somebody edited since."""
    STOPPED = "stopped"
    """Ended before it changed anything."""


_UNFINISHED = (State.RUNNING, State.COMMITTING, State.RESTORING)


class Change(NamedTuple):
    """A file about to change, by its absolute path; `after` is None where it is removed."""

    path: str
    before: bytes
    after: bytes | None


@dataclass(slots=True)
class JournalledFile:
    """A file that a run changed: what it was, and what the run may have made of it.

    `path` is absolute, `before` a SHA-256; so are those `after`, None for a removed file.
    `mode` are permission bits, `mtime` is in nanoseconds.
    """

    path: str
    before: str
    mode: int
    mtime: int
    after: list[str | None]


@dataclass(slots=True)
class Run:
    """A run as its journal tells it; `facts` are those of its first line and of its states."""

    root: str
    folder: str
    facts: dict[str, Any]
    files: dict[str, JournalledFile] = field(default_factory=dict)
    state: State = State.RUNNING
    is_pruned: bool = False

    @property
    def number(self) -> int:
        """The number that a person calls it by."""
        return _number(os.path.basename(self.folder))

    @property
    def name(self) -> str:
        """The name of its folder."""
        return os.path.basename(self.folder)

    @property
    def is_unfinished(self) -> bool:
        """Whether it ended without a state that it may be left in, and may have changed files."""
        return bool(self.files) and self.state in _UNFINISHED

    @property
    def log_path(self) -> str:
        """Where the output of its validators is."""
        return os.path.join(self.folder, "output.log")

    @property
    def unrestored(self) -> list[str]:
        """The files that its undoing left as somebody had edited them."""
        left = self.facts.get("left")  # of a run that is done, the number of violations
        return left if isinstance(left, list) else []

    @property
    def is_in_force(self) -> bool:
        """Whether a file may still hold what it made of it."""
        is_undone = self.state is State.RESTORED and not self.unrestored
        return bool(self.files) and not is_undone

    def content_before(self, file: JournalledFile) -> bytes:
        """Return what a file was. Raises OSError, and ValueError if that is damaged."""
        path = os.path.join(self.folder, "before", file.before)
        content = read_regular(path)
        if digest(content) != file.before:
            raise ValueError(f"{path} is damaged")
        return content


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Journal:
    """The journal of a run, open for writing."""

    def __init__(self, run: Run) -> None:
        """Go on with the journal of a run that there is."""
        self.run = run
        self._path = os.path.join(run.folder, "journal.jsonl")

    @classmethod
    def begin(cls, root: str, label: str, facts: Mapping[str, Any]) -> Journal:
        """Begin a run; the project must be locked. Raises UsageError if it cannot be kept."""
        try:
            runs = os.path.join(prepare_folder(root), "runs")
            if not os.path.isdir(runs):
                os.mkdir(runs)
                sync_folder(os.path.dirname(runs))
            number = max(map(_number, os.listdir(runs)), default=0) + 1
            slug = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:40]
            run = Run(root, os.path.join(runs, f"{number:04}-{slug or 'run'}"), {})
            os.mkdir(run.folder)
            os.mkdir(os.path.join(run.folder, "before"))
            sync_folder(run.folder)
            sync_folder(runs)
            journal = cls(run)
            journal._append({"journal": VERSION, "begun": now(), **facts})
            sync_folder(run.folder)
        except OSError as error:
            told = f"{error.filename or root}: {error.strerror or error}"
            raise UsageError(f"the journal cannot be kept: {told}") from None
        return journal

    def record(self, changes: Iterable[Change]) -> None:
        """Keep what some files are before they change. Raises OSError; then none may change."""
        lines = []
        images = os.path.join(self.run.folder, "before")
        for change in changes:
            path = os.path.realpath(change.path)
            status = os.stat(path)
            before = digest(change.before)
            known = self.run.files.get(path)
            if known is None:
                _write_image(os.path.join(images, before), change.before)
            lines.append(
                {
                    "file": _relative(self.run.root, path),
                    "before": before,
                    "after": None if change.after is None else digest(change.after),
                    "mode": stat.S_IMODE(status.st_mode),
                    "mtime_ns": status.st_mtime_ns,
                }
            )
        sync_folder(images)
        self._append(*lines)

    def mark(self, state: State, **facts: Any) -> None:
        """Note that the run has got to a state. Raises OSError."""
        self._append({"state": state.value, "at": now(), **facts})

    @contextmanager
    def log(self) -> Iterator[BinaryIO]:
        """Give the file that keeps what validators print. Raises UsageError."""
        try:
            file = open(self.run.log_path, "ab")  # noqa: SIM115 - closed below
        except OSError as error:
            raise UsageError(f"{self.run.log_path}: {error.strerror or error}") from None
        try:
            yield file
        finally:
            with suppress(OSError):  # each write was flushed, and has told of a full disk
                file.close()

    def is_there(self) -> bool:
        """Whether the journal is where it was; somebody may have cleaned up."""
        return os.path.exists(self._path)

    def prune(self) -> None:
        """Drop what undoing the run needs, and its log; the journal stays. Raises OSError."""
        self._append({"pruned": now()})
        shutil.rmtree(os.path.join(self.run.folder, "before"), ignore_errors=True)
        if os.path.exists(self.run.log_path):
            os.unlink(self.run.log_path)

    def _append(self, *records: Mapping[str, Any]) -> None:
        if not records:
            return
        with open(self._path, "ab+") as file:
            file.seek(0)
            whole = file.read().rfind(b"\n") + 1
            file.truncate(whole)  # a line that a kill cut short
            # With lone surrogates as `\udc80`: a path need not be UTF-8.
            file.write(b"".join(json.dumps(r).encode("ascii") + b"\n" for r in records))
            file.flush()
            os.fsync(file.fileno())
        for record in records:
            _take(self.run, record)


def prepare_folder(root: str) -> str:
    """Make the folder `.ssot` of a project if it lacks, and return it. Raises OSError."""
    folder = os.path.join(root, FOLDER)
    ignore = os.path.join(folder, ".gitignore")
    if not os.path.exists(ignore):
        create_file(ignore, _IGNORE, mode=0o644)
        sync_folder(root)
    return folder


def read_runs(root: str) -> list[Run]:
    """Return the runs of a project, the oldest first. Raises UsageError for a damaged journal.

    A run without a whole first line changed nothing and is left out.
    """
    runs = os.path.join(root, FOLDER, "runs")
    try:
        names = sorted(filter(_NAME.fullmatch, os.listdir(runs)), key=_number)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(f"{runs}: {error.strerror or error}") from None
    found = (_read_run(root, os.path.join(runs, name)) for name in names)
    return [run for run in found if run is not None]


def _read_run(root: str, folder: str) -> Run | None:
    path = os.path.join(folder, "journal.jsonl")
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    run = Run(root, folder, {})
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), 1):
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise TypeError("not an object")
            if number == 1 and "journal" not in record:
                raise KeyError("journal")
            if record.get("journal", VERSION) != VERSION:
                told = "was written by another version of ssot; roll back with that one"
                raise UsageError(f"{path}: {told}")
            _take(run, record)
        except (ValueError, KeyError, TypeError, AttributeError):
            told = "is damaged; the contents before the run are in `before/`, named by SHA-256"
            raise UsageError(f"{path}:{number}: {told}") from None
    return run if run.facts else None


def _take(run: Run, record: Mapping[str, Any]) -> None:
    """Add one line of a journal to what is known of its run."""
    if "file" in record:
        _check_types(record)
        path = os.path.normpath(os.path.join(run.root, record["file"]))
        known = run.files.get(path)
        if known is None:
            run.files[path] = JournalledFile(
                path, record["before"], record["mode"], record["mtime_ns"], [record["after"]]
            )
        else:
            known.after.append(record["after"])
        return
    if not run.facts and not isinstance(record["begun"], str):
        raise TypeError("begun")
    if "pruned" in record:
        run.is_pruned = True
    elif "state" in record:
        run.state = State(record["state"])
    run.facts.update(record)


_TYPES: dict[str, type | tuple[type, ...]] = {
    "file": str,
    "before": str,
    "after": (str, type(None)),
    "mode": int,
    "mtime_ns": int,
}


def _check_types(record: Mapping[str, Any]) -> None:
    for key, expected in _TYPES.items():
        if not isinstance(record[key], expected):
            raise TypeError(key)


def _write_image(path: str, content: bytes) -> None:
    if os.path.exists(path):  # two files alike
        return
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _relative(root: str, path: str) -> str:
    is_inside = path.startswith(os.path.join(root, ""))
    return os.path.relpath(path, root).replace(os.sep, "/") if is_inside else path


def _number(name: str) -> int:
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else 0


def now() -> str:
    """Return the time as records tell it (ISO 8601, UTC)."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
