"""Runs a rule's tables of cases: VALID first and longer, INVALID with «guillemets» round spans.

Every case runs as it is and then as CRLF, with a BOM, and with wide characters before each
span; the positions must follow. And each of these runs twice: with the names that the command
searches the whole project for, and as the Flake8 plugin does it, which follows names on demand.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.analysis import Analysis
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult, Finding
from flake8_ssot_engine.engine.fix import plan_fixes
from flake8_ssot_engine.engine.screening import Screen
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.project.needles import find_needles
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.source import SourceFile

CONFIGURATION = """
source-roots = ["."]
string-calls = ["pkg.lazy.load"]

[[migration]]
id = "M1"
owners = ["bridge.py"]

[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"

[[migration.move]]
old = "pkg.old.make_engine"
new = "pkg.made.make_engine"

[[migration.move]]
old = "pkg.old.Gone"
hint = "emit through OpenTelemetry"

[[migration.move]]
old = "pkg.legacy"
new = "pkg.modern"

[[migration.move]]
old = "pkg.shared.Shared"
new = "pkg.owned.Owned"
factory = "create"
factory-modules = ["pkg.factories"]

[[migration.move]]
old = "pkg.calls.Called"
new = "pkg.called.Renewed"

[[migration.move.call]]
pattern = "$CLASS($REGISTRY, $$$REST)"
rewrite = "await $NEW.build($REGISTRY, $$$REST)"

[[migration.move]]
old = "a.Chained"
new = "b.Chained"

[[migration.move]]
old = "b.Chained"
new = "c.Final"
"""
OPENING, CLOSING = "«", "»"
WIDE = '"é𝒳"; '


@dataclass(frozen=True)
class Case:
    """One piece of code, with «guillemets» round each span that the rule must report."""

    title: str
    code: str
    path: str = "pkg/sub/consumer.py"
    message: str = ""
    """If given, a part of the first violation's message."""
    hint: str | None = None
    """If given, the first violation's hint."""
    files: dict[str, str] = field(default_factory=dict)
    """Other files of the project."""
    after: str | None = None
    """The code when all that the rule reports in it is fixed; None where nothing is."""
    safety: str = ""
    """`safe` or `unsafe`, for what is fixed."""
    left: str = ""
    """A part of the reason for the first violation that is not fixed."""


def parameters(cases: tuple[Case, ...]) -> list[object]:
    return [pytest.param(case, id=case.title) for case in cases]


def variants(marked: str) -> list[str]:
    """Return a marked text in each of its forms."""
    wide = _with_wide_characters(marked)
    return [marked, marked.replace("\n", "\r\n"), "\ufeff" + marked, wide]


def _with_wide_characters(marked: str) -> str:
    """Put wide characters before the spans of a line, where a statement may stand."""
    lines = marked.split("\n")
    for number, line in enumerate(lines):
        if OPENING not in line:
            continue
        indent = len(line) - len(line.lstrip())
        changed = [*lines[:number], line[:indent] + WIDE + line[indent:], *lines[number + 1 :]]
        try:
            ast.parse("\n".join(changed).replace(OPENING, "").replace(CLOSING, ""))
        except SyntaxError:
            continue
        lines = changed
    return "\n".join(lines)


def check_case(case: Case, code: str, folder: Path, *, is_valid: bool) -> None:
    """Assert that rule `code` reports exactly the marked spans, in every variant."""
    marked = dedent(case.code).lstrip("\n")
    assert (OPENING in marked) != is_valid, "a case is either valid or marked"
    write(folder, {"ssot.toml": CONFIGURATION, **case.files})
    settings = load_file(str(folder / "ssot.toml"))
    path = folder / case.path
    for variant in variants(marked):
        text = variant.replace(OPENING, "").replace(CLOSING, "")
        write(folder, {case.path: text})
        for needles in (None, find_needles(settings, jobs=1)):
            checker = Checker(settings, needles)
            result = checker.check_bytes(str(path), path.read_bytes(), shown_as=case.path)
            assert result.error is None, result.error
            found = [finding for finding in result.findings if finding.violation.code == code]
            assert _mark(text, found) == variant
            if variant == marked:
                assert result == _seen_whole(settings, needles, path, case.path)
            if found:
                assert case.message in found[0].violation.message
                assert case.hint in {None, found[0].violation.hint}


def _seen_whole(
    settings: Settings, needles: Needles | None, path: Path, shown_as: str
) -> FileResult:
    """Return what comes of a file when nothing is cut out of its tree, nor left unread."""
    checker = Checker(settings, needles)
    source = SourceFile.from_bytes(shown_as, path.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Analysis, "_focus_on", lambda *arguments: None)
        patch.setattr(Screen, "may_matter", lambda *arguments, with_noqa: True)
        return checker.check_tree(str(path), source, source.parse())


def check_fix(case: Case, code: str, folder: Path) -> None:
    """Assert what a fix of all that rule `code` reports makes of a case, in every variant.

    The engine has applied the laws of a fix to what it hands out; that the bytes outside the
    edits stay, and that a second run changes nothing, is asserted here once more.
    """
    marked = dedent(case.code).lstrip("\n")
    write(folder, {"ssot.toml": CONFIGURATION, **case.files})
    finder = ConfigFinder(fixed=load_file(str(folder / "ssot.toml")))
    settings = finder.settings_for(str(folder)).overridden(select=(code,))
    path = folder / case.path
    task = Task(str(path), case.path, settings)
    expected = None if case.after is None else dedent(case.after).lstrip("\n")
    for variant in variants(marked):
        before = variant.replace(OPENING, "").replace(CLOSING, "")
        write(folder, {case.path: before})
        report = plan_fixes([task], finder, jobs=1, allow_unsafe=True)
        own = [change for change in report.changes if change.place.path == str(path)]
        assert not report.errors
        if expected is None:
            assert not own, "the harness wants an `after`"
            assert not case.safety
        else:
            assert _joined(own[0].after.decode(), variant) == _joined(
                _as_variant(expected, variant), variant
            )
            assert _safeties(report) == {case.safety} - {""}
        reasons = [finding.violation.unfixable_because for finding in report.left]
        assert bool(reasons) == bool(case.left)
        assert case.left in (reasons or [""])[0]
        for change in report.changes:
            Path(change.place.path).write_bytes(change.after)
        again = plan_fixes([task], finder, jobs=1, allow_unsafe=True)
        assert not again.changes
        assert not again.fixed
        write(folder, case.files)


def _as_variant(text: str, variant: str) -> str:
    if "\r\n" in variant:
        text = text.replace("\n", "\r\n")
    return ("\ufeff" if variant.startswith("\ufeff") else "") + text


def _joined(text: str, variant: str) -> str:
    """Return a text without what a variant puts before statements, which makes them share lines.

    A statement that goes leaves a `pass` on a line that it shared.
    """
    if WIDE not in variant:
        return text
    lines = text.replace(WIDE, "").replace("; ", "\n").split("\n")
    return "\n".join(line for line in lines if line.strip() != "pass").rstrip("\n")


def _safeties(report: FixReport) -> set[str]:
    levels = {finding.violation.applicability for finding in report.fixed}
    return {level.label for level in levels if level is not None}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(dedent(text).lstrip("\n").encode())


def _mark(text: str, found: list[Finding]) -> str:
    """Put guillemets round what was found, by the lines and columns that reports show."""
    body = text.removeprefix("\ufeff")
    lines = body.replace("\r\n", "\n").split("\n")
    for finding in sorted(found, key=lambda finding: finding.start, reverse=True):
        for position, mark in ((finding.end, CLOSING), (finding.start, OPENING)):
            line = lines[position.line - 1]
            column = position.column - 1
            lines[position.line - 1] = line[:column] + mark + line[column:]
    newline = "\r\n" if "\r\n" in text else "\n"
    return ("\ufeff" if text.startswith("\ufeff") else "") + newline.join(lines)
