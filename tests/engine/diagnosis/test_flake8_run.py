"""Flake8 itself: what is told where it is missing, old, another one, fails or is silent."""

from __future__ import annotations

import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.engine.diagnosis.flake8_run import diagnose_flake8
from tests.engine.diagnosis.trees import lay_out, told

pytestmark = pytest.mark.usefixtures("activated")

MOVE = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "pkg.old.X"\nnew = "pkg.new.X"\n'
VERSION = metadata.version("flake8")
WELL = ("ok", "", f"{VERSION} runs the plugin, and reports `from pkg.old import X`")


def diagnose(root: Path, text: str = MOVE) -> list[tuple[str, str, str]]:
    lay_out(root, {"ssot.toml": text})
    return told(diagnose_flake8(ConfigFinder().settings_for(str(root))))


def test_sound(tmp_path: Path) -> None:
    assert diagnose(tmp_path) == [WELL]


def test_a_module_without_a_package(tmp_path: Path) -> None:
    found = diagnose(tmp_path, MOVE.replace("pkg.old.X", "old"))
    assert found == [("ok", "", f"{VERSION} runs the plugin, and reports `import old`")]


@pytest.mark.parametrize(
    "text", ["", f"{MOVE}[[migration.phase]]\nname='a'\npaths=['**']\nenforce='off'\n"]
)
def test_nothing_to_try(text: str, tmp_path: Path) -> None:
    assert diagnose(tmp_path, text) == []


def test_a_code_that_is_off_by_the_configuration(tmp_path: Path) -> None:
    message = f"{VERSION} runs the plugin; the configuration turns SSOT001 off"
    assert diagnose(tmp_path, f'ignore = ["SSOT001"]\n{MOVE}') == [("ok", "", message)]


def test_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    assert diagnose(tmp_path) == [("error", "", "is not installed beside ssot")]


def test_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: "4.0.1")
    assert diagnose(tmp_path)[0] == ("error", "", "version 4.0.1 is installed")


@pytest.mark.parametrize("has_plugin", [True, False], ids=["with the plugin", "without it"])
def test_another_flake8_on_the_path(
    has_plugin: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "bin" / "flake8"
    plugins = "flake8-ssot-engine: 1.0, " if has_plugin else ""
    lay_out(tmp_path, {"bin/flake8": f"#!/bin/sh\necho '7.0.0 ({plugins}mccabe: 0.7.0)'\n"})
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(other.parent), prepend=":")
    message = "the one that the shell finds is another, without the plugin"
    expected = [] if has_plugin else [("warning", str(other), message)]
    assert diagnose(tmp_path) == [*expected, WELL]


def test_a_failure(tmp_path: Path) -> None:
    plugins = "[flake8:local-plugins]\nextension =\n  XXX = nowhere_at_all:Plugin\n"
    lay_out(tmp_path, {"setup.cfg": plugins})
    ((level, place, message),) = diagnose(tmp_path)
    assert (level, place) == ("error", "")
    assert message.startswith(f"{VERSION} fails: ")
    assert "nowhere_at_all" in message


def test_silence(tmp_path: Path) -> None:
    lay_out(tmp_path, {"setup.cfg": "[flake8]\nselect = E\n"})
    message = f"{VERSION} does not report `from pkg.old import X`"
    assert diagnose(tmp_path) == [("error", "", message)]


@pytest.mark.parametrize("ends", [True, False], ids=["no plugin", "no end"])
def test_what_a_broken_installation_does(
    ends: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        if not ends:
            raise subprocess.TimeoutExpired(command, 60)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    message = "the plugin is not registered" if ends else "did not start or did not end"
    assert diagnose(tmp_path) == [("error", "", message)]


def test_a_configuration_that_flake8_does_not_find(tmp_path: Path) -> None:
    lay_out(tmp_path, {"other.toml": MOVE})
    settings = load_file(str(tmp_path / "other.toml"))
    (remark,) = diagnose_flake8(settings)
    assert told([remark]) == [("error", "", f"{VERSION} does not report `from pkg.old import X`")]
    lay_out(tmp_path, {"setup.cfg": f"[flake8]\n{remark.instead}\n"})  # what it says to do
    assert told(diagnose_flake8(settings)) == [WELL]


def test_a_configuration_that_flake8_refuses(tmp_path: Path) -> None:
    lay_out(tmp_path, {"other.toml": MOVE, "ssot.toml": "nonsense = 1\n"})
    ((level, _, message),) = told(diagnose_flake8(load_file(str(tmp_path / "other.toml"))))
    assert level == "error"
    assert message.startswith(f"{VERSION} fails: ")
    assert "nonsense: unknown key" in message
