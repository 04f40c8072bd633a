"""Selection: the files that a command over a project looks at, by its arguments."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.run import Task
from flake8_ssot_engine.engine.tasks import find_tasks, question_of, settings_of
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.discovery import is_excluded
from flake8_ssot_engine.project.parallel import available_cores

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.memory import Memory

TEXTS = "SSOT008"
"""The code of what is found in texts."""


def add_selection(parser: argparse.ArgumentParser, verb: str) -> None:
    """Add what every command over the files of a project takes."""
    add = parser.add_argument
    add("paths", nargs="*", metavar="PATH", help="files and folders; default: the project")
    add("--config", metavar="FILE", help="use this configuration for every file")
    add("--select", metavar="CODES", default="", help=f"{verb} these codes only")
    add("--ignore", metavar="CODES", default="", help=f"do not {verb} these codes")
    add("--phase", metavar="NAME", help="look only at the files of one phase")
    add("--exit-zero", action="store_true", help="exit 0 even if there are violations")
    add("--jobs", type=positive, metavar="N", help="processes; default: one for each core")
    add("--color", choices=("auto", "always", "never"), default="auto")
    add("--quiet", action="store_true", help="print the report and nothing else")


def add_syntax(parser: argparse.ArgumentParser) -> None:
    """Add what says which files are tried for whether they parse."""
    parser.add_argument(
        "--syntax",
        choices=("all", "candidates"),
        help="which files are told of if they do not parse: all, or those that by their text may"
        " hold a violation; default: all where files are named or changed (--new-since), for they"
        " are few, else candidates",
    )


def parses_all(options: argparse.Namespace) -> bool:
    """Whether a file that cannot hold a violation is to be parsed all the same."""
    if options.syntax is not None:
        return bool(options.syntax == "all")
    if getattr(options, "stdin_filename", None) or getattr(options, "new_since", None):
        return True
    return bool(options.paths) and not any(map(os.path.isdir, options.paths))


def finder_of(options: argparse.Namespace) -> ConfigFinder:
    """Return what finds the configuration of each file. Raises ConfigError."""
    fixed = load_file(options.config) if options.config else None
    return ConfigFinder(fixed=fixed, complete=with_bridges)


def settings_here(options: argparse.Namespace, finder: ConfigFinder) -> Settings:
    """Return the settings for the current folder, as the options change them."""
    select, ignore = _codes("--select", options.select), _codes("--ignore", options.ignore)
    return finder.settings_for(os.getcwd()).overridden(select=select, ignore=ignore)


def tasks_of(
    options: argparse.Namespace, finder: ConfigFinder, memory: Memory | None = None
) -> list[Task]:
    """Return the files that the options name, each with the settings for it. Raises UsageError.

    `memory` may know them from the last run.
    """
    here = os.getcwd()
    select, ignore = _codes("--select", options.select), _codes("--ignore", options.ignore)
    changed = partial(Settings.overridden, select=select, ignore=ignore)
    with_texts = changed(finder.settings_for(here)).selects(TEXTS)
    tasks: list[Task]
    if getattr(options, "stdin_filename", None):
        path = os.path.abspath(options.stdin_filename)
        settings = finder.settings_for(os.path.dirname(path))
        is_left_out = is_excluded(path, settings)
        tasks = [] if is_left_out else [Task(path, options.stdin_filename, changed(settings))]
    else:
        root = finder.settings_for(here).root
        named = {os.path.abspath(path): path for path in options.paths or [os.path.relpath(root)]}
        if memory is None:
            tasks = list(find_tasks(named, finder, changed=changed, with_texts=with_texts))
        else:
            tasks = _found_with(memory, named, finder, changed, options.phase, with_texts)
    if options.phase is None:
        return tasks
    _check_phase_name(
        options.phase, [task.settings for task in tasks] or [finder.settings_for(here)]
    )
    return [task for task in tasks if _is_in_phase(task.path, task.settings, options.phase)]


def _found_with(
    memory: Memory,
    named: Mapping[str, str],
    finder: ConfigFinder,
    changed: Callable[[Settings], Settings],
    phase: str | None,
    with_texts: bool,
) -> list[Task]:
    """Return the files below some paths: those of the last run, where a walk would find the same."""
    declared = finder.settings_for(os.getcwd())
    question = None  # of a phase, no more is remembered than what came of its files
    if phase is None:
        question = question_of(named, finder, declared, with_texts=with_texts)
    files = memory.found(question)
    if files is not None:
        return list(map(Task, files, files.values(), repeat(memory.settings)))
    listing = memory.listing
    tasks = list(
        find_tasks(named, finder, listing=listing, changed=changed, with_texts=with_texts)
    )
    if all(settings == memory.settings for settings in settings_of(tasks)):
        memory.walked(question)
    return tasks


def _is_in_phase(path: str, settings: Settings, name: str) -> bool:
    from flake8_ssot_engine.engine.check import phase_of

    phases = (phase_of(path, migration) for migration in settings.migrations)
    return any(phase is not None and phase.name == name for phase in phases)


def _check_phase_name(name: str, every: list[Settings]) -> None:
    known = [p.name for settings in every for m in settings.migrations for p in m.phases]
    if name not in known:
        from flake8_ssot_engine.campaign.planner import unknown_phase

        raise unknown_phase(name, known)


def _codes(option: str, text: str) -> tuple[str, ...]:
    if not text:
        return ()
    from flake8_ssot_engine.config.ini import split_codes
    from flake8_ssot_engine.config.spec import CODES

    codes = split_codes(text)
    if complaint := CODES.complaint(list(codes)):
        raise UsageError(f"{option}: {complaint}")
    return codes


def jobs_of(options: argparse.Namespace) -> int:
    """Return how many processes to use."""
    return options.jobs or available_cores()


def positive(text: str) -> int:
    """Parse a whole number from 1 on, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
