"""Gitignore's patterns (git 2.39, `gitignore(5)` and `wildmatch.c`).

Not by pathspec: 1.1 passes over the folders of the usual white list `*`, `!*/`, `!*.py`, and
takes `a/**` to mean `a` too. Unlike git we count characters, not bytes, under a `?`.

A pattern is cut at its last slash, since no wildcard is one: what is before it is asked of a
folder once, and what is after it of all the names in there, by few sets and regexes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from flake8_ssot_engine.migrations import Globs
from flake8_ssot_engine.project.paths import folder_of
from flake8_ssot_engine.records import NamedTuple

EVERY: tuple[str, ...] = ("",)
"""The endings of every name."""


def matches(globs: Globs, path: str) -> bool:
    """Whether an absolute `path` matches; one outside the patterns' base never does."""
    return verdict(globs, path) is True


def verdict(globs: Globs, path: str, *, is_folder: bool = False) -> bool | None:
    """Return True for a match, False for a negated one (`!x`), None where no pattern speaks.

    What lies below a folder that matches, matches; a later negation cannot take it back.
    """
    relative = _below(globs.base, path)
    if not relative:
        return None
    patterns = _patterns_of(globs.patterns)
    *above, name = relative.split("/")
    folder = ""
    for part in above:
        if patterns.judge_in(folder).verdicts([part], are_folders=True).get(part):
            return True
        folder += f"{part}/"
    return patterns.judge_in(folder).verdicts([name], are_folders=is_folder).get(name)


def any_matches(globs: Globs, paths: Iterable[str]) -> bool:
    """Whether one of some absolute paths matches; soonest told where those of a folder follow.

    That is what `matches` says of one of them: what is asked of a folder is asked once.
    """
    rules = Rules.of(globs)
    for start, some in groupby(paths, folder_of):
        folder = start.rstrip(os.sep)
        if verdict(globs, folder, is_folder=True):
            return True
        names = [path[len(start) :] for path in some]
        if any(rules.judge_in(folder).verdicts(names, are_folders=False).values()):
            return True
    return False


class Rules(NamedTuple):
    """Patterns that were read, for a walk over the folders below their base."""

    base: str
    patterns: _Patterns

    @classmethod
    def of(cls, globs: Globs) -> Rules:
        """Read patterns; the same ones once."""
        return cls(globs.base, _patterns_of(globs.patterns))

    def judge_in(self, folder: str, endings: tuple[str, ...] = EVERY) -> Judge:
        """Return what judges the names in an absolute folder, of files those with `endings`."""
        relative = _below(self.base, folder)
        if relative is None:
            return _SILENT
        return self.patterns.judge_in(f"{relative}/" if relative else "", endings)


class Judge(NamedTuple):
    """Gives the verdicts of some patterns on what is in one folder."""

    on_files: tuple[_Group, ...]
    on_folders: tuple[_Group, ...]

    def verdicts(self, names: Sequence[str], *, are_folders: bool) -> dict[str, bool]:
        """Return the verdict on each of the names that a pattern speaks of, as `verdict` does.

        For a walk that looked at the folders above: it is on what lies there alone.
        """
        found: dict[str, bool] = {}
        for group in self.on_folders if are_folders else self.on_files:
            for name in group.matched(names):
                found.setdefault(name, group.is_match)
        return found


def _below(base: str, path: str) -> str | None:
    """Return what leads from a folder to a path, "" for the folder, None for one outside."""
    base = base.rstrip(os.sep)
    if not path.startswith(base + os.sep):
        return "" if path == base else None
    return path[len(base) + 1 :].replace(os.sep, "/")


class _Group(NamedTuple):
    """Patterns, one after the other, that are all negated or all not, for names alone.

    No name matches one of the `others` without holding one of the `hints`, if there are any.
    """

    names: frozenset[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    others: re.Pattern[str] | None
    hints: re.Pattern[str] | None
    is_match: bool

    def matched(self, names: Sequence[str]) -> list[str]:
        exact, starts, ends = self.names, self.starts, self.ends
        if self.others is None or (self.hints and not self.hints.search("/".join(names))):
            return [n for n in names if n in exact or n.endswith(ends) or n.startswith(starts)]
        fits = self.others.fullmatch
        return [
            n for n in names if n in exact or n.endswith(ends) or n.startswith(starts) or fits(n)
        ]


_SILENT = Judge((), ())


class _Patterns:
    """The patterns of some lines; of several that match, the last decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._every = tuple(filter(None, map(_parse, lines)))[::-1]
        self._anywhere: list[int] = []
        self._in_folder: dict[str, list[int]] = {}
        self._in_folders_like: list[tuple[re.Pattern[str], int]] = []
        for at, (folder, *_) in enumerate(self._every):
            if folder is None:
                self._anywhere.append(at)
            elif isinstance(folder, str):
                self._in_folder.setdefault(folder, []).append(at)
            else:
                self._in_folders_like.append((folder, at))
        self._judges: dict[tuple[tuple[int, ...], tuple[str, ...]], Judge] = {}

    def judge_in(self, folder: str, endings: tuple[str, ...] = EVERY) -> Judge:
        """Return what judges names in a folder, relative to the base, with a slash behind it."""
        here = tuple(self._in_folder.get(folder, ()))
        if self._in_folders_like:
            here += tuple(at for regex, at in self._in_folders_like if regex.fullmatch(folder))
        judge = self._judges.get((here, endings))
        if judge is None:
            speaking = [self._every[at] for at in sorted({*here, *self._anywhere})]
            on_files = [p for p in speaking if not p.only_folders and _may_end(p.name, endings)]
            judge = Judge(_grouped(on_files), _grouped(speaking))
            self._judges[here, endings] = judge
        return judge


_patterns_of = lru_cache(maxsize=256)(_Patterns)


class _Piece(NamedTuple):
    """A part of a pattern: literal text, a slash, or a wildcard, as its regex."""

    kind: str
    text: str

    @property
    def regex(self) -> str:
        return re.escape(self.text) if self.kind in _LITERAL else self.text


_LITERAL = ("text", "slash")


class _Pattern(NamedTuple):
    """One line: where, and what a name there is. `folder` is None for one that means any."""

    folder: str | re.Pattern[str] | None
    name: tuple[_Piece, ...]
    only_folders: bool
    is_match: bool


def _grouped(patterns: Iterable[_Pattern]) -> tuple[_Group, ...]:
    return tuple(
        _group([pattern.name for pattern in some], is_match=is_match)
        for is_match, some in groupby(patterns, lambda pattern: pattern.is_match)
    )


def _group(names: Iterable[Sequence[_Piece]], *, is_match: bool) -> _Group:
    plain: dict[tuple[str, ...], list[str]] = {
        ("text",): [],
        ("text", "any"): [],
        ("any", "text"): [],
    }
    others, hints = [], []
    for name in names:
        kinds = tuple(piece.kind for piece in name)
        if kinds in plain:
            plain[kinds] += [piece.text for piece in name if piece.kind == "text"]
        else:
            others.append("".join(piece.regex for piece in name))
            hints.append(max((p.regex for p in name if p.kind == "text"), key=len, default=""))
    exact, starts, ends = plain.values()
    regex = re.compile("|".join(others), re.DOTALL) if others else None
    hint = re.compile("|".join(hints)) if all(hints) else None
    return _Group(frozenset(exact), tuple(starts), tuple(ends), regex, hint, is_match)


def _may_end(name: Sequence[_Piece], endings: tuple[str, ...]) -> bool:
    """Whether a name that ends in one of some ways may match, as far as its end tells."""
    kind, text = name[-1]
    if kind == "text":
        return any(text.endswith(end) or end.endswith(text) for end in endings)
    return kind != "class" or any(not end or re.fullmatch(text, end[-1]) for end in endings)


def _parse(line: str) -> _Pattern | None:
    """Read one line; None for a blank, a comment, and what git takes for no pattern."""
    line = line.removesuffix("\r")
    if line.endswith(" "):
        line = re.sub(r"(?<!\\)((?:\\\\)*) +$", r"\1", line)
    is_negated = line.startswith("!")
    line = line[is_negated:]
    body = line.removesuffix("/")
    if not body or (line.startswith("#") and not is_negated):
        return None
    pieces = _pieces(body.removeprefix("/"))
    if pieces is None:
        return None
    folder, name = _cut(pieces) if "/" in body else (None, pieces)
    if not name:  # two slashes at the end
        return None
    return _Pattern(folder, tuple(name), body != line, not is_negated)


def _cut(pieces: list[_Piece]) -> tuple[str | re.Pattern[str] | None, list[_Piece]]:
    """Cut an anchored pattern behind its last slash, into where and what."""
    end = max((at for at, p in enumerate(pieces, 1) if p.kind in ("slash", "above")), default=0)
    folder, name = pieces[:end], pieces[end:]
    if [piece.kind for piece in folder] == ["above"]:
        return None, name
    if name and name[0].kind == "below":
        folder, name = [*folder, _Piece("", ".*")], [_Piece("any", _WILD["any"])]
    if all(piece.kind in _LITERAL for piece in folder):
        return "".join(piece.text for piece in folder), name
    return re.compile("".join(piece.regex for piece in folder), re.DOTALL), name


# The parts of a pattern in the order in which they are tried; a class has at least one member.
_PART = re.compile(
    r"(?P<above>(?:(?<=/)|^)\*\*/)"
    r"|(?P<below>(?<=/)\*\*\Z)"
    r"|(?P<any>\*+)"
    r"|(?P<slash>/)"
    r"|(?P<one>\?)"
    r"|\[(?P<class>[!^]?(?:\\.|\[:[a-z]*:\]|[^\\])(?:\\.|\[:[a-z]*:\]|[^\]\\])*)\]"
    r"|\\(?P<escaped>.)"
    r"|(?P<text>[^\\\[*?/]+)",
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


def _pieces(body: str) -> list[_Piece] | None:
    pieces: list[_Piece] = []
    position = 0
    while position < len(body):
        part = _PART.match(body, position)
        if part is None:  # an open class, or a backslash at the end
            return None
        position = part.end()
        kind = part.lastgroup or ""
        text = _class(part[kind]) if kind == "class" else _WILD.get(kind, part[kind])
        if kind == "escaped":
            kind = "slash" if text == "/" else "text"
        if kind == "text" and pieces and pieces[-1].kind == "text":
            text = pieces.pop().text + text
        pieces.append(_Piece(kind, text))
    return pieces


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
