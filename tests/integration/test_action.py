"""The GitHub action: its steps are run as a runner would, on the sample project."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from flake8_ssot_engine.sample import lay_out
from tests.integration.conftest import ROOT, MakeOnce, lay_out_published

ACTION: Any = YAML(typ="safe").load(ROOT / "action.yml")
STEPS: Any = ACTION["runs"]["steps"]
INPUTS = {name: declared["default"] for name, declared in ACTION["inputs"].items()}
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")

FILE = "netra_backend/app/dependencies.py"
IMPORT = (
    "SSOT001 import of deprecated"
    " `netra_backend.app.agents.supervisor.execution_engine.ExecutionEngine`; use `from"
    " netra_backend.app.agents.supervisor.user_execution_engine import UserExecutionEngine`"
    " [fix: safe] (565)"
)


class Ran(NamedTuple):
    """How a step ended, and what it left for the runner."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


class Runner:
    """What GitHub's runner does with a composite action, as far as this one asks for it."""

    def __init__(self, action: Path, temporary: Path, workspace: Path) -> None:
        self._action = action
        self._temporary = temporary
        self.workspace = workspace

    def run(self, step: dict[str, Any], inputs: dict[str, str], outputs: dict[str, str]) -> Ran:
        """Run a step with inputs, and the outputs of the step before it."""
        values = {f"inputs.{name}": value for name, value in {**INPUTS, **inputs}.items()}
        values |= {f"steps.install.outputs.{name}": value for name, value in outputs.items()}
        given = self.workspace.parent
        script, told, summary = given / "script.sh", given / "outputs", given / "summary"
        script.write_text(step["run"], "utf-8")
        told.write_text("")
        summary.write_text("")
        # https://docs.github.com/actions: what `shell: bash` stands for.
        assert step["shell"] == "bash"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env={
                **os.environ,
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(self._action),
                "GITHUB_OUTPUT": str(told),
                "GITHUB_STEP_SUMMARY": str(summary),
                "GITHUB_WORKSPACE": str(self.workspace),
                "RUNNER_TEMP": str(self._temporary),
                **{
                    name: EXPRESSION.sub(lambda found: values[found[1]], value)
                    for name, value in step["env"].items()
                },
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        lines = told.read_text("utf-8").splitlines()
        return Ran(
            done.returncode,
            done.stdout,
            dict(line.split("=", 1) for line in lines),
            summary.read_text("utf-8"),
        )


@pytest.fixture(scope="session")
def installed(make_once: MakeOnce) -> Path:
    """Run the step that installs, once; return the runner's folder for temporary files."""

    def install(folder: Path) -> None:
        for name in ("action", "temporary", "workspace"):
            (folder / name).mkdir()
        lay_out_published(folder / "action")
        runner = Runner(folder / "action", folder / "temporary", folder / "workspace")
        ran = runner.run(STEPS[0], {}, {})
        assert ran.code == 0, ran.log
        (folder / "outputs.json").write_text(json.dumps(ran.outputs))

    return make_once("action", install)


class Check:
    """The step that checks, in a workspace that holds the sample project."""

    def __init__(self, installed: Path, workspace: Path) -> None:
        self._runner = Runner(installed / "action", installed / "temporary", workspace)
        self._outputs = json.loads((installed / "outputs.json").read_text())
        self.workspace = workspace

    def __call__(self, **inputs: str) -> Ran:
        named = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert named.keys() <= INPUTS.keys()
        return self._runner.run(STEPS[1], named, self._outputs)


@pytest.fixture
def check(installed: Path, tmp_path: Path) -> Check:
    lay_out(tmp_path / "workspace")
    return Check(installed, tmp_path / "workspace")


def test_no_expression_stands_in_a_script() -> None:
    assert [step["name"] for step in STEPS if EXPRESSION.search(step["run"])] == []


def test_every_input_reaches_a_step() -> None:
    read = {
        found for step in STEPS for v in step["env"].values() for found in EXPRESSION.findall(v)
    }
    assert {name for name in read if name.startswith("inputs.")} == {
        f"inputs.{name}" for name in INPUTS
    }


def test_annotations_and_a_summary(check: Check) -> None:
    ran = check(paths=FILE)
    assert ran.code == 1
    annotations = [line for line in ran.log.splitlines() if line.startswith("::")]
    assert len(annotations) == 3
    assert f"file={FILE},line=9," in annotations[0]
    assert IMPORT.split(" ", 1)[1] in annotations[0]
    assert FILE in ran.summary
    assert "SSOT001" in ran.summary
    assert "SSOT002" in ran.summary


def test_the_whole_project_without_paths(check: Check) -> None:
    ran = check(format="concise", summary="false")
    assert ran.code == 1
    assert f"{FILE}:9:66: {IMPORT}" in ran.log.splitlines()
    assert len({line.split(":")[0] for line in ran.log.splitlines() if " SSOT0" in line}) > 20
    assert ran.summary == ""


def test_arguments_and_paths_are_one_a_line(check: Check) -> None:
    (check.workspace / "with space.py").write_text(
        "from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine\n"
        "ExecutionEngine()\n"
    )
    ran = check(
        format="concise",
        summary="false",
        paths=f"with space.py\n{FILE}\n",
        args="--select=SSOT002\n--jobs\n1\n",
    )
    places = [line.split(": ")[0] for line in ran.log.splitlines() if " SSOT0" in line]
    assert places == [f"{FILE}:33:12", "with space.py:2:1"]


def test_a_clean_project_passes(check: Check) -> None:
    ran = check(paths="netra_backend/app/services/user_sessions.py")
    assert ran.code == 0, ran.log


def test_a_mistake_is_told_once_and_exits_2(check: Check) -> None:
    with (check.workspace / "ssot.toml").open("a") as file:
        file.write("colour = 1\n")
    ran = check()
    assert ran.code == 2
    assert ran.log.count("colour") == 1


def test_a_sarif_file(check: Check) -> None:
    ran = check(paths=FILE, sarif_file="out file.sarif")
    assert ran.code == 1
    sarif = json.loads((check.workspace / "out file.sarif").read_text("utf-8"))
    results = sarif["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["SSOT001", "SSOT002", "SSOT001"]


def test_a_report_for_a_comment(check: Check) -> None:
    ran = check(paths=FILE, format="concise", summary="false", report_file="out file.md")
    assert ran.code == 1
    lines = (check.workspace / "out file.md").read_text("utf-8").splitlines()
    assert lines[:2] == ["<!-- ssot report -->", "## Where the migration stands"]
    ran = check(report_file="again.md", new_since="nowhere")
    assert ran.code == 2
    assert "git" in ran.log


def test_only_what_is_new(check: Check) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=check.workspace, check=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "base")
    assert check(new_since="main").code == 0
    new = check.workspace / "netra_backend" / "app" / "new.py"
    new.write_text(
        "from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine\n"
    )
    git("add", "-A")
    ran = check(new_since="main", format="concise", summary="false")
    assert ran.code == 1
    assert [line for line in ran.log.splitlines() if " SSOT0" in line] == [
        f"netra_backend/app/new.py:1:66: {IMPORT}"
    ]


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_no_input_is_run(check: Check, name: str, tmp_path: Path) -> None:
    evil = f"\"; touch '{tmp_path}/owned'; $(touch {tmp_path}/owned) `touch {tmp_path}/owned` #"
    if name == "version":
        (tmp_path / "temporary").mkdir()
        runner = Runner(tmp_path, tmp_path / "temporary", check.workspace)
        ran = runner.run(STEPS[0], {name: evil}, {})
        assert ran.code != 0  # pip refuses it
    else:
        plain = {"format": "concise", "paths": FILE, "summary": "false"}
        check(**{**plain, name.replace("-", "_"): evil})
    assert not (tmp_path / "owned").exists()


def test_a_version_is_installed_from_the_index(tmp_path: Path, monkeypatch: Any) -> None:
    """Of an index that has none, pip tells what it was asked for."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    for name in ("temporary", "workspace"):
        (tmp_path / name).mkdir()
    runner = Runner(tmp_path, tmp_path / "temporary", tmp_path / "workspace")
    ran = runner.run(STEPS[0], {"version": "9.8.7"}, {})
    assert ran.code == 1
    assert "No matching distribution found for flake8-ssot-engine==9.8.7" in ran.log
