"""What is to be done next: one thing, and the first things first."""

from __future__ import annotations

from collections import Counter

import pytest

from flake8_ssot_engine.campaign.journal import JournalledFile, Run, State
from flake8_ssot_engine.campaign.next_step import NextStep, Todo, next_step
from flake8_ssot_engine.campaign.progress import PhaseProgress, Progress, Tally
from flake8_ssot_engine.migrations import Enforcement, Migration
from flake8_ssot_engine.reports.next_step_words import command_of, reason_of, sentence


def phase(name: str, violations: int = 0, fixable: int = 0, texts: int = 0) -> PhaseProgress:
    left = Tally(1, violations, fixable, Counter({"text": texts}))
    return PhaseProgress(name, Enforcement.RATCHET, left, left.as_facts())


def progress(*phases: PhaseProgress, retired: str = "") -> Progress:
    return Progress(Migration("1"), phases, (), 0, retired)


def run(state: State, name: str = "0007-tests") -> Run:
    files = {"/r/a.py": JournalledFile("/r/a.py", "0", 0o644, 0, ["1"])}
    return Run("/r", f"/r/.ssot/runs/{name}", {"begun": ""}, files, state)


LEFT = progress(phase("one"), phase("two", 3, 2), phase("", 1, 1))


@pytest.mark.parametrize(
    ("step", "command", "reason", "told"),
    [
        pytest.param(
            next_step(LEFT, [run(State.DONE), run(State.RUNNING, "0008-two")], stale=1),
            "ssot migrate --resume",
            "the run 0008-two was cut short (`ssot rollback` undoes it)",
            "`ssot migrate --resume`",
            id="a-run-that-was-cut-short",
        ),
        pytest.param(
            next_step(LEFT, [run(State.DONE)], stale=2),
            "ssot baseline update",
            "nothing needs 2 entries of the baseline any more; in CI that fails",
            "`ssot baseline update`",
            id="stale-entries",
        ),
        pytest.param(
            next_step(LEFT, [run(State.RESTORED)]),
            "ssot migrate --phase two",
            "2 of 3 violations can be fixed safely",
            "`ssot migrate --phase two`",
            id="the-first-phase-with-something-to-fix",
        ),
        pytest.param(
            next_step(progress(phase("a b; rm *", 1, 1))),
            "ssot migrate --phase 'a b; rm *'",
            "1 of 1 violation can be fixed safely",
            "`ssot migrate --phase 'a b; rm *'`",
            id="a-name-to-quote",
        ),
        pytest.param(
            next_step(progress(phase("one", 2), phase("", 1, 1))),
            "ssot fix",
            "1 of 1 violation can be fixed safely, in files of no phase",
            "`ssot fix`, for the files in no phase",
            id="no-phase",
        ),
        pytest.param(
            next_step(progress(phase("one", 2), phase("", 1))),
            "ssot check",
            "3 violations for a person; it says where and what",
            "3 violations for a person: `ssot check` says where and what",
            id="by-hand",
        ),
        pytest.param(
            next_step(progress(phase("one", texts=1))),
            "ssot retire",
            "no violation is left; it says where 1 reference to the old symbols may be",
            "`ssot retire` says what else names the old symbols",
            id="texts-alone",
        ),
        pytest.param(
            next_step(progress(phase("one"))),
            "ssot retire",
            "nothing names the old symbols any more",
            "`ssot retire`",
            id="retire",
        ),
        pytest.param(
            next_step(progress(phase("one", texts=1), retired="2026-01-02T03:04:05+00:00")),
            "",
            "the bridge was removed on 2026-01-02",
            "nothing; the bridge was removed on 2026-01-02",
            id="retired",
        ),
    ],
)
def test_one_step_at_a_time(step: NextStep, command: str, reason: str, told: str) -> None:
    assert (command_of(step), reason_of(step), sentence(step)) == (command, reason, told)


def test_every_step_has_its_words() -> None:
    for todo in Todo:
        assert reason_of(NextStep(todo))
        assert sentence(NextStep(todo))
