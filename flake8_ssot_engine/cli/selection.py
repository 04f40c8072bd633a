"""Selection: the arguments of a command over a project, and the settings that they make hold."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.parallel import available_cores

if TYPE_CHECKING:
    import argparse


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
    return changed_by(options)(finder.settings_for(os.getcwd()))


def changed_by(options: argparse.Namespace) -> Callable[[Settings], Settings]:
    """Return what makes of the settings that a file declares those that hold by the options."""
    select, ignore = _codes("--select", options.select), _codes("--ignore", options.ignore)
    return partial(Settings.overridden, select=select, ignore=ignore)


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
        import argparse  # there before, as it calls this

        raise argparse.ArgumentTypeError("must be at least 1")
    return number
