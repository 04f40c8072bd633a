from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, parameters

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
            "import of deprecated `pkg.old.OldEngine`; use `from pkg.new import NewEngine` (M1)"
        ),
        hint="from pkg.new import NewEngine",
    ),
    Case(
        "explicit alias",
        "from pkg.old import «OldEngine as EE»",
        hint="from pkg.new import NewEngine as EE",
    ),
    Case(
        "alias that is the new name",
        "from pkg.old import «OldEngine as NewEngine»",
        hint="from pkg.new import NewEngine",
    ),
    Case("two names, one moved", "from pkg.old import «OldEngine», Untouched"),
    Case("two moved names", "from pkg.old import «OldEngine», «make_engine»"),
    Case(
        "several lines with comments",
        """
        from pkg.old import (  # why
            Untouched,
            «OldEngine»,  # this one
            «make_engine as make»,
        )
        """,
    ),
    Case("backslash", "from pkg.old import \\\n    «OldEngine»"),
    Case("noqa of another code", "from pkg.old import «OldEngine»  # noqa: F401"),
    Case(
        "noqa on the statement's line does not cover the alias",
        """
        from pkg.old import (  # noqa: SSOT001
            «OldEngine»,
        )
        """,
    ),
    Case("inside a function", "def f():\n    from pkg.old import «OldEngine»"),
    Case("inside a class", "class C:\n    from pkg.old import «OldEngine»"),
    Case(
        "under TYPE_CHECKING",
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from pkg.old import «OldEngine»
        """,
    ),
    Case(
        "fallback in except",
        """
        try:
            from pkg.new import NewEngine
        except ImportError:
            from pkg.old import «OldEngine as NewEngine»
        """,
    ),
    Case("relative", "from ..old import «OldEngine»"),
    Case("relative from an __init__", "from ..old import «OldEngine»", path="pkg/sub/__init__.py"),
    Case(
        "relative to itself from an __init__",
        "from .old import «OldEngine»",
        path="pkg/__init__.py",
    ),
    Case("relative module that moved", "from .. import «legacy»", hint="from pkg import modern"),
    Case("moved module", "import «pkg.legacy»", hint="import pkg.modern"),
    Case("moved module with its uses", "import «pkg.legacy»\npkg.legacy.run(pkg.legacy.x)"),
    Case("moved module under an alias", "import «pkg.legacy as l»", hint="import pkg.modern as l"),
    Case("submodule of a moved module", "import «pkg.legacy.a.b»", hint="import pkg.modern.a.b"),
    Case(
        "name of a moved module",
        "from pkg.legacy import «thing»",
        hint="from pkg.modern import thing",
    ),
    Case("several modules in one statement", "import os, «pkg.legacy», sys"),
    Case(
        "no replacement",
        "from pkg.old import «Gone»",
        message="import of deprecated `pkg.old.Gone`; emit through OpenTelemetry (M1)",
        hint="",
    ),
    Case("chain of moves ends at the last", "from a import «Chained»", hint="from c import Final"),
    Case("chain of moves from the middle", "from b import «Chained»", hint="from c import Final"),
    Case(
        "star import of a moved module",
        "from pkg.legacy import «*»",
        hint="from pkg.modern import *",
    ),
    Case("star import of a symbol's home", "from pkg.old import «*»\nOldEngine"),
    Case(
        "attribute of an imported module",
        "import pkg.old\nengine = «pkg.old.OldEngine»",
        message="access to deprecated `pkg.old.OldEngine`; use `pkg.new.NewEngine` (M1)",
    ),
    Case("attribute through an alias", "import pkg.old as o\n«o.OldEngine».create()"),
    Case("attribute through a from import", "from pkg import old\n«old.OldEngine»(1)"),
    Case("attribute through a package", "import pkg\n«pkg.old.OldEngine»"),
    Case("moved module through a package", "import pkg\n«pkg.legacy».thing()"),
    Case("attribute through an assigned alias", "import pkg\no = pkg.old\n«o.OldEngine»"),
    Case(
        "attribute in a nested function", "import pkg\ndef f():\n    def g(): «pkg.old.OldEngine»"
    ),
    Case("attribute in a decorator", "from pkg import old\n@«old.make_engine»\ndef f(): ..."),
    Case("attribute in a default", "from pkg import old\ndef f(x=«old.OldEngine»): ..."),
    Case("attribute in an annotation", "from pkg import old\ndef f(x: «old.OldEngine»): ..."),
    Case(
        "attribute in a string annotation", "from pkg import old\nx: 'list[«old.OldEngine»]' = []"
    ),
    Case("attribute in an f-string", "from pkg import old\nf'a {«old.OldEngine»!r:>10} b'"),
    Case("attribute assigned to", "import pkg.old\n«pkg.old.OldEngine» = None"),
    Case("attribute over two lines", "import pkg.old\nx = («pkg.old\n    .OldEngine»)"),
    Case(
        "one of two branches",
        """
        if fast:
            from pkg import new as m
        else:
            from pkg import old as m
        «m.OldEngine»
        """,
    ),
    Case(
        "rebound only later",
        "from pkg import old\n«old.OldEngine»\nold = None",
    ),
    Case(
        "rebound in a loop",
        """
        from pkg import old
        for _ in range(2):
            «old.OldEngine»
            old = None
        """,
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
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT001", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT001", tmp_path, is_valid=False)
