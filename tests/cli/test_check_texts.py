"""Texts on the command line: what is walked, what is remembered, and what each option says."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.engine import run
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.project import discovery
from flake8_ssot_engine.reports.registry import FORMATS

CONFIG = """
[[migration]]
id = "M1"
[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"
[[migration.move]]
old = "pkg.legacy"
new = "pkg.modern"
[[migration.phase]]
name = "code"
paths = ["*.py"]
[[migration.phase]]
name = "quiet"
paths = ["quiet/**"]
enforce = "off"
"""
FILES = {
    "ssot.toml": CONFIG,
    "pkg/__init__.py": "",
    "pkg/legacy.py": "",
    "pkg/modern.py": "",
    "README.md": "See `pkg.old.OldEngine`.\n",
    "docs/guide.rst": "In pkg/legacy.py.\n",
    "quiet/a.md": "pkg.legacy\n",
    "a.py": '"""Of pkg.legacy."""\n',
    ".gitignore": "*.tmp.md\n",
    "x.tmp.md": "pkg.legacy\n",
    "node_modules/a.md": "pkg.legacy\n",
}
EVERY = ["README.md:1", "a.py:1", "docs/guide.rst:1"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        write(tmp_path, name, text)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="surrogateescape")


def ssot(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(arguments))
    return code, out.getvalue(), err.getvalue()


def found(*arguments: str) -> list[str]:
    _, out, _ = ssot("check", "--format=json", "--jobs=1", *arguments)
    return [f"{v['path']}:{v['line']}" for v in json.loads(out)["violations"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param([], EVERY, id="the project"),
        pytest.param(["docs"], ["docs/guide.rst:1"], id="a folder"),
        pytest.param(["README.md"], ["README.md:1"], id="a file"),
        pytest.param(["a.py", "README.md"], ["README.md:1", "a.py:1"], id="two files"),
        pytest.param(["x.tmp.md"], ["x.tmp.md:1"], id="an ignored file that is named"),
        pytest.param(["quiet"], [], id="a phase that is off"),
        pytest.param(["--phase=code"], ["a.py:1"], id="one phase"),
        pytest.param(["--select=SSOT008"], EVERY, id="selected"),
        pytest.param(["--select=SSOT001"], [], id="not selected"),
        pytest.param(["--ignore=SSOT008"], [], id="ignored"),
        pytest.param(["ssot.toml"], [], id="the configuration"),
    ],
)
def test_what_is_looked_at(arguments: list[str], expected: list[str]) -> None:
    assert found(*arguments) == expected


def test_a_project_that_does_not_select_it_walks_no_texts(project: Path) -> None:
    _, _, err = ssot("check", "--format=concise")
    assert "7 files looked at" in err
    _, _, err = ssot("check", "--format=concise", "--ignore=SSOT008")
    assert "4 files looked at" in err


def test_few_named_files_cost_no_walk(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: object) -> None:
        raise AssertionError("walked")

    monkeypatch.setattr(discovery._Walk, "below", never)
    monkeypatch.setattr(discovery, "modules_below", never)
    monkeypatch.setattr("flake8_ssot_engine.project.scan.modules_below", never)
    assert found("a.py", "README.md") == ["README.md:1", "a.py:1"]
    write(project, "b.md", "pkg/legacy.py and pkg.legacy\n")
    assert len(found("b.md")) == 2


def test_an_end_of_a_path_that_fits_two_files_names_neither(project: Path) -> None:
    write(project, "b.md", "old/legacy.py\n")
    config = CONFIG.replace('"pkg.legacy"', '"pkg.old.legacy"')
    write(project, "ssot.toml", config)
    write(project, "pkg/old/legacy.py", "")
    for name in ("__init__.py", *(f"m{n}.py" for n in range(run.FEW_FILES))):
        write(project, f"pkg/old/{name}", "")
    assert found("b.md") == ["b.md:1"]
    assert "b.md:1" in found()
    write(project, "other/old/legacy.py", "")
    assert found("b.md") == []
    assert "b.md:1" not in found()


def test_standard_input_is_a_text_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, expected in (("x.md", ["x.md:2"]), ("x.py", ["x.py:2"]), ("CHANGES.md", [])):
        stdin = io.TextIOWrapper(io.BytesIO(b"\n# pkg.legacy\n"))
        monkeypatch.setattr("sys.stdin", stdin)
        assert found(f"--stdin-filename={name}") == expected


@pytest.mark.parametrize("format_", FORMATS)
def test_each_format_tells_of_texts_whatever_they_hold(project: Path, format_: str) -> None:
    hostile = "<script>\x1b[31m\u202e\udcff `pkg.legacy` \x00x\n"
    write(project, "hostile.md", "x" * 9000 + hostile)
    write(project, "long.md", f"pkg.legacy {'x' * 6000}\n<b>\x1b[31m\u202e pkg.legacy\n")
    _, out, _ = ssot("check", f"--format={format_}", "hostile.md", "long.md", "README.md")
    assert "SSOT008" in out
    assert "x" * 6000 not in out
    if format_ not in {"json", "jsonl", "sarif"}:
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_what_is_remembered_is_what_a_first_run_finds(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MANY_FILES", 0)
    monkeypatch.setattr(run, "FEW_FILES", 0)
    checked: list[str] = []
    check_file = run._check_file

    def noted(checker: Checker, path: str, shown_as: str, parses_all: bool) -> FileResult:
        checked.append(path)
        return check_file(checker, path, shown_as, parses_all)

    monkeypatch.setattr(run, "_check_file", noted)
    assert found() == EVERY
    assert checked
    checked.clear()
    assert found() == EVERY
    assert [path for path in checked if path.endswith("guide.rst")] == []
    write(project, "docs/guide.rst", "\nIn pkg/legacy.py.\n")
    write(project, "docs/new.md", "pkg.legacy\n")
    assert found() == [*EVERY[:2], "docs/guide.rst:2", "docs/new.md:1"]
    (project / "docs/new.md").unlink()
    write(project, "README.md", "")
    assert found() == ["a.py:1", "docs/guide.rst:2"]


def test_a_baseline_holds_texts(project: Path) -> None:
    assert ssot("baseline", "create")[0] == 0
    assert "README.md\tSSOT008\t<module>\tpkg.old.OldEngine\t1" in (
        (project / "ssot-baseline.txt").read_text().splitlines()
    )
    assert ssot("check")[0] == 0
    write(project, "README.md", "See `pkg.old.OldEngine`,\n`pkg.old.OldEngine`.\n")
    assert ssot("check")[0] == 1
    write(project, "README.md", "")
    assert ssot("check", "--stale=error")[0] == 1
    assert ssot("baseline", "update")[0] == 0
    assert "README.md" not in (project / "ssot-baseline.txt").read_text()
    assert ssot("check", "--stale=error")[0] == 0


def test_an_unused_suppression_of_a_text_is_told(project: Path) -> None:
    write(project, "b.py", "x = 1  # noqa: SSOT008\ny = 1  # pkg.legacy  # noqa: SSOT008\n")
    assert found("b.py") == ["b.py:1"]


def test_a_fix_writes_texts_and_code_in_one_run(project: Path) -> None:
    write(
        project, "a.py", '"""Of pkg.old.OldEngine."""\nfrom pkg.old import OldEngine\nOldEngine\n'
    )
    assert ssot("fix", "--phase=code")[0] == 0
    assert (project / "a.py").read_text() == (
        '"""Of pkg.new.NewEngine."""\nfrom pkg.new import NewEngine\nNewEngine\n'
    )
    assert (project / "README.md").read_text() == FILES["README.md"]
    assert ssot("fix")[0] == 0
    assert (project / "README.md").read_text() == "See `pkg.new.NewEngine`.\n"
    assert (project / "docs/guide.rst").read_text() == "In pkg/modern.py.\n"
    assert ssot("check")[0] == 0
