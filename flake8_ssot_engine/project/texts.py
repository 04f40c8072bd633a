"""Texts: where a project names a moved symbol outside of what Python resolves.

Here an identifier character is a letter, a digit or an underscore, of any script.
"""

from __future__ import annotations

import enum
import os
import re
import stat
import tokenize
import warnings
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import FILE_NAME
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.globs import matches
from flake8_ssot_engine.project.listing import SUFFIXES
from flake8_ssot_engine.project.modules import Modules, is_package_file
from flake8_ssot_engine.project.parallel import parallel_map
from flake8_ssot_engine.project.reading import LARGEST_TEXT
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import SourceFile, Span

REPORT_NAME = "ssot-report.html"
"""Where `ssot report` writes its page, unless it is told otherwise."""
_HEAD = 8192
_CHUNK = 256


class TextKind(enum.Enum):
    """How a text names a moved symbol or module."""

    DOTTED = "dotted"
    """By its whole dotted name, whether alone or at the start of a longer one.

    Nothing that belongs to a name is attached to it: `a.b.old` stands in `a.b.old.Thing`,
    which goes to the longest old name that fits, not in `x.a.b.old` or `a.b.old_stuff`. A
    name of one part is a word like others, and counts only with another part after it:
    `six.moves`, but neither `six` nor the file `six.py`.
    """
    FILE_PATH = "file-path"
    """By the path of a moved module's file: `a/b/old.py`, with slashes or backslashes.

    Further folders may stand before the whole path. An end of it, of two parts or as many
    as tell it from other files, counts where nothing that belongs to a path is attached to
    it but `./` and `../`: `b/old.py`, not `c/b/old.py`; so does a path of one part.
    """


class OldName(NamedTuple):
    """An old name to look for.

    `file` is for a moved module the path of its file, with slashes, from the source root on;
    else, and where it is unknown, "". A text must spell the `least` last parts of it.
    """

    name: QualifiedName
    file: str = ""
    least: int = 2


class TextMention(NamedTuple):
    """A place in the file at an absolute path that names `old`, spelled as `text`.

    `line` and `column` count from 1, columns in code points.
    """

    path: str
    line: int
    column: int
    kind: TextKind
    old: QualifiedName
    text: str


class TextCount(NamedTuple):
    """How often the last part of an old name stands in a file, as `grep` would count it.

    `hits` are those within longer words as well (`Engine` in `UserEngine`), `words` those of
    them with identifier characters on neither side.
    """

    hits: int
    words: int


_NO_COUNTS: Mapping[str, TextCount] = {}


class FileTexts(NamedTuple):
    """What one file holds: the mentions in order, and the counts by last part, without zeros.

    With `error`, the file could not be read, and nothing is known of it.
    """

    path: str
    mentions: tuple[TextMention, ...] = ()
    counts: Mapping[str, TextCount] = _NO_COUNTS
    error: str = ""


def old_names(
    settings: Settings, files: Iterable[str] = (), modules: Modules | None = None
) -> list[OldName]:
    """Return what to look for. `files` of the project make ends of paths that fit two too short.

    A symbol has no file, for others live in its module. A module that is gone already is
    taken to have been a package or not as its new home is.
    """
    modules = modules or Modules(settings.source_roots)
    names = [move.old for _, move in settings.index]
    paths = {name: _file_of(name, settings, modules) for name in names}
    ends = tuple({os.path.basename(path) for path in paths.values() if path})
    others: defaultdict[str, list[str]] = defaultdict(list)
    for file in files:
        if file.endswith(ends):  # few are: a project has many files
            others[os.path.basename(file)].append(file)
    return [
        OldName(name, path, _least(path, others[path.rpartition("/")[2]]))
        for name, path in paths.items()
    ]


def words_in_texts(olds: Iterable[OldName]) -> tuple[str, ...]:
    """Return what a text spells at least one of where it names an old name or imports one."""
    olds = tuple(olds)
    homes = {old.name.parent if len(old.name) > 1 else old.name: None for old in olds}

    def is_spelled_with(name: QualifiedName) -> bool:
        return any(QualifiedName(name[:end]) in homes for end in range(1, len(name) + 1))

    words: dict[str, None] = {}
    for home in homes:
        if len(home) == 1 or not is_spelled_with(home.parent):
            words[str(home)] = None
            if len(home) > 1:  # as it is imported from its package
                words[f"{home.parent} import"] = None
        if len(home) > 1:
            words[f".{home.last} import"] = None
    words.update(dict.fromkeys(os.path.basename(old.file) for old in olds if old.file))
    return tuple(words)


def text_files(paths: Iterable[str], finder: ConfigFinder) -> list[str]:
    """Return every file under absolute `paths` but what configures this tool, sorted.

    Raises UsageError and ConfigError as `find_files` does.
    """
    files = find_files(paths, finder, every_file=True)
    return [path for path, settings in files if path not in (settings.path, settings.baseline_file)]


def keeps_history(path: str) -> bool:
    """Whether a file says how things were or what has moved, so that it names the old by right.

    By its name alone: a changelog or the like, a guide to an upgrade, `ssot.toml`, or the page of
    `ssot report`.
    """
    name = os.path.basename(path)
    stem, ending = os.path.splitext(name.upper())
    return name in (FILE_NAME, REPORT_NAME) or (
        stem.startswith(_HISTORIES) and ending in _ENDINGS_OF_TEXTS
    )


def is_passed_over(path: str, settings: Settings) -> bool:
    """Whether a text, which is no Python file, may go on to name what has moved.

    It keeps history, is in a folder that does, is excluded, or configures this tool.
    """
    if keeps_history(path) or path in (settings.path, settings.baseline_file):
        return True
    inner = os.path.dirname(path)[len(settings.root) :].lower().replace(os.sep, "/").split("/")
    if not _HISTORY_FOLDERS.isdisjoint(inner):
        return True
    return any(matches(globs, path) for globs in settings.text_exclude)


def find_texts(files: Sequence[str], olds: Sequence[OldName], *, jobs: int) -> list[FileTexts]:
    """Return what names the old names in files at absolute paths, without those where nothing is.

    In Python files only comments and string literals hold mentions, or all of one that Python
    cannot read; before Python 3.12 the code in an f-string is a part of it (PEP 701). Files that
    keep history hold none. Counts are over all of a file. Passed over are files that are
    binary (a NUL among the first 8,192 bytes), larger than `LARGEST_TEXT`, or not regular.
    """
    if not olds:
        return []
    tasks = [
        _Task(tuple(olds), tuple(files[at : at + _CHUNK])) for at in range(0, len(files), _CHUNK)
    ]
    return [found for chunk in parallel_map(_find_in_chunk, tasks, jobs=jobs) for found in chunk]


class _Task(NamedTuple):
    olds: tuple[OldName, ...]
    files: tuple[str, ...]


class Place(NamedTuple):
    """Where a text names an old name, and how."""

    span: Span
    kind: TextKind
    old: QualifiedName


def _file_of(old: QualifiedName, settings: Settings, modules: Modules) -> str:
    new = settings.index.final(old)
    path = modules.file_of(old) or (modules.file_of(new) if new else None)
    return "" if path is None else file_like(old, path)


def file_like(module: QualifiedName, path: str) -> str:
    """Return the file of a module from its source root on, which is a package as `path` is."""
    inner = module.child("__init__") if is_package_file(path) else module
    return "/".join(inner) + os.path.splitext(path)[1]


def _least(path: str, files: Iterable[str]) -> int:
    """Return how many of the last parts of a path no other file has."""
    parts = path.split("/")
    shared = [_shared_at_the_end(parts, file.split(os.sep)) for file in files]
    return 1 + max((count for count in shared if count < len(parts)), default=1)


def _shared_at_the_end(parts: Sequence[str], others: Sequence[str]) -> int:
    pairs = zip(reversed(parts), reversed(others), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _find_in_chunk(task: _Task) -> list[FileTexts]:
    search = TextSearch(task.olds)
    return [found for path in task.files if (found := search.find(path)) is not None]


class TextSearch:
    """The search for some old names: for their last parts first, which many a file has not."""

    def __init__(self, olds: Iterable[OldName]) -> None:
        self._by_last: defaultdict[str, list[OldName]] = defaultdict(list)
        for old in olds:
            self._by_last[old.name.last].append(old)
        self._needles = [last.encode() for last in self._by_last]
        self._is_ascii = all(map(str.isascii, self._by_last))

    def find(self, path: str) -> FileTexts | None:
        """Return what the file at `path` holds, or None if that is nothing."""
        try:
            data = _read(path)
        except OSError as error:
            return FileTexts(path, error=f"cannot be read: {error.strerror or error}")
        return self.look(path, data) if self.may_name(data) else None

    def may_name(self, data: bytes) -> bool:
        """Whether the bytes of a file may hold the last part of an old name."""
        # What is not ASCII may be encoded in any way in a Python file (PEP 263).
        return not self._is_ascii or any(needle in data for needle in self._needles)

    def look(self, path: str, data: bytes) -> FileTexts | None:
        """Return what a file of this content holds, or None if that is nothing."""
        source, is_python = _decoded(path, data)
        text = source.text
        counts = {last: _count(text, last) for last in self._by_last if last in text}
        olds = [old for last in counts for old in self._by_last[last]]
        places = [] if keeps_history(path) else find_places(text, olds)
        if places and is_python:
            places = _within(_literals(source), places)
        mentions = tuple(
            TextMention(path, *source.position(span.start), kind, old, text[span.start : span.end])
            for span, kind, old in places
        )
        return FileTexts(path, mentions, counts) if counts else None


def _count(text: str, last: str) -> TextCount:
    hits = list(_occurrences(text, last))
    words = sum(
        1 for at in hits if _STARTS_WORD.match(text, at) and _ENDS_WORD.match(text, at + len(last))
    )
    return TextCount(len(hits), words)


def find_places(text: str, olds: Iterable[OldName]) -> list[Place]:
    """Return where a text names old names, in order; each place for the one that fits best."""
    names: dict[int, Place] = {}
    paths: dict[int, Place] = {}
    for old in olds:
        for place in _dotted(text, old.name):
            known = names.get(place.span.start)
            if known is None or known.span.end < place.span.end:
                names[place.span.start] = place
        for place in _file_paths(text, old) if old.file else ():
            known = paths.get(place.span.end)
            if known is None or known.span.start > place.span.start:
                paths[place.span.end] = place
    return sorted([*names.values(), *paths.values()], key=lambda place: place.span)


def _dotted(text: str, name: QualifiedName) -> Iterator[Place]:
    spelled = str(name)
    ends = _ENDS_WORD if len(name) > 1 else _GOES_ON
    for at in _occurrences(text, spelled):
        if _STARTS_NAME.match(text, at) and ends.match(text, at + len(spelled)):
            yield Place(Span(at, at + len(spelled)), TextKind.DOTTED, name)


def _file_paths(text: str, old: OldName) -> Iterator[Place]:
    file = old.file.rpartition("/")[2]
    for at in _occurrences(text, file):
        end = at + len(file)
        start = _start_of_path(text, at, old) if _ENDS_FILE.match(text, end) else None
        if start is not None:
            yield Place(Span(start, end), TextKind.FILE_PATH, old.name)


def _occurrences(text: str, part: str) -> Iterator[int]:
    """Yield where `part` stands in a text, without those that overlap the one before."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


_HISTORIES = (
    *("CHANGELOG", "CHANGES", "HISTORY", "NEWS", "RELEASE_NOTES"),
    *("MIGRATING", "MIGRATION", "UPGRADING"),
)
_HISTORY_FOLDERS = frozenset(
    {"adr", "adrs", "changelog.d", "decisions", "newsfragments", "release-notes", "release_notes"}
)
_ENDINGS_OF_TEXTS = ("", ".MD", ".RST", ".TXT")

# After `\n` in a string of JSON or Python, a name starts: there the letter is no part of it.
_ESCAPE = r"(?<=\\[abfnrtv])"
_STARTS_WORD = re.compile(r"(?<!\w)")
_STARTS_NAME = re.compile(rf"(?<![\w.])|{_ESCAPE}")
_STARTS_FOLDER = re.compile(rf"(?<![\w.-])|{_ESCAPE}")
_STARTS_PATH = re.compile(rf"(?<![\w./\\-])|{_ESCAPE}")
_ENDS_WORD = re.compile(r"(?!\w)")
_ENDS_FILE = re.compile(r"(?!\w|\.\w)")
_GOES_ON = re.compile(r"\.(?!py[a-z]?\b)[^\W\d]")
_SEPARATORS = ("/", "\\\\", "\\")  # the second is the third within a string
_STEPS = ("../", "./", "..\\", ".\\")


def _start_of_path(text: str, start: int, old: OldName) -> int | None:
    """Return where the path starts whose file name starts at `start`, if it is the old file's."""
    *folders, _ = parts = old.file.split("/")
    spelled = 1
    for folder in reversed(folders):
        before = next((folder + s for s in _SEPARATORS if text.endswith(folder + s, 0, start)), "")
        if not before:
            break
        start -= len(before)
        spelled += 1
    if spelled == len(parts) > 1:
        return start if _STARTS_FOLDER.match(text, start) else None
    if spelled < min(old.least, len(parts)):
        return None
    top = start
    while step := next((step for step in _STEPS if text.endswith(step, 0, top)), ""):
        top -= len(step)
    return start if _STARTS_PATH.match(text, top) else None


def _read(path: str) -> bytes:
    """Read a file, as empty if it is one to be passed over. Raises OSError."""
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):  # discovery hands on a folder that it could not look into
        os.scandir(path).close()
    # A FIFO or a device would be read for ever.
    if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_TEXT:
        return b""
    with open(path, "rb") as file:
        head = file.read(_HEAD)
        return b"" if is_binary(head) else head + file.read()


def is_binary(data: bytes) -> bool:
    """Whether a file of this content is no text, as git has it."""
    return b"\0" in data[:_HEAD]


def _decoded(path: str, data: bytes) -> tuple[SourceFile, bool]:
    """Return the text of a file, and whether it is Python that can be decoded."""
    if path.endswith(SUFFIXES):
        try:
            return SourceFile.from_bytes(path, data), True
        except SourceError:
            pass
    return SourceFile(path, data.decode("utf-8", "surrogateescape")), False


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LITERALS = {tokenize.COMMENT, tokenize.STRING}
_LITERALS.update(  # f-strings since Python 3.12, t-strings since 3.14
    getattr(tokenize, name)
    for name in ("FSTRING_MIDDLE", "TSTRING_MIDDLE")
    if hasattr(tokenize, name)
)


def _literals(source: SourceFile) -> list[Span]:
    """Return where comments and string literals are; all of a text that does not tokenize."""
    everything = [Span(0, len(source.text))]
    starts = source.line_starts
    # Python 3.12.1 miscounts columns after characters that are not ASCII.
    text = _NOT_ASCII.sub("a", source.text)
    bounds = pairwise([*starts, len(text)])
    # `tokenize` knows no line that ends at a carriage return.
    lines = (text[start:end].rstrip("\r\n") + "\n" for start, end in bounds if end > start)
    spans = []
    try:
        with warnings.catch_warnings():  # Python 3.12 warns of `f"\{x}"` already here
            warnings.simplefilter("ignore")
            for token in tokenize.generate_tokens(lambda: next(lines, "")):
                if token.type == tokenize.ERRORTOKEN:  # raises since Python 3.12, mostly
                    return everything
                if token.type in _LITERALS:
                    (row, column), (last_row, last_column) = token.start, token.end
                    spans.append(Span(starts[row - 1] + column, starts[last_row - 1] + last_column))
    except (tokenize.TokenError, SyntaxError):
        return everything
    return spans


def _within(spans: Sequence[Span], places: Iterable[Place]) -> list[Place]:
    """Return those places that lie within one of some spans, which are in order."""
    starts = [span.start for span in spans]
    return [
        place
        for place in places
        if (at := bisect(starts, place.span.start)) and spans[at - 1].contains(place.span)
    ]
