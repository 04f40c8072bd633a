"""The peak memory of `ssot check`, over all of its processes."""

from __future__ import annotations

from statistics import median

from benchmarks.processes import can_weigh_memory, peak_memory, say
from benchmarks.rows.base import Bench, Measured, Row, judged, megabytes, missing
from benchmarks.tools import ssot, ssot_uncached

_LIMIT = 150e6
_TARGET = "at most 150 MB"


def measure(bench: Bench) -> Measured:
    """Measure a check with nothing cached, and one that finds its cache."""
    rows = []
    for kind, command in (("nothing cached", ssot_uncached()), ("again", (ssot(), "check"))):
        what = f"peak memory of `ssot check`, {kind}"
        if not can_weigh_memory():
            rows.append(missing(what, _TARGET, "needs Linux's smaps_rollup"))
            continue
        say(what)
        peaks = [peak_memory(command, bench.tree.root) for _ in range(bench.rounds)]
        figure = median(peak.proportional for peak in peaks)
        resident = f"resident {megabytes(median(peak.resident for peak in peaks))}"
        outcome = judged(figure, _LIMIT)
        rows.append(Row(what, f"PSS {megabytes(figure)}", resident, "", _TARGET, outcome))
    note = (
        "Memory is the largest sum over all processes at once, looked at every 5 ms: PSS counts a"
        " page that they share once, resident once for each of them."
    )
    return Measured(rows, (note,))
