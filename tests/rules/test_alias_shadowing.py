from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, check_fix, parameters

OLD = "from pkg.old import OldEngine\n"

VALID = (
    *DECOYS,
    Case("the old class under its own name", OLD),
    Case("the new class under its own name", "from pkg.new import NewEngine"),
    Case("both", OLD + "from pkg.new import NewEngine"),
    Case("another alias of the new class", "from pkg.new import NewEngine as Engine"),
    Case("another alias of the old class", "from pkg.old import OldEngine as Legacy"),
    Case("the old name for an unrelated class", "from elsewhere import Engine as OldEngine"),
    Case("a class of the old name, nothing imported", "class OldEngine: ..."),
    Case("a parameter of the old name, nothing imported", "def f(OldEngine): ..."),
    Case(
        "a parameter of the old name beside an unrelated import",
        "from elsewhere import OldEngine\ndef f(OldEngine): ...",
    ),
    Case(
        "an unrelated import in an inner scope",
        OLD + "def f():\n    from elsewhere import OldEngine",
    ),
    Case("the same import again", OLD + "def f():\n    from pkg.old import OldEngine"),
    Case(
        "a name that is moved but not renamed",
        "from pkg.old import make_engine\ndef f(make_engine): ...",
    ),
    Case("a parameter named as a moved module", "from pkg import legacy\ndef f(legacy): ..."),
    Case("a variable named as a moved module", "from pkg import legacy\nlegacy = 1"),
    Case("hiding a name under another alias", "from pkg.old import OldEngine as E\ndef f(E): ..."),
    Case("bound before the import", "OldEngine = None\nfrom pkg.old import OldEngine"),
    Case(
        "fallback when the import fails",
        """
        try:
            from pkg.old import OldEngine
        except ImportError:
            OldEngine = None
        """,
    ),
    Case(
        "other arm",
        """
        if fast:
            from pkg.old import OldEngine
        else:
            OldEngine = None
        """,
    ),
    Case(
        "import in a function, name outside",
        "def f():\n    from pkg.old import OldEngine\nOldEngine = 1",
    ),
    Case(
        "import in one function, parameter of another",
        "def f():\n    from pkg.old import OldEngine\ndef g(OldEngine): ...",
    ),
    Case(
        "import in a class, parameter of a method",
        "class C:\n    from pkg.old import OldEngine\n    def f(self, OldEngine): ...",
    ),
    Case("attribute of the old name", OLD + "self.OldEngine = 1"),
    Case("keyword argument of the old name", OLD + "f(OldEngine=1)"),
    Case("deletion", OLD + "del OldEngine"),
    Case("declaration", OLD + "def f():\n    OldEngine: int"),
    Case("owner", "from pkg.new import NewEngine as OldEngine", path="bridge.py"),
    Case("home", "from pkg.new import NewEngine\nOldEngine = NewEngine", path="pkg/old.py"),
    Case("assignment of something else", "from pkg.new import NewEngine\nEngine = NewEngine"),
    Case("a module's last part as another name", "import pkg.modern as m"),
    Case("noqa", "from pkg.new import NewEngine as OldEngine  # noqa: SSOT003"),
)

INVALID = (
    Case(
        "what sed leaves behind",
        "from pkg.new import «NewEngine as OldEngine»",
        message=(
            "`NewEngine` imported as `OldEngine`, which hides what it is;"
            " use `from pkg.new import NewEngine` [fix: safe] (M1)"
        ),
        hint="from pkg.new import NewEngine",
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "the old one in the new one's clothes",
        "from pkg.old import «OldEngine as NewEngine»",
        message="deprecated `OldEngine` imported as `NewEngine`",
        after="from pkg.new import NewEngine",
        safety="safe",
    ),
    Case(
        "both on one line of brackets",
        "from pkg.new import (\n    a,\n    «NewEngine as OldEngine»,\n)",
        after="""
            from pkg.new import (
                a,
                NewEngine,
            )""",
        safety="safe",
    ),
    Case(
        "relative",
        "from ..new import «NewEngine as OldEngine»",
        after="from ..new import NewEngine",
        safety="safe",
    ),
    Case(
        "in a function",
        "def f():\n    from pkg.new import «NewEngine as OldEngine»",
        after="""
            def f():
                from pkg.new import NewEngine""",
        safety="safe",
    ),
    Case(
        "in a fallback",
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
        "assignment",
        "from pkg.new import NewEngine\n«OldEngine» = NewEngine",
        hint="NewEngine",
        after="from pkg.new import NewEngine\n",
        safety="safe",
    ),
    Case(
        "annotated assignment",
        "from pkg.new import NewEngine\n«OldEngine»: type = NewEngine",
        after="from pkg.new import NewEngine\n",
        safety="safe",
    ),
    Case(
        "assignment the other way",
        OLD + "«NewEngine» = OldEngine",
        left="it gives a deprecated symbol the new name: a person decides",
    ),
    Case(
        "assignment of an attribute",
        "import pkg.new\n«OldEngine» = pkg.new.NewEngine",
        after="import pkg.new\n",
        safety="safe",
    ),
    Case(
        "assignment at the new home",
        "class NewEngine: ...\n«OldEngine» = NewEngine",
        path="pkg/new.py",
        after="class NewEngine: ...\n",
        safety="safe",
    ),
    Case(
        "moved module under the old name",
        "from pkg import «modern as legacy»",
        after="from pkg import modern",
        safety="safe",
    ),
    Case(
        "through the old module",
        "from pkg.legacy import x\nimport «pkg.modern as legacy»",
        left="it gives a deprecated symbol the new name: a person decides",
    ),
    Case(
        "at the end of a chain",
        "from c import «Final as Chained»",
        after="from c import Final",
        safety="safe",
    ),
    Case(
        "parameter",
        OLD + "def f(«OldEngine»): ...",
        message=(
            "parameter `OldEngine` hides the import of it on line 1; use another name "
            "[fix: safe] (M1)"
        ),
        hint="",
        after="""
            from pkg.new import NewEngine
            def f(OldEngine): ...""",
        safety="safe",
    ),
    Case(
        "annotated parameter",
        OLD + "def f(*, «OldEngine»: int = 1): ...",
        after="""
            from pkg.new import NewEngine
            def f(*, OldEngine: int = 1): ...""",
        safety="safe",
    ),
    Case(
        "lambda's parameter",
        OLD + "f = lambda «OldEngine»: 1",
        after="""
            from pkg.new import NewEngine
            f = lambda OldEngine: 1""",
        safety="safe",
    ),
    Case(
        "rebinding",
        OLD + "«OldEngine» = 1",
        message="assignment `OldEngine` rebinds the import",
        after="""
            from pkg.new import NewEngine
            OldEngine = 1""",
        safety="safe",
    ),
    Case(
        "class",
        OLD + "def f():\n    class «OldEngine»: ...",
        after="""
            from pkg.new import NewEngine
            def f():
                class OldEngine: ...""",
        safety="safe",
    ),
    Case(
        "class in the same scope",
        OLD + "@d\nclass «OldEngine»(Base): ...",
        after="""
            from pkg.new import NewEngine
            @d
            class OldEngine(Base): ...""",
        safety="safe",
    ),
    Case(
        "function",
        OLD + "def f():\n    def «OldEngine»(): ...",
        after="""
            from pkg.new import NewEngine
            def f():
                def OldEngine(): ...""",
        safety="safe",
    ),
    Case(
        "async function",
        OLD + "def f():\n    async def «OldEngine»(): ...",
        after="""
            from pkg.new import NewEngine
            def f():
                async def OldEngine(): ...""",
        safety="safe",
    ),
    Case(
        "loop variable",
        OLD + "def f():\n    for «OldEngine» in x: ...",
        after="""
            from pkg.new import NewEngine
            def f():
                for OldEngine in x: ...""",
        safety="safe",
    ),
    Case(
        "unpacking",
        OLD + "def f():\n    a, («OldEngine», *b) = x",
        after="""
            from pkg.new import NewEngine
            def f():
                a, (OldEngine, *b) = x""",
        safety="safe",
    ),
    Case(
        "comprehension variable",
        OLD + "[1 for «OldEngine» in x]",
        after="""
            from pkg.new import NewEngine
            [1 for OldEngine in x]""",
        safety="safe",
    ),
    Case(
        "with",
        OLD + "def f():\n    with x as «OldEngine»: ...",
        after="""
            from pkg.new import NewEngine
            def f():
                with x as OldEngine: ...""",
        safety="safe",
    ),
    Case(
        "except",
        OLD + "def f():\n    try: ...\n    except OSError as «OldEngine»: ...",
        after="""
            from pkg.new import NewEngine
            def f():
                try: ...
                except OSError as OldEngine: ...""",
        safety="safe",
    ),
    Case(
        "walrus",
        OLD + "def f():\n    if («OldEngine» := 1): ...",
        after="""
            from pkg.new import NewEngine
            def f():
                if (OldEngine := 1): ...""",
        safety="safe",
    ),
    Case(
        "capture",
        OLD + "def f():\n    match x:\n        case {'a': «OldEngine»}: ...",
        after="""
            from pkg.new import NewEngine
            def f():
                match x:
                    case {'a': OldEngine}: ...""",
        safety="safe",
    ),
    Case(
        "star capture",
        OLD + "def f():\n    match x:\n        case [*«OldEngine»]: ...",
        after="""
            from pkg.new import NewEngine
            def f():
                match x:
                    case [*OldEngine]: ...""",
        safety="safe",
    ),
    Case(
        "rest capture",
        OLD + "def f():\n    match x:\n        case {'a': 1, **«OldEngine»}: ...",
        after="""
            from pkg.new import NewEngine
            def f():
                match x:
                    case {'a': 1, **OldEngine}: ...""",
        safety="safe",
    ),
    Case(
        "global",
        OLD + "def f():\n    global OldEngine\n    «OldEngine» = 1",
        after="""
            from pkg.new import NewEngine
            def f():
                global NewEngine
                NewEngine = 1""",
        safety="safe",
    ),
    Case(
        "under the new name",
        "from pkg.old import «OldEngine as NewEngine»\ndef f(«NewEngine»): ...",
        after="""
            from pkg.new import NewEngine
            def f(NewEngine): ...""",
        safety="safe",
        left="a person has to find another name for it",
    ),
    Case(
        "after sed",
        "from pkg.new import «NewEngine as OldEngine»\n«OldEngine» = 1",
        after="""
            from pkg.new import NewEngine
            OldEngine = 1""",
        safety="safe",
    ),
    Case(
        "handler of another try",
        """
        from pkg.old import OldEngine
        try:
            import fast
        except ImportError:
            «OldEngine» = None
        """,
        after="""
            from pkg.new import NewEngine
            try:
                import fast
            except ImportError:
                NewEngine = None
        """,
        safety="safe",
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT003", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT003", tmp_path, is_valid=False)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_fix(case: Case, tmp_path: Path) -> None:
    check_fix(case, "SSOT003", tmp_path)
