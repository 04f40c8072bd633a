"""Generated modules, resolved and then run: what each name really was must be what was said.

Every import in them gives a string that is its qualified name, so that a use that is recorded
at run time says which import it came from. Anything else that a name is bound to is opaque.
"""

from __future__ import annotations

import random
import sys
import types
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.source import SourceFile

NAMES = ("a", "b", "c")
MODULES = ("first", "second", "third")
MOST_STEPS = 400


class Stop(BaseException):
    """Ends a generated program that runs too long; it catches nothing of this kind."""


class Program:
    """Writes one random module."""

    def __init__(self, choose: random.Random) -> None:
        self.choose = choose
        self.lines: list[str] = []
        self.uses = 0
        self.functions = 0

    def text(self) -> str:
        self.body(0, depth=0, in_function=False, in_loop=False)
        return "\n".join(self.lines) + "\n"

    def line(self, indent: int, text: str) -> None:
        self.lines.append("    " * indent + text)

    def name(self) -> str:
        return self.choose.choice(NAMES)

    def imported(self) -> str:
        return f"from {self.choose.choice(MODULES)} import x"

    def use(self, indent: int) -> None:
        self.uses += 1
        self.line(indent, f"try: see({self.uses}, {self.name()})")
        self.line(indent, "except NameError: pass")

    def body(self, indent: int, *, depth: int, in_function: bool, in_loop: bool) -> None:
        for _ in range(self.choose.randint(2, 5)):
            self.statement(indent, depth=depth, in_function=in_function, in_loop=in_loop)
        self.use(indent)

    def statement(self, indent: int, *, depth: int, in_function: bool, in_loop: bool) -> None:
        inner = {"depth": depth + 1, "in_function": in_function, "in_loop": in_loop}
        name = self.name()
        simple = [
            lambda: self.use(indent),
            lambda: self.use(indent),
            lambda: self.line(indent, f"{self.imported()} as {name}"),
            lambda: self.line(indent, f"{self.imported()} as {name}"),
            lambda: self.line(indent, f"{name} = object()"),
            lambda: self.alias(indent, name),
            lambda: self.delete(indent, name),
            lambda: self.line(indent, f"class {name}: pass"),
            lambda: self.line(indent, f"[see(0, {name}) for {name} in (1, 2)]"),
            lambda: self.line(indent, f"flip() and ({name} := 1)"),
            lambda: self.line(indent, f"{name}: int"),
            lambda: self.line(indent, "maybe_raise()") if depth else self.use(indent),
            lambda: self.early_exit(indent, in_function, in_loop),
        ]
        compound = [
            lambda: self.conditional(indent, **inner),
            lambda: self.loop(indent, name, **inner),
            lambda: self.attempt(indent, name, **inner),
            lambda: self.managed(indent, **inner),
            lambda: self.matched(indent, name, **inner),
            lambda: self.function(indent, **inner),
            lambda: self.function(indent, **inner),
            lambda: self.klass(indent, **inner),
        ]
        pool = simple if depth >= 3 or self.choose.random() < 0.6 else compound
        self.choose.choice(pool)()

    def alias(self, indent: int, name: str) -> None:
        self.line(indent, f"try: {name} = {self.name()}")
        self.line(indent, "except NameError: pass")

    def delete(self, indent: int, name: str) -> None:
        self.line(indent, f"try: del {name}")
        self.line(indent, "except NameError: pass")

    def early_exit(self, indent: int, in_function: bool, in_loop: bool) -> None:
        ways = ["return"] * in_function + ["break", "continue"] * in_loop
        if ways:
            self.line(indent, f"if flip(): {self.choose.choice(ways)}")

    def conditional(self, indent: int, **inner: object) -> None:
        self.line(indent, "if flip():")
        self.body(indent + 1, **inner)  # type: ignore[arg-type]
        if self.choose.random() < 0.5:
            self.line(indent, "elif flip():")
            self.body(indent + 1, **inner)  # type: ignore[arg-type]
        if self.choose.random() < 0.5:
            self.line(indent, "else:")
            self.body(indent + 1, **inner)  # type: ignore[arg-type]

    def loop(self, indent: int, name: str, **inner: object) -> None:
        inner["in_loop"] = True
        head = f"for {name} in (1, 2):" if self.choose.random() < 0.6 else "while flip():"
        self.line(indent, head)
        self.body(indent + 1, **inner)  # type: ignore[arg-type]
        if self.choose.random() < 0.3:
            self.line(indent, "else:")
            self.body(indent + 1, **{**inner, "in_loop": False})  # type: ignore[arg-type]

    def attempt(self, indent: int, name: str, **inner: object) -> None:
        self.line(indent, "try:")
        self.body(indent + 1, **inner)  # type: ignore[arg-type]
        self.line(indent, f"except Exception as {name}:")
        self.body(indent + 1, **inner)  # type: ignore[arg-type]
        if self.choose.random() < 0.3:
            self.line(indent, "else:")
            self.body(indent + 1, **inner)  # type: ignore[arg-type]
        if self.choose.random() < 0.3:
            self.line(indent, "finally:")
            self.body(indent + 1, **{**inner, "in_function": False, "in_loop": False})  # type: ignore[arg-type]

    def managed(self, indent: int, **inner: object) -> None:
        self.line(indent, "with swallow():")
        self.body(indent + 1, **inner)  # type: ignore[arg-type]

    def matched(self, indent: int, name: str, **inner: object) -> None:
        self.line(indent, "match [flip(), 1]:")
        self.line(indent + 1, f"case [{name}, 2]: pass")
        self.line(indent + 1, f"case [{self.name()}, 1] if flip():")
        self.body(indent + 2, **inner)  # type: ignore[arg-type]
        self.line(indent + 1, "case _:")
        self.body(indent + 2, **inner)  # type: ignore[arg-type]

    def function(self, indent: int, **inner: object) -> None:
        self.functions += 1
        function = f"f{self.functions}"
        parameter = self.choose.choice(["", "", f"{self.name()}=1"])
        self.line(indent, f"def {function}({parameter}):")
        free = [name for name in NAMES if not parameter.startswith(name)]
        if self.choose.random() < 0.3:
            self.line(indent + 1, f"global {self.choose.choice(free)}")
        self.body(indent + 1, **{**inner, "in_function": True, "in_loop": False})  # type: ignore[arg-type]
        for _ in range(self.choose.randint(0, 2)):
            self.line(indent, f"call({function})")

    def klass(self, indent: int, **inner: object) -> None:
        self.functions += 1
        self.line(indent, f"class C{self.functions}:")
        self.body(indent + 1, **{**inner, "in_function": False, "in_loop": False})  # type: ignore[arg-type]


def run(text: str, luck: random.Random) -> dict[int, set[object]]:
    """Run a module; return what each use saw: an import's qualified name, or None."""
    seen: dict[int, set[object]] = defaultdict(set)
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps > MOST_STEPS:
            raise Stop

    def see(number: int, value: object) -> None:
        step()
        seen[number].add(value if isinstance(value, str) else None)

    def flip() -> bool:
        step()
        return luck.random() < 0.5

    def maybe_raise() -> None:
        step()
        if luck.random() < 0.3:
            raise ValueError

    def call(function: types.FunctionType) -> None:
        step()
        try:
            function()
        except (Exception, RecursionError):
            return

    @contextmanager
    def swallow() -> Iterator[None]:
        try:
            yield
        except Exception:
            return

    for name in MODULES:
        module = types.ModuleType(name)
        module.x = f"{name}.x"  # type: ignore[attr-defined]
        sys.modules[name] = module
    tools = {f.__name__: f for f in (see, flip, maybe_raise, call, swallow)}
    try:
        exec(compile(text, "<generated>", "exec"), {"__name__": "generated", **tools})
    except (Exception, Stop):
        pass
    finally:
        for name in MODULES:
            del sys.modules[name]
    return seen


def said(text: str) -> dict[int, tuple[set[object], bool]]:
    """Resolve a module; return, for each use, the imports it may be (None: anything else)."""
    source = SourceFile("generated.py", text)
    model = SemanticModel(source, source.parse(), QualifiedName(("generated",)), is_package=False)
    found: dict[int, tuple[set[object], bool]] = {}
    for reference in model.references_to(NAMES):
        call = reference.call
        if call is None or not call.args or call.args[-1] is not reference.node:
            continue
        number = call.args[0].value  # type: ignore[attr-defined]
        resolution = model.resolve(reference)
        names = {str(candidate.name) for candidate in resolution.candidates}
        meant: set[object] = {name if name.partition(".")[0] in MODULES else None for name in names}
        found[number] = (meant, resolution.is_certain)
    return found


def compile_or_none(text: str) -> bool:
    try:
        compile(text, "<generated>", "exec")
    except SyntaxError:  # a name used before its `global`, and the like
        return False
    return True


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(st.integers(min_value=0, max_value=2**48))
def test_what_a_name_was_is_what_the_resolver_said(seed: int) -> None:
    text = Program(random.Random(seed)).text()
    if not compile_or_none(text):
        return
    told = said(text)
    for luck in range(8):
        for number, values in run(text, random.Random(luck)).items():
            if number == 0:
                continue
            meant, is_certain = told[number]
            assert values <= meant, f"use {number} was {values}, said {meant}\n{text}"
            if is_certain:
                assert len(meant) == 1


def test_the_generator_is_worth_running() -> None:
    """Most programs compile, run, and see imports; else the property above proves nothing."""
    compiled = seen_imports = certain = 0
    for seed in range(250):
        text = Program(random.Random(seed)).text()
        if not compile_or_none(text):
            continue
        compiled += 1
        told = said(text)
        certain += sum(is_certain for _, is_certain in told.values())
        for luck in range(4):
            values = run(text, random.Random(luck)).values()
            seen_imports += sum(value is not None for seen in values for value in seen)
    assert compiled > 75
    assert seen_imports > 1000
    assert certain > 500


pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")
