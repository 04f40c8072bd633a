"""`ssot status`: the figures, their kinds, and that they fit a terminal."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.campaign.journal import Change, Journal
from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.sample import lay_out as lay_out_sample
from flake8_ssot_engine.sample.by_hand import apply_by_hand

CONFIG = """\
source-roots = ["."]

[[migration]]
id = "1"
title = "Old to new"
owners = ["pkg/old.py"]

[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"

[[migration.phase]]
name = "first"
paths = ["app/**"]
enforce = "off"

[[migration.phase]]
name = "second"
paths = ["docs/**", "tests/**"]
enforce = "error"
"""
FILES = {
    "ssot.toml": CONFIG,
    "pkg/__init__.py": "",
    "pkg/new.py": "class NewEngine: ...\n",
    "pkg/old.py": "class OldEngine: ...\n",
    "app/a.py": "from pkg.old import OldEngine\n\nx: OldEngine = OldEngine()  # an OldEngine\n",
    "tests/t.py": "from pkg.old import OldEngine as E\n\nisinstance(1, E)\nOldEngineTest = 1\n",
    "docs/d.md": "`pkg.old.OldEngine`, the OldEngine; TheOldEngine\n",
    "rest.py": "class OldEngine: ...  # another one\n",
    "left.py": "import pkg.old\n\npkg.old.OldEngine\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def status(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["status", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    (migration,) = document["migrations"]
    assert isinstance(migration, dict)
    return migration


def test_every_count_by_phase_and_kind(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = status(capsys)
    assert (found["id"], found["title"], found["retired"]) == ("1", "Old to new", None)
    phases = {phase["name"]: phase for phase in found["phases"]}
    assert list(phases) == ["first", "second", None]
    assert {name: phase["enforce"] for name, phase in phases.items()} == {
        "first": "off",
        "second": "error",
        None: "ratchet",
    }
    assert {name: phase["left"]["references"] for name, phase in phases.items()} == {
        "first": {"annotation": 1, "import": 1, "instantiation": 1},
        "second": {"import": 1, "isinstance": 1, "text": 1},
        None: {"attribute": 1},
    }
    # That a phase is off hides nothing here.
    assert [phase["left"]["violations"] for phase in phases.values()] == [2, 1, 1]
    assert [phase["left"]["fixable"] for phase in phases.values()] == [2, 1, 1]
    assert [phase["was"]["violations"] for phase in phases.values()] == [2, 1, 1]
    assert [phase["done"] for phase in phases.values()] == [None] * 3


def test_look_alikes_add_up_to_what_grep_counts(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grep = ["grep", "-ro", "OldEngine", "app", "docs", "tests", "pkg", "rest.py", "left.py"]
    hits = len(subprocess.run(grep, capture_output=True, text=True, check=True).stdout.splitlines())
    (alike,) = status(capsys)["look_alikes"]
    assert alike == {
        "name": "OldEngine",
        "hits": hits,
        "references": 5,  # app/a.py three, tests/t.py and left.py one each
        "texts": 1,
        "longer_names": 2,  # OldEngineTest, TheOldEngine
        "owned": 1,
        "others": 3,  # a comment, a word of prose, another class
    }
    assert hits == 12


def test_text_fits_eighty_columns(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = (root / "ssot.toml").read_text("utf-8")
    for number in range(9):
        config += f'\n[[migration.phase]]\nname = "{"long name " * 5}{number}"\npaths = ["x"]\n'
    (root / "ssot.toml").write_text(config, "utf-8")
    assert main(["status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1: Old to new: 4 of 4 violations left"
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("import") for line in lines)


def test_hostile_names_are_escaped(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = CONFIG.replace('"first"', '"[red]\u202efirst"').replace("Old to new", "a \\u001b[31m")
    (root / "ssot.toml").write_text(config, "utf-8")
    assert main(["status"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[red]" in out


def test_what_was_there_and_when_it_was_done_outlast_a_phase(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate", "--phase", "first"]) == 0
    capsys.readouterr()
    first, second, _ = status(capsys)["phases"]
    assert first["left"]["violations"] == 0
    assert first["was"] == {
        "violations": 2,
        "references": {"annotation": 1, "import": 1, "instantiation": 1},
    }
    assert first["done"] is not None
    assert first["run"] == "0001-first"
    assert (second["done"], second["was"]["violations"]) == (None, 1)
    # A phase that was rolled back is not done, and what there was is still known.
    assert main(["rollback"]) == 0
    capsys.readouterr()
    found = status(capsys)
    assert [phase["done"] for phase in found["phases"]] == [None] * 3
    assert found["next"] == "`ssot migrate --phase first`"


def test_a_run_that_was_cut_short_is_told_of(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal.begin(str(root), "first", {"migration": "1", "phase": "first"})
    journal.record([Change(str(root / "left.py"), b"x", b"y")])
    assert main(["status"]) == 0
    assert "the run 0001-first was cut short" in capsys.readouterr().err


def test_next_step_leads_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out_sample(tmp_path / "sample")
    monkeypatch.chdir(tmp_path / "sample")
    config = tmp_path / "sample" / "ssot.toml"
    lines = config.read_text("utf-8").splitlines()
    config.write_text("\n".join(line for line in lines if "python " not in line), "utf-8")
    config.write_text(config.read_text("utf-8").replace("validate = [\n]", ""), "utf-8")
    told = []
    for _ in range(4):
        told.append(status(capsys)["next"])
        assert main(["migrate"]) == 0
        capsys.readouterr()
    assert told == [
        f"`ssot migrate --phase {name}`"
        for name in ("critical-path", "integration", "tests", "documentation-and-cleanup")
    ]
    assert status(capsys)["next"] == ("7 violations for a person: `ssot check` says where and what")
    apply_by_hand(tmp_path / "sample")
    assert status(capsys)["next"] == "`ssot retire`"
    assert main(["retire"]) == 0
    capsys.readouterr()
    assert status(capsys)["next"].startswith("nothing; the bridge was removed on 20")
    assert main(["migrate"]) == 0
    assert "nothing left to fix" in capsys.readouterr().err
