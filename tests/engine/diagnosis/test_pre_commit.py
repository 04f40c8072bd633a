"""pre-commit's configuration: hooks that do not run us, and the one of git that runs them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from flake8_ssot_engine.engine.diagnosis.pre_commit import diagnose_pre_commit
from tests.engine.diagnosis.trees import lay_out, told

FILE = ".pre-commit-config.yaml"
WELL = ("ok", "", "its hooks run the rules")
FLAKE8 = "https://github.com/PyCQA/flake8"
OURS = "https://example.org/flake8-ssot-engine"


def repository(url: str, *hooks: Mapping[str, object], rev: str | None = "v1") -> dict[str, Any]:
    found: dict[str, Any] = {"repo": url, "hooks": list(hooks)}
    return found | ({"rev": rev} if rev is not None and url != "local" else {})


def flake8(**more: object) -> dict[str, object]:
    return {"id": "flake8", **more}


def local(entry: str, **more: object) -> dict[str, object]:
    return {"id": "ssot", "name": "ssot", "entry": entry, **more}


NO_PLUGIN = "the hook `flake8` has no flake8-ssot-engine in `additional_dependencies`"
NO_SSOT = "the hook `ssot` has no flake8-ssot-engine in `additional_dependencies`"
SEVERAL = "the hook `ssot` runs `ssot fix` several times at once"

CASES = [
    pytest.param([], [], id="no repository"),
    pytest.param([repository("https://x/black", {"id": "black"})], [], id="others' hooks"),
    pytest.param([repository(FLAKE8, flake8())], [("error", NO_PLUGIN)], id="Flake8 alone"),
    pytest.param(
        [repository(FLAKE8, flake8(additional_dependencies=["flake8-bugbear"]))],
        [("error", NO_PLUGIN)],
        id="Flake8 with other plugins",
    ),
    pytest.param(
        [repository(FLAKE8, flake8(additional_dependencies=["flake8_ssot_engine==1.0"]))],
        [WELL[::2]],
        id="Flake8 with the plugin",
    ),
    pytest.param(
        [repository(FLAKE8, flake8(additional_dependencies=["."]))],
        [WELL[::2]],
        id="Flake8 with the plugin of this folder",
    ),
    pytest.param(
        [repository("local", {"id": "lint", "entry": "flake8", "language": "system"})],
        [WELL[::2]],
        id="Flake8 of the system",
    ),
    pytest.param(
        [repository("local", {"id": "flake8", "entry": "flake8", "language": "python"})],
        [("error", NO_PLUGIN)],
        id="a local Flake8 in an environment of its own",
    ),
    pytest.param([repository(OURS, {"id": "ssot-check"})], [WELL[::2]], id="our hook"),
    pytest.param(
        [repository(OURS, {"id": "ssot-check"}, rev="main")],
        [("warning", f"`rev: main` of {OURS} is no fixed version")],
        id="our hook at a branch",
    ),
    pytest.param(
        [repository(OURS, {"id": "ssot-check"}, rev=None)],
        [("warning", f"{OURS} has no `rev`")],
        id="our hook at nothing",
    ),
    pytest.param(
        [repository("local", local("ssot check", language="system"))], [WELL[::2]], id="system"
    ),
    pytest.param(
        [repository("local", local("ssot check", language="python"))],
        [("error", NO_SSOT)],
        id="an environment without ssot",
    ),
    pytest.param(
        [
            repository(
                "local",
                local(
                    "ssot check", language="python", additional_dependencies=["flake8-ssot-engine"]
                ),
            )
        ],
        [WELL[::2]],
        id="an environment with ssot",
    ),
    pytest.param(
        [repository("local", local("ssot fix", language="system"))],
        [("warning", SEVERAL)],
        id="fix in several processes",
    ),
    pytest.param(
        [repository("local", local("ssot", args=["fix"], language="system", require_serial=True))],
        [WELL[::2]],
        id="fix in one process",
    ),
    pytest.param(
        [repository("local", local("ssot fix", language="system", pass_filenames=False))],
        [WELL[::2]],
        id="fix without files",
    ),
]


@pytest.mark.parametrize(("repositories", "expected"), CASES)
def test_hooks(
    repositories: list[dict[str, Any]], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    root = lay_out(tmp_path, {FILE: yaml.safe_dump({"repos": repositories})})
    found = told(diagnose_pre_commit(root))
    assert [(level, message) for level, _, message in found] == expected


def test_a_place_has_the_line_of_the_hook(tmp_path: Path) -> None:
    text = f"repos:\n- repo: {FLAKE8}\n  rev: 7.0\n  hooks:\n  - id: flake8\n"
    (found,) = told(diagnose_pre_commit(lay_out(tmp_path, {FILE: text})))
    assert found == ("error", f"{FILE}:5", NO_PLUGIN)


ODD = [
    pytest.param("", [], id="empty"),
    pytest.param("- 1\n", [], id="a list"),
    pytest.param("repos: 1\n", [], id="repositories that are none"),
    pytest.param("repos: [1, {hooks: [2, {}]}, {repo: 3, hooks: {}}]\n", [], id="odd hooks"),
    pytest.param(
        "repos: [{repo: 1, hooks: [{id: flake8, additional_dependencies: 7}]}]\n",
        [("error", f"{FILE}:1", NO_PLUGIN)],
        id="odd dependencies",
    ),
    pytest.param(
        "a: 1\nrepos: [\n",
        [
            (
                "error",
                f"{FILE}:3",
                "is not YAML: expected the node content, but found '<stream end>'",
            )
        ],
        id="no YAML",
    ),
]


@pytest.mark.parametrize(("text", "expected"), ODD)
def test_odd_files(text: str, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    assert told(diagnose_pre_commit(lay_out(tmp_path, {FILE: text}))) == expected


def test_no_file(tmp_path: Path) -> None:
    assert told(diagnose_pre_commit(str(tmp_path))) == []


def test_without_pyyaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    found = told(diagnose_pre_commit(lay_out(tmp_path, {FILE: "repos: []\n"})))
    assert found == [("warning", FILE, "PyYAML is not installed")]


def test_the_hook_of_git(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {FILE: "repos: []\n"})
    git = ["git", "-C", root]
    subprocess.run([*git, "init", "--quiet"], check=True)
    missing = ("warning", FILE, "the git hook is not installed")
    (remark,) = diagnose_pre_commit(root)
    assert (told([remark]), remark.instead) == ([missing], "pre-commit install")

    subprocess.run([*git, "config", "core.hooksPath", "hooks"], check=True)
    (remark,) = diagnose_pre_commit(root)
    assert told([remark]) == [missing]
    told_to = "git config --unset core.hooksPath (it is hooks), then pre-commit install"
    assert remark.instead == told_to

    lay_out(tmp_path, {"hooks/pre-commit": "#!/bin/sh\n"})
    assert told(diagnose_pre_commit(root)) == [("ok", "", "the git hook is installed")]
