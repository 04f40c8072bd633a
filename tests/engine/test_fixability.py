"""Planned fixes: what a person is shown is what the proved fix does to the same file."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.edits import PlacedEdit
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.fix import with_single_fixes
from flake8_ssot_engine.engine.fixability import key_of
from flake8_ssot_engine.engine.run import check_each, report_of
from flake8_ssot_engine.engine.tasks import tasks_of_project
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.sample import lay_out

TAKEN_FROM = {"netra_backend/app/agents/supervisor_ssot.py"}
"""What other modules take names from, which one file by itself does not tell."""
TEXTS = {
    "docs/guide.md": "`netra_backend.app.agents.supervisor.execution_engine.ExecutionEngine`\n",
    "tests/test_noqa.py": "x = 1  # noqa: SSOT001\n",
}


def _own_edits(finding: Finding) -> tuple[PlacedEdit, ...]:
    fix = finding.violation.fix
    return tuple(edit for edit in fix.edits if edit.path == finding.path) if fix else ()


@pytest.mark.parametrize("is_alone", [False, True], ids=["together", "one-by-one"])
def test_a_planned_fix_is_the_proved_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_alone: bool
) -> None:
    root = tmp_path / "sample"
    lay_out(root)
    for name, text in TEXTS.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.chdir(root)
    finder = ConfigFinder(complete=with_bridges)
    tasks = list(tasks_of_project(str(root), finder, with_texts=True))
    every = [[task] for task in tasks] if is_alone else [tasks]
    results = [
        result
        for some in every
        for result in check_each(some, jobs=1, with_texts=True, shows_fixes=True)
    ]
    planned = {(f.path, key_of(f)): f for result in results for f in result.findings}
    report = report_of(check_each(tasks, jobs=1, with_texts=True), files=len(tasks))
    fixable = {finding.path for finding in report.findings}
    proved = with_single_fixes(report, tasks, finder, jobs=1, fixable=fixable, with_texts=True)
    codes = set()
    others = set()
    for finding in proved.findings:
        shown = planned.pop((finding.path, key_of(finding)))
        assert shown.violation._replace(fix=None) == finding.violation._replace(fix=None)
        if _own_edits(shown) == _own_edits(finding):
            codes.add(finding.violation.code * bool(finding.violation.fix))
        else:
            others.add(finding.path)
    assert not planned
    assert others == TAKEN_FROM
    assert codes >= {"SSOT001", "SSOT002", "SSOT004", "SSOT008", "SSOT009"}
