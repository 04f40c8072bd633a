"""The project that a campaign's command is for: its settings, its lock, and what it says."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flake8_ssot_engine.campaign.events import CheckBegun, Event, PhaseResult
from flake8_ssot_engine.campaign.lock import project_lock
from flake8_ssot_engine.campaign.runner import Options, Runner
from flake8_ssot_engine.cli.output import use_color
from flake8_ssot_engine.cli.selection import finder_of, jobs_of, positive
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ExitCode
from flake8_ssot_engine.project.interrupts import signals_as_ctrl_c
from flake8_ssot_engine.reports.campaign_report import render_event


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what every command over a project's campaign takes."""
    add = parser.add_argument
    add("--config", metavar="FILE", help="use this configuration")
    add("--color", choices=("auto", "always", "never"), default="auto")


def project_of(options: argparse.Namespace) -> tuple[Settings, ConfigFinder]:
    """Return the settings that hold here. Raises ConfigError."""
    finder = finder_of(options)
    return finder.settings_for(os.getcwd()), finder


@contextmanager
def changing(root: str) -> Iterator[None]:
    """Hold the project's lock; what asks this process to end counts as Ctrl-C, to be undone."""
    with signals_as_ctrl_c(), project_lock(root):
        yield


def add_running(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes that runs validators."""
    add_common(parser)
    add = parser.add_argument
    add("--commit", action="store_true", help="make a git commit of each phase")
    add("--jobs", type=positive, metavar="N", help="processes; default: one for each core")
    add("--quiet", action="store_true", help="do not show what validators print")
    add("--verbose", action="store_true", help="list every place that is left")


def runner_of(
    options: argparse.Namespace, settings: Settings, finder: ConfigFinder, wanted: Options
) -> Runner:
    """Return what runs phases, and prints what happens. Raises UsageError."""
    return Runner(
        settings,
        finder,
        wanted,
        jobs=jobs_of(options),
        tell=teller(options),
        stream=streamer(options),
    )


def exit_code_of(results: Sequence[PhaseResult]) -> ExitCode:
    """Return how phases ended, for the shell."""
    is_failed = any(result.outcome.is_failure for result in results)
    return ExitCode.ROLLED_BACK if is_failed else ExitCode.CLEAN


def teller(options: argparse.Namespace) -> Callable[[Event], None]:
    """Return what prints events as they come."""
    is_colored = use_color(options, sys.stdout)

    def tell(event: Event) -> None:
        if options.quiet and isinstance(event, CheckBegun):  # its output would follow
            return
        for line in render_event(event, is_verbose=options.verbose, is_colored=is_colored):
            print_line(line)

    return tell


def print_line(line: str) -> None:
    """Print a line at once, whatever the encoding of the terminal."""
    stream: Any = sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    print(line, flush=True)


def streamer(options: argparse.Namespace) -> Callable[[bytes], None] | None:
    """Return what passes on the output of validators as it comes; None where none is wanted."""
    if options.quiet:
        return None

    def stream(chunk: bytes) -> None:
        sys.stdout.flush()
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()

    return stream
