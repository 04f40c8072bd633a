"""A run over many files: the same report whatever the number of processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.engine.run import Report, Task, check_files
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.reports.json_format import render_json

CONFIG = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "old.Old"\nnew = "new.New"\n'


@pytest.fixture
def tasks(tmp_path: Path) -> list[Task]:
    (tmp_path / "ssot.toml").write_text(CONFIG)
    for number in range(400):
        text = "from old import Old\nOld()\n" if number % 7 == 0 else f"x = {number}\n"
        if number % 50 == 0:
            text = "def ("
        (tmp_path / f"m{number:03}.py").write_text(text)
    finder = ConfigFinder(fixed=load_file(str(tmp_path / "ssot.toml")))
    return [
        Task(path, Path(path).name, settings)
        for path, settings in find_files([str(tmp_path)], finder)
    ]


def document(report: Report) -> str:
    return "\n".join(render_json(report))


def test_the_number_of_processes_changes_nothing(tasks: list[Task]) -> None:
    alone = check_files(tasks, jobs=1)
    assert alone.files == 400
    assert len(alone.errors) == 8
    assert alone.statistics == {"SSOT001": 56, "SSOT002": 56}
    assert document(check_files(tasks, jobs=3)) == document(alone)


def test_broken_files_without_a_needle_are_found_only_if_all_are_parsed(tasks: list[Task]) -> None:
    quick = check_files(tasks, jobs=1, parses_all=False)
    assert quick.errors == ()
    assert quick.findings == check_files(tasks, jobs=1).findings


def test_progress_counts_every_file(tasks: list[Task]) -> None:
    counts: list[int] = []
    check_files(tasks, jobs=2, on_progress=counts.append)
    assert sum(counts) == 400


def test_a_file_that_vanishes_is_an_error_of_its_own(tasks: list[Task]) -> None:
    Path(tasks[3].path).unlink()
    report = check_files(tasks[:5], jobs=1)
    assert [(error.path, error.message) for error in report.errors if error.path == "m003.py"] == [
        ("m003.py", "cannot be read: No such file or directory")
    ]
