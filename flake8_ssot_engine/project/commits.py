"""Commits: the first-parent line of a history, from its head back."""

from __future__ import annotations

import datetime
import os
import re

from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.git import GitError
from flake8_ssot_engine.project.git_objects import read_git
from flake8_ssot_engine.records import NamedTuple

_FIELDS = 5
_FORMAT = "--format=%H%x00%T%x00%ct%x00%an%x00%s"
_LATEST = 253402300799
"""Seconds since 1970 at the end of the year 9999: a commit may claim any time."""
_AGO = re.compile(r"\d+[ .](?:second|minute|hour|day|week|month|year)s?[ .]ago|yesterday")


class Commit(NamedTuple):
    """A commit: its hash and that of its tree, the committer's date, the author, the subject.

    What people wrote may hold anything; bytes that are not UTF-8 are surrogates (PEP 383).
    """

    name: str
    tree: str
    when: datetime.datetime
    author: str
    subject: str


class Line(NamedTuple):
    """The first-parent line of the repository that a project lies in, newest first.

    `prefix` leads from the top of the repository to the project.
    """

    prefix: tuple[str, ...]
    commits: tuple[Commit, ...]


def first_parents(root: str, since: str | None) -> Line:
    """Return the line of the project in the absolute folder `root`, from its head to `since`.

    That is a commit, by any name that git knows, or a date: `2025-06-30` (ISO 8601), `3 weeks
    ago`. The last commit is the state that it began with. Raises UsageError.
    """
    try:
        shown = os.fsdecode(read_git(root, "rev-parse", "--show-prefix"))
    except GitError as error:
        message = f"{root}: there is no history to look at: {error}"
        raise UsageError(message) from None
    if not _commit(root, "HEAD"):
        raise UsageError(f"{root}: there is no history to look at: no commit yet")
    commits = _line(root, "HEAD")
    prefix = tuple(filter(None, shown.removesuffix("\n").split("/")))
    return Line(prefix, commits if since is None else commits[: _count(root, commits, since) + 1])


def _count(root: str, commits: tuple[Commit, ...], since: str) -> int:
    """Return how many of the newest commits came after `since`."""
    if name := _commit(root, since):
        try:
            counted = read_git(root, "rev-list", "--first-parent", "--count", f"{name}..HEAD", "--")
        except GitError as error:
            raise UsageError(f"--since {since}: {error}") from None
        return int(counted)
    start = _date(root, since)
    if start is None:
        told = "neither a commit that git knows here nor a date such as 2025-06-30"
        if read_git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
            told += "; this clone is shallow, `git fetch --unshallow` gets what it lacks"
        raise UsageError(f"--since {since}: {told}")
    return max((n for n, one in enumerate(commits, start=1) if one.when >= start), default=0)


def _commit(root: str, name: str) -> str:
    """Return the hash of a commit; "" where git knows none of that name."""
    if name.startswith("-") or "\0" in name:
        return ""
    try:
        told = read_git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except GitError:
        return ""
    return told.decode().strip()


def _date(root: str, text: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        pass
    if not _AGO.fullmatch(text):  # git takes any text at all for a date
        return None
    told = read_git(root, "rev-parse", f"--since={text}").decode()
    return _time(told.strip().removeprefix("--max-age="))


def _line(root: str, head: str) -> tuple[Commit, ...]:
    told = read_git(
        root,
        *("log", "--first-parent", "-z", "--encoding=UTF-8", "--no-show-signature", "--no-notes"),
        *("--no-patch", "--no-color", _FORMAT, head, "--"),
    )
    words = told.decode("utf-8", "surrogateescape").split("\0")
    rows = (words[at : at + _FIELDS] for at in range(0, len(words) - 1, _FIELDS))
    return tuple(Commit(row[0], row[1], _time(row[2]), row[3], row[4]) for row in rows)


def _time(seconds: str) -> datetime.datetime:
    at = min(max(int(seconds or 0), 0), _LATEST)
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc)
