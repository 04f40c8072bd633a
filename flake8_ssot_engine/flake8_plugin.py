"""The Flake8 plugin: a thin adapter, registered as `SSO` (Flake8 5 to 7).

Nothing is imported before there is something to do with it: most files spell no name of a move.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from flake8_ssot_engine import __version__
from flake8_ssot_engine.config.finder import ConfigFinder, config_file_in
from flake8_ssot_engine.config.ini import ini_migration, parse_moves, split_codes
from flake8_ssot_engine.config.loader import (
    INI_FILES,
    load_file,
    root_of_baseline,
    settings_of_moves,
)
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import ConfigError, ConfigProblem, SourceError
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.discovery import is_excluded
from flake8_ssot_engine.project.parallel import available_cores
from flake8_ssot_engine.reports.escape import printable, printable_error
from flake8_ssot_engine.source import SourceFile

if TYPE_CHECKING:
    import argparse
    import ast

    from flake8_ssot_engine.engine.baseline import Baseline
    from flake8_ssot_engine.engine.check import Checker
    from flake8_ssot_engine.engine.findings import FileResult, Finding
    from flake8_ssot_engine.engine.ratchet import Ratchet


class Judge:
    """Checks the files that one configuration holds for, and judges them by its baseline.

    `known_files` are those that were looked at beforehand, `known_results` what came of them, as
    Foreknown has them.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.known_files: Set[str] = frozenset()
        self.known_results: Mapping[str, FileResult] = MappingProxyType({})

    @cached_property
    def checker(self) -> Checker:
        """What checks a file."""
        from flake8_ssot_engine.engine.check import Checker

        return Checker(self.settings)

    @cached_property
    def baseline(self) -> Baseline | None:
        """What is tolerated, if anything is. Raises ConfigError."""
        if not os.path.lexists(self.settings.baseline_file):
            return None
        from flake8_ssot_engine.engine.baseline import load_baseline

        return load_baseline(self.settings)

    @cached_property
    def ratchet(self) -> Ratchet | None:
        """What judges by the baseline, if there is one. Raises ConfigError."""
        if self.baseline is None:
            return None
        from flake8_ssot_engine.engine.ratchet import Ratchet

        return Ratchet(self.settings, self.baseline)


class Session:
    """The judges of one Flake8 process, made once for each folder that it meets.

    `heeds_noqa` says whether Flake8 will leave out what a `# noqa` covers; `baseline` is the
    absolute path of the file to use instead of the configured ones, "" for these.
    """

    def __init__(
        self,
        fixed: Settings | None = None,
        *,
        select: tuple[str, ...] = (),
        ignore: tuple[str, ...] = (),
        baseline: str = "",
        heeds_noqa: bool = True,
    ) -> None:
        self.heeds_noqa = heeds_noqa
        self._finder = ConfigFinder(fixed=fixed, complete=with_bridges)
        self._select = select
        self._ignore = ignore
        self._baseline = baseline
        self._by_folder: dict[str, Judge] = {}
        self._by_settings: dict[int, Judge] = {}
        self._foreseen: Judge | None = None

    def judge_of(self, path: str) -> Judge:
        """Return the judge for the file at an absolute path. Raises ConfigError."""
        if self._foreseen is not None and path in self._foreseen.known_files:
            return self._foreseen  # that holds for it is known as well
        return self.judge_for(os.path.dirname(path))

    def judge_for(self, folder: str) -> Judge:
        """Return the judge for the files of an absolute folder. Raises ConfigError."""
        if folder not in self._by_folder:
            settings = self._finder.settings_for(folder)
            if id(settings) not in self._by_settings:
                own = settings.overridden(select=self._select, ignore=self._ignore)
                if self._baseline:
                    shared = root_of_baseline(os.getcwd(), self._baseline)
                    own = own.replaced(baseline=self._baseline, baseline_root=shared)
                self._by_settings[id(settings)] = Judge(own)
            self._by_folder[folder] = self._by_settings[id(settings)]
        return self._by_folder[folder]

    def foresee(self, named: Sequence[str], *, jobs: int) -> None:
        """Find out about all files of the project here, if so many are `named` that it pays.

        Raises ConfigError.
        """
        from flake8_ssot_engine.engine.foreknown import foresee, pays
        from flake8_ssot_engine.engine.run import prepare

        if not pays(named):
            return
        judge = self.judge_for(os.getcwd())
        is_own = self._finder.settings_for(os.getcwd()) == judge.settings
        cache = "check" if is_own else "flake8"  # that of `ssot check`, where it is the same
        judge.known_files, judge.known_results = foresee(
            judge.settings, self._finder, named, jobs=jobs, cache=cache
        )
        self._foreseen = judge
        prepare()  # once, for all processes that Flake8 starts


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
        add(
            "--ssot-no-cache",
            action="store_true",
            parse_from_config=True,
            help="Neither use nor write what is cached in .ssot_cache.",
        )

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
                fixed = settings_of_moves(migration, _root_of_moves(here))
            baseline, declared_in = _baseline_file(options.ssot_baseline)
            if fixed is not None and declared_in:
                shared = root_of_baseline(declared_in, baseline)
                fixed = fixed.replaced(baseline=baseline, baseline_root=shared)
            cls._session = Session(
                fixed,
                select=select,
                ignore=ignore,
                baseline="" if declared_in else baseline,
                heeds_noqa=not options.disable_noqa,
            )
            judge = cls._session.judge_for(os.getcwd())
            _ = judge.baseline, judge.checker  # what is wrong is told at once; workers inherit them
            if not options.ssot_no_cache:
                jobs = available_cores() if options.jobs.is_auto else options.jobs.n_jobs
                cls._session.foresee(options.filenames or [os.curdir], jobs=jobs)
        except ConfigError as error:
            raise _execution_error(error) from None

    def run(self) -> Iterator[tuple[int, int, str, type[SsotPlugin]]]:
        """Yield line (from 1), column (from 0, in code points), text and this class."""
        path = os.path.abspath(self._filename)
        try:
            for finding in self._findings(path):
                violation = finding.violation
                message = printable(f"{violation.code} {violation.message}")
                yield finding.start.line, finding.start.column - 1, message, type(self)
        except ConfigError as error:
            raise _execution_error(error) from None

    def _findings(self, path: str) -> list[Finding]:
        """Return what is not tolerated in the file, and what Flake8 itself will leave out."""
        judge = self._session.judge_of(path)
        is_known = path in judge.known_files
        if not is_known and is_excluded(path, judge.settings):
            return []
        source = SourceFile(self._filename, "".join(self._lines))
        result: FileResult | None
        if is_known and "noqa" not in source.text.lower():
            result = judge.known_results.get(path)
        else:  # what else a `# noqa` covers is for Flake8 to say, and for its plugins
            result = judge.checker.check_tree(path, source, self._tree, with_noqa=False)
        return self._judged(path, source, result, judge) if result and result.findings else []

    def _judged(
        self, path: str, source: SourceFile, result: FileResult, judge: Judge
    ) -> list[Finding]:
        from flake8_ssot_engine.engine.suppressions import Suppressions

        covered: list[Finding] = []
        standing: list[Finding] = []
        suppressions = Suppressions(source) if self._session.heeds_noqa else None
        for finding in result.findings:
            place = finding.violation.code, finding.start.line
            is_covered = suppressions is not None and suppressions.covers(*place)
            (covered if is_covered else standing).append(finding)
        if judge.ratchet is None:
            return [*covered, *standing]
        content = partial(_content, path, source.text)
        result = result._replace(findings=tuple(standing))
        judged = judge.ratchet.judge(path, result, content).result.findings
        return [*covered, *(finding for finding in judged if not finding.is_baselined)]


def _root_of_moves(folder: str) -> str:
    """Return where the file that declares moves lies: as Flake8, `ssot` looks for it upwards."""
    found = ConfigFinder().settings_for(folder)
    return found.root if os.path.basename(found.path) in INI_FILES else folder


def _baseline_file(given: str) -> tuple[str, str]:
    """Return the absolute path of the baseline that Flake8 was told of, "" for none.

    Besides, the absolute folder of the configuration file that names it, "" for the command line.
    Flake8 takes a name without a slash as it is, wherever the file stands that holds it. On the
    command line any baseline may be asked for; raises ConfigError where a configuration file
    names another one than `ssot` takes.
    """
    if not given:
        return "", ""
    here = os.getcwd()
    while True:
        for path in (os.path.join(here, name) for name in INI_FILES):
            if os.path.isfile(path) and (declared := ini_migration(path).baseline):
                meant = os.path.normpath(os.path.join(here, declared))
                if declared == given or meant == given:
                    _check_agreed(path, meant)
                    return meant, here
        if os.path.dirname(here) == here:
            return os.path.abspath(given), ""
        here = os.path.dirname(here)


def _check_agreed(path: str, baseline: str) -> None:
    settings = ConfigFinder().settings_for(os.path.dirname(path))
    if settings.path and settings.baseline_file != baseline:
        message = f"`ssot` goes by {settings.path} and takes {settings.baseline_file}"
        problem = ConfigProblem(path, None, "ssot-baseline", f"{message}; name it there")
        raise ConfigError((problem,))


def _content(path: str, text: str) -> bytes:
    """Return the bytes of a file that holds a text, as far as possible those on the disk.

    Flake8 hands over text with its newlines translated, and maybe what an editor has not saved.
    """
    from flake8_ssot_engine.project.reading import read_regular

    try:
        data = read_regular(path)
        on_disk = SourceFile.from_bytes(path, data)
    except (OSError, SourceError):
        return text.encode("utf-8", "surrogatepass")
    newline = "\r\n" if b"\r\n" in data else "\n"
    try:
        return on_disk.to_bytes(text.replace("\n", newline))
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _execution_error(error: ConfigError) -> Exception:
    from flake8.exceptions import ExecutionError

    wrapped: Exception = ExecutionError(f"flake8-ssot-engine: {printable_error(error)}")
    return wrapped
