"""What a campaign says: in order, short, and fit to print whatever a file is called."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.campaign.events import (
    CheckBegun,
    CheckEnded,
    Event,
    FilesRestored,
    FixPlanned,
    PhaseBegun,
    PhaseEnded,
    PhaseOutcome,
    PhaseResult,
    Verdict,
    When,
)
from flake8_ssot_engine.campaign.journal import JournalledFile, Run, State
from flake8_ssot_engine.campaign.planner import Step
from flake8_ssot_engine.campaign.restoring import Restored
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.rewrite import Rewrite
from flake8_ssot_engine.engine.settlement import FixReport, KeptAlias
from flake8_ssot_engine.engine.survey import Place
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.migrations import Globs, Migration, Phase, Validator
from flake8_ssot_engine.reports.campaign_report import (
    render_event,
    render_plan,
    render_restored,
    render_runs,
)
from tests.reports.findings import finding

HOSTILE = "a\x1b[31m\n\u202eb\x07.py"
ESCAPED = "a\\u001b[31m\\u000a\\u202eb\\u0007.py"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return str(tmp_path)


def step(*names: str, label: str = "critical-path", validate: Sequence[Validator] = ()) -> Step:
    phase = Phase(label, Globs("/p", ("**",)), validate=tuple(validate))
    tasks = tuple(Task(f"/p/{name}", name, Settings("/p")) for name in names)
    return Step(Migration("565", title="Engines"), phase, tasks)


def changed(*names: str) -> tuple[Rewrite, ...]:
    return tuple(
        Rewrite(Place(f"/p/{name}", name, is_selected=True), b"old", b"new") for name in names
    )


def unfixable(path: str) -> Finding:
    found = finding("x = «Old()»\n", path=path, code="SSOT002")
    violation = found.violation._replace(unfixable_because="nobody can know")
    return found._replace(violation=violation)


def lines(*events: Event, is_verbose: bool = False, is_colored: bool = False) -> list[str]:
    return [
        line
        for event in events
        for line in render_event(event, is_verbose=is_verbose, is_colored=is_colored)
    ]


def result(outcome: PhaseOutcome, **facts: Any) -> PhaseEnded:
    made_of = {"step": step("a.py"), "run": "0007-critical-path", "seconds": 1.26, **facts}
    return PhaseEnded(PhaseResult(outcome=outcome, **made_of))


def test_a_phase_that_is_done() -> None:
    report = FixReport(
        changes=changed("a.py", "b.py", "z.py"),
        fixed=(finding("from a.old import «Old»\n"),) * 3,
        left=(unfixable("a.py"),),
        outside=("z.py",),
        files=2,
    )
    told = lines(
        PhaseBegun(step("a.py", "b.py"), 2, 4),
        CheckBegun("pytest -q", When.BEFORE),
        CheckEnded(Verdict("pytest -q", seconds=61.04, note="passed at try 2"), When.BEFORE),
        FixPlanned(report),
        CheckEnded(Verdict("every changed file compiles", seconds=0.04), When.AFTER),
        CheckBegun("pytest -q", When.AFTER),
        CheckEnded(Verdict("pytest -q", seconds=0.96), When.AFTER),
        result(PhaseOutcome.DONE, report=report, commit="0123456789abcdef"),
    )
    assert told[:9] == [
        "phase 2 of 4: critical-path (2 files)",
        "  before: $ pytest -q",
        "  before: pytest -q: green (61.0 s, passed at try 2)",
        "  outside the phase, and must change with it: z.py",
        "  writing 3 files",
        "  after: every changed file compiles: green (0.0 s)",
        "  after: $ pytest -q",
        "  after: pytest -q: green (1.0 s)",
        "  SSOT002 left 1: nobody can know",
    ]
    assert told[9:] == [
        "      a.py:1:5",
        "critical-path: done: fixed 3 violations (SSOT001 3) in 3 files, left 1 violation"
        " (SSOT002 1); 2 files looked at (1.3 s, commit 0123456789)",
    ]


def test_a_phase_with_nothing_to_fix() -> None:
    (told,) = lines(result(PhaseOutcome.UNCHANGED, report=FixReport(files=1)))
    assert told == (
        "critical-path: nothing to fix: fixed 0 violations in 0 files; 1 file looked at (1.3 s)"
    )


def test_a_phase_that_is_red_before() -> None:
    verdict = Verdict("pytest -q", ("exit code 1",), "one\ntwo", 0.5)
    declared = step("a.py", validate=[Validator("pytest -q")])
    assert lines(
        CheckEnded(verdict, When.BEFORE),
        result(PhaseOutcome.RED_BEFORE, step=declared, failures=(verdict,)),
    ) == [
        "  before: pytest -q: red",
        "    exit code 1",
        "critical-path: red before (1.3 s), because of",
        "  pytest -q: exit code 1",
        "    | one",
        "    | two",
        "nothing was changed; mend that first, or start with --allow-red",
        "the whole output: .ssot/runs/0007-critical-path/output.log",
    ]


def test_a_phase_that_is_rolled_back(root: str) -> None:
    failures = (
        Verdict("pytest -q", ("exit code 1", "a.py was edited meanwhile"), "told"),
        Verdict("mypy", ("was ended by signal 9",)),
    )
    restored = Restored(
        restored=(f"{root}/b.py",),
        untouched=(f"{root}/c.py", f"{root}/d.py"),
        left=((f"{root}/sub/a.py", "changed since it was read"),),
    )
    assert lines(
        CheckEnded(failures[0], When.AFTER),
        FilesRestored(restored),
        CheckBegun("pytest -q", When.RESTORED),
        CheckEnded(Verdict("pytest -q"), When.RESTORED),
        result(PhaseOutcome.ROLLED_BACK, failures=failures, restored=restored),
    ) == [
        "  after: pytest -q: red",
        "    exit code 1",
        "    a.py was edited meanwhile",
        "  restored 1 file, proved by their hashes, 2 were so already",
        "  left as it is: sub/a.py: changed since it was read",
        "  what they were is in .ssot/runs, by the hash that the journal tells",
        "  once more, restored: $ pytest -q",
        "  once more, restored: pytest -q: green (0.0 s)",
        "critical-path: rolled back (1.3 s), because of",
        "  pytest -q: exit code 1; a.py was edited meanwhile",
        "    | told",
        "  mypy: was ended by signal 9",
        "the whole output: .ssot/runs/0007-critical-path/output.log",
    ]


def test_what_is_left_is_told_once_and_in_full_if_asked_for() -> None:
    report = FixReport(
        left=tuple(unfixable(f"left{number}.py") for number in range(9)),
        errors=(FileError("bad.py", "does not parse: invalid syntax", 3),),
        kept=(KeptAlias("a.py", "Old", "b.py names `a.Old`: it is outside the phase (--strict)"),),
        files=9,
    )
    ended = result(PhaseOutcome.DONE, report=report)
    short, long = lines(ended), lines(ended, is_verbose=True)
    assert "  bad.py:3: error: does not parse: invalid syntax" in short
    assert (
        "  a.py: keeps `Old` as an alias (SSOT003): b.py names `a.Old`: it is outside the phase"
        " (--strict)" in short
    )
    assert sum("left" in line and ".py:1:5" in line for line in short) == 3
    assert any("6 more (--verbose lists them)" in line for line in short)
    assert sum(".py:1:5" in line for line in long) == 9
    assert not any("--verbose" in line for line in long)


def test_a_plan() -> None:
    validators = [
        Validator("pytest -q", retries=2, timeout_seconds=600),
        Validator("mypy", timeout_seconds=0.3),
    ]
    report = FixReport(
        changes=changed("z.py", "b.py", "a.py"),
        fixed=(finding("from a.old import «Old»\n"),) * 3,
        outside=("z.py",),
        files=2,
    )
    told = list(render_plan(step("a.py", "b.py", validate=validators), report, is_verbose=False))
    assert told[0] == "phase critical-path (2 files)"
    assert [line.split()[-1] for line in told[1:4]] == ["a.py", "b.py", "z.py"]
    assert ["outside" in line for line in told[1:4]] == [False, False, True]
    assert told[4:] == [
        "  validate pytest -q (at most 600 s, 2 retries)",
        "  validate mypy (at most 0.3 s)",
        "  would fix 3 violations (SSOT001 3) in 3 files; 2 files looked at",
    ]


def test_colour_marks_the_name_and_what_is_red() -> None:
    verdict = Verdict("pytest -q", ("exit code 1",))
    told = lines(
        PhaseBegun(step("a.py"), 1, 1),
        CheckEnded(verdict, When.AFTER),
        result(PhaseOutcome.ROLLED_BACK, failures=(verdict,)),
        is_colored=True,
    )
    assert told[0] == "phase 1 of 1: \x1b[1mcritical-path\x1b[0m (1 file)"
    assert told[1] == "  after: pytest -q: \x1b[31mred\x1b[0m"
    assert told[3] == "\x1b[1mcritical-path: \x1b[31mrolled back\x1b[0m (1.3 s), because of"


def every_event(root: str, name: str) -> Iterator[Event]:
    """Yield one of each event, in which every text that is not ours is `name`."""
    path = os.path.join(root, name)
    verdict = Verdict(name, (name,), tail=f"tail {name}")
    report = FixReport(
        changes=changed(name),
        fixed=(finding("from a.old import «Old»\n", path=name),),
        left=(finding("x = «Old()»\n", path=name, code="SSOT002"),),
        errors=(FileError(name, name),),
        kept=(KeptAlias(name, "Old", name),),
        outside=(name,),
        files=1,
    )
    restored = Restored((path,), (path,), ((path, name),))
    one = step(name, label=name)
    yield PhaseBegun(one, 1, 1)
    for when in When:
        yield CheckBegun(name, when)
        yield CheckEnded(verdict, when)
    yield FixPlanned(report)
    yield FilesRestored(restored)
    for outcome in PhaseOutcome:
        ended = result(outcome, step=one, report=report, failures=(verdict,), restored=restored)
        yield ended


@pytest.mark.parametrize("is_verbose", [False, True])
def test_no_event_prints_what_a_name_holds(root: str, is_verbose: bool) -> None:
    for event in every_event(root, HOSTILE):
        told = lines(event, is_verbose=is_verbose)
        assert told
        for line in told:
            assert line.isprintable(), (event, line)
        assert any("\\u001b[31m" in line for line in told), event


def test_a_hostile_name_is_spelled_out(root: str) -> None:
    assert lines(
        PhaseBegun(step("a.py", label=HOSTILE), 1, 1), CheckBegun(HOSTILE, When.AFTER)
    ) == [
        f"phase 1 of 1: {ESCAPED} (1 file)",
        f"  after: $ {ESCAPED}",
    ]
    assert list(render_restored(Restored(left=((f"{root}/{HOSTILE}", HOSTILE),))))[1] == (
        f"left as it is: {ESCAPED}: {ESCAPED}"
    )


def test_a_plan_and_a_list_print_no_name_as_it_is(root: str) -> None:
    report = FixReport(changes=changed(HOSTILE), outside=(HOSTILE,), files=1)
    one = step(HOSTILE, label=HOSTILE, validate=[Validator(HOSTILE)])
    facts = {"begun": HOSTILE, "because": [HOSTILE], "commit": "\x1b[31m" * 10}
    run = Run(root, f"{root}/.ssot/runs/0001-{HOSTILE}", facts, state=State.STOPPED)
    told = [*render_plan(one, report, is_verbose=True), *render_runs([run])]
    assert len(told) == 5
    for line in told:
        assert line.isprintable(), line


def test_a_name_that_is_no_text_is_escaped() -> None:
    name = os.fsdecode(b"\xff.py")
    told = lines(FixPlanned(FixReport(changes=changed(name), outside=(name,))))
    assert told[0] == "  outside the phase, and must change with it: \\udcff.py"
    for line in told:
        assert line.encode()


def test_the_end_of_an_output_keeps_its_lines() -> None:
    verdict = Verdict("x", ("exit code 1",), tail="a\tb\r\n\x1b[1mc\x1b[0m\n\nd")
    told = lines(result(PhaseOutcome.ROLLED_BACK, failures=(verdict,)))
    assert told[2:-1] == ["    | a\\u0009b", "    | \\u001b[1mc\\u001b[0m", "    | ", "    | d"]


def test_a_long_command_is_told_in_full_where_it_failed() -> None:
    command = "pytest " + "tests/a_long_name.py " * 9 + "--last"
    verdict = Verdict(command, ("exit code 1",))
    told = lines(
        CheckBegun(command, When.AFTER),
        CheckEnded(verdict, When.AFTER),
        result(PhaseOutcome.ROLLED_BACK, failures=(verdict,)),
    )
    assert told[0] == f"  after: $ {command}"
    assert len(told[1]) < 100
    assert f"  {command}: exit code 1" in told


@pytest.mark.parametrize(
    ("state", "count", "facts", "told"),
    [
        (State.DONE, 2, {}, "2 files, done"),
        (State.DONE, 1, {"commit": "0123456789abc"}, "1 file, done, commit 0123456789"),
        (State.RUNNING, 2, {}, "2 files, cut short"),
        (State.COMMITTING, 2, {}, "2 files, cut short"),
        (State.STOPPED, 0, {"because": ["x: exit 1", "y"]}, "0 files, stopped: x: exit 1; y"),
        (State.RESTORED, 2, {"because": ["asked for"]}, "2 files, restored: asked for"),
        (State.DONE, 2, {"because": ["old"]}, "2 files, done"),
    ],
)  # fmt: skip
def test_a_run_in_the_list(state: State, count: int, facts: dict[str, Any], told: str) -> None:
    files = {
        f"/p/{number}.py": JournalledFile(f"/p/{number}.py", "", 0, 0, [])
        for number in range(count)
    }
    run = Run("/p", "/p/.ssot/runs/0007-first", {"begun": "2026-11-25", **facts}, files, state)
    assert list(render_runs([run])) == [f"0007-first  2026-11-25  {told}"]
    run.is_pruned = True
    assert ", pruned" in next(iter(render_runs([run])))


def test_a_run_that_did_not_end_and_changed_nothing() -> None:
    """A kill before the first file was about to be written."""
    run = Run("/p", "/p/.ssot/runs/0007-first", {"begun": "2026-11-25"})
    (told,) = render_runs([run])
    assert "0 files" in told
