"""The journal of a run: what is written is read again, whatever the files are called."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from flake8_ssot_engine.campaign.journal import (
    Change,
    Journal,
    JournalledFile,
    Run,
    State,
    digest,
    prepare_folder,
    read_runs,
)
from flake8_ssot_engine.errors import UsageError

FACTS = {"migration": "1", "phase": "first", "phases": ["first", "rest"]}
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")


def begin(root: Path, label: str = "first") -> Journal:
    return Journal.begin(str(root), label, {**FACTS, "phase": label})


def change(path: Path | str, before: bytes, after: bytes | None) -> Change:
    """Make a file, and return how it is about to change."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(before)
    return Change(str(path), before, after)


def only_run(root: Path) -> Run:
    (run,) = read_runs(str(root))
    return run


def lines_of(journal: Journal) -> list[bytes]:
    return (Path(journal.run.folder) / "journal.jsonl").read_bytes().splitlines()


# --- what is written is read again


def test_a_whole_run(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    one = change(tmp_path / "a.py", b"old a", b"new a")
    two = change(tmp_path / "sub/b.py", b"old b", None)
    os.chmod(one.path, 0o640)
    os.utime(one.path, ns=(7, 1_234_567_890_123_456_789))
    journal.record([one, two])
    journal.mark(State.COMMITTING)
    journal.mark(State.DONE, commit="abc", fixed=3)
    run = only_run(tmp_path)
    assert run.name == "0001-first"
    assert run.number == 1
    assert run.folder == str(tmp_path / ".ssot/runs/0001-first")
    assert run.state is State.DONE
    assert not run.is_unfinished
    assert not run.is_pruned
    assert {key: run.facts[key] for key in (*FACTS, "commit", "fixed")} == {
        **FACTS,
        "commit": "abc",
        "fixed": 3,
    }
    assert list(run.files) == [one.path, two.path], "in the order of the writes"
    assert run.files[one.path] == JournalledFile(
        one.path, digest(b"old a"), 0o640, 1_234_567_890_123_456_789, [digest(b"new a")]
    )
    assert run.files[two.path].after == [None]
    assert [run.content_before(file) for file in run.files.values()] == [b"old a", b"old b"]


def test_what_is_written_is_known_at_once(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    assert journal.run == only_run(tmp_path)
    journal.record([change(tmp_path / "a.py", b"old", b"new")])
    assert journal.run == only_run(tmp_path)
    journal.mark(State.RESTORED, because=["red"], left=["a.py"])
    assert journal.run == only_run(tmp_path)
    journal.prune()
    assert journal.run == only_run(tmp_path)


def test_another_journal_goes_on_with_a_run(tmp_path: Path) -> None:
    begin(tmp_path).record([change(tmp_path / "a.py", b"old", b"new")])
    again = Journal(only_run(tmp_path))
    again.mark(State.RESTORED)
    assert only_run(tmp_path).state is State.RESTORED
    assert list(only_run(tmp_path).files) == [str(tmp_path / "a.py")]


@pytest.mark.parametrize(
    "name",
    [
        "a b.py",
        "sub/deep/c.py",
        "'\".py",
        "ünïcode 日本 𝒳.py",
        "new\nline.py",
        "car\rriage.py",
        "\u2028\x85.py",
        "back\\slash.py",
        "-dash.py",
        "…/….py",
        ".hidden.py",
        "a" * 250 + ".py",
        pytest.param(os.fsdecode(b"\xff\xfe.py"), marks=LINUX, id="no-text"),
        pytest.param(os.fsdecode(b"d\xe9\xff/e\x80.py"), marks=LINUX, id="no-text-below"),
        pytest.param(
            "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"),
            marks=LINUX,
            id="half-a-pair",
        ),
    ],
)
def test_the_name_of_a_file(tmp_path: Path, name: str) -> None:
    path = os.path.join(str(tmp_path), name)
    begin(tmp_path).record([change(path, b"old", b"new")])
    run = only_run(tmp_path)
    assert list(run.files) == [path]
    assert run.content_before(run.files[path]) == b"old"
    text = (Path(run.folder) / "journal.jsonl").read_bytes()
    assert text.isascii()
    assert text.count(b"\n") == 2, "a line for each"
    assert json.loads(text.splitlines()[1])["file"] == name, "relative, so that a project may move"


def test_a_file_outside_the_project(tmp_path: Path) -> None:
    """Where a source root lies elsewhere, or a link leads there."""
    root = tmp_path / "project"
    root.mkdir()
    outside = change(tmp_path / "elsewhere/a.py", b"old", b"new")
    sibling = change(tmp_path / "project-2/a.py", b"old 2", b"new 2")
    begin(root).record([outside, sibling])
    run = only_run(root)
    assert list(run.files) == [outside.path, sibling.path]
    assert [json.loads(line)["file"] for line in lines_of(Journal(run))[1:]] == [
        outside.path,
        sibling.path,
    ]


def test_a_link_is_kept_as_what_it_points_to(tmp_path: Path) -> None:
    real = change(tmp_path / "real/a.py", b"old", b"new")
    (tmp_path / "link.py").symlink_to("real/a.py")
    begin(tmp_path).record([Change(str(tmp_path / "link.py"), b"old", b"new")])
    assert list(only_run(tmp_path).files) == [real.path]


def test_two_rounds_on_one_file(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    first = change(tmp_path / "a.py", b"old", b"newer")
    other = change(tmp_path / "b.py", b"other", b"other 2")
    os.utime(first.path, ns=(1, 111))
    journal.record([first, other])
    second = change(tmp_path / "a.py", b"newer", b"newest")
    os.utime(first.path, ns=(1, 222))
    journal.record([second])
    run = only_run(tmp_path)
    file = run.files[first.path]
    assert file.before == digest(b"old")
    assert file.after == [digest(b"newer"), digest(b"newest")]
    assert file.mtime == 111
    assert run.content_before(file) == b"old"
    assert list(run.files) == [first.path, other.path]
    images = os.listdir(Path(run.folder) / "before")
    assert sorted(images) == sorted([digest(b"old"), digest(b"other")])


def test_files_alike_share_a_content(tmp_path: Path) -> None:
    begin(tmp_path).record(
        [change(tmp_path / name, b"same", name.encode()) for name in ("a.py", "b.py")]
    )
    run = only_run(tmp_path)
    assert os.listdir(Path(run.folder) / "before") == [digest(b"same")]
    assert {run.content_before(file) for file in run.files.values()} == {b"same"}


@pytest.mark.parametrize("content", [b"", b"\0", b"\r\n\r", b"\xff" * 100_000], ids=len)
def test_whatever_a_file_holds(tmp_path: Path, content: bytes) -> None:
    begin(tmp_path).record([change(tmp_path / "a.py", content, b"new")])
    run = only_run(tmp_path)
    assert run.content_before(run.files[str(tmp_path / "a.py")]) == content


def test_nothing_to_record_writes_nothing(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    journal.record([])
    assert len(lines_of(journal)) == 1


# --- names of runs


@pytest.mark.parametrize(
    ("label", "folder"),
    [
        ("first", "0001-first"),
        ("Critical Path", "0001-critical-path"),
        ("a/../../b", "0001-a-b"),
        ("..", "0001-run"),
        ("", "0001-run"),
        ("日本", "0001-run"),
        ("  -x-  ", "0001-x"),
        ("a\nb\0c", "0001-a-b-c"),
        ("x" * 300, "0001-" + "x" * 40),
        ("7", "0001-7"),
        ("CON", "0001-con"),
    ],
)
def test_odd_labels(tmp_path: Path, label: str, folder: str) -> None:
    journal = begin(tmp_path, label)
    assert journal.run.name == folder
    assert os.path.dirname(journal.run.folder) == str(tmp_path / ".ssot/runs")
    run = only_run(tmp_path)
    assert run.name == folder
    assert run.facts["phase"] == label


def test_runs_are_numbered_and_read_in_their_order(tmp_path: Path) -> None:
    for _ in range(3):
        begin(tmp_path, "again")
    (tmp_path / ".ssot/runs/0002-again").rename(tmp_path / ".ssot/runs/9999-again")
    begin(tmp_path)
    begin(tmp_path)
    assert [run.name for run in read_runs(str(tmp_path))] == [
        "0001-again",
        "0003-again",
        "9999-again",
        "10000-first",
        "10001-first",
    ]


def test_the_number_of_a_run_that_is_gone_is_not_used_while_later_ones_stay(
    tmp_path: Path,
) -> None:
    begin(tmp_path)
    begin(tmp_path)
    os.unlink(tmp_path / ".ssot/runs/0001-first/journal.jsonl")
    assert begin(tmp_path).run.number == 3


def test_there_are_no_runs(tmp_path: Path) -> None:
    assert read_runs(str(tmp_path)) == []
    prepare_folder(str(tmp_path))
    assert read_runs(str(tmp_path)) == []
    assert os.listdir(tmp_path / ".ssot") == [".gitignore"]


# --- states


@pytest.mark.parametrize("has_files", [True, False])
@pytest.mark.parametrize("state", State)
def test_which_runs_are_unfinished(tmp_path: Path, state: State, has_files: bool) -> None:
    journal = begin(tmp_path)
    if has_files:
        journal.record([change(tmp_path / "a.py", b"old", b"new")])
    if state is not State.RUNNING:
        journal.mark(state)
    run = only_run(tmp_path)
    assert run.state is state
    on_the_way = (State.RUNNING, State.COMMITTING, State.RESTORING)
    is_unfinished = has_files and state in on_the_way
    assert run.is_unfinished == is_unfinished


def test_the_last_state_counts_and_facts_are_added_up(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    journal.mark(State.DONE, commit="abc")
    journal.mark(State.RESTORED, because=["asked for"])
    run = only_run(tmp_path)
    assert run.state is State.RESTORED
    assert run.facts["commit"] == "abc"
    assert run.facts["because"] == ["asked for"]


# --- bad luck


@pytest.mark.parametrize("torn", [b"{", b'{"state": "done"}', b"\0\0\0", b"\xff\xfe"])
def test_a_line_that_was_cut_short_is_dropped(tmp_path: Path, torn: bytes) -> None:
    journal = begin(tmp_path)
    path = Path(journal.run.folder) / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert only_run(tmp_path) == journal.run
    journal.mark(State.STOPPED)
    assert path.read_bytes().startswith(whole)
    assert len(lines_of(journal)) == 2
    assert only_run(tmp_path).state is State.STOPPED


def test_a_first_line_that_was_cut_short_is_no_run(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    path = Path(journal.run.folder) / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-1])
    assert read_runs(str(tmp_path)) == []


def test_a_file_that_is_gone_is_not_recorded_nor_those_beside_it(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    there = change(tmp_path / "a.py", b"old", b"new")
    gone = Change(str(tmp_path / "gone.py"), b"old", b"new")
    with pytest.raises(OSError, match="gone"):
        journal.record([there, gone])
    assert only_run(tmp_path).files == {}
    assert journal.run.files == {}


def test_an_image_that_cannot_be_written_leaves_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = begin(tmp_path)
    changes = [change(tmp_path / "a.py", b"old", b"new")]
    (Path(journal.run.folder) / "before").rmdir()
    with pytest.raises(OSError, match="before"):
        journal.record(changes)
    assert only_run(tmp_path).files == {}


@pytest.mark.parametrize("blocked", [".ssot", ".ssot/runs"])
def test_a_journal_that_cannot_be_kept(tmp_path: Path, blocked: str) -> None:
    path = tmp_path / blocked
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with pytest.raises(UsageError, match="cannot be kept") as caught:
        begin(tmp_path)
    assert blocked in str(caught.value)


def test_an_image_that_is_not_what_it_was(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    journal.record([change(tmp_path / "a.py", b"old", b"new")])
    (file,) = journal.run.files.values()
    image = Path(journal.run.folder) / "before" / file.before
    image.write_bytes(b"odd")
    with pytest.raises(ValueError, match="damaged") as caught:
        journal.run.content_before(file)
    assert str(image) in str(caught.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"garbage", "damaged"),
        (b"[]", "damaged"),
        (b'{"state": "paused"}', "damaged"),
        (b'{"file": "a.py"}', "damaged"),
        (b'{"journal": 2}', "another version"),
        (b'{"journal": "1"}', "another version"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path, line: bytes, told: str) -> None:
    journal = begin(tmp_path)
    path = Path(journal.run.folder) / "journal.jsonl"
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(UsageError, match=told) as caught:
        read_runs(str(tmp_path))
    assert str(path) in str(caught.value)


# --- the folder, the log, and pruning


def test_the_folder_is_out_of_the_sight_of_git(tmp_path: Path) -> None:
    folder = Path(prepare_folder(str(tmp_path)))
    ignore = folder / ".gitignore"
    assert "*" in ignore.read_text().splitlines()
    ignore.write_text("# mine\n*\n")
    prepare_folder(str(tmp_path))
    begin(tmp_path)
    assert ignore.read_text() == "# mine\n*\n"


def test_the_log_is_added_to(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    for chunk in (b"one\n", b"two\xff\n"):
        with journal.log() as log:
            log.write(chunk)
    assert Path(journal.run.log_path).read_bytes() == b"one\ntwo\xff\n"
    assert journal.run.log_path == str(tmp_path / ".ssot/runs/0001-first/output.log")


@pytest.mark.parametrize("has_log", [True, False])
def test_pruning_keeps_the_journal_alone(tmp_path: Path, has_log: bool) -> None:
    journal = begin(tmp_path)
    journal.record([change(tmp_path / "a.py", b"old", b"new")])
    journal.mark(State.DONE)
    if has_log:
        with journal.log():
            pass
    journal.prune()
    assert os.listdir(journal.run.folder) == ["journal.jsonl"]
    run = only_run(tmp_path)
    assert run.is_pruned
    assert run.state is State.DONE
    assert list(run.files) == [str(tmp_path / "a.py")]
    with pytest.raises(OSError, match="before"):
        run.content_before(run.files[str(tmp_path / "a.py")])


def test_nobody_else_may_write_the_images(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        journal = begin(tmp_path)
        journal.record([change(tmp_path / "a.py", b"secret", b"new")])
    finally:
        os.umask(before)
    for path in Path(journal.run.folder).rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o022
