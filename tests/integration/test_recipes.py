"""What the documentation has people copy: each service's schema takes it, and scripts run."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

from flake8_ssot_engine.sample import lay_out
from tests.integration.conftest import ROOT

SCRIPTS = Path(sys.executable).parent
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
SCHEMAS = {
    ".github/workflows/": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    ".pre-commit-config.yaml": "",  # pre-commit has a command of its own for it
}


class Recipe(NamedTuple):
    """A fenced block; its first line is a comment that names its file."""

    page: str
    language: str
    text: str

    @property
    def file(self) -> str:
        return self.text.split("\n", 1)[0].removeprefix("# ")

    @property
    def content(self) -> Any:
        return YAML(typ="safe").load(io.StringIO(self.text))


RECIPES = [
    Recipe(page, *fenced)
    for page in ("ci.md", "pre-commit.md")
    for fenced in FENCE.findall((ROOT / "docs" / page).read_text("utf-8"))
]
YAMLS = [recipe for recipe in RECIPES if recipe.language == "yaml"]
WORKFLOWS = [recipe for recipe in YAMLS if recipe.file.startswith(".github/workflows/")]


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": path, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


def steps_of(workflow: Recipe) -> list[dict[str, Any]]:
    return [step for job in workflow.content["jobs"].values() for step in job["steps"]]


def test_there_are_recipes_of_every_kind() -> None:
    named = {prefix for prefix in SCHEMAS for recipe in YAMLS if recipe.file.startswith(prefix)}
    assert named == SCHEMAS.keys()
    assert {recipe.language for recipe in RECIPES} == {"yaml", "sh"}


@pytest.mark.parametrize("recipe", YAMLS, ids=lambda recipe: recipe.file)
def test_a_recipe_is_what_its_service_takes(recipe: Recipe, tmp_path: Path) -> None:
    (schema,) = (schema for name, schema in SCHEMAS.items() if recipe.file.startswith(name))
    file = tmp_path / os.path.basename(recipe.file)
    file.write_text(recipe.text, "utf-8")
    command = ["check-jsonschema", "--builtin-schema", schema]
    if not schema:
        command = ["pre-commit", "validate-config"]
    done = run(*command, file, cwd=tmp_path, PRE_COMMIT_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stdout


def test_the_action_is_what_github_takes(tmp_path: Path) -> None:
    command = ("check-jsonschema", "--builtin-schema", "vendor.github-actions")
    done = run(*command, ROOT / "action.yml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_the_hooks_are_what_pre_commit_takes(tmp_path: Path) -> None:
    manifest = ROOT / ".pre-commit-hooks.yaml"
    done = run(
        "pre-commit", "validate-manifest", manifest, cwd=tmp_path, PRE_COMMIT_HOME=str(tmp_path)
    )
    assert done.returncode == 0, done.stdout


def test_recipes_name_hooks_and_inputs_that_there_are() -> None:
    yaml = YAML(typ="safe")
    offered = {hook["id"] for hook in yaml.load(ROOT / ".pre-commit-hooks.yaml")}
    inputs = yaml.load(ROOT / "action.yml")["inputs"].keys()
    used, given = set(), set()
    for recipe in YAMLS:
        if recipe.file == ".pre-commit-config.yaml":
            used |= {hook["id"] for repo in recipe.content["repos"] for hook in repo["hooks"]}
    ours = [
        step
        for workflow in WORKFLOWS
        for step in steps_of(workflow)
        if "flake8-ssot-engine@" in step.get("uses", "")
    ]
    for step in ours:
        given |= step.get("with", {}).keys()
    assert used == offered
    assert len(ours) == len(WORKFLOWS)
    assert given
    assert given <= inputs


def test_scripts_are_what_shellcheck_takes(tmp_path: Path) -> None:
    yaml = YAML(typ="safe")
    scripts = [step["run"] for step in yaml.load(ROOT / "action.yml")["runs"]["steps"]]
    scripts += [recipe.text for recipe in RECIPES if recipe.language == "sh"]
    scripts += [
        step["run"] for workflow in WORKFLOWS for step in steps_of(workflow) if "run" in step
    ]
    files = []
    for number, script in enumerate(scripts):
        files.append(tmp_path / f"{number}.sh")
        files[-1].write_text(script, "utf-8")
    done = run(
        "shellcheck",
        "--shell=bash",
        *files,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_no_recipe_interpolates_into_a_script() -> None:
    assert [s for w in WORKFLOWS for s in steps_of(w) if "${{" in s.get("run", "")] == []


def test_the_script_for_any_ci_runs(tmp_path: Path) -> None:
    """With the package installed already, as in this environment, pip needs no network."""
    (script,) = (recipe.text for recipe in RECIPES if recipe.language == "sh")
    lay_out(tmp_path / "project")
    done = run("sh", "-ec", script, cwd=tmp_path / "project", PIP_NO_INDEX="1")
    assert done.returncode == 1
    assert "netra_backend/app/dependencies.py:9:66: SSOT001" in done.stdout

    (tmp_path / "project" / "ssot.toml").write_text("colour = 1\n")
    assert run("sh", "-ec", script, cwd=tmp_path / "project", PIP_NO_INDEX="1").returncode == 2


def test_the_script_for_gitlab_runs(tmp_path: Path) -> None:
    (recipe,) = (recipe for recipe in YAMLS if recipe.file == ".gitlab-ci.yml")
    job = recipe.content["ssot"]
    lay_out(tmp_path / "project")
    script = "\n".join(job["script"])
    done = run("sh", "-ec", script, cwd=tmp_path / "project", PIP_NO_INDEX="1")
    assert done.returncode == 1
    assert "netra_backend/app/dependencies.py:9:66: SSOT001" in done.stdout
    for report in job["artifacts"]["reports"].values():
        assert "SSOT001" in (tmp_path / "project" / report).read_text("utf-8")


FAKE = """\
#!/bin/sh
printf '%s\\n' "$*" >>calls
case "$*" in *PATCH*|*PUT*|*POST*) ;; *) cat answer ;; esac
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A folder with a report in it, and commands in the place of those that need a network."""
    (tmp_path / "bin").mkdir()
    for name in ("gh", "curl"):
        (tmp_path / "bin" / name).write_text(FAKE)
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "ssot-report.md").write_text("<!-- ssot report -->\n")
    return tmp_path


def calls(page: Path, shell: str, script: str, answer: str, **variables: str) -> list[str]:
    """Return the calls of a command that prints the answer, but where it changes something."""
    (page / "answer").write_text(answer)
    (page / "calls").unlink(missing_ok=True)
    path = f"{page / 'bin'}{os.pathsep}{SCRIPTS}{os.pathsep}{os.environ['PATH']}"
    done = run(shell, "-ec", script, cwd=page, **variables, PATH=path)
    assert done.returncode == 0, done.stdout
    return (page / "calls").read_text().splitlines()


@pytest.mark.parametrize(
    ("answer", "change"),
    [
        ("", "--method POST repos/o/r/issues/7/comments"),
        ("11\n", "--method PATCH repos/o/r/issues/comments/11"),
        ("11\n12\n", "--method PATCH repos/o/r/issues/comments/12"),
    ],
)
def test_github_has_one_comment(answer: str, change: str, page: Path) -> None:
    (script,) = (
        step["run"] for w in WORKFLOWS for step in steps_of(w) if step.get("name") == "Comment"
    )
    found = calls(page, "bash", script, answer, GITHUB_REPOSITORY="o/r", NUMBER="7")
    assert found[0].startswith("api --paginate repos/o/r/issues/7/comments --jq .[] | select(.user")
    assert found[1:] == [f"api --silent {change} --field body=@ssot-report.md"]


@pytest.mark.parametrize(
    ("answer", "change"),
    [
        ("[]", "--request POST {}/notes"),
        ('[{"id": 5, "body": "a <!-- ssot report -->"}]', "--request POST {}/notes"),
        ('[{"id": 6, "body": "<!-- ssot report -->\\nx"}]', "--request PUT {}/notes/6"),
    ],
)
def test_gitlab_has_one_comment(answer: str, change: str, page: Path) -> None:
    (recipe,) = (recipe for recipe in YAMLS if recipe.file == ".gitlab-ci.yml")
    script = recipe.content["ssot-report"]["script"][-1]
    variables = {
        "CI_API_V4_URL": "https://g/api/v4",
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "4",
        "SSOT_TOKEN": "t",
    }
    asked, changed = calls(page, "sh", script, answer, **variables)
    place = "https://g/api/v4/projects/3/merge_requests/4"
    assert asked.endswith(f" {place}/notes?per_page=100")
    method, url = change.format(place).rsplit(" ", 1)
    assert changed.endswith(
        f" {method} --data-urlencode body@ssot-report.md --output /dev/null {url}"
    )
