"""`ssot migrate`: takes a project through its phases, each validated, else rolled back."""

from __future__ import annotations

import argparse
from typing import Any

from flake8_ssot_engine.campaign.journal import Run, read_runs
from flake8_ssot_engine.campaign.planner import Step, named_steps, plan_steps
from flake8_ssot_engine.campaign.recovery import check_finished, remaining_of, settle
from flake8_ssot_engine.campaign.runner import Options, Runner
from flake8_ssot_engine.cli.output import say
from flake8_ssot_engine.cli.project import (
    add_running,
    changing,
    exit_code_of,
    print_line,
    project_of,
    runner_of,
)
from flake8_ssot_engine.errors import ExitCode, UsageError
from flake8_ssot_engine.reports.campaign_report import render_plan, render_restored


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "migrate",
        help="run phases: validate, fix, validate again, else roll back",
        description="Run phases in their order; without --phase or --all, the first one in which"
        " there is something to fix.",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--phase", action="append", metavar="NAME", help="run this phase")
    which.add_argument("--all", action="store_true", help="run every phase, in order")
    which.add_argument(
        "--resume", action="store_true", help="go on with what was cut short or failed"
    )
    add = parser.add_argument
    add("--dry-run", action="store_true", help="print the plan and change nothing")
    add("--strict", action="store_true", help="change no file outside the phase; keep aliases")
    add("--unsafe", action="store_true", help="apply fixes that may change what the program does")
    add("--allow-red", action="store_true", help="start even if a validator fails before")
    add_running(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the phases, and return the exit code."""
    settings, finder = project_of(options)
    steps = plan_steps(settings, finder)
    if options.phase:
        steps = named_steps(steps, options.phase)
    wanted = Options(
        allow_unsafe=options.unsafe,
        allow_red=options.allow_red,
        is_strict=options.strict,
        commits=options.commit and not options.dry_run,
    )
    if options.dry_run:
        return _print_plan(runner_of(options, settings, finder, wanted), steps, options)
    with changing(settings.root):
        runs = read_runs(settings.root)
        if options.resume:
            if not any(run.is_unfinished or run.facts.get("phases") for run in runs):
                raise UsageError("there is nothing to resume: no phase was ever run here")
            # The latest first: an earlier one may have changed the same files.
            if not all(_is_settled(run) for run in reversed(runs)):
                return ExitCode.VIOLATIONS
            remaining = remaining_of(runs)
            steps, wanted = named_steps(steps, remaining.phases), remaining.options
        else:
            check_finished(runs)
        runner = runner_of(options, settings, finder, wanted)
        if not (options.phase or options.all or options.resume):
            steps = _next(steps, runner)
        results = runner.run(steps)
    if not steps:
        say("there is nothing left to fix in any phase")
    return exit_code_of(results)


def _print_plan(runner: Runner, steps: list[Step], options: argparse.Namespace) -> int:
    for step in steps:
        for line in render_plan(step, runner.plan(step), is_verbose=options.verbose):
            print_line(line)
    return ExitCode.CLEAN


def _is_settled(run: Run) -> bool:
    """Bring a run that was cut short to an end; say so if a file of it is in the way."""
    if not run.is_unfinished:
        return True
    restored = settle(run)
    print_line(f"run {run.name}, which was cut short: {run.state.value}")
    for line in render_restored(restored):
        print_line(line)
    if restored.left:
        say("a file was edited since; bring it to what it was, or take it as it is and start anew")
    return not restored.left


def _next(steps: list[Step], runner: Runner) -> list[Step]:
    """Return the first step in which something would change, alone."""
    return next(([step] for step in steps if runner.plan(step).changes), [])
