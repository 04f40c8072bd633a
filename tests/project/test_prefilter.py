"""The prefilter may let too much through, never too little."""

from __future__ import annotations

import pytest

from flake8_ssot_engine.migrations import Migration, Move, MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.prefilter import Prefilter


def prefilter(*moves: str, factory: str = "") -> Prefilter:
    every = []
    for text in moves:
        old, _, new = text.partition(" -> ")
        target = QualifiedName.parse(new) if new else None
        every.append(Move(QualifiedName.parse(old), target, factory=factory))
    return Prefilter(MoveIndex((Migration("1", moves=tuple(every)),)))


ENGINE = prefilter("pkg.old.Engine -> pkg.new.UserEngine")


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        pytest.param("", False, id="empty"),
        pytest.param("x = 1\n", False, id="nothing"),
        pytest.param("UserEngine()\nEngineFactory()\nmy_Engine = engine\n", False, id="alike"),
        pytest.param("from pkg import old\n", False, id="home-without-the-name"),
        pytest.param("from pkg.new import *\n", False, id="star-from-elsewhere"),
        pytest.param("from pkg.older import *\n", False, id="star-from-a-longer-name"),
        pytest.param("old = a * b\n", False, id="star-that-imports-nothing"),
        pytest.param("from .other import *", False, id="relative-star-from-elsewhere"),
        pytest.param("from . import x\ny = x * 2", False, id="relative-import-without-a-star"),
        pytest.param("from . import *", True, id="star-from-the-package-around"),
        pytest.param("from \\\n . .import(*)".replace("(*)", "*"), True, id="star-from-above"),
        pytest.param("from pkg.old import Engine", True, id="import"),
        pytest.param("old.Engine()", True, id="attribute"),
        pytest.param("'pkg.old.Engine'", True, id="string"),
        pytest.param("# Engine", True, id="comment"),
        pytest.param("Engine", True, id="nothing-around"),
        pytest.param("é.Engine.é", True, id="between-other-letters"),
        pytest.param("\ufeffEngine", True, id="bom"),
        pytest.param("x\rEngine\r", True, id="cr"),
        pytest.param("from pkg.old import *", True, id="star"),
        pytest.param("from .old import*", True, id="star-without-a-blank"),
        pytest.param("from pkg.old import \\\n  *", True, id="star-on-the-next-line"),
        pytest.param("from pkg.old import\\\r\n\\\r\n\x0c\t*", True, id="star-two-lines-below"),
    ],
)
def test_passes(text: str, passes: bool) -> None:
    assert ENGINE.passes(text.encode()) is passes
    assert ENGINE.passes_text(text) is passes


@pytest.mark.parametrize(
    ("needles", "text", "passes"),
    [
        pytest.param(prefilter(), "Engine import *", False, id="no-moves"),
        pytest.param(prefilter("pkg.old -> pkg.new"), "from pkg import old", True, id="module"),
        pytest.param(
            prefilter("pkg.old -> pkg.new"), "from pkg import *", True, id="module-by-star"
        ),
        pytest.param(prefilter("old -> new"), "import old", True, id="top-level"),
        pytest.param(prefilter("old -> new"), "from x import *", False, id="top-level-and-a-star"),
        pytest.param(prefilter("a.X -> b.X", "b.X -> c.X"), "from b import X", True, id="chain"),
        pytest.param(prefilter("a.X -> b.Y"), "from b import Y", False, id="new-name"),
        pytest.param(
            prefilter("a.X -> b.Y", factory="create"), "from b import Y", True, id="factory-only"
        ),
    ],
)
def test_needles(needles: Prefilter, text: str, passes: bool) -> None:
    assert needles.passes(text.encode()) is passes
    assert needles.passes_text(text) is passes


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "utf-7"])
@pytest.mark.parametrize("name", ["Änderung", "Café", "größe"])
def test_names_of_other_letters_pass_in_any_encoding(name: str, encoding: str) -> None:
    needles = prefilter(f"a.{name} -> b.X")
    text = f"from a import {name}\n"
    assert needles.passes(text.encode(encoding))
    assert needles.passes_text(text)
    assert not needles.passes_text(f"from a import {name}en\n")
