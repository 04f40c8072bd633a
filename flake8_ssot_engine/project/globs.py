"""Gitignore's patterns (git 2.39, `gitignore(5)` and `wildmatch.c`).

Not by pathspec: 1.1 passes over the folders of the usual white list `*`, `!*/`, `!*.py`, and
takes `a/**` to mean `a` too. Unlike git we count characters, not bytes, under a `?`.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import NamedTuple

from flake8_ssot_engine.migrations import Globs


class _Pattern(NamedTuple):
    """One line: a regex on the name alone, or on the whole path where a slash anchors it."""

    regex: re.Pattern[str]
    is_anchored: bool
    only_folders: bool
    is_match: bool


def matches(globs: Globs, path: str) -> bool:
    """Whether an absolute `path` matches; one outside the patterns' base never does."""
    return verdict(globs, path) is True


def verdict(globs: Globs, path: str, *, is_folder: bool = False) -> bool | None:
    """Return True for a match, False for a negated one (`!x`), None where no pattern speaks.

    What lies below a folder that matches, matches; a later negation cannot take it back.
    """
    relative = _relative(globs, path)
    if relative is None:
        return None
    for end, character in enumerate(relative):
        if character == "/" and _told(globs.patterns, relative[:end], is_folder=True):
            return True
    return _told(globs.patterns, relative, is_folder=is_folder)


def own_verdict(globs: Globs, path: str, *, is_folder: bool) -> bool | None:
    """Return the verdict on a path alone, for a walk that looked at the folders above it."""
    relative = _relative(globs, path)
    return None if relative is None else _told(globs.patterns, relative, is_folder=is_folder)


def _relative(globs: Globs, path: str) -> str | None:
    base = globs.base.rstrip(os.sep) + os.sep
    if not globs.patterns or not path.startswith(base):
        return None
    return path[len(base) :].replace(os.sep, "/")


def _told(patterns: tuple[str, ...], relative: str, *, is_folder: bool) -> bool | None:
    name = relative[relative.rfind("/") + 1 :]
    for pattern in _compiled(patterns):
        if pattern.only_folders and not is_folder:
            continue
        if pattern.regex.fullmatch(relative if pattern.is_anchored else name):
            return pattern.is_match
    return None


@lru_cache(maxsize=256)
def _compiled(lines: tuple[str, ...]) -> tuple[_Pattern, ...]:
    """Return the patterns of some lines, the last first: of several that match, it decides."""
    return tuple(filter(None, map(_parse, reversed(lines))))


def _parse(line: str) -> _Pattern | None:
    """Read one line; None for a blank, a comment, and what git takes for no pattern."""
    line = re.sub(r"(?<!\\)((?:\\\\)*) +$", r"\1", line.removesuffix("\r"))
    is_negated = line.startswith("!")
    line = line[is_negated:]
    body = line.removesuffix("/")
    if not body or (line.startswith("#") and not is_negated):
        return None
    regex = _translated(body.removeprefix("/"))
    if regex is None:
        return None
    return _Pattern(re.compile(regex, re.DOTALL), "/" in body, body != line, not is_negated)


# The parts of a pattern in the order in which they are tried; a class has at least one member.
_PART = re.compile(
    r"(?P<above>(?:(?<=/)|^)\*\*/)"
    r"|(?P<below>(?<=/)\*\*$)"
    r"|(?P<any>\*+)"
    r"|(?P<one>\?)"
    r"|\[(?P<class>[!^]?(?:\\.|\[:[a-z]*:\]|[^\\])(?:\\.|\[:[a-z]*:\]|[^\]\\])*)\]"
    r"|\\(?P<escaped>.)"
    r"|(?P<plain>[^\\\[])",
    re.DOTALL,
)
_MEMBER = re.compile(r"\[:([a-z]*):\]|(\\.|.)(?:-(\\.|[^\]\\]))?", re.DOTALL)
_NAMED_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
_WILD = {"above": "(?:.*/)?", "below": ".+", "any": "[^/]*", "one": "[^/]"}


def _translated(body: str) -> str | None:
    regex, position = "", 0
    while position < len(body):
        part = _PART.match(body, position)
        if part is None:  # an open class, or a backslash at the end
            return None
        kind = part.lastgroup or ""
        if kind == "class":
            regex += _class(part[kind])
        else:
            regex += _WILD.get(kind) or re.escape(part[kind])
        position = part.end()
    return regex


def _class(members: str) -> str:
    """Translate what stands between brackets; a slash is never a member."""
    is_negated = members[0] in "!^"
    ranges = ""
    for name, low, high in _MEMBER.findall(members[is_negated:]):
        low, high = low[-1:], (high or low)[-1:]
        if name:
            ranges += _NAMED_CLASSES.get(name, "")
        elif low <= high:
            ranges += f"{re.escape(low)}-{re.escape(high)}"
    if is_negated:
        return f"[^/{ranges}]"
    return f"(?!/)[{ranges}]" if ranges else "(?!)"
