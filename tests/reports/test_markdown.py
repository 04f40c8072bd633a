"""The page for a CI summary, rendered as GitHub's Markdown is."""

from __future__ import annotations

import re
from html import unescape

import pytest
from markdown_it import MarkdownIt

from flake8_ssot_engine.engine.findings import FileError
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.markdown import MAX_BYTES, render_markdown
from flake8_ssot_engine.violations import Severity
from tests.reports.examples import EXAMPLE, ODD_NAMES, ONLY_ERRORS, report_of_many, report_of_path
from tests.reports.findings import finding

LIMIT = 1024 * 1024
"""GitHub's, for the summary of a step."""


def rendered(report: Report) -> str:
    parser = MarkdownIt("commonmark").enable("table")
    return str(parser.render("\n".join(render_markdown(report))))


def rows(report: Report, heading: str) -> list[list[str]]:
    """Return the text of each cell below a heading, header row excluded."""
    page = rendered(report)
    _, _, section = page.partition(f"<h3>{heading}</h3>")
    body = section.partition("<h3>")[0].partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [cell_text(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def cell_text(cell: str) -> str:
    assert not re.search(r"<(?!/?code>)", cell), "something in a cell is markup"
    return unescape(re.sub(r"</?code>", "", cell))


def test_what_is_new_is_listed_and_what_is_baselined_is_counted() -> None:
    assert rows(EXAMPLE, "Violations") == [
        ["app/deps.py:3", "SSOT001", "a.old.Old", "from a.new import New"],
        ["app/deps.py:9", "SSOT002", "a.old.Old", "New.make(...)"],
        ["ssot-baseline.txt:1", "SSOT009 (warning)", "a.old.Old", ""],
    ]
    assert rows(EXAMPLE, "Files that could not be checked") == [
        ["bad.py:3", "does not parse: invalid syntax"],
        ["locked.py", "cannot be read: Permission denied"],
    ]
    page = rendered(EXAMPLE)
    assert "<strong>2 new violations (SSOT001 1, SSOT002 1), 1 warning (SSOT009 1), 3 base" in page
    assert page.count("<table>") == 3
    assert "lib/old.py" not in page


@pytest.mark.parametrize(
    ("report", "tables"),
    [
        pytest.param(Report(files=1), 0, id="clean"),
        pytest.param(ONLY_ERRORS, 1, id="only-errors"),
        pytest.param(report_of_many(3, Severity.HINT), 1, id="all-baselined"),
        pytest.param(report_of_many(3), 2, id="no-baseline"),
    ],
)
def test_there_is_no_empty_table(report: Report, tables: int) -> None:
    page = rendered(report)
    assert page.count("<table>") == tables
    assert "<h2>ssot check</h2>" in page


@pytest.mark.parametrize("path", ODD_NAMES)
def test_any_path_is_the_text_of_its_cell(path: str) -> None:
    report = report_of_path(path)
    (row,) = rows(report, "Violations")
    assert row[0] == f"{printable(path)}:1"
    assert len(row) == 4
    (row,) = rows(report, "Files that could not be checked")
    assert row == [f"{printable(path)}:1", f"cannot be read: {printable(path)}"]


@pytest.mark.parametrize(
    "hint",
    [
        pytest.param("f(a | b)", id="pipe"),
        pytest.param("`", id="backtick"),
        pytest.param("a\\|b``c`", id="backslash-and-pipe"),
        pytest.param("<b>&amp;</b>", id="html"),
        pytest.param("<b>|&amp;</b>", id="html-and-pipe"),
        pytest.param("__init__ *x* [y](z) ~q~ | !", id="markdown-and-pipe"),
        pytest.param("x\\", id="backslash-at-the-end"),
        pytest.param("a\nb", id="newline"),
        pytest.param(" a ", id="blanks"),
    ],
)
def test_any_hint_is_the_text_of_its_cell(hint: str) -> None:
    (row,) = rows(Report(findings=(finding("«x»", hint=hint),)), "Violations")
    assert row[3] == printable(hint)


def test_a_page_that_would_be_too_large_ends_with_a_note() -> None:
    report = Report(
        findings=report_of_many(30_000).findings,
        errors=tuple(FileError(f"é{n}.py", "bad") for n in range(20_000)),
        files=9,
    )
    page = "".join(f"{line}\n" for line in render_markdown(report))
    assert MAX_BYTES * 0.9 < len(page.encode()) <= MAX_BYTES < LIMIT
    shown = page.count("| SSOT001 |") - 1
    assert 0 < shown < 30_000
    assert f"… and {30_000 - shown} more violations, for which there is no room here" in page
    assert "more files" not in page


def test_errors_alone_may_be_too_many() -> None:
    report = Report(errors=(FileError("a.py", "x" * 400_000),) * 4, files=4)
    page = "".join(f"{line}\n" for line in render_markdown(report))
    assert len(page.encode()) <= MAX_BYTES
    assert "… and 2 more files, for which there is no room here" in page
