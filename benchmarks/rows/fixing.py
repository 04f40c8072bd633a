"""`ssot fix` of the whole tree beside LibCST's RenameCommand on the files that could matter."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from benchmarks.processes import Step, ratio_of_pairs, run_in_rounds, wall
from benchmarks.rows.base import Bench, Measured, Row, judged, missing, seconds
from benchmarks.tools import ssot
from benchmarks.trees import restore

_WHAT, _LIMIT = "`ssot fix` of the whole tree, certificate included", 0.1
_TARGET = "at most 0.1x"


def measure(bench: Bench) -> Measured:
    """Measure both on a tree that is made what it was before each run."""
    tree, move = bench.tree, bench.tree.first
    if find_spec("libcst") is None:
        return Measured([missing(_WHAT, _TARGET, "LibCST is in the extra `bench`")])
    if move.new is None or not tree.candidates:
        return Measured([missing(_WHAT, _TARGET, "there is nothing to rename")])

    def afresh(_: int) -> None:
        restore(bench.original, tree.root)

    codemod = (sys.executable, "-m", "libcst.tool", "codemod", "--no-format", "--hide-progress")
    names = (f"--old_name={move.old}", f"--new_name={move.new}")
    rename = (*codemod, "rename.RenameCommand", *names, *tree.candidates)
    steps = [
        Step("ssot fix", (ssot(), "fix"), tree.root, afresh),
        Step("libcst", rename, tree.root, afresh),
    ]
    rounds = 1 if bench.is_quick else bench.rounds
    # All that it would warm, the copying of the tree does.
    samples = run_in_rounds(steps, rounds, what="fix", warms_up=False)
    afresh(0)
    ours, theirs = samples["ssot fix"], samples["libcst"]
    figure = ratio_of_pairs([s.wall for s in ours], [s.wall for s in theirs])
    beside = f"LibCST RenameCommand, {len(tree.candidates)} files: {seconds(wall(theirs))}"
    row = Row(_WHAT, seconds(wall(ours)), beside, f"{figure:.3f}x", _TARGET, judged(figure, _LIMIT))
    note = f"LibCST renames one symbol a run: here `{move.old}`; ssot, all that are declared."
    return Measured([row], (note,))
