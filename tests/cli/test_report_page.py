"""`ssot report`: the page for projects with and without history, and where it goes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.cli.main import main
from tests.reports.pages import Element, read_page
from tests.reports.test_html_page import data_of, entries_of
from tests.repositories import Repository, isolate_git

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

CONFIG = """\
[[migration]]
id = "1"
title = "Old to new"

[[migration.move]]
old = "pkg.old.Old"
new = "pkg.new.New"

[[migration.phase]]
name = "app"
paths = ["app/**"]
validate = ["pytest -q"]

[[migration]]
id = "2"

[[migration.move]]
old = "pkg.other.Other"
"""
USER = "from pkg.old import Old\n"
FILES = {
    "ssot.toml": CONFIG,
    "pkg/__init__.py": "",
    "pkg/new.py": "class New: ...\n",
    "pkg/old.py": "class Old: ...\n",
    "app/a.py": USER,
    "rest.py": USER + "\nOld()\n",
    "notes.md": "see `pkg.old.Old`\n",
}

Report = Callable[..., Element]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A project that git knows nothing of; whoever calls `ssot` stands in it."""
    isolate_git(monkeypatch, tmp_path / "nobody")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1773999000")
    tree = Repository(tmp_path / "tree")
    tree.write(FILES)
    monkeypatch.chdir(tree.top)
    return tree


@pytest.fixture
def report(tree: Repository, capsys: pytest.CaptureFixture[str]) -> Report:
    """Return a function that makes the page and reads it."""

    def run(*arguments: str) -> Element:
        assert main(["report", "--jobs=1", *arguments]) == 0
        assert "ssot-report.html" in capsys.readouterr().err
        return read_page((tree.top / "ssot-report.html").read_text("utf-8"))

    return run


def begin(tree: Repository) -> None:
    tree.git("init", "--quiet", "--initial-branch=main")


def left(page: Element) -> list[str]:
    """Return how many violations are left in each migration."""
    return [article.all("strong")[0].text for article in page.all("article")]


def lacks(page: Element) -> list[str]:
    notices = page.all("section", class_="notice")
    return [item.text for notice in notices for item in notice.all("li")]


def test_without_git(report: Report, tree: Repository) -> None:
    page = report()
    assert left(page) == ["4", "0"]
    (lack,) = lacks(page)
    assert "no history to look at" in lack
    assert not page.all("figure")
    assert {entry[0] for entry in entries_of(page)} == {"app/a.py", "rest.py", "notes.md"}


@needs_git
def test_in_an_empty_repository(report: Report, tree: Repository) -> None:
    begin(tree)
    page = report()
    assert left(page) == ["4", "0"]
    (lack,) = lacks(page)
    assert "no commit yet" in lack


@needs_git
def test_with_one_commit(report: Report, tree: Repository) -> None:
    begin(tree)
    commit = tree.commit()
    page = report()
    assert lacks(page) == [
        "How it got here, and when it would end: there is one commit to look at."
    ]
    assert commit[:12] in page.one("header").text
    figure = page.all("figure")[0]
    assert figure.one("table").rows()[0][1:] == [commit[:10], "4", "1", "3"]


@needs_git
def test_a_history_and_what_slipped_in(report: Report, tree: Repository) -> None:
    begin(tree)
    tree.commit()
    slipped = tree.commit({"app/b.py": USER, "app/<i>.py": USER})
    tree.commit({"rest.py": "\n"})
    page = report("--migration", "1")
    (article,) = page.all("article")
    rows = article.all("figure")[0].one("table").rows()
    assert [row[2] for row in rows] == ["4", "6", "4"]
    (commit,) = article.one("table", class_="cards commits").one("tbody").all("tr")
    assert slipped[:10] in commit.text
    assert "app/<i>.py:1 SSOT001 pkg.old.Old" in commit.text
    assert [chart["id"] for chart in data_of(page)["charts"]] == ["m1-phase", "m1-kind", "m1-code"]
    # What is committed is what is there: the last point and the list say the same.
    entries = entries_of(page)
    assert sum(entry[4] != "text" for entry in entries) == 4


@needs_git
def test_points_and_since(
    report: Report, tree: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Points are spread over time as well: commits on both sides of a second would move them.
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2030-01-01T12:00:00+0000")
    begin(tree)
    commits = [tree.commit({"app/a.py": USER * n}) for n in range(1, 6)]
    rows = report("--points", "3").all("figure")[0].one("table").rows()
    assert [row[1] for row in rows] == [commits[at][:10] for at in (4, 2, 0)]
    rows = report("--since", commits[3]).all("figure")[0].one("table").rows()
    assert [row[1] for row in rows] == [commits[at][:10] for at in (4, 3)]


@needs_git
def test_a_shallow_clone_is_told_of(
    report: Report, tree: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(tree)
    for number in range(1, 5):
        tree.commit({"app/a.py": USER * number})
    clone = tree.top.parent / "clone"
    tree.git("clone", "--quiet", "--depth=2", tree.top.as_uri(), str(clone))
    monkeypatch.chdir(clone)
    assert main(["report", "--jobs=1", "--quiet"]) == 0
    page = read_page((clone / "ssot-report.html").read_text("utf-8"))
    assert len(page.all("figure")[0].one("table").rows()) == 2


def test_the_same_bytes_again(report: Report, tree: Repository) -> None:
    report()
    first = (tree.top / "ssot-report.html").read_bytes()
    # Nor does the page count as a text that names the old symbol.
    report("--output", "ssot-report.html")
    assert (tree.top / "ssot-report.html").read_bytes() == first
    assert b"2026-03-20T09:30:00+00:00" in first


def test_to_standard_output(tree: Repository, capsysbinary: Any) -> None:
    assert main(["report", "--jobs=1", "--output", "-"]) == 0
    out = capsysbinary.readouterr().out
    assert out.startswith(b"<!DOCTYPE html>")
    assert not (tree.top / "ssot-report.html").exists()
    assert read_page(out.decode("utf-8")).one("h1").text == "2 migrations"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--migration", "3"], "--migration: there is no migration `3`; did you mean"),
        (["--output", "no/such/page.html"], "--output no/such/page.html: No such file"),
        (["--output", "."], "--output .: "),
        (["--format=markdown", "--points=3"], "--points: not with --format markdown"),
        (["--format=markdown", "--migration=1"], "--migration: not with --format markdown"),
        (["--since", "v0"], "there is no history to look at"),
    ],
)
def test_what_cannot_be_done(
    arguments: list[str], told: str, tree: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--jobs=1", *arguments]) == 2
    assert told in capsys.readouterr().err


@needs_git
def test_hostile_names_in_a_repository(report: Report, tree: Repository) -> None:
    begin(tree)
    tree.commit()
    name = "app/<script>alert(1)\u202e.py"
    if os.name != "nt":
        tree.write({name: USER})
        tree.git("add", "--all")
        tree.git("commit", "--quiet", "-m", "</script><img src=x onerror=alert(1)>\x1b[31m")
    page = report()
    text = json.dumps(data_of(page), ensure_ascii=True)
    assert "\\u202e" not in text.replace("\\\\u202e", "")
    assert not page.all("img")
    if os.name != "nt":
        assert "</script><img src=x onerror=alert(1)>\\u001b[31m" in page.one("main").text
