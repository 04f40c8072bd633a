"""Output: how the commands speak to a terminal, beside the reports themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flake8_ssot_engine.reports.escape import printable

if TYPE_CHECKING:
    import argparse

_PROGRESS_FROM = 500
"""Files from which on a terminal shows a progress bar."""


def say(text: str) -> None:
    """Tell something to the person, beside what the command prints."""
    print(f"ssot: {printable(text)}", file=sys.stderr)


def use_color(options: argparse.Namespace, stream: Any) -> bool:
    """Whether to colour what goes to a stream; None is a file."""
    is_terminal = stream is not None and stream.isatty() and not os.environ.get("NO_COLOR")
    return options.color == "always" or (options.color == "auto" and is_terminal)


@contextmanager
def progress(what: str, total: int, *, is_quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Show a bar on a terminal for long work (rich: maintained, and degrades by itself)."""
    if is_quiet or total < _PROGRESS_FROM or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)


@contextmanager
def stages(*, is_quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show on a terminal which stage of long work it is at, as it is told."""
    if is_quiet or not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console

    console = Console(stderr=True, markup=False, emoji=False)
    with console.status("") as status:
        yield lambda stage: status.update(stage)
