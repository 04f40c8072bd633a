"""The plugin inside Flake8: what the same run takes without it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.agreement import compare_with_flake8, expect
from benchmarks.instructions import find_counter
from benchmarks.processes import Sample, Step, ratio_of_pairs, run, run_in_rounds, say
from benchmarks.rows.base import Bench, Measured, Row, judged, missing, seconds
from benchmarks.tools import flake8_commands, has_flake8

_LIMIT, _LIMIT_WITHOUT_NEEDLE = 1.02, 1.002
_TARGETS = ("at most 1.02x user time", "at most 1.002x instructions")
_SAMPLE = 40
"""Files without a needle that are checked, and then twice as many."""
_MANY = 200
"""Files for which the plugin searches the whole project, and keeps what it finds."""
_LACKS = "Flake8 is not installed"
_QUICK = 8
"""What part of the files a quick run takes."""


def measure_named(bench: Bench) -> Measured:
    """Measure the files that name what moved: with nothing cached, and again."""
    named = bench.tree.named[:: _QUICK if bench.is_quick else 1]
    what = f"Flake8 with the plugin, {len(named)} files that name what moved"
    whats = (f"{what}, nothing cached", f"{what}, again")
    if not has_flake8():
        targets = ("", _TARGETS[0])
        return Measured([missing(*pair, _LACKS) for pair in zip(whats, targets, strict=True)])
    return Measured(*_named(bench, whats, named))


def measure_others(bench: Bench) -> Measured:
    """Measure what each further file costs that does not name what moved."""
    tree, what = bench.tree, "Flake8 with the plugin, each file that does not"
    others = set(tree.files) - set(tree.candidates) - set(tree.named)
    plain = tree.sample(others, 2 * _SAMPLE, seed=bench.seed)
    if not has_flake8():
        return Measured([missing(what, _TARGETS[1], _LACKS)])
    row, told = _plain(bench, what, plain)
    return Measured([row], told)


def _named(
    bench: Bench, whats: Sequence[str], files: Sequence[str]
) -> tuple[list[Row], tuple[str, ...]]:
    commands = flake8_commands(bench.work, files)
    root = bench.tree.root
    steps = [
        Step("cold", commands[True], root, before=lambda _: _forget(root)),
        Step("again", commands[True], root),
        Step("without", commands[False], root),
    ]
    samples = run_in_rounds(steps, bench.rounds, what=f"Flake8 on {len(files)} files")
    outputs = {True: samples["again"][0].output, False: samples["without"][0].output}
    ours, theirs = compare_with_flake8(bench.findings, files, outputs)
    if bench.tree.corpus:
        expect("violations by Flake8", ours, theirs)
    _, cold = _user_time(whats[0], samples["cold"], samples["without"], "")
    figure, again = _user_time(whats[1], samples["again"], samples["without"], _TARGETS[0])
    note = f"Violations of all codes in these {len(files)} files: ssot {ours}, Flake8 {theirs}."
    return [cold, again._replace(outcome=judged(figure, _LIMIT))], (note,)


def _plain(bench: Bench, what: str, files: Sequence[str]) -> tuple[Row, tuple[str, ...]]:
    """Measure what a further file costs: the start is the same for one and for thousands."""
    count = find_counter(bench.work)
    if count is None:
        return missing(what, _TARGETS[1], "no instruction counter here"), ()
    root = bench.tree.root
    run(flake8_commands(bench.work, bench.tree.files[:_MANY])[True], root)
    say("instructions of Flake8, with the plugin and without")
    half, whole = len(files) // 2, len(files)
    counted = {
        (is_with, number): count(command, root, bench.work)
        for number in (half, whole)
        for is_with, command in flake8_commands(bench.work, files[:number], is_steady=True).items()
    }
    ours, theirs = ((counted[w, whole] - counted[w, half]) / (whole - half) for w in (True, False))
    start = (counted[True, half] - half * ours) - (counted[False, half] - half * theirs)
    figure = ours / theirs
    row = Row(
        what,
        f"{ours / 1e6:.3f}e6 instructions",
        f"without it: {theirs / 1e6:.3f}e6 instructions",
        f"{figure:.4f}x",
        _TARGETS[1],
        judged(figure, _LIMIT_WITHOUT_NEEDLE),
    )
    note = f"The plugin's start, where all is cached: {start / 1e6:.0f}e6 instructions"
    return row, (f"{note}, as many as {start / theirs:.1f} such files take without it.",)


def _forget(root: Path) -> None:
    shutil.rmtree(root / ".ssot_cache", ignore_errors=True)


def _user_time(
    what: str, ours: list[Sample], theirs: list[Sample], target: str
) -> tuple[float, Row]:
    mine, other = ([sample.user for sample in samples] for samples in (ours, theirs))
    figure = ratio_of_pairs(mine, other)
    beside = f"without it: user {seconds(median(other))}"
    return figure, Row(what, f"user {seconds(median(mine))}", beside, f"{figure:.3f}x", target)
