"""Flake8's configuration files: what is told of each trap, and that sound ones are let be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_ssot_engine.engine.diagnosis.flake8_config import diagnose_flake8_config
from flake8_ssot_engine.engine.diagnosis.remark import Level
from tests.engine.diagnosis.trees import lay_out, told

SOUND = [
    pytest.param({}, [], id="no file at all"),
    pytest.param({"setup.cfg": "[metadata]\nname = x\n"}, [], id="no section for Flake8"),
    pytest.param({"setup.cfg": "[flake8]\n"}, ["setup.cfg"], id="an empty section"),
    pytest.param({"tox.ini": "[flake8]\nselect = E,F,SSOT\n"}, ["tox.ini"], id="select with SSOT"),
    pytest.param({".flake8": "[flake8]\nselect = S\n"}, [".flake8"], id="select of a beginning"),
    pytest.param(
        {".flake8": "[flake8]\nextend-ignore = S101, SIM1, E\n"}, [".flake8"], id="other codes"
    ),
    pytest.param(
        {".flake8": "[flake8]\nextend-ignore = S\nextend-select = SSOT\n"},
        [".flake8"],
        id="the longer beginning wins",
    ),
    pytest.param(
        {".flake8": "[flake8]\nselect = SSOT\nper-file-ignores =\n  tests/*: S\n"},
        [".flake8"],
        id="S in some files, and SSOT selected",
    ),
    pytest.param(
        {".flake8": "[flake8]\nper-file-ignores = tests/*: SSOT002, S101\n"},
        [".flake8"],
        id="our own codes in some files are meant",
    ),
    pytest.param({".flake8": "[flake8]\ndisable-noqa = false\n"}, [".flake8"], id="noqa on"),
    pytest.param({"setup.cfg": "[flake8:local-plugins]\n"}, ["setup.cfg"], id="local plugins"),
    pytest.param(
        {"setup.cfg": "[metadata]\nname = x\n", ".flake8": "[flake8]\n"},
        [".flake8"],
        id="a setup.cfg that says nothing to Flake8 is in nobody's way",
    ),
    pytest.param({"pyproject.toml": "[tool.black]\n"}, [], id="a pyproject for others"),
]
TRAPS = [
    pytest.param(
        {"setup.cfg": "[flake8]\n\nextend-ignore = E1, S\n"},
        [("error", "setup.cfg:3", "`extend-ignore = S` silences every SSOT code")],
        id="bandit's letter",
    ),
    pytest.param(
        {"setup.cfg": "[flake8]\nignore = SSO\n"},
        [("error", "setup.cfg:2", "`ignore = SSO` silences every SSOT code")],
        id="our three letters",
    ),
    pytest.param(
        {"setup.cfg": "[flake8]\nextend_ignore = SS\n"},
        [("error", "setup.cfg:2", "`extend-ignore = SS` silences every SSOT code")],
        id="two letters, and an underscore",
    ),
    pytest.param(
        {".flake8": "[flake8]\nselect = E,F\n"},
        [("error", ".flake8:2", "`select = E,F` leaves out every SSOT code")],
        id="select without us",
    ),
    pytest.param(
        {".flake8": "[flake8]\nselect = E, SSOT001\n"},
        [
            (
                "warning",
                ".flake8:2",
                "`select = E,SSOT001` leaves out SSOT002, SSOT003, SSOT004, SSOT005, SSOT006,"
                " SSOT007",
            )
        ],
        id="select with one of us",
    ),
    pytest.param(
        {".flake8": "[flake8]\nselect = SSOT\nextend-ignore =\n    E1,\n    SSOT001\n"},
        [("error", ".flake8:3", "`extend-ignore` names SSOT001")],
        id="a code with four letters",
    ),
    pytest.param(
        {".flake8": "[flake8]\nper-file-ignores =\n    tests/*: S\n    a.py: E1\n"},
        [("warning", ".flake8:2", "`tests/*:S` silences every SSOT code in these files")],
        id="bandit's letter in some files",
    ),
    pytest.param(
        {".flake8": "[flake8]\nper-file-ignores = S\n"},
        [("error", ".flake8:2", "`per-file-ignores` is not understood: ")],
        id="per-file-ignores without files",
    ),
    pytest.param(
        {".flake8": "[flake8]\ndisable-noqa = True\n"},
        [("warning", ".flake8:2", "`disable-noqa` is on")],
        id="noqa off",
    ),
    pytest.param(
        {"setup.cfg": "[flake8]\n", ".flake8": "[flake8]\nssot-moves = a.b -> c.d\n"},
        [
            ("ok", "", "setup.cfg silences none of our codes"),
            (
                "error",
                ".flake8",
                "its [flake8] section is not read: Flake8 takes setup.cfg and nothing else",
            ),
        ],
        id="two files with a section",
    ),
    pytest.param(
        {"tox.ini": "[tox]\n[pytest]\nssot-moves = a.b -> c.d\n"},
        [("error", "tox.ini:2", "ssot options stand under [pytest]")],
        id="our options in another section",
    ),
    pytest.param(
        {"pyproject.toml": "[tool.other]\n[tool.flake8]\nselect = ['SSOT']\n"},
        [("error", "pyproject.toml:2", "[tool.flake8] is not read: Flake8 takes no TOML")],
        id="a table in pyproject.toml",
    ),
    pytest.param(
        {"setup.cfg": "not INI\n", ".flake8": "[flake8]\n"},
        [
            ("error", "setup.cfg", "is not an INI file: File contains no section headers."),
            ("ok", "", ".flake8 silences none of our codes"),
        ],
        id="no INI",
    ),
    pytest.param(
        {"setup.cfg": "[flake8]\nselect = E\nselect = F\n"},
        [("error", "setup.cfg", "is not an INI file: While reading from ")],
        id="an option twice",
    ),
    pytest.param(
        {"pyproject.toml": "[tool\n"},
        [("error", "pyproject.toml:1", "not TOML: ")],
        id="no TOML",
    ),
]


@pytest.mark.parametrize(("files", "read"), SOUND)
def test_sound(files: Mapping[str, str], read: list[str], tmp_path: Path) -> None:
    remarks = list(diagnose_flake8_config(lay_out(tmp_path, files)))
    assert told(remarks) == [("ok", "", f"{name} silences none of our codes") for name in read]


@pytest.mark.parametrize(("files", "expected"), TRAPS)
def test_traps(
    files: Mapping[str, str], expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    remarks = list(diagnose_flake8_config(lay_out(tmp_path, files)))
    found = told(remarks)
    assert [each[:2] for each in found] == [each[:2] for each in expected]
    for (*_, message), (*_, beginning) in zip(found, expected, strict=True):
        assert message.startswith(beginning) if beginning.endswith(" ") else message == beginning


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_bytes(b"[flake8]\n# \xff\n")
    assert told(diagnose_flake8_config(str(tmp_path))) == [("error", "setup.cfg", "is not UTF-8")]


def test_what_to_do_about_a_letter_works(tmp_path: Path) -> None:
    files = {"setup.cfg": "[flake8]\nextend-ignore = S\n"}
    (remark,) = diagnose_flake8_config(lay_out(tmp_path, files))
    assert remark.instead.startswith("extend-select = SSOT ")
    files = {"setup.cfg": "[flake8]\nextend-ignore = S\nextend-select = SSOT\n"}
    (remark,) = diagnose_flake8_config(lay_out(tmp_path, files))
    assert remark.level is Level.OK


def test_a_file_of_a_folder_above(tmp_path: Path) -> None:
    files = {"setup.cfg": "[flake8]\nselect = E\n", ".flake8": "[x]\n", "a/b/tox.ini": "[tox]\n"}
    lay_out(tmp_path, files)
    message = "`select = E` leaves out every SSOT code"
    found = told(diagnose_flake8_config(str(tmp_path / "a" / "b")))
    assert found == [("error", "../../setup.cfg:2", message)]
