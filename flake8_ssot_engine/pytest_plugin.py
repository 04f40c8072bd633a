"""The pytest plugin: records what reaches an old name while tests run.

`pytest -p flake8_ssot_engine.pytest_plugin`: not an entry point, which would have every pytest of
whoever installs the linter load it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Generator

import pytest

from flake8_ssot_engine.campaign.found.known import with_known
from flake8_ssot_engine.campaign.found.record import (
    Record,
    State,
    joined,
    read_record,
    without_redundant,
    write_record,
)
from flake8_ssot_engine.campaign.found.recorder import Recorder, read_folder
from flake8_ssot_engine.campaign.found.stacks import Stacks
from flake8_ssot_engine.campaign.found.targets import Targets
from flake8_ssot_engine.campaign.found.uses import Frame
from flake8_ssot_engine.campaign.found.watch import Watch
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.errors import SsotError
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.reports.escape import printable, printable_error
from flake8_ssot_engine.reports.found_report import render_run

_FOLDER = "SSOT_FOUND_FOLDER"
"""The environment variable by which workers of pytest-xdist know where to keep what they see.

With the root of the project after it: tests may run a pytest of another one.
"""
_NAME = "ssot-found"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one option."""
    group = parser.getgroup("ssot", "what reaches an old name at run time")
    message = "the configuration of `ssot` to use; default: the nearest above pytest's rootdir"
    group.addoption("--ssot-config", metavar="FILE", default=None, help=message)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin before the project's conftests import anything."""
    _begin(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Begin, where the plugin was loaded by a conftest."""
    if not config.pluginmanager.has_plugin(_NAME):
        _begin(config)


def _begin(config: pytest.Config) -> None:
    settings = _settings(config)
    session: _Recording | _Failure
    try:
        session = _Recording(config, settings)
    except Exception as error:  # told at the end: the tests are not to fail of it
        session = _Failure(error)
    config.pluginmanager.register(session, _NAME)


def _settings(config: pytest.Config) -> Settings:
    named = config.known_args_namespace.ssot_config
    try:
        if named:
            path = os.path.join(config.invocation_params.dir, named)
            return with_bridges(load_file(path))
        finder = ConfigFinder(complete=with_bridges)
        return finder.settings_for(str(config.rootpath))
    except SsotError as error:
        raise pytest.UsageError(f"ssot: {printable_error(error)}") from None


class _Failure:
    """A recording that could not begin."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        _tell(terminalreporter, [_warning("nothing was recorded", self._error)])


class _Recording:
    """The recording of one process of a test run."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._root = settings.root
        self._settings = settings
        self._rootdir = str(config.rootpath)
        self._outer = os.environ.get(_FOLDER, "")
        folder, _, root = self._outer.partition(os.pathsep)
        self._is_worker = root == self._root
        self._folder = folder if self._is_worker else tempfile.mkdtemp(prefix=f"{_NAME}-")
        self._stacks = Stacks(settings.root)
        self._recorder = Recorder(self._stacks, self._folder)
        self._watch = Watch(Targets(settings), self._recorder.note, self._stacks.is_of_project)
        self._ran: set[str] = set()
        self._lines: list[str] = []
        self._before = self._watch.start()
        os.environ[_FOLDER] = f"{self._folder}{os.pathsep}{self._root}"

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Know what is being collected: modules are imported for it."""
        place = (
            self._frame(str(collector.path), 0, "") if isinstance(collector, pytest.File) else None
        )
        with self._recorder.within(collector.nodeid, place):
            report = yield
        if report.passed:
            self._ran.add(collector.nodeid)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Know which test is under way."""
        self._watch.look_again()
        path, line, name = item.location
        place = self._frame(os.path.join(self._rootdir, path), line or 0, name)
        with self._recorder.within(item.nodeid, place):
            return (yield)

    def _frame(self, path: str, line: int, function: str) -> Frame:
        return Frame(self._stacks.shown(path), line + 1, function)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Know which tests came to their end."""
        if report.when == "call" and report.passed:
            self._ran.add(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Keep what was seen; after its workers, the first process makes a record of it."""
        try:
            old = read_record(self._root)
            witnesses = {test for use in old.uses for test in use.tests} if old else set()
            self._recorder.end((self._ran & witnesses) | self._loaded(old))
            if not self._is_worker:
                self._lines += self._record(old)
        except Exception as error:  # the tests are not to fail of it
            self._lines.append(_warning("the record is not kept", error))

    def _loaded(self, old: Record | None) -> set[str]:
        """Return the files of the places in a record that this process has loaded."""
        wanted = {use.place.path for use in old.uses if "" in use.tests} if old else set()
        files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
        paths = {self._stacks.shown(f) for f in files if isinstance(f, str)}
        return wanted & paths

    def _record(self, old: Record | None) -> list[str]:
        kept = read_folder(self._folder)
        state = State(self._root)
        found = [state.dated(use) for use in without_redundant(kept.uses)]
        uses = joined(old.uses if old else (), with_known(found, self._settings), kept.ran)
        gaps = {
            "loaded before the recording began, so that something may be missing": self._before,
            "takes no other class, so that only its first import is seen": self._watch.unwatched,
            "no name of a module, so that nothing can watch it": self._watch.targets.unseen,
        }
        lines = render_run(write_record(self._root, uses).uses, gaps)
        return [*lines, *(f"warning: not recorded: {failure}" for failure in kept.failures)]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what was found."""
        _tell(terminalreporter, self._lines)

    def pytest_unconfigure(self) -> None:
        """Leave everything as it was."""
        self._watch.stop()
        os.environ[_FOLDER] = self._outer
        if not self._is_worker:
            shutil.rmtree(self._folder, ignore_errors=True)


def _warning(what: str, error: Exception) -> str:
    return f"warning: {what}: {type(error).__name__}: {error}"


def _tell(reporter: pytest.TerminalReporter, lines: list[str]) -> None:
    if lines:
        reporter.section("ssot: old names at run time")
        for line in lines:
            reporter.write_line(printable(line), yellow=line.startswith("warning"))
