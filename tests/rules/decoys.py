"""Code that looks as if it named a moved symbol and does not: no rule may report any of it."""

from __future__ import annotations

from tests.rules.harness import Case

DECOYS = (
    Case("empty file", ""),
    Case("only a comment", "# pkg.old.OldEngine"),
    Case("docstring", '"""Uses pkg.old.OldEngine."""'),
    Case("prose in a string", "text = 'pkg.old.OldEngine is gone'"),
    Case("decoy imported and used", "from tools import OldEngine\nOldEngine(OldEngine.x)"),
    Case("decoy under an alias", "from tools import OldEngine as E\nE()"),
    Case("decoy module", "import tools.old\ntools.old.OldEngine()"),
    Case("decoy package of the same last part", "from tools.pkg import old\nold.OldEngine()"),
    Case("decoy relative import", "from .old import OldEngine\nOldEngine()"),
    Case("decoy class with methods", "class OldEngine:\n    def f(self): return OldEngine()"),
    Case("decoy function", "def OldEngine(): return OldEngine"),
    Case("decoy subclass", "from tools import OldEngine\nclass E(OldEngine): ..."),
    Case("attribute chain of a local", "pkg = load()\npkg.old.OldEngine()"),
    Case("parameter", "def f(OldEngine, pkg): return OldEngine(pkg.old.OldEngine)"),
    Case("keyword", "f(OldEngine=1, pkg=2)"),
    Case("attribute", "self.OldEngine().pkg.old.OldEngine"),
    Case("dictionary key", "d = {'OldEngine': 1}\nd['OldEngine']"),
    Case("unbound name", "OldEngine()"),
    Case("builtin of the same name as nothing", "print(dir())"),
    Case("star import of something else", "from tools import *\nOldEngine()"),
    Case("loop variable", "for OldEngine in x:\n    OldEngine()"),
    Case("comprehension variable", "[OldEngine() for OldEngine in x]"),
    Case("walrus", "if (OldEngine := load()):\n    OldEngine()"),
    Case("capture", "match x:\n    case OldEngine:\n        OldEngine()"),
    Case("except", "try: ...\nexcept E as OldEngine:\n    OldEngine()"),
    Case("with", "with x as OldEngine:\n    OldEngine()"),
    Case("global", "def f():\n    global OldEngine\n    OldEngine = 1\ndef g(): OldEngine()"),
    Case("nonlocal", "def f():\n    OldEngine = 1\n    def g():\n        nonlocal OldEngine"),
    Case("lambda", "f = lambda OldEngine: OldEngine()"),
    Case(
        "names that start or end alike", "from pkg.old import OldEngineX, XOldEngine\nXOldEngine()"
    ),
)
