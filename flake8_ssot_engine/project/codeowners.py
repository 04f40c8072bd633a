"""Owners: whom a CODEOWNERS file names for the files of its repository.

What a pattern matches is asked of the library codeowners (maintained since 2018, typed, no
dependencies): it reads patterns as GitHub does. Of what else there is to the format it passes
comments off as owners, fails at an open bracket, takes a space for slashes, and knows no default
owners; so each pattern is handed over by itself, and the lines are read here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from codeowners import CodeOwners

from flake8_ssot_engine.project.ignores import repository_around
from flake8_ssot_engine.project.reading import read_regular

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where code hosts look for the file, the first one counts: GitHub in the first three, in this
order, GitLab in the last three, in this order."""
_MOST_BYTES = 3 * 1024 * 1024
"""GitHub loads no larger file ("About code owners")."""
_MOST_STARS = 4
"""In one segment; of more than that no use is known, but that a regex may take for ever."""
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?(?P<owners>(?:\s.*)?)")
"""A heading in GitLab's file: `[Name]`, `^[Optional]`, `[Name][2] @default`."""
_SPACE = "\ue000"
"""Stands for an escaped space: of those the library makes slashes."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern and its owners; each path that it matches holds the text `hint`."""

    pattern: str
    owners: tuple[str, ...]
    hint: str

    def matches(self, path: str) -> bool:
        return self.hint in path and bool(_matcher(self.pattern).of(path))


@dataclass(slots=True)
class _Section:
    """Some rules, of which the last that matches a file tells its owners.

    Those of GitLab's sections have one each; GitHub knows one section alone.
    """

    defaults: tuple[str, ...] = ()
    rules: list[_Rule] = field(default_factory=list)
    exclusions: list[_Rule] = field(default_factory=list)

    def owners_of(self, path: str) -> tuple[str, ...]:
        if any(rule.matches(path) for rule in self.exclusions):
            return ()
        last = next((rule for rule in reversed(self.rules) if rule.matches(path)), None)
        return () if last is None else last.owners or self.defaults


class Owners:
    """The owners of the files below `top`, by the text of a CODEOWNERS file at `path`.

    `invalid` are the lines (from 1) that are passed over, as GitHub does with those that it cannot
    read; `trouble` says why the file as a whole is.
    """

    def __init__(self, top: str, path: str, text: str, trouble: str = "") -> None:
        self.path = path
        self.trouble = trouble
        self._top = top
        self._known: dict[str, tuple[str, ...]] = {}
        self._sections: dict[str, _Section] = {"": _Section()}
        lines = text.split("\n")
        # By its place alone nobody can tell whose the file is; sections are GitLab's.
        self._is_github = os.path.basename(os.path.dirname(path)) == ".github"
        self._is_gitlab = os.path.basename(os.path.dirname(path)) == ".gitlab" or (
            not self._is_github and any(_SECTION.fullmatch(line.strip()) for line in lines)
        )
        self.invalid = tuple(self._read(lines))

    def of(self, path: str) -> tuple[str, ...]:
        """Return the owners of the file at an absolute path, as the file spells them.

        They are looked for once: every migration asks, and so does each list.
        """
        if path not in self._known:
            self._known[path] = tuple(dict.fromkeys(self._found(path)))
        return self._known[path]

    def _found(self, path: str) -> Iterator[str]:
        relative = os.path.relpath(path, self._top).replace(os.sep, "/").replace(" ", _SPACE)
        for section in self._sections.values():
            yield from section.owners_of(relative)

    def _read(self, lines: Iterable[str]) -> Iterator[int]:
        """Read the lines, and yield the numbers of those that are invalid."""
        section = self._sections[""]
        for number, line in enumerate(lines, start=1):
            heading = _SECTION.fullmatch(line.strip()) if self._is_gitlab else None
            if heading:
                section = self._sections.setdefault(heading["name"].lower(), _Section())
                section.defaults = tuple(_without_comment(heading["owners"].split()))
                continue
            words = _without_comment(line.replace("\\ ", _SPACE).split())
            if not words:
                continue
            pattern, owners = words[0], tuple(words[1:])
            is_exclusion = self._is_gitlab and pattern.startswith("!")
            rule = self._rule(pattern.removeprefix("!") if is_exclusion else pattern, owners)
            if rule is None:
                yield number
            else:
                (section.exclusions if is_exclusion else section.rules).append(rule)

    def _rule(self, pattern: str, owners: tuple[str, ...]) -> _Rule | None:
        """Return what a line says, None for one that is invalid."""
        if self._is_gitlab and not pattern.startswith("/"):
            pattern = f"**/{pattern}"  # relative ones match anywhere there
        pattern = "/".join(_simplified(pattern.split("/")))
        is_valid = (
            pattern.strip("/")
            and not pattern.startswith("!")
            and "[" not in pattern
            and all(segment.count("*") <= _MOST_STARS for segment in pattern.split("/"))
            and all("@" in owner[:-1] for owner in owners)
        )
        if not is_valid:
            return None
        return _Rule(pattern, owners, max(re.split(r"[*?/\\]", pattern), key=len))


def find_owners(root: str) -> Owners | None:
    """Return the owners of a project's files, None where its repository has no CODEOWNERS.

    Outside of any repository the file is looked for in the project's root.
    """
    top = repository_around(root) or root
    path = next(filter(os.path.isfile, (os.path.join(top, *p.split("/")) for p in PLACES)), None)
    if path is None:
        return None
    try:
        data = read_regular(path)
    except OSError as error:
        return Owners(top, path, "", f"cannot be read: {error.strerror or error}")
    if len(data) > _MOST_BYTES:
        return Owners(top, path, "", "is larger than 3 MB; no code host reads that")
    return Owners(top, path, data.decode("utf-8-sig", "surrogateescape"))


@cache
def _matcher(pattern: str) -> CodeOwners:
    return CodeOwners(f"{pattern} @somebody")


def _without_comment(words: Sequence[str]) -> list[str]:
    end = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
    return list(words[:end])


def _simplified(segments: Iterable[str]) -> Iterator[str]:
    """Yield the segments of a pattern without wildcards that add nothing, only ways to match."""
    before = ""
    for segment in segments:
        if segment != "**":
            before = re.sub(r"(?<!\\)[*?]{2,}", _simplified_run, segment)
            yield before
        elif before != "**":
            before = segment
            yield before


def _simplified_run(run: re.Match[str]) -> str:
    return "?" * run[0].count("?") + "*" * ("*" in run[0])
