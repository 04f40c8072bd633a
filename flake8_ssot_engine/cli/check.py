"""`ssot check`: reports violations."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from flake8_ssot_engine.cli.selection import (
    add_selection,
    add_syntax,
    finder_of,
    parses_all,
    settings_here,
)
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.reports.registry import FORMATS

if TYPE_CHECKING:
    import argparse

    from flake8_ssot_engine.engine.memory import Memory


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("check", help="report violations")
    add_selection(parser, "report")
    add = parser.add_argument
    add("--format", choices=tuple(FORMATS), default="text", help="default: text")
    add("--statistics", action="store_true", help="print counts by code to standard error")
    add(
        "--new-since",
        metavar="REF",
        help="report only what is new against the commit where HEAD and REF parted",
    )
    add(
        "--stale",
        choices=("error", "warn"),
        help="what an entry of the baseline is that nothing needs any more; default: an error in"
        " CI (where the environment says CI), else a warning",
    )
    add("--stdin-filename", metavar="PATH", help="check standard input as if it were this file")
    add("--output", metavar="FILE", help="write the report to a file")
    add_syntax(parser)
    add("--no-cache", action="store_true", help="neither use nor write what is cached")
    add("--verbose", action="store_true", help="say which configuration holds")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, print the report, and return the exit code."""
    finder = finder_of(options)
    memory = _memory(options, finder)  # looks at the files while the rest is imported
    from flake8_ssot_engine.cli.checking import run_check

    return run_check(options, finder, memory)


def _names_folders(options: argparse.Namespace) -> bool:
    """Whether more than a few files may be looked at."""
    if options.new_since or options.stdin_filename:
        return False
    return not options.paths or any(map(os.path.isdir, options.paths))


def _memory(options: argparse.Namespace, finder: ConfigFinder) -> Memory | None:
    """Return what is remembered of the project, where more than a few files may be looked at."""
    if options.no_cache or not _names_folders(options):
        return None
    from flake8_ssot_engine.engine.memory import Memory

    settings = settings_here(options, finder)
    opened, options.opened = options.opened, None  # of another project it ends here
    return Memory(settings, parses_all=parses_all(options), opened=opened)
