from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, check_fix, parameters

VALID = (
    *DECOYS,
    Case("call of the new class", "from pkg.new import NewEngine\nNewEngine(1)"),
    Case("call of a same-named class", "from elsewhere import OldEngine\nOldEngine(1)"),
    Case(
        "local class hides the import",
        "from pkg.old import OldEngine\nclass OldEngine: ...\nOldEngine()",
    ),
    Case(
        "parameter hides the import", "from pkg.old import OldEngine\ndef f(OldEngine): OldEngine()"
    ),
    Case(
        "import in another function",
        "def f():\n    from pkg.old import OldEngine\ndef g():\n    OldEngine()",
    ),
    Case("call of a function that moved", "from pkg.old import make_engine\nmake_engine()"),
    Case("call of a method", "from pkg.old import OldEngine\nOldEngine.create()"),
    Case("call of a leaking name of a moved module", "from pkg.legacy import Context\nContext()"),
    Case("annotation", "from pkg.old import OldEngine\nx: OldEngine"),
    Case("isinstance", "from pkg.old import OldEngine\nisinstance(x, OldEngine)"),
    Case("base class", "from pkg.old import OldEngine\nclass E(OldEngine): ...\nE()"),
    Case("passed on as a value", "from pkg.old import OldEngine\nregister(OldEngine)"),
    Case(
        "second argument of partial",
        "from functools import partial\nfrom pkg.old import OldEngine\npartial(f, OldEngine)",
    ),
    Case(
        "partial of something else",
        "from functools import partial\nfrom pkg.old import OldEngine\npartial(f)",
    ),
    Case(
        "a local function called partial",
        "from pkg.old import OldEngine\ndef partial(x): ...\npartial(OldEngine)",
    ),
    Case("call of the result", "from pkg.old import OldEngine\nget(OldEngine)()"),
    Case("alias of something else", "from pkg.old import OldEngine\nEngine = other\nEngine()"),
    Case(
        "alias deleted", "from pkg.old import OldEngine\nEngine = OldEngine\ndel Engine\nEngine()"
    ),
    Case("owner", "from pkg.old import OldEngine\nOldEngine()", path="bridge.py"),
    Case("home", "class OldEngine: ...\nOldEngine()", path="pkg/old.py"),
    Case("noqa", "from pkg.old import OldEngine\nOldEngine()  # noqa: SSOT002"),
    Case("factory of a factory-only class", "from pkg.owned import Owned\nOwned.create()"),
    Case("factory module", "from pkg.owned import Owned\nOwned()", path="pkg/factories.py"),
    Case("home of a factory-only class", "class Owned: ...\nOwned()", path="pkg/owned.py"),
    Case(
        "a function that is named like a class",
        "from pkg.old import OldEngine\nOldEngine()",
        files={"pkg/__init__.py": "", "pkg/old.py": "def OldEngine(): ..."},
    ),
    Case(
        "module of a factory package",
        "from pkg.owned import Owned\nOwned()",
        path="pkg/factories/one.py",
    ),
    Case(
        "where the home of a factory-only class has it from",
        "class Owned: ...\nOwned()",
        path="pkg/_impl.py",
        files={"pkg/__init__.py": "", "pkg/owned.py": "from ._impl import Owned"},
    ),
    Case(
        "factory module, re-exported",
        "from pkg import Owned\nOwned()",
        path="pkg/factories.py",
        files={"pkg/__init__.py": "from .owned import Owned", "pkg/owned.py": "class Owned: ..."},
    ),
    Case("same name as a factory-only class", "from elsewhere import Owned\nOwned()"),
)

INVALID = (
    Case(
        "call",
        "from pkg.old import OldEngine\nengine = «OldEngine»(registry, bridge)",
        message=(
            "direct instantiation of deprecated `pkg.old.OldEngine`; use `NewEngine(...)` "
            "[fix: safe] (M1)"
        ),
        hint="NewEngine(...)",
        after="""
            from pkg.new import NewEngine
            engine = NewEngine(registry, bridge)""",
        safety="safe",
    ),
    Case(
        "call under an alias",
        "from pkg.old import OldEngine as E\n«E»()",
        after="""
            from pkg.new import NewEngine as E
            E()""",
        safety="safe",
    ),
    Case(
        "call under the new name",
        "from pkg.old import OldEngine as NewEngine\n«NewEngine»()",
        after="""
            from pkg.new import NewEngine
            NewEngine()""",
        safety="safe",
    ),
    Case(
        "call over several lines",
        "from pkg.old import OldEngine\n«OldEngine»(\n    1,  # one\n)",
        after="""
            from pkg.new import NewEngine
            NewEngine(
                1,  # one
            )""",
        safety="safe",
    ),
    Case(
        "call through a module",
        "import pkg.old\n«pkg.old.OldEngine»()",
        after="""
            import pkg.new
            pkg.new.NewEngine()""",
        safety="safe",
    ),
    Case(
        "call through a module alias",
        "from pkg import old as o\n«o.OldEngine»()",
        after="""
            from pkg import new as o
            o.NewEngine()""",
        safety="safe",
    ),
    Case(
        "call in a method",
        "from pkg.old import OldEngine\nclass C:\n    def f(self): return «OldEngine»()",
        after="""
            from pkg.new import NewEngine
            class C:
                def f(self): return NewEngine()""",
        safety="safe",
    ),
    Case(
        "call through a local alias",
        "from pkg.old import OldEngine\nEngine = OldEngine\n«Engine»()",
        after="""
            from pkg.new import NewEngine
            Engine = NewEngine
            Engine()""",
        safety="safe",
    ),
    Case(
        "call through two aliases",
        "from pkg.old import OldEngine\nA = OldEngine\nB = A\n«B»()",
        after="""
            from pkg.new import NewEngine
            A = NewEngine
            B = A
            B()""",
        safety="safe",
    ),
    Case(
        "call through an annotated alias",
        "from pkg.old import OldEngine\nE: type = OldEngine\n«E»()",
        after="""
            from pkg.new import NewEngine
            E: type = NewEngine
            E()""",
        safety="safe",
    ),
    Case(
        "alias of an attribute",
        "import pkg.old\nEngine = pkg.old.OldEngine\n«Engine»()",
        after="""
            import pkg.new
            Engine = pkg.new.NewEngine
            Engine()""",
        safety="safe",
    ),
    Case(
        "call in an f-string",
        "from pkg.old import OldEngine\nf'x {«OldEngine»()} y'",
        after="""
            from pkg.new import NewEngine
            f'x {NewEngine()} y'""",
        safety="safe",
    ),
    Case(
        "call in a comprehension",
        "from pkg.old import OldEngine\n[«OldEngine»(i) for i in x]",
        after="""
            from pkg.new import NewEngine
            [NewEngine(i) for i in x]""",
        safety="safe",
    ),
    Case(
        "call in a default",
        "from pkg.old import OldEngine\ndef f(x=«OldEngine»()): ...",
        after="""
            from pkg.new import NewEngine
            def f(x=NewEngine()): ...""",
        safety="safe",
    ),
    Case(
        "call in a class body",
        "from pkg.old import OldEngine\nclass C:\n    x = «OldEngine»()",
        after="""
            from pkg.new import NewEngine
            class C:
                x = NewEngine()""",
        safety="safe",
    ),
    Case(
        "call awaited",
        "from pkg.old import OldEngine\nasync def f(): return await «OldEngine»()",
        after="""
            from pkg.new import NewEngine
            async def f(): return await NewEngine()""",
        safety="safe",
    ),
    Case(
        "call in a lambda",
        "from pkg.old import OldEngine\nf = lambda: «OldEngine»()",
        after="""
            from pkg.new import NewEngine
            f = lambda: NewEngine()""",
        safety="safe",
    ),
    Case(
        "as a decorator that is called",
        "from pkg.old import OldEngine\n@«OldEngine»()\ndef f(): ...",
        after="""
            from pkg.new import NewEngine
            @NewEngine()
            def f(): ...""",
        safety="safe",
    ),
    Case(
        "call of a relative import",
        "from ..old import OldEngine\n«OldEngine»()",
        after="""
            from ..new import NewEngine
            NewEngine()""",
        safety="safe",
    ),
    Case(
        "call after a star import",
        "from pkg.old import *\n«OldEngine»()",
        left="a star import brings it; name what is used instead",
    ),
    Case(
        "one of two branches",
        """
        try:
            from pkg.new import NewEngine
        except ImportError:
            from pkg.old import OldEngine as NewEngine
        «NewEngine»()
        """,
        after="""
            try:
                from pkg.new import NewEngine
            except ImportError:
                from pkg.new import NewEngine
            NewEngine()
        """,
        safety="safe",
    ),
    Case(
        "hidden only later",
        "from pkg.old import OldEngine\n«OldEngine»()\nOldEngine = None",
        after="""
            from pkg.new import NewEngine
            NewEngine()
            OldEngine = None""",
        safety="safe",
    ),
    Case(
        "partial",
        "from functools import partial\nfrom pkg.old import OldEngine\npartial(«OldEngine», 1)",
        after="""
            from functools import partial
            from pkg.new import NewEngine
            partial(NewEngine, 1)""",
        safety="safe",
    ),
    Case(
        "handing over a class with a declared rewrite",
        "from functools import partial\nfrom pkg.calls import Called\npartial(«Called», 1)",
        message="factory made of deprecated `pkg.calls.Called`; use `Renewed.build` (M1)",
        after="""
            from functools import partial
            from pkg.called import Renewed
            partial(Renewed, 1)""",
        left="a person has to hand over `Renewed.build` instead",
    ),
    Case(
        "functools.partial",
        "import functools\nfrom pkg.old import OldEngine\nfunctools.partial(«OldEngine»)",
        after="""
            import functools
            from pkg.new import NewEngine
            functools.partial(NewEngine)""",
        safety="safe",
    ),
    Case(
        "default_factory",
        "from pkg.old import OldEngine\nfield(default_factory=«OldEngine»)",
        after="""
            from pkg.new import NewEngine
            field(default_factory=NewEngine)""",
        safety="safe",
    ),
    Case(
        "Depends",
        "from fastapi import Depends\n"
        "from pkg.old import OldEngine\ndef f(e=Depends(«OldEngine»)): ...",
        after="""
            from fastapi import Depends
            from pkg.new import NewEngine
            def f(e=Depends(NewEngine)): ...""",
        safety="safe",
    ),
    Case(
        "defaultdict",
        "from collections import defaultdict\n"
        "from pkg.old import OldEngine\ndefaultdict(«OldEngine»)",
        after="""
            from collections import defaultdict
            from pkg.new import NewEngine
            defaultdict(NewEngine)""",
        safety="safe",
    ),
    Case(
        "partial from a module of the project",
        "from pkg.tools import partial\nfrom pkg.old import OldEngine\npartial(«OldEngine»)",
        files={"pkg/__init__.py": "", "pkg/tools.py": "from functools import partial"},
        after="""
            from pkg.tools import partial
            from pkg.new import NewEngine
            partial(NewEngine)""",
        safety="safe",
    ),
    Case(
        "a class that is not named like one",
        "from pkg.old import make_engine\n«make_engine»()",
        files={"pkg/__init__.py": "", "pkg/old.py": "class make_engine: ..."},
        after="""
            from pkg.made import make_engine
            make_engine()""",
        safety="safe",
    ),
    Case(
        "re-exported",
        "import pkg\n«pkg.OldEngine»()",
        files={"pkg/__init__.py": "from .old import OldEngine", "pkg/old.py": ""},
        after="""
            import pkg
            import pkg.new
            pkg.new.NewEngine()""",
        safety="safe",
    ),
    Case(
        "a factory-only class, from where its home has it",
        "from pkg._impl import Owned\n«Owned»()",
        files={
            "pkg/__init__.py": "",
            "pkg/_impl.py": "class Owned: ...",
            "pkg/owned.py": "from ._impl import Owned",
        },
        left="a person has to write `Owned.create(...)`",
    ),
    Case(
        "a factory-only class, re-exported under another name",
        "from pkg import O\n«O»()",
        files={
            "pkg/__init__.py": "from .owned import Owned as O",
            "pkg/owned.py": "class Owned: ...",
        },
        left="a person has to write `Owned.create(...)`",
    ),
    Case(
        "declared rewrite",
        "from pkg.calls import Called\n«Called»(registry)",
        hint="await Renewed.build(registry, ...)",
        after="""
            from pkg.called import Renewed
            Renewed(registry)""",
        safety="",
        left="the call on line 2 needs `await`, thus an async function",
    ),
    Case(
        "deprecated class with a factory",
        "from pkg.shared import Shared\n«Shared»()",
        hint="Owned.create(...)",
        after="""
            from pkg.owned import Owned
            Owned()""",
        safety="",
        left="a person has to write `Owned.create(...)`",
    ),
    Case(
        "factory-only class",
        "from pkg.owned import Owned\n«Owned»()",
        message="instantiation of factory-only `pkg.owned.Owned`; use `Owned.create(...)` (M1)",
        left="a person has to write `Owned.create(...)`",
    ),
    Case(
        "no replacement",
        "from pkg.old import Gone\n«Gone»()",
        hint="",
        left="it has no replacement",
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT002", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT002", tmp_path, is_valid=False)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_fix(case: Case, tmp_path: Path) -> None:
    check_fix(case, "SSOT002", tmp_path)
