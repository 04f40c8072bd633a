"""`ssot export`: the migrations as the configuration of another tool."""

from __future__ import annotations

import argparse
import os
from typing import Any

from flake8_ssot_engine.cli.output import say
from flake8_ssot_engine.cli.project import print_line
from flake8_ssot_engine.cli.selection import finder_of, jobs_of, positive
from flake8_ssot_engine.engine.back_doors import find_back_doors
from flake8_ssot_engine.errors import ExitCode
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.reports.ruff_export import PREFIXES, render_ruff_export


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("export", help="print the configuration of another linter")
    add = parser.add_argument
    add("tool", choices=("ruff",), help="ruff: a `banned-api` table for its TID251")
    add(
        "--target",
        choices=tuple(PREFIXES),
        default="pyproject",
        help="the file that the tables are for; default: pyproject",
    )
    add("--config", metavar="FILE", help="use this configuration")
    add("--jobs", type=positive, metavar="N", help="processes; default: one for each core")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look for what other tools must be told, and print it."""
    finder = finder_of(options)
    settings = finder.settings_for(os.getcwd())
    files = [file for file, own in find_files([settings.root], finder) if own is settings]
    found = find_back_doors(settings, files, jobs=jobs_of(options))
    if not any(migration.moves for migration in settings.migrations):
        say(f"warning: {settings.path or 'the configuration'} declares no move to export")
    for line in render_ruff_export(settings, found, target=options.target):
        print_line(line)
    return ExitCode.CLEAN
