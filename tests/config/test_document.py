"""The line of every key, in whatever way TOML lets it be written."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.config import document
from flake8_ssot_engine.config.document import (
    Document,
    Path,
    known_texts,
    remember_texts,
)
from flake8_ssot_engine.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        pytest.param("a = 1\nb = 2\n", ("b",), 2, id="key"),
        pytest.param("a = 1\n\n  b   =   2\n", ("b",), 3, id="indented"),
        pytest.param("# b = 0\nb = 2\n", ("b",), 2, id="comment"),
        pytest.param("a = 1 # b = 0\nb = 2\n", ("b",), 2, id="comment-after-a-value"),
        pytest.param("a = '# x'\nb = 2\n", ("b",), 2, id="hash-in-a-string"),
        pytest.param('"a b" = 1\n\'c "d"\' = 2\n', ('c "d"',), 2, id="quoted-key"),
        pytest.param('a = 1\n"\\u0062" = 2\n', ("b",), 2, id="escape-in-a-key"),
        pytest.param("a.b.c = 1\na.b.d = 2\n", ("a", "b", "d"), 2, id="dotted-key"),
        pytest.param("x = 1\na . 'b' = 1\n", ("a", "b"), 2, id="dotted-key-with-blanks"),
        pytest.param("[t]\na = 1\n[u]\na = 1\n", ("u", "a"), 4, id="table"),
        pytest.param("[ t . u ] # x\na = 1\n", ("t", "u", "a"), 2, id="table-header-with-blanks"),
        pytest.param('[t."x.y"]\na = 1\n', ("t", "x.y", "a"), 2, id="table-header-with-quotes"),
        pytest.param("[t]\na = 1\n", ("t",), 1, id="table-itself"),
        pytest.param("\n[t.u]\na = 1\n", ("t",), 2, id="table-around"),
        pytest.param("[[t]]\na = 1\n[[t]]\na = 2\n", ("t", 1, "a"), 4, id="array-of-tables"),
        pytest.param("[[t]]\n[[t]]\n", ("t", 1), 2, id="element-of-an-array-of-tables"),
        pytest.param(
            "[[m]]\n[[m.v]]\no = 1\n[[m.v]]\no = 2\n[[m]]\n[[m.v]]\no = 3\n",
            ("m", 1, "v", 0, "o"),
            8,
            id="nested-array-starts-anew",
        ),
        pytest.param(
            "[[m]]\n[[m.v]]\no = 1\n[[m.v]]\no = 2\n", ("m", 0, "v", 1, "o"), 5, id="nested-array"
        ),
        pytest.param(
            "[[m]]\n[m.s]\nx = 1\n[[m]]\n[m.s]\nx = 2", ("m", 1, "s", "x"), 6, id="in-array"
        ),
        pytest.param("a = [\n 'x',\n 'y', # z\n]\nb = 1\n", ("b",), 5, id="after-an-array"),
        pytest.param("a = [\n 'x',\n 'y', # z\n]\n", ("a", 1), 3, id="array-element"),
        pytest.param(
            "a = [\n ['b'],\n ['c']\n]\nb = 1\n", ("b",), 5, id="array-looks-like-a-table"
        ),
        pytest.param("a = [[1], [\n2]]\nb = 1\n", ("a", 1, 0), 2, id="array-in-an-array"),
        pytest.param("a = '''\n[t]\nb = 0\n'''\nb = 1\n", ("b",), 5, id="multi-line-literal"),
        pytest.param('a = """\nb = 0\n\\"""\n"""\nb = 1\n', ("b",), 5, id="multi-line-string"),
        pytest.param('a = """\n""\\\\"""\nb = 1\n', ("b",), 3, id="quotes-in-a-multi-line-string"),
        pytest.param('a = """x"""""\nb = 1\n', ("b",), 2, id="five-quotes"),
        pytest.param(
            'r = """\n[[m]]\n[[m]]\n"""\n[[m]]\nx = 1\n[[m]]\nx = 2\n',
            ("m", 1, "x"),
            8,
            id="fake-headers",
        ),
        pytest.param("t = { a = 1, b = { c = 2 } }\n", ("t", "b", "c"), 1, id="inline-table"),
        pytest.param(
            "t = [\n { a = 1 },\n { a = 2 },\n]\n", ("t", 1, "a"), 3, id="array-of-inline-tables"
        ),
        pytest.param("a = 2026-01-01 10:00:00\nb = 1.5e3\nc = 1", ("c",), 3, id="dates-and-floats"),
        pytest.param("a = 1\r\nb = 2\r\n", ("b",), 2, id="crlf"),
        pytest.param("a = '\u2028\x85\u2029'\nb = 2\n", ("b",), 2, id="not-newlines"),
        pytest.param("a = 1\n", ("missing",), None, id="missing-at-the-top"),
        pytest.param("x = 1\n[t]\na = 1\n", ("t", "missing"), 2, id="missing-in-a-table"),
        pytest.param("[[t]]\n[[t]]\na = 1\n", ("t", 1, "missing"), 2, id="missing-in-an-element"),
    ],
)
def test_line_of_a_key(text: str, path: Path, line: int | None) -> None:
    assert Document("ssot.toml", text).line_of(path) == line


def test_lines_below_a_prefix() -> None:
    text = "[tool.x]\na = 1\n[[tool.ssot-engine.migration]]\nid = '1'\n[tool.y]\n"
    document = Document("pyproject.toml", text, ("tool", "ssot-engine"))
    assert document.values == {"migration": [{"id": "1"}]}
    assert document.line_of(("migration", 0, "id")) == 4


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("[tool.other]\n", id="another-table"),
        pytest.param("tool = 1\n", id="not-a-table"),
        pytest.param("[tool]\nssot-engine = 1\n", id="not-a-table-below"),
    ],
)
def test_no_values_below_a_prefix(text: str) -> None:
    assert Document("pyproject.toml", text, ("tool", "ssot-engine")).values is None


@pytest.mark.parametrize(
    ("path", "key"),
    [
        pytest.param(("select",), "select", id="top"),
        pytest.param(("migration", 1, "move", 0, "old"), "migration[1].move[0].old", id="deep"),
    ],
)
def test_a_problem_names_its_key(path: Path, key: str) -> None:
    problem = Document("ssot.toml", "x = 1\n").problem(path, "is wrong")
    assert (problem.path, problem.key, problem.message) == ("ssot.toml", key, "is wrong")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a = 1\nb = \n", 2, id="no-value"),
        pytest.param("a = 1\na = 2\n", 2, id="same-key-twice"),
        pytest.param('a = "x\nb = 1\n', 1, id="open-string"),
        pytest.param("x = 1\nd = 2026-13-45\n", 2, id="no-such-day"),
        pytest.param("a = [", None, id="end-of-document"),
        pytest.param(f"a = {'9' * 5000}", None, id="very-long-number"),
        pytest.param(f"a = {'[' * 5000}", None, id="very-deep-array"),
    ],
)
def test_text_that_is_no_toml(text: str, line: int | None) -> None:
    with pytest.raises(ConfigError, match="not TOML: ") as caught:
        Document("ssot.toml", text)
    assert [problem.line for problem in caught.value.problems] == [line]


KEYS = st.sampled_from(["a", "b-1", '"c d"', "'e.f'", '"#"', '"["'])
COMMENTS = st.sampled_from(["", " # x = 1", "  # [[a]]"])
SCALARS = st.sampled_from(["1", "1.5", "'x'", '"\\""', "'''\na = 1\n'''", '"""\n[a]\n"""', "true"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda every: "[\n" + ",\n".join(every) + "\n]")
        | st.tuples(KEYS, SCALARS.filter(lambda text: "\n" not in text)).map(
            lambda pair: f"{{ {pair[0]} = {pair[1]} }}"
        )
    ),
    max_leaves=4,
)
HEADERS = st.lists(KEYS, min_size=1, max_size=2).map(".".join)


def _paths(value: Any, path: Path = ()) -> list[Path]:
    if not isinstance(value, (dict, list)):
        return []
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [each for key, item in inner for each in ((*path, key), *_paths(item, (*path, key)))]


@given(
    st.lists(
        st.tuples(HEADERS.map(lambda text: f"[{text}]") | HEADERS.map(lambda text: f"[[{text}]]"))
        .map(lambda header: header[0])
        .flatmap(lambda header: COMMENTS.map(lambda comment: header + comment))
        | st.tuples(KEYS, VALUES, COMMENTS).map(lambda each: f"{each[0]} = {each[1]}{each[2]}"),
        max_size=6,
    ).map("\n".join)
)
def test_every_key_that_a_toml_reader_sees_has_a_line_that_spells_it(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    document = Document("x.toml", text)
    lines = text.split("\n")
    for path in _paths(values):
        line = document.line_of(path)
        assert line is not None
        assert path in document._toml.lines  # told itself, not by what is around
        if isinstance(path[-1], str):
            assert path[-1] in lines[line - 1]


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("a = 1\nb = [1.5, true, ['x', {c = 'd'}]]\n", True),
        ("a = 2026-12-31\n", False),
        ("[[a]]\nb = {c = [07:30:00]}\n", False),
        ("a = nan\n", True),
    ],
)
def test_what_json_can_hold_is_kept(
    monkeypatch: pytest.MonkeyPatch, text: str, *, is_kept: bool
) -> None:
    monkeypatch.setattr(document, "_known", {})
    before = Document("x", text)
    lines = [before.line_of(path) for path in (("a",), ("b", 2, 1, "c"), ("b", 2))]
    kept = json.loads(json.dumps(known_texts()))
    assert list(kept) == [text] * is_kept
    monkeypatch.setattr(document, "_known", {})
    monkeypatch.setattr(document, "_read", lambda text: {"read": text})
    remember_texts(kept)
    after = Document("x", text)
    assert repr(after.values) == repr(before.values if is_kept else {"read": text})
    if is_kept:
        monkeypatch.setattr(document, "_KeyLines", None)
        assert [after.line_of(path) for path in (("a",), ("b", 2, 1, "c"), ("b", 2))] == lines


def test_of_many_texts_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_known", {})
    for number in range(1000):
        assert Document("x", f"a = {number}").values == {"a": number}
    assert len(known_texts()) <= 16
