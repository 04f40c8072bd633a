"""The arguments of `ssot`, by argparse: no other import that a run must pay for."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from typing import Any, NoReturn

from flake8_ssot_engine import __version__
from flake8_ssot_engine.reports.escape import printable_lines

_COMMANDS = (
    "init",
    "check",
    "fix",
    "baseline",
    "migrate",
    "rollback",
    "status",
    "report",
    "retire",
    "demo",
    "explain",
    "schema",
    "doctor",
    "export",
    "server",
)
"""One module each, in this package, by the command's name; only the one asked for is imported."""


class _Formatter(argparse.HelpFormatter):
    """Formats help as wide as the terminal is.

    So does argparse, but makes a formatter for every argument that is added, and imports shutil
    with all its compression to make one.
    """

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **{"width": _terminal_width() - 2, **options})


def _terminal_width() -> int:
    """Return the columns of the terminal as `shutil.get_terminal_size` does."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # closed, or no terminal
        return 80


class _Parser(argparse.ArgumentParser):
    """The parser of the command line, and of each command on it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Formatter, **options)

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong with the command line; a shell may have put file names into it."""
        super().error(printable_lines(message))


def make_parser(command: str = "") -> argparse.ArgumentParser:
    """Return the parser of one command, or of the whole command line where it names none."""
    parser = _Parser(
        prog="ssot",
        description="Migrate a large Python code base off a deprecated symbol.",
        epilog="Exit codes: 0 clean, 1 violations, 2 usage or configuration, 3 internal error,"
        " 4 a phase failed and its files are what they were, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"ssot {__version__}")
    commands = parser.add_subparsers(
        prog="ssot", title="commands", metavar="COMMAND", required=True
    )
    names = [command] if command in _COMMANDS else _COMMANDS
    for name in () if command == "--version" else names:
        module = importlib.import_module(f"flake8_ssot_engine.cli.{name}")
        module.add_command(commands)
    return parser
