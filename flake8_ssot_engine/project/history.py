"""History: what git knows of a project's files at other times."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.git import GitError, run_git
from flake8_ssot_engine.records import NamedTuple

_BLAME_SECONDS = 10.0
"""A verdict does not wait longer for git to tell which of some lines is the newest."""
_RENAMES = ("-M", "-l3000", "--no-ext-diff", "--no-relative", "--ignore-submodules")
_NEWEST = 2**62
_NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
_BLAMED = re.compile(rb"^([0-9a-f]{40,64}) \d+ (\d+)", re.MULTILINE)
_TIME = re.compile(rb"^committer-time (\d+)$", re.MULTILINE)


class Change(NamedTuple):
    """A file that differs from a commit; `before` is what it was called there, "" for a new one.

    Both are absolute paths; `path` is "" for a file that is gone.
    """

    path: str
    before: str


class History:
    """The repository whose work tree an absolute folder lies in."""

    def __init__(self, folder: str) -> None:
        """Raise GitError if there is none, or no git."""
        self._folder = folder
        self._owned: dict[str, bool] = {}
        shown = os.fsdecode(run_git(folder, "rev-parse", "--show-toplevel")).rstrip("\n")
        self._top = os.path.realpath(shown)

    def merge_base(self, ref: str) -> str:
        """Return the commit where the head and `ref` parted.

        Raises UsageError with what to fetch where this clone does not hold it.
        """
        if not self._knows("HEAD"):
            raise UsageError("there is no commit yet, so everything is new")
        if not self._knows(ref):
            raise UsageError(f"git knows no `{ref}`; {self._how_to_fetch(ref)}")
        try:
            found = run_git(self._folder, "merge-base", "HEAD", ref)
        except GitError:
            if self._is_shallow:
                told = (
                    "this clone is shallow and ends before the two meet; `git fetch --unshallow`"
                    " (actions/checkout: `fetch-depth: 0`, GitLab: `GIT_DEPTH: 0`)"
                )
            else:
                told = "HEAD and it have no commit in common"
            raise UsageError(f"{ref}: {told}") from None
        return found.decode().split()[0]

    def changes_since(self, commit: str) -> list[Change]:
        """Return the files that are not as they were in a commit, by their names of today.

        What is staged, what is not and what is untracked count alike; renames are followed.
        """
        return [change for change in self.all_changes_since(commit) if change.path]

    def all_changes_since(self, commit: str) -> list[Change]:
        """Return those changes, and the files that are gone, whose `path` is ""."""
        with self._whole_index() as environment:
            printed = run_git(
                self._folder,
                *(*_NO_HOOKS, "diff", "--name-status", "-z"),
                *(*_RENAMES, commit, "--"),
                environment=environment,
            )
        return list(self._parse_changes(os.fsdecode(printed).split("\0")))

    def renames_since_change_of(self, path: str) -> dict[str, str]:
        """Return the new absolute path of each file renamed since a commit last changed `path`."""
        shown = run_git(self._folder, "rev-list", "-1", "HEAD", "--", path).decode().strip()
        changes = self.changes_since(shown or "HEAD")
        return {one.before: one.path for one in changes if one.before not in ("", one.path)}

    def owns(self, path: str) -> bool:
        """Whether a file lies in this repository: below its top, and in no other one below that."""
        folder = os.path.dirname(path)
        if folder not in self._owned:  # links are resolved once a folder
            self._owned[folder] = self._owns_folder(os.path.realpath(folder))
        return self._owned[folder]

    def _owns_folder(self, folder: str) -> bool:
        if folder not in self._owned:
            parent = os.path.dirname(folder)
            self._owned[folder] = folder == self._top or (
                parent != folder
                and not os.path.lexists(os.path.join(folder, ".git"))
                and self._owns_folder(parent)
            )
        return self._owned[folder]

    def contents_at(self, commit: str, paths: Sequence[str]) -> Iterator[bytes | None]:
        """Yield what each absolute path held in a commit, None where there was no such file."""
        # One name a line: one with a line break cannot be asked for, and `:` names no file.
        names = [self._name(path) for path in paths]
        names = ["" if "\n" in name else name for name in names]
        asked = b"".join(os.fsencode(f"{commit}:{name or ':'}\n") for name in names)
        printed = run_git(self._folder, "cat-file", "--batch", stdin=asked)
        start = 0
        for _ in names:
            end = printed.index(b"\n", start)
            head = printed[start:end]
            start = end + 1
            if head.endswith(b" missing"):
                yield None
                continue
            kind, size = head.split(b" ")[-2:]
            yield printed[start : start + int(size)] if kind == b"blob" else None
            start += int(size) + 1

    def unmerged(self, path: str) -> dict[int, bytes]:
        """Return what a file in conflict held, by git's stages: 1 base, 2 ours, 3 theirs."""
        printed = run_git(self._folder, "ls-files", "--unmerged", "-z", "--", path)
        found = {}
        for entry in filter(None, printed.split(b"\0")):
            _, name, stage = entry.partition(b"\t")[0].decode().split(" ")
            found[int(stage)] = run_git(self._folder, "cat-file", "blob", name)
        return found

    def times_of_lines(self, path: str, lines: Sequence[int], content: bytes) -> dict[int, int]:
        """Return when each of some lines (from 1) came in: seconds since 1970.

        `content` is what the file holds now; a line that no commit has is the newest of all.
        Raises GitError, also where git takes more than ten seconds.
        """
        ranges = [word for line in lines for word in ("-L", f"{line},{line}")]
        try:
            printed = run_git(
                self._folder,
                *("blame", "--line-porcelain", *ranges, "--contents", "-", "--", path),
                stdin=content,
                timeout_seconds=_BLAME_SECONDS,
            )
        except GitError:
            # `blame.ignoreRevsFile` may name a file that is not there, and nothing overrides it.
            (committed,) = self.contents_at("HEAD", [path])
            every = content.splitlines()
            if committed is None or max(lines) > len(every):
                raise
            old = set(committed.splitlines())
            return {line: 0 if every[line - 1] in old else _NEWEST for line in lines}
        heads = list(_BLAMED.finditer(printed))
        times = {}
        for head in heads:
            found = _TIME.search(printed, head.end())
            is_committed = head[1].strip(b"0") != b""
            times[int(head[2])] = int(found[1]) if found and is_committed else _NEWEST
        return times

    def _parse_changes(self, words: Sequence[str]) -> Iterator[Change]:
        waiting = iter(words)
        for status in waiting:
            if not status:
                break
            before = self._absolute(next(waiting))
            if status[0] in "RC":
                yield Change(self._absolute(next(waiting)), before)
            elif status[0] == "D":
                yield Change("", before)
            else:
                yield Change(before, "" if status[0] == "A" else before)

    @contextmanager
    def _whole_index(self) -> Iterator[Mapping[str, str]]:
        """Give an environment in which git takes untracked files for added ones.

        They are added, without their content, to a copy of the index, so that renames that
        nobody has staged are found as well. (`add --intent-to-add` would write to the repository,
        and run its hooks.)
        """
        shown = os.fsdecode(run_git(self._folder, "rev-parse", "--git-path", "index"))
        index = os.path.join(self._folder, shown.rstrip("\n"))
        with tempfile.TemporaryDirectory(prefix="ssot-") as folder:
            copy = os.path.join(folder, "index")
            if os.path.exists(index):
                shutil.copy2(index, copy)  # its time tells which entries git must not trust
            # The copy is git's to refresh, but its hooks would be told.
            environment = {"GIT_INDEX_FILE": copy, "GIT_OPTIONAL_LOCKS": "0"}
            listed = run_git(self._top, "ls-files", "--others", "--exclude-standard", "-z")
            blob = run_git(self._top, "hash-object", "-t", "blob", "--stdin").strip()
            entries = b"".join(
                b"100644 %s 0\t%s\0" % (blob, name)
                for name in listed.split(b"\0")
                if name and not name.endswith(b"/")  # a repository within this one
            )
            run_git(
                self._top,
                *("-c", "core.splitIndex=false", *_NO_HOOKS, "update-index", "-z", "--index-info"),
                stdin=entries,
                environment=environment,
            )
            yield environment

    def _knows(self, ref: str) -> bool:
        try:
            run_git(self._folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        except GitError:
            return False
        return True

    def _how_to_fetch(self, ref: str) -> str:
        remotes = run_git(self._folder, "remote").decode().split()
        remote, _, branch = ref.partition("/")
        deeper = "--unshallow " if self._is_shallow else ""
        if branch and remote in remotes:
            # With both ends: a clone of one branch would leave it in FETCH_HEAD alone.
            return f"`git fetch {deeper}{remote} {branch}:refs/remotes/{remote}/{branch}`"
        for remote in remotes:
            if self._knows(f"{remote}/{ref}"):
                return f"did you mean `{remote}/{ref}`?"
        if remotes:
            return f"`git fetch {deeper}{remotes[0]} {ref}`, then name `FETCH_HEAD`"
        return "name a branch, a tag or a commit"

    @property
    def _is_shallow(self) -> bool:
        return run_git(self._folder, "rev-parse", "--is-shallow-repository").strip() == b"true"

    # git tells real paths, below whatever symbolic links lead to the folder.

    def _absolute(self, name: str) -> str:
        real = os.path.join(self._top, name)
        below = os.path.relpath(real, os.path.realpath(self._folder))
        return os.path.normpath(os.path.join(self._folder, below))

    def _name(self, path: str) -> str:
        below = os.path.relpath(path, self._folder)
        real = os.path.normpath(os.path.join(os.path.realpath(self._folder), below))
        return os.path.relpath(real, self._top).replace(os.sep, "/")
