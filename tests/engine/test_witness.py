"""The witness: it answers as others do, and notes what it was asked or refuses to answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.engine.witness import Fact, Witness
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.reexports import Reexports

FILES = {
    "pkg/__init__.py": "from pkg.door import Motor\n",
    "pkg/door.py": "from pkg.old import Engine as Motor\n",
    "pkg/old.py": "class Engine: ...\n",
    "star.py": "from pkg.door import *\n" + "".join(f"name_{n} = {n}\n" for n in range(99)),
}
NAMES = ["", "pkg", "pkg.Motor", "pkg.door", "pkg.door.Motor.run", "pkg.none", "star", "a b.c-d"]
QUESTIONS: dict[str, Callable[[Reexports, QualifiedName], Any]] = {
    "reach": lambda of, name: of.reach(name),
    "step": lambda of, name: of.step(name),
    "home": lambda of, name: of.home(name),
    "kinds": lambda of, name: of.kinds_of(name),
    "file": lambda of, name: of.modules.file_of(name),
    "module": lambda of, name: of.modules.is_module(name),
    "binds": lambda of, name: of.modules.binds(name),
    "split": lambda of, name: of.modules.split(name),
    "public": lambda of, name: of.modules.public_names(name),
}


@pytest.fixture
def inner(tmp_path: Path) -> Reexports:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return Reexports(Modules([str(tmp_path)]))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("dotted", NAMES)
def test_it_answers_as_others_do(inner: Reexports, question: str, dotted: str) -> None:
    witness = Witness(inner)
    name = QualifiedName(dotted.split(".") if dotted else ())
    assert QUESTIONS[question](witness, name) == QUESTIONS[question](inner, name)
    (fact,) = witness.facts
    assert fact[:2] == (question, name)
    assert len(fact.answer) < 200
    assert fact.holds_in(inner)
    assert not Fact(question, name, f"{fact.answer}, not").holds_in(inner)


def test_a_fact_fails_where_a_module_hands_on_something_else(
    inner: Reexports, tmp_path: Path
) -> None:
    witness = Witness(inner)
    witness.reach(QualifiedName(("pkg", "Motor")))
    witness.modules.public_names(QualifiedName(("star",)))
    (tmp_path / "pkg" / "door.py").write_text("from pkg.old import Other as Motor\nmore = 1\n")
    changed = Reexports(Modules([str(tmp_path)]))
    assert [fact.holds_in(changed) for fact in witness.facts] == [False, False]


def test_it_names_modules_and_notes_the_packages_that_this_took(
    inner: Reexports, tmp_path: Path
) -> None:
    witness = Witness(Reexports(Modules([str(tmp_path / "none")])))
    name = witness.modules.name_of(str(tmp_path / "pkg" / "sub.py"))
    assert name == ("pkg", "sub")
    assert [(fact.question, fact.answer) for fact in witness.facts] == [
        ("package", "True"),
        ("package", "False"),
    ]
    assert Witness(inner).modules.name_of(str(tmp_path / "pkg" / "sub.py")) == ("pkg", "sub")


@pytest.mark.parametrize("asked", ["exports_of", "surely_defines", "read", "content_of"])
def test_it_refuses_what_it_cannot_note(inner: Reexports, tmp_path: Path, asked: str) -> None:
    modules = Witness(inner).modules
    calls: dict[str, Callable[[], Any]] = {
        "exports_of": lambda: modules.exports_of(QualifiedName(("pkg",))),
        "surely_defines": lambda: modules.surely_defines(QualifiedName(("pkg",)), "Motor"),
        "read": lambda: modules.read(str(tmp_path / "star.py")),
        "content_of": lambda: modules.content_of(str(tmp_path / "star.py")),
    }
    with pytest.raises(NotImplementedError):
        calls[asked]()
