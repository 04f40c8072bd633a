"""The settings of Visual Studio Code: what hides violations."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.engine.diagnosis.editors import diagnose_editors
from tests.engine.diagnosis.trees import lay_out, told

FILE = ".vscode/settings.json"
WELL = [("ok", "", f"{FILE} runs Flake8 with the plugin")]
BUNDLED = "`flake8.importStrategy` is useBundled"

CASES = [
    pytest.param('{"editor.rulers": [100]}', [], id="nothing about Flake8"),
    pytest.param('{"flake8.importStrategy": "fromEnvironment"}', WELL, id="from the environment"),
    pytest.param('{"flake8.path": ["python", "-m", "flake8"]}', WELL, id="a path"),
    pytest.param('{"pylsp.plugins.flake8.enabled": true}', WELL, id="pylsp"),
    pytest.param(
        '{\n"flake8.importStrategy": "useBundled"}',
        [("warning", f"{FILE}:2", BUNDLED)],
        id="the bundled one",
    ),
    pytest.param(
        '{"flake8.args": ["--max-line-length=100"]}', [("warning", FILE, BUNDLED)], id="the default"
    ),
    pytest.param(
        '{"flake8.enabled": false}',
        [("warning", f"{FILE}:1", "`flake8.enabled` is false")],
        id="off",
    ),
    pytest.param(
        '{"flake8.path": ["x"], "flake8.ignorePatterns": ["build/**", "**/*.py"]}',
        [("warning", f"{FILE}:1", "`flake8.ignorePatterns` has `**/*.py`")],
        id="everything ignored",
    ),
    pytest.param(
        '{"flake8.path": ["x"], "flake8.args": ["--isolated"]}',
        [("warning", f"{FILE}:1", "`flake8.args` has `--isolated`")],
        id="isolated",
    ),
    pytest.param(
        '{"pylsp.plugins.flake8.enabled": false}',
        [("warning", f"{FILE}:1", "`pylsp.plugins.flake8.enabled` is false")],
        id="pylsp without Flake8",
    ),
    pytest.param(
        '{"python.linting.flake8Enabled": true}',
        [("warning", f"{FILE}:1", "`python.linting.flake8Enabled` has no effect")],
        id="of long ago",
    ),
    pytest.param(
        '{ // about "this"\n /* and\n that */ "flake8.path": ["https://x", "/* no */,]",],\n}',
        WELL,
        id="comments and trailing commas",
    ),
    pytest.param("[1]", [], id="a list"),
    pytest.param('{"flake8.args": 1, "flake8.path": ["x"]}', WELL, id="odd values"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_cases(text: str, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    assert told(diagnose_editors(lay_out(tmp_path, {FILE: text}))) == expected


@pytest.mark.parametrize("text", ["{", "", '{"a": }', "[" * 100_000], ids=["{", "empty", "}", "["])
def test_no_json(text: str, tmp_path: Path) -> None:
    ((level, place, message),) = told(diagnose_editors(lay_out(tmp_path, {FILE: text})))
    assert (level, place) == ("error", FILE)
    assert message.startswith("is not JSON: ")


def test_no_file(tmp_path: Path) -> None:
    assert told(diagnose_editors(str(tmp_path))) == []
