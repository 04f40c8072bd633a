"""`ssot doctor`: what it prints, and its exit code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main

pytestmark = pytest.mark.usefixtures("activated")

MOVE = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "pkg.old.X"\nnew = "pkg.new.X"\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ssot.toml").write_text(MOVE)
    (tmp_path / "a.py").write_text("")
    subprocess.run(["git", "init", "--quiet"], check=True)
    return tmp_path


def test_all_is_well(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert {line.split(" ")[0] for line in lines[:-1]} == {"ok"}
    assert lines[-1] == f"all is well: {len(lines) - 1} checks"
    assert captured.err == ""


def test_a_warning_is_no_failure(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "ruff.toml").write_text("")
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.endswith("\n0 errors, 1 warning\n")


def test_an_error_is_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".flake8").write_text("[flake8]\nextend-ignore = S\n")
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert (
        "error    Flake8: .flake8:2: `extend-ignore = S` silences every SSOT code\n"
        "         so: Flake8 takes `S` for every code that begins so\n"
        "         do: extend-select = SSOT beside it: the longer beginning wins\n"
    ) in out
    assert out.endswith("\n2 errors, 0 warnings\n")


def test_json(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "ssot.toml").write_text("nonsense = 1\n")
    assert main(["doctor", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    (refused,) = [r for r in document["remarks"] if r["level"] == "error"]
    assert (refused["area"], refused["place"]) == ("configuration", "ssot.toml:1")


def test_another_configuration(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "ssot.toml").rename(root / "other.toml")
    (root / "setup.cfg").write_text("[flake8]\nssot-config = other.toml\n")
    assert main(["doctor", "--config", "other.toml"]) == 0
    assert "ok       configuration: other.toml: migrations 1" in capsys.readouterr().out
