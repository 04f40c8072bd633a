"""The errors that a user can cause, and the exit codes that tell of them."""

from __future__ import annotations

import enum

from flake8_ssot_engine.records import NamedTuple


class ExitCode(enum.IntEnum):
    """What the `ssot` process returns; the design's `commands.md` fixes the numbers."""

    CLEAN = 0
    """No violation and no file that could not be read."""
    VIOLATIONS = 1
    """At least one violation, or a file that could not be checked."""
    USAGE = 2
    """The command line or the configuration is wrong; nothing was checked."""
    INTERNAL = 3
    """A bug in this program."""
    ROLLED_BACK = 4
    """A phase failed and its files were restored."""
    INTERRUPTED = 130
    """Ctrl-C (128 + SIGINT, the shell's convention)."""


class SsotError(Exception):
    """Base of every error that the user can mend; its text says how."""


class UsageError(SsotError):
    """The command line asks for something that cannot be done."""


class SourceError(SsotError):
    """A file that cannot be decoded or parsed; one bad file never ends a run.

    `line` is 1-based, `column` is a 1-based count of code points; both are None where unknown.
    """

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class ConfigProblem(NamedTuple):
    """One thing wrong in a configuration file; `line` is 1-based, None where unknown."""

    path: str
    line: int | None
    key: str
    message: str

    def told(self, message: str) -> ConfigProblem:
        """Return a problem at the same place with another message."""
        return ConfigProblem(self.path, self.line, self.key, message)

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigError(SsotError):
    """Everything that is wrong with a configuration, told at once."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
