"""Asks the linters what they find, so that no figure is for less work than another."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.processes import BenchmarkError, run
from benchmarks.tools import find_tool, ruff_check, ssot_uncached
from benchmarks.trees import Tree, imports_of


class Findings(NamedTuple):
    """What ssot and Ruff find: ours as JSON has them, and the deprecated import statements of both.

    None where Ruff could not be asked.
    """

    violations: list[dict[str, Any]]
    ssot_statements: int
    ruff_statements: int | None


def ask(tree: Tree) -> Findings:
    """Count what ssot and Ruff find. Raises BenchmarkError for another number than was written."""
    output = run((*ssot_uncached(), "--format", "json"), tree.root).output
    violations = json.loads(output)["violations"]
    imports = [
        (one["path"], one["line"])
        for one in violations
        if one["code"] == "SSOT001" and one["kind"] == "import"
    ]
    banned = None
    if ruff := find_tool("ruff"):
        command = (*ruff_check(ruff, tree.moved), "--no-cache", "--output-format=json")
        hits = json.loads(run(command, tree.root).output)
        banned = [
            (hit["filename"], hit["location"]["row"]) for hit in hits if hit["code"] == "TID251"
        ]
    findings = Findings(
        violations,
        _count_statements(tree.root, imports),
        None if banned is None else _count_statements(tree.root, banned),
    )
    if corpus := tree.corpus:
        expect("files to check", corpus.files, len(tree.files))
        expect("files that name a moved symbol", corpus.candidates, len(tree.candidates))
        expect("deprecated imports by ssot", corpus.statements, findings.ssot_statements)
        if findings.ruff_statements is not None:
            expect("deprecated imports by Ruff", corpus.statements, findings.ruff_statements)
    return findings


def compare_with_flake8(
    findings: Findings, files: Sequence[str], outputs: dict[bool, str]
) -> tuple[int, int]:
    """Return how many violations ssot and Flake8 find in some files.

    `outputs` is what Flake8 printed with the plugin (True), and without it.
    """
    counts = {
        is_with: len(re.findall(r"(?m)^\S.*?:\d+:\d+: SSOT\d", output))
        for is_with, output in outputs.items()
    }
    if counts[False]:
        raise BenchmarkError("Flake8 reports SSOT codes in the environment without the plugin")
    known = set(files)
    return sum(os.path.normpath(one["path"]) in known for one in findings.violations), counts[True]


def expect(what: str, expected: int, found: int) -> None:
    """Raise BenchmarkError for a number that is not what it should be."""
    if found != expected:
        raise BenchmarkError(f"{what}: {found}, not {expected} as there should be")


def _count_statements(root: Path, places: Iterable[tuple[str, int]]) -> int:
    """Count the import statements that hold a reported line: Ruff reports uses as well."""
    lines: dict[Path, set[int]] = {}
    for path, line in places:
        lines.setdefault(root / path, set()).add(line)
    count = 0
    for file, reported in lines.items():
        statements = imports_of(file)
        if not statements:  # Ruff reads on where Python gives up
            count += len(reported)
        count += sum(
            any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in reported)
            for node in statements
        )
    return count
