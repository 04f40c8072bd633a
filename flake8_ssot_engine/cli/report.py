"""`ssot report`: where the migrations stand: a page to look at, or Markdown for a pull request."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flake8_ssot_engine.campaign.journal import read_runs
from flake8_ssot_engine.cli.output import say, stages
from flake8_ssot_engine.cli.project import add_common, project_of
from flake8_ssot_engine.cli.selection import jobs_of, positive
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ExitCode, UsageError
from flake8_ssot_engine.project.git import GitError
from flake8_ssot_engine.project.texts import REPORT_NAME

_POINTS = 100


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "report", help="a page to look at, or Markdown: how far the migrations are, and what is new"
    )
    add = parser.add_argument
    add(
        "--format",
        choices=("html", "markdown"),
        default="html",
        help="html: one page with the burn-down over git's history and all that is left to do;"
        " markdown: what a change adds and takes away, for a pull request; default: html",
    )
    add(
        "--output",
        metavar="FILE",
        help=f"write the report to a file, `-` is standard output; default: {REPORT_NAME} for"
        " html, else standard output",
    )
    add(
        "--since",
        metavar="REF",
        help="html: begin the history at this commit, branch, tag or date; markdown: tell what is"
        " new and what is gone against the commit where HEAD and REF parted",
    )
    add(
        "--points",
        type=positive,
        metavar="N",
        help=f"html: how many commits of the history to look at; default: {_POINTS}",
    )
    add("--migration", metavar="ID", help="html: tell of this migration alone")
    add("--quiet", action="store_true", help="do not say what is being done")
    add_common(parser)
    add("--jobs", type=positive, metavar="N", help="processes; default: one for each core")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look, print or write the report, and return the exit code."""
    settings, finder = project_of(options)
    if options.format == "markdown":
        for name in ("points", "migration"):
            if getattr(options, name) is not None:
                raise UsageError(f"--{name}: not with --format markdown")
        _write("\n".join(_markdown(options, settings, finder)) + "\n", options.output or "-")
        return ExitCode.CLEAN
    output = options.output or REPORT_NAME
    _write(_page(options, settings, finder), output)
    if output != "-" and not options.quiet:
        say(f"the report is in {output}")
    return ExitCode.CLEAN


def _page(options: argparse.Namespace, settings: Settings, finder: ConfigFinder) -> str:
    from flake8_ssot_engine.campaign.overview import take_overview
    from flake8_ssot_engine.reports.html_page import render_page

    with stages(is_quiet=options.quiet) as tell, _named("--since"):
        overview = take_overview(
            settings,
            finder,
            made=_now(),
            since=options.since,
            points=options.points or _POINTS,
            jobs=jobs_of(options),
            only=options.migration,
            tell=tell,
        )
        tell("writing the page")
        page = render_page(overview)
    for lack in overview.lacks:
        say(f"not on the page: {lack}")
    return page


def _markdown(
    options: argparse.Namespace, settings: Settings, finder: ConfigFinder
) -> Iterator[str]:
    from flake8_ssot_engine.campaign.change import find_change
    from flake8_ssot_engine.campaign.standing import take_standings
    from flake8_ssot_engine.reports.pull_request import render_pull_request

    jobs = jobs_of(options)
    with _named("--since"):
        change = find_change(settings, finder, options.since, jobs=jobs) if options.since else None
    every = take_standings(settings, finder, read_runs(settings.root), jobs=jobs)
    yield from render_pull_request(change, every)


@contextmanager
def _named(option: str) -> Iterator[None]:
    """Say which option it was that git refused."""
    try:
        yield
    except GitError as error:
        raise UsageError(f"{option}: {error}") from None


def _now() -> datetime.datetime:
    """Return the time of making: that of reproducible-builds.org's variable, if it is set."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if told.isdecimal() and len(told) < 12:
        return datetime.datetime.fromtimestamp(int(told), datetime.timezone.utc)
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def _write(text: str, output: str) -> None:
    if output == "-":
        stream: Any = sys.stdout
        if hasattr(stream, "reconfigure"):  # a page says that it is UTF-8
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        stream.write(text)
        return
    try:
        with open(output, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"--output {output}: {error.strerror or error}") from None
