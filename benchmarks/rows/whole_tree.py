"""`ssot check` of the whole tree beside Ruff: cold, warm, with ten files changed; the floors."""

from __future__ import annotations

from functools import partial
from statistics import median

from benchmarks.processes import Sample, Step, ratio_of_pairs, run_in_rounds, wall
from benchmarks.rows.base import Bench, Measured, Row, judged, missing, seconds
from benchmarks.tools import find_tool, ruff_check, ssot, ssot_uncached
from benchmarks.trees import append_comment, restore

_CHANGED = 10
_KINDS = (
    ("cold", "`ssot check`, nothing cached", "Ruff TID251 `--no-cache`", 0.5),
    ("warm", "`ssot check` again, nothing changed", "Ruff with its cache", 1.0),
    ("changed", "`ssot check` again, ten files changed", "Ruff with its cache", 1.0),
)


def measure(bench: Bench) -> Measured:
    """Measure both linters in the same rounds, with what it takes to read the tree at all."""
    tree, ruff = bench.tree, find_tool("ruff")
    changed = tree.sample(tree.candidates, 1, seed=bench.seed)
    others = set(tree.files) - set(tree.candidates)
    changed += tree.sample(others, _CHANGED - len(changed), seed=bench.seed)
    change = partial(append_comment, [tree.root / name for name in changed])
    cached = ((ssot(), "check"), ("--cache-dir", str(bench.work / "ruff-cache")))
    steps = []
    for kind, command, ruffs_cache in (
        ("cold", ssot_uncached(), ("--no-cache",)),
        ("warm", *cached),
        ("changed", *cached),
    ):
        before = change if kind == "changed" else None
        steps.append(Step(f"ssot {kind}", command, tree.root, before))
        if ruff:
            banning = (*ruff_check(ruff, tree.moved), *ruffs_cache)
            steps.append(Step(f"ruff {kind}", banning, tree.root))
    steps += _floors(bench)
    samples = run_in_rounds(steps, bench.rounds, what="whole tree")
    restore(bench.original, tree.root)
    rows = []
    for kind, what, beside, limit in _KINDS:
        target = f"at most {limit:.1f}x"
        if not ruff:
            rows.append(missing(what, target, "Ruff is in the extra `bench`"))
            continue
        ours, theirs = samples[f"ssot {kind}"], samples[f"ruff {kind}"]
        figure = ratio_of_pairs([s.wall for s in ours], [s.wall for s in theirs])
        told = f"{beside}: {_both(theirs)}"
        rows.append(Row(what, _both(ours), told, f"{figure:.2f}x", target, judged(figure, limit)))
    size = tree.size_bytes / 1e6
    for label in ("cat", "grep"):
        if label in samples:
            speed = f"{size / wall(samples[label]):.0f} MB/s"
            rows.append(Row(f"floor: `{label}` of all files", _both(samples[label]), "", speed))
    notes = []
    if ssot_uncached() == (ssot(), "check"):
        notes.append("`ssot check` keeps no cache: its three rows time the same command.")
    return Measured(rows, tuple(notes))


def _floors(bench: Bench) -> list[Step]:
    names = bench.work / "names"
    names.write_bytes(
        b"\0".join(name.encode(errors="surrogateescape") for name in bench.tree.files)
    )
    root, steps = bench.tree.root, []
    if shell := find_tool("sh"):
        reads = (shell, "-c", f"xargs -0 cat <'{names}' >/dev/null")
        steps.append(Step("cat", reads, root))
    if grep := find_tool("grep"):
        search = (grep, "-rl", "--include=*.py", "-e", bench.tree.first.old.last, ".")
        steps.append(Step("grep", search, root))
    return steps


def _both(samples: list[Sample]) -> str:
    return f"{seconds(wall(samples))} (CPU {seconds(median(s.cpu for s in samples))})"
