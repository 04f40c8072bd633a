"""The options of projects that configure nothing but Flake8."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.ini import has_moves, ini_migration, parse_moves, split_codes
from flake8_ssot_engine.errors import ConfigError


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    return tmp_path / "setup.cfg"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", False, id="empty"),
        pytest.param("[flake8]\nselect = E\n", False, id="nothing-of-ours"),
        pytest.param("[flake8]\nssot-moves =\n", False, id="empty-option"),
        pytest.param("[flake8]\nssot-ignore = SSOT001\n", False, id="no-moves"),
        pytest.param("[other]\nssot-moves = a -> b\n", False, id="another-section"),
        pytest.param("[metadata]\nname = flake8-ssot-engine\n", False, id="the-name-elsewhere"),
        pytest.param("[flake8]\nssot-moves = a -> b\n", True, id="on-one-line"),
        pytest.param("[flake8]\nssot-moves =\n  a -> b\n", True, id="on-its-own-line"),
        pytest.param("[flake8]\nssot_moves = a -> b\n", True, id="underscore"),
        pytest.param("[flake8]\nSSOT-Moves : a -> b\n", True, id="capitals-and-colon"),
        pytest.param("[flake8]\nssot-config = x.toml\n", True, id="names-a-file"),
        pytest.param("[flake8]\r\nssot-moves =\r\n  a -> b\r\n", True, id="crlf"),
        pytest.param("[flake8]\nssot-moves = %(x)s\n", True, id="percent-signs-mean-nothing"),
    ],
)
def test_has_moves(ini: Path, text: str, expected: bool) -> None:
    ini.write_bytes(text.encode())
    assert has_moves(str(ini)) is expected


@pytest.mark.parametrize(
    ("lines", "moves"),
    [
        pytest.param([], [], id="none"),
        pytest.param(["", "  ", "# a -> b"], [], id="blank-and-comment"),
        pytest.param(["a.X -> b.Y"], [("a.X", "b.Y")], id="one"),
        pytest.param(["a.X->b.Y"], [("a.X", "b.Y")], id="no-blanks"),
        pytest.param(["  a.X  ->  b.Y  # why"], [("a.X", "b.Y")], id="comment-behind"),
        pytest.param(["a.X"], [("a.X", "None")], id="no-replacement"),
        pytest.param(["a -> b", "c -> d"], [("a", "b"), ("c", "d")], id="two"),
        pytest.param(["a -> b", "a -> b"], [("a", "b"), ("a", "b")], id="the-same-twice"),
    ],
)
def test_parse_moves(lines: list[str], moves: list[tuple[str, str]]) -> None:
    migration = parse_moves(lines, "setup.cfg")
    assert [(str(move.old), str(move.new)) for move in migration.moves] == moves


def test_every_option_is_read(ini: Path) -> None:
    ini.write_text(
        "[flake8]\nssot-moves =\n    # where the engine lives\n    a.X -> b.Y\n\n    c.Z\n"
        "ssot_config = other.toml\nssot-baseline = base.txt\n"
        "ssot-select = SSOT001, SSOT002\nssot-ignore =\n  SSOT003\n"
    )
    declared = ini_migration(str(ini))
    assert [str(move.old) for move in declared.migration.moves] == ["a.X", "c.Z"]
    assert [move.place.line for move in declared.migration.moves] == [4, 6]
    assert declared.config == "other.toml"
    assert declared.baseline == "base.txt"
    assert declared.select == ("SSOT001", "SSOT002")
    assert declared.ignore == ("SSOT003",)


def test_everything_wrong_is_told_at_once_with_its_line(ini: Path) -> None:
    ini.write_bytes(
        b"[flake8]\r\nselect = E\r\nssot-moves =\r\n"
        b"  a.X -> \r\n  b..Y -> c\r\n  d.Z -> d.Z\r\n  e -> f\r\n  e -> g\r\n  h => i\r\n"
        b"ssot-select = SSOT001 ssot2 E501\r\nssot-ignore = X\r\n"
    )
    with pytest.raises(ConfigError) as caught:
        ini_migration(str(ini))
    told = [(p.line, p.key, p.message) for p in caught.value.problems]
    write = "; write `old.module.Name -> new.module.Name`"
    assert sorted(told) == [
        (4, "ssot-moves", "`a.X ->`: nothing stands after `->`" + write),
        (5, "ssot-moves", "`b..Y -> c`: `b..Y` is not a dotted Python name" + write),
        (6, "ssot-moves", "`d.Z` moves to itself"),
        (8, "ssot-moves", f"`e` already moves elsewhere ({ini}:7: ssot-moves)"),
        (9, "ssot-moves", "`h => i`: `h => i` is not a dotted Python name" + write),
        (
            10,
            "ssot-select",
            "`ssot2` is not a code of this product; did you mean `SSOT2`?; "
            "`E501` is not a code of this product; codes look like `SSOT001`",
        ),
        (11, "ssot-ignore", "`X` is not a code of this product; codes look like `SSOT001`"),
    ]
    assert all(problem.path == str(ini) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("data", "lines", "message"),
    [
        pytest.param(b"ssot-moves = a\n", [1], "no section headers", id="no-section"),
        pytest.param(b"[flake8]\nssot-moves\nx\n", [2, 3], "parsing errors", id="no-values"),
        pytest.param(b"[flake8]\nssot-moves=a\nssot-moves=b\n", [3], "already exists", id="twice"),
        pytest.param(b"[flake8]\nssot-moves = caf\xe9\n", [2], "not UTF-8", id="latin-1"),
    ],
)
def test_a_file_that_is_no_ini(ini: Path, data: bytes, lines: list[int], message: str) -> None:
    ini.write_bytes(data)
    with pytest.raises(ConfigError, match=message) as caught:
        has_moves(str(ini))
    assert [problem.line for problem in caught.value.problems] == lines


def test_a_broken_file_without_our_options_is_none_of_our_business(ini: Path) -> None:
    ini.write_bytes(b"\xff no section")
    assert not has_moves(str(ini))


def test_an_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        has_moves(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param("", (), id="empty"),
        pytest.param("SSOT001", ("SSOT001",), id="one"),
        pytest.param(" SSOT001,SSOT002\n\tSSOT003, ", ("SSOT001", "SSOT002", "SSOT003"), id="any"),
    ],
)
def test_split_codes(text: str, codes: tuple[str, ...]) -> None:
    assert split_codes(text) == codes
