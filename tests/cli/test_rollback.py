"""`ssot rollback` over small trees: what comes back, what is left, and damaged journals."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_engine.campaign.journal import Journal, State
from tests.cli.test_migrate import (
    EVERY,
    FIFO_SECONDS,
    FIRST,
    MOVES,
    SIGNAL_AT_A_WRITE,
    TWO_PHASES,
    USE,
    USE_FIXED,
    FileState,
    Ssot,
    changed_since,
    configure,
    cut_short,
    ended,
    first,
    fixed_in,
    in_process,
    lay_out,
    leave_git_alone,
    make_repository,
    phase,
    running,
    runs_of,
    states,
    states_of_runs,
    when_fixed,
    write,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the commands are for a POSIX shell")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def ssot(project: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Ssot:
    return in_process(capfdbinary)


@pytest.fixture
def before(project: Path, ssot: Ssot) -> dict[str, FileState]:
    """What the project was, before two phases of it were migrated."""
    was = states(project)
    assert ssot("migrate", "--all").code == 0
    assert fixed_in(project) == list(EVERY)
    return was


def journal_of(project: Path, number: int) -> Path:
    return Path(runs_of(project)[number - 1].folder) / "journal.jsonl"


def image_of(project: Path, number: int, name: str) -> Path:
    run = runs_of(project)[number - 1]
    return Path(run.folder) / "before" / run.files[str(project / name)].before


# --- which run


def test_the_last_run_then_the_one_before(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    answer = ssot("rollback")
    assert answer.code == 0
    assert "0002-rest" in answer.out
    assert "restored 1 file" in answer.out
    assert fixed_in(project) == list(FIRST)
    assert ssot("rollback").code == 0
    assert states(project) == before
    answer = ssot("rollback")
    assert answer.code == 2
    assert "no run to roll back" in answer.err
    assert "ssot rollback --list" in answer.err
    assert states(project) == before


@pytest.mark.parametrize("name", ["1", "0001", "0001-first", "first"])
def test_a_run_by_its_name(
    project: Path, ssot: Ssot, before: dict[str, FileState], name: str
) -> None:
    answer = ssot("rollback", name)
    assert answer.code == 0
    assert "0001-first" in answer.out
    assert fixed_in(project) == ["c.py"]
    assert changed_since(project, before) == ["c.py"]
    assert states_of_runs(project) == [State.RESTORED, State.DONE]


@pytest.mark.parametrize("name", ["7", "frist", "0001-rest", "-1", "1.0", "²", ""])
def test_an_unknown_run(project: Path, ssot: Ssot, before: dict[str, FileState], name: str) -> None:
    answer = ssot("rollback", "--", "1", name)
    assert answer.code == 2
    assert f"`{name}`" in answer.err
    assert "0001-first" in answer.err
    assert "0002-rest" in answer.err
    assert fixed_in(project) == list(EVERY), "not even the one that there is"
    assert states_of_runs(project) == [State.DONE, State.DONE]


@pytest.mark.parametrize("names", [["1", "2"], ["2", "1"], ["first", "rest"], ["1", "first", "2"]])
def test_several_runs_the_latest_first(
    project: Path, ssot: Ssot, before: dict[str, FileState], names: list[str]
) -> None:
    answer = ssot("rollback", *names)
    assert answer.code == 0
    assert answer.out.index("0002-rest") < answer.out.index("0001-first")
    assert states(project) == before


def test_a_phase_stands_for_its_last_run_that_changed_something(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    assert ssot("migrate", "--phase=first").code == 0
    configure(project, first("exit 1"), phase("rest", "**"))
    assert ssot("migrate", "--phase=first").code == 4
    assert [len(run.files) for run in runs_of(project)] == [2, 1, 0, 0]
    answer = ssot("rollback", "first")
    assert answer.code == 0
    assert fixed_in(project) == ["c.py"]


def test_without_a_name_runs_that_changed_nothing_do_not_count(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    assert ssot("migrate", "--phase=first").code == 0
    configure(project, first("exit 1"), phase("rest", "**"))
    assert ssot("migrate", "--phase=first").code == 4
    assert ssot("rollback").code == 0
    assert fixed_in(project) == list(FIRST)


def test_a_run_that_changed_nothing_stays_what_it_was(project: Path, ssot: Ssot) -> None:
    configure(project, first("exit 7"))
    assert ssot("migrate").code == 4
    ssot("rollback", "1")
    assert states_of_runs(project) == [State.STOPPED]
    assert "exit code 7" in ssot("rollback", "--list").out


def test_from_a_subfolder(
    project: Path, ssot: Ssot, before: dict[str, FileState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "app")
    assert ssot("rollback").code == 0
    assert ssot("rollback").code == 0
    assert states(project) == before
    assert not (project / "app/.ssot").exists()


def test_a_phase_that_the_configuration_has_no_more(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    configure(project)
    assert ssot("rollback", "first", "rest").code == 0
    assert fixed_in(project) == []


def test_a_project_that_was_moved(
    tmp_path: Path, project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    moved = tmp_path / "moved"
    project.rename(moved)
    os.chdir(moved)
    assert ssot("rollback", "1", "2").code == 0
    assert states(moved) == before


def test_nothing_was_ever_run(project: Path, ssot: Ssot) -> None:
    was = states(project)
    answer = ssot("rollback")
    assert answer.code == 2
    assert "no run to roll back" in answer.err
    assert ssot("rollback", "first").code == 2
    assert ssot("rollback", "--prune").code == 0
    assert states(project) == was


# --- what is left


def test_a_file_that_was_edited_since_is_named_and_left(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    (project / "app/b.py").write_text(USE_FIXED + "# mine\n")
    edited = states(project)
    answer = ssot("rollback", "1")
    assert answer.code == 1
    (line,) = (line for line in answer.out.splitlines() if "app/b.py" in line)
    assert "left" in line
    assert "changed" in line
    assert "restored 1 file" in answer.out
    after = states(project)
    assert after["app/b.py"] == edited["app/b.py"]
    assert after["app/a.py"] == before["app/a.py"]


def test_the_same_run_again_restores_what_was_left(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    (project / "app/b.py").write_text(USE_FIXED + "# mine\n")
    assert ssot("rollback", "1").code == 1
    assert ssot("rollback", "1").code == 1, "it is still edited"
    (project / "app/b.py").write_text(USE_FIXED)
    answer = ssot("rollback", "1")
    assert answer.code == 0
    assert "restored 1 file" in answer.out
    assert "1 were so already" in answer.out or "1 was so already" in answer.out
    assert changed_since(project, before) == ["c.py"]
    assert states(project)["app/b.py"] == before["app/b.py"]
    again = ssot("rollback", "1")
    assert again.code == 0
    assert "restored 0 files" in again.out


@pytest.mark.parametrize("command", [["migrate", "--resume"], ["rollback", "1"]])
def test_a_rollback_of_an_earlier_run_that_was_cut_short_is_ended(
    project: Path, ssot: Ssot, before: dict[str, FileState], command: list[str]
) -> None:
    Journal(runs_of(project)[0]).mark(State.RESTORING)
    (project / "app/b.py").write_text(USE)
    assert ssot("migrate", "--all").code == 2
    assert ssot(*command).code == 0
    assert fixed_in(project) == ["c.py"]
    assert changed_since(project, before) == ["c.py"]
    assert states_of_runs(project)[:2] == [State.RESTORED, State.DONE]


def test_the_last_run_is_the_same_until_nothing_of_it_is_left(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    """Who undoes his edit and asks again means the same run, not the one before."""
    (project / "c.py").write_text(USE_FIXED + "# mine\n")
    assert ssot("rollback").code == 1
    (project / "c.py").write_text(USE_FIXED)
    answer = ssot("rollback")
    assert "0002-rest" in answer.out
    assert fixed_in(project) == list(FIRST)


def test_an_edit_that_made_the_file_what_it_was(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    (project / "app/b.py").write_text(USE)
    answer = ssot("rollback", "1")
    assert answer.code == 0
    assert "restored 1 file" in answer.out
    assert changed_since(project, before) == ["c.py"]


@pytest.mark.parametrize("what", ["app/b.py", "app"])
def test_a_deleted_file_is_made_anew(
    project: Path, ssot: Ssot, what: str, before: dict[str, FileState]
) -> None:
    configure(project, first(), phase("rest", "**"))
    ssot("rollback", "1", "2")
    (project / "app/b.py").chmod(0o750)
    was = states(project)
    assert ssot("migrate", "--phase=first").code == 0
    for path in [project / what] if what.endswith(".py") else list((project / what).iterdir()):
        path.unlink()
    if what == "app":
        (project / what).rmdir()
        del was["app/__init__.py"]
    assert ssot("rollback").code == 0
    after = states(project)
    was["app"] = after["app"]
    assert after == was


@pytest.mark.parametrize(
    ("disturb", "told"),
    [
        pytest.param("rm app/b.py && mkdir app/b.py", "", id="a folder in its place"),
        pytest.param("rm app/b.py && mkfifo app/b.py", "", id="a pipe in its place"),
        pytest.param("ln app/b.py linked", "hard links", id="another hard link"),
        pytest.param(
            "rm app/b.py && ln -s ../notes.txt app/b.py", "changed", id="a link in its place"
        ),
        pytest.param("rm -r app && touch app", "", id="a file in the place of its folder"),
    ],
)
def test_a_file_that_cannot_be_restored_is_named_and_left(
    project: Path, disturb: str, told: str, before: dict[str, FileState]
) -> None:
    write(project, {"notes.txt": "mine\n"})
    assert os.system(disturb) == 0
    with running(project, "rollback", "1", "2") as process:
        answer = ended(process, within=FIFO_SECONDS)
    assert answer.code == 1
    assert "Traceback" not in answer.err
    (line,) = (line for line in answer.out.splitlines() if "left" in line and "app/b.py" in line)
    assert told in line
    assert (project / "notes.txt").read_text() == "mine\n"
    assert (project / "c.py").read_text() == USE
    if (project / "app/a.py").exists():
        assert (project / "app/a.py").read_text() == USE


# --- runs that share files


VALVES = """
[[migration]]
id = "2"
[[migration.move]]
old = "pkg.old.OldValve"
new = "pkg.new.NewValve"
"""
BOTH = "from pkg.old import OldEngine\nfrom pkg.old import OldValve\n\nprint(OldEngine, OldValve)\n"


@pytest.fixture
def tied(project: Path, ssot: Ssot) -> dict[str, FileState]:
    """What a project was before three runs, each of which shares a file with the next."""
    config = MOVES + phase("one", "app/**") + phase("three", "**")
    config += VALVES + phase("two", "**")
    old = "from pkg.new import NewEngine as OldEngine\nfrom pkg.new import NewValve as OldValve\n"
    write(
        project,
        {
            "ssot.toml": config,
            "pkg/old.py": old,
            "app/a.py": BOTH,
            "c.py": BOTH,
            "d.py": USE,
        },
    )
    was = states(project)
    for name in ("one", "two", "three"):
        assert ssot("migrate", f"--phase={name}").code == 0
    names = [{os.path.relpath(path) for path in run.files} for run in runs_of(project)]
    assert names == [{"app/a.py", "app/b.py"}, {"app/a.py", "c.py"}, {"c.py", "d.py"}]
    return was


def commands_in(text: str) -> list[list[str]]:
    found = re.findall(r"`ssot (rollback[^`]*)`", text)
    return [shlex.split(command) for command in found]


@pytest.mark.parametrize(
    ("names", "needed"),
    [
        (["1"], {"1", "2", "3"}),
        (["2"], {"2", "3"}),
        (["1", "2"], {"1", "2", "3"}),
        (["1", "3"], {"1", "2", "3"}),
    ],
)
def test_a_later_run_of_the_same_file_is_in_the_way(
    project: Path, ssot: Ssot, tied: dict[str, FileState], names: list[str], needed: set[str]
) -> None:
    now = states(project)
    answer = ssot("rollback", *names)
    assert answer.code == 2
    assert states(project) == now
    ((_, *numbers),) = commands_in(answer.err)
    assert set(numbers) == needed
    assert ssot("rollback", *numbers).code == 0
    assert all(states_of_runs(project)[int(n) - 1] is State.RESTORED for n in needed)
    if len(needed) == 3:
        assert states(project) == tied


def test_a_number_is_that_of_a_run_even_where_phases_are_called_by_numbers(
    project: Path, ssot: Ssot
) -> None:
    """The list and every message name runs by their numbers."""
    configure(project, phase("1", "app/**"), phase("2", "**"))
    assert ssot("migrate", "--phase=2").code == 0
    assert ssot("migrate", "--phase=1").code == 0
    assert [run.name for run in runs_of(project)] == ["0001-2", "0002-1"]
    assert ssot("rollback", "1").code == 0
    assert states_of_runs(project) == [State.RESTORED, State.DONE]
    assert fixed_in(project) == list(FIRST)


def test_a_later_run_that_was_undone_is_not_in_the_way(
    project: Path, ssot: Ssot, tied: dict[str, FileState]
) -> None:
    for number in ("3", "2", "1"):
        assert ssot("rollback", number).code == 0
    assert states(project) == tied


def test_a_later_run_of_other_files_is_not_in_the_way(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    assert ssot("rollback", "1").code == 0
    assert fixed_in(project) == ["c.py"]


# --- the list


def test_the_list(project: Path, ssot: Ssot) -> None:
    assert ssot("rollback", "--list").out == ""
    assert not (project / ".ssot").exists()
    configure(project, first("test ! -e ../red"), phase("rest", "c.py"), phase("x", "**"))
    (project / "../red").touch()
    assert ssot("migrate", "--phase=first").code == 4
    (project / "../red").unlink()
    assert ssot("migrate", "--phase=first").code == 0
    assert ssot("migrate", "--phase=rest").code == 0
    assert ssot("rollback").code == 0
    was = states(project)
    answer = ssot("rollback", "--list")
    assert answer.code == 0
    assert states(project) == was
    stopped, done, restored = answer.out.splitlines()
    assert stopped.startswith("0001-first ")
    assert "stopped" in stopped
    assert "exit code 1" in stopped
    assert done.startswith("0002-first ")
    assert "2 files, done" in done
    assert restored.startswith("0003-rest ")
    assert "1 file, restored" in restored
    assert re.search(r" \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", done)


def test_the_list_tells_what_was_left(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    (project / "c.py").write_text(USE_FIXED + "# mine\n")
    assert ssot("rollback").code == 1
    (line,) = (line for line in ssot("rollback", "--list").out.splitlines() if "0002" in line)
    assert "left" in line


def test_the_list_and_pruning_after_a_phase_that_left_violations(project: Path, ssot: Ssot) -> None:
    """What a run tells of violations left is no list of files left."""
    (project / "a_broken.py").write_text(USE + "\ndef\n")
    configure(project, phase("all", "**"))
    assert ssot("migrate").code == 0
    (line,) = ssot("rollback", "--list").out.splitlines()
    assert line.endswith(" files, done")
    assert ssot("rollback", "--prune").code == 0
    assert ssot("rollback", "--list").out.endswith(", done, pruned\n")


def test_the_list_names_what_was_cut_short(project: Path, ssot: Ssot) -> None:
    cut_short(project)
    assert "2 files, cut short" in ssot("rollback", "--list").out
    assert ssot("rollback").code == 0
    assert "cut short" not in ssot("rollback", "--list").out


# --- pruning


def test_prune(project: Path, ssot: Ssot, before: dict[str, FileState]) -> None:
    now = states(project)
    folders = [Path(run.folder) for run in runs_of(project)]
    answer = ssot("rollback", "--prune")
    assert answer.code == 0
    assert "2" in answer.out
    for folder in folders:
        assert [path.name for path in folder.iterdir()] == ["journal.jsonl"]
    for arguments in ([], ["1"], ["first"], ["2", "1"]):
        answer = ssot("rollback", *arguments)
        assert answer.code == 2
        assert "pruned" in answer.err
    listed = ssot("rollback", "--list").out.splitlines()
    assert len(listed) == 2
    assert all("pruned" in line for line in listed)
    assert "0 of 2" in ssot("rollback", "--prune").out
    assert states(project) == now
    configure(project, first(), phase("rest", "c.py"), phase("x", "d.py"))
    write(project, {"d.py": USE})
    assert ssot("migrate").code == 0
    assert runs_of(project)[-1].name == "0003-x"
    assert ssot("rollback").code == 0
    assert (project / "d.py").read_text() == USE


def test_prune_leaves_what_was_cut_short(project: Path, ssot: Ssot) -> None:
    configure(project, phase("rest", "c.py"))
    was = states(project)
    assert ssot("migrate").code == 0
    cut_short(project)
    answer = ssot("rollback", "--prune")
    assert answer.code == 0
    assert [run.is_pruned for run in runs_of(project)] == [True, False]
    assert ssot("rollback").code == 0
    assert changed_since(project, was) == ["c.py"]


def test_prune_leaves_no_run_behind_that_could_not_be_undone_in_full(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    """Where a file of it was left, its content of before is nowhere else."""
    (project / "c.py").write_text(USE_FIXED + "# mine\n")
    assert ssot("rollback").code == 1
    assert ssot("rollback", "--prune").code == 0
    image = runs_of(project)[1]
    (file,) = image.files.values()
    assert image.content_before(file) == USE.encode()


# --- damage


GARBAGE = [
    pytest.param(b"garbage\n", id="no JSON"),
    pytest.param(b"\xff\xfe\n", id="no text"),
    pytest.param(b"\n", id="an empty line"),
    pytest.param(b"{}{}\n", id="two documents"),
    pytest.param(b"[]\n", id="a list"),
    pytest.param(b"3\n", id="a number"),
    pytest.param(b"null\n", id="null"),
    pytest.param(b'"file"\n', id="a string"),
    pytest.param(b'{"file": "c.py"}\n', id="a file without hashes"),
    pytest.param(
        b'{"file": 3, "before": "", "after": "", "mode": 0, "mtime_ns": 0}\n', id="no name"
    ),
    pytest.param(b'{"state": "paused"}\n', id="an unknown state"),
    pytest.param(b'{"state": []}\n', id="no state"),
    pytest.param(b"\0" * 100 + b"\n", id="zeros"),
]


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("garbage", GARBAGE)
def test_a_damaged_journal(
    project: Path, ssot: Ssot, garbage: bytes, position: int, before: dict[str, FileState]
) -> None:
    path = journal_of(project, 1)
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = b"".join([*lines[:position], garbage, *lines[position + 1 :]])
    path.write_bytes(damaged)
    now = states(project)
    for arguments in (["rollback", "1"], ["rollback", "--prune"], ["migrate", "--all"]):
        answer = ssot(*arguments)
        assert answer.code == 2, answer
        assert f"{path}:{position + 1}: " in answer.err
        assert "damaged" in answer.err
        assert "Traceback" not in answer.err
    assert ssot("rollback", "--list").code == 2
    assert states(project) == now
    assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    ("key", "value"),
    [("mode", "rwx"), ("mtime_ns", None), ("before", 3)],
)
def test_a_journal_with_a_value_that_cannot_be(
    project: Path, ssot: Ssot, key: str, value: object, before: dict[str, FileState]
) -> None:
    path = journal_of(project, 1)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    (record,) = (line for line in lines if line.get("file") == "app/b.py")
    record[key] = value
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (project / "app/b.py").unlink()  # so that its mode is asked for
    answer = ssot("rollback", "1")
    assert answer.code in (1, 2)
    assert "Traceback" not in answer.err
    assert (project / "app/a.py").read_text() in (USE, USE_FIXED)


def test_a_journal_whose_first_line_lacks_the_time(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    path = journal_of(project, 1)
    head, *rest = path.read_text().splitlines()
    facts = json.loads(head)
    del facts["begun"]
    path.write_text("\n".join([json.dumps(facts), *rest, ""]))
    answer = ssot("rollback", "--list")
    assert answer.code in (0, 2)
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("damage", ["content", "gone", "empty", "folder"])
def test_a_damaged_image(
    project: Path, ssot: Ssot, damage: str, before: dict[str, FileState]
) -> None:
    write(project, {"app/b.py": USE_FIXED})
    other = "app/a.py"
    path = image_of(project, 2, "c.py")
    assert path.read_bytes() == USE.encode()
    if damage == "content":
        path.write_bytes(USE.encode() + b"#")
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    if damage == "folder":
        path.parent.rmdir()
    now = states(project)
    answer = ssot("rollback", "1", "2")
    assert answer.code == 1
    assert "Traceback" not in answer.err
    (line,) = (line for line in answer.out.splitlines() if "left" in line and "c.py" in line)
    if damage in ("content", "empty"):
        assert "damaged" in line
    assert states(project)["c.py"] == now["c.py"]
    assert states(project)[other] == before[other], "the other run is undone all the same"


def test_a_damaged_image_of_a_deleted_file_makes_no_file(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    image_of(project, 2, "c.py").write_bytes(b"what nobody wrote\n")
    (project / "c.py").unlink()
    assert ssot("rollback").code == 1
    assert not (project / "c.py").exists()


@pytest.mark.parametrize(
    "torn", [b"{", b'{"state": "rest', b'{"state": "restored"}', b"\0\0\0\0", b"\xff"]
)
def test_a_torn_last_line_is_dropped(
    project: Path, ssot: Ssot, torn: bytes, before: dict[str, FileState]
) -> None:
    path = journal_of(project, 2)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert ssot("rollback").code == 0
    assert fixed_in(project) == list(FIRST)
    after = path.read_bytes()
    assert after.startswith(whole)
    states = [json.loads(line)["state"] for line in after[len(whole) :].splitlines()]
    assert states == ["restoring", "restored"]
    assert ssot("rollback", "--list").code == 0


def test_a_run_without_a_whole_first_line_never_was(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    write(project, {".ssot/runs/0003-torn/journal.jsonl": '{"journal": 1, "be'})
    (project / ".ssot/runs/0004-empty").mkdir()
    write(project, {".ssot/runs/notes.txt": "mine\n"})
    answer = ssot("rollback", "--list")
    assert answer.code == 0, answer.err
    assert [line.split()[0] for line in answer.out.splitlines()] == ["0001-first", "0002-rest"]
    write(project, {"d.py": USE})
    assert ssot("migrate").code == 0
    assert runs_of(project)[-1].number == 5


@pytest.mark.parametrize("more", [[], [{"state": "paused"}], [{"file": "c.py", "hash": "0"}]])
def test_a_journal_of_another_version(
    project: Path, ssot: Ssot, more: list[object], before: dict[str, FileState]
) -> None:
    path = journal_of(project, 1)
    head, *rest = path.read_text().splitlines()
    head = json.dumps({**json.loads(head), "journal": 2})
    path.write_text("\n".join([head, *map(json.dumps, more), *rest, ""]))
    now = states(project)
    for arguments in (["rollback", "1"], ["migrate", "--all"]):
        answer = ssot(*arguments)
        assert answer.code == 2
        assert "another version" in answer.err
    assert states(project) == now


# --- signals


@pytest.mark.parametrize(
    ("number", "point"),
    [("SIGINT", "before it"), ("SIGINT", "after it"), ("SIGTERM", "after it")],
)
def test_a_signal_waits_until_all_is_restored(
    project: Path, number: str, point: str, before: dict[str, FileState]
) -> None:
    prelude = SIGNAL_AT_A_WRITE.format(number=number, call=1, point=point)
    with running(project, "rollback", "1", prelude=prelude) as process:
        answer = ended(process)
    assert answer.code in (0, 130)
    after = states(project)
    assert {name: after[name] for name in FIRST} == {name: before[name] for name in FIRST}
    assert states_of_runs(project)[0] is State.RESTORED


def test_a_kill_while_files_are_restored(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    prelude = SIGNAL_AT_A_WRITE.format(number="SIGKILL", call=1, point="after it")
    with running(project, "rollback", "1", prelude=prelude) as process:
        assert ended(process).code == -signal.SIGKILL
    assert ssot("rollback", "1").code == 0
    assert changed_since(project, before) == ["c.py"]


# --- git, and what else looks at the project


@pytest.fixture
def in_git(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    leave_git_alone(tmp_path, monkeypatch)
    return make_repository(project)


def test_git_does_not_see_our_folder(project: Path, ssot: Ssot, in_git: Callable[..., str]) -> None:
    assert ssot("migrate", "--all").code == 0
    assert (project / ".ssot/runs").is_dir()
    changed = in_git("status", "--porcelain").splitlines()
    assert changed == [f" M {name}" for name in EVERY]
    assert ssot("rollback", "1", "2").code == 0
    assert in_git("status", "--porcelain", "--untracked-files=all") == ""


def test_no_command_looks_into_our_folder(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    assert ssot("check").code == 0
    write(project, {".ssot/mine.py": USE, ".ssot/runs/0001-first/before/x.py": USE})
    answer = ssot("check")
    assert answer.code == 0, answer.out
    assert ssot("migrate", "--all").code == 0
    assert (project / ".ssot/mine.py").read_text() == USE


def test_a_run_with_a_commit(project: Path, ssot: Ssot, in_git: Callable[..., str]) -> None:
    was = states(project)
    assert ssot("migrate", "--phase=first", "--commit").code == 0
    head = in_git("rev-parse", "HEAD").strip()
    assert head[:10] in ssot("rollback", "--list").out
    answer = ssot("rollback")
    assert answer.code == 0
    assert head[:10] in answer.err
    assert "commit the restored files" in answer.err
    assert states(project) == was
    assert in_git("rev-parse", "HEAD").strip() == head, "history is not ours to change"
    assert in_git("status", "--porcelain").splitlines() == [f" M {name}" for name in FIRST]
    assert in_git("stash", "list") == ""


def test_hostile_names_are_escaped(project: Path, ssot: Ssot) -> None:
    name = "app/\x1b[31mred\nline.py"
    write(project, {name: USE})
    assert ssot("migrate", "--phase=first").code == 0
    (project / name).write_text("x = 'mine'\n")
    answer = ssot("rollback")
    assert answer.code == 1
    assert "\x1b" not in answer.out
    assert "app/\\u001b[31mred\\u000aline.py" in answer.out


def test_a_file_that_was_written_in_two_rounds(project: Path, ssot: Ssot) -> None:
    """The first keeps an alias for the sake of the other files, the second does away with it."""
    owner = "from pkg.old import OldEngine\n\nX = OldEngine\n"
    write(
        project,
        {
            "app/owner.py": owner,
            "app/setter.py": "import app.owner as m\nm.OldEngine = 1\n",
            "app/taker.py": "from app.owner import OldEngine\n",
        },
    )
    was = states(project)
    assert ssot("migrate", "--phase=first").code == 0
    assert len(runs_of(project)[0].files[str(project / "app/owner.py")].after) == 2
    assert "Old" not in (project / "app/owner.py").read_text()
    assert ssot("rollback").code == 0
    assert states(project) == was


def test_a_run_of_which_every_file_was_restored_by_hand(
    project: Path, ssot: Ssot, before: dict[str, FileState]
) -> None:
    """As the head of `campaign/journal.py` says how."""
    for line in journal_of(project, 1).read_text().splitlines():
        record = json.loads(line)
        if "file" in record:
            image = journal_of(project, 1).parent / "before" / record["before"]
            (project / record["file"]).write_bytes(image.read_bytes())
    assert changed_since(project, before) == ["c.py"]
    answer = ssot("rollback", "1")
    assert answer.code == 0
    assert "restored 0 files" in answer.out


def test_a_validator_that_only_fails_later(project: Path, ssot: Ssot) -> None:
    configure(project, first(when_fixed("true")), phase("rest", "**"))
    was = states(project)
    assert ssot("migrate", "--all").code == 0
    assert ssot("rollback", "first").code == 0
    write(project, {"ssot.toml": TWO_PHASES})
    assert ssot("migrate").code == 0, "a phase that was undone may be done again"
    assert fixed_in(project) == list(EVERY)
    assert ssot("rollback", "3", "2").code == 0
    assert changed_since(project, was) == ["ssot.toml"]
