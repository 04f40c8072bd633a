"""Troubles: what is wrong with configurations, told on their files and, once, in a message."""

from __future__ import annotations

from collections.abc import Callable

from lsprotocol import types as lsp

from flake8_ssot_engine.errors import ConfigError, ConfigProblem, SourceError
from flake8_ssot_engine.lsp.diagnostics import SOURCE
from flake8_ssot_engine.lsp.documents import uri_of
from flake8_ssot_engine.lsp.texts import Text
from flake8_ssot_engine.project.reading import read_regular
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.source import Position, PositionEncoding


class Troubles:
    """What is wrong, by the documents that it was met for.

    `publish` tells the editor all that is wrong with one file, `show` a person all that is new.
    """

    def __init__(
        self,
        encoding: PositionEncoding,
        publish: Callable[[lsp.PublishDiagnosticsParams], None],
        show: Callable[[str], None],
    ) -> None:
        self._encoding = encoding
        self._publish = publish
        self._show = show
        self._errors: dict[str, ConfigError] = {}
        self._told: dict[str, list[ConfigProblem]] = {}

    def note(self, uri: str, error: ConfigError | None) -> None:
        """Take note of what is wrong for a document, None for nothing."""
        known = self._errors.get(uri)
        if str(error or "") == str(known or ""):
            return
        if error is None:
            del self._errors[uri]
        else:
            self._errors[uri] = error
            if str(error) not in {str(one) for at, one in self._errors.items() if at != uri}:
                self._show(str(error))
        self._tell()

    def _tell(self) -> None:
        now: dict[str, list[ConfigProblem]] = {}
        for error in self._errors.values():
            for problem in error.problems:
                every = now.setdefault(problem.path, [])
                if problem not in every:
                    every.append(problem)
        for path in {**self._told, **now}:
            if now.get(path) != self._told.get(path):
                found = [self._diagnostic(problem) for problem in now.get(path, ())]
                self._publish(lsp.PublishDiagnosticsParams(uri_of(path), found))
        self._told = now

    def _diagnostic(self, problem: ConfigProblem) -> lsp.Diagnostic:
        try:
            text = Text.of_bytes(read_regular(problem.path), self._encoding)
        except (OSError, SourceError):
            text = Text("", self._encoding)
        line = problem.line or 1
        end = Position(line, len(text.source.line_text(line)) + 1)
        return lsp.Diagnostic(
            range=text.range_between(Position(line, 1), end),
            message=printable(
                f"{problem.key}: {problem.message}" if problem.key else problem.message
            ),
            severity=lsp.DiagnosticSeverity.Error,
            source=SOURCE,
        )
