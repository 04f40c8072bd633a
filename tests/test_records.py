"""Records are what `typing` makes of the same class, whatever is done with them."""

from __future__ import annotations

import copy
import pickle
import re
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine import records


class Row(records.NamedTuple):
    """A row."""

    name: str
    numbers: tuple[int, ...] = ()
    note: Unknown | None = None  # type: ignore[name-defined]  # noqa: F821 - is never evaluated

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return len(self.numbers)

    @classmethod
    def of(cls, *numbers: int) -> Row:
        return cls("of", numbers)

    def __str__(self) -> str:
        return f"<{self.name}>"


class Long(Row):
    """A row with a method more."""

    __slots__ = ()

    def twice(self) -> tuple[int, ...]:
        return self.numbers * 2


class Model(typing.NamedTuple):
    """A row."""

    name: str
    numbers: tuple[int, ...] = ()
    note: str | None = None

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return len(self.numbers)

    @classmethod
    def of(cls, *numbers: int) -> Model:
        return cls("of", numbers)

    def __str__(self) -> str:
        return f"<{self.name}>"


def matched(one: Any) -> object:
    match one:
        case Row(name, (first, *_), note) | Model(name, (first, *_), note):
            return name, first, note
    return None


@pytest.mark.parametrize(
    "ask",
    [
        lambda cls: cls("a"),
        lambda cls: cls("a", (1,), note="n"),
        lambda cls: cls(name="a", numbers=(1, 2)),
        lambda cls: cls.of(1, 2)._replace(name="b"),
        lambda cls: cls._make(["a", (), None])._asdict(),
        lambda cls: repr(cls("a")).replace(cls.__name__, ""),
        lambda cls: str(cls("a")),
        lambda cls: f"{cls('a')}",
        lambda cls: hash(cls("a", (1,))),
        lambda cls: cls("a") < cls("b"),
        lambda cls: cls("a").size + cls.of(1).size,
        lambda cls: (cls._fields, cls._field_defaults, cls.__match_args__, cls.__slots__),
        lambda cls: (cls.__doc__, cls.size.__doc__, cls.__module__, cls.__bases__, type(cls)),
        lambda cls: (list(cls.__annotations__), hasattr(cls("a"), "__dict__")),
        lambda cls: matched(cls("a", (1, 2))),
        lambda cls: tuple(pickle.loads(pickle.dumps(cls("a", (1,))))),
        lambda cls: copy.deepcopy(cls("a", (1,))) == ("a", (1,), None),
    ],
)
def test_it_does_what_that_of_typing_does(ask: Callable[[Any], object]) -> None:
    assert ask(Row) == ask(Model)


@pytest.mark.parametrize("wrong", [lambda cls: cls(), lambda cls: cls("a", nothing=1)])
def test_wrong_arguments_are_told_as_by_typing(wrong: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError) as ours:
        wrong(Row)
    with pytest.raises(TypeError) as theirs:
        wrong(Model)
    assert str(ours.value).replace("Row", "Model") == str(theirs.value)


def test_a_record_cannot_be_changed() -> None:
    row = Row("a")
    with pytest.raises(AttributeError):
        row.name = "b"  # type: ignore[misc]


def test_a_record_can_be_a_base() -> None:
    long = Long("a", (1,))
    assert long.twice() == (1, 1)
    assert (long, str(long), long._replace(name="b").twice()) == (("a", (1,), None), "<a>", (1, 1))
    again = pickle.loads(pickle.dumps(long))
    assert (type(again), again) == (Long, long)


def test_within_a_function_it_has_its_qualified_name() -> None:
    class Inner(records.NamedTuple):
        number: int

    assert Inner.__qualname__.endswith("_name.<locals>.Inner")
    assert repr(Inner(1)) == "Inner(number=1)"


def test_no_annotation_is_evaluated() -> None:
    assert Row.__annotations__["note"] == "Unknown | None"


def test_one_without_fields_is_refused() -> None:
    metaclass: Any = type(records.NamedTuple)
    with pytest.raises(TypeError, match="no fields"):
        metaclass("Empty", (records.NamedTuple,), {"__module__": __name__})


def test_no_other_module_takes_that_of_typing() -> None:
    """It takes more than twice the time, at each start."""
    folder = Path(records.__file__).parent
    others = [path for path in folder.rglob("*.py") if path.name != "records.py"]
    taken = re.compile(r"^from typing import (?:\([^)]*|.*)\bNamedTuple\b", re.MULTILINE)
    assert len(others) > 100
    assert [p.name for p in others if taken.search(p.read_text(encoding="utf-8"))] == []
