from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, check_fix, parameters

VALID = (
    *DECOYS,
    Case("its home", "class NewEngine: ...", path="pkg/new.py"),
    Case(
        "where its home has it from",
        "class NewEngine: ...",
        path="pkg/_impl.py",
        files={"pkg/new.py": "from ._impl import NewEngine", "pkg/__init__.py": ""},
    ),
    Case("the stub of its home", "class NewEngine: ...", path="pkg/new.pyi"),
    Case("imported", "from pkg.new import NewEngine"),
    Case("a longer name", "class NewEngineTest: ...\nclass MyNewEngine: ..."),
    Case("in a function", "def f():\n    class NewEngine: ..."),
    Case("in a class", "class C:\n    class NewEngine: ...\n    def make_engine(self): ..."),
    Case("a variable", "NewEngine = object()"),
    Case("the old class", "class OldEngine: ...", path="pkg/old.py"),
    Case("the name of a module that moved", "class modern: ...\ndef modern(): ..."),
    Case("a function whose home is nowhere to be seen", "def make_engine(): ..."),
    Case("an owner", "class NewEngine: ...", path="bridge.py"),
    Case("noqa", "class NewEngine: ...  # noqa: SSOT006"),
    Case("a middle link of a chain", "class Chained: ...", path="b.py"),
)

INVALID = (
    Case(
        "class",
        "class «NewEngine»: ...",
        message="class `NewEngine` is a second definition of `pkg.new.NewEngine`; "
        "import that one, or give this another name (M1)",
        hint="",
        left="a person decides which of the two is meant",
    ),
    Case(
        "decorated",
        "@dataclass\nclass «NewEngine»(Base):\n    x: int",
        left="a person decides which of the two is meant",
    ),
    Case(
        "a function of the name",
        "def «NewEngine»(): ...",
        left="a person decides which of the two is meant",
    ),
    Case(
        "a function",
        "async def «make_engine»(): ...",
        files={"pkg/made.py": "def make_engine(): ...", "pkg/__init__.py": ""},
        left="a person decides which of the two is meant",
    ),
    Case(
        "a fallback",
        "try:\n    from pkg.new import NewEngine\nexcept ImportError:\n    class «NewEngine»: ...",
        left="a person decides which of the two is meant",
    ),
    Case(
        "twice",
        "if fast:\n    class «NewEngine»: ...\nelse:\n    class «NewEngine»: ...",
        left="a person decides which of the two is meant",
    ),
    Case(
        "the end of a chain",
        "class «Final»: ...",
        left="a person decides which of the two is meant",
    ),
    Case(
        "a factory-only class",
        "class «Owned»: ...",
        left="a person decides which of the two is meant",
    ),
    Case(
        "beside its home",
        "class «NewEngine»: ...",
        path="pkg/newer.py",
        left="a person decides which of the two is meant",
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT006", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT006", tmp_path, is_valid=False)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_fix(case: Case, tmp_path: Path) -> None:
    check_fix(case, "SSOT006", tmp_path)
