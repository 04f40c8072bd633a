"""Paths are what a list of strings is, in a fraction of its memory."""

from __future__ import annotations

import os
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.project.paths import Paths, Row, folder_of, row_of, with_separator

NAME = st.text(st.characters(codec="utf-8", exclude_characters="/\\\0"), min_size=1, max_size=4)
PATHS = st.lists(
    st.lists(NAME | st.sampled_from(["a", "b.py", "\udcff", "𝒳é", "two\nlines"]), min_size=1).map(
        lambda parts: os.sep + os.sep.join(parts)
    )
)


def numbers_of(paths: list[str]) -> st.SearchStrategy[list[int]]:
    numbers = st.sets(st.sampled_from(range(len(paths)))) if paths else st.just(set[int]())
    return numbers.map(sorted)


@given(PATHS)
def test_they_are_the_paths_that_they_were_made_of(paths: list[str]) -> None:
    packed = Paths.of(paths)
    assert list(packed) == paths
    assert len(packed) == len(paths)
    assert [packed[at] for at in range(len(paths))] == paths
    assert list(pickle.loads(pickle.dumps(packed))) == paths
    assert list(Paths(packed.rows)) == paths
    assert Paths.of(packed) is packed


@given(PATHS.flatmap(lambda paths: st.tuples(st.just(paths), numbers_of(paths))))
def test_some_are_chosen_by_their_numbers(case: tuple[list[str], list[int]]) -> None:
    paths, numbers = case
    assert list(Paths.of(paths).chosen(numbers)) == [paths[number] for number in numbers]


@given(PATHS, PATHS, st.slices(9))
def test_they_are_sliced_and_added(paths: list[str], others: list[str], part: slice) -> None:
    assert list(Paths.of(paths) + Paths.of(others)) == paths + others
    if part.step is None or part.step > 0:
        assert list(Paths.of(paths)[part]) == paths[part]


def test_a_row_is_found_by_the_number_of_a_path() -> None:
    packed = Paths([Row("/a/", "x.py/y.py"), Row("/a/b/", "z.py")])
    assert [packed.row_at(number) for number in range(3)] == [0, 0, 1]
    assert packed.row(1) == ("/a/b/", "z.py")
    assert packed[-1] == "/a/b/z.py"
    with pytest.raises(IndexError):
        packed[3]


def test_many_are_had_in_any_order() -> None:
    paths = [f"/{folder:03}/{name}" for folder in range(200) for name in "ab"]
    packed = Paths.of(paths)
    assert list(packed) == paths
    assert [packed[at] for at in reversed(range(400))] == paths[::-1]
    assert [packed[at] for at in (0, 399, 1, 126, 128, 257)] == [
        paths[at] for at in (0, 399, 1, 126, 128, 257)
    ]
    assert list(packed.chosen([0, 127, 128, 129, 399])) == [
        paths[at] for at in (0, 127, 128, 129, 399)
    ]
    two = iter(packed), iter(packed)  # each in a row of its own
    assert [next(two[0]) for _ in range(200)] + [next(two[1]), next(two[0])] == [
        *paths[:200],
        paths[0],
        paths[200],
    ]


def test_there_may_be_none() -> None:
    assert not [*Paths(), *Paths().rows, *Paths()[:5]]
    assert len(Paths()) == 0
    assert "/a" not in Paths()


def test_folders_end_with_a_separator() -> None:
    assert folder_of(f"{os.sep}a{os.sep}b.py") == f"{os.sep}a{os.sep}"
    assert (
        with_separator(f"{os.sep}a") == with_separator(f"{os.sep}a{os.sep}") == f"{os.sep}a{os.sep}"
    )
    assert with_separator(os.sep) == os.sep
    assert row_of("/a/", ["b", "c"]).every == ["b", "c"]
