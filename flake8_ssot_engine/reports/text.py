"""The `text` format: each violation with its line, carets under it, and what to write."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.outcome import new_errors, new_findings, summary
from flake8_ssot_engine.violations import Severity


class Style(NamedTuple):
    """ANSI sequences (ECMA-48, SGR); all empty for plain text."""

    bold: str = ""
    red: str = ""
    blue: str = ""
    green: str = ""
    reset: str = ""


PLAIN = Style()
COLOR = Style("\x1b[1m", "\x1b[31m", "\x1b[34m", "\x1b[32m", "\x1b[0m")


def render_text(report: Report, style: Style = PLAIN) -> Iterator[str]:
    """Yield the report for a person, the summary last.

    What the baseline tolerates is only counted. Where a violation carries its edits they are
    shown as a small diff, else its hint is.
    """
    for finding in new_findings(report):
        yield from _finding(finding, style)
        yield ""
    errors = new_errors(report)
    for error in errors:
        head = f"{style.bold}{error_place(error)}{style.reset}: {style.red}error{style.reset}: "
        yield head + printable(error.message)
    if errors:
        yield ""
    yield summary(report)


def error_place(error: FileError) -> str:
    """Return `path:line` of a file that could not be checked, or its path alone."""
    path = printable(error.path)
    return f"{path}:{error.line}" if error.line else path


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    violation = finding.violation
    place = f"{printable(finding.path)}:{finding.start.line}:{finding.start.column}"
    head = f"{style.bold}{place}{style.reset}: {style.red}{violation.code}{style.reset}"
    weight = f"{style.red}warning{style.reset}: " if finding.severity is Severity.WARNING else ""
    yield f"{head} {weight}{printable(violation.message)}"
    gutter = " " * len(str(finding.start.line))
    if finding.lines:
        yield from _lines_with_carets(finding, style)
    bar = f"{style.blue}|{style.reset}"
    if violation.fix is not None and finding.lines:
        from flake8_ssot_engine.reports.small_diff import render_small_diff

        for change in render_small_diff(finding, violation.fix):
            color = {"-": style.red, "+": style.green}.get(change[0], "")
            yield f"{gutter} {bar} {color}{_shown(change)}{style.reset if color else ''}"
    elif violation.hint:
        yield f"{gutter} {bar} {style.green}+ {printable(violation.hint)}{style.reset}"


def _lines_with_carets(finding: Finding, style: Style) -> Iterator[str]:
    line = finding.lines[0]
    number = str(finding.start.line)
    before = line[: finding.start.column - 1]
    last = finding.end.column - 1 if finding.end.line == finding.start.line else len(line)
    marked = line[finding.start.column - 1 : last]
    bar = f"{style.blue}|{style.reset}"
    gutter = " " * len(number)
    pad, carets = _below(before, " "), _below(marked, "^") or "^"
    yield f"{style.blue}{number}{style.reset} {bar} {_shown(line)}"
    yield f"{gutter} {bar} {pad}{style.red}{carets}{style.reset}"


def _shown(line: str) -> str:
    return line if line.isprintable() else "\t".join(map(printable, line.split("\t")))


def _below(text: str, mark: str) -> str:
    """Return what fills, below a text, as many cells of a terminal; tabs stay."""
    if text.isascii() and text.isprintable():
        return mark * len(text)
    return "".join(c if c == "\t" else mark * _width(c) for c in text)


def _width(character: str) -> int:
    """Return how many cells a terminal gives to a character as `_shown` shows it."""
    if not character.isprintable():
        return len(printable(character))
    import unicodedata  # a megabyte; a clean report measures nothing

    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
