"""`ssot check ONE_FILE`, as a commit hook runs it, in a large project and in a small one."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.processes import Step, run_in_rounds, say
from benchmarks.rows.base import Bench, Measured, Row, judged, milliseconds, missing
from benchmarks.tools import find_tool, ruff_check, ssot
from benchmarks.trees import Tree, append_comment, imported_files, imports_of, link_part, restore

_LIMIT = 0.150
_PART = 10
"""What part of the files the small project has."""
_TARGET = "at most 150 ms over Python"


def measure(bench: Bench) -> Measured:
    """Measure one file that names nothing and one that is full of imports, each just changed."""
    tree = bench.tree
    chosen = {"names nothing": _plain(tree), "imports what moved": _importing(bench)}
    files = {kind: name for kind, name in chosen.items() if name is not None}
    part = bench.work / "part"
    imported = (imported_files(tree, name) for name in files.values())
    link_part(tree, part, {*tree.files[::_PART], *files.values(), *set().union(*imported)})
    projects = {"": tree.root, ", a tenth of the project": part}
    rounds = bench.rounds * (1 if bench.is_quick else 3)
    say(f"one file: {', '.join(files.values())}")
    ruff, rows = find_tool("ruff"), []
    for where, root in projects.items():
        steps = [Step("python", (sys.executable, "-c", "pass"), root)]
        for kind, name in files.items():
            change = partial(append_comment, [root / name])
            steps.append(Step(f"ssot {kind}", (ssot(), "check", name), root, change))
            if ruff:
                cache = ("--cache-dir", str(bench.work / "ruff-cache"))
                command = (*ruff_check(ruff, tree.moved), *cache, name)
                steps.append(Step(f"ruff {kind}", command, root))
        samples = run_in_rounds(steps, rounds, what=f"one file{where}")
        bare = [sample.wall for sample in samples["python"]]
        for kind in files:
            what = f"`ssot check ONE_FILE` that {kind}{where}"
            ours, theirs = samples[f"ssot {kind}"], samples.get(f"ruff {kind}", [])
            over = median(s.wall - b for s, b in zip(ours, bare, strict=True))
            beside = f"Python {milliseconds(median(bare))}"
            if theirs:
                beside += f", Ruff {milliseconds(median(s.wall for s in theirs))}"
            shown = milliseconds(median(s.wall for s in ours))
            told = f"+{milliseconds(over)}"
            rows.append(Row(what, shown, beside, told, _TARGET, judged(over, _LIMIT)))
    restore(bench.original, tree.root)
    rows += [
        missing(f"`ssot check ONE_FILE` that {kind}", _TARGET, "there is no such file")
        for kind, name in chosen.items()
        if name is None
    ]
    return Measured(rows)


def _plain(tree: Tree) -> str | None:
    """Return the file of median size among those that name nothing."""
    others = sorted(set(tree.files) - set(tree.candidates) - set(tree.named))
    others.sort(key=lambda name: (tree.root / name).stat().st_size)
    return others[len(others) // 2] if others else None


def _importing(bench: Bench) -> str | None:
    """Return the file with the most import statements of those with a deprecated one."""
    found = {
        os.path.normpath(one["path"])
        for one in bench.findings.violations
        if one["code"] == "SSOT001" and one["kind"] == "import"
    }
    found.intersection_update(bench.tree.files)
    counts = {name: len(imports_of(Path(bench.tree.root / name))) for name in sorted(found)}
    return max(counts, key=counts.__getitem__) if counts else None
