"""`ssot schema`: valid by itself, and of one mind with the loader."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.spec import TOP, Key
from flake8_ssot_engine.errors import ConfigError
from tests.config.test_loader import EXAMPLE, ONE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PHASE = ONE + '[[migration.phase]]\nname = "p"\npaths = ["**"]\n'
CALL = ONE + '[[migration.move.call]]\npattern = "$CLASS()"\nrewrite = "$NEW()"\n'


@pytest.fixture
def schema(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["schema"]) == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


def as_json(value: Any) -> Any:
    """Return TOML values as editors give them to a schema: dates are strings."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_schema_knows_and_explains_every_key(schema: dict[str, Any]) -> None:
    def compare(keys: tuple[Key, ...], table: dict[str, Any]) -> None:
        assert list(table["properties"]) == [key.name for key in keys]
        assert table["additionalProperties"] is False
        assert table.get("required", []) == [key.name for key in keys if key.is_required]
        for key in keys:
            assert table["properties"][key.name]["description"] == key.doc
            if key.items:
                compare(key.items, table["properties"][key.name]["items"])

    compare(TOP, schema)


AGREED = [
    pytest.param(EXAMPLE, True, id="example-of-the-design"),
    pytest.param("", True, id="empty"),
    pytest.param(ONE, True, id="one-move"),
    pytest.param('[[migration]]\nid = "1"\n', True, id="no-moves"),
    pytest.param('preset = "execution-engine"\n', True, id="preset"),
    pytest.param(PHASE, True, id="phase"),
    pytest.param(PHASE + 'timeout = "1.5h"\n', True, id="timeout"),
    pytest.param(CALL, True, id="call"),
    pytest.param("exclude = []\nselect = []\nper-file-ignores = {}\n", True, id="empty-values"),
    pytest.param("zzz = 1\n", False, id="unknown-key"),
    pytest.param(ONE + 'neu = "b"\n', False, id="unknown-key-of-a-move"),
    pytest.param(PHASE + "x = 1\n", False, id="unknown-key-of-a-phase"),
    pytest.param(CALL + "x = 1\n", False, id="unknown-key-of-a-call"),
    pytest.param("[[migration]]\n", False, id="no-id"),
    pytest.param('[[migration]]\nid = "1"\n[[migration.move]]\n', False, id="no-old"),
    pytest.param(
        '[[migration]]\nid = "1"\n[[migration.phase]]\nname = "p"\n', False, id="no-paths"
    ),
    pytest.param(ONE + '[[migration.move.call]]\npattern = "f()"\n', False, id="no-rewrite"),
    pytest.param("[migration]\nid = '1'\n", False, id="table-for-an-array"),
    pytest.param("migration = ['1']\n", False, id="strings-for-tables"),
    pytest.param("baseline = 1\n", False, id="number-for-a-string"),
    pytest.param("exclude = '*'\n", False, id="string-for-an-array"),
    pytest.param("exclude = [1]\n", False, id="number-in-an-array"),
    pytest.param("select = ['E501']\n", False, id="foreign-code"),
    pytest.param("ignore = ['ssot001']\n", False, id="code-in-small-letters"),
    pytest.param("per-file-ignores = ['SSOT001']\n", False, id="array-for-a-table"),
    pytest.param("per-file-ignores = { x = 'SSOT001' }\n", False, id="string-for-codes"),
    pytest.param("string-calls = ['a..b']\n", False, id="two-dots"),
    pytest.param(ONE.replace("a.X", "a-b"), False, id="hyphen"),
    pytest.param(ONE.replace("a.X", "1a"), False, id="leading-digit"),
    pytest.param(ONE.replace("a.X", ""), False, id="empty-name"),
    pytest.param(ONE.replace("a.X", "größe.X"), True, id="other-letters"),
    pytest.param(ONE + 'hint = "one\\ntwo"\n', False, id="hint-of-two-lines"),
    pytest.param(ONE + 'factory = "create()"\n', False, id="factory-with-brackets"),
    pytest.param(ONE + 'factory = "create"\n', True, id="factory"),
    pytest.param(PHASE + "enforce = 'warn'\n", False, id="enforcement"),
    pytest.param(PHASE + "enforce = ['off']\n", False, id="array-for-an-enforcement"),
    pytest.param(PHASE + "timeout = '10'\n", False, id="duration-without-a-unit"),
    pytest.param(PHASE + "timeout = 10\n", False, id="number-for-a-duration"),
    pytest.param("[[migration]]\nid = '1'\ndeadline = 2026\n", False, id="number-for-a-date"),
]


@pytest.mark.parametrize(("text", "is_good"), AGREED)
def test_schema_and_loader_agree(
    schema: dict[str, Any], tmp_path: Path, text: str, is_good: bool
) -> None:
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(as_json(tomllib.loads(text))) is is_good
    path = tmp_path / "ssot.toml"
    path.write_text(text, encoding="utf-8")
    try:
        load_file(str(path))
    except ConfigError:
        assert not is_good
    else:
        assert is_good


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ONE.replace("a.X", "a.class"), id="keyword"),
        pytest.param(ONE.replace("a.X", "b.Y"), id="equal-ends"),
        pytest.param("[[migration]]\nid = '1'\ndeadline = '2026-12-31'\n", id="date-in-quotes"),
        pytest.param(CALL.replace("$CLASS()", "$CLASS("), id="pattern-that-does-not-parse"),
        pytest.param('preset = "nothing"\n', id="unknown-preset"),
    ],
)
def test_what_only_the_loader_can_see(schema: dict[str, Any], tmp_path: Path, text: str) -> None:
    jsonschema.Draft202012Validator(schema).validate(as_json(tomllib.loads(text)))
    path = tmp_path / "ssot.toml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        load_file(str(path))
