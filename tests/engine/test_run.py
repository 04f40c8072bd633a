"""A run over many files: the same report whatever the number of processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.engine.run import Report, check_files
from flake8_ssot_engine.engine.tasks import (
    MANY_FILES,
    Task,
    Tasks,
    by_settings,
    find_tasks,
    paths_of,
    tasks_among,
)
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


# --- the tasks that a walk finds


def found_below(root: Path) -> Tasks:
    return find_tasks({str(root): "."}, ConfigFinder())


def test_tasks_are_a_sequence_of_what_they_were_made_of(tmp_path: Path) -> None:
    for name in ("a.py", "b/c.py", "b/d.py", "z.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "ssot.toml").write_text(CONFIG)
    tasks = found_below(tmp_path)
    every = list(tasks)
    assert [task.shown_as for task in every] == ["a.py", "b/c.py", "b/d.py", "z.py"]
    assert [task.path for task in every] == list(tasks.paths)
    assert [tasks[at] for at in range(-4, 4)] == every * 2
    assert tasks[1:3] == every[1:3]
    assert len(tasks) == 4
    some = tasks_among(tasks, [every[2].path, every[3].path, "/elsewhere.py"])
    assert list(some) == tasks_among(every, paths_of(some)) == every[2:]
    assert list(paths_of(tasks)) == list(paths_of(every[::-1])) == [task.path for task in every]
    assert by_settings(tasks) == [(every[0].settings, tasks)]
    with pytest.raises(IndexError):
        tasks[4]


def test_tasks_have_the_names_by_which_their_folders_were_named(tmp_path: Path) -> None:
    for name in ("one/a.py", "one/two/b.py", "three/c.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    named = {str(tmp_path / "one"): "../x/one", str(tmp_path / "three" / "c.py"): "./c.py"}
    tasks = find_tasks(named, ConfigFinder())
    assert [task.shown_as for task in tasks] == ["../x/one/a.py", "../x/one/two/b.py", "c.py"]
    assert [task.shown_as for task in tasks[1:]] == ["../x/one/two/b.py", "c.py"]
    assert [task.shown_as for task in tasks_among(tasks, tasks.paths)] == [
        t.shown_as for t in tasks
    ]


def test_tasks_under_several_configurations_are_told_apart(tmp_path: Path) -> None:
    for name in ("a.py", "in/b.py", "in/c/d.py", "z.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "ssot.toml").write_text(CONFIG)
    (tmp_path / "in" / "ssot.toml").write_text(CONFIG)
    (outer, ours), (inner, others) = by_settings(found_below(tmp_path))
    assert (outer.root, inner.root) == (str(tmp_path), str(tmp_path / "in"))
    assert [task.shown_as for task in ours] == ["a.py", "z.py"]
    assert [task.shown_as for task in others] == ["in/b.py", "in/c/d.py"]
    assert {id(task.settings) for task in others} == {id(inner)}


def test_that_they_are_many_is_told_once_and_in_time(tmp_path: Path) -> None:
    for number in range(MANY_FILES + 1):
        folder = tmp_path / f"f{number // 10:03}"
        folder.mkdir(exist_ok=True)
        (folder / f"m{number}.py").write_text("")
    told: list[None] = []
    named = {str(tmp_path): "."}
    find_tasks(named, ConfigFinder(), on_many=lambda: told.append(None))
    assert len(told) == 1
    find_tasks({str(folder): "."}, ConfigFinder(), on_many=lambda: told.append(None))
    assert len(told) == 1
