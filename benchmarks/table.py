"""Writes the table, as Markdown."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.rows.base import Bench, Measured, Outcome
from benchmarks.tools import machine, versions

_HEADING = ("what", "ssot", "beside", "figure", "to reach", "reached")


def write_table(table: str, path: Path) -> None:
    """Write a table in the place of the one in a file: sections that follow it stay."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    _, heading, further = before.partition("\n## ")
    path.write_text(table + heading + further, encoding="utf-8", newline="\n")


def render_table(bench: Bench, measured: Sequence[Measured]) -> str:
    """Return the table with what it takes to read it: command, machine, date, versions."""
    tree, findings = bench.tree, bench.findings
    share = len(tree.candidates) / len(tree.files) if tree.files else 0
    command = shlex.join(("python", "-m", "benchmarks", *sys.argv[1:]))
    kind = "generated" if tree.corpus else "real"
    lines = [
        "# Benchmarks",
        "",
        f"    {command}",
        "",
        f"- {datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, {machine()}",
        f"- {versions()}",
        f"- A {kind} tree: {len(tree.files):,} files, {tree.size_bytes / 1e6:.1f} MB;"
        f" {len(tree.candidates):,} name a moved symbol ({share:.1%}),"
        f" {len(tree.named):,} spell it or its module as part of any word.",
        "- Whole processes by the clock unless it says otherwise, files in memory, medians of"
        f" {bench.rounds} interleaved rounds or more; a ratio is the median of all rounds' ratios.",
    ]
    if bench.is_quick:
        lines.append(
            "- A quick run: samples of files, one round of what takes long. Not to be quoted."
        )
    lines += ["", _line(_HEADING), _line(["---"] * len(_HEADING))]
    rows = [row for one in measured for row in one.rows]
    for row in sorted(rows, key=lambda row: row.outcome is Outcome.FLOOR):
        told = (row.what, row.ours, row.beside, row.figure, row.target, row.outcome.value)
        lines.append(_line(told))
    expected = f", {tree.corpus.statements} were written" if tree.corpus else ""
    theirs = findings.ruff_statements
    notes = [
        f"Deprecated import statements: ssot {findings.ssot_statements}, Ruff"
        f" {'not asked' if theirs is None else theirs}{expected}."
    ]
    notes += [note for one in measured for note in one.notes]
    return "\n".join([*lines, "", *(f"- {note}" for note in notes), ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
