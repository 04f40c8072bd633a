"""Counts the instructions that a command executes, where the machine tells."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import BenchmarkError, environment
from benchmarks.tools import find_tool


def can_count(work: Path) -> bool:
    """Whether there is `perf`, and a counter that it may read; virtual machines often have none."""
    try:
        return count_instructions((sys.executable, "-c", "pass"), work, work) > 0
    except BenchmarkError:
        return False


def count_instructions(command: Sequence[str], root: Path, work: Path) -> int:
    """Return the instructions in user mode of a command and its children."""
    perf = find_tool("perf")
    if perf is None:
        raise BenchmarkError("perf is not on PATH")
    told = work / "perf.csv"
    done = subprocess.run(
        (perf, "stat", "-x,", "-e", "instructions:u", "-o", str(told), "--", *command),
        cwd=root,
        env={**environment, "PYTHONHASHSEED": "0"},
        capture_output=True,
        check=False,
    )
    if done.returncode not in (0, 1) or not told.exists():
        raise BenchmarkError(f"perf: exit code {done.returncode}")
    counts = [line.split(",")[0] for line in told.read_text(encoding="utf-8").splitlines()]
    numbers = [int(count) for count in counts if count.isdecimal()]
    if not numbers:
        raise BenchmarkError("perf counts no instructions here")
    return numbers[0]
