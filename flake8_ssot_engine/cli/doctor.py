"""`ssot doctor`: checks the set-up."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from flake8_ssot_engine.campaign.examination import examine
from flake8_ssot_engine.cli.output import use_color
from flake8_ssot_engine.cli.project import add_common, print_line
from flake8_ssot_engine.cli.selection import finder_of
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark
from flake8_ssot_engine.errors import ExitCode
from flake8_ssot_engine.reports.doctor_report import (
    render_doctor_json,
    render_doctor_summary,
    render_remark,
)


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "doctor",
        help="check the set-up: configuration, Flake8, Ruff, pre-commit, editor, git",
        description="Check the set-up. Exit codes: 0 no error (warnings or not), 1 errors.",
    )
    add = parser.add_argument
    add("--format", choices=("text", "json"), default="text", help="default: text")
    add_common(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check everything, print what came of it, and return the exit code."""
    finder = finder_of(options)
    is_colored = use_color(options, sys.stdout)
    remarks: list[Remark] = []
    for remark in examine(os.getcwd(), finder):
        remarks.append(remark)
        if options.format == "text":
            for line in render_remark(remark, is_colored=is_colored):
                print_line(line)
    if options.format == "json":
        for line in render_doctor_json(remarks):
            print_line(line)
    else:
        print_line(render_doctor_summary(remarks))
    is_bad = any(remark.level is Level.ERROR for remark in remarks)
    return ExitCode.VIOLATIONS if is_bad else ExitCode.CLEAN
