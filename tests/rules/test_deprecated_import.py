from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, check_fix, parameters

VALID = (
    *DECOYS,
    Case("import of the new class", "from pkg.new import NewEngine"),
    Case("same name from another module", "from pkg.tools.old import OldEngine"),
    Case("same name from a module that ends alike", "from other.pkg.old import OldEngine"),
    Case("name that starts alike", "from pkg.old import OldEngineFactory"),
    Case("name that ends alike", "from pkg.old import VeryOldEngine"),
    Case("module that starts alike", "from pkg.old_engines import OldEngine"),
    Case("other name of the old module", "from pkg.old import Untouched"),
    Case("the old module itself, when only symbols moved", "import pkg.old"),
    Case("the old module from its package", "from pkg import old\nold.Untouched()"),
    Case("module under a module that starts alike", "import pkg.legacy_tools"),
    Case("package above both", "import pkg\npkg.new.NewEngine"),
    Case("attribute of an unrelated object", "engine = object()\nengine.OldEngine"),
    Case("attribute of a call's result", "get().pkg.old.OldEngine"),
    Case("local class", "class OldEngine: ...\nOldEngine()"),
    Case("parameter hides the module", "import pkg\ndef f(pkg): return pkg.old.OldEngine"),
    Case(
        "module rebound before the use",
        "from pkg import old\nold = object()\nold.OldEngine",
    ),
    Case(
        "comprehension variable hides the module",
        "from pkg import old\n[old.OldEngine for old in objects]",
    ),
    Case("deleted module", "from pkg import old\ndel old\nold.OldEngine"),
    Case(
        "other arm of the same condition",
        """
        if fast:
            from pkg import old
        else:
            old = object()
            old.OldEngine
        """,
    ),
    Case("relative import of another package", "from .old import OldEngine"),
    Case("relative import out of the top", "from .....old import OldEngine"),
    Case("star import of an unrelated module", "from pkg.new import *\nOldEngine"),
    Case("owner", "from pkg.old import OldEngine", path="bridge.py"),
    Case("the home itself", "class OldEngine: ...", path="pkg/old.py"),
    Case("the home imports itself", "from pkg.old import OldEngine", path="pkg/old.py"),
    Case(
        "inside the moved module", "from pkg.legacy.parts import x", path="pkg/legacy/__init__.py"
    ),
    Case("noqa with the code", "from pkg.old import OldEngine  # noqa: SSOT001"),
    Case("noqa with a reason", "from pkg.old import OldEngine  # noqa: SSOT001 the bridge's test"),
    Case("noqa without codes", "from pkg.old import OldEngine  # noqa"),
    Case("noqa of the whole file", "# flake8: noqa\nfrom pkg.old import OldEngine"),
    Case(
        "noqa on the alias's own line",
        """
        from pkg.old import (
            OldEngine,  # noqa: SSOT001
        )
        """,
    ),
    Case("string that only looks like it", "'from pkg.old import OldEngine'"),
    Case("comment", "# from pkg.old import OldEngine\nOldEngine = 1"),
    Case(
        "class attribute is invisible to methods",
        """
        class C:
            from pkg import old
            def f(self):
                return old.OldEngine
        """,
    ),
)

INVALID = (
    Case(
        "from import",
        "from pkg.old import «OldEngine»",
        message=(
            "import of deprecated `pkg.old.OldEngine`; use `from pkg.new import NewEngine` "
            "[fix: safe] (M1)"
        ),
        hint="from pkg.new import NewEngine",
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "explicit alias",
        "from pkg.old import «OldEngine as EE»",
        hint="from pkg.new import NewEngine as EE",
        after="from pkg.new import NewEngine as EE",
        safety="safe",
    ),
    Case(
        "alias that is the new name",
        "from pkg.old import «OldEngine as NewEngine»",
        hint="from pkg.new import NewEngine",
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "two names, one moved",
        "from pkg.old import «OldEngine», Untouched",
        after="""
            from pkg.old import Untouched
            from pkg.new import NewEngine""",
        safety="safe",
    ),
    Case(
        "two moved names",
        "from pkg.old import «OldEngine», «make_engine»",
        after="""
            from pkg.new import NewEngine
            from pkg.made import make_engine""",
        safety="safe",
    ),
    Case(
        "several lines with comments",
        """
        from pkg.old import (  # why
            Untouched,
            «OldEngine»,  # this one
            «make_engine as make»,
        )
        """,
        after="""
            from pkg.old import (  # why
                Untouched,
            )
            from pkg.new import NewEngine  # this one
            from pkg.made import make_engine as make
        """,
        safety="safe",
    ),
    Case(
        "backslash",
        "from pkg.old import \\\n    «OldEngine»",
        after="from pkg.new import \\\n    NewEngine",
        safety="safe",
    ),
    Case(
        "noqa of another code",
        "from pkg.old import «OldEngine»  # noqa: F401",
        after="from pkg.new import NewEngine  # noqa: F401",
        safety="safe",
    ),
    Case(
        "noqa on the statement's line does not cover the alias",
        """
        from pkg.old import (  # noqa: SSOT001
            «OldEngine»,
        )
        """,
        after="""
            from pkg.new import (  # noqa: SSOT001
                NewEngine,
            )
        """,
        safety="safe",
    ),
    Case(
        "inside a function",
        "def f():\n    from pkg.old import «OldEngine»",
        after="""
            def f():
                from pkg.new import NewEngine""",
        safety="safe",
    ),
    Case(
        "inside a class",
        "class C:\n    from pkg.old import «OldEngine»",
        left="`OldEngine` is an attribute of the class that imports it",
    ),
    Case(
        "under TYPE_CHECKING",
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from pkg.old import «OldEngine»
        """,
        after="""
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from pkg.new import NewEngine
        """,
        safety="safe",
    ),
    Case(
        "fallback in except",
        """
        try:
            from pkg.new import NewEngine
        except ImportError:
            from pkg.old import «OldEngine as NewEngine»
        """,
        after="""
            try:
                from pkg.new import NewEngine
            except ImportError:
                from pkg.new import NewEngine
        """,
        safety="safe",
    ),
    Case(
        "relative",
        "from ..old import «OldEngine»",
        after="from ..new import NewEngine",
        safety="safe",
    ),
    Case(
        "relative from an __init__",
        "from ..old import «OldEngine»",
        path="pkg/sub/__init__.py",
        after="from ..new import NewEngine",
        safety="safe",
    ),
    Case(
        "relative to itself from an __init__",
        "from .old import «OldEngine»",
        path="pkg/__init__.py",
        after="from .new import NewEngine",
        safety="safe",
    ),
    Case(
        "relative module that moved",
        "from .. import «legacy»",
        hint="from pkg import modern",
        after="from .. import modern",
        safety="safe",
    ),
    Case(
        "a package that takes from its own module, which moved",
        "from .legacy import «f»",
        path="pkg/__init__.py",
        files={"pkg/legacy.py": "def f(): ..."},
        after="from .modern import f",
        safety="safe",
    ),
    Case(
        "moved module",
        "import «pkg.legacy»",
        hint="import pkg.modern",
        after="import pkg.modern",
        safety="safe",
    ),
    Case(
        "moved module with its uses",
        "import «pkg.legacy»\npkg.legacy.run(pkg.legacy.x)",
        after="""
            import pkg.modern
            pkg.modern.run(pkg.modern.x)""",
        safety="safe",
    ),
    Case(
        "moved module under an alias",
        "import «pkg.legacy as l»",
        hint="import pkg.modern as l",
        after="import pkg.modern as l",
        safety="safe",
    ),
    Case(
        "submodule of a moved module",
        "import «pkg.legacy.a.b»",
        hint="import pkg.modern.a.b",
        after="import pkg.modern.a.b",
        safety="safe",
    ),
    Case(
        "name of a moved module",
        "from pkg.legacy import «thing»",
        hint="from pkg.modern import thing",
        after="from pkg.modern import thing",
        safety="safe",
    ),
    Case(
        "several modules in one statement",
        "import os, «pkg.legacy», sys",
        after="import os, pkg.modern, sys",
        safety="safe",
    ),
    Case(
        "no replacement",
        "from pkg.old import «Gone»",
        message="import of deprecated `pkg.old.Gone`; emit through OpenTelemetry (M1)",
        hint="",
        left="it has no replacement",
    ),
    Case(
        "chain of moves ends at the last",
        "from a import «Chained»",
        hint="from c import Final",
        after="from c import Final",
        safety="safe",
    ),
    Case(
        "chain of moves from the middle",
        "from b import «Chained»",
        hint="from c import Final",
        after="from c import Final",
        safety="safe",
    ),
    Case(
        "star import of a moved module",
        "from pkg.legacy import «*»",
        hint="from pkg.modern import *",
        after="from pkg.modern import *",
        safety="unsafe",
    ),
    Case(
        "star import of a symbol's home",
        "from pkg.old import «*»\nOldEngine",
        left="a star import brings it; name what is used instead",
    ),
    Case(
        "attribute of an imported module",
        "import pkg.old\nengine = «pkg.old.OldEngine»",
        message=(
            "access to deprecated `pkg.old.OldEngine`; use `pkg.new.NewEngine` [fix: safe] (M1)"
        ),
        after="""
            import pkg.new
            engine = pkg.new.NewEngine""",
        safety="safe",
    ),
    Case(
        "attribute through an alias",
        "import pkg.old as o\n«o.OldEngine».create()",
        after="""
            import pkg.new as o
            o.NewEngine.create()""",
        safety="safe",
    ),
    Case(
        "attribute through a from import",
        "from pkg import old\n«old.OldEngine»(1)",
        after="""
            from pkg import new
            new.NewEngine(1)""",
        safety="safe",
    ),
    Case(
        "attribute through a package",
        "import pkg\n«pkg.old.OldEngine»",
        after="""
            import pkg
            import pkg.new
            pkg.new.NewEngine""",
        safety="safe",
    ),
    Case(
        "moved module through a package",
        "import pkg\n«pkg.legacy».thing()",
        after="""
            import pkg
            import pkg.modern
            pkg.modern.thing()""",
        safety="safe",
    ),
    Case(
        "attribute through an assigned alias",
        "import pkg\no = pkg.old\n«o.OldEngine»",
        left="it is reached through alias `o`",
    ),
    Case(
        "attribute in a nested function",
        "import pkg\ndef f():\n    def g(): «pkg.old.OldEngine»",
        after="""
            import pkg
            import pkg.new
            def f():
                def g(): pkg.new.NewEngine""",
        safety="safe",
    ),
    Case(
        "attribute in a decorator",
        "from pkg import old\n@«old.make_engine»\ndef f(): ...",
        after="""
            from pkg import made
            @made.make_engine
            def f(): ...""",
        safety="safe",
    ),
    Case(
        "attribute in a default",
        "from pkg import old\ndef f(x=«old.OldEngine»): ...",
        after="""
            from pkg import new
            def f(x=new.NewEngine): ...""",
        safety="safe",
    ),
    Case(
        "attribute in an annotation",
        "from pkg import old\ndef f(x: «old.OldEngine»): ...",
        after="""
            from pkg import new
            def f(x: new.NewEngine): ...""",
        safety="safe",
    ),
    Case(
        "attribute in a string annotation",
        "from pkg import old\nx: 'list[«old.OldEngine»]' = []",
        after="""
            from pkg import new
            x: 'list[new.NewEngine]' = []""",
        safety="safe",
    ),
    Case(
        "attribute in an f-string",
        "from pkg import old\nf'a {«old.OldEngine»!r:>10} b'",
        after="""
            from pkg import new
            f'a {new.NewEngine!r:>10} b'""",
        safety="safe",
    ),
    Case(
        "attribute assigned to",
        "import pkg.old\n«pkg.old.OldEngine» = None",
        after="""
            import pkg.new
            pkg.new.NewEngine = None""",
        safety="safe",
    ),
    Case(
        "attribute over two lines",
        "import pkg.old\nx = («pkg.old\n    .OldEngine»)",
        after="""
            import pkg.new
            x = (pkg.new.NewEngine)""",
        safety="safe",
    ),
    Case(
        "one of two branches",
        """
        if fast:
            from pkg import new as m
        else:
            from pkg import old as m
        «m.OldEngine»
        """,
        left="what `m` stands for here is not certain",
    ),
    Case(
        "rebound only later",
        "from pkg import old\n«old.OldEngine»\nold = None",
        after="""
            from pkg import new
            new.NewEngine
            old = None""",
        safety="safe",
    ),
    Case(
        "rebound in a loop",
        """
        from pkg import old
        for _ in range(2):
            «old.OldEngine»
            old = None
        """,
        left="what `old` stands for here is not certain",
    ),
    Case(
        "global",
        """
        def load():
            global m
            from pkg import old as m
        def use():
            return «m.OldEngine»
        """,
        after="""
            def load():
                global m
                from pkg import new as m
            def use():
                return m.NewEngine
        """,
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
