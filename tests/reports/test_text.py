"""The format for people: carets under what they are about, whatever the line holds."""

from __future__ import annotations

import pytest

from flake8_ssot_engine.engine.findings import FileError
from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.reports.text import COLOR, render_text
from tests.reports.findings import finding


def test_a_whole_report() -> None:
    report = Report(
        findings=(
            finding("\n\nfrom a.old import «Old»\n"),
            finding("\n" * 99 + "x = «Old()»\n", code="SSOT002", hint=""),
        ),
        errors=(
            FileError("bad.py", "does not parse: invalid syntax", 3, 7),
            FileError("worse.py", "cannot be read: Permission denied"),
        ),
        files=12,
    )
    assert (
        "\n".join(render_text(report))
        == """\
app/deps.py:3:19: SSOT001 import of deprecated `a.old.Old` (565)
3 | from a.old import Old
  |                   ^^^
  | + from a.new import New

app/deps.py:100:5: SSOT002 import of deprecated `a.old.Old` (565)
100 | x = Old()
    |     ^^^^^

bad.py:3: error: does not parse: invalid syntax
worse.py: error: cannot be read: Permission denied

2 violations (SSOT001 1, SSOT002 1), 2 files that could not be checked; 12 files looked at"""
    )


@pytest.mark.parametrize(
    ("marked", "line", "carets"),
    [
        pytest.param("«Old»", "Old", "^^^", id="nothing-around"),
        pytest.param("é = «Old»", "é = Old", "    ^^^", id="one-cell-letter"),
        pytest.param("'日本', «Old»", "'日本', Old", "        ^^^", id="two-cell-letters"),
        pytest.param("'𝒳' «Old»", "'𝒳' Old", "    ^^^", id="astral"),
        pytest.param("'e\u0301' «Old»", "'e\u0301' Old", "    ^^^", id="combining"),
        pytest.param("'☎\ufe0f' «Old»", "'☎\ufe0f' Old", "    ^^^", id="variation-selector"),
        pytest.param("'👩\u200d' «Old»", "'👩\\u200d' Old", "           ^^^", id="joiner"),
        pytest.param("\tx\t= «Old»", "\tx\t= Old", "\t \t  ^^^", id="tabs"),
        pytest.param("\x0cx = «Old»", "\\u000cx = Old", "          ^^^", id="form-feed"),
        pytest.param("'\x1b[31m' «Old»", "'\\u001b[31m' Old", "             ^^^", id="escape"),
        pytest.param("«f('日', 'e\u0301')»", "f('日', 'e\u0301')", "^^^^^^^^^^^^", id="inside"),
        pytest.param("«f(\t1)»", "f(\t1)", "^^\t^^", id="tab-inside"),
        pytest.param("x «»y", "x y", "  ^", id="empty-span"),
        pytest.param("x = «f(\n 1)»", "x = f(", "    ^^", id="several-lines"),
        pytest.param("x = «f(\r\n 1)»\r\n", "x = f(", "    ^^", id="crlf"),
    ],
)
def test_carets(marked: str, line: str, carets: str) -> None:
    shown = list(render_text(Report(findings=(finding(marked, hint=""),), files=1)))
    assert shown[1:3] == [f"1 | {line}", f"  | {carets}"]


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param("a\nb", id="newline"),
        pytest.param("a\x1b[2Jb", id="escape"),
        pytest.param("a\udcffb", id="lone-surrogate"),
        pytest.param("a\u202eb", id="right-to-left"),
        pytest.param("a\u2028b", id="line-separator"),
        pytest.param("a\U000e0001b", id="astral-format-character"),
    ],
)
def test_nothing_that_a_terminal_obeys_is_printed(odd: str) -> None:
    report = Report(
        findings=(finding("«x»", path=odd, hint=odd, migration=odd),),
        errors=(FileError(odd, odd, 1),),
        files=1,
    )
    for line in render_text(report):
        assert line.isprintable()
        assert "\n" not in line


def test_color_changes_nothing_but_colors() -> None:
    report = Report(findings=(finding("«Old»"),), errors=(FileError("x.py", "bad", 1),), files=1)
    colored = "\n".join(render_text(report, COLOR))
    for sequence in COLOR:
        assert sequence in colored
        colored = colored.replace(sequence, "")
    assert colored == "\n".join(render_text(report))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain é𝒳 日本", "plain é𝒳 日本", id="printable"),
        pytest.param("no\u00a0break", "no\u00a0break", id="blanks-stay"),
        pytest.param("a\tb", "a\\u0009b", id="tab"),
        pytest.param("\udcff", "\\udcff", id="surrogate"),
        pytest.param("\u200f", "\\u200f", id="mark"),
        pytest.param("\U000e0001", "\\U000e0001", id="astral"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
