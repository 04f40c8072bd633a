"""Entry point of `ssot`: arguments, the one error handler, exit codes."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Sequence

from flake8_ssot_engine import __version__
from flake8_ssot_engine.errors import ExitCode, SsotError

_COMMANDS = (
    "init",
    "check",
    "fix",
    "baseline",
    "migrate",
    "rollback",
    "status",
    "retire",
    "demo",
    "explain",
    "schema",
    "doctor",
    "export",
)
"""One module each, in this package, by the command's name; only the one asked for is imported."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `ssot` with `arguments` (default: the process's own); return its exit code."""
    if sys.stdout is None:  # closed by the caller, `>&-`: the exit code is all that is wanted
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - ends with us
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = make_parser(words[0] if words else "").parse_args(words)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except SsotError as error:
        print(f"ssot: {error}", file=sys.stderr)
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


def _report_bug() -> ExitCode:
    import traceback

    traceback.print_exc()
    print("ssot: this is a bug in ssot; please report the lines above", file=sys.stderr)
    return ExitCode.INTERNAL


def make_parser(command: str = "") -> argparse.ArgumentParser:
    """Return the parser of one command, or of the whole command line where it names none.

    argparse: no import that a run must pay for.
    """
    parser = argparse.ArgumentParser(
        prog="ssot",
        description="Migrate a large Python code base off a deprecated symbol.",
        epilog="Exit codes: 0 clean, 1 violations, 2 usage or configuration, 3 internal error,"
        " 4 a phase failed and its files are what they were, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"ssot {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in [command] if command in _COMMANDS else _COMMANDS:
        module = importlib.import_module(f"flake8_ssot_engine.cli.{name}")
        module.add_command(commands)
    return parser
