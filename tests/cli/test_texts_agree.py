"""Texts: what `ssot check` reports of them is what every other command counts, each place once."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.cli.main import main
from tests.reports.pages import read_page
from tests.reports.test_html_page import entries_of
from tests.repositories import Repository, isolate_git

CONFIG = """\
source-roots = ["."]

[[migration]]
id = "1"
owners = ["pkg/old.py"]

[[migration.move]]
old = "pkg.old.Engine"
new = "pkg.new.Engine"

[[migration.move]]
old = "pkg.gone"
new = "pkg.come"

[[migration.phase]]
name = "docs"
paths = ["docs/**"]

[[migration]]
id = "2"

[[migration.move]]
old = "pkg.other.Thing"
new = "pkg.another.Thing"
"""
FILES = {
    "ssot.toml": CONFIG,
    "pkg/__init__.py": "",
    "pkg/new.py": "class Engine: ...\n",
    "pkg/come.py": "",
    "pkg/old.py": "from pkg.new import Engine as Engine  # of pkg.old.Engine\n",
    "docs/a.md": "`pkg.old.Engine` in pkg/gone.py\n\n```python\nfrom pkg.gone import a, b\n```\n",
    "docs/code.md": (
        "# Code\n\n```python\nimport pkg.gone\nimport pkg.old\n\npkg.old.Engine(pkg.gone.a)\n```\n"
    ),
    "docs/both.md": "`pkg.old.Engine` and `pkg.other.Thing`\n",
    "docs/data.unknown": "pkg.old.Engine\n",
    "CHANGELOG.md": "pkg.old.Engine\n",
    "said.py": '"""Of pkg.old.Engine."""\nx = 1  # pkg.old.Engine  # noqa: SSOT008\n',
    "used.py": (
        "from unittest.mock import patch\n\nfrom pkg.old import Engine  # pkg.old.Engine\n\n"
        "patch('pkg.old.Engine.run')\nx: 'Engine'\n"
    ),
    "hidden.py": "from unittest.mock import patch\n\npatch('pkg.old.Engine')  # noqa\n",
    "broken.py": "# pkg.old.Engine\nx = (\n",
}
REPORTED = {
    "docs/a.md:1:2",
    "docs/a.md:1:21",
    "docs/a.md:4:22",
    "docs/a.md:4:25",
    "docs/both.md:1:2",
    "docs/code.md:4:8",
    "docs/code.md:7:1",
    "said.py:1:7",
    "used.py:3:31",
}
"""The texts that `ssot check` reports of the first migration."""
OF_GONE = {"docs/a.md:1:21", "docs/a.md:4:22", "docs/a.md:4:25", "docs/code.md:4:8"}
BESIDE = {"docs/data.unknown:1:1", "said.py:2:10", "broken.py:1:3"}
"""Those that it does not: by its kind, by a `# noqa`, and in what does not parse."""
Told = Callable[..., Any]


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    """Return a function that runs a command in a project, and returns what it prints."""
    isolate_git(monkeypatch, tmp_path / "nobody")
    Repository(tmp_path / "tree").write(FILES)
    monkeypatch.chdir(tmp_path / "tree")

    def run(*arguments: str) -> Any:
        main([*arguments, "--jobs=1"])
        out = capsys.readouterr().out
        return json.loads(out) if "--format=json" in arguments else out

    return run


def reported(told: Told) -> list[dict[str, Any]]:
    every = told("check", "--format=json")["violations"]
    return [one for one in every if one["migration"] == "1"]


def place(one: dict[str, Any]) -> str:
    return f"{one['path']}:{one['line']}:{one['column']}"


def test_what_is_reported(told: Told) -> None:
    texts = [place(one) for one in reported(told) if one["code"] == "SSOT008"]
    assert sorted(texts) == sorted(REPORTED)


def test_status_counts_it(told: Told) -> None:
    first, second = told("status", "--format=json")["migrations"]
    phases = {phase["name"]: phase["left"] for phase in first["phases"]}
    counted = {name: left["violations"] for name, left in phases.items()}
    assert counted == Counter(one["phase"] for one in reported(told))
    fixable = sum(left["fixable"] for left in phases.values())
    assert fixable == sum(
        (one["fix"] or {}).get("applicability") == "safe" for one in reported(told)
    )
    texts = sum(left["references"].get("text", 0) for left in phases.values())
    assert texts == len(REPORTED) + len(BESIDE)
    (left,) = (phase["left"] for phase in second["phases"])
    assert (left["violations"], left["references"]) == (1, {"text": 1})
    for shares in (first["packages"],):
        assert sum(one["violations"] for one in shares) == len(reported(told))
        assert sum(one["references"].get("text", 0) for one in shares) == texts


def test_look_alikes_tell_texts_from_code(told: Told) -> None:
    first, _ = told("status", "--format=json")["migrations"]
    (engine,) = (one for one in first["look_alikes"] if one["name"] == "Engine")
    assert engine["texts"] == sum(where not in OF_GONE for where in REPORTED | BESIDE)
    parts = ("references", "texts", "longer_names", "owned", "others")
    assert sum(engine[part] for part in parts) == engine["hits"]


def test_the_page_lists_each_place_once(told: Told) -> None:
    page = read_page(told("report", "--migration=1", "--output=-"))
    entries = [(f"{e[0]}:{e[10]}:{e[11]}", e[4]) for e in entries_of(page)]
    expected = [(place(one), one["code"]) for one in reported(told)]
    expected += [(where, "text") for where in BESIDE]
    assert sorted(entries) == sorted(expected)


def test_what_is_in_the_way_of_a_retirement_is_named_once(told: Told) -> None:
    out = told("retire", "1", "--verbose")
    places = re.findall(r"^    (\S+?:\d+:\d+): ", out, re.MULTILINE)
    assert sorted(places) == sorted({place(one) for one in reported(told)} | BESIDE)
    assert "hidden.py: patch-target 1" in out or "hidden.py: string 1" in out


def test_without_the_rule_they_are_references_alone(told: Told) -> None:
    Path("ssot.toml").write_text('ignore = ["SSOT008"]\n' + CONFIG, "utf-8")
    assert "SSOT008" not in {one["code"] for one in reported(told)}
    first, _ = told("status", "--format=json")["migrations"]
    left = [phase["left"] for phase in first["phases"]]
    assert sum(one["violations"] for one in left) == len(reported(told))
    texts = sum(one["references"].get("text", 0) for one in left)
    imports = {"docs/a.md:4:22", "docs/a.md:4:25"}  # of which the module is a mention
    chains = {"docs/code.md:7:16"}  # which the import tells of
    assert texts == len((REPORTED - imports) | chains | BESIDE) + 1
