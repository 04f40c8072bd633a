"""The doctor's verdict on a project against what Flake8 itself reports there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.diagnosis.flake8_config import diagnose_flake8_config
from flake8_ssot_engine.engine.diagnosis.flake8_run import diagnose_flake8
from flake8_ssot_engine.engine.diagnosis.noqa_comments import diagnose_comments
from flake8_ssot_engine.engine.diagnosis.remark import Level
from tests.engine.diagnosis.trees import lay_out

MOVES = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "pkg.old.X"\nnew = "pkg.new.X"\n'
CODE = "from pkg.old import X\n\nprint(X)\n"
INI = "ssot-moves = pkg.old.X -> pkg.new.X\n"

CONFIGS = [
    pytest.param({}, True, id="nothing"),
    pytest.param({"setup.cfg": "[flake8]\n"}, True, id="an empty section"),
    pytest.param({"setup.cfg": "[flake8]\nextend-ignore = S\n"}, False, id="extend-ignore S"),
    pytest.param({"setup.cfg": "[flake8]\nignore = SS\n"}, False, id="ignore SS"),
    pytest.param({"setup.cfg": "[flake8]\nignore = SSO\n"}, False, id="ignore SSO"),
    pytest.param({"setup.cfg": "[flake8]\nextend-ignore = S1\n"}, True, id="extend-ignore S1"),
    pytest.param(
        {"setup.cfg": "[flake8]\nextend-ignore = S\nextend-select = SSOT\n"},
        True,
        id="extend-select SSOT",
    ),
    pytest.param(
        {"setup.cfg": "[flake8]\nselect = E,S\nignore = S\n"}, False, id="select S, ignore S"
    ),
    pytest.param(
        {"setup.cfg": "[flake8]\nselect = SSOT001\nignore = S\n"}, True, id="select SSOT001"
    ),
    pytest.param({"setup.cfg": "[flake8]\nselect = E,F\n"}, False, id="select without"),
    pytest.param({"setup.cfg": "[flake8]\nextend-select = E\n"}, True, id="extend-select others"),
    pytest.param(
        {"setup.cfg": "[flake8]\nextend-ignore = SSOT001\n"}, False, id="extend-ignore SSOT001"
    ),
    pytest.param({"tox.ini": "[flake8]\nselect = E\n"}, False, id="tox.ini"),
    pytest.param(
        {"setup.cfg": "[metadata]\n", ".flake8": "[flake8]\nselect = E\n"}, False, id=".flake8"
    ),
    pytest.param(
        {"pyproject.toml": '[tool.black]\nselect = ["E"]\n'}, True, id="a pyproject for others"
    ),
]


def flake8(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flake8", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("files", "is_reported"), CONFIGS)
def test_an_error_is_told_exactly_where_flake8_reports_nothing(
    files: Mapping[str, str], is_reported: bool, tmp_path: Path
) -> None:
    root = lay_out(tmp_path, {"ssot.toml": MOVES, "a.py": CODE, **files})
    assert ("SSOT001" in flake8(tmp_path, "a.py").stdout) is is_reported
    read = list(diagnose_flake8_config(root))
    assert any(remark.level is Level.ERROR for remark in read) is not is_reported
    tried = list(diagnose_flake8(ConfigFinder().settings_for(root)))
    assert any(remark.level is Level.ERROR for remark in tried) is not is_reported


UNREAD = [
    pytest.param({"pyproject.toml": '[tool.flake8]\nselect = ["E"]\n'}, id="pyproject.toml"),
    pytest.param({"setup.cfg": "[flake8]\n", ".flake8": "[flake8]\nselect = E\n"}, id=".flake8"),
    pytest.param({"setup.cfg": "[flake8]\n", "tox.ini": "[flake8]\nselect = E\n"}, id="tox.ini"),
]


@pytest.mark.parametrize("files", UNREAD)
def test_what_is_said_to_be_unread_has_no_effect(files: Mapping[str, str], tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"ssot.toml": MOVES, "a.py": CODE, **files})
    assert "SSOT001" in flake8(tmp_path, "a.py").stdout
    messages = [r.message for r in diagnose_flake8_config(root) if r.level is Level.ERROR]
    assert len(messages) == 1
    assert "is not read" in messages[0]


def test_a_broken_setup_cfg_is_passed_over(tmp_path: Path) -> None:
    files = {"setup.cfg": "[flake8]\nselect = E\nno option at all\n", ".flake8": f"[flake8]\n{INI}"}
    root = lay_out(tmp_path, {"a.py": CODE, **files})
    assert "SSOT001" in flake8(tmp_path, "a.py").stdout
    levels = [(r.level, r.place) for r in diagnose_flake8_config(root)]
    assert levels == [(Level.ERROR, "setup.cfg"), (Level.OK, "")]


def test_a_letter_for_some_files(tmp_path: Path) -> None:
    config = "[flake8]\nper-file-ignores = t*.py:S\n"
    root = lay_out(tmp_path, {"ssot.toml": MOVES, "a.py": CODE, "t.py": CODE, "setup.cfg": config})
    found = flake8(tmp_path).stdout
    assert ("a.py:1:21: SSOT001" in found, "t.py:1:21: SSOT001" in found) == (True, False)
    (remark,) = diagnose_flake8_config(root)
    assert remark.level is Level.WARNING
    (tmp_path / "setup.cfg").write_text(f"{config}extend-select = SSOT\n")  # what it says to do
    assert "t.py:1:21: SSOT001" in flake8(tmp_path).stdout


COMMENTS = [
    pytest.param("# noqa: SSOT001", False, id="a code"),
    pytest.param("#  noqa: SSOT", False, id="two spaces: no comment of Flake8's"),
    pytest.param("# noqa:SSOT001, SSOT002", False, id="two codes"),
    pytest.param("# noqa: E501, SSOT001", False, id="among others"),
    pytest.param("# NOQA: ssot001", False, id="small letters"),
    pytest.param("# noqa: SSOT", True, id="no digits"),
    pytest.param("# noqa:SSOT", True, id="no digits, no space"),
    pytest.param("# noqa : SSOT001", True, id="a space before the colon"),
    pytest.param("# noqa:  SSOT001", True, id="two spaces"),
    pytest.param("# noqa SSOT001", True, id="no colon"),
    pytest.param("# noqa: SSOT, E501", True, id="no digits, then a code"),
]


@pytest.mark.parametrize(("comment", "is_blanket"), COMMENTS)
def test_comments(comment: str, is_blanket: bool, tmp_path: Path) -> None:
    lay_out(tmp_path, {"ssot.toml": MOVES, "a.py": f"import os  {comment}\n"})
    assert ("F401" not in flake8(tmp_path, "--select=F", "a.py").stdout) is is_blanket
    (remark,) = diagnose_comments(str(tmp_path), [str(tmp_path / "a.py")])
    assert (remark.level is Level.WARNING) is is_blanket
    assert remark.place == ("a.py:1" if is_blanket else "")


def test_a_comment_for_a_whole_file(tmp_path: Path) -> None:
    lay_out(tmp_path, {"ssot.toml": MOVES, "a.py": "# flake8: noqa: SSOT001\nimport os\n"})
    is_skipped = "F401" not in flake8(tmp_path, "--select=F", "a.py").stdout
    (remark,) = diagnose_comments(str(tmp_path), [str(tmp_path / "a.py")])
    assert is_skipped
    assert (remark.level, remark.place) == (Level.WARNING, "a.py:1")


def test_disable_noqa_makes_the_verdicts_differ(tmp_path: Path) -> None:
    code = "from pkg.old import X  # noqa: SSOT001\n\nprint(X)\n"
    files = {"ssot.toml": MOVES, "a.py": code, "setup.cfg": "[flake8]\ndisable-noqa = true\n"}
    root = lay_out(tmp_path, files)
    assert "SSOT001" in flake8(tmp_path, "a.py").stdout
    command = [sys.executable, "-m", "flake8_ssot_engine", "check", "--select=SSOT001", "--quiet"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (remark,) = diagnose_flake8_config(root)
    assert (remark.level, remark.message) == (Level.WARNING, "`disable-noqa` is on")
