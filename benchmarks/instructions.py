"""Counts the instructions that a command executes: by the processor, or by valgrind's."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.processes import BenchmarkError, environment
from benchmarks.tools import find_tool

Count = Callable[[Sequence[str], Path, Path], int]


def find_counter(work: Path) -> Count | None:
    """Return what counts here; virtual machines often have no counters that `perf` could read."""
    for count in (by_perf, by_valgrind):
        try:
            if count((sys.executable, "-c", "pass"), work, work) > 0:
                return count
        except BenchmarkError:
            continue
    return None


def by_perf(command: Sequence[str], root: Path, work: Path) -> int:
    """Return the instructions in user mode of a command and its children."""
    told = work / "perf.csv"
    _run("perf", ("stat", "-x,", "-e", "instructions:u", "-o", str(told), "--"), command, root)
    counts = [line.split(",")[0] for line in told.read_text(encoding="utf-8").splitlines()]
    numbers = [int(count) for count in counts if count.isdecimal()]
    if not numbers:
        raise BenchmarkError("perf counts no instructions here")
    return numbers[0]


def by_valgrind(command: Sequence[str], root: Path, work: Path) -> int:
    """Return the instructions of a command, without its children; forty times slower."""
    out = f"--cachegrind-out-file={work / 'cachegrind.out'}"
    told = _run("valgrind", ("--tool=cachegrind", "--cache-sim=no", out), command, root)
    found = re.findall(r"I\s+refs:\s+([\d,]+)", told)  # of a fork, with what went before it
    if not found:
        raise BenchmarkError(f"valgrind: {told}")
    return max(int(number.replace(",", "")) for number in found)


def _run(name: str, options: Sequence[str], command: Sequence[str], root: Path) -> str:
    """Run a command under a program that counts; return what that says."""
    counter = find_tool(name)
    if counter is None:
        raise BenchmarkError(f"{name} is not on PATH")
    done = subprocess.run(
        (counter, *options, *command),
        cwd=root,
        env={**environment, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode not in (0, 1):
        raise BenchmarkError(f"{name}: exit code {done.returncode}")
    return done.stderr
