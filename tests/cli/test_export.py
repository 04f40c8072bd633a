"""`ssot export`: where it looks, and what it does when there is little to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main

MOVE = '[[migration]]\nid = "{}"\n[[migration.move]]\nold = "pkg.old.X"\nnew = "pkg.new.X"\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ssot.toml").write_text(MOVE.format("outer"))
    return tmp_path


def entries(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["export", "ruff", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return [line for line in captured.out.splitlines() if line.startswith(('"', "["))]


def test_pyproject_is_the_default(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert entries(capsys) == [
        "[tool.ruff.lint.flake8-tidy-imports.banned-api]",
        '"pkg.old.X".msg = "use `pkg.new.X` (outer)"',
    ]


def test_another_configuration(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "other.toml").write_text(MOVE.format("other"))
    _, entry = entries(capsys, "--config", "other.toml")
    assert entry.endswith('(other)"')


def test_files_of_a_nested_project_are_its_own(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "inner").mkdir()
    (root / "inner" / "ssot.toml").write_text(MOVE.format("inner"))
    (root / "inner" / "a.py").write_text("from pkg.old import X\n\n__all__ = ['X']\n")
    assert len(entries(capsys)) == 2
    (root / "inner" / "ssot.toml").unlink()
    assert entries(capsys)[2] == '"inner.a.X".msg = "this is pkg.old.X; use `pkg.new.X` (outer)"'


def test_nothing_to_export(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "ssot.toml").write_text("")
    assert main(["export", "ruff"]) == 0
    captured = capsys.readouterr()
    assert captured.err.endswith("ssot.toml declares no move to export\n")


def test_an_unknown_tool(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export", "pylint"])
    assert ended.value.code == 2
    assert "invalid choice: 'pylint'" in capsys.readouterr().err
