"""The configuration for Ruff, as text: names, messages, patterns, and that it is TOML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.back_doors import BackDoors
from flake8_ssot_engine.migrations import Enforcement, Globs, Migration, Move, Phase
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.reports.ruff_export import render_ruff_export

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NOTHING = BackDoors({}, ())


def name(dotted: str) -> QualifiedName:
    return QualifiedName.parse(dotted)


def settings(*moves: Move, root: str = "/p", **more: Any) -> Settings:
    return Settings(root=root, migrations=(Migration("1", moves=moves),), **more)


def rendered(given: Settings, found: BackDoors = NOTHING, target: str = "ruff.toml") -> str:
    return "\n".join(render_ruff_export(given, found, target=target))


def bans(given: Settings, found: BackDoors = NOTHING) -> dict[str, str]:
    table = tomllib.loads(rendered(given, found))["lint"]["flake8-tidy-imports"]["banned-api"]
    return {old: entry["msg"] for old, entry in table.items()}


def test_a_message_for_each_kind_of_move() -> None:
    given = settings(
        Move(name("a.old.X"), name("a.new.Y")),
        Move(name("a.old"), name("a.new")),
        Move(name("a.gone"), None, hint='write "b" \\ or\nc'),
        Move(name("a.lost"), None),
        Move(name("ä.old"), name("a.old")),
    )
    assert bans(given) == {
        "a.gone": 'write "b" \\ or\nc (1)',
        "a.lost": "it has no replacement (1)",
        "a.old": "use `a.new`, but for names with a message of their own (1)",
        "a.old.X": "use `a.new.Y` (1)",
        "ä.old": "use `a.new` (1)",
    }
    lines = [line.split(".msg")[0] for line in rendered(given).splitlines() if ".msg" in line]
    assert lines == ['"a.gone"', '"a.lost"', '"a.old"', '"a.old.X"', '"ä.old"']


def test_back_doors() -> None:
    given = settings(Move(name("a.X"), name("a.Y")))
    match = given.index.match(name("a.X"))
    assert match is not None
    found = bans(given, BackDoors({name("b.Z"): match}, ()))
    assert found == {"a.X": "use `a.Y` (1)", "b.Z": "this is a.X; use `a.Y` (1)"}


@pytest.mark.parametrize(("target", "path"), [("ruff.toml", ""), ("pyproject", "tool.ruff.")])
def test_tables_of_both_files(target: str, path: str) -> None:
    text = rendered(settings(Move(name("a.X"), None)), BackDoors({}, ("/p/a.py",)), target)
    tables = [line for line in text.splitlines() if line.startswith("[")]
    assert tables == [
        f"[{path}lint.flake8-tidy-imports.banned-api]",
        f"[{path}lint.per-file-ignores]",
    ]
    assert f"under [{path}lint]" in text
    tomllib.loads(text)


def test_no_table_of_exempt_files_without_any() -> None:
    assert "per-file-ignores" not in rendered(settings(Move(name("a.X"), None)))


def ignored(given: Settings, found: BackDoors = NOTHING) -> list[str]:
    lint = tomllib.loads(rendered(given, found))["lint"]
    assert all(codes == ["TID251"] for codes in lint.get("per-file-ignores", {}).values())
    return list(lint.get("per-file-ignores", ()))


def test_paths_are_patterns() -> None:
    paths = ("/p/a.py", "/p/b/c.py", "/p/b/[x]{y}*.py", '/p/b/".py', "/p/b/\udcff.py")
    assert ignored(settings(), BackDoors({}, paths)) == [
        "./a.py",  # a bare name would be one in any folder
        "b/c.py",
        "b/[[]x[]][{]y[}][*].py",
        'b/".py',
        "b/?.py",
    ]


PATTERNS = [
    pytest.param("archive/**", ["archive/**"], id="a folder's files"),
    pytest.param("/archive/", ["archive/**"], id="a folder"),
    pytest.param("is/folder", ["is/folder/**"], id="a folder on the disk"),
    pytest.param("is/file.py", ["is/file.py"], id="a file"),
    pytest.param("/file.py", ["./file.py"], id="a file at the root"),
    pytest.param("conftest.py", ["**/conftest.py/**", "conftest.py"], id="any of that name"),
    pytest.param("build/", ["**/build/**"], id="any folder of that name"),
]


@pytest.mark.parametrize(("pattern", "expected"), PATTERNS)
def test_what_is_excluded(pattern: str, expected: list[str], tmp_path: Path) -> None:
    (tmp_path / "is" / "folder").mkdir(parents=True)
    root = str(tmp_path)
    assert ignored(settings(root=root, exclude=(Globs(root, (pattern,)),))) == expected


@pytest.mark.parametrize("pattern", ["*.pyi", "a/*/b.py", "!a.py", "a[bc].py", "a?.py"])
def test_what_other_patterns_say_is_left_to_a_person(pattern: str) -> None:
    given = settings(exclude=(Globs("/p", (pattern,)),))
    assert ignored(given) == []
    told = f"# Ruff's patterns are other ones; say this in them: {pattern}"
    assert told in rendered(given).splitlines()


def test_files_without_ssot001() -> None:
    off = Phase("off", Globs("/p", ("off/**",)), enforce=Enforcement.OFF)
    on = Phase("on", Globs("/p", ("on/**",)))
    given = Settings(
        root="/p",
        migrations=(Migration("1", phases=(off, on)),),
        per_file_ignores=(
            (Globs("/p", ("x/**",)), ("SSOT002",)),
            (Globs("/p", ("y/**",)), ("SSOT002", "SSOT001")),
            (Globs("/p", ("z/**",)), ("SSOT",)),
        ),
    )
    assert ignored(given) == ["off/**", "y/**", "z/**"]
    # What is off in one of two migrations may be on in the other.
    two = given.replaced(migrations=(*given.migrations, Migration("2")))
    assert ignored(two) == ["y/**", "z/**"]
