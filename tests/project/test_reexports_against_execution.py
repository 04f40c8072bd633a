"""Generated packages, followed and then imported: where each name really came from was said.

Every class in them is a definition of its own, so that `__module__` and `__name__` of what a
module's attribute is at run time say where it was defined.
"""

from __future__ import annotations

import importlib
import itertools
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.reexports import Reexports

NAMES = ("a", "b", "c", "_d")
MODULES = 6
_numbers = itertools.count()


class Package:
    """Writes modules one after the other; each imports from those before it, which have run."""

    def __init__(self, choose: random.Random, folder: Path) -> None:
        self.choose = choose
        self.name = f"generated{next(_numbers)}"
        self.folder = folder / self.name
        self.folder.mkdir()
        (self.folder / "__init__.py").write_text("")
        self.done: dict[str, ModuleType] = {}
        for number in range(MODULES):
            name = f"m{number}"
            (self.folder / f"{name}.py").write_text(self.text())
            self.done[name] = importlib.import_module(f"{self.name}.{name}")

    def told(self) -> str:
        return "\n".join(f"--- {name}\n{module_text(self.folder, name)}" for name in self.done)

    def text(self) -> str:
        lines = ["import random"]
        bound: set[str] = set()
        for _ in range(self.choose.randint(2, 6)):
            lines += self.statement(bound)
        if bound and self.choose.random() < 0.3:
            lines += self.public(sorted(bound))
        if self.done and self.choose.random() < 0.3:
            lines += self.hook()
        return "\n".join(lines) + "\n"

    def statement(self, bound: set[str]) -> list[str]:
        name = self.choose.choice(NAMES)
        kinds = ["class", "opaque"]
        kinds += ["alias", "delete"] * bool(bound)
        kinds += ["from", "from", "from", "module", "star", "either"] * bool(self.done)
        kind = self.choose.choice(kinds)
        if kind == "class":
            lines = [f"class {name}: ..."]
        elif kind == "opaque":
            lines = [f"{name} = object()"]
        elif kind == "alias":
            lines = [f"{name} = {self.choose.choice(sorted(bound))}"]
        elif kind == "delete":
            gone = self.choose.choice(sorted(bound))
            bound.discard(gone)
            return [f"del {gone}"]
        elif kind == "star":
            source = self.choose.choice(sorted(self.done))
            module = self.done[source]
            public = getattr(module, "__all__", [n for n in vars(module) if n[0] != "_"])
            bound.update(n for n in public if n in NAMES)
            return [f"from .{source} import *"]
        else:
            line = self.imported(name)
            if line is None:
                return []
            lines = [line]
            if kind == "either":
                other = self.imported(name) or line
                lines = ["if random.random() < 0.5:", f"    {line}", "else:", f"    {other}"]
            elif kind == "module":
                source, given = self.source()
                lines = [f"from . import {source} as {name}x", f"{name} = {name}x.{given}"]
        bound.add(name)
        return lines

    def source(self) -> tuple[str, str]:
        """Return a module that has run and one of the names that it has."""
        source = self.choose.choice(sorted(self.done))
        have = [name for name in NAMES if hasattr(self.done[source], name)]
        return source, self.choose.choice(have) if have else "random"

    def imported(self, name: str) -> str | None:
        source, given = self.source()
        return None if given == "random" else f"from .{source} import {given} as {name}"

    def public(self, bound: list[str]) -> list[str]:
        listed = self.choose.sample(bound, self.choose.randint(1, len(bound)))
        first, rest = listed[:1], listed[1:]
        return [f"__all__ = {first}", f"__all__ += {rest}", f"__all__.extend({rest})"]

    def hook(self) -> list[str]:
        name = self.choose.choice(NAMES)
        source, given = self.source()
        return [
            "def __getattr__(name):",
            f"    if name == {name!r}:",
            f"        from .{source} import {given}",
            f"        return {given}",
            "    raise AttributeError(name)",
        ]


def module_text(folder: Path, name: str) -> str:
    return (folder / f"{name}.py").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    sys.path.insert(0, str(tmp_path))
    before = set(sys.modules)
    try:
        yield tmp_path
    finally:
        sys.path.remove(str(tmp_path))
        for name in set(sys.modules) - before:
            del sys.modules[name]


@pytest.mark.parametrize("seed", range(30))
def test_generated_packages(seed: int, folder: Path) -> None:
    choose = random.Random(seed)
    known = certain = 0
    for _ in range(12):
        package = Package(choose, folder)
        modules = Modules([str(folder)])
        reexports = Reexports(modules)
        order = list(itertools.product(package.done, NAMES))
        choose.shuffle(order)  # no answer may depend on what was asked before
        for short, name in order:
            full = QualifiedName((package.name, short, name))
            said = reexports.reach(full)
            place = f"{full} in\n{package.told()}\nsaid {said}"
            there = hasattr(package.done[short], name)
            found = getattr(package.done[short], name, None)
            home = reexports.home(full)
            if not there:
                assert home is None or said == (full,), place
                assert not modules.exports_of(QualifiedName(full.parent))[0].targets(name), place
            if not isinstance(found, type):
                continue
            known += 1
            really = QualifiedName((*found.__module__.split("."), found.__name__))
            assert really in said, place
            if home is not None:
                certain += 1
                assert home == really, place
    assert known > 20
    assert certain > known / 4
