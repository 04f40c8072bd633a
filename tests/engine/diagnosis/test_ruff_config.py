"""Ruff's configuration: when our comments are in danger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_ssot_engine.engine.diagnosis.ruff_config import diagnose_ruff
from tests.engine.diagnosis.trees import lay_out, told

BOTH = "RUF100 (unused-noqa) and RUF102 (invalid-rule-code) on, and `external` does not name SSOT"
ONE = "RUF100 (unused-noqa) on, and `external` does not name SSOT"
NOT_ON = "`external` does not name SSOT"
KEPT = "keeps `# noqa: SSOT001`"

CASES = [
    pytest.param({}, [], id="no configuration"),
    pytest.param({"pyproject.toml": "[tool.black]\n"}, [], id="a pyproject for others"),
    pytest.param(
        {"ruff.toml": 'lint.select = ["RUF"]\nlint.external = ["SSOT"]\n'},
        [("ok", "", f"ruff.toml:2 {KEPT}")],
        id="external",
    ),
    pytest.param(
        {"ruff.toml": 'lint.select = ["ALL"]\nlint.external = ["SSO"]\n'},
        [("ok", "", f"ruff.toml:2 {KEPT}")],
        id="external by a beginning",
    ),
    pytest.param(
        {"ruff.toml": 'lint.select = ["RUF"]\nlint.external = ["V", "SSOT002"]\n'},
        [("error", "ruff.toml", BOTH)],
        id="external names others",
    ),
    pytest.param(
        {"pyproject.toml": '[tool.ruff.lint]\nselect = ["ALL"]\n'},
        [("error", "pyproject.toml", BOTH)],
        id="ALL",
    ),
    pytest.param(
        {"pyproject.toml": '[tool.ruff]\nextend-select = ["RUF100"]\n'},
        [("error", "pyproject.toml", ONE)],
        id="at the top, as it was once",
    ),
    pytest.param(
        {".ruff.toml": 'lint.select = ["RUF"]\nlint.ignore = ["RUF1"]\n'},
        [("warning", ".ruff.toml", NOT_ON)],
        id="ignored by a longer beginning",
    ),
    pytest.param(
        {".ruff.toml": 'lint.select = ["RUF100"]\nlint.ignore = ["RUF1"]\n'},
        [("error", ".ruff.toml", ONE)],
        id="selected by a longer beginning",
    ),
    pytest.param(
        {"pyproject.toml": "[tool.ruff]\nline-length = 100\n"},
        [("warning", "pyproject.toml", NOT_ON)],
        id="nothing selected",
    ),
    pytest.param(
        {".ruff.toml": "", "ruff.toml": 'lint.select = ["ALL"]\n'},
        [("warning", ".ruff.toml", NOT_ON)],
        id="the file with the dot is read",
    ),
    pytest.param(
        {"ruff.toml": 'extend = "base.toml"\n', "base.toml": 'lint.external = ["SSOT"]\n'},
        [("ok", "", f"ruff.toml {KEPT}")],
        id="external of what it extends",
    ),
    pytest.param(
        {
            "ruff.toml": 'extend = "base.toml"\nlint.extend-select = ["B"]\n',
            "base.toml": 'lint.extend-select = ["RUF100"]\n',
        },
        [("error", "ruff.toml", ONE)],
        id="selected by what it extends",
    ),
    pytest.param(
        {
            "ruff.toml": 'extend = "base.toml"\nlint.select = ["B"]\n',
            "base.toml": 'lint.extend-select = ["RUF100"]\n',
        },
        [("warning", "ruff.toml", NOT_ON)],
        id="select takes back what it extends",
    ),
    pytest.param(
        {"ruff.toml": 'extend = "ruff.toml"\n'},
        [("warning", "ruff.toml", NOT_ON)],
        id="extends itself",
    ),
    pytest.param(
        {"ruff.toml": 'lint = 1\nselect = "ALL"\nexternal = [1]\n'},
        [("warning", "ruff.toml", NOT_ON)],
        id="values that are none",
    ),
    pytest.param(
        {"ruff.toml": "\n[lint\n"},
        [("error", "ruff.toml:2", "not TOML: Expected ']' at the end of a table declaration")],
        id="no TOML",
    ),
]


@pytest.mark.parametrize(("files", "expected"), CASES)
def test_cases(
    files: Mapping[str, str], expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    found = told(diagnose_ruff(lay_out(tmp_path, files)))
    assert [
        (level, place, message.partition(" (at line")[0]) for level, place, message in found
    ] == (expected)
