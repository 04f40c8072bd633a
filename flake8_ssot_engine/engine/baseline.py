"""The baseline: violations that are tolerated, in a text file made for review and for merging.

An entry is a line `path<TAB>code<TAB>scope<TAB>symbol<TAB>count`; lines are sorted, and nothing in
them depends on line numbers. An entry that was added by hand may end in `<TAB># reason`.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from flake8_ssot_engine.config.document import read_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.matching import Trait
from flake8_ssot_engine.errors import ConfigError, ConfigProblem
from flake8_ssot_engine.records import NamedTuple

_HEAD = (
    "# What is tolerated for now. It only shrinks: `ssot baseline update` takes out what is fixed."
)
_CODE = re.compile(r"SSOT[0-9]+|E999")
_ESCAPE = re.compile(r"\\([\\tnr#])")
_SPECIAL = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_PLAIN = {"#": "#", **{shown[1]: character for character, shown in _SPECIAL.items()}}
TABS = 4
"""The tabs that a line of an entry holds at least."""
MARKERS = ("<<<<<<< ", "||||||| ", "=======", ">>>>>>> ")
"""How the lines begin that git puts round a conflict."""


class Entry(NamedTuple):
    """One line of the file, but for its count; `path` is relative to the baseline's root."""

    path: str
    trait: Trait

    def __str__(self) -> str:
        line = "\t".join(map(_escape, (self.path, *self.trait)))
        return f"\\{line}" if line.startswith("#") else line  # else it were a comment


class Baseline(NamedTuple):
    """How many violations of each trait are tolerated, file by file.

    `path` is the absolute path of the baseline, `root` the absolute folder that the paths in it
    are relative to. `lines` tell where an entry stands, from 1.
    """

    path: str
    root: str
    files: Mapping[str, Counter[Trait]] = MappingProxyType({})
    reasons: Mapping[Entry, str] = MappingProxyType({})
    lines: Mapping[Entry, int] = MappingProxyType({})
    renamed: Mapping[str, str] = MappingProxyType({})
    """The old name of each file that git knows to be one that entries name."""

    @classmethod
    def of_entries(
        cls, path: str, root: str, counts: Mapping[Entry, int], reasons: Mapping[Entry, str]
    ) -> Baseline:
        """Return a baseline that holds some entries; those that count nothing are left out."""
        files: dict[str, Counter[Trait]] = {}
        for entry, count in counts.items():
            if count > 0:
                files.setdefault(entry.path, Counter())[entry.trait] = count
        return cls(path, root, files, reasons)

    def entries(self) -> Iterator[tuple[Entry, int]]:
        """Yield each entry with its count."""
        for path, traits in self.files.items():
            for trait, count in traits.items():
                yield Entry(path, trait), count

    def name_of(self, path: str) -> str:
        """Return what entries call the file at an absolute path."""
        return os.path.relpath(path, self.root).replace(os.sep, "/")

    def path_of(self, name: str) -> str:
        """Return the absolute path of a file, by what entries call it."""
        return os.path.normpath(os.path.join(self.root, name))

    def following_renames(self) -> Baseline:
        """Return the baseline in which the entries of files that git knows to be renamed follow.

        Where there is no git, nothing is renamed.
        """
        missing = [name for name in self.files if not os.path.lexists(self.path_of(name))]
        if not missing:
            return self
        from flake8_ssot_engine.project.git import GitError  # all files are mostly where they were
        from flake8_ssot_engine.project.history import History

        try:
            found = History(self.root).renames_since_change_of(self.path)
        except GitError:
            return self
        renamed = {
            name: self.name_of(found[self.path_of(name)])
            for name in missing
            if self.path_of(name) in found
        }
        counts: Counter[Entry] = Counter()
        reasons, lines = dict(self.reasons), dict(self.lines)
        for entry, count in self.entries():
            new = Entry(renamed.get(entry.path, entry.path), entry.trait)
            counts[new] += count
            for table in (reasons, lines):
                if entry in table:
                    table.setdefault(new, table[entry])  # type: ignore[arg-type]
        moved = Baseline.of_entries(self.path, self.root, counts, reasons)
        old_names = {new: old for old, new in renamed.items()}
        return moved._replace(lines=lines, renamed=old_names)


def load_baseline(settings: Settings) -> Baseline:
    """Return the baseline of some settings, an empty one where there is no file.

    Entries of renamed files follow them. Raises ConfigError with all that is wrong in it.
    """
    path, root = settings.baseline_file, settings.baseline_root
    if not os.path.lexists(path):
        return Baseline(path, root)
    return parse_baseline(read_file(path), path, root).following_renames()


def parse_baseline(data: bytes, path: str, root: str) -> Baseline:
    """Return what the bytes of a baseline say.

    Of two lines for one entry, as a merge by union leaves them, the larger count holds. Raises
    ConfigError with all that is wrong.
    """
    counts: dict[Entry, int] = {}
    reasons: dict[Entry, str] = {}
    lines: dict[Entry, int] = {}
    problems: list[ConfigProblem] = []
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.removesuffix("\r")
        if line.startswith(MARKERS) and line.count("\t") < TABS:  # a path may begin so as well
            message = "holds a merge conflict; `ssot baseline merge` resolves it"
            raise ConfigError((ConfigProblem(path, number, "", message),))
        if not line.strip() or line.startswith("#"):
            continue
        try:
            entry, count, reason = _parse_line(line)
        except ValueError as error:
            problems.append(ConfigProblem(path, number, "", str(error)))
            continue
        counts[entry] = max(count, counts.get(entry, 0))
        lines.setdefault(entry, number)
        if reason:
            reasons[entry] = reason
    if problems:
        raise ConfigError(tuple(problems))
    return Baseline.of_entries(path, root, counts, reasons)._replace(lines=lines)


def render_baseline(baseline: Baseline, like: bytes = b"") -> bytes:
    """Return the bytes of a baseline's file, with the comments and line ends of what it held."""
    lines = []
    for entry, count in baseline.entries():
        reason = baseline.reasons.get(entry)
        lines.append(f"{entry}\t{count}" + (f"\t# {reason}" if reason else ""))
    end = "\r\n" if b"\r\n" in like else "\n"
    before = like.decode("utf-8", "surrogateescape").removeprefix("\ufeff").split("\n")
    noted = (line.removesuffix("\r") for line in before if line.startswith("#"))
    comments = dict.fromkeys(line for line in noted if line != _HEAD)
    text = "".join(f"{line}{end}" for line in (_HEAD, *comments, *sorted(lines)))
    return text.encode("utf-8", "surrogateescape")


def _parse_line(line: str) -> tuple[Entry, int, str]:
    """Return an entry, its count and its reason. Raises ValueError."""
    parts = line.split("\t")
    if len(parts) not in {5, 6}:
        raise ValueError("is not `path<TAB>code<TAB>scope<TAB>symbol<TAB>count`")
    path, code, scope, symbol = map(_unescape, parts[:4])
    count, reason = parts[4], parts[5] if len(parts) == 6 else ""
    if not _CODE.fullmatch(code):
        raise ValueError(f"`{code}` is not a code such as `SSOT001`")
    if not count.isascii() or not count.isdigit() or int(count) < 1:
        raise ValueError(f"`{count}` is not a count from 1 on")
    if reason and not reason.startswith("# "):
        raise ValueError(f"`{reason}` is not a reason, which begins with `# `")
    return Entry(path, Trait(code, scope, symbol)), int(count), reason[2:]


def _escape(part: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in part)


def _unescape(part: str) -> str:
    return _ESCAPE.sub(lambda match: _PLAIN[match[1]], part)
