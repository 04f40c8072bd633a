"""The project itself: every rule has its docs, test and changelog entry; the sample is true."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.reports.rule_page import HEADINGS, render_rule_page
from flake8_ssot_engine.rules.base import Rule
from flake8_ssot_engine.rules.registry import RULES
from flake8_ssot_engine.sample import lay_out
from flake8_ssot_engine.sample.by_hand import HAND_EDITS, apply_by_hand

ROOT = Path(__file__).parents[1]
EVERY_RULE = [pytest.param(rule, id=rule.code) for rule in RULES]
ISOLATION = [
    "tests/e2e/test_execution_engine_golden_path_business_validation.py"
    f"::test_two_users_at_once_{end}"
    for end in ("are_told_only_of_their_own_runs", "never_see_each_others_data")
]
BRIDGE = "netra_backend/app/agents/supervisor/execution_engine.py"
OLD_PATH = re.compile(r"netra_backend[./]app[./]agents[./]supervisor[./]execution_engine\b")


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_rule_has_a_test_with_more_valid_cases_than_invalid_ones(rule: Rule) -> None:
    module = type(rule).__module__.rpartition(".")[2]
    assert (ROOT / "tests" / "rules" / f"test_{module}.py").is_file()
    tables = __import__(f"tests.rules.test_{module}", fromlist=["VALID", "INVALID"])
    assert len(tables.VALID) > len(tables.INVALID) > 0
    for table in (tables.VALID, tables.INVALID):
        titles = [case.title for case in table]
        assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_rule_has_a_page_under_every_heading(rule: Rule) -> None:
    page = "\n".join(render_rule_page(rule))
    assert [heading for heading in HEADINGS if f"### {heading}\n" in page] == list(HEADINGS)
    assert page in (ROOT / "docs" / "rules.md").read_text("utf-8"), (
        "run `ssot explain all > docs/rules.md`"
    )


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_rule_is_in_the_changelog(rule: Rule) -> None:
    assert f"{rule.code} {rule.name}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_codes_and_names_are_unique_and_in_order() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    lay_out(tmp_path / "sample")
    return tmp_path / "sample"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )


def environment() -> dict[str, str]:
    """Return one where `python` is the one at work, and pytest has no plugins of this project."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    path = os.pathsep.join([os.path.dirname(sys.executable), kept.get("PATH", "")])
    return {**kept, "PATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def assert_green(command: str, sample: Path) -> None:
    """Run a validator as a shell takes it."""
    done = subprocess.run(
        command,
        shell=True,
        cwd=sample,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}"


def test_the_sample_runs_and_only_its_isolation_tests_fail(sample: Path) -> None:
    done = run("-m", "pytest", "-q", "-rf", cwd=sample)
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert sorted(failed) == ISOLATION, done.stdout
    assert "2 failed, 40 passed" in done.stdout


def test_the_sample_shows_every_rule_and_accuses_no_decoy(sample: Path) -> None:
    done = run("-m", "flake8_ssot_engine", "check", "--format=json", cwd=sample)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["errors"] == []
    assert document["statistics"] == {
        "SSOT001": 34,
        "SSOT002": 16,
        "SSOT003": 13,
        "SSOT004": 13,
        "SSOT005": 1,
        "SSOT006": 2,
        "SSOT007": 5,
        "SSOT008": 5,
        "SSOT009": 1,
    }
    assert {rule.code for rule in RULES} == set(document["statistics"])
    accused = {violation["path"] for violation in document["violations"]}
    decoys = {str(path.relative_to(sample)) for path in sample.glob("**/tool_registry/*.py")}
    assert len(decoys) == 2
    assert not accused & {*decoys, "tests/unit/test_tool_registry.py"}
    assert BRIDGE not in accused


def test_the_sample_is_green_once_its_callers_are_migrated(sample: Path) -> None:
    """The isolation tests pass once the callers that the violations name are migrated."""
    old, new = (
        f"netra_backend.app.agents.supervisor.{name}"
        for name in ("execution_engine", "user_execution_engine")
    )
    for name in ("dependencies.py", "websocket_core/websocket_manager.py"):
        path = sample / "netra_backend" / "app" / name
        text = path.read_text("utf-8")
        assert "ExecutionEngine(" in text
        text = text.replace("ExecutionEngine(", "await ExecutionEngine.create_from_legacy(")
        text = text.replace(
            f"from {old} import ExecutionEngine", f"from {new} import UserExecutionEngine"
        )
        text = text.replace(
            "supervisor.execution_engine import ExecutionEngine",
            "supervisor.user_execution_engine import UserExecutionEngine",
        )
        path.write_text(text.replace(" ExecutionEngine", " UserExecutionEngine"), "utf-8")
    done = run("-m", "pytest", "-q", *ISOLATION, cwd=sample)
    assert "2 passed" in done.stdout, done.stdout


def test_the_sample_is_green_before_and_after_each_phase_and_without_its_bridge(
    sample: Path,
) -> None:
    (migration,) = load_file(str(sample / "ssot.toml")).migrations
    fixed = {}
    for phase in migration.phases:
        commands = [validator.command for validator in phase.validate]
        assert commands, phase.name
        for command in commands:
            assert_green(command, sample)
        done = run(
            "-m", "flake8_ssot_engine", "fix", "--phase", phase.name, "--format=json", cwd=sample
        )
        document = json.loads(done.stdout)
        assert document["errors"] == document["kept_aliases"] == []
        fixed[phase.name] = len(document["fixed"])
        for command in commands:
            assert_green(command, sample)
    assert fixed == {
        "critical-path": 12,
        "integration": 33,
        "tests": 21,
        "documentation-and-cleanup": 8,
    }
    assert apply_by_hand(sample) == list(HAND_EDITS)
    done = run("-m", "flake8_ssot_engine", "check", cwd=sample)
    assert done.returncode == 0, done.stdout
    texts = {path: path.read_text("utf-8") for path in sample.rglob("*.[pm][yd]")}
    assert [path for path, text in texts.items() if OLD_PATH.search(text)] == []
    (sample / BRIDGE).unlink()
    for command in commands:
        assert_green(command, sample)
    done = run("-m", "flake8_ssot_engine", "check", cwd=sample)
    assert done.returncode == 0, done.stdout


def test_edits_by_hand_are_made_where_they_fit_and_only_all_together(sample: Path) -> None:
    *_, last = HAND_EDITS
    text = (sample / last.path).read_text("utf-8")
    before = {edit.path: (sample / edit.path).read_bytes() for edit in HAND_EDITS}
    for wrong in (text.replace(last.before, ""), text + last.before):
        before[last.path] = wrong.encode()
        (sample / last.path).write_bytes(before[last.path])
        with pytest.raises(ValueError, match=re.escape(last.path)):
            apply_by_hand(sample)
        assert {path: (sample / path).read_bytes() for path in before} == before


def test_the_samples_audit_fails_where_a_file_has_changed(sample: Path) -> None:
    audit = ("scripts/frozen_audit.py", BRIDGE, "pytest.ini")
    assert run(audit[0], "--record", *audit[1:], cwd=sample).returncode == 0
    assert run(*audit, cwd=sample).returncode == 0
    (sample / BRIDGE).write_text("", "utf-8")
    done = run(*audit, cwd=sample)
    assert (done.returncode, done.stdout) == (1, f"{BRIDGE} is not what was signed off\n")
    assert run(audit[0], "pytest.ini", cwd=sample).returncode == 0
    assert run(audit[0], "conftest.py", cwd=sample).returncode == 1
