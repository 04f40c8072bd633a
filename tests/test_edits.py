"""Applying edits: never overlapping, in any order, the rest untouched."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.edits import Applicability, Edit, Skipped, apply_edits
from flake8_ssot_engine.source import Span


def edit(start: int, end: int, text: str) -> Edit:
    return Edit("x.py", Span(start, end), text)


@pytest.mark.parametrize(
    ("edits", "result", "skipped"),
    [
        pytest.param([], "0123456789", [], id="none"),
        pytest.param([(2, 4, "ab")], "01ab456789", [], id="replacement"),
        pytest.param([(2, 4, "")], "01456789", [], id="deletion"),
        pytest.param([(0, 0, "a")], "a0123456789", [], id="insertion-at-the-start"),
        pytest.param([(10, 10, "a")], "0123456789a", [], id="insertion-at-the-end"),
        pytest.param([(6, 7, "b"), (1, 2, "a")], "0a2345b789", [], id="any-order"),
        pytest.param([(1, 3, "a"), (3, 5, "b")], "0ab56789", [], id="touching"),
        pytest.param([(1, 3, "a"), (3, 3, "b")], "0ab3456789", [], id="insertion-after"),
        pytest.param([(1, 3, "a"), (1, 3, "a")], "0a3456789", [], id="same-edit-twice"),
        pytest.param([(1, 4, "a"), (3, 6, "b")], "0a456789", [(3, 6, "b")], id="overlap"),
        pytest.param([(1, 9, "a"), (3, 4, "b")], "0a9", [(3, 4, "b")], id="nested"),
        pytest.param([(1, 3, "a"), (1, 3, "b")], "0a3456789", [(1, 3, "b")], id="rivals"),
        pytest.param([(2, 2, "b"), (2, 2, "a")], "01a23456789", [(2, 2, "b")], id="insertions"),
        pytest.param(
            [(2, 2, "a"), (2, 4, "b")], "01a23456789", [(2, 4, "b")], id="insertion-before"
        ),
        pytest.param(
            [(1, 4, "a"), (3, 6, "b"), (5, 7, "c")],
            "0a4c789",
            [(3, 6, "b")],
            id="past-a-skipped-one",
        ),
    ],
)
def test_apply_edits(
    edits: list[tuple[int, int, str]], result: str, skipped: list[tuple[int, int, str]]
) -> None:
    for order in (edits, edits[::-1]):
        applied = apply_edits("0123456789", [edit(*each) for each in order])
        assert applied.text == result
        assert [each.edit for each in applied.skipped] == [edit(*each) for each in skipped]


def test_a_skipped_edit_names_what_it_conflicts_with() -> None:
    applied = apply_edits("abcdef", [edit(0, 3, "x"), edit(1, 2, "y")])
    assert applied.skipped == (Skipped(edit(1, 2, "y"), edit(0, 3, "x")),)


def test_offsets_are_code_points() -> None:
    assert apply_edits("é𝒳\r\nname", [edit(4, 8, "new")]).text == "é𝒳\r\nnew"


PIECES = st.lists(
    st.tuples(st.text(max_size=5), st.text(min_size=1, max_size=5), st.text(max_size=5))
)


@given(PIECES, st.text(max_size=5), st.randoms())
def test_edits_that_do_not_overlap_are_all_applied(
    pieces: list[tuple[str, str, str]], tail: str, random: Random
) -> None:
    before, after = "", ""
    edits = []
    for kept, old, new in pieces:
        start = len(before) + len(kept)
        edits.append(edit(start, start + len(old), new))
        before += kept + old
        after += kept + new
    random.shuffle(edits)
    applied = apply_edits(before + tail, edits)
    assert applied.text == after + tail
    assert applied.skipped == ()


@given(
    st.text(max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.sampled_from(["", "X", "YY"]))),
)
def test_no_edit_is_lost_in_silence(text: str, ranges: list[tuple[int, int, str]]) -> None:
    edits = {
        edit(min(start, len(text)), min(max(start, end), len(text)), new)
        for start, end, new in ranges
    }
    applied = apply_edits(text, edits)
    done = sorted(edits - {each.edit for each in applied.skipped})
    assert len(done) + len(applied.skipped) == len(edits)
    expected = text
    for each in reversed(done):
        expected = expected[: each.span.start] + each.text + expected[each.span.end :]
    assert applied.text == expected


def test_applicability_is_ordered_and_has_words() -> None:
    assert Applicability.DISPLAY_ONLY < Applicability.UNSAFE < Applicability.SAFE
    assert [each.label for each in Applicability] == ["display-only", "unsafe", "safe"]
