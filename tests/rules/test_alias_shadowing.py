from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, parameters

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
            " use `from pkg.new import NewEngine` (M1)"
        ),
        hint="from pkg.new import NewEngine",
    ),
    Case(
        "the old one in the new one's clothes",
        "from pkg.old import «OldEngine as NewEngine»",
        message="deprecated `OldEngine` imported as `NewEngine`",
    ),
    Case(
        "both on one line of brackets",
        "from pkg.new import (\n    a,\n    «NewEngine as OldEngine»,\n)",
    ),
    Case("relative", "from ..new import «NewEngine as OldEngine»"),
    Case("in a function", "def f():\n    from pkg.new import «NewEngine as OldEngine»"),
    Case(
        "in a fallback",
        """
        try:
            from pkg.new import NewEngine
        except ImportError:
            from pkg.old import «OldEngine as NewEngine»
        """,
    ),
    Case("assignment", "from pkg.new import NewEngine\n«OldEngine» = NewEngine", hint="NewEngine"),
    Case("annotated assignment", "from pkg.new import NewEngine\n«OldEngine»: type = NewEngine"),
    Case("assignment the other way", OLD + "«NewEngine» = OldEngine"),
    Case("assignment of an attribute", "import pkg.new\n«OldEngine» = pkg.new.NewEngine"),
    Case(
        "assignment at the new home",
        "class NewEngine: ...\n«OldEngine» = NewEngine",
        path="pkg/new.py",
    ),
    Case("moved module under the old name", "from pkg import «modern as legacy»"),
    Case("through the old module", "from pkg.legacy import x\nimport «pkg.modern as legacy»"),
    Case("at the end of a chain", "from c import «Final as Chained»"),
    Case(
        "parameter",
        OLD + "def f(«OldEngine»): ...",
        message="parameter `OldEngine` hides the import of it on line 1; use another name (M1)",
        hint="",
    ),
    Case("annotated parameter", OLD + "def f(*, «OldEngine»: int = 1): ..."),
    Case("lambda's parameter", OLD + "f = lambda «OldEngine»: 1"),
    Case("rebinding", OLD + "«OldEngine» = 1", message="assignment `OldEngine` rebinds the import"),
    Case("class", OLD + "def f():\n    class «OldEngine»: ..."),
    Case("class in the same scope", OLD + "@d\nclass «OldEngine»(Base): ..."),
    Case("function", OLD + "def f():\n    def «OldEngine»(): ..."),
    Case("async function", OLD + "def f():\n    async def «OldEngine»(): ..."),
    Case("loop variable", OLD + "def f():\n    for «OldEngine» in x: ..."),
    Case("unpacking", OLD + "def f():\n    a, («OldEngine», *b) = x"),
    Case("comprehension variable", OLD + "[1 for «OldEngine» in x]"),
    Case("with", OLD + "def f():\n    with x as «OldEngine»: ..."),
    Case("except", OLD + "def f():\n    try: ...\n    except OSError as «OldEngine»: ..."),
    Case("walrus", OLD + "def f():\n    if («OldEngine» := 1): ..."),
    Case("capture", OLD + "def f():\n    match x:\n        case {'a': «OldEngine»}: ..."),
    Case("star capture", OLD + "def f():\n    match x:\n        case [*«OldEngine»]: ..."),
    Case("rest capture", OLD + "def f():\n    match x:\n        case {'a': 1, **«OldEngine»}: ..."),
    Case("global", OLD + "def f():\n    global OldEngine\n    «OldEngine» = 1"),
    Case(
        "under the new name",
        "from pkg.old import «OldEngine as NewEngine»\ndef f(«NewEngine»): ...",
    ),
    Case("after sed", "from pkg.new import «NewEngine as OldEngine»\n«OldEngine» = 1"),
    Case(
        "handler of another try",
        """
        from pkg.old import OldEngine
        try:
            import fast
        except ImportError:
            «OldEngine» = None
        """,
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT003", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT003", tmp_path, is_valid=False)
