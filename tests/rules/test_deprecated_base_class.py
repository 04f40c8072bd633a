from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, check_fix, parameters

VALID = (
    *DECOYS,
    Case("the new class", "from pkg.new import NewEngine\nclass E(NewEngine): ..."),
    Case(
        "an argument of a generic base",
        "from pkg.old import OldEngine\nclass E(Box[OldEngine]): ...",
    ),
    Case("a keyword", "from pkg.old import OldEngine\nclass E(Box, engine=OldEngine): ..."),
    Case(
        "a call that makes the base", "from pkg.old import OldEngine\nclass E(made(OldEngine)): ..."
    ),
    Case("a nested class of it", "from pkg.old import OldEngine\nclass E(OldEngine.Inner): ..."),
    Case("a class of a moved module", "from pkg.legacy import Base\nclass E(Base): ..."),
    Case("hidden", "from pkg.old import OldEngine\nclass OldEngine: ...\nclass E(OldEngine): ..."),
    Case("owner", "from pkg.old import OldEngine\nclass E(OldEngine): ...", path="bridge.py"),
    Case("home", "class OldEngine: ...\nclass E(OldEngine): ...", path="pkg/old.py"),
    Case("noqa", "from pkg.old import OldEngine\nclass E(OldEngine): ...  # noqa: SSOT005"),
)

INVALID = (
    Case(
        "base",
        "from pkg.old import OldEngine\nclass E(«OldEngine»): ...",
        message="subclass of deprecated `pkg.old.OldEngine`; use `NewEngine` [fix: safe] (M1)",
        hint="NewEngine",
        after="""
            from pkg.new import NewEngine
            class E(NewEngine): ...""",
        safety="safe",
    ),
    Case(
        "second base",
        "from pkg.old import OldEngine\nclass E(Mixin, «OldEngine»): ...",
        after="""
            from pkg.new import NewEngine
            class E(Mixin, NewEngine): ...""",
        safety="safe",
    ),
    Case(
        "under an alias",
        "from pkg.old import OldEngine as O\nclass E(«O»): ...",
        after="""
            from pkg.new import NewEngine as O
            class E(O): ...""",
        safety="safe",
    ),
    Case(
        "through a module",
        "from pkg import old\nclass E(«old.OldEngine»): ...",
        after="""
            from pkg import new
            class E(new.NewEngine): ...""",
        safety="safe",
    ),
    Case(
        "through a local name",
        "import pkg.old\nBase = pkg.old.OldEngine\nclass E(«Base»): ...",
        after="""
            import pkg.new
            Base = pkg.new.NewEngine
            class E(Base): ...""",
        safety="safe",
    ),
    Case(
        "generic",
        "from pkg.old import OldEngine\nclass E(«OldEngine»[int]): ...",
        after="""
            from pkg.new import NewEngine
            class E(NewEngine[int]): ...""",
        safety="safe",
    ),
    Case(
        "in a function",
        "def f():\n    from pkg.old import OldEngine\n    class E(«OldEngine»): ...",
        after="""
            def f():
                from pkg.new import NewEngine
                class E(NewEngine): ...""",
        safety="safe",
    ),
    Case(
        "re-exported",
        "from pkg import OldEngine\nclass E(«OldEngine»): ...",
        files={
            "pkg/__init__.py": "from .old import OldEngine",
            "pkg/old.py": "class OldEngine: ...",
        },
        message="`pkg.old.OldEngine`, re-exported as `pkg.OldEngine`;",
        after="""
            from pkg.new import NewEngine
            class E(NewEngine): ...""",
        safety="safe",
    ),
    Case(
        "no replacement",
        "from pkg.old import Gone\nclass E(«Gone»): ...",
        hint="",
        left="it has no replacement",
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT005", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT005", tmp_path, is_valid=False)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_fix(case: Case, tmp_path: Path) -> None:
    check_fix(case, "SSOT005", tmp_path)
