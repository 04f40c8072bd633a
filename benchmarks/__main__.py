"""The command `python -m benchmarks`: prepares a tree, times the contenders, prints a table."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from benchmarks.contenders import (
    Agreement,
    BenchmarkError,
    Contender,
    Sample,
    Tree,
    ask,
    contenders,
    find_tool,
    installed_package,
    run,
    survey,
)
from benchmarks.corpus import Corpus, build_corpus

_REFERENCE = "ruff TID251, no cache"


def main() -> int:
    """Run the benchmark and return the exit code: 1 if the figures cannot be trusted."""
    options = _parse_options()
    try:
        with tempfile.TemporaryDirectory(prefix="ssot-benchmark-") as name:
            _benchmark(options, Path(name).resolve())
    except BenchmarkError as error:
        _progress(str(error))
        return 1
    return 0


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    add = parser.add_argument
    add("--corpus", type=Path, metavar="DIR", help="measure this tree instead of a generated one")
    add("--files", type=int, default=8844, help="files to generate; default: 8844")
    add("--candidates", type=float, default=0.04, metavar="SHARE", help="default: 0.04")
    add("--seed", type=int, default=0, help="default: 0")
    add("--rounds", type=int, default=5, help="timed rounds, after one to warm up; default: 5")
    options = parser.parse_args()
    if options.corpus is not None and not options.corpus.is_dir():
        parser.error(f"--corpus {options.corpus}: no such folder")
    if options.files < 1 or options.rounds < 1 or not 0 <= options.candidates <= 1:
        parser.error("--files and --rounds start at 1, --candidates is a share from 0 to 1")
    return options


def _benchmark(options: argparse.Namespace, work: Path) -> None:
    if installed_package() != Path(__file__).resolve().parents[1] / "flake8_ssot_engine":
        _progress(f"this is no editable installation: measuring {installed_package()}")
    corpus: Corpus | None = None
    root = options.corpus
    if root is None:
        root = work / "corpus"
        root.mkdir()
        _progress(f"writing {options.files} files")
        corpus = build_corpus(
            root, files=options.files, candidates=options.candidates, seed=options.seed
        )
    tree = survey(root.resolve())
    found = contenders(tree, work)
    samples: dict[str, list[Sample]] = {item.label: [] for item in found}
    for number in range(options.rounds + 1):
        _progress(f"round {number} of {options.rounds}" if number else "warming up")
        for item in found:
            if item.command:
                samples[item.label].append(run(item.command, tree.root))
    with_plugin, without = found[-2:]
    outputs = {
        is_with: samples[item.label][0].output
        for is_with, item in ((True, with_plugin), (False, without))
        if item.command
    }
    agreement = ask(tree, outputs)
    if corpus is not None:
        _check(tree, corpus, agreement)
    print("\n".join([*_heading(tree, options.rounds), ""]))
    print("\n".join([*_table(found, samples), ""]))
    print(f"* on the {len(tree.candidates)} files that name a moved symbol")
    print("\n".join(_findings(agreement, corpus)))


def _check(tree: Tree, corpus: Corpus, agreement: Agreement) -> None:
    for what, expected, found in (
        ("files to check", corpus.files, tree.files),
        ("files that name a moved symbol", corpus.candidates, len(tree.candidates)),
        ("deprecated imports by ssot", corpus.statements, agreement.ssot_statements),
        ("deprecated imports by Ruff", corpus.statements, agreement.ruff_statements),
        ("violations by Flake8", agreement.ssot_violations, agreement.flake8_violations),
    ):
        if found is not None and found != expected:
            raise BenchmarkError(f"{what}: {found}, not {expected} as there should be")


def _heading(tree: Tree, rounds: int) -> list[str]:
    share = len(tree.candidates) / tree.files if tree.files else 0
    return [
        f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, {_machine()}",
        f"Python {platform.python_version()}, flake8-ssot-engine {_version('flake8-ssot-engine')},"
        f" Flake8 {_version('flake8')}",
        f"{_first_line('ruff')}, {_first_line('grep')}",
        f"{tree.files} files, {tree.size_bytes / 1e6:.1f} MB, {len(tree.candidates)} of them name"
        f" a moved symbol ({share:.1%})",
        f"Medians of {rounds} interleaved rounds, files in memory; x: times {_REFERENCE}",
    ]


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        models = [line.partition(":")[2] for line in text.splitlines() if "model name" in line]
        model = models[0].strip() if models else model
    return f"{platform.system()}, {model}, {cores} cores"


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "missing"


def _first_line(tool: str) -> str:
    path = find_tool(tool)
    if path is None:
        return f"{tool} missing"
    done = subprocess.run((path, "--version"), capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0]


def _table(found: list[Contender], samples: dict[str, list[Sample]]) -> list[str]:
    medians = {
        label: (median(s.wall for s in timed[1:]), median(s.cpu for s in timed[1:]))
        for label, timed in samples.items()
        if timed
    }
    base = medians.get(_REFERENCE)
    lines = [f"{'':36}{'wall s':>10}{'x':>9}{'CPU s':>14}{'x':>9}", "-" * 78]
    for item in found:
        if item.label not in medians:
            lines.append(f"{item.label:36}  NOT RUN: {item.missing}")
            continue
        cells = [
            f"{seconds:{width}.3f}" + (f"{seconds / reference:9.2f}" if reference else f"{'-':>9}")
            for seconds, reference, width in zip(
                medians[item.label], base or (0.0, 0.0), (10, 14), strict=True
            )
        ]
        lines.append(f"{item.label:36}{''.join(cells)}")
    return lines


def _findings(agreement: Agreement, corpus: Corpus | None) -> list[str]:
    def told(count: int | None) -> str:
        return "not asked" if count is None else str(count)

    expected = f", {corpus.statements} expected" if corpus else ""
    return [
        f"Deprecated import statements: ssot {agreement.ssot_statements},"
        f" Ruff {told(agreement.ruff_statements)}{expected}",
        f"Violations of all codes: ssot {agreement.ssot_violations},"
        f" Flake8 {told(agreement.flake8_violations)}",
    ]


def _progress(text: str) -> None:
    print(f"benchmarks: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
