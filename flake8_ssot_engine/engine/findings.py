"""What came of files: findings, with their place, phase and weight, and files in error."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Position
from flake8_ssot_engine.violations import MODULE_SCOPE, Severity, Violation

NO_REFERENCES: Counter[str] = Counter()
"""Those of results without any: nothing that is in a result is ever changed."""
TOO_DEEP = SourceError("is nested too deeply to be checked")


class Finding(NamedTuple):
    """A violation with what a report needs besides: its place, its phase, and its weight.

    `scope` is the qualified name, within its module, of the definition that it stands in. There
    are no `lines` where they are too long to be shown.
    """

    path: str
    violation: Violation
    start: Position
    end: Position
    lines: tuple[str, ...]
    phase: str = ""
    scope: str = MODULE_SCOPE
    severity: Severity = Severity.ERROR

    @property
    def is_baselined(self) -> bool:
        """Whether the baseline tolerates it."""
        return self.severity is Severity.HINT


class FileError(NamedTuple):
    """A file that could not be checked; `line` and `column` from 1 where they are known.

    `code` is what Flake8 calls it: E999 where the file's content is at fault, else E902.
    """

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    code: str = "E902"
    is_baselined: bool = False


class TextPlace(NamedTuple):
    """Where a text names what has moved, which a violation there would start at.

    `start` and `end` are its own, or those of the statement where it is imported; `name` is the
    last part of the old name, "" in a string that is a reference of another kind.
    """

    place: Position
    start: Position
    end: Position
    name: str

    def covers(self, place: Position) -> bool:
        """Whether something else that starts at `place` is the same."""
        return self.start <= place < self.end


class FileResult(NamedTuple):
    """What came of one file.

    `references` counts the uses of moved symbols by kind, whatever is suppressed; `spelled`
    those of them that spell the last part of an old name, by that part, but for those of the kind
    `text`, which `texts` tells. `scopes` are those of a file with findings, named as findings name
    them, one a line: a string for each would be half of all that a run holds.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    error: FileError | None = None
    references: Counter[str] = NO_REFERENCES
    spelled: Counter[str] = NO_REFERENCES
    scopes: str = ""
    texts: tuple[TextPlace, ...] = ()

    @property
    def scope_names(self) -> frozenset[str]:
        """The scopes, each by itself."""
        return frozenset(self.scopes.split("\n")) if self.scopes else frozenset()

    def with_scopes(self, names: Iterable[str]) -> FileResult:
        """Return this with other scopes."""
        return self._replace(scopes="\n".join(sorted(names)))


def file_error(path: str, error: SourceError) -> FileError:
    """Return the entry in the report of a file whose content is at fault."""
    return FileError(path, error.message, error.line, error.column, "E999")


def finding_of_line(
    path: str, lines: Sequence[str], line: int, violation: Violation, severity: Severity
) -> Finding:
    """Return a finding that is a line (from 1) of a text file at an absolute path.

    Its span counts for nothing: such a file is no SourceFile.
    """
    shown = lines[line - 1].removesuffix("\r")
    start = Position(line, len(shown) - len(shown.lstrip()) + 1)
    end = Position(line, len(shown) + 1)
    return Finding(os.path.relpath(path), violation, start, end, (shown,), severity=severity)
