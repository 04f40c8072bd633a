"""Entry point of `ssot`: arguments, the one error handler, exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from flake8_ssot_engine import __version__
from flake8_ssot_engine.cli import (
    check,
    demo,
    explain,
    fix,
    migrate,
    retire,
    rollback,
    schema,
    status,
)
from flake8_ssot_engine.errors import ExitCode, SsotError

_COMMANDS = (check, fix, migrate, rollback, status, retire, demo, explain, schema)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `ssot` with `arguments` (default: the process's own); return its exit code."""
    parser = make_parser()
    options = parser.parse_args(arguments)
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
    except Exception:
        import traceback

        traceback.print_exc()
        print("ssot: this is a bug in ssot; please report the lines above", file=sys.stderr)
        return ExitCode.INTERNAL


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line (argparse: no import that a run must pay for)."""
    parser = argparse.ArgumentParser(
        prog="ssot",
        description="Migrate a large Python code base off a deprecated symbol.",
        epilog="Exit codes: 0 clean, 1 violations, 2 usage or configuration, 3 internal error,"
        " 4 a phase failed and its files are what they were, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"ssot {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_command(commands)
    return parser
