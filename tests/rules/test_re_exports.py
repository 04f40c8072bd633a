"""SSOT001 through other modules: whatever way leads to a moved symbol, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, check_fix, parameters

HOME = {"pkg/__init__.py": "", "pkg/old.py": "class OldEngine: ...\ndef make_engine(): ...\n"}


def door(text: str, name: str = "pkg/__init__.py", **more: str) -> dict[str, str]:
    """A project in which the file `name` is `text`; in `more`, `__` stands for a slash."""
    others = {f"{key.replace('__', '/')}.py": value for key, value in more.items()}
    return {**HOME, name: text, **others}


DOOR = door("from .old import OldEngine")

VALID = (
    Case(
        "the new home, which takes the symbol from the old one for now",
        "from pkg.new import NewEngine\nNewEngine()",
        files=door("from pkg.old import OldEngine as NewEngine", "pkg/new.py"),
    ),
    Case(
        "the new home of a module, which takes all of it from the old one for now",
        "from pkg.legacy import *",
        path="pkg/modern.py",
        files={"pkg/legacy.py": "class Thing: ..."},
    ),
    Case(
        "the new home itself, without a definition of its own",
        "from pkg.old import OldEngine as NewEngine\nNewEngine()",
        path="pkg/new.py",
        files=HOME,
    ),
    *(
        Case(decoy.title, decoy.code, files={**DOOR, "tools/__init__.py": "class OldEngine: ..."})
        for decoy in DECOYS
    ),
    Case(
        "the package does not name it",
        "from pkg import OldEngine\nOldEngine()",
        files=door("from .other import OldEngine", pkg__other="class OldEngine: ..."),
    ),
    Case(
        "a class of the same name in the package",
        "from pkg import OldEngine",
        files=door("class OldEngine: ..."),
    ),
    Case(
        "another name of the same package",
        "from pkg import other",
        files=door(DOOR["pkg/__init__.py"] + "\nother = 1"),
    ),
    Case(
        "rebound after the import",
        "from pkg import OldEngine",
        files=door("from .old import OldEngine\nOldEngine = make()\n"),
    ),
    Case(
        "deleted after the import",
        "from pkg import OldEngine",
        files=door("from .old import OldEngine\ndel OldEngine\n"),
    ),
    Case(
        "replaced by a definition",
        "from pkg import OldEngine",
        files=door("from .old import OldEngine\nclass OldEngine(OldEngine): ...\n"),
    ),
    Case(
        "imported in a function only",
        "from pkg import OldEngine",
        files=door("def f():\n    from .old import OldEngine\n"),
    ),
    Case(
        "imported in a class only",
        "from pkg import OldEngine",
        files=door("class C:\n    from .old import OldEngine\n"),
    ),
    Case(
        "star of a module whose `__all__` leaves it out",
        "from pkg.mid import *\nOldEngine()",
        files=door("from .old import OldEngine\n__all__ = ['other']", "pkg/mid.py"),
    ),
    Case(
        "star of a module that has it under a private name",
        "from pkg.mid import *\n_OldEngine()",
        files=door("from .old import OldEngine as _OldEngine", "pkg/mid.py"),
    ),
    Case(
        "star of a module that re-exports, and nothing of it used",
        "from pkg.mid import *\nother()",
        files=door("from .old import OldEngine\nother = 1", "pkg/mid.py"),
    ),
    Case(
        "a later star hides the name",
        "from pkg.mid import *\nfrom pkg.own import *\nOldEngine.x",
        files=door("from .new import NewEngine", "pkg/mid.py", pkg__own="class OldEngine: ..."),
    ),
    Case(
        "modules that import each other and define nothing",
        "from pkg.a import OldEngine",
        files=door("from .b import OldEngine", "pkg/a.py", pkg__b="from .a import OldEngine"),
    ),
    Case(
        "modules that star each other",
        "from pkg.a import *\nOldEngine()",
        files=door("from .b import *", "pkg/a.py", pkg__b="from .a import *"),
    ),
    Case(
        "a module that imports from itself",
        "from pkg.a import OldEngine",
        files=door("from pkg.a import OldEngine", "pkg/a.py"),
    ),
    Case("a module that is missing", "from pkg.gone import OldEngine", files=HOME),
    Case(
        "a module that is no source, such as an extension, with its own name in it",
        "from pkg import fast\nfrom pkg.fast import fast as other\nfast.OldEngine",
        files=door("from .fast import fast"),
    ),
    Case(
        "modules that are no source, which name one another",
        "from pkg import a, b, c\nfrom pkg.a import b as d\na.OldEngine, b.c.OldEngine, d",
        files=door(
            "from .a import a, b, c\nfrom .b import *\n"
            "try: from .b import a, b\nexcept ImportError: from .c import a, b, c\n"
        ),
    ),
    Case(
        "a module that is no source, whose name is given to a part of it",
        "from pkg import fast\nfast.OldEngine",
        files=door("import pkg.fast\nfast = pkg.fast.fast"),
    ),
    Case(
        "names that are parts of one another",
        "from pkg.a import one\nfrom pkg.b import two\none.OldEngine, two.x.OldEngine",
        files=door(
            "import pkg.b\none = pkg.b.two.x\n",
            "pkg/a.py",
            pkg__b="import pkg.a\ntwo = pkg.a.one.y",
        ),
    ),
    Case(
        "through a module that is missing",
        "from pkg import OldEngine",
        files=door("from .gone import OldEngine"),
    ),
    Case(
        "through a file that does not parse",
        "from pkg.broken import OldEngine",
        files=door("from .old import OldEngine\ndef (", "pkg/broken.py"),
    ),
    Case(
        "a package before the module of its name",
        "from pkg.mid import OldEngine",
        files={
            **door("from .old import OldEngine", "pkg/mid.py"),
            "pkg/mid/__init__.py": "class OldEngine: ...",
        },
    ),
    Case(
        "a module before the folder of its name",
        "from pkg.mid.deep import OldEngine",
        files=door(
            "class OldEngine: ...", "pkg/mid.py", pkg__mid__deep="from pkg.old import OldEngine"
        ),
    ),
    Case(
        "`__getattr__` that names another",
        "from pkg import OldEngine",
        files=door(
            """
            def __getattr__(name):
                if name == "Other":
                    from .old import OldEngine
                    return OldEngine
            """
        ),
    ),
    Case(
        "a table in a module without `__getattr__`",
        "from pkg import OldEngine",
        files=door("TABLE = {'OldEngine': '.old'}"),
    ),
    Case(
        "an instance of it",
        "from pkg import engine\nengine()",
        files=door("from .old import OldEngine\nengine = OldEngine()"),
    ),
    Case(
        "hidden where it is used",
        "from pkg import other\ndef f(OldEngine): OldEngine()",
        files=DOOR,
    ),
    Case("an owner", "from pkg import OldEngine", path="bridge.py", files=DOOR),
    Case("the home itself", "from pkg import OldEngine", path="pkg/old.py", files=DOOR),
    Case(
        "relative import of a namesake",
        "from . import OldEngine",
        files={**DOOR, "pkg/sub/__init__.py": "class OldEngine: ..."},
    ),
    Case(
        "a stub that says otherwise is not asked",
        "from pkg.mid import OldEngine",
        files={
            **HOME,
            "pkg/mid.py": "class OldEngine: ...",
            "pkg/mid.pyi": "from pkg.old import OldEngine as OldEngine",
        },
    ),
    Case(
        "a namesake in the other source root",
        "from other import OldEngine",
        files={"src/other.py": "class OldEngine: ...", "other.py": "class OldEngine: ..."},
    ),
    Case(
        "an attribute of what is re-exported",
        "import pkg\npkg.OldEngineFactory()",
        files=door("from .old import OldEngine\nclass OldEngineFactory: ..."),
    ),
)

INVALID = (
    Case(
        "package",
        "from pkg import «OldEngine»\nOldEngine()",
        files=DOOR,
        message="import of deprecated `pkg.old.OldEngine`, re-exported as `pkg.OldEngine`; "
        "use `from pkg.new import NewEngine` [fix: safe] (M1)",
        hint="from pkg.new import NewEngine",
        after="""
            from pkg.new import NewEngine
            NewEngine()""",
        safety="safe",
    ),
    Case(
        "package, of a home that is gone already",
        "from pkg import «OldEngine»\nOldEngine()",
        files={"pkg/__init__.py": "from .old import OldEngine"},
        message="import of deprecated `pkg.old.OldEngine`, re-exported as `pkg.OldEngine`; "
        "use `from pkg.new import NewEngine` [fix: safe] (M1)",
        hint="from pkg.new import NewEngine",
        after="""
            from pkg.new import NewEngine
            NewEngine()""",
        safety="safe",
    ),
    Case(
        "attribute of the package",
        "import pkg\n«pkg.OldEngine»()",
        files=DOOR,
        after="""
            import pkg
            import pkg.new
            pkg.new.NewEngine()""",
        safety="safe",
    ),
    Case(
        "under another name",
        "from pkg import «Engine»\nEngine()",
        files=door("from .old import OldEngine as Engine"),
        message="`pkg.old.OldEngine`, re-exported as `pkg.Engine`; "
        "use `from pkg.new import NewEngine as Engine`",
        after="""
            from pkg.new import NewEngine as Engine
            Engine()""",
        safety="safe",
    ),
    Case(
        "under two other names, one after the other",
        "from pkg import «Motor»\nMotor()",
        files=door("from .a import Engine as Motor", pkg__a="from .old import OldEngine as Engine"),
        after="""
            from pkg.new import NewEngine as Motor
            Motor()""",
        safety="safe",
    ),
    Case(
        "by an assignment",
        "from pkg import «Engine»",
        files=door("from .old import OldEngine\nEngine = OldEngine"),
        after="from pkg.new import NewEngine as Engine",
        safety="safe",
    ),
    Case(
        "by an assignment from a module",
        "from pkg import «Engine»",
        files=door("from . import old\nEngine = old.OldEngine"),
        after="from pkg.new import NewEngine as Engine",
        safety="safe",
    ),
    Case(
        "through five modules",
        "from pkg.a import «OldEngine»",
        files=door(
            "from .b import OldEngine",
            "pkg/a.py",
            pkg__b="from .c import OldEngine",
            pkg__c="from pkg.d import OldEngine",
            pkg__d="from .e import OldEngine",
            pkg__e="from .old import OldEngine",
        ),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "through a star",
        "from pkg import «OldEngine»",
        files=door("from .mid import *", pkg__mid="from .old import OldEngine"),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "through a star with `__all__`",
        "from pkg import «OldEngine»",
        files=door("from .mid import *", pkg__mid="from .old import *\n__all__ = ['OldEngine']"),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "through `__all__` of a submodule",
        "from pkg import «*»\nOldEngine()",
        files=door(
            "from .mid import *\nfrom . import mid\n__all__ = mid.__all__ + ['more']\nmore = 1",
            pkg__mid="from .old import OldEngine\n__all__ = ['OldEngine']",
        ),
        left="a star import brings it; name what is used instead",
    ),
    Case(
        "a star whose name is used",
        "from pkg.mid import «*»\nOldEngine()",
        files=door("from .old import OldEngine", "pkg/mid.py"),
        message="star import of deprecated `pkg.old.OldEngine`; "
        "use `from pkg.new import NewEngine`",
        left="a star import brings it; name what is used instead",
    ),
    Case(
        "a star between modules that star each other",
        "from pkg.a import «OldEngine»",
        files=door(
            "from .b import *\nfrom .old import OldEngine",
            "pkg/a.py",
            pkg__b="from .a import *",
        ),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "around a circle of stars",
        "from pkg.b import «OldEngine»",
        files=door(
            "from .b import *\nfrom .old import OldEngine",
            "pkg/a.py",
            pkg__b="from .a import *",
        ),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "conditional",
        "from pkg import «OldEngine»",
        files=door(
            "if FAST:\n    from .fast import OldEngine\nelse:\n    from .old import OldEngine"
        ),
        after="from pkg.new import NewEngine",
        safety="unsafe",
    ),
    Case(
        "fallback",
        "from pkg import «OldEngine»",
        files=door(
            "try:\n    from c import OldEngine\nexcept ImportError:\n    from .old import OldEngine"
        ),
        after="from pkg.new import NewEngine",
        safety="unsafe",
    ),
    Case(
        "for type checkers only",
        "from pkg import «OldEngine»",
        files=door(
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .old import OldEngine"
        ),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "`__getattr__` with a comparison",
        "from pkg import «OldEngine»",
        files=door(
            """
            def __getattr__(name):
                if name == "OldEngine":
                    from .old import OldEngine
                    return OldEngine
                raise AttributeError(name)
            """
        ),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "`__getattr__` under another name",
        "from pkg import «Engine»",
        files=door(
            """
            import importlib
            def __getattr__(name):
                if name in ("Engine", "Motor"):
                    return getattr(importlib.import_module(".old", __name__), "OldEngine")
            """
        ),
        after="from pkg.new import NewEngine as Engine",
        safety="safe",
    ),
    Case(
        "`__getattr__` with a table",
        "import pkg\n«pkg.OldEngine»",
        files=door(
            """
            from importlib import import_module
            LAZY = {"OldEngine": ".old"}
            def __getattr__(name):
                return getattr(import_module(LAZY[name], __name__), name)
            """
        ),
        after="""
            import pkg
            import pkg.new
            pkg.new.NewEngine""",
        safety="safe",
    ),
    Case(
        "`__getattr__` made by a library",
        "from pkg import «OldEngine»",
        files=door(
            """
            import lazy_loader
            __getattr__, __dir__, __all__ = lazy_loader.attach(
                __name__, submod_attrs={"old": ["OldEngine"]}
            )
            """
        ),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "`global` in a function",
        "from pkg import «OldEngine»",
        files=door("def load():\n    global OldEngine\n    from .old import OldEngine\nload()"),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "relative",
        "from .. import «OldEngine»\nfrom ..mid import «OldEngine»",
        files=door(DOOR["pkg/__init__.py"], pkg__mid="from . import OldEngine"),
        after="""
            from ..new import NewEngine
        """,
        safety="safe",
    ),
    Case(
        "a module that another one has",
        "from pkg.mid import o\n«o.OldEngine»()",
        files=door("import pkg.old as o", "pkg/mid.py"),
        after="""
            from pkg import new
            new.NewEngine()""",
        safety="safe",
    ),
    Case(
        "a moved module that another one has",
        "from pkg.mid import «legacy»\nlegacy.f()",
        files=door("from pkg import legacy", "pkg/mid.py", pkg__legacy="def f(): ..."),
        after="""
            from pkg import modern
            modern.f()""",
        safety="safe",
    ),
    Case(
        "what another took from a moved module",
        "from pkg.mid import «f»\nimport pkg.mid as m\n«m.f»()",
        files=door("from pkg.legacy import f", "pkg/mid.py", pkg__legacy="def f(): ..."),
        message="`pkg.legacy.f`, re-exported as `pkg.mid.f`; use `from pkg.modern import f`",
        after="""
            from pkg.modern import f
            import pkg.modern as m
            m.f()""",
        safety="safe",
    ),
    Case(
        "what another took from a moved module, through a star and a package",
        "from .. import «g»\nfrom pkg.more import m\n«m.g»",
        files=door(
            "from .mid import *",
            pkg__mid="from pkg.legacy import f as g",
            pkg__legacy="def f(): ...",
            pkg__more="import pkg.mid as m",
        ),
        after="""
            from ..modern import f as g
            from pkg import modern
            modern.f""",
        safety="safe",
    ),
    Case(
        "a submodule that its package hides",
        "from pkg import «mid»",
        files=door("from .mid import mid", pkg__mid="from .old import OldEngine as mid"),
        after="from pkg.new import NewEngine as mid",
        safety="safe",
    ),
    Case(
        "a namespace package",
        "from space.mid import «OldEngine»",
        files=door("from pkg.old import OldEngine", "space/mid.py"),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "a stub without a source",
        "from pkg.mid import «OldEngine»",
        files=door("from pkg.old import OldEngine as OldEngine", "pkg/mid.pyi"),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "a stub that says what the source computes",
        "from pkg.mid import «OldEngine»",
        files={
            **HOME,
            "pkg/mid.py": "globals().update(load())",
            "pkg/mid.pyi": "from pkg.old import OldEngine as OldEngine",
        },
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "a symbol's own move beats that of the module that hands it on",
        "from pkg.legacy import «OldEngine»",
        files=door("from .old import OldEngine", "pkg/legacy.py"),
        hint="from pkg.new import NewEngine",
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "a consumer that needs it itself",
        "from pkg.user import «OldEngine»",
        files=door("from .old import OldEngine\nOldEngine()", "pkg/user.py"),
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "a method of it, through the package",
        "import pkg\n«pkg.OldEngine».create()",
        files=DOOR,
        hint="pkg.new.NewEngine",
        after="""
            import pkg
            import pkg.new
            pkg.new.NewEngine.create()""",
        safety="safe",
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT001", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT001", tmp_path, is_valid=False)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_fix(case: Case, tmp_path: Path) -> None:
    check_fix(case, "SSOT001", tmp_path)


def test_there_are_more_valid_cases() -> None:
    assert len(VALID) > len(INVALID)
