"""The typist of the latency benchmark leaves the text as it was, and types what it says."""

from __future__ import annotations

import ast
from typing import Any

import pytest

pytest.importorskip("resource", reason="the benchmark runs on Linux and macOS")

from benchmarks.language_server import Told
from benchmarks.latency import typed


class Typist:
    """In the place of a language server: it holds the text, and finds nothing in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.states: list[str] = []

    def change(self, line: int, start: int, end: int, text: str) -> Told:
        lines = self.text.split("\n")
        lines[line] = f"{lines[line][:start]}{text}{lines[line][end:]}"
        self.text = "\n".join(lines)
        self.states.append(self.text)
        return Told([], 1.0)

    def remove_line(self, line: int) -> Told:
        lines = self.text.split("\n")
        del lines[line]
        self.text = "\n".join(lines)
        return Told([], 1.0)


@pytest.mark.parametrize("count", [1, 19, 20, 57])
def test_a_typist_writes_statements_and_takes_them_back(count: int) -> None:
    text = "def f():\n    if x:\n        return 1\n\n\nf()\n"
    typist: Any = Typist(text)
    taken = list(typed(typist, text, Told([], 0.0), count, seed=1))
    assert len(taken) == len(typist.states) == count
    assert typist.text == text
    whole = [state for state in typist.states if "value = compute(1)\n" in state]
    assert len(whole) == count // 19
    for state in whole:
        ast.parse(state)
