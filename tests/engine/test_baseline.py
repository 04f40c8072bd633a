"""The baseline's file: what is read is what was written, and all that is wrong is told at once."""

from __future__ import annotations

import os
import string
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.baseline import (
    Baseline,
    Entry,
    load_baseline,
    parse_baseline,
    render_baseline,
)
from flake8_ssot_engine.engine.matching import BROKEN, Trait
from flake8_ssot_engine.errors import ConfigError

HEAD = b"# What is tolerated for now. It only shrinks: `ssot baseline update` takes out what is "
HEAD += b"fixed.\n"
ONE = Entry("a.py", Trait("SSOT001", "f", "old.Old"))
LINE = b"a.py\tSSOT001\tf\told.Old\t1\n"


def parsed(data: bytes) -> Baseline:
    return parse_baseline(data, "/p/ssot-baseline.txt", "/p")


def counts_of(baseline: Baseline) -> dict[Entry, int]:
    return dict(baseline.entries())


def holding(counts: dict[Entry, int], reasons: dict[Entry, str] | None = None) -> Baseline:
    return Baseline.of_entries("/p/ssot-baseline.txt", "/p", counts, reasons or {})


def problems(data: bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parsed(data)
    return str(caught.value).splitlines()


# --- what is written


def test_the_file_is_sorted_and_holds_nothing_but_entries() -> None:
    written = render_baseline(
        holding(
            {
                Entry("z.py", BROKEN): 1,
                Entry("a.py", Trait("SSOT002", "f", "old.Old")): 12,
                ONE: 1,
                Entry("a.py", Trait("SSOT001", "<module>", "old.Old")): 2,
                Entry("a/b.py", Trait("SSOT001", "C.m", "old.Old")): 1,
            },
            {ONE: "the bridge goes last"},
        )
    )
    assert written == HEAD + (
        b"a.py\tSSOT001\t<module>\told.Old\t2\n"
        b"a.py\tSSOT001\tf\told.Old\t1\t# the bridge goes last\n"
        b"a.py\tSSOT002\tf\told.Old\t12\n"
        b"a/b.py\tSSOT001\tC.m\told.Old\t1\n"
        b"z.py\tE999\t<module>\tSyntaxError\t1\n"
    )


def test_the_order_of_entries_does_not_show() -> None:
    entries = [Entry(f"{name}.py", ONE.trait) for name in "cab"]
    forth, back = dict.fromkeys(entries, 1), dict.fromkeys(reversed(entries), 1)
    assert render_baseline(holding(forth)) == render_baseline(holding(back))


def test_an_empty_baseline_is_its_head() -> None:
    assert render_baseline(holding({})) == HEAD
    assert counts_of(parsed(HEAD)) == {}


def test_what_counts_nothing_is_left_out() -> None:
    assert render_baseline(holding({ONE: 0, Entry("b.py", BROKEN): -1})) == HEAD


@pytest.mark.parametrize(
    ("path", "written"),
    [
        pytest.param("a b.py", b"a b.py", id="blank"),
        pytest.param("a\tb.py", rb"a\tb.py", id="tab"),
        pytest.param("a\nb.py", rb"a\nb.py", id="newline"),
        pytest.param("a\rb.py", rb"a\rb.py", id="carriage-return"),
        pytest.param("a\\tb.py", rb"a\\tb.py", id="backslash-and-t"),
        pytest.param("a\\\tb.py", rb"a\\\tb.py", id="backslash-and-tab"),
        pytest.param("a\\", b"a\\\\", id="backslash-at-the-end"),
        pytest.param("a\udcff.py", b"a\xff.py", id="not-utf-8"),
        pytest.param("é𝒳.py", "é𝒳.py".encode(), id="wide"),
        pytest.param("../b.py", b"../b.py", id="above-the-root"),
        pytest.param("a\x0b\x0c\x1c\x85\u2028b.py", None, id="what-splitlines-splits-at"),
        pytest.param(" a.py ", b" a.py ", id="blanks-around"),
        pytest.param("a.py # why", b"a.py # why", id="like-a-reason"),
        pytest.param("a#.py", b"a#.py", id="hash-within"),
    ],
)
def test_odd_paths(path: str, written: bytes | None) -> None:
    entry = Entry(path, ONE.trait)
    data = render_baseline(holding({entry: 3}, {entry: "why # not\\t"}))
    line = data.removeprefix(HEAD)
    assert line.count(b"\n") == 1
    assert written is None or line.startswith(written + b"\tSSOT001\t")
    assert counts_of(parsed(data)) == {entry: 3}
    assert parsed(data).reasons == {entry: "why # not\\t"}


def as_file_systems_give_it(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


_ODD = "\\\t\n\r#nrt<=| \x0b\x0c\x85\u2028\udc80\udcc2\udcffé𝒳"
_TEXTS = st.text(_ODD + string.ascii_letters, min_size=1, max_size=6).map(as_file_systems_give_it)
_TRAITS = st.builds(Trait, st.sampled_from(["SSOT001", "SSOT010", "E999"]), _TEXTS, _TEXTS)
# In front stands what no comment and no marker begins with.
_ENTRIES = st.builds(Entry, _TEXTS.map("p".__add__), _TRAITS)


@given(st.dictionaries(_ENTRIES, st.integers(1, 1000), max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_is_read_again(counts: dict[Entry, int], newline: str) -> None:
    data = render_baseline(holding(counts))
    found = parsed(data.replace(b"\n", newline.encode()))
    assert counts_of(found) == counts
    assert render_baseline(found) == data


# --- what is read


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(LINE, id="plain"),
        pytest.param(LINE.rstrip(), id="no-final-newline"),
        pytest.param(LINE.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(b"\xef\xbb\xbf" + LINE, id="BOM"),
        pytest.param(b"\xef\xbb\xbf# head\r\n" + LINE, id="BOM-and-head"),
        pytest.param(b"\n\n  \n" + LINE + b"\n\t\n", id="blank-lines"),
        pytest.param(b"# a comment\n#\n" + LINE + b"# another\n", id="comments"),
        pytest.param(LINE.replace(b"\t1\n", b"\t001\n"), id="zeros-before-the-count"),
        pytest.param(LINE.replace(b"\n", b"\t\n"), id="an-empty-reason"),
        pytest.param(LINE + LINE, id="twice-as-a-union-merge-leaves-it"),
    ],
)
def test_read(data: bytes) -> None:
    assert counts_of(parsed(data)) == {ONE: 1}


def test_of_two_counts_of_one_entry_the_larger_holds() -> None:
    lines = b"".join(b"a.py\tSSOT001\tf\told.Old\t%d\n" % count for count in (2, 5, 3))
    baseline = parsed(lines)
    assert counts_of(baseline) == {ONE: 5}
    assert baseline.lines == {ONE: 1}


def test_lines_are_those_of_the_file() -> None:
    baseline = parsed(b"# head\r\n\r\n" + LINE + b"b.py\tE999\t<module>\tSyntaxError\t1\r\n")
    assert baseline.lines == {ONE: 3, Entry("b.py", BROKEN): 4}


def test_files_are_counters_by_path() -> None:
    assert parsed(LINE).files == {"a.py": Counter({ONE.trait: 1})}


def test_all_that_is_wrong_is_told_at_once_with_its_line() -> None:
    data = b"\r\n".join(
        [
            b"# head",
            b"a.py SSOT001 f old.Old 1",
            LINE.rstrip(),
            b"a.py\tSSOT001\tf\told.Old",
            b"a.py\tE501\tf\told.Old\t1",
            b"a.py\tSSOT001\tf\told.Old\t0",
            b"a.py\tSSOT001\tf\told.Old\t-1",
            "a.py\tSSOT001\tf\told.Old\t٣".encode(),
            b"a.py\tSSOT001\tf\told.Old\tmany",
            b"a.py\tSSOT001\tf\told.Old\t1\twhy",
            b"a.py\tSSOT001\tf\told.Old\t1\t# why\tand",
            b"a.py\tssot001\tf\told.Old\t1",
        ]
    )
    form = "is not `path<TAB>code<TAB>scope<TAB>symbol<TAB>count`"
    assert problems(data) == [
        f"/p/ssot-baseline.txt:2: {form}",
        f"/p/ssot-baseline.txt:4: {form}",
        "/p/ssot-baseline.txt:5: `E501` is not a code such as `SSOT001`",
        "/p/ssot-baseline.txt:6: `0` is not a count from 1 on",
        "/p/ssot-baseline.txt:7: `-1` is not a count from 1 on",
        "/p/ssot-baseline.txt:8: `٣` is not a count from 1 on",
        "/p/ssot-baseline.txt:9: `many` is not a count from 1 on",
        "/p/ssot-baseline.txt:10: `why` is not a reason, which begins with `# `",
        f"/p/ssot-baseline.txt:11: {form}",
        "/p/ssot-baseline.txt:12: `ssot001` is not a code such as `SSOT001`",
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("a.py\tSSOT001\n".encode("utf-16"), id="UTF-16"),
        pytest.param(b"\x00\x01\x02", id="binary"),
    ],
)
def test_what_is_no_baseline_at_all(data: bytes) -> None:
    assert problems(data)[0].startswith("/p/ssot-baseline.txt:1: is not `path<TAB>")


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "||||||| 1a2b3c4", "=======", ">>>>>>> topic"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_conflict_is_told_alone_and_how_it_is_resolved(marker: str, newline: str) -> None:
    data = newline.join(["# head", "broken", marker, "broken", ""]).encode()
    assert problems(data) == [
        "/p/ssot-baseline.txt:3: holds a merge conflict; `ssot baseline merge` resolves it"
    ]


# --- where files are


def test_names_are_relative_to_the_root() -> None:
    baseline = Baseline("/p/conf/base.txt", "/p")
    assert baseline.name_of("/p/x/a.py") == "x/a.py"
    assert baseline.name_of("/q/a.py") == "../q/a.py"
    assert baseline.path_of("x/a.py") == "/p/x/a.py"
    assert baseline.path_of("../q/a.py") == "/q/a.py"


def test_where_there_is_no_file_nothing_is_tolerated(tmp_path: Path) -> None:
    found = load_baseline(Settings(str(tmp_path)))
    assert (found.path, found.root) == (str(tmp_path / "ssot-baseline.txt"), str(tmp_path))
    assert counts_of(found) == {}


def test_a_file_elsewhere_still_names_files_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "base.txt").write_bytes(LINE)
    found = load_baseline(
        Settings(str(tmp_path / "sub"), baseline=str(tmp_path / "conf" / "base.txt"))
    )
    assert found.path_of("a.py") == str(tmp_path / "sub" / "a.py")
    assert counts_of(found) == {ONE: 1}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        pytest.param(os.mkdir, "cannot be read: Is a directory", id="folder"),
        pytest.param(
            lambda path: os.symlink("gone", path),
            "cannot be read: No such file or directory",
            id="dangling-link",
        ),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, make: object, told: str) -> None:
    path = tmp_path / "ssot-baseline.txt"
    make(str(path))  # type: ignore[operator]
    with pytest.raises(ConfigError) as caught:
        load_baseline(Settings(str(tmp_path)))
    assert str(caught.value) == f"{path}: {told}"


# --- paths that look like something else


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("#a.py", id="comment"),
        pytest.param("# a.py", id="comment-with-a-blank"),
        pytest.param("=======a.py", id="middle-of-a-conflict"),
        pytest.param("<<<<<<< a.py", id="begin-of-a-conflict"),
        pytest.param(">>>>>>> a.py", id="end-of-a-conflict"),
        pytest.param("||||||| a.py", id="base-of-a-conflict"),
    ],
)
def test_a_path_that_begins_like_a_comment_or_a_marker(path: str) -> None:
    entry = Entry(path, ONE.trait)
    assert counts_of(parsed(render_baseline(holding({entry: 2})))) == {entry: 2}


def test_an_entry_may_be_commented_out() -> None:
    assert counts_of(parsed(b"# " + LINE + b"#" + LINE + LINE)) == {ONE: 1}
