"""Decoding as Python decodes, and every conversion between kinds of position."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.source import Position, PositionEncoding, SourceFile, Span

UTF8, UTF16, UTF32 = PositionEncoding.UTF8, PositionEncoding.UTF16, PositionEncoding.UTF32
BOM = b"\xef\xbb\xbf"


def tree_of(data: bytes) -> str | None:
    """What CPython itself makes of the bytes of a file: an independent opinion."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(data), include_attributes=True)
    except (SyntaxError, ValueError):
        return None


def our_tree_of(data: bytes) -> str | None:
    try:
        return ast.dump(SourceFile.from_bytes("x.py", data).parse(), include_attributes=True)
    except SourceError:
        return None


DECODED = [
    pytest.param(b"", "utf-8", id="empty"),
    pytest.param(b"x = 'caf\xc3\xa9'\n", "utf-8", id="utf-8-without-a-cookie"),
    pytest.param(BOM + b"x = '\xc3\xa9'\n", "utf-8", id="bom"),
    pytest.param(BOM, "utf-8", id="nothing-but-a-bom"),
    pytest.param(BOM + b"# coding: utf-8\nx = '\xc3\xa9'\n", "utf-8", id="bom-and-cookie"),
    pytest.param(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "iso-8859-1", id="latin-1"),
    pytest.param(
        b"#!/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n", "cp1252", id="2nd"
    ),
    pytest.param(
        b"\n# coding: latin-1\nx = '\xe9'\n", "iso-8859-1", id="cookie-after-a-blank-line"
    ),
    pytest.param(
        b"\x0c# coding: latin-1\nx = '\xe9'\n", "iso-8859-1", id="cookie-after-a-form-feed"
    ),
    pytest.param(
        b"# \xe9\n# coding: latin-1\nx = '\xe9'\n", "iso-8859-1", id="cookie-below-latin-1"
    ),
    pytest.param(b"# coding: latin-1\r\nx = '\xe9'\r\n", "iso-8859-1", id="cookie-crlf"),
    pytest.param(b"# coding: latin-1\rx = '\xe9'\r", "iso-8859-1", id="cookie-cr"),
    pytest.param(b"\r# coding: latin-1\rx = '\xe9'\r", "iso-8859-1", id="cookie-cr-second-line"),
    pytest.param(b"# coding: koi8-r\nx = '\xc1'\n", "koi8-r", id="koi8-r"),
    pytest.param(b"# coding: shift_jis\nx = '\x82\xa0'\n", "shift_jis", id="shift-jis"),
    pytest.param(b"x = 1\n# coding: latin-1\ny = 2\n", "utf-8", id="a-cookie-below-code-is-none"),
    pytest.param(
        b"\n\n# coding: latin-1\ny = 2\n", "utf-8", id="a-cookie-on-the-third-line-is-none"
    ),
    pytest.param(b"\r\r# coding: latin-1\ry = 2\r", "utf-8", id="a-cookie-on-the-third-cr-line"),
]


@pytest.mark.parametrize(("data", "encoding"), DECODED)
def test_decodes_as_python_does(data: bytes, encoding: str) -> None:
    source = SourceFile.from_bytes("x.py", data)
    assert source.encoding == encoding
    assert source.has_bom is data.startswith(BOM)
    assert not source.text.startswith("\ufeff")
    assert our_tree_of(data) == tree_of(data)


@pytest.mark.parametrize(("data", "encoding"), DECODED)
def test_encodes_back_to_the_same_bytes(data: bytes, encoding: str) -> None:
    source = SourceFile.from_bytes("x.py", data)
    assert source.to_bytes(source.text) == data


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        pytest.param(b"x\n\xff", 2, "cannot be decoded as utf-8: invalid start byte", id="byte"),
        pytest.param(b"\xff\n", 1, "cannot be decoded as utf-8: invalid start byte", id="1st-line"),
        pytest.param(b"a\rb\r\nc\n'\xe9'", 4, "cannot be decoded as utf-8: invalid", id="newlines"),
        pytest.param(BOM + b"\n\xff", 2, "cannot be decoded as utf-8", id="after-a-bom"),
        pytest.param(b"# coding: ascii\n\xc3\xa9", 2, "cannot be decoded as ascii", id="ascii"),
        pytest.param(b"# coding: nonsense\n", 1, "unknown encoding: nonsense", id="unknown-codec"),
        pytest.param(BOM + b"# coding: latin-1\n", 1, "encoding problem: utf-8", id="bom-against"),
        pytest.param(BOM + b"# coding: utf8\n", 1, "encoding problem: utf-8", id="bom-and-alias"),
        pytest.param(b"# coding: rot13\n", 1, "'rot13' is not a text encoding", id="no-text-codec"),
        pytest.param(b"# coding: zlib\n", 1, "'zlib' is not a text encoding", id="bytes-codec"),
        pytest.param(
            b"# coding: undefined\n", 1, "undefined encoding", id="codec-that-always-fails"
        ),
        pytest.param("x = 1\n".encode("utf-16"), 1, "cannot be decoded as utf-8", id="utf-16"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, line: int, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        SourceFile.from_bytes("x.py", data)
    assert caught.value.line == line
    assert message in caught.value.message
    assert tree_of(data) is None


@given(
    st.lists(
        st.sampled_from(
            b"\n|\r|\r\n|# |coding: latin-1|coding=utf-8|# coding: ascii|\xe9|\xc3\xa9|x| |\x0c|'"
            b"|\xef\xbb\xbf".split(b"|")
        ),
        max_size=8,
    ).map(b"".join)
)
def test_agrees_with_python_on_any_bytes(data: bytes) -> None:
    ours, theirs = our_tree_of(data), tree_of(data)
    if ours != theirs:
        # Python skips a comment of a byte string without decoding it; run as a file, it refuses it.
        assert ours is None
        assert data.decode(errors="replace") != data.decode(errors="ignore")


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param("def (:\n", 1, 5, id="first-line"),
        pytest.param("x = 1\n\nimport a as\n", 3, 12, id="at-the-end-of-a-line"),
        pytest.param("é𝒳 = 1 1\n", 1, 8, id="columns-are-code-points"),
        pytest.param("x = 1\r\ny = )\r\n", 2, 5, id="crlf"),
        pytest.param("x = 1\ry = )\r", 2, 5, id="cr"),
        pytest.param("print 'hello'\n", 1, 1, id="python-2-print"),
        pytest.param("try: x\nexcept E, e: pass\n", 2, 8, id="python-2-except"),
    ],
)
def test_a_syntax_error_has_a_place(text: str, line: int, column: int) -> None:
    with pytest.raises(SourceError, match=r"^does not parse: ") as caught:
        SourceFile("x.py", text).parse()
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = 1\0\n", id="null-byte"),
        pytest.param("x = '\ud800'\n", id="lone-surrogate"),
        pytest.param("(" * 5000, id="open-brackets"),
        pytest.param("-" * 100_000 + "1", id="nested-too-deeply"),
        pytest.param("\ufeff\ufeffx = 1", id="two-boms"),
    ],
)
def test_text_that_breaks_the_parser_is_a_source_error(text: str) -> None:
    with pytest.raises(SourceError, match=r"^does not parse: "):
        SourceFile("x.py", text).parse()


def test_parsing_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SourceFile("x.py", "x = '\\d'\nassert (1, 'x')\n1 is 1\n").parse()


# --- positions

LINES = [
    pytest.param("", [""], id="empty"),
    pytest.param("a", ["a"], id="no-final-newline"),
    pytest.param("a\nb\n", ["a", "b", ""], id="lf"),
    pytest.param("a\r\nb\r\n", ["a", "b", ""], id="crlf"),
    pytest.param("a\rb\r", ["a", "b", ""], id="cr"),
    pytest.param("a\n\rb\r\r\nc", ["a", "", "b", "", "c"], id="mixed"),
    pytest.param(
        "a\x0cb\x0b\x1c\x85\u2028\u2029c\n", ["a\x0cb\x0b\x1c\x85\u2028\u2029c", ""], id="not"
    ),
    pytest.param("\ufeffa\nb", ["a", "b"], id="bom"),
]


@pytest.mark.parametrize(("text", "lines"), LINES)
def test_lines_end_where_python_ends_them(text: str, lines: list[str]) -> None:
    source = SourceFile("x.py", text)
    assert [source.line_text(line) for line in range(1, len(source.line_starts) + 1)] == lines
    assert source.line_text(0) == source.line_text(len(lines) + 1) == ""


@pytest.mark.parametrize(
    ("before", "columns"),
    [
        # columns of the name after `before`: code points, UTF-8, UTF-16 (from 0)
        pytest.param("", (0, 0, 0), id="nothing"),
        pytest.param("ab; ", (4, 4, 4), id="ascii"),
        pytest.param("é; ", (3, 4, 3), id="two-bytes"),
        pytest.param("'€'; ", (5, 7, 5), id="three-bytes"),
        pytest.param("𝒳; ", (3, 6, 4), id="astral"),
        pytest.param("é𝒳; ", (4, 8, 5), id="é𝒳"),
        pytest.param("'e\u0301'; ", (6, 7, 6), id="combining"),
        pytest.param("'👩\u200d💻'; ", (7, 15, 9), id="joined-emoji"),
        pytest.param("x\t=\t1;\t", (7, 7, 7), id="tabs"),
        pytest.param("\x0c", (1, 1, 1), id="form-feed"),
        pytest.param("x = 1 ;\x0c ", (9, 9, 9), id="inner-form-feed"),
    ],
)
@pytest.mark.parametrize(
    "prologue",
    [
        pytest.param("", id="at-the-top"),
        pytest.param("\ufeff", id="bom"),
        pytest.param("x = 'é𝒳'\n", id="lf"),
        pytest.param("x = 'é𝒳'\r\n\r\n", id="crlf"),
        pytest.param("x = 'é𝒳'\r", id="cr"),
        pytest.param("x = '''é\r\n𝒳\r\n'''\r\n", id="multi-line-string"),
        pytest.param("x = 1 + \\\r\n 1\n", id="backslash"),
        pytest.param("# \x0b\x1c\x85\u2028\n", id="not-newlines"),
    ],
)
def test_every_kind_of_column(before: str, columns: tuple[int, int, int], prologue: str) -> None:
    source = SourceFile("x.py", f"{prologue}{before}name.attribute('𝒳')  # é\n")
    start = source.text.rindex("name")
    call = source.parse().body[-1]
    assert isinstance(call, ast.Expr)
    assert source.span_of(call) == Span(start, start + len("name.attribute('𝒳')"))
    assert call.col_offset == columns[1]
    line, column = source.position(start)
    assert (line, column - 1) == (call.lineno, columns[0])
    for encoding, expected in zip((UTF32, UTF8, UTF16), columns, strict=True):
        assert source.encoded_column(start, encoding) == expected
        assert source.offset_of_encoded(line, expected, encoding) == start


def test_latin_1_columns_are_those_of_the_decoded_text() -> None:
    source = SourceFile.from_bytes("x.py", b"# coding: latin-1\nx = '\xe9\xe8'; name\n")
    name = source.parse().body[-1]
    assert source.span_of(name) == Span(28, 32)
    assert source.text[28:32] == "name"
    assert source.position(28) == Position(2, 11)
    assert name.col_offset == 12


TEXT = st.text(
    st.sampled_from("a \t\n\r\x0c\x0bé€𝒳\u0301\u2028\u200d") | st.characters(codec="utf-8"),
    max_size=40,
)


@given(TEXT, st.data())
def test_offset_and_position_are_inverse(text: str, data: st.DataObject) -> None:
    source = SourceFile("x.py", text)
    offset = data.draw(st.integers(0, len(source.text)))
    if source.text[max(offset - 1, 0) : offset + 1] == "\r\n":
        return  # between the halves of a newline there is no position of its own
    assert source.offset(source.position(offset)) == offset


@given(TEXT, st.data())
def test_encoded_columns_are_inverse_and_agree_with_the_codecs(
    text: str, data: st.DataObject
) -> None:
    source = SourceFile("x.py", text)
    offset = data.draw(st.integers(0, len(source.text)))
    if source.text[max(offset - 1, 0) : offset + 1] == "\r\n":
        return
    line = source.position(offset).line
    before = source.text[source.line_starts[line - 1] : offset]
    for encoding, units in (
        (UTF8, len(before.encode())),
        (UTF16, len(before.encode("utf-16-le")) // 2),
        (UTF32, len(before.encode("utf-32-le")) // 4),
    ):
        assert source.encoded_column(offset, encoding) == units
        assert source.offset_of_encoded(line, units, encoding) == offset
    assert source.offset_of_ast(line, len(before.encode())) == offset


@pytest.mark.parametrize(
    ("line", "column", "encoding", "offset"),
    [
        pytest.param(1, 2, UTF16, 1, id="inside-a-surrogate-pair"),
        pytest.param(1, 1, UTF8, 0, id="inside-two-bytes"),
        pytest.param(1, 4, UTF8, 1, id="inside-four-bytes"),
        pytest.param(1, 99, UTF16, 3, id="past-the-end-of-a-line"),
        pytest.param(1, 99, UTF32, 3, id="past-the-end-of-a-line-in-code-points"),
        pytest.param(2, 99, UTF16, 7, id="past-the-end-of-an-ascii-line"),
        pytest.param(3, 0, UTF8, 8, id="the-line-after-the-last-newline"),
        pytest.param(9, 5, UTF16, 8, id="past-the-last-line"),
    ],
)
def test_columns_between_and_beyond_characters(
    line: int, column: int, encoding: PositionEncoding, offset: int
) -> None:
    source = SourceFile("x.py", "é𝒳b\r\nab\n")
    assert source.offset_of_encoded(line, column, encoding) == offset


@pytest.mark.parametrize(
    ("position", "offset"),
    [
        pytest.param(Position(1, 1), 0, id="start"),
        pytest.param(Position(1, 99), 2, id="clamped-to-the-line"),
        pytest.param(Position(2, 1), 4, id="after-crlf"),
        pytest.param(Position(0, 0), 0, id="before-the-text"),
        pytest.param(Position(99, 1), 5, id="after-the-text"),
    ],
)
def test_a_position_is_clamped(position: Position, offset: int) -> None:
    assert SourceFile("x.py", "ab\r\nc").offset(position) == offset


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [
        pytest.param(Span(1, 5), Span(1, 5), True, id="equal"),
        pytest.param(Span(1, 5), Span(2, 2), True, id="empty-inside"),
        pytest.param(Span(1, 5), Span(0, 3), False, id="before"),
        pytest.param(Span(1, 5), Span(3, 6), False, id="after"),
    ],
)
def test_span_contains(outer: Span, inner: Span, holds: bool) -> None:
    assert outer.contains(inner) is holds


@pytest.mark.parametrize(
    ("text", "encoding", "width"),
    [
        pytest.param("é𝒳", UTF8, 6, id="utf-8"),
        pytest.param("é𝒳", UTF16, 3, id="utf-16"),
        pytest.param("é𝒳", UTF32, 2, id="utf-32"),
        pytest.param("\udcff", UTF8, 3, id="lone-surrogate-utf-8"),
        pytest.param("\udcff", UTF16, 1, id="lone-surrogate-utf-16"),
    ],
)
def test_width(text: str, encoding: PositionEncoding, width: int) -> None:
    assert encoding.width(text) == width
