"""`ssot migrate` over small trees: phases, hostile validators, signals, git, and bad luck."""

from __future__ import annotations

import builtins
import contextlib
import errno
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flake8_ssot_engine.campaign.checks import Complaint
from flake8_ssot_engine.campaign.journal import Change, Journal, Run, State, read_runs
from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.project.writing import replace_file

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the commands are for a POSIX shell")

ROOT = Path(__file__).parents[2]
HANG_SECONDS = 60  # far more than anything here takes
FIFO_SECONDS = 20  # for what is read for ever where it goes wrong
IMPORT = "from pkg.old import OldEngine\n"
USE = IMPORT + "\n\ndef make():\n    return OldEngine\n"
USE_FIXED = USE.replace("pkg.old", "pkg.new").replace("OldEngine", "NewEngine")
MOVES = """\
source-roots = ["."]

[[migration]]
id = "1"
title = "Engines"

[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"
"""
HOMES = {
    "pkg/__init__.py": "",
    "pkg/new.py": "class NewEngine: ...\nclass NewValve: ...\n",
    "pkg/old.py": "from pkg.new import NewEngine as OldEngine\n",
    "app/__init__.py": "",
}
FIRST = ("app/a.py", "app/b.py")
"""The files of the first phase."""
REST = ("c.py",)
EVERY = (*FIRST, *REST)
LINKED = {
    "app/owner.py": "from pkg.old import OldEngine\n\nENGINES = [OldEngine]\n",
    "taker.py": "from app.owner import OldEngine\n\n\ndef take():\n    return OldEngine()\n",
}
"""Files that can only be changed together, of which one is in the first phase."""
LINKED_FIXED = {
    "app/owner.py": "from pkg.new import NewEngine\n\nENGINES = [NewEngine]\n",
    "taker.py": "from pkg.new import NewEngine\n\n\ndef take():\n    return NewEngine()\n",
}
WRITER = "flake8_ssot_engine.engine.transactions.replace_file"
OLD_TIME = 1_234_567_890_123_456_789


class Answer(NamedTuple):
    code: int
    out: str
    err: str


class FileState(NamedTuple):
    """All of a file that a restored phase must have left as it was."""

    mode: int
    mtime_ns: int
    content: bytes | str


Ssot = Callable[..., Answer]


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def phase(
    name: str,
    *paths: str,
    validate: Sequence[str | dict[str, object]] = (),
    timeout: str = f"{HANG_SECONDS}s",
    enforce: str = "ratchet",
) -> str:
    return (
        f"\n[[migration.phase]]\nname = {toml(name)}\npaths = {toml(paths)}\n"
        f"validate = {toml(validate)}\ntimeout = {toml(timeout)}\nenforce = {toml(enforce)}\n"
    )


def first(*validate: str | dict[str, object], timeout: str = f"{HANG_SECONDS}s") -> str:
    """Declare the first phase."""
    return phase("first", "app/**", validate=validate, timeout=timeout)


def when_fixed(command: str) -> str:
    """Return what runs a command only when the first phase has been written."""
    return f"if grep -q NewEngine app/a.py; then {command}; fi"


TWO_PHASES = MOVES + first() + phase("rest", "**")
RED_AFTER = MOVES + first(when_fixed("echo why; exit 3")) + phase("rest", "**")
SLEEPERS = "echo $$ >> ../pids; sleep 100 & echo $! >> ../pids; touch ../ready; wait"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def ssot(project: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Ssot:
    return in_process(capfdbinary)


def lay_out(folder: Path) -> None:
    """Make a project of two phases, whose files are old."""
    write(folder, {"ssot.toml": TWO_PHASES, **HOMES, **dict.fromkeys(EVERY, USE)})
    for path in folder.rglob("*.py"):
        os.utime(path, ns=(OLD_TIME, OLD_TIME))


def in_process(capfdbinary: pytest.CaptureFixture[bytes]) -> Ssot:
    """Return what runs `ssot` in this process and returns the exit code and both outputs."""

    def run(command: str, *arguments: str) -> Answer:
        sys.stdout.flush()
        capfdbinary.readouterr()
        jobs = ["--jobs=1"] if command in ("migrate", "check") else []
        try:
            code = main([command, *jobs, *arguments])
        except SystemExit as stop:  # argparse's own errors
            code = int(stop.code or 0)
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        out, err = captured.out.decode(errors="replace"), captured.err.decode(errors="replace")
        return Answer(int(code), out, err)

    return run


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def configure(project: Path, *phases: str) -> None:
    write(project, {"ssot.toml": MOVES + "".join(phases)})


def states(folder: Path) -> dict[str, FileState]:
    """Return all of every file but those of git and ours, and of what Python compiled."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if {".git", ".ssot", "__pycache__"} & set(path.relative_to(folder).parts):
            continue
        status = path.lstat()
        content = b"" if path.is_dir() else path.read_bytes()
        modified = 0 if path.is_dir() else status.st_mtime_ns
        found[os.fsdecode(path.relative_to(folder))] = FileState(status.st_mode, modified, content)
    return found


def changed_since(folder: Path, before: Mapping[str, FileState]) -> list[str]:
    """Return the files whose content is another than it was."""
    after = states(folder)
    names = sorted(before.keys() | after.keys())
    return [name for name in names if content_in(before, name) != content_in(after, name)]


def content_in(files: Mapping[str, FileState], name: str) -> bytes | str | None:
    return files[name].content if name in files else None


def fixed_in(project: Path) -> list[str]:
    """Return which files of the three are fixed."""
    return [name for name in EVERY if (project / name).read_text() == USE_FIXED]


def runs_of(project: Path) -> list[Run]:
    return read_runs(str(project))


def states_of_runs(project: Path) -> list[State]:
    return [run.state for run in runs_of(project)]


def log_of(project: Path, number: int = -1) -> bytes:
    return Path(runs_of(project)[number].log_path).read_bytes()


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def is_running(pid: int) -> bool:
    """Tell whether the process is there, and no zombie, which waits for process 1 only."""
    try:
        os.kill(pid, 0)
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (ProcessLookupError, FileNotFoundError):
        return False
    return True


@pytest.fixture
def pids(tmp_path: Path) -> Iterator[Path]:
    """The file in which validators note what they start; all that is left of it is ended."""
    file = tmp_path / "pids"
    file.touch()
    yield file
    for pid in living(file):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def living(pids: Path) -> list[int]:
    return [pid for pid in map(int, pids.read_text().split()) if is_running(pid)]


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be so"
        time.sleep(0.01)


# --- phases


def test_phases_are_run_in_their_order(tmp_path: Path, project: Path, ssot: Ssot) -> None:
    note = "echo {} >> ../order"
    configure(
        project,
        phase("zeta", "app/**", validate=[note.format("zeta")]),
        phase("alpha", "**", validate=[note.format("alpha")]),
    )
    answer = ssot("migrate", "--all")
    assert answer.code == 0, answer.err
    assert fixed_in(project) == list(EVERY)
    assert lines_of(tmp_path / "order") == ["zeta", "zeta", "alpha", "alpha"]
    places = [answer.out.index(text) for text in ("zeta (", "zeta: done", "alpha (", "alpha: done")]
    assert places == sorted(places)
    assert [run.facts["phase"] for run in runs_of(project)] == ["zeta", "alpha"]
    assert states_of_runs(project) == [State.DONE, State.DONE]


def test_a_file_belongs_to_the_first_phase_that_matches(project: Path, ssot: Ssot) -> None:
    configure(project, phase("first", "app/a.py"), phase("second", "app/**"), phase("x", "**"))
    assert ssot("migrate", "--phase=second").code == 0
    assert fixed_in(project) == ["app/b.py"]
    assert ssot("migrate", "--phase=x").code == 0
    assert fixed_in(project) == ["app/b.py", "c.py"]


@pytest.mark.parametrize(
    ("arguments", "fixed", "phases"),
    [
        pytest.param(["--phase=b"], ["app/b.py"], ["b"], id="one"),
        pytest.param(
            ["--phase=c", "--phase=a"], ["app/a.py", "c.py"], ["a", "c"], id="several, in order"
        ),
        pytest.param(["--phase=b", "--phase=b"], ["app/b.py"], ["b"], id="one twice"),
        pytest.param(["--all"], list(EVERY), ["a", "b", "c"], id="all"),
        pytest.param([], ["app/a.py"], ["a"], id="none"),
    ],
)
def test_which_phases(
    project: Path, ssot: Ssot, arguments: list[str], fixed: list[str], phases: list[str]
) -> None:
    configure(project, *(phase(name[-4], name) for name in EVERY))
    assert ssot("migrate", *arguments).code == 0
    assert fixed_in(project) == fixed
    assert [run.facts["phase"] for run in runs_of(project)] == phases


def test_without_an_option_the_first_phase_in_which_something_would_change(
    tmp_path: Path, project: Path, ssot: Ssot
) -> None:
    configure(project, first("echo first >> ../order"), phase("rest", "**"))
    assert ssot("migrate").code == 0
    assert fixed_in(project) == list(FIRST)
    assert ssot("migrate").code == 0
    assert fixed_in(project) == list(EVERY)
    before = states(tmp_path)
    answer = ssot("migrate")
    assert answer.code == 0
    assert "nothing left to fix" in answer.err
    assert states(tmp_path) == before
    assert len(runs_of(project)) == 2
    assert lines_of(tmp_path / "order") == ["first", "first"]


def test_a_phase_with_nothing_to_fix_says_so(project: Path, ssot: Ssot) -> None:
    assert ssot("migrate", "--phase=first").code == 0
    answer = ssot("migrate", "--phase=first")
    assert answer.code == 0
    assert "first: nothing to fix" in answer.out
    assert states_of_runs(project) == [State.DONE, State.DONE]


def test_a_phase_without_a_file_does_nothing(project: Path, ssot: Ssot) -> None:
    configure(project, phase("none", "nowhere/**"), first())
    before = states(project)
    answer = ssot("migrate", "--phase=none")
    assert answer.code == 0
    assert states(project) == before
    assert "none: nothing to fix" in answer.out
    assert "0 files" in answer.out
    assert "bridge" not in answer.out


@pytest.mark.parametrize(
    ("config", "arguments", "told"),
    [
        pytest.param(TWO_PHASES, ["--phase=frist"], "did you mean `first`?", id="misspelt"),
        pytest.param(
            TWO_PHASES, ["--phase=rest", "--phase=zzz"], "called `zzz`; did you", id="one of two"
        ),
        pytest.param(MOVES, [], "no phase", id="no phases"),
        pytest.param(MOVES, ["--all"], "no phase", id="no phases, --all"),
        pytest.param(MOVES, ["--dry-run"], "no phase", id="no phases, --dry-run"),
        pytest.param(MOVES, ["--phase=first"], "no phase", id="no phases, one named"),
        pytest.param(TWO_PHASES, ["--phase=rest", "--all"], "not allowed", id="--phase and --all"),
        pytest.param(TWO_PHASES, ["--resume", "--all"], "not allowed", id="--resume and --all"),
        pytest.param(TWO_PHASES, ["--jobs=0"], "at least 1", id="no processes"),
        pytest.param(TWO_PHASES, ["app"], "unrecognized", id="a path"),
        pytest.param(TWO_PHASES, ["--config=no.toml"], "no.toml", id="no such configuration"),
        pytest.param("exclud = []\n", ["--all"], "unknown key", id="a bad configuration"),
    ],
)
def test_usage_errors_exit_2_and_write_nothing(
    project: Path, ssot: Ssot, config: str, arguments: list[str], told: str
) -> None:
    write(project, {"ssot.toml": config})
    before = states(project)
    answer = ssot("migrate", *arguments)
    assert answer.code == 2
    assert told in answer.err
    assert answer.out == ""
    assert states(project) == before
    assert runs_of(project) == []


TWO_MIGRATIONS = (
    MOVES
    + first()
    + """
[[migration]]
id = "2"
[[migration.move]]
old = "pkg.old.OldValve"
new = "pkg.new.NewValve"
"""
)
BOTH = "from pkg.old import OldEngine\nfrom pkg.old import OldValve\n\nprint(OldEngine, OldValve)\n"


def test_a_phase_fixes_what_its_own_migration_moves(project: Path, ssot: Ssot) -> None:
    old = HOMES["pkg/old.py"] + "from pkg.new import NewValve as OldValve\n"
    config = TWO_MIGRATIONS + phase("second", "app/**")
    write(project, {"ssot.toml": config, "pkg/old.py": old, "app/a.py": BOTH})
    answer = ssot("migrate", "--phase=first")
    assert answer.code == 0, answer.out
    text = (project / "app/a.py").read_text()
    assert "NewEngine" in text
    assert "OldEngine" not in text
    assert "from pkg.old import OldValve" in text
    assert ssot("migrate", "--phase=second").code == 0
    assert "Old" not in (project / "app/a.py").read_text()
    assert [run.facts["migration"] for run in runs_of(project)] == ["1", "2"]


def test_a_phase_that_is_off_is_migrated_all_the_same(project: Path, ssot: Ssot) -> None:
    configure(project, phase("first", "app/**", enforce="off"))
    assert ssot("check", "app").code == 0
    assert ssot("migrate").code == 0
    assert fixed_in(project) == list(FIRST)


def test_the_files_of_a_nested_configuration_are_left_alone(project: Path, ssot: Ssot) -> None:
    write(project, {"app/nested/ssot.toml": MOVES, "app/nested/n.py": USE})
    before = states(project)
    assert ssot("migrate", "--all").code == 0
    assert changed_since(project, before) == list(EVERY)


def test_excluded_and_ignored_files_are_left_alone(project: Path, ssot: Ssot) -> None:
    write(
        project,
        {
            "ssot.toml": 'exclude = ["app/vendored/**"]\n' + TWO_PHASES,
            "app/vendored/v.py": USE,
            ".gitignore": "ignored.py\n",
            "app/ignored.py": USE,
        },
    )
    before = states(project)
    assert ssot("migrate", "--all").code == 0
    assert changed_since(project, before) == list(EVERY)


def test_from_a_subfolder(
    tmp_path: Path, project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project, first("pwd >> ../cwd"), phase("rest", "**"))
    monkeypatch.chdir(project / "app")
    answer = ssot("migrate", "--all")
    assert answer.code == 0
    assert fixed_in(project) == list(EVERY)
    assert lines_of(tmp_path / "cwd") == [str(project)] * 2
    assert (project / ".ssot").is_dir()
    assert not (project / "app/.ssot").exists()


def test_another_configuration(project: Path, ssot: Ssot) -> None:
    write(project, {"other.toml": MOVES + phase("other", "c.py")})
    assert ssot("migrate", "--config=other.toml").code == 0
    assert fixed_in(project) == ["c.py"]


def test_unsafe_fixes_only_when_they_are_asked_for(project: Path, ssot: Ssot) -> None:
    dynamic = IMPORT + "\n\ndef find(name):\n    return globals()['OldEngine']\n"
    configure(project, phase("only", "c.py"))
    write(project, {"c.py": dynamic})
    answer = ssot("migrate", "--all")
    assert answer.code == 0
    assert "left 1" in answer.out
    assert (project / "c.py").read_text() == dynamic
    assert ssot("migrate", "--all", "--unsafe").code == 0
    assert "NewEngine" in (project / "c.py").read_text()


# --- the plan


def test_dry_run_tells_all_and_writes_nothing(tmp_path: Path, project: Path, ssot: Ssot) -> None:
    write(project, LINKED)
    flaky = {"run": "touch ../ran", "retries": 2, "timeout": "90s"}
    configure(project, first("false", flaky, timeout="2m"), phase("rest", "**"))
    before = states(tmp_path)
    answer = ssot("migrate", "--dry-run")
    assert answer.code == 0
    assert states(tmp_path) == before
    assert not (project / ".ssot").exists()
    one, two = answer.out.split("phase rest")
    for name in (*FIRST, "app/owner.py"):
        assert any("outside" not in line for line in one.splitlines() if line.endswith(name))
    (taker,) = (line for line in one.splitlines() if line.endswith("taker.py"))
    assert "outside" in taker
    assert "false" in one
    assert "120 s" in one
    (validator,) = (line for line in one.splitlines() if "touch ../ran" in line)
    assert "90 s" in validator
    assert "2 retries" in validator
    assert "c.py" in two
    assert "validate" not in two


def test_dry_run_of_one_phase(project: Path, ssot: Ssot) -> None:
    answer = ssot("migrate", "--dry-run", "--phase=rest", "--commit")
    assert answer.code == 0
    assert "phase rest" in answer.out
    assert "first" not in answer.out
    assert fixed_in(project) == []


def test_dry_run_needs_no_lock_and_no_finished_runs(project: Path, ssot: Ssot) -> None:
    cut_short(project)
    with locked(project):
        assert ssot("migrate", "--dry-run").code == 0


# --- files outside a phase


def test_files_outside_are_named_before_anything_is_written(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, LINKED)

    def telling(path: str, *, before: bytes, after: bytes) -> None:
        os.write(1, os.fsencode(f"WRITE {os.path.relpath(path)}\n"))
        replace_file(path, before=before, after=after)

    monkeypatch.setattr(WRITER, telling)
    answer = ssot("migrate", "--phase=first")
    assert answer.code == 0
    lines = answer.out.splitlines()
    named = next(n for n, line in enumerate(lines) if "outside" in line and "taker.py" in line)
    written = [n for n, line in enumerate(lines) if line.startswith("WRITE ")]
    assert len(written) == 4
    assert named < min(written)
    assert {n: (project / n).read_text() for n in LINKED} == LINKED_FIXED
    assert (project / "c.py").read_text() == USE


def test_files_outside_are_restored_with_their_phase(project: Path, ssot: Ssot) -> None:
    write(project, {**LINKED, "ssot.toml": RED_AFTER})
    before = states(project)
    assert ssot("migrate").code == 4
    assert states(project) == before
    assert str(project / "taker.py") in runs_of(project)[0].files


def test_strict_changes_no_file_outside_and_names_the_alias(project: Path, ssot: Ssot) -> None:
    write(project, LINKED)
    before = states(project)
    answer = ssot("migrate", "--phase=first", "--strict")
    assert answer.code == 0, answer.out
    assert changed_since(project, before) == [*FIRST, "app/owner.py"]
    assert "from pkg.new import NewEngine as OldEngine\n" in (project / "app/owner.py").read_text()
    (told,) = (line for line in answer.out.splitlines() if "alias (" in line)
    assert "app/owner.py" in told
    assert "`OldEngine`" in told
    assert "taker.py" in told
    assert "--strict" in told


def test_strict_again_changes_nothing(project: Path, ssot: Ssot) -> None:
    write(project, LINKED)
    assert ssot("migrate", "--phase=first", "--strict").code == 0
    before = states(project)
    answer = ssot("migrate", "--phase=first", "--strict")
    assert answer.code == 0
    assert "nothing to fix" in answer.out
    assert states(project) == before


# --- red before


def test_red_before_changes_nothing(tmp_path: Path, project: Path, ssot: Ssot) -> None:
    configure(project, first("true", "echo the reason; exit 7"), phase("rest", "**"))
    before = states(project)
    answer = ssot("migrate", "--all")
    assert answer.code == 4
    assert states(project) == before
    assert "first: red before" in answer.out
    summary = answer.out.partition("first: red before")[2]
    assert "echo the reason; exit 7" in summary
    assert "exit code 7" in summary
    assert "| the reason" in summary
    assert "nothing was changed" in summary
    assert "--allow-red" in summary
    assert "phase 2" not in answer.out
    (run,) = runs_of(project)
    assert run.state is State.STOPPED
    assert b"the reason" in log_of(project)
    assert ssot("migrate", "--phase=rest").code == 0, "it holds nothing up"


def test_all_validators_are_asked_even_if_the_first_fails(project: Path, ssot: Ssot) -> None:
    configure(project, first("exit 7", "true", "exit 8"))
    summary = ssot("migrate").out.partition("first: red before")[2]
    assert "exit code 7" in summary
    assert "exit code 8" in summary


def test_only_the_end_of_a_long_output_is_shown(project: Path, ssot: Ssot) -> None:
    configure(project, first("seq 1 500; exit 1"))
    answer = ssot("migrate", "--quiet")
    assert answer.code == 4
    shown = [line for line in answer.out.splitlines() if "| " in line]
    assert shown[-1].endswith("| 500")
    assert len(shown) == 20
    assert b"\n1\n2\n3\n" in log_of(project)


def test_red_before_in_a_later_phase_leaves_the_earlier_ones(project: Path, ssot: Ssot) -> None:
    configure(project, first("true"), phase("rest", "**", validate=["exit 1"]))
    assert ssot("migrate", "--all").code == 4
    assert fixed_in(project) == list(FIRST)
    assert states_of_runs(project) == [State.DONE, State.STOPPED]


def test_allow_red_starts_all_the_same(tmp_path: Path, project: Path, ssot: Ssot) -> None:
    configure(project, first("exit 7", "echo green >> ../order"), phase("rest", "**"))
    answer = ssot("migrate", "--phase=first", "--allow-red")
    assert answer.code == 0
    assert fixed_in(project) == list(FIRST)
    assert "exit code 7" in answer.out
    assert lines_of(tmp_path / "order") == ["green", "green"]


def test_allow_red_allows_no_other_validator_to_fail(project: Path, ssot: Ssot) -> None:
    configure(project, first("exit 7", when_fixed("exit 8")))
    before = states(project)
    answer = ssot("migrate", "--allow-red")
    assert answer.code == 4
    assert states(project) == before
    summary = answer.out.partition("first: rolled back")[2]
    assert "exit code 8" in summary
    assert "exit code 7" not in summary


# --- red after


@pytest.mark.parametrize("mode", [0o755, 0o600, 0o664])
def test_red_after_restores_every_byte_mode_and_time(project: Path, ssot: Ssot, mode: int) -> None:
    write(project, {"ssot.toml": RED_AFTER})
    (project / "app/b.py").chmod(mode)
    before = states(project)
    answer = ssot("migrate", "--all")
    assert answer.code == 4
    assert states(project) == before
    summary = answer.out.partition("first: rolled back")[2]
    assert "exit code 3" in summary
    assert "| why" in summary
    assert "phase 2" not in answer.out
    (run,) = runs_of(project)
    assert run.state is State.RESTORED
    assert not run.is_unfinished


def test_validators_run_once_more_on_what_was_restored(
    tmp_path: Path, project: Path, ssot: Ssot
) -> None:
    seen = "grep -c NewEngine app/a.py >> ../seen; true"
    configure(project, first(seen, when_fixed("exit 1")))
    answer = ssot("migrate")
    assert answer.code == 4
    assert lines_of(tmp_path / "seen") == ["0", "2", "0"]
    again = answer.out.partition("restored 2 files")[2]
    assert again.count("green") == 2


def test_red_even_when_restored_is_told(tmp_path: Path, project: Path, ssot: Ssot) -> None:
    configure(project, first("test ! -e ../flag", when_fixed("touch ../flag; exit 1")))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert states(project) == before
    again = answer.out.partition("restored 2 files")[2]
    assert "test ! -e ../flag: red" in again


def test_the_log_has_the_whole_output(project: Path, ssot: Ssot) -> None:
    talk = f"echo to stdout; echo to stderr >&2; {when_fixed('echo fixed; exit 1')}"
    configure(project, first(talk))
    answer = ssot("migrate", "--quiet")
    assert answer.code == 4
    run = runs_of(project)[0]
    assert run.name == "0001-first"
    assert f".ssot/runs/{run.name}/output.log" in answer.out
    log = log_of(project).decode()
    assert log.count(f"$ {talk}") == 3
    assert log.count("to stdout\nto stderr\n") == 3
    assert log.count("fixed\n") == 1
    assert [log.index(f"# {word}\n") for word in ("before", "after", "restored")]


def test_output_is_shown_as_it_comes_unless_quiet(project: Path, ssot: Ssot) -> None:
    configure(project, first("echo spoken"), phase("rest", "**", validate=["echo spoken"]))
    assert ssot("migrate").out.count("\nspoken\n") == 2
    assert "\nspoken\n" not in ssot("migrate", "--quiet").out


def test_a_later_phase_that_is_red_leaves_the_earlier_ones(project: Path, ssot: Ssot) -> None:
    red = "if grep -q NewEngine c.py; then exit 5; fi"
    configure(project, first(), phase("rest", "c.py", validate=[red]), phase("x", "**"))
    answer = ssot("migrate", "--all")
    assert answer.code == 4
    assert fixed_in(project) == list(FIRST)
    assert states_of_runs(project) == [State.DONE, State.RESTORED]


@pytest.mark.parametrize(
    "check", ["not_as_written", "not_compiling", "broken_imports"], ids=lambda name: name
)
def test_a_check_of_our_own_that_fails(
    tmp_path: Path, project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch, check: str
) -> None:
    configure(project, first("echo asked >> ../order"))
    before = states(project)
    complaint = Complaint(str(project / "app/b.py"), "is not as it should be")
    where = f"flake8_ssot_engine.campaign.runner.{check}"
    monkeypatch.setattr(where, lambda *_: [complaint])
    answer = ssot("migrate")
    assert answer.code == 4
    assert states(project) == before
    assert "app/b.py: is not as it should be" in answer.out.partition("first: rolled back")[2]
    assert len(lines_of(tmp_path / "order")) == 2, "before, and once more: not on what is broken"


def test_what_could_be_fixed_further_fails(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"app/late.py": ""})
    before = states(project)

    def meddling(path: str, *, before: bytes, after: bytes) -> None:
        replace_file(path, before=before, after=after)
        write(project, {"app/late.py": USE})

    monkeypatch.setattr(WRITER, meddling)
    answer = ssot("migrate")
    assert answer.code == 4
    assert "app/late.py: could be fixed further" in answer.out
    assert changed_since(project, before) == ["app/late.py"], "that is somebody else's"


# --- hostile validators


@pytest.mark.parametrize("point", ["before", "after"])
@pytest.mark.parametrize(
    ("command", "told"),
    [
        pytest.param("echo shown; false", "exit code 1", id="fails"),
        pytest.param("echo shown; exit 200", "exit code 200", id="fails loudly"),
        pytest.param("echo shown; kill -9 $$", "signal 9", id="is killed"),
        pytest.param("echo shown; kill -TERM $$", "signal 15", id="is ended"),
        pytest.param("echo shown; no-such-command-anywhere", "127", id="is missing"),
        pytest.param("echo shown; ./notes.txt", "126", id="is not executable"),
        pytest.param("echo shown; 'unclosed", "exit code 2", id="is no shell"),
        pytest.param("echo shown; exec 1>&- 2>&-; exit 9", "exit code 9", id="falls silent"),
        pytest.param("echo shown; cat; exit 9", "exit code 9", id="reads"),
        pytest.param("printf 'shown\\n\\377\\0'; exit 9", "exit code 9", id="prints no text"),
    ],
)
def test_a_validator_that(project: Path, ssot: Ssot, command: str, told: str, point: str) -> None:
    if "unclosed" in command:  # which is no shell before either
        command = f"sh -c {shlex.quote(command)}"
    write(project, {"notes.txt": "echo executed"})
    configure(project, first(command if point == "before" else when_fixed(command)))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert states(project) == before
    outcome = "red before" if point == "before" else "rolled back"
    summary = answer.out.partition(f"first: {outcome}")[2]
    assert command in summary
    assert told in summary
    if "unclosed" not in command:
        assert "| shown" in summary
        assert b"shown\n" in log_of(project)


def test_a_validator_that_hangs_before(project: Path, ssot: Ssot, pids: Path) -> None:
    configure(project, first(SLEEPERS, timeout="300ms"))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert states(project) == before
    summary = answer.out.partition("first: red before")[2]
    assert SLEEPERS in summary
    assert "0.3 s" in summary
    assert living(pids) == []


def test_a_validator_that_hangs_after(project: Path, ssot: Ssot, pids: Path) -> None:
    # Time enough for it to find nothing to do on a busy machine.
    configure(project, first(when_fixed(SLEEPERS), timeout="2.5s"))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert states(project) == before
    assert "was still running after 2.5 s" in answer.out.partition("first: rolled back")[2]
    assert lines_of(pids)
    assert living(pids) == []


@pytest.mark.parametrize("code", [0, 1])
def test_a_validator_with_children_that_outlive_it(
    project: Path, ssot: Ssot, pids: Path, code: int
) -> None:
    configure(project, first(f"sleep 100 & echo $! >> ../pids; {when_fixed(f'exit {code}')}"))
    answer = ssot("migrate")
    assert answer.code == (4 if code else 0)
    assert fixed_in(project) == ([] if code else list(FIRST))
    assert len(lines_of(pids)) == (3 if code else 2)
    assert living(pids) == []


def test_a_validator_that_prints_a_great_deal(project: Path) -> None:
    size = 100_000_000
    configure(project, first(when_fixed(f"head -c {size} /dev/zero; echo end; exit 1")))
    before = states(project)
    with running(project, "migrate") as process:
        assert process.stdout is not None
        streamed, last = 0, b""
        while chunk := process.stdout.read(1_000_000):
            streamed += chunk.count(b"\0")
            last = (last + chunk)[-100_000:]  # an escape for each byte
        assert process.wait(HANG_SECONDS) == 4
    assert streamed >= size
    assert b"first: rolled back" in last
    assert b"| " in last
    log = Path(runs_of(project)[0].log_path)
    assert size < log.stat().st_size < size + 10_000
    log.unlink()  # it need not lie about until the tests are over
    assert states(project) == before


def test_terminal_escapes_of_a_validator_are_shown_as_such(project: Path, ssot: Ssot) -> None:
    configure(project, first("printf 'a\\033]0;title\\007b\\n'; exit 1"))
    answer = ssot("migrate", "--quiet")
    assert answer.code == 4
    assert "\x1b" not in answer.out
    assert "\\u001b]0;title\\u0007b" in answer.out


@pytest.mark.parametrize("code", [0, 1])
def test_a_validator_that_edits_a_file_of_the_phase(project: Path, ssot: Ssot, code: int) -> None:
    command = when_fixed(f"echo '# mine' >> app/b.py; exit {code}")
    configure(project, first(command))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert changed_since(project, before) == ["app/b.py"]
    assert (project / "app/b.py").read_text() == USE_FIXED + "# mine\n"
    after = states(project)
    del before["app/b.py"], after["app/b.py"]
    assert after == before
    assert any("left" in line and "app/b.py" in line for line in answer.out.splitlines())
    summary = answer.out.partition("first: rolled back")[2]
    assert command in summary
    assert "app/b.py" in summary
    assert "edited" in summary
    assert ("exit code 1" in summary) == bool(code)


def test_the_validator_that_edits_is_named_and_no_other(project: Path, ssot: Ssot) -> None:
    edits = when_fixed("echo '# mine' >> app/b.py")
    configure(project, first("echo one", edits, "echo three"))
    summary = ssot("migrate").out.partition("first: rolled back")[2]
    assert edits in summary
    assert "echo one" not in summary
    assert "echo three" not in summary


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize("command", ["rm app/b.py", "mv app/b.py app/moved.txt", "rm -r app"])
def test_a_validator_that_deletes_a_file_of_the_phase(
    project: Path, ssot: Ssot, command: str, code: int
) -> None:
    configure(project, first(when_fixed(f"{command}; exit {code}")))
    (project / "app/b.py").chmod(0o750)
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    after = states(project)
    after.pop("app/moved.txt", None)
    if command == "rm -r app":  # what was no file of the phase is not ours to make
        del before["app/__init__.py"]
        before["app"] = after["app"]
    assert after == before
    summary = answer.out.partition("first: rolled back")[2]
    assert "app/b.py was deleted" in summary


def test_a_validator_that_puts_a_folder_in_the_place_of_a_file(project: Path, ssot: Ssot) -> None:
    configure(project, first(when_fixed("rm app/b.py; mkdir app/b.py")))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert "Traceback" not in answer.err
    assert (project / "app/b.py").is_dir()
    assert states(project)["app/a.py"] == before["app/a.py"]
    assert any("left" in line and "app/b.py" in line for line in answer.out.splitlines())


def test_a_validator_that_puts_a_pipe_in_the_place_of_a_file(project: Path) -> None:
    configure(project, first(when_fixed("rm app/b.py; mkfifo app/b.py")))
    before = states(project)
    with running(project, "migrate") as process:
        answer = ended(process, within=FIFO_SECONDS)
    assert answer.code == 4
    assert "Traceback" not in answer.err
    assert (project / "app/b.py").is_fifo()
    assert any("left" in line and "app/b.py" in line for line in answer.out.splitlines())
    (project / "app/b.py").unlink()
    assert states(project)["app/a.py"] == before["app/a.py"]


def test_a_validator_that_changes_the_mode_of_a_file(project: Path, ssot: Ssot) -> None:
    configure(project, first(when_fixed("chmod 755 app/b.py; exit 1")))
    before = states(project)
    assert ssot("migrate").code == 4
    assert states(project) == before


def test_a_validator_that_undoes_the_phase_itself(project: Path, ssot: Ssot) -> None:
    keep = "test -e ../b || cp -p app/b.py ../b"
    configure(project, first(keep, when_fixed("cp -p ../b app/b.py")))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert states(project) == before
    assert "app/b.py" in answer.out.partition("first: rolled back")[2]


@pytest.mark.parametrize("code", [0, 1])
def test_a_validator_that_edits_a_file_of_no_phase_may(
    project: Path, ssot: Ssot, code: int
) -> None:
    write(project, {"notes.txt": "mine\n"})
    mine = "echo more >> notes.txt; echo new > app/new.txt; echo '# more' >> c.py"
    configure(project, first(when_fixed(f"{mine}; exit {code}")), phase("rest", "**"))
    assert ssot("migrate").code == (4 if code else 0)
    assert (project / "notes.txt").read_text() == "mine\nmore\n"
    assert (project / "app/new.txt").read_text() == "new\n"
    assert (project / "c.py").read_text() == USE + "# more\n"
    assert fixed_in(project) == ([] if code else list(FIRST))


def test_a_validator_that_edits_each_time_it_runs(project: Path, ssot: Ssot) -> None:
    configure(project, first("echo '# more' >> app/b.py"))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert (project / "app/b.py").read_text().count("# more") == 3
    assert states(project)["app/a.py"] == before["app/a.py"]
    assert states_of_runs(project) == [State.RESTORED]


@pytest.mark.parametrize("code", [0, 1])
def test_a_validator_that_removes_our_folder(project: Path, ssot: Ssot, code: int) -> None:
    # `git clean -fdx` does it.
    configure(project, first(when_fixed(f"rm -r .ssot; exit {code}")))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert "Traceback" not in answer.err
    assert states(project) == before


@pytest.mark.parametrize(
    ("retries", "passes_at", "code"),
    [
        pytest.param(2, 2, 0, id="the second try passes"),
        pytest.param(2, 3, 0, id="the last try passes"),
        pytest.param(1, 3, 4, id="no try is left"),
        pytest.param(0, 2, 4, id="no retries"),
    ],
)
@pytest.mark.parametrize("point", ["before", "after"])
def test_a_flaky_validator(
    tmp_path: Path, project: Path, ssot: Ssot, retries: int, passes_at: int, code: int, point: str
) -> None:
    flaky = f"echo try >> ../tries; test $(wc -l < ../tries) -ge {passes_at}"
    command = flaky if point == "before" else when_fixed(flaky)
    configure(project, first({"run": command, "retries": retries}))
    answer = ssot("migrate")
    assert answer.code == code
    assert fixed_in(project) == ([] if code else list(FIRST))
    if code:
        assert len(lines_of(tmp_path / "tries")) == retries + 1
        assert (f"exit code 1, {retries + 1} times" in answer.out) == bool(retries)
    else:
        assert f"passed at try {passes_at}" in answer.out


def test_a_missing_validator_is_not_tried_again(tmp_path: Path, project: Path, ssot: Ssot) -> None:
    configure(project, first({"run": "echo try >> ../tries; no-such-command", "retries": 3}))
    assert ssot("migrate").code == 4
    assert lines_of(tmp_path / "tries") == ["try"]


def test_a_validator_may_be_ssot_itself(project: Path, ssot: Ssot) -> None:
    command = shlex.join([sys.executable, "-m", "flake8_ssot_engine", "check", "pkg"])
    configure(project, first(command))
    assert ssot("migrate").code == 0
    assert fixed_in(project) == list(FIRST)


def test_what_a_validator_compiled_of_the_phase_does_not_outlive_it(
    project: Path, ssot: Ssot
) -> None:
    """PEP 552: a compiled file counts by the size and time (in seconds) of its source."""
    configure(project, first("true"))
    write(
        project, {"app/a.py": "from pkg.old import OldEngine as Engine\nNAME = Engine.__name__\n"}
    )
    look = shlex.join([sys.executable, "-c", "import app.a, app.b; app.a.Engine; app.b.make()"])
    configure(project, first(look, when_fixed("exit 1")))
    assert ssot("migrate").code == 4
    name = "import app.b; print(app.b.make.__code__.co_names)"
    done = subprocess.run([sys.executable, "-c", name], capture_output=True, check=True, text=True)
    assert "OldEngine" in done.stdout


# --- signals


PROGRAM = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
from flake8_ssot_engine.cli.main import main
{prelude}
sys.exit(main())
"""


@contextmanager
def running(project: Path, *arguments: str, prelude: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run `ssot` as a process of its own, one that can be interrupted."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(prelude=prelude), *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[bytes], *, within: float = HANG_SECONDS) -> Answer:
    out, err = process.communicate(timeout=within)
    return Answer(process.returncode, out.decode(), err.decode())


@pytest.mark.parametrize("point", ["before", "after"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_a_validator_runs(
    tmp_path: Path, project: Path, ssot: Ssot, pids: Path, number: signal.Signals, point: str
) -> None:
    command = SLEEPERS if point == "before" else when_fixed(SLEEPERS)
    configure(project, first(command), phase("rest", "**"))
    before = states(project)
    with running(project, "migrate", "--all") as process:
        until((tmp_path / "ready").exists)
        assert fixed_in(project) == ([] if point == "before" else list(FIRST))
        process.send_signal(number)
        answer = ended(process)
    assert answer.code == 130
    assert answer.err == "ssot: interrupted\n"
    assert states(project) == before
    assert len(lines_of(pids)) == 2
    assert living(pids) == []
    state = State.STOPPED if point == "before" else State.RESTORED
    assert states_of_runs(project) == [state]
    (line,) = ssot("rollback", "--list").out.splitlines()
    assert "0001-first" in line
    assert state.value in line
    assert ("2 files" if point == "after" else "0 files") in line
    configure(project, first(), phase("rest", "**"))
    assert ssot("migrate").code == 0, "nothing is left unfinished"


def test_a_signal_in_a_later_phase_leaves_the_earlier_ones(
    tmp_path: Path, project: Path, pids: Path
) -> None:
    sleepers = f"if grep -q NewEngine c.py; then {SLEEPERS}; fi"
    configure(project, first(), phase("rest", "**", validate=[sleepers]))
    with running(project, "migrate", "--all") as process:
        until((tmp_path / "ready").exists)
        process.send_signal(signal.SIGINT)
        assert ended(process).code == 130
    assert fixed_in(project) == list(FIRST)
    assert states_of_runs(project) == [State.DONE, State.RESTORED]


def test_a_signal_while_validators_run_once_more(tmp_path: Path, project: Path, pids: Path) -> None:
    again = f"if [ -e ../red ] && ! grep -q NewEngine app/a.py; then {SLEEPERS}; fi"
    configure(project, first(when_fixed("touch ../red; exit 1"), again))
    before = states(project)
    with running(project, "migrate") as process:
        until((tmp_path / "ready").exists)
        assert states(project) == before
        process.send_signal(signal.SIGINT)
        assert ended(process).code == 130
    assert states(project) == before
    assert living(pids) == []
    assert states_of_runs(project) == [State.RESTORED]


def test_two_interrupts_end_a_stubborn_validator_and_restore_all_the_same(
    tmp_path: Path, project: Path, pids: Path
) -> None:
    configure(project, first(when_fixed(f"trap '' TERM; {SLEEPERS}; {SLEEPERS}")))
    before = states(project)
    with running(project, "migrate") as process:
        until((tmp_path / "ready").exists)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert ended(process).code == 130
    assert states(project) == before
    assert living(pids) == []
    assert states_of_runs(project) == [State.RESTORED]


def test_hanging_up_is_ignored_where_it_was_asked_for(
    tmp_path: Path, project: Path, pids: Path
) -> None:
    """As `nohup` does it."""
    wait = "touch ../ready; while [ ! -e ../go ]; do sleep 0.01; done"
    configure(project, first(when_fixed(wait)))
    with running(
        project, "migrate", prelude="signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    ) as process:
        until((tmp_path / "ready").exists)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        (tmp_path / "go").touch()
        assert ended(process).code == 0
    assert fixed_in(project) == list(FIRST)


CTRL_C_AT_IDLE_WORKERS = """
import concurrent.futures, time
real = concurrent.futures.wait
def wait_and_interrupt(futures, *arguments):
    answer = real(futures)
    time.sleep(0.2)
    os.killpg(0, signal.SIGINT)
    return answer
concurrent.futures.wait = wait_and_interrupt
os.setsid()
"""


def test_ctrl_c_reaches_the_worker_processes_and_they_say_nothing(project: Path) -> None:
    """A terminal sends it to all of them; what one says, holds or leaves then is in the way."""
    write(project, {f"app/m{number}.py": USE for number in range(70)})
    before = states(project)
    with running(project, "migrate", "--jobs=2", prelude=CTRL_C_AT_IDLE_WORKERS) as process:
        answer = ended(process)
    assert answer.code == 130
    assert answer.err == "ssot: interrupted\n"
    assert states(project) == before


SIGNAL_AT_A_WRITE = """
real, calls = os.replace, []
def replace(source, target):
    if "/.ssot/" in target:
        return real(source, target)
    calls.append(target)
    is_due = len(calls) == {call}
    if is_due and {point!r} == "before it":
        os.kill(os.getpid(), signal.{number})
    real(source, target)
    if is_due and {point!r} == "after it":
        os.kill(os.getpid(), signal.{number})
os.replace = replace
"""
"""Sends itself a signal at one of the times that it replaces a file."""


@pytest.mark.parametrize(
    ("number", "call", "point"),
    [
        ("SIGINT", 1, "before it"),
        ("SIGINT", 1, "after it"),
        ("SIGINT", 2, "after it"),
        ("SIGTERM", 2, "before it"),
        ("SIGTERM", 2, "after it"),
    ],
)
def test_a_signal_while_files_are_written(
    project: Path, number: str, call: int, point: str
) -> None:
    before = states(project)
    prelude = SIGNAL_AT_A_WRITE.format(number=number, call=call, point=point)
    with running(project, "migrate", prelude=prelude) as process:
        assert ended(process).code == 130
    assert changed_since(project, before) == []
    assert not list(project.rglob("*.tmp"))
    assert states_of_runs(project) == [State.RESTORED]


def test_a_signal_while_files_are_written_leaves_the_times_too(project: Path) -> None:
    before = states(project)
    prelude = SIGNAL_AT_A_WRITE.format(number="SIGINT", call=2, point="after it")
    with running(project, "migrate", prelude=prelude) as process:
        assert ended(process).code == 130
    assert states(project) == before


@pytest.mark.parametrize(
    ("number", "call"), [("SIGINT", 3), ("SIGINT", 4), ("SIGTERM", 3), ("SIGHUP", 4)]
)
@pytest.mark.parametrize("because", ["exit 1", "kill -INT $PPID; sleep 100"])
def test_a_signal_while_files_are_restored_waits(
    project: Path, number: str, call: int, because: str
) -> None:
    """Two files are written by then; a CI system sends one signal after another."""
    configure(project, first(when_fixed(because)))
    before = states(project)
    prelude = SIGNAL_AT_A_WRITE.format(number=number, call=call, point="before it")
    with running(project, "migrate", prelude=prelude) as process:
        answer = ended(process)
    assert states_of_runs(project) == [State.RESTORED]
    assert states(project) == before
    assert answer.code in ((4, 130) if because == "exit 1" else (130,))


def test_a_reader_that_goes_away_leaves_nothing_unfinished(project: Path) -> None:
    configure(project, first(when_fixed("seq 1 100000")))
    before = states(project)
    done = subprocess.run(
        f"{shlex.quote(sys.executable)} -m flake8_ssot_engine migrate | head -n 1",
        shell=True,
        cwd=project,
        capture_output=True,
        check=False,
        timeout=HANG_SECONDS,
    )
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr
    (run,) = runs_of(project)
    assert not run.is_unfinished
    if run.state is not State.DONE:
        assert states(project) == before


# --- a run that was cut short


def cut_short(project: Path, phases: Sequence[str] = ("first", "rest")) -> Journal:
    """Make what a kill leaves, after the first of two files was written."""
    options = {"allow_unsafe": False, "allow_red": False, "is_strict": False, "commits": False}
    facts = {"migration": "1", "phase": "first", "phases": list(phases), "options": options}
    journal = Journal.begin(str(project), "first", facts)
    changes = [Change(str(project / name), USE.encode(), USE_FIXED.encode()) for name in FIRST]
    journal.record(changes)
    write(project, {FIRST[0]: USE_FIXED})
    return journal


@pytest.mark.parametrize("arguments", [[], ["--all"], ["--phase=rest"], ["--phase=first"]])
def test_a_run_that_was_cut_short_is_in_the_way(
    project: Path, ssot: Ssot, arguments: list[str]
) -> None:
    cut_short(project)
    before = states(project)
    answer = ssot("migrate", *arguments)
    assert answer.code == 2
    assert "0001-first" in answer.err
    assert "`ssot migrate --resume`" in answer.err
    assert "`ssot rollback`" in answer.err
    assert states(project) == before
    assert len(runs_of(project)) == 1


def test_resume_undoes_what_was_cut_short_and_goes_on(project: Path, ssot: Ssot) -> None:
    cut_short(project)
    answer = ssot("migrate", "--resume")
    assert answer.code == 0
    assert "restored 1 file" in answer.out
    assert fixed_in(project) == list(EVERY)
    assert states_of_runs(project) == [State.RESTORED, State.DONE, State.DONE]


def test_rollback_undoes_what_was_cut_short(project: Path, ssot: Ssot) -> None:
    before = states(project)
    cut_short(project)
    assert ssot("rollback").code == 0
    assert states(project) == before
    assert ssot("migrate").code == 0


def test_resume_leaves_what_was_edited_since(project: Path, ssot: Ssot) -> None:
    cut_short(project)
    write(project, {"app/a.py": USE_FIXED + "# mine\n"})
    before = states(project)
    answer = ssot("migrate", "--resume")
    assert answer.code == 1
    assert "app/a.py" in answer.out
    assert states(project) == before
    assert len(runs_of(project)) == 1


@pytest.mark.parametrize("way", ["resume", "rollback"])
def test_a_kill_while_a_validator_runs(
    tmp_path: Path, project: Path, ssot: Ssot, pids: Path, way: str
) -> None:
    configure(project, first(when_fixed(SLEEPERS)), phase("rest", "**"))
    before = states(project)
    with running(project, "migrate", "--all") as process:
        until((tmp_path / "ready").exists)
        process.kill()
        assert ended(process).code == -signal.SIGKILL
    assert fixed_in(project) == list(FIRST)
    assert "cut short" in ssot("rollback", "--list").out
    assert ssot("migrate").code == 2
    if way == "rollback":
        assert ssot("rollback").code == 0
        assert states(project) == before | {"ssot.toml": states(project)["ssot.toml"]}
    else:
        configure(project, first(), phase("rest", "**"))
        assert ssot("migrate", "--resume").code == 0
        assert fixed_in(project) == list(EVERY)


# --- going on


def test_resume_after_a_failed_phase_does_it_and_the_rest(project: Path, ssot: Ssot) -> None:
    red = "if grep -q NewEngine c.py && [ ! -e ../mended ]; then exit 5; fi"
    configure(
        project,
        first(),
        phase("second", "c.py", validate=[red]),
        phase("third", "d.py", validate=["true"]),
    )
    write(project, {"d.py": USE})
    assert ssot("migrate", "--all").code == 4
    assert fixed_in(project) == list(FIRST)
    assert ssot("migrate", "--resume").code == 4, "nothing was mended"
    (project / "../mended").touch()
    answer = ssot("migrate", "--resume")
    assert answer.code == 0
    assert fixed_in(project) == list(EVERY)
    assert (project / "d.py").read_text() == USE_FIXED
    phases = [run.facts["phase"] for run in runs_of(project)]
    assert phases == ["first", "second", "second", "second", "third"]
    again = ssot("migrate", "--resume")
    assert again.code == 0
    assert "nothing" in again.err
    assert len(runs_of(project)) == 5


def test_resume_after_red_before(project: Path, ssot: Ssot) -> None:
    configure(project, first("test -e ../mended"), phase("rest", "**"))
    assert ssot("migrate", "--all").code == 4
    (project / "../mended").touch()
    assert ssot("migrate", "--resume").code == 0
    assert fixed_in(project) == list(EVERY)


def test_resume_has_the_same_options(project: Path, ssot: Ssot) -> None:
    write(project, LINKED)
    configure(project, first("exit 7", "test -e ../mended"), phase("rest", "c.py"))
    write(
        project, {"app/a.py": IMPORT + "\n\ndef find(name):\n    return globals()['OldEngine']\n"}
    )
    configure(project, first("exit 7", when_fixed("test -e ../mended")), phase("rest", "c.py"))
    assert ssot("migrate", "--all", "--strict", "--unsafe", "--allow-red").code == 4
    (project / "../mended").touch()
    assert ssot("migrate", "--resume").code == 0
    assert "NewEngine" in (project / "app/a.py").read_text()
    assert (project / "taker.py").read_text() == LINKED["taker.py"]
    first_options, *others = (run.facts["options"] for run in runs_of(project))
    assert len(others) == 2
    assert others == [first_options] * 2


def test_resume_of_one_phase_does_that_alone(project: Path, ssot: Ssot) -> None:
    configure(project, first("test -e ../mended"), phase("rest", "**"))
    assert ssot("migrate", "--phase=first").code == 4
    (project / "../mended").touch()
    assert ssot("migrate", "--resume").code == 0
    assert fixed_in(project) == list(FIRST)


def test_there_may_be_nothing_to_resume(project: Path, ssot: Ssot) -> None:
    before = states(project)
    answer = ssot("migrate", "--resume")
    assert answer.code == 2
    assert "nothing to resume" in answer.err
    assert states(project) == before


def test_resume_names_a_phase_that_is_gone(project: Path, ssot: Ssot) -> None:
    write(project, {"ssot.toml": RED_AFTER})
    assert ssot("migrate", "--all").code == 4
    configure(project, phase("renamed", "app/**"))
    answer = ssot("migrate", "--resume")
    assert answer.code == 2
    assert "`first`" in answer.err
    assert fixed_in(project) == []


# --- one at a time

HOLDER = """\
import sys
from flake8_ssot_engine.campaign.lock import project_lock
with project_lock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def locked(project: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Have another process hold the lock of a project."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(project)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"held\n"
            yield process
        finally:
            process.kill()


def test_a_second_ssot_is_refused(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ssot("migrate").code == 0
    before = states(project)
    monkeypatch.setattr("flake8_ssot_engine.campaign.lock._BRIEFLY", 0.1)
    with locked(project):
        for arguments in (["migrate"], ["migrate", "--resume"], ["rollback"], ["rollback", "1"]):
            answer = ssot(*arguments)
            assert answer.code == 2
            assert "another `ssot` is at work" in answer.err
        assert ssot("rollback", "--list").code == 0
        assert ssot("check").code == 1
    assert states(project) == before
    assert ssot("migrate").code == 0


def test_a_lock_whose_process_died_does_not_matter(project: Path, ssot: Ssot) -> None:
    with locked(project) as process:
        process.kill()
        process.wait(HANG_SECONDS)
    assert (project / ".ssot/lock").exists()
    assert ssot("migrate").code == 0
    assert fixed_in(project) == list(FIRST)


def test_a_lock_file_of_whatever_content_does_not_matter(project: Path, ssot: Ssot) -> None:
    write(project, {".ssot/lock": "4711\n"})
    assert ssot("migrate").code == 0
    assert fixed_in(project) == list(FIRST)


# --- git


GIT = shutil.which("git") or "git"


class Git:
    """A repository, and git apart from whatever this machine's user configured."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run([GIT, *arguments], cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout)

    def status(self) -> list[str]:
        return self("status", "--porcelain", "-z").split("\0")[:-1]

    def subjects(self) -> list[str]:
        """Return the first lines of all messages, the first commit first."""
        return self("log", "--reverse", "--format=%s").splitlines()

    def files_of(self, commit: str = "HEAD") -> set[str]:
        names = self("show", "--format=", "--name-only", "-z", commit)
        return set(names.strip("\0").split("\0"))

    def install_hook(self, name: str, script: str) -> None:
        hook = self.folder / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)


@pytest.fixture
def git_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_git_alone(tmp_path, monkeypatch)


def leave_git_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have git know nothing of this machine and its user."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("EMAIL", "")


@pytest.fixture
def git(project: Path, git_alone: None) -> Git:
    return make_repository(project)


def make_repository(folder: Path) -> Git:
    git = Git(folder)
    git("init", "--quiet")
    for key, value in {
        "user.name": "Tester",
        "user.email": "tester@example.org",
        "user.useConfigOnly": "true",
        "core.autocrlf": "false",
    }.items():
        git("config", key, value)
    git("add", "--all")
    git("commit", "--quiet", "--message=begin")
    return git


def commit_configuration(project: Path, git: Git, *phases: str) -> None:
    configure(project, *phases)
    git("commit", "--quiet", "--all", "--message=configure")


def test_one_commit_a_phase_with_only_its_files(project: Path, ssot: Ssot, git: Git) -> None:
    write(project, {"untracked.txt": "mine\n", "sub/more.txt": "mine\n"})
    answer = ssot("migrate", "--all", "--commit")
    assert answer.code == 0, answer.err
    assert git("rev-list", "--count", "HEAD") == "3\n"
    assert git.files_of("HEAD~1") == set(FIRST)
    assert git.files_of("HEAD") == set(REST)
    assert git.status() == ["?? sub/", "?? untracked.txt"]
    for commit, run, name in (("HEAD~1", "0001-first", "first"), ("HEAD", "0002-rest", "rest")):
        message = git("log", "-1", "--format=%B", commit)
        assert name in message.splitlines()[0]
        assert "Engines" in message.splitlines()[0]
        trailers = git("log", "-1", "--format=%(trailers:only)", commit).splitlines()
        assert f"Ssot-Run: {run}" in trailers
        assert git("rev-parse", commit).strip()[:10] in answer.out
    commits = [run.facts["commit"] for run in runs_of(project)]
    assert commits == [git("rev-parse", name).strip() for name in ("HEAD~1", "HEAD")]


def test_a_phase_with_nothing_to_fix_makes_no_commit(project: Path, ssot: Ssot, git: Git) -> None:
    assert ssot("migrate", "--phase=first", "--commit").code == 0
    assert ssot("migrate", "--phase=first", "--commit").code == 0
    assert git("rev-list", "--count", "HEAD") == "2\n"


def test_files_outside_the_phase_are_in_its_commit(project: Path, ssot: Ssot, git: Git) -> None:
    write(project, LINKED)
    git("add", "--all")
    git("commit", "--quiet", "--message=linked")
    assert ssot("migrate", "--phase=first", "--commit").code == 0
    assert git.files_of() == {*FIRST, *LINKED}
    assert git.status() == []


def refused(project: Path, ssot: Ssot, *told: str) -> None:
    """Assert that `--commit` refuses to start, and says so with some words."""
    before = states(project)
    answer = ssot("migrate", "--all", "--commit")
    assert answer.code == 2, answer.out
    for text in told:
        assert text in answer.err
    assert "Traceback" not in answer.err
    assert states(project) == before
    assert runs_of(project) == []


def test_commit_needs_a_repository(project: Path, ssot: Ssot, git_alone: None) -> None:
    refused(project, ssot, "--commit", "repository")


def test_commit_needs_git(
    tmp_path: Path, project: Path, ssot: Ssot, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    refused(project, ssot, "--commit", "git")


def test_commit_needs_a_git_that_may_be_executed(
    tmp_path: Path, project: Path, ssot: Ssot, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"bin/git": "no program\n"})
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    refused(project, ssot, "--commit", "git")


def test_commit_needs_a_first_commit(project: Path, ssot: Ssot, git_alone: None) -> None:
    git = Git(project)
    git("init", "--quiet")
    git("config", "user.name", "Tester")
    git("config", "user.email", "tester@example.org")
    refused(project, ssot, "--commit")


@pytest.mark.parametrize("who", ["nobody", "a committer who is no author"])
def test_commit_needs_somebody_who_commits(
    project: Path, ssot: Ssot, git: Git, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    git("config", "--unset", "user.name")
    git("config", "--unset", "user.email")
    if who != "nobody":
        monkeypatch.setenv("GIT_COMMITTER_NAME", "Tester")
        monkeypatch.setenv("GIT_COMMITTER_EMAIL", "tester@example.org")
    refused(project, ssot, "--commit", "user.email")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param("echo '# mine' >> app/a.py", "app/a.py", id="a file of the phase"),
        pytest.param("echo '# mine' >> pkg/new.py", "pkg/new.py", id="another file"),
        pytest.param("rm pkg/old.py", "pkg/old.py", id="a deleted file"),
        pytest.param("chmod 755 pkg/old.py", "pkg/old.py", id="a mode"),
        pytest.param("git mv pkg/old.py pkg/x.py", "pkg/x.py", id="a renamed file"),
        pytest.param("touch n.txt && git add n.txt", "n.txt", id="a staged file"),
        pytest.param(
            "touch n.txt && git add --intent-to-add n.txt", "n.txt", id="a file to be added"
        ),
        pytest.param(
            "mv pkg/new.py pkg/x.py && git add --intent-to-add pkg/x.py", "pkg/x.py", id="half a mv"
        ),
        pytest.param(
            "echo '# mine' >> c.py && git add c.py && git show HEAD:c.py > c.py",
            "c.py",
            id="staged, and undone in the tree",
        ),
        pytest.param("git rm --quiet --cached c.py", "c.py", id="a file taken from the index"),
    ],
)
def test_commit_needs_a_clean_tree(
    project: Path, ssot: Ssot, git: Git, change: str, told: str
) -> None:
    subprocess.run(change, shell=True, cwd=project, check=True)
    status = git.status()
    refused(project, ssot, "changes of your own", told)
    assert git.status() == status


def test_the_names_of_what_is_not_committed_are_right(project: Path, ssot: Ssot, git: Git) -> None:
    subprocess.run(
        "mv pkg/new.py pkg/x.py && git add --intent-to-add pkg/x.py",
        shell=True,
        cwd=project,
        check=True,
    )
    answer = ssot("migrate", "--commit")
    named = answer.err.partition("(")[2].partition(")")[0].split(", ")
    assert set(named) <= {"pkg/new.py", "pkg/x.py"}


def test_commit_refuses_an_untracked_file_of_the_phase(project: Path, ssot: Ssot, git: Git) -> None:
    write(project, {"app/untracked.py": USE})
    refused(project, ssot, "app/untracked.py")


def test_commit_refuses_an_untracked_text_that_names_what_moves(
    project: Path, ssot: Ssot, git: Git
) -> None:
    """Others are left alone, as any untracked file that a phase has nothing to do with."""
    write(project, {"app/notes.md": USE, "app/others.md": "of something else\n"})
    refused(project, ssot, "(app/notes.md)")


def test_an_untracked_file_that_must_change_with_the_phase(
    project: Path, ssot: Ssot, git: Git
) -> None:
    """It is known only when the phase is planned; nothing may come of it but a refusal."""
    write(project, {"app/owner.py": LINKED["app/owner.py"]})
    git("add", "--all")
    git("commit", "--quiet", "--message=owner")
    write(project, {"taker.py": LINKED["taker.py"]})
    before = states(project)
    answer = ssot("migrate", "--phase=first", "--commit")
    assert answer.code in (2, 4)
    assert "taker.py" in answer.out + answer.err
    assert states(project) == before
    assert git.subjects() == ["begin", "owner"]
    assert git.status() == ["?? taker.py"]


def test_a_file_of_the_phase_that_git_ignores(project: Path, ssot: Ssot, git: Git) -> None:
    """By a list that is no `.gitignore` of the project: nothing else knows that it is ignored."""
    write(project, {"app/local.py": USE, ".git/info/exclude": "local.py\n"})
    before = states(project)
    answer = ssot("migrate", "--phase=first", "--commit")
    assert answer.code in (2, 4)
    assert "app/local.py" in answer.out + answer.err
    assert states(project) == before


def test_a_commit_hook_that_refuses(project: Path, ssot: Ssot, git: Git) -> None:
    git.install_hook("pre-commit", "echo 'first line'; echo 'second line' >&2; exit 1")
    before = states(project)
    answer = ssot("migrate", "--all", "--commit")
    assert answer.code == 4
    assert states(project) == before
    assert git.subjects() == ["begin"]
    assert git.status() == []
    summary = answer.out.partition("first: rolled back")[2]
    assert "git commit" in summary
    assert "first line" in summary
    assert "second line" in summary
    assert states_of_runs(project) == [State.RESTORED]
    (project / ".git/hooks/pre-commit").unlink()
    assert ssot("migrate", "--resume").code == 0
    assert git("rev-list", "--count", "HEAD") == "3\n", "with the same options"


def test_the_lines_of_a_hook_are_shown_as_lines(project: Path, ssot: Ssot, git: Git) -> None:
    git.install_hook("pre-commit", "echo 'first line'; echo 'second line'; exit 1")
    answer = ssot("migrate", "--commit")
    assert answer.code == 4
    assert "\\u000a" not in answer.out


def test_a_commit_hook_that_edits_a_file_and_refuses(project: Path, ssot: Ssot, git: Git) -> None:
    """As formatters do: what they made of the file is nobody's to throw away."""
    git.install_hook("pre-commit", "echo '# formatted' >> app/b.py; exit 1")
    before = states(project)
    answer = ssot("migrate", "--commit")
    assert answer.code == 4
    assert changed_since(project, before) == ["app/b.py"]
    assert (project / "app/b.py").read_text() == USE_FIXED + "# formatted\n"
    assert any("left" in line and "app/b.py" in line for line in answer.out.splitlines())
    assert git.subjects() == ["begin"]


def test_a_commit_hook_sees_the_files_of_the_phase(
    tmp_path: Path, project: Path, ssot: Ssot, git: Git
) -> None:
    """With patterns, which we turn off for our own names alone."""
    seen = tmp_path / "seen"
    git.install_hook(
        "pre-commit", f"git diff --cached --name-only -- '*.py' > {shlex.quote(str(seen))}"
    )
    assert ssot("migrate", "--commit").code == 0
    assert set(lines_of(seen)) == set(FIRST)


def test_a_before_validator_that_changes_tracked_files_stops_the_phase(
    project: Path, ssot: Ssot, git: Git
) -> None:
    commit_configuration(project, git, first("echo '# mine' >> c.py"), phase("rest", "**"))
    before = states(project)
    answer = ssot("migrate", "--all", "--commit")
    assert answer.code == 4
    assert changed_since(project, before) == ["c.py"]
    assert "c.py" in answer.out.partition("first: red before")[2]
    assert git.subjects() == ["begin", "configure"]
    assert states_of_runs(project) == [State.STOPPED]


def test_an_after_validator_that_changes_a_tracked_file_stops_the_next_phase(
    project: Path, ssot: Ssot, git: Git
) -> None:
    write(project, {"notes.txt": "mine\n"})
    git("add", "--all")
    more = when_fixed("echo more >> notes.txt")
    commit_configuration(project, git, first(more), phase("rest", "**"))
    answer = ssot("migrate", "--all", "--commit")
    assert answer.code == 2
    assert "notes.txt" in answer.err
    assert git.files_of() == set(FIRST), "its change is not ours to commit"
    assert fixed_in(project) == list(FIRST)
    git("commit", "--quiet", "--all", "--message=notes")
    assert ssot("migrate", "--resume").code == 0
    assert git.files_of() == set(REST)


NAMES = [
    "a b.py",
    "it's.py",
    '"quoted".py',
    "ünïcode 日本.py",
    "-dash.py",
    "*.py",
    "[a].py",
    "?.py",
    ":(top)x.py",
    "back\\slash.py",
    "new\nline.py",
    "tab\there.py",
    "#hash.py",
    "$(touch hacked).py",
]


def test_strange_file_names_are_committed_and_no_others(
    project: Path, ssot: Ssot, git: Git
) -> None:
    names = {f"app/{name}" for name in NAMES} | {"-top.py", "*.py"}
    write(project, dict.fromkeys(names, USE) | {"app/zz.py": "x = 1\n", "zz.py": "x = 1\n"})
    git("add", "--all")
    meddles = "if grep -q NewEngine ./-top.py; then echo y >> app/zz.py; echo y >> zz.py; fi"
    commit_configuration(project, git, phase("all", "**", validate=[meddles]))
    answer = ssot("migrate", "--commit")
    assert answer.code == 0, answer.out + answer.err
    assert git.files_of() == names | set(EVERY)
    assert git.status() == [" M app/zz.py", " M zz.py"]
    assert {(project / name).read_text() for name in names} == {USE_FIXED}
    git("commit", "--quiet", "--all", "--message=zz")
    assert ssot("rollback").code == 0
    assert {(project / name).read_text() for name in names} == {USE}


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")
def test_a_file_name_that_is_no_text(project: Path, ssot: Ssot, git: Git) -> None:
    name = os.fsdecode(b"app/\xff\xe9.py")
    write(project, {name: USE})
    git("add", "--all")
    git("commit", "--quiet", "--message=more")
    answer = ssot("migrate", "--phase=first", "--commit")
    assert answer.code == 0, answer.out + answer.err
    assert git.files_of() == {name, *FIRST}
    assert (project / name).read_text() == USE_FIXED
    assert ssot("rollback").code == 0
    assert (project / name).read_text() == USE


def test_a_project_below_the_top_of_the_repository(
    tmp_path: Path, project: Path, ssot: Ssot, git_alone: None
) -> None:
    write(tmp_path, {"other/a.py": USE, "app/a.py": USE})
    git = make_repository(tmp_path)
    write(tmp_path, {"untracked.txt": "mine\n"})
    assert ssot("migrate", "--all", "--commit").code == 0
    assert git.files_of("HEAD~1") == {f"project/{name}" for name in FIRST}
    assert git.files_of("HEAD") == {f"project/{name}" for name in REST}
    assert git.status() == ["?? untracked.txt"]


def test_a_change_elsewhere_in_the_repository_is_named(
    tmp_path: Path, project: Path, ssot: Ssot, git_alone: None
) -> None:
    write(tmp_path, {"other.txt": "one\n"})
    make_repository(tmp_path)
    write(tmp_path, {"other.txt": "two\n"})
    refused(project, ssot, "../other.txt")


def test_from_a_subfolder_with_a_commit(
    project: Path, ssot: Ssot, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "app")
    assert ssot("migrate", "--all", "--commit").code == 0
    assert git.files_of("HEAD~1") == set(FIRST)
    assert git.files_of("HEAD") == set(REST)


def test_a_link_is_committed_as_what_it_points_to(project: Path, ssot: Ssot, git: Git) -> None:
    write(project, {"real/r.py": USE})
    (project / "linked").mkdir()
    (project / "linked/link.py").symlink_to("../real/r.py")
    git("add", "--all")
    commit_configuration(project, git, phase("links", "linked/**"), phase("rest", "**"))
    answer = ssot("migrate", "--phase=links", "--commit")
    assert answer.code == 0, answer.out
    assert (project / "real/r.py").read_text() == USE_FIXED
    assert git.status() == []


def test_git_is_never_asked_to_throw_anything_away(
    tmp_path: Path, project: Path, ssot: Ssot, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "asked"
    write(
        tmp_path,
        {
            "bin/git": f'#!/bin/sh\necho "$*" >> {shlex.quote(str(log))}\n'
            f'exec {shlex.quote(GIT)} "$@"\n'
        },
    )
    (tmp_path / "bin/git").chmod(0o755)
    red = "if grep -q NewEngine c.py; then exit 5; fi"
    commit_configuration(project, git, first(), phase("rest", "**", validate=[red]))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert ssot("migrate", "--all", "--commit").code == 4
    assert ssot("rollback", "1").code == 0
    git.install_hook("pre-commit", "exit 1")
    git("commit", "--quiet", "--all", "--no-verify", "--message=undone")
    assert ssot("migrate", "--phase=first", "--commit").code == 4
    assert ssot("migrate", "--resume").code == 4
    asked = {word for line in lines_of(log) for word in line.split()}
    assert "commit" in asked
    assert not asked & {
        *("reset", "clean", "stash", "checkout", "restore", "switch", "rm", "add", "apply", "gc"),
        *("--force", "-f", "--no-verify", "--amend", "--all", "-a"),
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_commit_hook_runs(
    tmp_path: Path, project: Path, ssot: Ssot, git: Git, pids: Path, number: signal.Signals
) -> None:
    git.install_hook("pre-commit", f"cd {shlex.quote(str(project))}; {SLEEPERS}")
    before = states(project)
    with running(project, "migrate", "--commit") as process:
        until((tmp_path / "ready").exists)
        process.send_signal(number)
        answer = ended(process)
    assert answer.code == 130
    assert states(project) == before
    assert states_of_runs(project) == [State.RESTORED]
    assert git.subjects() == ["begin"]
    assert list((project / ".git").glob("*.lock")) == [], "git would refuse to work from now on"
    assert living(pids) == []
    (project / ".git/hooks/pre-commit").unlink()
    assert ssot("migrate", "--commit").code == 0


COMMIT_AND_RAISE = """
from flake8_ssot_engine.campaign.repository import Repository
real = Repository.commit
def commit(self, paths, message, **more):
    real(self, paths, message, **more)
    os.kill(os.getpid(), signal.{number})
    raise AssertionError("too late")
Repository.commit = commit
"""


def test_a_signal_just_after_the_commit_leaves_it_done(project: Path, ssot: Ssot, git: Git) -> None:
    with running(
        project, "migrate", "--commit", prelude=COMMIT_AND_RAISE.format(number="SIGINT")
    ) as process:
        assert ended(process).code == 130
    assert git.files_of() == set(FIRST)
    assert fixed_in(project) == list(FIRST)
    (run,) = runs_of(project)
    assert run.state is State.DONE
    assert run.facts["commit"] == git("rev-parse", "HEAD").strip()


def test_a_kill_just_after_the_commit_is_found_out(project: Path, ssot: Ssot, git: Git) -> None:
    with running(
        project, "migrate", "--all", "--commit", prelude=COMMIT_AND_RAISE.format(number="SIGKILL")
    ) as process:
        assert ended(process).code == -signal.SIGKILL
    assert fixed_in(project) == list(FIRST)
    assert ssot("migrate", "--all", "--commit").code == 2
    assert ssot("migrate", "--resume").code == 0
    assert runs_of(project)[0].state is State.DONE
    assert fixed_in(project) == list(EVERY)
    assert git.subjects()[0] == "begin"
    assert len(git.subjects()) == 3
    assert git.status() == []


# --- bad luck


def denied(path: object, *_: object, **__: object) -> Any:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


@pytest.mark.parametrize("function", ["makedirs", "mkdir"])
def test_a_project_in_which_no_folder_can_be_made(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    before = states(project)
    monkeypatch.setattr(os, function, denied)
    answer = ssot("migrate")
    assert answer.code == 2
    assert os.strerror(errno.EACCES) in answer.err
    assert ".ssot" in answer.err
    assert states(project) == before


@pytest.mark.parametrize("name", [".gitignore", "lock", "journal.jsonl", "output.log"])
def test_a_file_of_ours_that_cannot_be_made(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = states(project)
    for module, function in ((builtins, "open"), (os, "open")):
        real = getattr(module, function)

        def refuse(path: Any, *rest: Any, real: Any = real, **more: Any) -> Any:
            is_ours = isinstance(path, str) and ".ssot" in path and name in os.path.basename(path)
            return (denied if is_ours else real)(path, *rest, **more)

        monkeypatch.setattr(module, function, refuse)
    answer = ssot("migrate")
    assert answer.code == 2
    assert os.strerror(errno.EACCES) in answer.err
    assert "Traceback" not in answer.err
    assert states(project) == before


def test_a_file_in_the_place_of_our_folder(project: Path, ssot: Ssot) -> None:
    write(project, {".ssot": "mine\n"})
    answer = ssot("migrate")
    assert answer.code == 2
    assert ".ssot" in answer.err
    assert (project / ".ssot").read_text() == "mine\n"
    assert fixed_in(project) == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors have no names")
@pytest.mark.parametrize("what", ["before/", "journal.jsonl"])
def test_a_full_disk_while_the_journal_is_written(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    before = states(project)
    real, left = os.fsync, [1 if what == "journal.jsonl" else 0]

    def fsync(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        if what in path and os.path.isfile(path):
            if not left[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            left[0] -= 1
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    answer = ssot("migrate")
    assert os.strerror(errno.ENOSPC) in answer.out + answer.err
    assert states(project) == before
    assert answer.code in (2, 4)
    assert "this is a bug" not in answer.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk to write to")
def test_a_full_disk_while_a_validator_is_heard(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project, first(when_fixed("echo spoken")))
    before = states(project)
    monkeypatch.setattr(Run, "log_path", "/dev/full")
    answer = ssot("migrate")
    assert os.strerror(errno.ENOSPC) in answer.out + answer.err
    assert states(project) == before
    assert answer.code in (2, 4)
    assert "this is a bug" not in answer.err


def test_a_file_that_cannot_be_written_fails_the_phase(
    tmp_path: Path, project: Path, ssot: Ssot
) -> None:
    os.link(project / "app/b.py", tmp_path / "linked")
    before = states(project)
    answer = ssot("migrate", "--phase=first")
    assert answer.code == 4
    assert states(project) == before
    summary = answer.out.partition("first: rolled back")[2]
    assert "app/b.py" in summary
    assert "other hard links" in summary
    assert (tmp_path / "linked").read_text() == USE


@pytest.mark.parametrize("name", sorted(LINKED))
def test_a_file_that_goes_with_others_and_cannot_be_written(
    tmp_path: Path, project: Path, ssot: Ssot, name: str
) -> None:
    write(project, LINKED)
    for linked in LINKED:
        os.utime(project / linked, ns=(OLD_TIME, OLD_TIME))
    os.link(project / name, tmp_path / "linked")
    before = states(project)
    answer = ssot("migrate", "--phase=first")
    assert answer.code == 4
    assert changed_since(project, before) == []
    assert "other hard links" in answer.out
    assert states(project) == before, "the modification time too"


STRANGE: dict[str, bytes] = {
    "app/bom.py": b"\xef\xbb\xbf" + USE.encode(),
    "app/crlf.py": USE.replace("\n", "\r\n").encode(),
    "app/cr.py": USE.replace("\n", "\r").encode(),
    "app/bom_crlf.py": b"\xef\xbb\xbf" + USE.replace("\n", "\r\n").encode(),
    "app/latin.py": ("# coding: latin-1\n" + USE + "x = 'Käse'\n").encode("latin-1"),
    "app/short.py": USE.rstrip("\n").encode(),
    "app/feed.py": (USE + "x = 'a\x0cb\x1c'  # \x85\u2028\n").encode(),
}
BROKEN: dict[str, bytes] = {
    "app/syntax.py": IMPORT.encode() + b"def (\n",
    "app/binary.py": IMPORT.encode() + b"x = '\xff'\n",
    "app/null.py": IMPORT.encode() + b"x = 1\0\n",
    "app/empty.py": b"",
    "app/codec.py": b"# coding: klingon\n" + IMPORT.encode(),
}


@pytest.mark.parametrize("is_red", [True, False], ids=["red", "rolled back later"])
def test_files_of_every_sort_survive_byte_for_byte(project: Path, ssot: Ssot, is_red: bool) -> None:
    write(project, {**STRANGE, **BROKEN})
    for name in (*STRANGE, *BROKEN):
        os.utime(project / name, ns=(OLD_TIME, OLD_TIME))
    configure(project, first(*[when_fixed("exit 1")] * is_red))
    before = states(project)
    answer = ssot("migrate")
    if is_red:
        assert answer.code == 4
    else:
        assert answer.code == 0, answer.out
        changed = changed_since(project, before)
        assert changed == sorted((*FIRST, *STRANGE))
        for name in STRANGE:
            assert b"pkg.new" in (project / name).read_bytes()
        assert "app/syntax.py" in answer.out, "what cannot be read is told"
        assert ssot("rollback").code == 0
    assert states(project) == before


def test_a_missing_before_image_is_not_made_up(project: Path, ssot: Ssot) -> None:
    configure(project, first(when_fixed("rm .ssot/runs/*/before/*; exit 1")))
    before = states(project)
    answer = ssot("migrate")
    assert answer.code == 4
    assert "Traceback" not in answer.err
    if states(project) != before:
        for name in FIRST:
            assert any("left" in line and name in line for line in answer.out.splitlines())


def test_colour_only_where_it_is_asked_for(project: Path, ssot: Ssot) -> None:
    assert "\x1b[" not in ssot("migrate", "--phase=first").out
    assert "\x1b[" in ssot("migrate", "--phase=rest", "--color=always").out


def test_nothing_lies_about_afterwards(project: Path, ssot: Ssot) -> None:
    write(project, {"ssot.toml": RED_AFTER})
    assert ssot("migrate").code == 4
    configure(project, first(), phase("rest", "**"))
    assert ssot("migrate", "--all").code == 0
    assert {path.name for path in project.glob("**/.*")} == {".ssot", ".gitignore"}
