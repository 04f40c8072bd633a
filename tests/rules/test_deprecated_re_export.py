from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, check_fix, parameters

INIT = "app/__init__.py"

VALID = (
    *DECOYS,
    *(Case(f"{decoy.title}, in a package", decoy.code, path=INIT) for decoy in DECOYS),
    Case("a module's own use", "from pkg.old import OldEngine\nOldEngine()"),
    Case("the new class", "from pkg.new import NewEngine as NewEngine", path=INIT),
    Case("the same name from elsewhere", "from tools import OldEngine as OldEngine", path=INIT),
    Case("`__all__` lists another", "from pkg.old import OldEngine\n__all__ = ['other']"),
    Case("private in a package", "from pkg.old import OldEngine as _OldEngine", path=INIT),
    Case("in a function of a package", "def f():\n    from pkg.old import OldEngine", path=INIT),
    Case("in a class of a package", "class C:\n    from pkg.old import OldEngine", path=INIT),
    Case("under another name", "from pkg.old import OldEngine as Engine"),
    Case("an alias of a module's own", "from pkg.old import OldEngine\nEngine = OldEngine"),
    Case(
        "an instance", "from pkg.old import OldEngine\nengine = OldEngine()\n__all__ = ['engine']"
    ),
    Case("a package that a plain import binds", "import pkg.legacy", path=INIT),
    Case(
        "`__getattr__` of a class",
        "class C:\n    def __getattr__(self, name):\n"
        "        from pkg.old import OldEngine\n        return OldEngine",
    ),
    Case(
        "`__getattr__` for others",
        "def __getattr__(name):\n    if name == 'x':\n"
        "        from pkg.new import NewEngine\n        return NewEngine",
    ),
    Case("owner", "from pkg.old import OldEngine as OldEngine", path="bridge.py"),
    Case("home", "class OldEngine: ...\n__all__ = ['OldEngine']", path="pkg/old.py"),
    Case("noqa", "from pkg.old import OldEngine  # noqa: SSOT007", path=INIT),
)

INVALID = (
    Case(
        "a package",
        "from pkg.old import «OldEngine»",
        path=INIT,
        message="`OldEngine` hands on deprecated `pkg.old.OldEngine`; "
        "use `from pkg.new import NewEngine` [fix: safe] (M1)",
        hint="from pkg.new import NewEngine",
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "a package, under another name",
        "from pkg.old import «OldEngine as Engine»",
        path=INIT,
        after="from pkg.new import NewEngine as Engine",
        safety="safe",
    ),
    Case(
        "a package, with others in `__all__`",
        "from pkg.old import «OldEngine»\n__all__ = ['x']",
        path=INIT,
        after="""
            from pkg.new import NewEngine
            __all__ = ['x']""",
        safety="safe",
    ),
    Case(
        "a package, once a name",
        "if x:\n    from pkg.old import «OldEngine»\nelse:\n    from pkg.old import OldEngine",
        path=INIT,
        left="the import of `OldEngine` on line 4 stays",
    ),
    Case(
        "a moved module",
        "from pkg import «legacy»",
        path=INIT,
        after="from pkg import modern",
        safety="safe",
    ),
    Case(
        "a star",
        "from pkg.old import «*»",
        path=INIT,
        message="`import *` hands on",
        left="it is handed on in a way that a person has to change",
    ),
    Case(
        "an assignment",
        "import pkg.old\n«Engine» = pkg.old.OldEngine",
        path=INIT,
        after="""
            import pkg.old
            import pkg.new
            Engine = pkg.new.NewEngine""",
        safety="safe",
    ),
    Case(
        "for type checkers",
        "if TYPE_CHECKING:\n    from pkg.old import «OldEngine»",
        path=INIT,
        after="""
            if TYPE_CHECKING:
                from pkg.new import NewEngine""",
        safety="safe",
    ),
    Case(
        "a stub of a package",
        "from pkg.old import «OldEngine»",
        path="app/__init__.pyi",
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "`__all__`",
        "from pkg.old import «OldEngine»\n__all__ = ['OldEngine']",
        after="""
            from pkg.new import NewEngine
            __all__ = ['NewEngine']""",
        safety="safe",
    ),
    Case(
        "`__all__`, under another name",
        "from pkg.old import «OldEngine as E»\n__all__ = ('E',)",
        after="""
            from pkg.new import NewEngine as E
            __all__ = ('E',)""",
        safety="safe",
    ),
    Case(
        "`__all__` that grows",
        "from pkg.old import «OldEngine»\n__all__ = []\n__all__ += ['OldEngine']",
        after="""
            from pkg.new import NewEngine
            __all__ = []
            __all__ += ['NewEngine']""",
        safety="safe",
    ),
    Case(
        "`__all__.append`",
        "from pkg.old import «OldEngine»\n__all__ = []\n__all__.append('OldEngine')",
        after="""
            from pkg.new import NewEngine
            __all__ = []
            __all__.append('NewEngine')""",
        safety="safe",
    ),
    Case(
        "`__all__` of a private name",
        "from pkg.old import «OldEngine as _E»\n__all__ = ['_E']",
        after="""
            from pkg.new import NewEngine as _E
            __all__ = ['_E']""",
        safety="safe",
    ),
    Case(
        "an alias in `__all__`",
        "from pkg.old import OldEngine\n«Engine» = OldEngine\n__all__ = ['Engine']",
        after="""
            from pkg.new import NewEngine
            Engine = NewEngine
            __all__ = ['Engine']""",
        safety="safe",
    ),
    Case(
        "`as` its own name",
        "from pkg.old import «OldEngine as OldEngine»",
        after="from pkg.new import NewEngine as NewEngine",
        safety="safe",
    ),
    Case(
        "`__getattr__`",
        "def __getattr__(name):\n    if name == 'OldEngine':\n"
        "        from pkg.old import «OldEngine»\n        return OldEngine",
        after="""
            def __getattr__(name):
                if name == 'OldEngine':
                    from pkg.new import NewEngine
                    return NewEngine""",
        safety="safe",
    ),
    Case(
        "`__getattr__` with a table",
        "LAZY = {«'OldEngine'»: 'pkg.old', 'x': 'pkg.new'}\ndef __getattr__(name): ...",
        message="`OldEngine` hands on deprecated `pkg.old.OldEngine`;",
        left="it is handed on in a way that a person has to change",
    ),
    Case(
        "`__getattr__` with a table of what another module hands on under another name",
        "LAZY = {«'Motor'»: 'pkg.mid'}\ndef __getattr__(name): ...",
        files={"pkg/mid.py": "from pkg.old import OldEngine as Motor", "pkg/__init__.py": ""},
        left="it is handed on in a way that a person has to change",
    ),
    Case(
        "what another module hands on",
        "from pkg.mid import «OldEngine»",
        path=INIT,
        files={"pkg/mid.py": "from pkg.old import OldEngine", "pkg/__init__.py": ""},
        message="`pkg.old.OldEngine`, re-exported as `pkg.mid.OldEngine`;",
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT007", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT007", tmp_path, is_valid=False)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_fix(case: Case, tmp_path: Path) -> None:
    check_fix(case, "SSOT007", tmp_path)
