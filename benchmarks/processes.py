"""Times whole processes, in rounds, and weighs their memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

_INTERVAL = 0.005
"""Seconds between two looks at the memory of a process."""

environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
environment.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody starts a tool like that


class BenchmarkError(Exception):
    """Something that makes the figures worthless."""


class Sample(NamedTuple):
    """One whole process with its children: seconds by the clock, and of CPU time."""

    wall: float
    user: float
    system: float
    output: str

    @property
    def cpu(self) -> float:
        """Seconds of user and system time."""
        return self.user + self.system


class Peak(NamedTuple):
    """The most memory that a process and its children had at once, in bytes.

    `proportional` counts a page that several of them share once, `resident` once for each.
    """

    proportional: int
    resident: int


class Step(NamedTuple):
    """One command of a round; `before` is told the round's number, and not timed."""

    label: str
    command: Sequence[str]
    root: Path
    before: Callable[[int], None] | None = None


def run(command: Sequence[str], root: Path) -> Sample:
    """Run a command in a folder; all of the tools exit 0 or 1 if all went well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    try:
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
    except OSError as error:
        raise BenchmarkError(f"cannot run {command[0]}: {error.strerror}") from error
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    problem = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 1) or "Traceback" in problem:
        shown = " ".join(command)[:300]
        raise BenchmarkError(f"exit code {done.returncode} from {shown}\n{problem[-2000:]}")
    return Sample(
        wall,
        after.ru_utime - before.ru_utime,
        after.ru_stime - before.ru_stime,
        done.stdout.decode(errors="replace"),
    )


def run_in_rounds(
    steps: Sequence[Step], rounds: int, *, what: str, warms_up: bool = True
) -> dict[str, list[Sample]]:
    """Run the steps one after the other, `rounds` times after one round to warm up.

    Interleaved, so that a change in the machine's load falls on all alike.
    """
    samples: dict[str, list[Sample]] = {step.label: [] for step in steps}
    for number in range(0 if warms_up else 1, rounds + 1):
        say(f"{what}: " + (f"round {number} of {rounds}" if number else "warming up"))
        for step in steps:
            if step.before is not None:
                step.before(number)
            sample = run(step.command, step.root)
            if number:
                samples[step.label].append(sample)
    return samples


def wall(samples: Sequence[Sample]) -> float:
    """Return the median of seconds by the clock."""
    return median(sample.wall for sample in samples)


def ratio_of_pairs(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the median of what one is of the other, round by round."""
    return median(a / b for a, b in zip(first, second, strict=True))


def peak_memory(command: Sequence[str], root: Path) -> Peak:
    """Run a command, and look every few milliseconds at what all its processes hold."""
    with subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        proportional = resident = 0
        while process.poll() is None:
            now = memory_of(process.pid)
            proportional = max(proportional, now.proportional)
            resident = max(resident, now.resident)
            time.sleep(_INTERVAL)
    if process.returncode not in (0, 1):
        raise BenchmarkError(f"exit code {process.returncode} from {' '.join(command)[:300]}")
    return Peak(proportional, resident)


def can_weigh_memory() -> bool:
    """Whether the system tells the memory of a process and its children."""
    return os.path.exists("/proc/self/smaps_rollup")


def memory_of(number: int) -> Peak:
    """Return what a process and all that descend from it hold now."""
    sizes = [_memory(one) for one in _family(number)]
    return Peak(sum(s.proportional for s in sizes), sum(s.resident for s in sizes))


def _family(number: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [number]
    for one in found:
        try:
            for thread in os.listdir(f"/proc/{one}/task"):
                text = Path(f"/proc/{one}/task/{thread}/children").read_text(encoding="ascii")
                found += map(int, text.split())
        except OSError:  # it has ended
            continue
    return found


def _memory(number: int) -> Peak:
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
    except OSError:  # it has ended, or is just about to
        return Peak(0, 0)
    sizes = {words[0]: words[1] for words in map(str.split, text.splitlines()[1:])}
    return Peak(int(sizes.get("Pss:", 0)) * 1024, int(sizes.get("Rss:", 0)) * 1024)


def say(text: str) -> None:
    """Tell whoever waits how far this is."""
    print(f"benchmarks: {text}", file=sys.stderr, flush=True)
