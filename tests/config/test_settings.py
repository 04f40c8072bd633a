"""Settings are values: compared, hashed and sent to other processes by what was given."""

from __future__ import annotations

import pickle

import pytest

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.migrations import Migration, Move
from flake8_ssot_engine.names import QualifiedName

MOVE = Move(QualifiedName.parse("a.X"), QualifiedName.parse("b.Y"))


def settings() -> Settings:
    return Settings("/p", source_roots=("/p",), migrations=(Migration("1", moves=(MOVE,)),))


def test_equal_ones_are_one_key() -> None:
    assert settings() == settings()
    assert len({settings(), settings()}) == 1
    assert settings() != settings().replaced(ignore=("SSOT006",))
    assert settings() != ("/p",)


def test_what_comes_from_another_process_is_equal_and_finds_moves() -> None:
    copy = pickle.loads(pickle.dumps(settings()))
    assert copy == settings()
    assert hash(copy) == hash(settings())
    match = copy.index.match(QualifiedName.parse("a.X.run"))
    assert match is not None
    assert match.replacement == QualifiedName.parse("b.Y.run")


def test_a_replacement_has_the_index_of_its_own_moves() -> None:
    bare = settings().replaced(migrations=())
    assert list(bare.index) == []
    assert bare == Settings("/p", source_roots=("/p",))
    assert settings().index.match(MOVE.old) is not None


def test_only_what_there_is_can_be_replaced() -> None:
    with pytest.raises(TypeError, match="selected"):
        settings().replaced(selected=("SSOT",))
    with pytest.raises(TypeError, match="index"):
        settings().replaced(index=None)


def test_all_that_was_given_is_shown() -> None:
    shown = repr(settings())
    assert "root='/p'" in shown
    assert "index" not in shown
