"""git's objects, as far as a clone has them: nothing is fetched, nothing is written."""

from __future__ import annotations

import os
import subprocess
import weakref
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache

from flake8_ssot_engine.project.git import GitError, git_environment, run_git
from flake8_ssot_engine.records import NamedTuple

# A partial clone fetches what it is asked for and lacks. git 2.44 has an option against that;
# before, a fetch is kept from every protocol.
_NO_FETCH = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "", "GIT_OPTIONAL_LOCKS": "0"}
_AT_ONCE = 64
"""Objects asked for before the first is read: their names fit into any system's pipe."""
_TREE, _LINK, _SUBMODULE = 0o040000, 0o120000, 0o160000


def read_git(folder: str, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git in a folder, where it fetches nothing, and return what it prints. Raises GitError."""
    return run_git(folder, *arguments, stdin=stdin, environment=_NO_FETCH)


class Entry(NamedTuple):
    """What a folder holds under a name."""

    mode: int
    name: str

    @classmethod
    def of_tree(cls, name: str) -> Entry:
        """Return the entry that a folder of this name would be."""
        return cls(_TREE, name)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, be it one for another repository, of which nothing is known."""
        return self.mode in (_TREE, _SUBMODULE)

    @property
    def is_tree(self) -> bool:
        """Whether it is a folder of this repository, whose tree tells what is in it."""
        return self.mode == _TREE

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == _LINK


Folder = Mapping[str, Entry]
NOTHING: Folder = {}


class _Traits(NamedTuple):
    """What is true of a folder with all that is below it."""

    lacking: frozenset[str]
    has_links: bool


class Objects:
    """The objects of the repository that an absolute folder lies in, by their names.

    One `git cat-file` serves them all; a forked process starts its own.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._trees: dict[str, Folder | None] = {}
        self._traits: dict[str, _Traits] = {}

    def contents(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """Yield what each object holds, in order; None for one that is not here."""
        present = self._present
        for at in range(0, len(names), _AT_ONCE):
            some = names[at : at + _AT_ONCE]
            are_here = [present is None or bytes.fromhex(name) in present for name in some]
            read = self._read(
                [name for name, is_here in zip(some, are_here, strict=True) if is_here]
            )
            for is_here in are_here:
                yield next(read) if is_here else None
            read.close()

    def content(self, name: str) -> bytes | None:
        """Return what one object holds; None if it is not here."""
        (found,) = self.contents([name])
        return found

    def has_any(self, names: Sequence[str]) -> bool:
        """Whether one of some objects is here."""
        if self._present is not None:
            return any(bytes.fromhex(name) in self._present for name in names)
        asked = "".join(f"{name}\n" for name in names).encode("ascii")
        told = read_git(self._folder, "cat-file", "--batch-check", stdin=asked)
        return any(not line.endswith(b" missing") for line in told.splitlines())

    def tree(self, name: str) -> Folder | None:
        """Return what is in a folder; None if that is not here."""
        if name not in self._trees:
            self._trees[name] = _parse_tree(self.content(name), len(name) // 2)
        return self._trees[name]

    def load_trees(self, names: Sequence[str]) -> None:
        """Read folders with all that are below them, level by level: so it takes least."""
        waiting = dict.fromkeys(names)
        while waiting:
            new = [name for name in waiting if name not in self._trees]
            for name, data in zip(new, self.contents(new), strict=True):
                self._trees[name] = _parse_tree(data, len(name) // 2)
            trees = [self._trees[name] for name in new]
            waiting = {
                entry.name: None
                for tree in trees
                for entry in (tree or NOTHING).values()
                if entry.is_tree and entry.name not in self._trees
            }

    def lacking_below(self, name: str) -> frozenset[str]:
        """Return which of a folder and all folders below it are not here."""
        return self._traits_of(name).lacking

    def has_links(self, name: str) -> bool:
        """Whether there is a symbolic link in a folder or below it."""
        return self._traits_of(name).has_links

    def _traits_of(self, name: str) -> _Traits:
        if name not in self._traits:
            tree = self.tree(name)
            every = (tree or NOTHING).values()
            inner = [self._traits_of(entry.name) for entry in every if entry.is_tree]
            lacking = frozenset([name] if tree is None else ())
            self._traits[name] = _Traits(
                lacking.union(*(one.lacking for one in inner)),
                any(e.is_link for e in every) or any(one.has_links for one in inner),
            )
        return self._traits[name]

    @cached_property
    def _present(self) -> frozenset[bytes] | None:
        """The names of all objects that are here; None where those that are not can be asked for.

        In a partial clone, `cat-file` ends at an object that it may not fetch.
        """
        try:
            key = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
            read_git(self._folder, "config", "--get-regexp", key)
        except GitError:
            return None
        listed = read_git(
            self._folder,
            *("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)"),
        )
        return frozenset(map(bytes.fromhex, listed.decode("ascii").split()))

    def _read(self, names: Sequence[str]) -> Generator[bytes | None, None, None]:
        if not names:
            return
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        waiting = len(names)
        try:
            process.stdin.write("".join(f"{name}\n" for name in names).encode("ascii"))
            process.stdin.flush()
            while waiting:
                head = process.stdout.readline().split()
                data = None
                if head[1:] != [b"missing"]:
                    size = int(head[2])
                    data = process.stdout.read(size + 1)
                    if len(data) <= size:
                        raise EOFError
                waiting -= 1
                yield None if data is None else data[:-1]
        except (OSError, LookupError, ValueError, EOFError):
            raise GitError("git cat-file ended early") from None
        finally:
            if waiting:  # nobody wants what it would still say
                _end(process, self._owner)
                self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                ["git", "-C", self._folder, "cat-file", "--batch"],  # noqa: S607 - the user's git
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**git_environment(), **_NO_FETCH},
            )
            weakref.finalize(self, _end, self._process, self._owner)
        return self._process


@lru_cache(maxsize=1)
def shared_objects(folder: str, token: str) -> Objects:
    """Return the objects for some tasks: what is read for one serves all in the same process."""
    return Objects(folder)


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    """End the git of a process; one that was forked from that has nothing to do with it."""
    if os.getpid() != owner:
        return
    process.kill()
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        with suppress(OSError):  # what could not be written to it
            stream.close()
    process.wait()


def _parse_tree(data: bytes | None, width: int) -> Folder | None:
    """Return what a tree object says, whose names of objects take `width` bytes."""
    if data is None:
        return None
    found = {}
    at = 0
    while at < len(data):
        blank = data.index(b" ", at)
        end = data.index(b"\0", blank)
        mode, name = int(data[at:blank], 8), os.fsdecode(data[blank + 1 : end])
        at = end + 1 + width
        found[name] = Entry(mode, data[end + 1 : at].hex())
    return found
