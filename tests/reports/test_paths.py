"""Paths from the root of the repository, wherever the command runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.reports.paths import RepositoryPaths, decodable


@pytest.mark.parametrize(
    ("here", "path", "expected"),
    [
        pytest.param(".", "app/a.py", "app/a.py", id="at-the-root"),
        pytest.param("app", "a.py", "app/a.py", id="below-the-root"),
        pytest.param("app", "../b.py", "b.py", id="above-the-folder"),
        pytest.param("app", "./x/../a.py", "app/a.py", id="not-normal"),
        pytest.param(".", "{root}/app/a.py", "app/a.py", id="absolute"),
        pytest.param(".", "../out.py", "{above}/out.py", id="outside"),
        pytest.param(".", "/x/out.py", "/x/out.py", id="absolute-outside"),
        pytest.param(".", "{root}2/a.py", "{root}2/a.py", id="only-alike"),
    ],
)
def test_from_root(
    repository: Path, monkeypatch: pytest.MonkeyPatch, here: str, path: str, expected: str
) -> None:
    (repository / "app").mkdir()
    monkeypatch.chdir(repository / here)
    known = {"root": str(repository), "above": str(repository.parent)}
    assert RepositoryPaths().from_root(path.format(**known)) == expected.format(**known)


def test_outside_of_a_repository_the_folder_is_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    assert RepositoryPaths().from_root("a.py") == "a.py"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("é𝒳 a.py", "é𝒳 a.py", id="any-letter"),
        pytest.param("a\udcff.py", "a\ufffd.py", id="not-utf-8"),
        pytest.param("a\nb.py", "a\nb.py", id="newline"),
    ],
)
def test_decodable(path: str, expected: str) -> None:
    assert decodable(path) == expected
