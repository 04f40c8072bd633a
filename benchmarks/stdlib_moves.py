"""The command `python -m benchmarks.stdlib_moves`: ten moves fixed all over the standard library.

It copies the library of the Python that runs it, declares moves of what the library itself uses
most, and lets `ssot fix` redirect every use. The definitions stay where they are, so nothing of it
is run: what compiled before has to compile after, and a second fix has to find nothing to do.
"""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
import sysconfig
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from benchmarks.tools import find_tool

MOVES = {
    # functions
    "os.path.join": "pathtools.join_paths",
    "warnings.warn": "warnings_new.warn",
    "collections.namedtuple": "records.namedtuple",
    "textwrap.dedent": "textwrap.unindent",  # renamed where it is
    "unittest.mock.patch": "unittest.patching.patch",
    # classes
    "functools.partial": "functools_new.Partial",
    "io.StringIO": "io_text.TextBuffer",
    "types.SimpleNamespace": "types_new.SimpleNamespace",
    # modules
    "contextlib": "contextlib_new",
    "test.support.os_helper": "test.support.os_tools",
}


class Run(NamedTuple):
    """One run of the command: what it printed, its exit code, and seconds by the clock."""

    output: str
    errors: str
    code: int
    seconds: float


def main() -> int:
    """Fix the copy and return the exit code: 1 if a file broke or the second fix did something."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stdlib_moves")
    parser.add_argument("folder", type=Path, help="where the copy is put; an old one is removed")
    parser.add_argument("--dry", action="store_true", help="everything but the fix")
    options = parser.parse_args()
    tree: Path = options.folder.resolve() / "lib"
    _copy_library(tree)
    sources = _sources(tree)
    compiled = _compiled(sources)
    print(f"{len(sources)} files, {len(compiled)} of them compile")

    _table("imports of", ("before",), [_imports(sources)])
    before = _ssot(tree, "check", "--format", "concise", "--statistics", "--exit-zero")
    reports = [before]
    broken: list[Path] = []
    is_stable = True
    if not options.dry:
        first = _ssot(tree, "fix")
        print("\nssot fix says:", first.output[-4000:], first.errors, sep="\n")
        after = _sources(tree)
        changed = sum(after[path] != sources[path] for path in sources)
        print(f"{changed} files changed in {first.seconds:.1f} s")
        broken = sorted(compiled - _compiled(after))
        for path in broken:
            print(f"does not compile any more: {path}")
        second = _ssot(tree, "fix")
        is_stable = _sources(tree) == after
        print(f"a second fix changes nothing: {is_stable} ({second.seconds:.1f} s)")
        reports.append(_ssot(tree, "check", "--format", "concise", "--statistics", "--exit-zero"))
        _table("imports of", ("before", "after"), [_imports(sources), _imports(after)])
    heads = ("before", "left")[: len(reports)]
    for title, field in (("code", 1), ("symbol", 2)):
        _table(title, heads, [_counted(report.output, field) for report in reports])
    seconds = ", ".join(f"{report.seconds:.1f} s" for report in reports)
    print(f"\nchecks took {seconds}; exit codes {[report.code for report in reports]}")
    return int(bool(broken) or not is_stable or any(report.code for report in reports))


def _copy_library(tree: Path) -> None:
    """Copy the Python files of the library, and declare the moves beside them."""
    shutil.rmtree(tree, ignore_errors=True)
    library = Path(sysconfig.get_path("stdlib"))
    for source in library.rglob("*.py"):
        inside = source.relative_to(library)
        if "site-packages" not in inside.parts:
            (tree / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, tree / inside)
    moves = "".join(f'[[migration.move]]\nold = "{o}"\nnew = "{n}"\n\n' for o, n in MOVES.items())
    toml = f'source-roots = ["."]\n\n[[migration]]\nid = "stdlib"\n\n{moves}'
    (tree / "ssot.toml").write_text(toml)


def _sources(tree: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(tree.rglob("*.py"))}


def _compiled(sources: dict[Path, bytes]) -> set[Path]:
    found: set[Path] = set()
    for path, data in sources.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(data, str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        found.add(path)
    return found


def _imports(sources: dict[Path, bytes]) -> Counter[str]:
    """Count the import aliases that bring a moved name or its replacement, as they are spelled."""
    names = {*MOVES, *MOVES.values()}
    counts: Counter[str] = Counter()
    for data in sources.values():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                counts.update(alias.name for alias in node.names if alias.name in names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                brought = (f"{node.module}.{alias.name}" for alias in node.names)
                counts.update(node.module if node.module in names else name for name in brought)
    return Counter({name: counts[name] for name in names if counts[name]})


def _ssot(tree: Path, *arguments: str) -> Run:
    """Run the command in the tree; give up if it does not work at all."""
    # the program, since `python -m` would import the tree's own modules
    command = [find_tool("ssot") or sys.exit("ssot is not installed"), *arguments]
    start = time.monotonic()
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:  # it exits with 1, too
        sys.exit(f"ssot {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return Run(done.stdout, done.stderr, done.returncode, time.monotonic() - start)


def _counted(report: str, field: int) -> Counter[str]:
    """Count the lines of a concise report by code, or by the symbol that they name."""
    counts: Counter[str] = Counter()
    for line in report.splitlines():
        place, found, told = line.partition(" SSOT")
        if not found:
            continue
        code = f"SSOT{told[:3]}"
        named = next((name for name in MOVES if f"`{name}" in told), "(another name)")
        counts[code if field == 1 else named] += bool(place)
    return counts


def _table(title: str, heads: tuple[str, ...], columns: list[Counter[str]]) -> None:
    print(f"\n{title:<32}" + "".join(f"{head:>10}" for head in heads))
    for name in sorted(set().union(*columns)):
        print(f"{name:<32}" + "".join(f"{column[name]:>10}" for column in columns))
    print(f"{'all':<32}" + "".join(f"{sum(column.values()):>10}" for column in columns))


if __name__ == "__main__":
    sys.exit(main())
