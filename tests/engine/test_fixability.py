"""Planned fixes: what a person is shown is what the proved fix does to the same file."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.edits import PlacedEdit
from flake8_ssot_engine.engine import rewrite, settlement
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.fix import with_single_fixes
from flake8_ssot_engine.engine.fixability import key_of
from flake8_ssot_engine.engine.proof.certificate import certify
from flake8_ssot_engine.engine.proof.trees import UNPROVED, Agreement, Uncertified
from flake8_ssot_engine.engine.run import Report, check_each, report_of
from flake8_ssot_engine.engine.tasks import Task, tasks_of_project
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.sample import lay_out
from flake8_ssot_engine.semantics.model import SemanticModel

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


CALLS = 40
"""Violations of one file, so many that several tasks share them."""


def _with_calls(tmp_path: Path, call: str) -> list[Task]:
    (tmp_path / "ssot.toml").write_text(
        '[[migration]]\nid = "m"\n[[migration.move]]\nold = "old.Engine"\nnew = "new.Motor"\n'
    )
    calls = f"def f():\n    return {call}()\n" * CALLS
    (tmp_path / "code.py").write_text(f"import old\nfrom old import Engine\n{calls}")
    return list(tasks_of_project(str(tmp_path), ConfigFinder(complete=with_bridges)))


def _singly_fixed(tasks: list[Task], *, jobs: int) -> Report:
    report = report_of(check_each(tasks, jobs=1), files=len(tasks))
    finder = ConfigFinder(complete=with_bridges)
    return with_single_fixes(report, tasks, finder, jobs=jobs, fixable={"code.py"})


def test_what_has_the_same_plan_is_proved_once_in_a_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    proofs = 0

    def count(before: RuleContext, after: SemanticModel, agreement: Agreement) -> None:
        nonlocal proofs
        proofs += 1
        certify(before, after, agreement)

    monkeypatch.setattr(rewrite, "certify", count)
    report = _singly_fixed(_with_calls(tmp_path, "Engine"), jobs=1)
    fixes = {f.violation.fix and f.violation.fix.edits for f in report.findings}
    assert len(report.findings) == CALLS + 1  # the import as well
    assert None not in fixes
    # The import with or without the violations of its uses, in each task.
    tasks = -(-len(report.findings) // settlement._SINGLE_CHUNK)
    assert len(fixes) == 1
    assert proofs == tasks + 1


@pytest.mark.parametrize("call", ["Engine", "old.Engine"])
def test_fixes_are_the_same_whoever_shares_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.chdir(tmp_path)
    tasks = _with_calls(tmp_path, call)
    report = _singly_fixed(tasks, jobs=1)
    assert all(finding.violation.fix for finding in report.findings)
    assert _singly_fixed(tasks, jobs=3) == report
    monkeypatch.setattr(settlement, "_SINGLE_CHUNK", 1)  # nothing is remembered
    assert _singly_fixed(tasks, jobs=1) == report


def test_an_unproved_plan_is_unproved_for_all_that_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(before: RuleContext, after: SemanticModel, agreement: Agreement) -> None:
        if before.model.source.text != after.source.text:
            raise Uncertified("no such thing")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rewrite, "certify", refuse)
    report = _singly_fixed(_with_calls(tmp_path, "Engine"), jobs=1)
    reasons = {f.violation.unfixable_because for f in report.findings}
    assert len(report.findings) == CALLS + 1
    assert reasons == {f"{UNPROVED}: no such thing"}
