"""The Flake8 plugin: a thin adapter, registered as `SSO` (Flake8 5 to 7)."""

from __future__ import annotations

import argparse
import ast
import os
from collections.abc import Iterator
from typing import Any, ClassVar

from flake8_ssot_engine import __version__
from flake8_ssot_engine.config.finder import ConfigFinder, config_file_in
from flake8_ssot_engine.config.ini import parse_moves, split_codes
from flake8_ssot_engine.config.loader import load_file, settings_of_moves
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.discovery import is_excluded
from flake8_ssot_engine.source import SourceFile


class Session:
    """The checkers of one Flake8 process, made once for each folder that it meets."""

    def __init__(
        self,
        fixed: Settings | None = None,
        select: tuple[str, ...] = (),
        ignore: tuple[str, ...] = (),
    ) -> None:
        self._finder = ConfigFinder(fixed=fixed, complete=with_bridges)
        self._select = select
        self._ignore = ignore
        self._by_folder: dict[str, Checker] = {}
        self._by_settings: dict[int, Checker] = {}

    def checker_for(self, folder: str) -> Checker:
        """Return the checker for the files of an absolute folder. Raises ConfigError."""
        if folder not in self._by_folder:
            settings = self._finder.settings_for(folder)
            if id(settings) not in self._by_settings:
                self._by_settings[id(settings)] = Checker(
                    settings.overridden(select=self._select, ignore=self._ignore)
                )
            self._by_folder[folder] = self._by_settings[id(settings)]
        return self._by_folder[folder]


class SsotPlugin:
    """Checks the tree that Flake8 hands over; `# noqa` is left to Flake8."""

    name = "flake8-ssot-engine"
    version = __version__
    _session: ClassVar[Session] = Session()

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        self._tree = tree
        self._filename = filename
        self._lines = lines

    @staticmethod
    def add_options(manager: Any) -> None:
        """Register the options of Flake8-only projects."""
        add = manager.add_option
        add(
            "--ssot-moves",
            default="",
            parse_from_config=True,
            help="Moves, one `old.module.Name -> new.module.Name` a line.",
        )
        add(
            "--ssot-config",
            default="",
            parse_from_config=True,
            normalize_paths=True,
            help="Configuration file to use for every file.",
        )
        add(
            "--ssot-baseline",
            default="",
            parse_from_config=True,
            normalize_paths=True,
            help="File that holds the tolerated violations.",
        )
        add("--ssot-select", default="", parse_from_config=True, help="SSOT codes to report.")
        add("--ssot-ignore", default="", parse_from_config=True, help="SSOT codes not to report.")

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Take the options over; a wrong configuration ends Flake8 with what is wrong."""
        select, ignore = split_codes(options.ssot_select), split_codes(options.ssot_ignore)
        try:
            fixed = None
            if options.ssot_config:
                fixed = load_file(options.ssot_config)
            elif options.ssot_moves.strip():
                here = os.getcwd()
                config_file_in(here)  # raises where a TOML file declares moves as well
                migration = parse_moves(options.ssot_moves.splitlines(), "Flake8's configuration")
                fixed = settings_of_moves(migration, here)
            cls._session = Session(fixed, select, ignore)
            cls._session.checker_for(os.getcwd())
        except ConfigError as error:
            raise _execution_error(error) from None

    def run(self) -> Iterator[tuple[int, int, str, type[SsotPlugin]]]:
        """Yield line (from 1), column (from 0, in code points), text and this class."""
        path = os.path.abspath(self._filename)
        try:
            checker = self._session.checker_for(os.path.dirname(path))
        except ConfigError as error:
            raise _execution_error(error) from None
        text = "".join(self._lines)
        if is_excluded(path, checker.settings):
            return
        source = SourceFile(self._filename, text)
        result = checker.check_tree(path, source, self._tree, with_noqa=False)
        for finding in result.findings:
            violation = finding.violation
            message = f"{violation.code} {violation.message}"
            yield finding.start.line, finding.start.column - 1, message, type(self)


def _execution_error(error: ConfigError) -> Exception:
    from flake8.exceptions import ExecutionError

    wrapped: Exception = ExecutionError(f"flake8-ssot-engine: {error}")
    return wrapped
