"""`ssot migrate` may be killed at any instant: nothing is lost, and nothing is mixed.

A process of its own (`crash_child.py`) forks runs of a phase, which end by SIGKILL before, after or
within a step: a write, a rename, a sync, whatever else touches the disk. After each kill, `ssot
rollback`, `ssot migrate --resume` and another `ssot migrate` are tried, each by itself, on what is
left. Other runs are killed from outside, at random times.

Here every so many steps are tried, over few files. The long form tries each step of a phase over
more than fifty files, 2,000 kills and more, a quarter of an hour on two cores:

    SSOT_KILLS=all python -m pytest -n 2 -rP tests/campaign/test_crash.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("crash_child.py")
IS_WHOLE = os.environ.get("SSOT_KILLS") == "all"
PARTS = 8 if IS_WHOLE else 2
FEW_FILES = 4  # beside fifteen special ones

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork are POSIX's")
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in memory, where there is one: ten times as fast to lay a tree out in."""
    memory = "/dev/shm"
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="ssot-crash-", dir=memory) as folder:
        yield Path(folder)


class Report(NamedTuple):
    """How many kills there were, and how far the runs had got."""

    kills: int
    outcomes: dict[str, int]


def crash(work: Path, scenario: str, **options: int) -> Report:
    """Kill runs; fail with each kind of problem that came of it, and the first kill that did."""
    done = subprocess.run(
        [
            sys.executable,
            str(CHILD),
            json.dumps({"scenario": scenario, "work": str(work), **options}),
        ],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONHASHSEED": "0",  # the parts of a scenario are to take the same steps
            "PYTHONDONTWRITEBYTECODE": "1",  # what Python writes by itself is no step of ours
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    problems = [
        f"{count} × {problem}: {told['told'][problem]}"
        for problem, count in told["problems"].items()
    ]
    steps, kinds = sum(told["steps"].values()), len(told["steps"])
    lines = [f"{told['kills']} kills; a whole run takes {steps} steps of {kinds} kinds"]
    lines += [f"  {count} × {outcome}" for outcome, count in told["outcomes"].items()]
    sys.stdout.write("\n".join(lines) + "\n")
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
    return Report(told["kills"], told["outcomes"])


@pytest.mark.parametrize("part", range(PARTS))
def test_a_kill_at_any_step(work: Path, part: int) -> None:
    options = {} if IS_WHOLE else {"every": 24, "plain_files": FEW_FILES}
    report = crash(work, "step", part=part, parts=PARTS, **options)
    assert report.kills * PARTS >= (500 if IS_WHOLE else 50)
    for outcome in ("no run, none to undo", "running, a run to undo"):
        assert report.outcomes[outcome]


@pytest.mark.parametrize("part", range(PARTS if IS_WHOLE else 1))
def test_a_kill_of_the_recovery_too(work: Path, part: int) -> None:
    options = {"every": 4, "count": 4, "parts": PARTS} if IS_WHOLE else {"every": 150, "count": 2}
    report = crash(work, "twice", part=part, plain_files=FEW_FILES, **options)
    assert report.kills > (100 if IS_WHOLE else 10)


def test_a_kill_of_the_rollback_of_a_finished_run(work: Path) -> None:
    report = crash(work, "rollback", plain_files=FEW_FILES, every=1 if IS_WHOLE else 25)
    assert report.kills > 10


@needs_git
def test_a_kill_around_the_commit(work: Path) -> None:
    report = crash(work, "commit", plain_files=FEW_FILES, every=1 if IS_WHOLE else 5)
    assert report.outcomes["committing, a run to undo"]


@needs_git
def test_a_kill_that_git_outlives(work: Path) -> None:
    assert crash(work, "orphaned commit", plain_files=FEW_FILES).kills == 4


def test_a_kill_at_random(work: Path, tmp_path: Path) -> None:
    # The disk takes its time to sync, so that more kills come while files are written.
    report = crash(tmp_path, "random", count=100) if IS_WHOLE else crash(work, "random", count=8)
    if IS_WHOLE and sys.platform == "linux":  # where they can be counted
        assert report.outcomes["with workers"]
