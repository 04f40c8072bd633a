"""Entry point of `ssot`: arguments, the one error handler, exit codes."""

from __future__ import annotations

import argparse
import errno
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from flake8_ssot_engine import __version__
from flake8_ssot_engine.errors import ExitCode, SsotError
from flake8_ssot_engine.reports.escape import printable_error, printable_lines

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `ssot` with `arguments` (default: the process's own); return its exit code."""
    if sys.stdout is None:  # closed by the caller, `>&-`: the exit code is all that is wanted
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - ends with us
    if arguments is None:  # in a process of our own, most of what is made lives to the end of it
        gc.set_threshold(50_000)
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = make_parser(words[0] if words else "").parse_args(words)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except SsotError as error:
        print(f"ssot: {printable_error(error)}", file=sys.stderr)
        return ExitCode.USAGE
    except KeyboardInterrupt:
        print("ssot: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away; Python would say so again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.VIOLATIONS
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            return _report_bug()
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"ssot: what is printed cannot be written: {error.strerror}", file=sys.stderr)
        return ExitCode.USAGE
    except Exception:
        return _report_bug()
    finally:
        if arguments is None:  # nothing of it is worth looking for what nobody needs any more
            gc.freeze()


def _report_bug() -> ExitCode:
    import traceback

    print(printable_lines(traceback.format_exc()), end="", file=sys.stderr)
    print("ssot: this is a bug in ssot; please report the lines above", file=sys.stderr)
    return ExitCode.INTERNAL


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
    """Return the parser of one command, or of the whole command line where it names none.

    argparse: no import that a run must pay for.
    """
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
    for name in [command] if command in _COMMANDS else _COMMANDS:
        module = importlib.import_module(f"flake8_ssot_engine.cli.{name}")
        module.add_command(commands)
    return parser
