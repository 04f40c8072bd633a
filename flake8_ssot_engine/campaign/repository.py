"""Repository: git, as far as a campaign asks it, by its command (which runs the hooks people have).

Nothing here resets, cleans or stashes.
"""

from __future__ import annotations

import io
import os
import shlex
from collections.abc import Callable, Collection, Sequence
from typing import BinaryIO

from flake8_ssot_engine.campaign.processes import Outcome, run_command
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.git import GitError, run_git

RUN_TRAILER = "Ssot-Run"
"""The trailer of a commit that tells which run made it."""
_HOOK_SECONDS = 3600.0
"""How long the hooks of a commit may take."""
_NEEDS = "`--commit` needs git and a repository; without it phases work as well"


class Repository:
    """The git repository that a project lies in."""

    def __init__(self, root: str) -> None:
        """Find the repository of an absolute folder. Raises UsageError if there is none."""
        self._root = root
        try:
            self._top = os.path.realpath(self._git("rev-parse", "--show-toplevel").rstrip("\n"))
            self._git_folder = self._git("rev-parse", "--absolute-git-dir").rstrip("\n")
        except GitError as error:
            raise UsageError(f"{_NEEDS} ({error})") from None

    def changes(
        self, paths: Collection[str] = (), *, counts: Callable[[str], bool] = lambda path: True
    ) -> list[str]:
        """Return what is not committed: tracked files that changed, and untracked ones of `paths`.

        Of the latter those that `counts` says do, by their real paths. The paths given are
        absolute, those returned relative to the root.
        """
        known = {os.path.realpath(path) for path in paths}
        entries = self._git("status", "--porcelain", "-z", "--untracked-files=all").split("\0")
        found = []
        entries.reverse()
        while entries:
            entry = entries.pop()
            status, name = entry[:2], entry[3:]
            if "R" in status or "C" in status:
                entries.pop()  # the old name
            path = os.path.join(self._top, name)
            if name and (status != "??" or (path in known and counts(path))):
                found.append(os.path.relpath(path, self._root))
        return sorted(found)

    def check_may_commit(self) -> None:
        """Raise UsageError if no commit could be made: nobody is named as its author, say."""
        try:
            self._git("var", "GIT_AUTHOR_IDENT")
            self._git("var", "GIT_COMMITTER_IDENT")
        except GitError as error:
            raise UsageError(f"`--commit`: {error}") from None
        try:
            self._git("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        except GitError:
            raise UsageError("`--commit`: there is no commit yet; make a first one") from None

    def commit(
        self,
        paths: Sequence[str],
        message: str,
        *,
        log: BinaryIO | None = None,
        stream: Callable[[bytes], None] | None = None,
    ) -> str:
        """Commit some files and nothing else; return the commit's hash. Raises GitError.

        What else is in the index stays there. Hooks run, and what they print goes to `log` and
        `stream`. An interrupt ends git and its hooks, and is raised on.
        """
        root = os.path.realpath(self._root)
        real = dict.fromkeys(os.path.realpath(path) for path in paths)
        names = "".join(f":(literal){os.path.relpath(path, root)}\0" for path in real)
        listed = os.path.join(self._git_folder, f"ssot-commit-{os.getpid()}")
        with open(listed, "wb") as file:
            file.write(os.fsencode(names))
        try:
            options = ["--quiet", f"--message={message}", "--only", "--pathspec-file-nul"]
            command = ["git", "commit", *options, f"--pathspec-from-file={listed}"]
            result = run_command(
                shlex.join(command),
                cwd=self._root,
                timeout_seconds=_HOOK_SECONDS,
                log=log or io.BytesIO(),
                stream=stream,
            )
        finally:
            os.unlink(listed)
        if result.outcome is not Outcome.PASSED:
            raise GitError(result.tail or f"git commit {result.outcome.value}")
        return self._git("rev-parse", "HEAD").strip()

    def check_idle(self) -> None:
        """Raise UsageError while git is at work here, for what it is doing is not yet known."""
        lock = os.path.join(self._git_folder, "index.lock")
        if os.path.exists(lock):
            told = "wait for it to end; if no git is running, it was killed: remove that file"
            raise UsageError(f"git is at work in this repository ({lock}); {told}")

    def commit_of(self, run: str) -> str | None:
        """Return the commit at the head if a run made it, by its trailer. Raises GitError."""
        wanted = f"%H %(trailers:key={RUN_TRAILER},valueonly,separator=%x2C)"
        shown = self._git("log", "-1", "--no-show-signature", f"--format={wanted}")
        commit, _, name = shown.strip().partition(" ")
        return commit if name == run else None

    def _git(self, *arguments: str) -> str:
        return os.fsdecode(run_git(self._root, *arguments))
