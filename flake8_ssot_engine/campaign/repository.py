"""Repository: git, as far as a campaign asks it, by its command (which runs the hooks people have).

Nothing here resets, cleans or stashes.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Sequence

from flake8_ssot_engine.errors import SsotError, UsageError

RUN_TRAILER = "Ssot-Run"
"""The trailer of a commit that tells which run made it."""
_NEEDS = "`--commit` needs git and a repository; without it phases work as well"


class GitError(SsotError):
    """git refused; the text is what it said."""


class Repository:
    """The git repository that a project lies in."""

    def __init__(self, root: str) -> None:
        """Find the repository of an absolute folder. Raises UsageError if there is none."""
        self._root = root
        try:
            self._top = os.path.realpath(self._git("rev-parse", "--show-toplevel").rstrip("\n"))
        except GitError as error:
            raise UsageError(f"{_NEEDS} ({error})") from None

    def changes(self, paths: Collection[str] = ()) -> list[str]:
        """Return what is not committed: tracked files that changed, and untracked ones of `paths`.

        The paths given are absolute, those returned relative to the root.
        """
        known = {os.path.realpath(path) for path in paths}
        entries = self._git("status", "--porcelain", "-z", "--untracked-files=all").split("\0")
        found = []
        entries.reverse()
        while entries:
            entry = entries.pop()
            status, name = entry[:2], entry[3:]
            if status[:1] in ("R", "C"):
                entries.pop()  # the old name
            path = os.path.join(self._top, name)
            if name and (status != "??" or path in known):
                found.append(os.path.relpath(path, self._root))
        return sorted(found)

    def check_may_commit(self) -> None:
        """Raise UsageError if no commit could be made: nobody is named as its author, say."""
        try:
            self._git("var", "GIT_COMMITTER_IDENT")
            self._git("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        except GitError as error:
            told = str(error) or "the repository has no commit yet; make a first one"
            raise UsageError(f"`--commit`: {told}") from None

    def commit(self, paths: Sequence[str], message: str) -> str:
        """Commit some files and nothing else; return the commit's hash. Raises GitError.

        What else is in the index stays there. Hooks run.
        """
        names = "\0".join(os.path.relpath(path, self._root) for path in paths)
        options = ["--only", "--pathspec-from-file=-", "--pathspec-file-nul"]
        self._git("commit", "--quiet", f"--message={message}", *options, told=names)
        return self._git("rev-parse", "HEAD").strip()

    def commit_of(self, run: str) -> str | None:
        """Return the commit at the head if a run made it, by its trailer. Raises GitError."""
        wanted = f"%H %(trailers:key={RUN_TRAILER},valueonly,separator=%x2C)"
        commit, _, name = self._git("log", "-1", f"--format={wanted}").strip().partition(" ")
        return commit if name == run else None

    def _git(self, *arguments: str, told: str | None = None) -> str:
        environment = {**os.environ, "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}
        try:
            done = subprocess.run(  # noqa: S603 - our own arguments
                ["git", "-C", self._root, *arguments],  # noqa: S607 - the user's own git
                input=None if told is None else os.fsencode(told),
                stdin=subprocess.DEVNULL if told is None else None,
                capture_output=True,
                check=False,
                env=environment,
            )
        except FileNotFoundError:
            raise UsageError(f"{_NEEDS} (git is not installed)") from None
        if done.returncode:
            told = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
            raise GitError(told.removeprefix("fatal: ") or f"git {arguments[0]} failed")
        return os.fsdecode(done.stdout)
