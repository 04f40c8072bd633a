"""The command `python -m benchmarks.new_import`: one new import in a tolerated tree.

A copy of a tree becomes a git repository of one commit, and `ssot baseline create` tolerates all
that is in it. Then a deprecated import comes into some files, one at a time: at the top, within a
function; into files that hold a tolerated one, into files that hold none. `ssot check` must fail,
and name that line alone.
"""

from __future__ import annotations

import argparse
import ast
import random
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from benchmarks.phases import AUTHOR, run
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.baseline import load_baseline
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.globs import matches

_OLD = "netra_backend.app.agents.supervisor.execution_engine.ExecutionEngine"
_SSOT = (sys.executable, "-m", "flake8_ssot_engine")


def main() -> int:
    """Try each file, print a table, and return how many were not as they must be."""
    parser = argparse.ArgumentParser(prog="benchmarks.new_import", description=__doc__)
    parser.add_argument("tree", type=Path, help="the tree; it is copied")
    parser.add_argument("work", type=Path, help="the copy, which is not there yet")
    parser.add_argument("--old", default=_OLD, help="what is imported: `module.Name`")
    parser.add_argument("--config", type=Path, help="the ssot.toml for it; default: the preset")
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--seed", type=int, default=565)
    options = parser.parse_args()
    tree = options.work.resolve()
    ignored = shutil.ignore_patterns(".git", "__pycache__", "site-packages")
    shutil.copytree(options.tree, tree, symlinks=True, ignore=ignored)
    if options.config:
        shutil.copy(options.config, tree / "ssot.toml")
    run(tree, "git", "init", "--quiet")
    begun = time.perf_counter()
    run(tree, *_SSOT, "baseline", "create")
    print(f"ssot baseline create: {time.perf_counter() - begun:.1f} s")
    run(tree, "git", "add", "--all", "--force")
    run(tree, "git", *AUTHOR, "commit", "--quiet", "--message", "before")
    failures = int(_named(tree) != ([], 0))
    module, _, name = options.old.rpartition(".")
    statement = f"from {module} import {name}"
    for path, is_holding, place in _choose(tree, options.old, options.files, options.seed):
        before = path.read_bytes()
        after, line = _with_import(before, statement, place)
        path.write_bytes(after)
        named, code = _named(tree)
        path.write_bytes(before)
        shown = str(path.relative_to(tree))
        alone = {(one[0], one[1]) for one in named} == {(shown, line)}
        failures += not (alone and code == 1)
        told = "that alone" if alone else f"NOT that alone: {named}"
        held = "holds one" if is_holding else "holds none"
        codes = " ".join(one[2] for one in named if one[:2] == (shown, line))
        print(f"| {shown}:{line} | {held} | {place} | exit {code} | {codes} | {told} |", flush=True)
    failures += int(_named(tree) != ([], 0))
    return failures


def _choose(tree: Path, old: str, count: int, seed: int) -> Iterator[tuple[Path, bool, str]]:
    """Yield files that hold a tolerated import and files that do not, by turns, with a place."""
    finder = ConfigFinder(complete=with_bridges)
    settings = finder.settings_for(str(tree))
    baseline = load_baseline(settings)
    holding = {
        name
        for name, traits in baseline.files.items()
        if any(trait.code == "SSOT001" and trait.symbol == old for trait in traits)
    }
    listed = [Path(path) for path, _ in find_files([str(tree)], finder)]
    owners = [globs for migration in settings.migrations for globs in migration.owners]
    module = Path(*old.split(".")[:-1])
    plain = [
        path
        for path in listed
        if not any(matches(globs, str(path)) for globs in owners)
        and path.relative_to(tree) not in (module.with_suffix(".py"), module / "__init__.py")
    ]
    choice = random.Random(seed)
    choice.shuffle(plain)
    by_kind = {
        True: [path for path in plain if str(path.relative_to(tree)) in holding],
        False: [path for path in plain if str(path.relative_to(tree)) not in holding],
    }
    for number in range(count):
        is_holding, place = number % 2 == 0, ("top", "function")[number // 2 % 2]
        while path := by_kind[is_holding].pop() if by_kind[is_holding] else None:
            if _line_for(path.read_bytes(), place):
                yield path, is_holding, place
                break


def _with_import(data: bytes, statement: str, place: str) -> tuple[bytes, int]:
    """Return a file's bytes with an import at a place, and its line there."""
    line = _line_for(data, place)
    assert line
    lines = data.splitlines(keepends=True)
    below = lines[line - 1]
    indent = below[: len(below) - len(below.lstrip())]
    end = b"\r\n" if below.endswith(b"\r\n") else b"\n"
    lines.insert(line - 1, indent + statement.encode() + end)
    return b"".join(lines), line


def _line_for(data: bytes, place: str) -> int:
    """Return the line before which an import may stand, 0 where there is no such line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError):
        return 0
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes: list[ast.Module | ast.FunctionDef | ast.AsyncFunctionDef]
    nodes = [tree] if place == "top" else [n for n in ast.walk(tree) if isinstance(n, functions)]
    lines = data.splitlines()
    for node in nodes:
        for statement in node.body:
            is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
            decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
            line = min([statement.lineno, *(one.lineno for one in decorators)])
            before = lines[line - 1][: statement.col_offset] if not decorators else b""
            if not is_text and not is_future and not before.strip():
                is_own = isinstance(node, ast.Module) or line > node.lineno
                if is_own and not lines[line - 2].rstrip().endswith(b"\\"):
                    return line
                break
    return 0


def _named(tree: Path) -> tuple[list[tuple[str, int, str]], int]:
    """Return path, line and code of what `ssot check` names, and its exit code."""
    command = [*_SSOT, "check", "--format=concise", "--quiet", "--syntax=candidates"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    split = (line.split(":", 3) for line in done.stdout.splitlines())
    return [(path, int(line), rest.split()[0]) for path, line, _, rest in split], done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
