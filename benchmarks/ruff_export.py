"""The command `python -m benchmarks.ruff_export`: what Ruff sees of what SSOT001 reports.

In a tree that has a configuration, or is the built-in preset's, it lets `ssot export ruff` write
Ruff's configuration, runs Ruff by it and checks by SSOT001, and compares the two
statement by statement. What only one of them reports is sorted into classes.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.tools import find_tool
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.run import Report, check_files
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.modules import is_regular_package
from flake8_ssot_engine.project.parallel import available_cores
from flake8_ssot_engine.violations import ReferenceKind, Violation


class Statement(NamedTuple):
    """A statement, by its file relative to the tree and the line it starts on."""

    path: str
    line: int


def main() -> int:
    """Run the comparison; return 1 if Ruff reports something that has no class."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ruff_export")
    parser.add_argument("tree", type=Path, help="the tree to look through; it is only read")
    parser.add_argument("--details", type=Path, help="write every disagreement to this file")
    options = parser.parse_args()
    tree = options.tree.resolve()
    exported = _ssot(tree, "export", "ruff", "--target", "ruff.toml")
    report = _checked(tree)
    ours: defaultdict[Statement, list[Violation]] = defaultdict(list)
    for found in report.findings:
        ours[_statement(tree, found.path, found.start.line)].append(found.violation)
    broken = {error.path for error in report.errors}
    exempt = set(re.findall(r'^"(.+)" = \["TID251"\]$', exported, re.MULTILINE))
    theirs: defaultdict[Statement, list[str]] = defaultdict(list)
    for item in _ruff(tree, exported):
        path = str(Path(item["filename"]).relative_to(tree))
        theirs[_statement(tree, path, item["location"]["row"])].append(item["message"])

    lines: list[str] = []
    mine: Counter[str] = Counter()
    for statement in sorted(ours.keys() - theirs.keys()):
        kind = _class_of_ours(tree, statement, ours[statement], broken, exempt)
        mine[kind] += 1
        lines.append(f"ours only: {kind}: {_shown(tree, statement)}")
    others: Counter[str] = Counter()
    for statement in sorted(theirs.keys() - ours.keys()):
        kind = _class_of_theirs(tree, statement, theirs[statement], ours)
        others[kind] += 1
        lines.append(f"Ruff only: {kind}: {_shown(tree, statement)}")
    if options.details:
        options.details.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{'banned names':<56}{exported.count('.msg = '):>6}")
    for title, count in (
        ("statements that SSOT001 reports", len(ours)),
        ("statements that TID251 reports", len(theirs)),
        ("both", len(ours.keys() & theirs.keys())),
    ):
        print(f"{title:<56}{count:>6}")
    for side, counts in (("ours only", mine), ("Ruff only", others)):
        for kind, count in counts.most_common():
            print(f"{f'{side}: {kind}':<56}{count:>6}")
    return int(bool(mine["unexplained"] or others["unexplained"]))


def _checked(tree: Path) -> Report:
    """Do what `ssot check --select SSOT001` does, without the fixes that its JSON holds."""
    finder = ConfigFinder(complete=with_bridges)
    found = list(find_files([str(tree)], finder))
    # One object for each configuration: what is read of a project is kept by it.
    chosen = {id(own): own.overridden(select=("SSOT001",)) for _, own in found}
    tasks = [Task(path, os.path.relpath(path, tree), chosen[id(own)]) for path, own in found]
    return check_files(tasks, jobs=available_cores())


def _ssot(tree: Path, *arguments: str) -> str:
    # the program, since `python -m` would import the tree's own modules
    command = [find_tool("ssot") or sys.exit("ssot is not installed"), *arguments]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"ssot {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def _ruff(tree: Path, exported: str) -> list[dict[str, Any]]:
    """Run Ruff by the exported configuration alone, which counts from the folder it runs in."""
    ruff = find_tool("ruff") or sys.exit("Ruff is not installed: pip install -e '.[bench]'")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "ruff.toml")
        config.write_text(exported, "utf-8")
        command = [
            *(ruff, "check", "--no-cache", "--exit-zero", "--select=TID251"),
            *("--output-format=json", "--no-respect-gitignore", f"--config={config}", "."),
        ]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True)
    return [item for item in json.loads(done.stdout) if item["code"] == "TID251"]


def _class_of_ours(
    tree: Path,
    statement: Statement,
    items: list[Violation],
    broken: set[str],
    exempt: set[str],
) -> str:
    """Return why Ruff does not see a statement."""
    node = _node(tree, statement)
    if node is None or statement.path in broken:
        return "file that does not parse"
    if statement.path in exempt or f"./{statement.path}" in exempt:
        return "in a home or an owner, by a move that is not its own"
    if not _is_utf8(tree / statement.path):
        return "file that is not UTF-8"
    if isinstance(node, ast.ImportFrom):
        if any(alias.name == "*" for alias in node.names):
            return "star import of a module that stays"
        if node.level and not is_regular_package(str((tree / statement.path).parent)):
            return "relative import outside a regular package"
    if any("re-exported as" in item.message for item in items):
        return "by a name that is not exported"
    if all(item.kind is ReferenceKind.ATTRIBUTE for item in items):
        return "attribute of what was assigned, rebound or only may be"
    return "unexplained"


def _class_of_theirs(
    tree: Path,
    statement: Statement,
    messages: list[str],
    ours: dict[Statement, list[Violation]],
) -> str:
    """Return why we do not report a statement."""
    node = _node(tree, statement)
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "unexplained"
    symbols = {
        str(item.symbol) for s, every in ours.items() if s.path == statement.path for item in every
    }
    banned = {message.split("`")[1] for message in messages}
    if all(any(f"{name}.".startswith(f"{symbol}.") for symbol in symbols) for name in banned):
        return "use of what an import brings that both report"
    return "unexplained"


def _statement(tree: Path, path: str, line: int) -> Statement:
    """Return the innermost statement on a line; the line itself in a file that does not parse."""
    return Statement(path, _starts(tree / path).get(line, line))


@lru_cache(maxsize=512)
def _starts(path: Path) -> dict[int, int]:
    starts: dict[int, int] = {}
    for node in _statements(path):  # outer ones come first
        starts.update(dict.fromkeys(range(node.lineno, (node.end_lineno or 0) + 1), node.lineno))
    return starts


@lru_cache(maxsize=512)
def _statements(path: Path) -> tuple[ast.stmt, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return tuple(_walk(ast.parse(path.read_bytes())))
    except (SyntaxError, ValueError):
        return ()


def _walk(tree: ast.Module) -> Iterator[ast.stmt]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.stmt))


def _node(tree: Path, statement: Statement) -> ast.stmt | None:
    every = _statements(tree / statement.path)
    return next((node for node in every if node.lineno == statement.line), None)


def _is_utf8(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _shown(tree: Path, statement: Statement) -> str:
    lines = (tree / statement.path).read_text("utf-8", "replace").split("\n")
    return f"{statement.path}:{statement.line}: {lines[statement.line - 1].strip()[:110]}"


if __name__ == "__main__":
    sys.exit(main())
