"""Merging two baselines: what one side took out stays out, and nothing comes from nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.engine.baseline import Baseline, Entry, render_baseline
from flake8_ssot_engine.engine.matching import Trait
from flake8_ssot_engine.engine.merging import merge_baselines, parse_conflict
from flake8_ssot_engine.errors import ConfigError

Counts = dict[Entry, int]


def entry(name: str) -> Entry:
    return Entry(f"{name}.py", Trait("SSOT001", "f", "old.Old"))


def line(name: str, count: int = 1, reason: str = "") -> str:
    return f"{entry(name)}\t{count}" + (f"\t# {reason}" if reason else "") + "\n"


def holding(counts: Counts, reasons: dict[Entry, str] | None = None) -> Baseline:
    return Baseline.of_entries("/p/b.txt", "/p", counts, reasons or {})


def merged(base: Counts | None, ours: Counts, theirs: Counts) -> Counts:
    then = None if base is None else holding(base)
    return dict(merge_baselines(then, holding(ours), holding(theirs)).entries())


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        pytest.param(1, 1, 1, 1, id="nobody-changed-it"),
        pytest.param(1, 0, 1, 0, id="we-took-it-out"),
        pytest.param(1, 0, 0, 0, id="both-took-it-out"),
        pytest.param(3, 2, 2, 2, id="both-took-one-out"),
        pytest.param(3, 2, 1, 1, id="maybe-the-same-one"),
        pytest.param(0, 1, 0, 1, id="we-added-it"),
        pytest.param(0, 1, 1, 1, id="both-added-it"),
        pytest.param(1, 2, 3, 3, id="both-added-some"),
        pytest.param(1, 0, 2, 1, id="one-out-and-one-in"),
        pytest.param(2, 0, 3, 1, id="two-out-and-one-in"),
        pytest.param(None, 1, 0, 1, id="no-base-only-ours"),
        pytest.param(None, 2, 3, 3, id="no-base-the-larger"),
    ],
)
def test_one_entry(base: int | None, ours: int, theirs: int, expected: int) -> None:
    one = entry("a")
    then = None if base is None else {one: base}
    assert merged(then, {one: ours}, {one: theirs}) == ({one: expected} if expected else {})
    assert merged(then, {one: theirs}, {one: ours}) == ({one: expected} if expected else {})


_COUNTS = st.dictionaries(st.sampled_from([entry(name) for name in "abcd"]), st.integers(1, 4))


@given(_COUNTS, _COUNTS)
def test_a_change_on_one_side_is_the_result(base: Counts, changed: Counts) -> None:
    assert merged(base, base, changed) == changed
    assert merged(base, changed, base) == changed


@given(_COUNTS, _COUNTS)
def test_the_same_change_on_both_sides_is_the_result(base: Counts, changed: Counts) -> None:
    assert merged(base, changed, changed) == changed


@given(st.none() | _COUNTS, _COUNTS, _COUNTS)
def test_the_sides_are_equals(base: Counts | None, ours: Counts, theirs: Counts) -> None:
    assert merged(base, ours, theirs) == merged(base, theirs, ours)


@given(st.none() | _COUNTS, _COUNTS, _COUNTS)
def test_what_neither_tolerates_is_not_tolerated(
    base: Counts | None, ours: Counts, theirs: Counts
) -> None:
    found = merged(base, ours, theirs)
    assert found.keys() <= ours.keys() | theirs.keys()
    for one, count in found.items():
        assert 0 < count <= ours.get(one, 0) + theirs.get(one, 0)


@given(_COUNTS, _COUNTS, _COUNTS)
def test_what_a_side_took_out_stays_out(base: Counts, ours: Counts, theirs: Counts) -> None:
    found = merged(base, ours, theirs)
    for one, count in base.items():
        if one not in ours and theirs.get(one, 0) <= count:
            assert one not in found


@given(_COUNTS, _COUNTS, _COUNTS)
def test_every_violation_of_the_merged_tree_is_tolerated(
    base: Counts, out: Counts, more: Counts
) -> None:
    """Where one side only takes out and the other only adds, it is known what is there."""
    ours = {one: base[one] - out.get(one, 0) for one in base}
    theirs = {one: base.get(one, 0) + more.get(one, 0) for one in base | more}
    there = {one: max(0, ours.get(one, 0)) + more.get(one, 0) for one in theirs}
    found = merged(base, {one: n for one, n in ours.items() if n > 0}, theirs)
    for one, count in there.items():
        if ours.get(one, 0) >= 0:
            assert found.get(one, 0) == count


def test_reasons_of_both_sides_stay() -> None:
    a, b, c = entry("a"), entry("b"), entry("c")
    found = merge_baselines(
        holding({a: 1, c: 1}, {a: "was", c: "gone"}),
        holding({a: 1, b: 1}, {a: "was", b: "ours"}),
        holding({a: 1, c: 1}, {a: "was", c: "gone"}),
    )
    assert render_baseline(found).decode().splitlines()[1:] == [
        line("a", 1, "was").rstrip(),
        line("b", 1, "ours").rstrip(),
    ]


def test_the_result_is_ours_by_its_place() -> None:
    theirs = Baseline("/q/b.txt", "/q")
    found = merge_baselines(None, holding({entry("a"): 1}), theirs)
    assert (found.path, found.root) == ("/p/b.txt", "/p")


# --- conflicted files

SHARED = "# head\n" + line("a")
OURS, BASE, THEIRS = line("b"), line("b", 2), line("c")


def conflicted(*, with_base: bool, newline: str = "\n") -> bytes:
    middle = f"||||||| 1a2b3c\n{BASE}" if with_base else ""
    text = f"{SHARED}<<<<<<< HEAD\n{OURS}{middle}=======\n{THEIRS}>>>>>>> topic\n{line('z')}"
    return text.replace("\n", newline).encode()


def sides(data: bytes) -> list[Counts | None]:
    found = parse_conflict(data, "/p/b.txt", "/p")
    assert found is not None
    return [None if side is None else dict(side.entries()) for side in found]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("with_base", [False, True], ids=["merge", "diff3"])
def test_a_conflicted_file(with_base: bool, newline: str) -> None:
    shared = {entry("a"): 1, entry("z"): 1}
    assert sides(conflicted(with_base=with_base, newline=newline)) == [
        {**shared, entry("b"): 2} if with_base else None,
        {**shared, entry("b"): 1},
        {**shared, entry("c"): 1},
    ]


def test_two_conflicts_in_one_file() -> None:
    data = f"<<<<<<< o\n{line('a')}=======\n>>>>>>> t\n{line('b')}<<<<<<< o\n=======\n{line('c')}"
    data += ">>>>>>> t\n"
    one, two, three = entry("a"), entry("b"), entry("c")
    assert sides(data.encode()) == [None, {one: 1, two: 1}, {two: 1, three: 1}]


def test_a_byte_order_mark_before_a_conflict() -> None:
    assert sides(b"\xef\xbb\xbf" + conflicted(with_base=False))[1] == {
        entry(name): 1 for name in "abz"
    }


def test_a_file_without_a_conflict() -> None:
    assert parse_conflict((SHARED + OURS).encode(), "/p/b.txt", "/p") is None


def test_what_is_wrong_within_a_side_is_told() -> None:
    data = conflicted(with_base=False).replace(b"c.py\t", b"c.py ")
    with pytest.raises(ConfigError, match="is not `path<TAB>code"):
        parse_conflict(data, "/p/b.txt", "/p")


def test_a_reason_that_one_side_changed_is_the_result() -> None:
    one = entry("a")
    base, changed = holding({one: 1}, {one: "was"}), holding({one: 1}, {one: "better"})
    assert merge_baselines(base, base, changed).reasons[one] == "better"
    assert merge_baselines(base, changed, base).reasons[one] == "better"


def test_what_is_wrong_within_a_side_is_told_with_its_line_in_the_file() -> None:
    data = conflicted(with_base=True).replace(b"c.py\t", b"c.py ")
    line_of_it = data[: data.index(b"c.py ")].count(b"\n") + 1
    with pytest.raises(ConfigError) as caught:
        parse_conflict(data, "/p/b.txt", "/p")
    assert str(caught.value).startswith(f"/p/b.txt:{line_of_it}: is not")
