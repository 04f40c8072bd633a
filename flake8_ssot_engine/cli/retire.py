"""`ssot retire`: removes the bridge once nothing names the old symbols any more."""

from __future__ import annotations

import argparse
from typing import Any

from flake8_ssot_engine.campaign.journal import read_runs
from flake8_ssot_engine.campaign.recovery import check_finished, check_undisturbed
from flake8_ssot_engine.campaign.retire import chosen_migration, plan_retirement
from flake8_ssot_engine.campaign.runner import Options
from flake8_ssot_engine.cli.output import say
from flake8_ssot_engine.cli.project import (
    add_running,
    changing,
    exit_code_of,
    print_line,
    project_of,
    runner_of,
)
from flake8_ssot_engine.cli.selection import jobs_of
from flake8_ssot_engine.errors import ExitCode
from flake8_ssot_engine.reports.campaign_report import render_retirement


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "retire",
        help="remove the bridge, once nothing names the old symbols",
        description="Prove that no import, string or text outside the owners names an old symbol;"
        " then remove the bridge, with the validators of the last phase before and after. What"
        " reached an old name while tests ran, as pytest's plugin records it, is in the way too.",
    )
    add = parser.add_argument
    add("migration", nargs="?", metavar="ID", help="which migration; default: the only one")
    add("--dry-run", action="store_true", help="say what is in the way, and what would go")
    add_running(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Retire the migration's bridge, and return the exit code."""
    settings, finder = project_of(options)
    migration = chosen_migration(settings, options.migration)
    if not options.dry_run:
        check_undisturbed(settings.root)
    retirement = plan_retirement(settings, migration, finder, jobs=jobs_of(options))
    for line in render_retirement(retirement, is_verbose=options.verbose):
        print_line(line)
    if retirement.is_refused:
        return ExitCode.VIOLATIONS
    if options.dry_run or not retirement.files:
        return ExitCode.CLEAN
    with changing(settings.root):
        check_finished(read_runs(settings.root))
        runner = runner_of(options, settings, finder, Options(commits=options.commit))
        code = exit_code_of(runner.run([retirement.step]))
    if code is ExitCode.CLEAN:
        say("the declaration may stay: it keeps the old names from coming back")
    return code
