"""The record: what is kept from run to run, and which of it still stands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from flake8_ssot_engine.campaign.found.record import (
    State,
    joined,
    read_record,
    record_path,
    without_redundant,
    write_record,
)
from flake8_ssot_engine.campaign.found.uses import MANY_TESTS, Frame, Manner, Use
from flake8_ssot_engine.errors import UsageError

PLACE = Frame("app.py", 2, "load")
USE = Use("1", "pkg.old.X", Manner.NAME, PLACE, "get(name)", (PLACE,), ("a.py::t", "b.py::t"))
EARLY = replace(USE, tests=("",))
OTHER = replace(USE, place=Frame("other.py", 2, "load"), tests=("b.py::t",))


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    hostile = replace(USE, text="\x1b[31m\u202e\udcff", files={"a\nb.py": "0" * 64}, is_known=True)
    written = write_record(str(tmp_path), [hostile, OTHER])
    assert read_record(str(tmp_path)) == written
    assert written.uses == (hostile, OTHER)
    again = write_record(str(tmp_path), [])
    assert read_record(str(tmp_path)) == again
    assert (tmp_path / ".ssot/.gitignore").read_text("utf-8").endswith("\n*\n")


def test_without_a_record_there_is_none(tmp_path: Path) -> None:
    assert read_record(str(tmp_path)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "at": "", "uses": []}',
        '{"version": 1, "at": "", "uses": [{}]}',
        '{"version": 1, "at": "", "uses": [1]}',
    ],
)
def test_a_damaged_record_is_told(tmp_path: Path, text: str) -> None:
    write_record(str(tmp_path), [])
    Path(record_path(str(tmp_path))).write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"found\.json: is no record of this version; delete it"):
        read_record(str(tmp_path))


JOINED = [
    pytest.param([], [USE], set(), [USE], id="new"),
    pytest.param([USE], [], set(), [USE], id="nothing-ran"),
    pytest.param([USE], [], {"a.py::t"}, [replace(USE, tests=("b.py::t",))], id="one-ran"),
    pytest.param([USE], [], {"a.py::t", "b.py::t"}, [], id="both-ran"),
    pytest.param(
        [USE],
        [replace(USE, tests=("a.py::t",), text="now")],
        {"a.py::t"},
        [replace(USE, text="now")],
        id="reached-again",
    ),
    pytest.param([USE, OTHER], [], {"b.py::t"}, [replace(USE, tests=("a.py::t",))], id="two"),
    pytest.param([EARLY], [], {"a.py::t"}, [EARLY], id="before-the-tests"),
    pytest.param([EARLY], [], {"app.py"}, [], id="before-the-tests-and-loaded-again"),
]


@pytest.mark.parametrize(("old", "found", "ran", "expected"), JOINED)
def test_what_a_further_run_leaves(
    old: list[Use], found: list[Use], ran: set[str], expected: list[Use]
) -> None:
    assert joined(old, found, ran) == expected


def test_many_tests_are_not_all_kept() -> None:
    many = [replace(USE, tests=(f"t{n}",)) for n in range(MANY_TESTS + 5)]
    use = many[0]
    for one in many[1:]:
        use = use.joined(one)
    assert len(use.tests) == MANY_TESTS


def test_an_import_beside_what_it_is_for_is_redundant() -> None:
    imported = replace(USE, symbol="pkg.old", manner=Manner.IMPORT)
    elsewhere = replace(imported, place=Frame("app.py", 9, "load"))
    longer = replace(imported, symbol="pkg.ol")
    assert without_redundant([imported, USE, elsewhere, longer]) == [USE, elsewhere, longer]


def test_a_new_use_tells_of_the_state_of_files(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def load(name):\n    get(name)\n", "utf-8")
    use = State(str(tmp_path)).dated(replace(USE, text="", files={"gone.py": ""}))
    assert use.text == "get(name)"
    assert list(use.files) == ["app.py"]
    assert len(use.files["app.py"]) == 64


@pytest.mark.parametrize("separator", ["\f\n", "a = '\u2028'\n", "a = '\x0b\x1c\x85'\r\n", "\r"])
def test_lines_are_numbered_as_python_numbers_them(tmp_path: Path, separator: str) -> None:
    text = f"{separator}def load(name):\n    get(name)\n"
    (tmp_path / "app.py").write_bytes(text.encode())
    use = replace(USE, place=replace(PLACE, line=3))
    assert State(str(tmp_path)).dated(use).text == "get(name)"


STANDING = [
    pytest.param("def load(name):\n    get(name)\n", [()], id="unchanged"),
    pytest.param("\n\ndef load(n):\n        get(name)\n", [("app.py",)], id="the-line-is-there"),
    pytest.param("def load(name):\n    get(other)\n", [], id="the-line-has-changed"),
    pytest.param(None, [], id="the-file-is-gone"),
]


@pytest.mark.parametrize(("text", "expected"), STANDING)
def test_a_use_stands_as_long_as_its_line(
    tmp_path: Path, text: str | None, expected: list[tuple[str, ...]]
) -> None:
    path = tmp_path / "app.py"
    path.write_text("def load(name):\n    get(name)\n", "utf-8")
    use = State(str(tmp_path)).dated(USE)
    if text is None:
        path.unlink()
    else:
        path.write_text(text, "utf-8")
    assert [one.changed for one in State(str(tmp_path)).standing([use])] == expected


def test_a_use_outside_of_the_project_stands(tmp_path: Path) -> None:
    use = State(str(tmp_path)).dated(replace(USE, place=Frame(str(tmp_path / "lib.py"), 1, "f")))
    assert len(State(str(tmp_path)).standing([use])) == 1


def test_a_record_is_json_that_others_can_read(tmp_path: Path) -> None:
    """The keys that docs/formats.md names."""
    write_record(str(tmp_path), [USE])
    record = json.loads(Path(record_path(str(tmp_path))).read_text("ascii"))
    assert [*record] == ["version", "at", "uses"]
    assert [*record["uses"][0]] == [
        "migration",
        "symbol",
        "manner",
        "known",
        "path",
        "line",
        "function",
        "text",
        "stack",
        "tests",
        "files",
    ]
