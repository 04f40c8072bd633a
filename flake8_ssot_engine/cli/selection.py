"""Selection: the files that a command over a project looks at, by its arguments."""

from __future__ import annotations

import argparse
import os
from typing import Any

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.run import Task
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.discovery import find_files, is_excluded
from flake8_ssot_engine.project.listing import Listing
from flake8_ssot_engine.project.parallel import available_cores


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
    options: argparse.Namespace, finder: ConfigFinder, listing: Listing | None = None
) -> list[Task]:
    """Return the files that the options name, each with the settings for it. Raises UsageError."""
    here = os.getcwd()
    if getattr(options, "stdin_filename", None):
        path = os.path.abspath(options.stdin_filename)
        settings = finder.settings_for(os.path.dirname(path))
        named = {path: options.stdin_filename}
        files: Any = [] if is_excluded(path, settings) else [(path, settings)]
    else:
        default = options.paths or [finder.settings_for(here).root]
        named = {os.path.abspath(path): path for path in default}
        if not options.paths:
            named = {root: os.path.relpath(root, here) for root in named}
        files = find_files(named, finder, listing=listing)
    overridden: dict[int, Settings] = {}
    select, ignore = _codes("--select", options.select), _codes("--ignore", options.ignore)
    tasks = []
    files = list(files)
    if options.phase is not None:
        every = [settings for _, settings in files] or [finder.settings_for(here)]
        _check_phase_name(options.phase, every)
    names = _Names(named)
    for path, settings in files:
        if id(settings) not in overridden:
            overridden[id(settings)] = settings.overridden(select=select, ignore=ignore)
        if options.phase is None or _is_in_phase(path, settings, options.phase):
            tasks.append(Task(path, names.of(path), overridden[id(settings)]))
    return tasks


class _Names:
    """Paths as Flake8 would print them: below the argument that they were found under."""

    def __init__(self, named: dict[str, str]) -> None:
        self._named = named
        self._folders: dict[str, str] = {}

    def of(self, path: str) -> str:
        """Return how a path is shown."""
        if path in self._named:
            return os.path.normpath(self._named[path])
        folder, _, name = path.rpartition(os.sep)
        folder = folder or os.sep
        if folder not in self._folders:
            shown = self.of(folder)
            self._folders[folder] = "" if shown == os.curdir else os.path.join(shown, "")
        return self._folders[folder] + name


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
