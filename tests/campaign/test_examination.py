"""The examination: runs that were cut short, and a project whose configuration is refused."""

from __future__ import annotations

from pathlib import Path

from flake8_ssot_engine.campaign.examination import diagnose_runs, examine
from flake8_ssot_engine.campaign.journal import Change, Journal, State
from flake8_ssot_engine.config.finder import ConfigFinder
from tests.engine.diagnosis.trees import lay_out, told


def test_no_run(tmp_path: Path) -> None:
    assert told(diagnose_runs(str(tmp_path))) == []


def test_a_run_that_was_cut_short(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": "x"})
    journal = Journal.begin(str(tmp_path), "first", {"migration": "1", "phase": "first"})
    journal.record([Change(str(tmp_path / "a.py"), b"x", b"y")])
    (remark,) = diagnose_runs(str(tmp_path))
    assert told([remark]) == [("error", "", "the run 0001-first was cut short")]
    assert remark.instead == "ssot migrate --resume, or ssot rollback"


def test_a_run_that_ended(tmp_path: Path) -> None:
    journal = Journal.begin(str(tmp_path), "first", {"migration": "1", "phase": "first"})
    journal.mark(State.DONE)
    assert told(diagnose_runs(str(tmp_path))) == []


def test_a_damaged_journal(tmp_path: Path) -> None:
    Journal.begin(str(tmp_path), "first", {"migration": "1", "phase": "first"})
    lay_out(tmp_path, {".ssot/runs/0001-first/journal.jsonl": "[]\n[]\n"})
    ((level, _, message),) = told(diagnose_runs(str(tmp_path)))
    assert level == "error"
    assert "journal.jsonl" in message


def test_a_refused_configuration_leaves_the_other_checks(tmp_path: Path) -> None:
    files = {"ssot.toml": "x = 1\n", "pyproject.toml": "[tool.ruff]\n", ".git/HEAD": ""}
    remarks = list(examine(lay_out(tmp_path, files), ConfigFinder()))
    levels = [(remark.level.value, remark.area) for remark in remarks]
    assert levels == [
        ("ok", "environment"),
        ("error", "configuration"),
        ("warning", "Ruff"),
        ("warning", "git"),
    ]


def test_every_check_is_asked(tmp_path: Path) -> None:
    files = {
        "ssot.toml": '[[migration]]\nid = "1"\n[[migration.move]]\nold = "p.X"\nnew = "q.X"\n',
        "a.py": "",
        "setup.cfg": "[flake8]\n",
        "ruff.toml": "",
        ".pre-commit-config.yaml": "repos: [{repo: x/flake8-ssot-engine, hooks: [{id: ssot}]}]\n",
        ".vscode/settings.json": '{"flake8.enabled": false}',
    }
    remarks = list(examine(lay_out(tmp_path, files), ConfigFinder()))
    assert list(dict.fromkeys(remark.area for remark in remarks)) == [
        "environment",
        "configuration",
        "Flake8",
        "comments",
        "Ruff",
        "pre-commit",
        "editor",
        "git",
    ]
