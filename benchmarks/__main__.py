"""The command `python -m benchmarks`: prepares a tree, measures each row, prints the table."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.agreement import ask
from benchmarks.corpus import build_corpus
from benchmarks.processes import BenchmarkError, environment, say
from benchmarks.rows import fixing, growth, in_flake8, memory, one_file, whole_tree
from benchmarks.rows.base import Bench, Measure
from benchmarks.table import render_table, write_table
from benchmarks.tools import installed_package
from benchmarks.trees import Tree, copy_tree

_MEASURES: dict[str, Measure] = {
    "tree": whole_tree.measure,
    "file": one_file.measure,
    "flake8": in_flake8.measure_named,
    "others": in_flake8.measure_others,
    "fix": fixing.measure,
    "memory": memory.measure,
    "growth": growth.measure,
}


def main() -> int:
    """Run the benchmark and return the exit code: 1 if the figures cannot be trusted."""
    options = _parse_options()
    try:
        with tempfile.TemporaryDirectory(prefix="ssot-benchmark-") as name:
            table = _benchmark(options, Path(name).resolve())
    except BenchmarkError as error:
        say(str(error))
        return 1
    print(table, end="")
    if options.write:
        write_table(table, options.write)
    return 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    add = parser.add_argument
    add("--corpus", type=Path, metavar="DIR", help="measure a copy of this tree, no generated one")
    add("--files", type=int, default=8844, help="files to generate; default: 8844")
    add("--candidates", type=float, default=0.04, metavar="SHARE", help="default: 0.04")
    add("--seed", type=int, default=0, help="default: 0")
    add("--rounds", type=int, default=5, help="timed rounds, after one to warm up; default: 5")
    add("--quick", action="store_true", help="samples of files: to see that it works")
    add("--only", choices=tuple(_MEASURES), action="append", help="measure this; may be repeated")
    add("--write", type=Path, metavar="FILE", help="write the table to a file too")
    options = parser.parse_args()
    if options.corpus is not None and not options.corpus.is_dir():
        parser.error(f"--corpus {options.corpus}: no such folder")
    if options.files < 1 or options.rounds < 1 or not 0 <= options.candidates <= 1:
        parser.error("--files and --rounds start at 1, --candidates is a share from 0 to 1")
    return options


def _benchmark(options: argparse.Namespace, work: Path) -> str:
    if installed_package() != Path(__file__).resolve().parents[1] / "flake8_ssot_engine":
        say(f"this is no editable installation: measuring {installed_package()}")
    environment["XDG_CACHE_HOME"] = str(work / "cache")
    corpus = None
    original = options.corpus
    if original is None:
        original = work / "corpus"
        original.mkdir()
        say(f"writing {options.files} files")
        corpus = build_corpus(
            original, files=options.files, candidates=options.candidates, seed=options.seed
        )
    say("copying the tree")
    copy_tree(original.resolve(), work / "tree")
    tree = Tree(work / "tree", corpus)
    bench = Bench(
        tree=tree,
        original=original.resolve(),
        work=work,
        findings=ask(tree),
        rounds=options.rounds,
        is_quick=options.quick,
        seed=options.seed,
    )
    chosen = options.only or _MEASURES
    measured = []
    for name in (name for name in _MEASURES if name in chosen):
        measured.append(_MEASURES[name](bench))
        for row in measured[-1].rows:
            say(f"{row.what}: {row.ours}; {row.beside}; {row.figure}")
    return render_table(bench, measured)


if __name__ == "__main__":
    sys.exit(main())
