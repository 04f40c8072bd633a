"""The project that a campaign's command is for: its settings, its lock, and what it says."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from flake8_ssot_engine.campaign.events import CheckBegun, Event
from flake8_ssot_engine.campaign.lock import project_lock
from flake8_ssot_engine.cli.output import use_color
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.reports.campaign_report import render_event


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what every command over a project's campaign takes."""
    add = parser.add_argument
    add("--config", metavar="FILE", help="use this configuration")
    add("--color", choices=("auto", "always", "never"), default="auto")


def project_of(options: argparse.Namespace) -> tuple[Settings, ConfigFinder]:
    """Return the settings that hold here. Raises ConfigError."""
    fixed = load_file(options.config) if options.config else None
    finder = ConfigFinder(fixed=fixed, complete=with_bridges)
    return finder.settings_for(os.getcwd()), finder


@contextmanager
def changing(root: str) -> Iterator[None]:
    """Hold the project's lock; what asks this process to end counts as Ctrl-C, to be undone."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    # What is ignored is so on purpose, as `nohup` does.
    numbers = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    previous = [(number, signal.signal(number, interrupt)) for number in numbers]
    try:
        with project_lock(root):
            yield
    finally:
        for number, handler in previous:
            signal.signal(number, handler)


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
