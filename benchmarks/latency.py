"""The command `python -m benchmarks.latency`: from a keystroke to the diagnostics of it.

In a copy of a tree, a file is opened in each language server, and a statement is typed into it
again and again, letter by letter, at places chosen at random; each letter waits for what is told
of the one before. So most states of the text do not parse, as when a person types. The files are
the largest that names a moved symbol, and the one of those whose length is nearest to 2,000 lines.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

from benchmarks.language_server import LanguageServer, Told
from benchmarks.processes import BenchmarkError, say
from benchmarks.tools import find_tool, machine, ssot, versions
from benchmarks.trees import Tree, copy_tree

_LINES = 2000
_STATEMENT = "value = compute(1)"
_LIMITS_MS = {"2,000 lines": 50, "largest": 250}
_FIRST_LIMIT_S = 1.0
_FLAT = 1.03
"""What memory may be in the last quarter of an hour's typing, of what it was in the second.

In the first it still grows into what it keeps; a leak goes on.
"""
_PER_MINUTE = 240
"""Keystrokes: 48 words a minute, as a good typist has it."""


class Contender(NamedTuple):
    """A language server; `edits` are how many of the edits it is given, if not all."""

    name: str
    command: tuple[str, ...]
    options: Any = None
    settings: Any = None
    has_versions: bool = True
    edits: int | None = None


class Latency(NamedTuple):
    """Seconds: from the start of the server to the first diagnostics, and of each keystroke."""

    first: float
    keystrokes: list[float]

    @property
    def p95(self) -> float:
        """The 95th percentile of keystrokes."""
        return quantiles(self.keystrokes, n=20)[-1]


def main() -> int:
    """Measure each server on each file and print a table; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.latency", description=__doc__)
    parser.add_argument("tree", type=Path, help="the tree; it is copied")
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--hour", action="store_true", help="weigh memory, for an hour's typing")
    parser.add_argument("--seed", type=int, default=565)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "tree"
        copy_tree(options.tree, root)
        tree = Tree(root)
        print(f"- {machine()}; {versions()}", f"- {len(tree.files):,} files", "", sep="\n")
        is_reached = (
            _hour(tree, options.seed)
            if options.hour
            else _latencies(tree, options.edits, options.seed)
        )
    return 0 if is_reached else 1


def _latencies(tree: Tree, edits: int, seed: int) -> bool:
    """Print the latencies of each server on each file; return whether the targets are reached."""
    print("| file | server | first | median | p95 | edits | to reach |", "|" + "---|" * 7, sep="\n")
    is_reached = True
    for kind, name in _files(tree).items():
        path = tree.root / name
        text = path.read_text(encoding="utf-8")
        for one in _contenders(tree):
            say(f"{one.name}: {name}")
            count = min(edits, one.edits or edits)
            latency = _measure(one, tree.root, path, text, count, seed)
            target = ""
            if one.name == "ssot server":
                limit = _LIMITS_MS[kind]
                target = f"p95 at most {limit} ms, first at most {_FIRST_LIMIT_S:.0f} s"
                is_reached &= latency.p95 * 1000 <= limit and latency.first <= _FIRST_LIMIT_S
            size = f"{text.count(chr(10)):,} lines, {len(text) // 1000:,} kB"
            print(
                f"| {kind}: {size} | {one.name} | {latency.first:.2f} s"
                f" | {median(latency.keystrokes) * 1000:.0f} ms | {latency.p95 * 1000:.0f} ms"
                f" | {count:,} | {target} |",
                flush=True,
            )
    return is_reached


def _files(tree: Tree) -> dict[str, str]:
    sizes = {name: (tree.root / name).read_bytes().count(b"\n") for name in tree.candidates}
    if not sizes:
        raise BenchmarkError("no file names a moved symbol")
    middle = min(sizes, key=lambda name: abs(sizes[name] - _LINES))
    return {"2,000 lines": middle, "largest": max(sizes, key=lambda name: sizes[name])}


def _contenders(tree: Tree) -> Iterator[Contender]:
    yield Contender("ssot server", (ssot(), "server"))
    if ruff := find_tool("ruff"):
        banned = {name: {"msg": "moved"} for name in tree.moved}
        lint = {"select": ["TID251"], "flake8-tidy-imports": {"banned-api": banned}}
        options = {"settings": {"configuration": {"lint": lint}}}
        yield Contender("ruff server", (ruff, "server"), options)
    if pylsp := find_tool("pylsp"):
        plugins: dict[str, Any] = {
            name: {"enabled": False}
            for name in ("pycodestyle", "pyflakes", "mccabe", "jedi_completion", "autopep8")
        }
        plugins["flake8"] = {"enabled": True, "executable": find_tool("flake8")}
        yield Contender(
            "python-lsp-server, Flake8 with the plugin",
            (pylsp,),
            settings={"pylsp": {"plugins": plugins}},
            has_versions=False,
            edits=20,
        )


def _measure(one: Contender, root: Path, path: Path, text: str, count: int, seed: int) -> Latency:
    server = LanguageServer(one.command, root, one.options, has_versions=one.has_versions)
    try:
        if one.settings is not None:
            server.configure(one.settings)
        opened = server.open(path, text)
        return Latency(opened.when - server.started, list(typed(server, text, opened, count, seed)))
    finally:
        server.close()


def typed(
    server: LanguageServer, text: str, opened: Told, count: int, seed: int
) -> Iterator[float]:
    """Type statements into a document; yield the seconds that each keystroke takes."""
    lines, choice = text.split("\n"), random.Random(seed)
    while count:
        line = choice.randrange(len(lines))
        indent = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
        keys: Sequence[str] = [f"{indent}\n", *_STATEMENT][:count]
        count -= len(keys)
        for at, key in enumerate(keys):
            start = 0 if at == 0 else len(indent) + at - 1
            before = time.perf_counter()
            told = server.change(line, start, start, key)
            yield told.when - before
        told = server.remove_line(line)
        if _shown(told) != _shown(opened):
            raise BenchmarkError("other diagnostics than before, for the same text")


def _hour(tree: Tree, seed: int) -> bool:
    """Type for an hour; print the memory at its start and end, and return whether it is flat."""
    path = tree.root / _files(tree)["2,000 lines"]
    text = path.read_text(encoding="utf-8")
    server = LanguageServer((ssot(), "server"), tree.root, None, has_versions=True)
    try:
        opened = server.open(path, text)
        sizes = []
        for number, _ in enumerate(typed(server, text, opened, 60 * _PER_MINUTE, seed)):
            if number % _PER_MINUTE == _PER_MINUTE - 1:
                sizes.append(server.resident() / 1e6)
                say(f"minute {len(sizes)}: {sizes[-1]:.1f} MB")
    finally:
        server.close()
    quarters = [median(sizes[at : at + 15]) for at in range(0, 60, 15)]
    told = ", ".join(f"{quarter:.1f}" for quarter in quarters)
    print(
        f"Memory of `ssot server`, {60 * _PER_MINUTE:,} keystrokes: {sizes[0]:.1f} MB after a"
        f" minute's worth; in each quarter of an hour {told} MB (medians); {max(sizes):.1f} MB at"
        f" most, {sizes[-1]:.1f} MB at the end."
    )
    return quarters[-1] <= _FLAT * quarters[1]


def _shown(told: Told) -> list[tuple[int, int, str]]:
    places = ((d["range"]["start"], str(d.get("code"))) for d in told.diagnostics)
    return sorted((start["line"], start["character"], code) for start, code in places)


if __name__ == "__main__":
    sys.exit(main())
