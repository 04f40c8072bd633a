"""Generated programs, run, fixed, and run again: they must do what they did before.

The moved symbols are the very same objects in their old homes and their new ones, so that all
that a program sees must stay. `SSOT_PROGRAMS=5000` in the environment asks for a long run.
"""

from __future__ import annotations

import importlib
import os
import random
import re
import sys
import types
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, product, zip_longest
from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.engine.fix import plan_fixes
from flake8_ssot_engine.engine.run import Task
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.transactions import write_fixes
from tests.project.test_reexports_against_execution import NAMES as EXPORTED
from tests.project.test_reexports_against_execution import Package
from tests.semantics.test_resolution_against_execution import (
    MOST_STEPS,
    Program,
    Stop,
    compile_or_none,
)

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")

PROGRAMS = int(os.environ.get("SSOT_PROGRAMS", "320"))
BATCH = 40
"""Programs that are fixed as the files of one project."""
LUCKS = 4
"""Runs of each program, with other coins."""
counts: Counter[str] = Counter()


# --- single modules


HOMES = {
    "first": {"a": "fresh.A", "b": "fresh.b", "c": "first.c", "A": "first.A", "x": "first.x"},
    "fresh": {"A": "fresh.A", "b": "fresh.b", "a": "fresh.a"},
    "second": {"x": "modern.x", "a": "modern.a", "b": "modern.b", "c": "modern.c"},
    "modern": {"x": "modern.x", "a": "modern.a", "b": "modern.b", "c": "modern.c"},
    "third": {"x": "third.x", "a": "third.a", "b": "third.b", "c": "third.c", "A": "third.A"},
}
"""Modules and what their names stand for; `modern` is `second` itself under another name."""
CONFIGURATION = """
source-roots = ["."]
[[migration]]
id = "1"
owners = ["first.py", "fresh.py", "second.py", "modern.py", "third.py"]
[[migration.move]]
old = "first.a"
new = "fresh.A"
[[migration.move]]
old = "first.b"
new = "fresh.b"
[[migration.move]]
old = "second"
new = "modern"
"""


class Migrating(Program):
    """Writes a random module that imports moved symbols in many ways."""

    def text(self) -> str:
        return super().text().replace("except NameError: pass", "except NameError: unbound()")

    def name(self) -> str:
        return self.choose.choice(("a", "a", "a", "b", "c", "A"))

    def use(self, indent: int) -> None:
        if self.choose.random() < 0.7:
            super().use(indent)
            return
        self.uses += 1
        chain = f"{self.choose.choice((self.name(), *HOMES))}.{self.name()}"
        if self.choose.random() < 0.1:
            chain = f"{self.name()}: {chain}"
            self.line(indent, f"try: see({self.uses}, lambda {chain})")
        elif self.choose.random() < 0.1:
            self.line(indent, f"try: see({self.uses}, f'{{{chain}}} {{{self.name()}}}')")
        else:
            self.line(indent, f"try: see({self.uses}, {chain})")
        self.line(indent, "except NameError: pass")
        self.line(indent, "except AttributeError: pass")

    def statement(self, indent: int, *, depth: int, in_function: bool, in_loop: bool) -> None:
        if self.choose.random() < 0.35:
            self.imports(indent)
        elif self.choose.random() < 0.02:
            self.rare(indent, in_function)
        else:
            super().statement(indent, depth=depth, in_function=in_function, in_loop=in_loop)

    def imports(self, indent: int) -> None:
        name = self.name()
        module = self.choose.choice(("first", "first", "first", "fresh", "second", "third"))
        given = name if name in HOMES[module] else self.choose.choice(list(HOMES[module]))
        other = self.choose.choice(list(HOMES[module]))
        forms = (
            [f"from {module} import {given}"],
            [f"from {module} import {given}"],
            [f"from {module} import {given}, {other}"],
            [f"from {module} import {given} as {name}, {other} as {self.name()}"],
            ["from fresh import A as a"],
            ["from first import a as A"],
            [f"import {module}"],
            [f"import {module}, third, {self.choose.choice(list(HOMES))}"],
            [f"import {module} as {name}"],
            [
                "try:",
                f"    from fresh import {self.choose.choice(('A', 'b', 'A as a'))}",
                "except ImportError:",
                f"    from first import {self.choose.choice(('a', 'a as A', 'b'))}",
            ],
        )
        for line in self.choose.choice(forms):
            self.line(indent, line)

    def rare(self, indent: int, in_function: bool) -> None:
        self.uses += 1
        name = self.name()
        forms = [
            f"see({self.uses}, globals().get('{name}'))",
            f"see({self.uses}, locals().get('{name}'))",
            f"see({self.uses}, getattr(third, '{name}', 0)) if 'third' in globals() else 0",
            f"__all__ = ['{name}']",
            f"nonlocal {name}" if in_function else f"from {self.choose.choice(list(HOMES))} import *",
            f"{self.name()} = {name} = 1",
            f"see({self.uses}, [{name} for {self.name()} in (1, 2)]) if '{name}' in dir() else 0",
        ]
        self.line(indent, self.choose.choice(forms))


UNBOUND = ("raised", "NameError")


def observed(text: str, luck: random.Random) -> list[tuple[object, ...]]:
    """Run a module; return in order all that it did and saw, last how it ended."""
    trace: list[tuple[object, ...]] = []

    def step(*event: object) -> None:
        trace.append(event)
        if len(trace) > MOST_STEPS:
            raise Stop

    def see(number: int, value: object) -> None:
        step(number, told(value))

    def unbound() -> None:
        step(*UNBOUND)

    def flip() -> bool:
        step("flip")
        return luck.random() < 0.5

    def maybe_raise() -> None:
        step("maybe_raise")
        if luck.random() < 0.3:
            raise ValueError

    def call(function: types.FunctionType) -> None:
        step("call", function.__name__)
        try:
            function()
        except (Exception, RecursionError) as error:
            step("failed", type(error).__name__)

    @contextmanager
    def swallow() -> Iterator[None]:
        try:
            yield
        except Exception as error:
            step("swallowed", type(error).__name__)

    tools = {f.__name__: f for f in (see, unbound, flip, maybe_raise, call, swallow)}
    with homes():
        try:
            exec(compile(text, "<generated>", "exec"), {"__name__": "generated", **tools})
        except (Exception, Stop) as error:
            trace.append(("ended", type(error).__name__))
    return trace


@contextmanager
def homes() -> Iterator[None]:
    for name, names in HOMES.items():
        module = types.ModuleType(name, doc="modern" if name == "second" else name)
        vars(module).update(names)
        sys.modules[name] = module
    try:
        yield
    finally:
        for name in HOMES:
            del sys.modules[name]


def told(value: object) -> object:
    """Return what a value is, in words that stay the same when a module is renamed."""
    if isinstance(value, types.ModuleType):
        return f"module {value.__doc__}"
    if isinstance(value, (str, int)):
        return value
    if isinstance(value, list):
        return [told(element) for element in value]
    if isinstance(value, type):
        return f"class {value.__name__}"
    if isinstance(value, types.FunctionType):
        return "function"
    return type(value).__name__


def fix(folder: Path, tasks: list[str]) -> FixReport:
    """Fix some files, by safe fixes alone, and assert that a second fix changes nothing."""
    finder = ConfigFinder(fixed=load_file(str(folder / "ssot.toml")))
    settings = finder.settings_for(str(folder))
    every = [Task(str(folder / name), name, settings) for name in tasks]
    report = plan_fixes(every, finder, jobs=1)
    assert not report.errors
    done = write_fixes(report)
    assert done == report
    again = plan_fixes(every, finder, jobs=1)
    changed = "\n".join(c.after.decode() for c in again.changes)
    assert not again.changes, f"a second fix changes\n{changed}"
    assert not again.fixed
    return report


def programs(seeds: range) -> dict[str, str]:
    texts = {f"p{seed}.py": Migrating(random.Random(seed)).text() for seed in seeds}
    return {name: text for name, text in texts.items() if compile_or_none(text)}


def lay_out_homes(folder: Path) -> None:
    (folder / "ssot.toml").write_text(CONFIGURATION)
    for module, names in HOMES.items():
        lines = [f"{name} = {value!r}\n" for name, value in names.items()]
        (folder / f"{module}.py").write_text("".join(lines))


def disagreement(before: str, after: str) -> str:
    """Return how two modules differ in what they do, or "".

    That a name which was not bound at all is bound now is none: where `a` becomes `A`, and `A`
    is imported too, either import makes both known. What comes after it cannot be compared.
    """
    for luck in range(LUCKS):
        was = observed(before, random.Random(luck))
        now = observed(after, random.Random(luck))
        for then, after_all in zip_longest(was, now):
            if then == after_all:
                continue
            if then is not None and then[-1] in ("NameError", "UnboundLocalError"):
                counts["bound only now"] += 1
                break
            return f"{then} is now {after_all}"
    return ""


@pytest.mark.parametrize("start", range(0, PROGRAMS, BATCH))
def test_a_fixed_module_does_what_it_did(start: int, tmp_path: Path) -> None:
    lay_out_homes(tmp_path)
    before = programs(range(start, start + BATCH))
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    report = fix(tmp_path, list(before))
    changed = {change.place.shown_as for change in report.changes}
    for name in sorted(changed):
        after = (tmp_path / name).read_text()
        differs = disagreement(before[name], after)
        assert not differs, f"{name}: {differs}\n{before[name]}\n--- fixed\n{after}"
    assert len(changed) > 0.6 * len(before), "most programs have something that is fixed"
    assert len(before) > BATCH / 4
    note("modules", len(before), len(changed), report)


def note(what: str, ran: int, changed: int, report: FixReport) -> None:
    """Add up what a long run is to tell."""
    counts.update(
        {
            f"{what}: ran": ran,
            f"{what}: changed": changed,
            f"{what}: violations fixed": len(report.fixed),
            f"{what}: violations withheld": len(report.left),
            f"{what}: aliases kept": len(report.kept),
        }
    )
    if path := os.environ.get("SSOT_PROGRAMS_COUNTED"):
        Path(path).write_text("".join(f"{key} {n}\n" for key, n in sorted(counts.items())))
