"""`ssot explain`: a rule's page."""

from __future__ import annotations

import argparse
import difflib
from typing import Any

from flake8_ssot_engine.errors import ExitCode, UsageError
from flake8_ssot_engine.reports.rule_page import render_rule_page
from flake8_ssot_engine.rules.registry import RULES, rule_of


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("explain", help="print a rule's page")
    parser.add_argument(
        "code", metavar="CODE", help="a code such as SSOT001, a rule's name, or `all`"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the documentation of one rule, or of all."""
    if options.code == "all":
        print("# The rules\n")
        print("\n".join(line for rule in RULES for line in render_rule_page(rule)))
        return ExitCode.CLEAN
    rule = rule_of(options.code)
    if rule is None:
        known = [name for rule in RULES for name in (rule.code, rule.name)]
        near = difflib.get_close_matches(options.code.upper(), known, n=1, cutoff=0.0)
        raise UsageError(
            f"no rule is called `{options.code}`; did you mean `{near[0]}`?"
            f" Known codes: {', '.join(rule.code for rule in RULES)}"
        )
    print("\n".join(render_rule_page(rule)))
    return ExitCode.CLEAN
