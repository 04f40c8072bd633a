"""The plugin inside Flake8: what the same run takes without it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmarks.agreement import compare_with_flake8, expect
from benchmarks.instructions import can_count, count_instructions
from benchmarks.processes import Sample, Step, ratio_of_pairs, run_in_rounds, say
from benchmarks.rows.base import Bench, Measured, Outcome, Row, judged, missing, seconds
from benchmarks.tools import flake8_commands, has_flake8

_LIMIT, _LIMIT_WITHOUT_NEEDLE = 1.02, 1.002
_TARGETS = ("at most 1.02x user time", "at most 1.002x instructions")
_SAMPLE = 400
"""Files without a needle that are checked."""
_QUICK = 8
"""What part of the files a quick run takes."""


def measure(bench: Bench) -> Measured:
    """Measure the files that name what moved, and then some that do not."""
    tree = bench.tree
    named = tree.named[:: _QUICK if bench.is_quick else 1]
    others = set(tree.files) - set(tree.candidates) - set(tree.named)
    plain = tree.sample(others, _SAMPLE // (_QUICK if bench.is_quick else 1), seed=bench.seed)
    whats = (
        f"Flake8 with the plugin, {len(named)} files that name what moved",
        f"Flake8 with the plugin, {len(plain)} files that do not",
    )
    if not has_flake8():
        why = "Flake8 is not installed"
        return Measured([missing(*pair, why) for pair in zip(whats, _TARGETS, strict=True)])
    first, told = _named(bench, whats[0], named)
    return Measured([first, _plain(bench, whats[1], plain)], told)


def _named(bench: Bench, what: str, files: Sequence[str]) -> tuple[Row, tuple[str, ...]]:
    commands = flake8_commands(bench.work, files)
    samples = _timed(bench, commands, f"Flake8 on {len(files)} files")
    outputs = {is_with: timed[0].output for is_with, timed in samples.items()}
    ours, theirs = compare_with_flake8(bench.findings, files, outputs)
    if bench.tree.corpus:
        expect("violations by Flake8", ours, theirs)
    figure, row = _user_time(what, samples, _TARGETS[0])
    note = f"Violations of all codes in these {len(files)} files: ssot {ours}, Flake8 {theirs}."
    return row._replace(outcome=judged(figure, _LIMIT)), (note,)


def _plain(bench: Bench, what: str, files: Sequence[str]) -> Row:
    commands = flake8_commands(bench.work, files)
    if not can_count(bench.work):
        samples = _timed(bench, commands, f"Flake8 on {len(files)} others")
        _, row = _user_time(what, samples, _TARGETS[1])
        told = f"no instruction counter here; {row.figure} user time"
        return row._replace(figure=told, outcome=Outcome.NOT_MEASURED)
    counts: dict[bool, list[int]] = {True: [], False: []}
    for number in range(bench.rounds):
        say(f"instructions: round {number + 1} of {bench.rounds}")
        for is_with, command in commands.items():
            counts[is_with].append(count_instructions(command, bench.tree.root, bench.work))
    ours, theirs = (median(counts[is_with]) / 1e9 for is_with in (True, False))
    beside, figure = f"without it: {theirs:.2f}e9 instructions", ours / theirs
    outcome = judged(figure, _LIMIT_WITHOUT_NEEDLE)
    return Row(what, f"{ours:.2f}e9 instructions", beside, f"{figure:.4f}x", _TARGETS[1], outcome)


def _timed(
    bench: Bench, commands: dict[bool, tuple[str, ...]], what: str
) -> dict[bool, list[Sample]]:
    steps = [Step(str(is_with), command, bench.tree.root) for is_with, command in commands.items()]
    samples = run_in_rounds(steps, bench.rounds, what=what)
    return {is_with: samples[str(is_with)] for is_with in commands}


def _user_time(what: str, samples: dict[bool, list[Sample]], target: str) -> tuple[float, Row]:
    ours, theirs = ([sample.user for sample in samples[is_with]] for is_with in (True, False))
    figure = ratio_of_pairs(ours, theirs)
    beside = f"without it: user {seconds(median(theirs))}"
    return figure, Row(what, f"user {seconds(median(ours))}", beside, f"{figure:.3f}x", target)
