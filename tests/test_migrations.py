"""Looking moves up: the longest name wins, chains end, comparison is by parts."""

from __future__ import annotations

import pytest

from flake8_ssot_engine.migrations import Migration, Move, MoveIndex
from flake8_ssot_engine.names import QualifiedName


def move(text: str) -> Move:
    old, _, new = text.partition(" -> ")
    return Move(QualifiedName.parse(old), QualifiedName.parse(new) if new else None)


def index_of(*texts: str) -> MoveIndex:
    return MoveIndex((Migration("1", moves=tuple(map(move, texts))),))


NOTHING = ""
MATCHES = [
    # moves, name, the old name of the move that matches, replacement
    pytest.param(["a.X -> b.Y"], "a.Z", None, NOTHING, id="sibling"),
    pytest.param(["a.X -> b.Y"], "a", None, NOTHING, id="above"),
    pytest.param(["a.X -> b.Y"], "b.Y", None, NOTHING, id="new-name"),
    pytest.param(["a.X -> b.Y"], "a.XY", None, NOTHING, id="longer-part"),
    pytest.param(["wagtail.core -> wagtail"], "wagtail.coreutils.x", None, NOTHING, id="wagtail"),
    pytest.param([], "a", None, NOTHING, id="no-moves"),
    pytest.param(["a.X -> b.Y"], "a.X", "a.X", "b.Y", id="itself"),
    pytest.param(["a.X -> b.Y"], "a.X.method", "a.X", "b.Y.method", id="below"),
    pytest.param(["a -> b"], "a.m.X", "a", "b.m.X", id="module"),
    pytest.param(["a.X"], "a.X", "a.X", NOTHING, id="no-replacement"),
    pytest.param(["a -> b", "a.X -> c.Z"], "a.X", "a.X", "c.Z", id="symbol-beats-module"),
    pytest.param(["a.X -> c.Z", "a -> b"], "a.X.y", "a.X", "c.Z.y", id="in-any-order"),
    pytest.param(["a -> b", "a.X -> c.Z"], "a.Y", "a", "b.Y", id="module-for-the-rest"),
    pytest.param(["a -> b", "a.X"], "a.X", "a.X", NOTHING, id="no-replacement-beats-module"),
    pytest.param(["a.X -> b.X", "b.X -> c.X"], "a.X", "a.X", "c.X", id="chain"),
    pytest.param(["b.X -> c.X", "a.X -> b.X"], "a.X", "a.X", "c.X", id="chain-in-any-order"),
    pytest.param(["a.X -> b.X", "b -> c", "c -> d"], "a.X.y", "a.X", "d.X.y", id="through-modules"),
    pytest.param(["a.X -> b.X", "b.X"], "a.X", "a.X", NOTHING, id="chain-to-nowhere"),
    pytest.param(["a -> b", "b.X -> a.m"], "b.X", "b.X", "b.m", id="there-and-back-elsewhere"),
]


@pytest.mark.parametrize(("moves", "name", "old", "replacement"), MATCHES)
def test_match(moves: list[str], name: str, old: str | None, replacement: str) -> None:
    match = index_of(*moves).match(QualifiedName.parse(name))
    if old is None:
        assert match is None
        return
    assert match is not None
    assert str(match.move.old) == old
    assert str(match.symbol) == name
    assert str(match.replacement or NOTHING) == replacement
    assert match.is_exact is (name == old)
    assert match.migration.id == "1"


@pytest.mark.parametrize(
    ("moves", "name", "olds"),
    [
        pytest.param(["a.X -> b.Y"], "a.X", [], id="old-name"),
        pytest.param(["a.X -> b.Y"], "b.Y.z", [], id="below-the-new-name"),
        pytest.param(["a.X -> b.Y", "b.Y -> c.Z"], "b.Y", [], id="middle-of-a-chain"),
        pytest.param(["a.X -> b.Y"], "b.Y", ["a.X"], id="new-name"),
        pytest.param(["a.X -> c.Z", "b.Y -> c.Z"], "c.Z", ["a.X", "b.Y"], id="two-into-one"),
        pytest.param(["a.X -> b.Y", "b.Y -> c.Z"], "c.Z", ["a.X", "b.Y"], id="end-of-a-chain"),
        pytest.param(["a.X"], "a.X", [], id="no-replacement"),
    ],
)
def test_moved_to(moves: list[str], name: str, olds: list[str]) -> None:
    found = index_of(*moves).moved_to(QualifiedName.parse(name))
    assert [str(match.symbol) for match in found] == olds


@pytest.mark.parametrize(
    ("name", "is_relevant"),
    [
        pytest.param("x", False, id="unrelated"),
        pytest.param("a.bc", False, id="longer-part"),
        pytest.param("n.other", False, id="beside-the-new-name"),
        pytest.param("a.b.Other", False, id="beside-the-old-name"),
        pytest.param("a", True, id="above-the-old-name"),
        pytest.param("a.b.X", True, id="old-name"),
        pytest.param("a.b.X.y", True, id="below-the-old-name"),
        pytest.param("n", True, id="above-the-new-name"),
        pytest.param("n.Y.y", True, id="below-the-new-name"),
    ],
)
def test_is_relevant(name: str, is_relevant: bool) -> None:
    assert index_of("a.b.X -> n.Y").is_relevant(QualifiedName.parse(name)) is is_relevant


def test_the_first_migration_wins_a_name_that_two_move_alike() -> None:
    first, second = (Migration(name, moves=(move("a.X -> b.Y"),)) for name in "12")
    index = MoveIndex((first, second))
    match = index.match(QualifiedName.parse("a.X"))
    assert match is not None
    assert match.migration is first
    assert len(list(index)) == 1


@pytest.mark.parametrize(
    ("text", "renames"),
    [
        pytest.param("a.X", False, id="nowhere"),
        pytest.param("a.X -> b.X", False, id="same-name"),
        pytest.param("a.X -> a.Y", True, id="another-name"),
    ],
)
def test_renames(text: str, renames: bool) -> None:
    assert move(text).renames is renames
