"""`# noqa`, compared with what the installed Flake8 makes of the same file."""

from __future__ import annotations

import argparse
import io
from typing import Any

import pytest
from flake8.processor import FileProcessor
from flake8.violation import Violation
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.engine.suppressions import Suppressions
from flake8_ssot_engine.source import SourceFile

CODES = ("SSOT001", "SSOT002", "SSOT010")
OPTIONS = argparse.Namespace(
    hang_closing=False,
    indent_size=4,
    max_line_length=79,
    max_doc_length=None,
    verbose=0,
    disable_noqa=False,
    stdin_display_name="stdin",
)


def of_flake8(text: str) -> set[tuple[str, int]]:
    """Return what Flake8 would suppress, on lines that it reads as it does from a file."""
    lines = io.StringIO(text, newline=None).readlines()
    processor: Any = FileProcessor("x.py", OPTIONS, lines=lines)
    if processor.should_ignore_file():
        return {(code, line) for code in CODES for line in range(1, len(lines) + 1)}
    suppressed = set()
    for line in range(1, len(lines) + 1):
        physical = processor.noqa_line_for(line)
        if physical is None:  # Flake8 then reads the line from the file
            physical = lines[line - 1]
        for code in CODES:
            violation: Any = Violation(code, "x.py", line, 1, "text", physical)
            if violation.is_inline_ignored(False):
                suppressed.add((code, line))
    return suppressed


def of_ours(text: str) -> set[tuple[str, int]]:
    count = len(io.StringIO(text, newline=None).readlines())
    suppressions = Suppressions(SourceFile("x.py", text))
    return {
        (c, line) for c in CODES for line in range(1, count + 1) if suppressions.covers(c, line)
    }


ALL = set(CODES)
NONE: set[str] = set()
FORMS = [
    # what is suppressed on line 1 of `x = 1  <comment>`
    pytest.param("", NONE, id="none"),
    pytest.param("# no qa", NONE, id="no-qa"),
    pytest.param("# noqa: E501", NONE, id="another-code"),
    pytest.param("#noqa", NONE, id="no-blank"),
    pytest.param("#  noqa", NONE, id="two-blanks"),
    pytest.param("#:noqa", NONE, id="colon-before"),
    pytest.param("# type: ignore # noqa", ALL, id="second-comment"),
    pytest.param("# noqa", ALL, id="blanket"),
    pytest.param("# NOQA", ALL, id="capitals"),
    pytest.param("# NoQA", ALL, id="mixed"),
    pytest.param("# noqa, really", ALL, id="words-behind"),
    pytest.param("# noqa : SSOT002", ALL, id="blank-before-the-colon"),
    pytest.param("# noqa:  SSOT002", ALL, id="two-blanks-after-the-colon"),
    pytest.param("# noqa: SSOT", ALL, id="prefix-without-digits-is-a-blanket"),
    pytest.param("# noqa: because", ALL, id="reason-is-a-blanket"),
    pytest.param("# noqa:", ALL, id="nothing-after-the-colon"),
    pytest.param("# noqa SSOT002", ALL, id="no-colon"),
    pytest.param("# noqa: SSOT001", {"SSOT001"}, id="code"),
    pytest.param("# noqa:SSOT001", {"SSOT001"}, id="code-without-a-blank"),
    pytest.param("# noqa:\tSSOT001", {"SSOT001"}, id="code-after-a-tab"),
    pytest.param("# noqa: SSOT00", {"SSOT001", "SSOT002"}, id="prefix-with-digits"),
    pytest.param("# noqa: SSOT0", ALL, id="shorter-prefix"),
    pytest.param("# noqa: SSOT001,SSOT002", {"SSOT001", "SSOT002"}, id="comma"),
    pytest.param("# noqa: E501, SSOT002", {"SSOT002"}, id="comma-and-blank"),
    pytest.param("# noqa: E501 SSOT002", {"SSOT002"}, id="blank"),
    pytest.param("# noqa: SSOT001 because of SSOT002", {"SSOT001"}, id="reason-behind"),
    pytest.param("# noqa: SSOT001SSOT002", NONE, id="run-together"),
]


@pytest.mark.parametrize(("comment", "codes"), FORMS)
def test_forms_of_the_comment(comment: str, codes: set[str]) -> None:
    text = f"x = 1  {comment}\ny = 2\n"
    assert {code for code, line in of_ours(text) if line == 1} == codes
    assert of_ours(text) == of_flake8(text)


@pytest.mark.parametrize("code", ["ssot001", "Ssot001"])
def test_codes_in_small_letters(code: str) -> None:
    text = f"x = 1  # noqa: {code}\n"
    assert of_ours(text) == of_flake8(text)


LINES = [
    # the lines of the file on which a blanket suppresses
    pytest.param("x = 1  # noqa\ny = 2\n", {1}, id="its-own-line"),
    pytest.param("x = (\n    1,  # noqa\n    2,\n)\n", {2}, id="line-in-brackets"),
    pytest.param("from a import (  # noqa\n    b,\n)\n", {1}, id="opening-bracket"),
    pytest.param("x = 1 + \\\n    2  # noqa\ny = 2\n", {1, 2}, id="backslash"),
    pytest.param("x = '''\n# noqa\n'''\ny = 2\n", {1, 2, 3}, id="inside-a-string"),
    pytest.param("x = '''\n\n'''  # noqa\ny = 2\n", {1, 2, 3}, id="after-a-string"),
    pytest.param("f('''\na\n''', b)  # noqa\n", {1, 2, 3}, id="string-in-a-call"),
    pytest.param("f(a,\n  '''\nb\n''',  # noqa\n  c)\n", {2, 3, 4}, id="string-on-its-own-lines"),
    pytest.param("x = f'''{1}\n'''  # noqa\n", {1, 2}, id="f-string"),
    pytest.param("# noqa\nx = 1\n", {1}, id="comment-line"),
    pytest.param("def f():\n    pass  # noqa\nx = 1\n", {2}, id="dedent"),
    pytest.param("def f():  # noqa\n    pass\n", {1}, id="def-line-only"),
    pytest.param("x = 1\n# flake8: noqa\n", {1, 2}, id="whole-file"),
    pytest.param("x = 1\n  # FLAKE8=NOQA\n", {1, 2}, id="whole-file-other-spelling"),
    pytest.param("x = 1  # flake8: noqa\ny = 2\n", set(), id="whole-file-behind-code"),
    pytest.param("x = 1  # noqa\r\ny = 2\r\n", {1}, id="crlf"),
    pytest.param("x = 1  # noqa\ry = 2\r", {1}, id="cr"),
    pytest.param("x = '''\r\n'''  # noqa\r\ny = 2\r\n", {1, 2}, id="crlf-string"),
    pytest.param("\ufeffx = 1  # noqa\ny = 2\n", {1}, id="bom"),
    pytest.param("x = 1  # noqa", {1}, id="no-final-newline"),
    pytest.param("x = 1\x0c  # noqa\ny = 2\n", {1}, id="form-feed"),
    pytest.param("# \u2028\x85\x0b\nx = 1  # noqa\ny = 2\n", {2}, id="not-newlines"),
    pytest.param("é = '𝒳'  # noqa\ny = 2\n", {1}, id="wide"),
    pytest.param("x = (\n  1,  # noqa\n", {2}, id="open-bracket-does-not-tokenize"),
    pytest.param("x = '''\n# noqa\n", {2}, id="open-string-does-not-tokenize"),
    pytest.param("if x:\n    a\n  b  # noqa\n", {3}, id="bad-indentation"),
    pytest.param("x = 1  # noqa: SSOT001,\nSSOT002 = 1\n", set(), id="codes-end-with-the-line"),
]


@pytest.mark.parametrize(("text", "lines"), LINES)
def test_lines_that_a_comment_covers(text: str, lines: set[int]) -> None:
    assert {line for code, line in of_ours(text) if code == "SSOT002"} == lines
    assert of_ours(text) == of_flake8(text)


FILE_CODES = [
    # the comment for the whole file, and what it suppresses on each line
    pytest.param("# flake8: noqa: SSOT001", {"SSOT001"}, id="code"),
    pytest.param("# flake8: noqa:SSOT001,SSOT002", {"SSOT001", "SSOT002"}, id="two"),
    pytest.param("# flake8: noqa: SSOT001 because of SSOT002", {"SSOT001"}, id="reason"),
    pytest.param("  # FLAKE8=NOQA: SSOT00", {"SSOT001", "SSOT002"}, id="prefix"),
    pytest.param("# flake8: noqa: E501", NONE, id="somebody-else's"),
]


@pytest.mark.parametrize(("comment", "codes"), FILE_CODES)
def test_comment_for_the_whole_file_with_codes(comment: str, codes: set[str]) -> None:
    text = f"x = 1\n{comment}\ny = 2\n"
    assert of_ours(text) == {(code, line) for code in codes for line in (1, 2, 3)}
    everything = {(code, line) for code in CODES for line in (1, 2, 3)}
    assert of_flake8(text) == everything, "Flake8 heeds the codes now: then so should both faces"


UNUSED = [
    # the text, with «guillemets» round each code that suppresses nothing
    pytest.param("x  # noqa: «SSOT001»", [], id="nothing-raised"),
    pytest.param("x  # noqa: SSOT001", [("SSOT001", 1)], id="used"),
    pytest.param("x  # noqa: «SSOT002»", [("SSOT001", 1)], id="another-code"),
    pytest.param("x\ny  # noqa: «SSOT001»", [("SSOT001", 1)], id="another-line"),
    pytest.param("x  # noqa: SSOT001,«SSOT002»", [("SSOT001", 1)], id="one-of-two"),
    pytest.param("x  # noqa: E501, «SSOT001» why", [], id="beside-somebody-else's"),
    pytest.param("x  # noqa: E501", [], id="somebody-else's"),
    pytest.param("x  # noqa", [], id="blanket"),
    pytest.param("x  # noqa: SSOT", [], id="blanket-by-mistake"),
    pytest.param("x  # noqa: ssot001", [], id="small-letters"),
    pytest.param("x  # noqa: SSOT00", [("SSOT002", 1)], id="used-prefix"),
    pytest.param("x  # noqa: «SSOT00»", [], id="prefix"),
    pytest.param("x  # noqa: SSOT010", [], id="not-judged"),
    pytest.param("x = '# noqa: SSOT001'", [], id="in-a-string"),
    pytest.param("x = '''\n# noqa: SSOT001\n'''", [], id="in-a-docstring"),
    pytest.param("x = '''\n'''  # noqa: SSOT001", [("SSOT001", 1)], id="joined-lines"),
    pytest.param("x = '# noqa: E1'  # noqa: «SSOT001»", [("SSOT001", 1)], id="unheeded"),
    pytest.param("# flake8: noqa: SSOT001\nx", [("SSOT001", 2)], id="file"),
    pytest.param("# flake8: noqa: SSOT001, «SSOT002»\nx", [("SSOT001", 2)], id="file-one-of-two"),
    pytest.param("# flake8: noqa\nx  # noqa: SSOT001", [], id="within-a-blanket-file"),
    pytest.param("é = '𝒳'  # noqa: «SSOT001»", [], id="wide"),
    pytest.param("x = (  # noqa: SSOT001", [], id="does-not-tokenize"),
]


@pytest.mark.parametrize(("marked", "raised"), UNUSED)
def test_codes_that_suppress_nothing(marked: str, raised: list[tuple[str, int]]) -> None:
    text = marked.replace("«", "").replace("»", "")
    suppressions = Suppressions(SourceFile("x.py", text))
    found = sorted(suppressions.unused(raised, {"SSOT001", "SSOT002"}), key=lambda one: one.span)
    shown = text
    for code, span in reversed(found):
        assert text[span.start : span.end] == code
        shown = f"{shown[: span.start]}«{code}»{shown[span.end :]}"
    assert shown == marked


PIECES = [
    "x = 1",
    "(",
    ")",
    "'''",
    "f'''{x}",
    "\\\n",
    "\n",
    "\r\n",
    "\r",
    "  ",
    "# noqa",
    ": SSOT001",
]
MORE = [",SSOT002", " because", "# flake8: noqa\n", "if x:", "\x0c", "é", "\u2028", "# ", "y"]


@given(st.lists(st.sampled_from(PIECES + MORE), max_size=14).map("".join))
def test_agrees_with_flake8_on_any_text(text: str) -> None:
    assert of_ours(text) == of_flake8(text)
