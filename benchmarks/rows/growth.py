"""How time and memory of a cold `ssot check` grow with the tree."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median

from benchmarks.processes import Step, can_weigh_memory, peak_memory, run_in_rounds, say, wall
from benchmarks.rows.base import Bench, Measured, Row, judged, megabytes, missing, seconds
from benchmarks.tools import ssot_uncached
from benchmarks.trees import link_copies

_SIZES = (1, 2, 4)
_LIMIT = 1.10
_WHATS = ("growth: time of 1x, 2x, 4x, nothing cached", "growth: peak memory of 1x, 2x, 4x")
_TARGETS = ("within 10 % of proportional", "flat (within 10 %)")


def measure(bench: Bench) -> Measured:
    """Measure projects of one, two and four copies of the tree."""
    folder = bench.work / "growth"
    roots = {size: folder / str(size) for size in _SIZES}
    for size, root in roots.items():
        say(f"growth: linking {size}x")
        link_copies(bench.tree, root, size)
    steps = [Step(str(size), ssot_uncached(), root) for size, root in roots.items()]
    samples = run_in_rounds(steps, bench.rounds, what="growth")
    walls = [wall(samples[str(size)]) for size in _SIZES]
    slopes = [time / size / walls[0] for time, size in zip(walls, _SIZES, strict=True)]
    worst = max(slopes[1:])
    shown = ", ".join(f"{slope:.2f}x" for slope in slopes[1:])
    rows = [
        Row(
            _WHATS[0],
            ", ".join(map(seconds, walls)),
            "",
            f"for each byte: {shown}",
            _TARGETS[0],
            judged(worst, _LIMIT),
        )
    ]
    rows.append(_memory(bench, list(roots.values())))
    shutil.rmtree(folder)
    return Measured(rows, ("In the rows on growth, less than proportional counts as reached.",))


def _memory(bench: Bench, roots: list[Path]) -> Row:
    if not can_weigh_memory():
        return missing(_WHATS[1], _TARGETS[1], "needs Linux's smaps_rollup")
    say("growth: memory")
    rounds = 1 if bench.is_quick else bench.rounds
    sizes = [
        median(peak_memory(ssot_uncached(), root).proportional for _ in range(rounds))
        for root in roots
    ]
    factors = [size / sizes[0] for size in sizes[1:]]
    shown, figure = ", ".join(map(megabytes, sizes)), ", ".join(f"{f:.2f}x" for f in factors)
    outcome = judged(max(factors), _LIMIT)
    return Row(_WHATS[1], f"PSS {shown}", "", figure, _TARGETS[1], outcome)
