"""The certificate: right results are certified, wrong ones are refused with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flake8_ssot_engine.engine.proof.trees import Uncertified
from flake8_ssot_engine.names import QualifiedName
from tests.engine.proof.projects import SmallProject

MODULE = "pkg.sub.consumer"


@dataclass(frozen=True)
class Result:
    """A text before and after a fix; `renamed` are dotted names, `gone` names of this module."""

    title: str
    before: str
    after: str
    reason: str = ""
    """For a wrong result, a part of the reason."""
    renamed: dict[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)


OLD, NEW = "from pkg.old import OldEngine\n", "from pkg.new import NewEngine\n"
OWN = {f"{MODULE}.OldEngine": f"{MODULE}.NewEngine"}
CALLED, RENEWED = "from pkg.calls import Called\n", "from pkg.called import Renewed\n"
CALLS = {f"{MODULE}.Called": f"{MODULE}.Renewed"}


def renamed(title: str, before: str, after: str, reason: str = "") -> Result:
    """Return a result that imports the old engine, then the new one, under their own names."""
    return Result(title, OLD + before, NEW + after, reason, OWN)


def rewritten(title: str, before: str, after: str, reason: str = "") -> Result:
    """Return a result whose import is right, with the body of an async function."""
    head = "async def f(a, b, c, g):\n    "
    return Result(title, CALLED + head + before, RENEWED + head + after, reason, CALLS)


RIGHT = (
    Result("nothing", "x = 1\n", "x = 1\n"),
    Result("alias kept", f"{OLD[:-1]} as E\nE()\n", f"{NEW[:-1]} as E\nE()\n"),
    Result("old name kept", f"{OLD}OldEngine()\n", f"{NEW[:-1]} as OldEngine\nOldEngine()\n"),
    renamed("renamed", "OldEngine()\n", "NewEngine()\n"),
    renamed("attribute", "OldEngine.create(1).OldEngine\n", "NewEngine.create(1).OldEngine\n"),
    renamed("in a function", "def f(): return OldEngine\n", "def f(): return NewEngine\n"),
    renamed("quoted", "x: 'list[OldEngine]'\n", "x: 'list[NewEngine]'\n"),
    renamed("type comment", "x = 1  # type: OldEngine\n", "x = 1  # type: NewEngine\n"),
    renamed("`__all__`", "__all__ = ['OldEngine']\n", "__all__ = ['NewEngine']\n"),
    renamed("f-string", "f'{OldEngine}OldEngine'\n", "f'{NewEngine}OldEngine'\n"),
    renamed("base class", "class C(OldEngine): ...\n", "class C(NewEngine): ...\n"),
    renamed(
        "another of that name", "def f(OldEngine): OldEngine\n", "def f(OldEngine): OldEngine\n"
    ),
    Result(
        "global",
        "def f():\n    global OldEngine\n    from pkg.old import OldEngine\nOldEngine\n",
        "def f():\n    global NewEngine\n    from pkg.new import NewEngine\nNewEngine\n",
        renamed=OWN,
    ),
    Result(
        "split",
        "from pkg.old import OldEngine as E, Other\nE(Other)\n",
        "from pkg.old import Other\nfrom pkg.new import NewEngine as E\nE(Other)\n",
    ),
    Result(
        "imported already",
        f"{NEW}{OLD}OldEngine, NewEngine\n",
        f"{NEW}NewEngine, NewEngine\n",
        gone=("OldEngine",),
    ),
    Result(
        "through its module",
        "import pkg.old\npkg.old.OldEngine()\n",
        "import pkg.new\npkg.new.NewEngine()\n",
    ),
    Result("moved module", "import pkg.legacy as m\nm.f()\n", "import pkg.modern as m\nm.f()\n"),
    Result(
        "string",
        "from unittest.mock import patch\npatch('pkg.old.OldEngine')\n",
        "from unittest.mock import patch\npatch('pkg.new.NewEngine')\n",
    ),
    Result(
        "follows its neighbour",
        "from pkg.user import OldEngine as E\nE()\n",
        "from pkg.user import NewEngine as E\nE()\n",
        renamed={"pkg.user.OldEngine": "pkg.user.NewEngine"},
        files={"pkg/user.py": "from pkg.new import NewEngine as OldEngine\n"},
    ),
    Result(
        "string follows its neighbour",
        "from unittest.mock import patch\npatch('pkg.user.OldEngine')\n",
        "from unittest.mock import patch\npatch('pkg.user.NewEngine')\n",
        renamed={"pkg.user.OldEngine": "pkg.user.NewEngine"},
        files={"pkg/user.py": "from pkg.new import NewEngine as OldEngine\n"},
    ),
    Result("pragma lost", f"{NEW}{OLD[:-1]}  # noqa: F401\n", NEW, gone=("OldEngine",)),
    Result(
        "comments stay",
        f"# one\n{OLD[:-1]}  # two\n# three\n",
        f"# one\n{NEW[:-1]}  # two\n# three\n",
        renamed=OWN,
    ),
    rewritten("declared call", "Called(a, b)\n", "await Renewed.build(a, b)\n"),
    rewritten(
        "declared call, nested",
        "Called(Called(a), b)\n",
        "await Renewed.build(await Renewed.build(a), b)\n",
    ),
    rewritten("declared call, keywords", "Called(a, k=b)\n", "await Renewed.build(a, k=b)\n"),
    rewritten("call left alone", "Called(a)\n", "Renewed(a)\n"),
    rewritten("call whose result is used", "Called(a).b\n", "(await Renewed.build(a)).b\n"),
    renamed("layout", "x = [OldEngine,\n     1]\n", "x = [NewEngine,\n     1]\n"),
)

WRONG = (
    Result(
        "a class imported as if it were a module",
        "import pkg.old\nprint(pkg.old.OldEngine)\n",
        "import pkg.new.NewEngine\nprint(pkg.new.NewEngine)\n",
        "`pkg.new.NewEngine` is imported, and is no module",
        files={"pkg/new.py": "class NewEngine: ...\n"},
    ),
    renamed("statement lost", "x = 1\ny = 2\n", "x = 1\n", "a statement was added or lost"),
    renamed("statement added", "x = 1\n", "x = 1\nx = 1\n", "a statement was added or lost"),
    renamed("statements swapped", "f()\nx = 1\n", "x = 1\nf()\n", "Expr became Assign"),
    renamed(
        "statement lost in a block", "if x:\n  f()\n  g()\n", "if x:\n  f()\n", "added or lost"
    ),
    renamed("else lost", "if x: f()\nelse: g()\n", "if x: f()\n", "added or lost"),
    renamed("constant changed", "x = 1\n", "x = 2\n", "a constant changed"),
    renamed("type of a constant changed", "x = 1\n", "x = True\n", "a constant changed"),
    renamed("sign of zero changed", "x = 0.0j\n", "x = -0.0j\n", "became"),
    renamed("bytes changed", "x = b'a'\n", "x = b'b'\n", "a constant changed"),
    renamed("string changed", "x = 'a'\n", "x = 'b'\n", "the string `a` became `b`"),
    renamed(
        "name in prose changed",
        "x = 'OldEngine'\n",
        "x = 'NewEngine'\n",
        "the string `OldEngine` became",
    ),
    renamed("f-string's text changed", "f'a{x}'\n", "f'b{x}'\n", "the string `a` became `b`"),
    renamed(
        "docstring changed", "def f():\n  'OldEngine'\n", "def f():\n  'NewEngine'\n", "the string"
    ),
    renamed("operator changed", "x = a + b\n", "x = a - b\n", "Add became Sub"),
    renamed("comparison changed", "a < b\n", "a <= b\n", "Lt became LtE"),
    renamed("attribute of a call changed", "f().a\n", "f().b\n", "`a` became `b`"),
    renamed("keyword changed", "f(a=1)\n", "f(b=1)\n", "the string `a` became `b`"),
    renamed("keyword became `**`", "f(a=b)\n", "f(**b)\n", ""),
    renamed("decorator lost", "@d\ndef f(): ...\n", "def f(): ...\n", "added or lost"),
    renamed("default lost", "def f(a=1): ...\n", "def f(a): ...\n", "added or lost"),
    renamed("function became async", "def f(): ...\n", "async def f(): ...\n", "became"),
    renamed("definition renamed", "def f(): ...\n", "def g(): ...\n", "`f` became `g`"),
    renamed("parameter renamed", "def f(a): ...\n", "def f(b): ...\n", "`a` became `b`"),
    renamed(
        "missed in one place",
        "OldEngine\nOldEngine\n",
        "NewEngine\nOldEngine\n",
        "`OldEngine` stood for",
    ),
    renamed(
        "missed in a function",
        "def f(): OldEngine\n",
        "def f(): OldEngine\n",
        "`OldEngine` stood for",
    ),
    renamed(
        "missed in an f-string", "f'{OldEngine}'\n", "f'{OldEngine}'\n", "`OldEngine` stood for"
    ),
    renamed(
        "quoted annotation missed", "x: 'OldEngine'\n", "x: 'OldEngine'\n", "`OldEngine` stood for"
    ),
    renamed(
        "type comment missed",
        "x = 1  # type: OldEngine\n",
        "x = 1  # type: OldEngine\n",
        "`OldEngine` stood for",
    ),
    renamed(
        "quoted name lost",
        "x: 'OldEngine'\n",
        "x: 'Old Engine'\n",
        "a name in a string was added or lost",
    ),
    renamed(
        "`__all__` missed",
        "__all__ = ['OldEngine']\n",
        "__all__ = ['OldEngine']\n",
        "`OldEngine` stood for",
    ),
    renamed(
        "`__all__` of another name", "y = 1\n__all__ = ['y']\n", "y = 1\n__all__ = ['z']\n", ""
    ),
    renamed("`__all__` of an unknown name", "__all__ = ['y']\n", "__all__ = ['z']\n", ""),
    renamed("other name", "OldEngine()\n", "Engine()\n", "`OldEngine` stood for"),
    renamed("other attribute", "OldEngine.a\n", "NewEngine.b\n", "`OldEngine.a` stood for"),
    renamed(
        "another's attribute", "import os\nos.path\n", "import os\nos.sep\n", "`os.path` stood for"
    ),
    renamed("attribute lost", "import os\nos.path\n", "import os\nos\n", ""),
    renamed("builtin became another", "len(OldEngine)\n", "list(NewEngine)\n", "`len` stood for"),
    renamed("unbound name became another", "f(x)\n", "f(y)\n", "`x` stood for"),
    renamed("name of ours became another", "x = y = 1\nx\n", "x = y = 1\ny\n", "`x` stood for"),
    renamed("base class became another", "class C(B): ...\n", "class C(D): ...\n", "`B` stood for"),
    renamed("argument swapped", "x = y = 1\nf(x, y)\n", "x = y = 1\nf(y, x)\n", "`x` stood for"),
    renamed("argument lost", "f(1, 2)\n", "f(1)\n", "something was added or lost"),
    renamed("star lost", "f(*x)\n", "f(x)\n", ""),
    renamed("call lost", "OldEngine()\n", "NewEngine\n", ""),
    renamed(
        "captured by a local",
        "def f():\n  NewEngine = 1\n  OldEngine\n",
        "def f():\n  NewEngine = 1\n  NewEngine\n",
        "`OldEngine` stood for",
    ),
    renamed(
        "captured by a parameter",
        "def f(NewEngine): OldEngine\n",
        "def f(NewEngine): NewEngine\n",
        "`OldEngine` stood for",
    ),
    renamed(
        "captured by a comprehension",
        "[OldEngine for NewEngine in x]\n",
        "[NewEngine for NewEngine in x]\n",
        "`OldEngine` stood for",
    ),
    renamed(
        "captured by a lambda",
        "lambda NewEngine: OldEngine\n",
        "lambda NewEngine: NewEngine\n",
        "`OldEngine` stood for",
    ),
    renamed(
        "captured by a class",
        "class C:\n  NewEngine = 1\n  OldEngine\n",
        "class C:\n  NewEngine = 1\n  NewEngine\n",
        "`OldEngine` stood for",
    ),
    renamed(
        "captures an unbound name",
        "f(OldEngine, NewEngine)\n",
        "f(NewEngine, NewEngine)\n",
        "`NewEngine` stood for",
    ),
    renamed("overwritten", "NewEngine = 1\nOldEngine\n", "NewEngine = 1\nNewEngine\n", "stood for"),
    renamed("local renamed away", "def f():\n  x = 1\n  x\n", "def f():\n  y = 1\n  x\n", ""),
    renamed(
        "local renamed over another",
        "def f():\n  x = 1\n  y = 2\n  x\n",
        "def f():\n  y = 1\n  y = 2\n  y\n",
        "",
    ),
    renamed("store renamed", "x = 1\n", "y = 1\n", "`x` is called `y`"),
    renamed("deletion of another", "x = y = 1\ndel x\n", "x = y = 1\ndel y\n", ""),
    renamed("augmented another", "x = y = 1\nx += 1\n", "x = y = 1\ny += 1\n", ""),
    renamed(
        "loop variable became another",
        "for x in z:\n  x\n",
        "for y in z:\n  y\n",
        "`x` is called `y`",
    ),
    renamed(
        "global not renamed",
        "def f():\n  global OldEngine\n  OldEngine = 1\n",
        "def f():\n  global OldEngine\n  NewEngine = 1\n",
        "",
    ),
    renamed(
        "store under global not renamed",
        "def f():\n  global OldEngine\n  OldEngine = 1\n",
        "def f():\n  global NewEngine\n  OldEngine = 1\n",
        "",
    ),
    renamed(
        "store under global missed",
        "def f():\n  global OldEngine\n  OldEngine = 1\n",
        "def f():\n  global OldEngine\n  OldEngine = 1\n",
        "",
    ),
    renamed(
        "global lost",
        "def f():\n  global x, y\n  x = 1\n",
        "def f():\n  global x\n  x = 1\n",
        "a declaration changed",
    ),
    renamed(
        "nonlocal of another",
        "def f():\n  x = y = 1\n  def g():\n    nonlocal x\n    x = 2\n  return x\n",
        "def f():\n  x = y = 1\n  def g():\n    nonlocal y\n    x = 2\n  return x\n",
        "",
    ),
    renamed(
        "rebound no more",
        "if a:\n  OldEngine = None\nOldEngine\n",
        "if a:\n  other = None\nNewEngine\n",
        "",
    ),
    renamed(
        "exported no more as it was rebound",
        "if a:\n  OldEngine = None\n",
        "if a:\n  other = None\n",
        "",
    ),
    renamed(
        "class attribute lost", "class C:\n  x = 1\n", "class C:\n  y = 1\n", "`x` is called `y`"
    ),
    renamed("comment changed", "x  # one\n", "x  # two\n", "the comment `# one` was lost"),
    renamed("comment lost", "x  # one\n", "x\n", "the comment `# one` was lost"),
    renamed(
        "comment lost, of two alike",
        "x  # one\ny  # one\n",
        "x\ny  # one\n",
        "the comment `# one` was lost",
    ),
    renamed("comment line lost", "# one\nx\n", "x\n", "the comment `# one` was lost"),
    renamed(
        "await added",
        "async def f():\n  g()\n",
        "async def f():\n  await g()\n",
        "Call became Await",
    ),
    renamed(
        "await added to the engine",
        "async def f():\n  OldEngine()\n",
        "async def f():\n  await NewEngine()\n",
        "Call became Await",
    ),
    renamed(
        "await lost",
        "async def f():\n  await g()\n",
        "async def f():\n  g()\n",
        "Await became Call",
    ),
    renamed(
        "undeclared rewrite", "OldEngine(1)\n", "NewEngine.build(1)\n", "`OldEngine` stood for"
    ),
    Result(
        "wrong new home", OLD, "from pkg.other import NewEngine\n", "is imported for no reason", OWN
    ),
    Result(
        "wrong name of the new home",
        OLD,
        "from pkg.new import Engine as NewEngine\n",
        "is imported for no reason",
        OWN,
    ),
    Result(
        "wrong new home, used",
        f"{OLD[:-1]} as E\nE\n",
        "from pkg.called import Renewed as E\nE\n",
        "is imported for no reason",
    ),
    Result(
        "new home of another move", OLD, "from pkg.called import Renewed as NewEngine\n", "", OWN
    ),
    Result("import lost", OLD, "", "", OWN),
    Result("import lost, used", f"{OLD}OldEngine\n", "NewEngine\n", "", OWN),
    Result("import of another lost", f"{OLD}import os\n", NEW, "the import of `os` was lost", OWN),
    Result("star import lost", "from pkg.legacy import *\n", "", ""),
    Result("import as another", OLD, f"{NEW[:-1]} as other\n", "", OWN),
    Result("import under the old name after all", OLD, f"{NEW[:-1]} as OldEngine\n", "", OWN),
    Result("import for no reason", OLD, f"{NEW}import os\n", "`os` is imported for no reason", OWN),
    Result(
        "import of another's name",
        f"import os\n{OLD}",
        f"import sys as os\n{NEW}",
        "no reason",
        OWN,
    ),
    Result(
        "module that is used imported no more",
        "import pkg.old\npkg.old.OldEngine()\n",
        "import pkg.old\npkg.new.NewEngine()\n",
        "",
    ),
    Result(
        "module that is used imported no more, moved",
        "import pkg.legacy\npkg.legacy.f()\n",
        "import pkg.modern\npkg.legacy.f()\n",
        "",
    ),
    Result("submodule that nobody asked for", "import pkg.legacy.a\n", "import pkg.modern.b\n", ""),
    Result(
        "hoisted out of a function",
        f"def f():\n  {OLD}  OldEngine\n",
        f"{NEW}def f():\n  NewEngine\n",
        "an import stands where none was",
    ),
    Result(
        "hoisted out of try",
        f"try:\n  {OLD}except ImportError: pass\n",
        f"{NEW}try: pass\nexcept ImportError: pass\n",
        "an import stands where none was",
        OWN,
    ),
    Result(
        "hoisted out of TYPE_CHECKING",
        f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  {OLD}",
        f"from typing import TYPE_CHECKING\n{NEW}if TYPE_CHECKING: pass\n",
        "",
        OWN,
    ),
    Result(
        "hoisted over a statement",
        f"f()\n{OLD}",
        f"{NEW}f()\n",
        "an import stands where none was",
        OWN,
    ),
    Result("sunk below a statement", f"{OLD}f()\n", f"f()\n{NEW}", "", OWN),
    Result("sunk into a block", f"{OLD}if a:\n  f()\n", f"if a:\n  {NEW}  f()\n", "", OWN),
    Result(
        "merged over a try",
        f"try:\n  {OLD}except ImportError:\n  from pkg.x import OldEngine\n",
        f"try:\n  {NEW}except ImportError:\n  pass\n",
        "the import of `pkg.x.OldEngine` was lost",
        OWN,
    ),
    Result("module attribute lost", f"{OLD}x = 1\n", f"{NEW}y = 1\n", "`x` is called `y`", OWN),
    Result("module attribute lost, not agreed on", OLD, NEW, "the module lost `OldEngine`"),
    Result(
        "module attribute gone, another lost",
        f"{OLD}x = 1\n",
        f"{NEW}y = 1\n",
        "`x` is called `y`",
        gone=("OldEngine",),
    ),
    Result(
        "class attribute renamed",
        f"class C:\n  {OLD}",
        f"class C:\n  {NEW}",
        "the class lost `OldEngine`",
    ),
    Result(
        "old name used though its module renames it",
        "from pkg.user import OldEngine as E\nE()\n",
        "from pkg.user import OldEngine as E\nE()\n",
        "stood for",
        {"pkg.user.OldEngine": "pkg.user.NewEngine"},
        files={"pkg/user.py": "from pkg.new import NewEngine as OldEngine\n"},
    ),
    Result(
        "old name imported though its module renames it",
        "from pkg.user import OldEngine as E\n",
        "from pkg.user import OldEngine as E\n",
        "",
        {"pkg.user.OldEngine": "pkg.user.NewEngine"},
        files={"pkg/user.py": "from pkg.new import NewEngine as OldEngine\n"},
    ),
    Result(
        "old name used through its module, which renames it",
        "import pkg.user\npkg.user.OldEngine()\n",
        "import pkg.user\npkg.user.OldEngine()\n",
        "",
        {"pkg.user.OldEngine": "pkg.user.NewEngine"},
        files={"pkg/user.py": "from pkg.new import NewEngine as OldEngine\n"},
    ),
    Result(
        "old name in a string though its module renames it",
        "from unittest.mock import patch\npatch('pkg.user.OldEngine')\n",
        "from unittest.mock import patch\npatch('pkg.user.OldEngine')\n",
        "still has a name that is gone",
        {"pkg.user.OldEngine": "pkg.user.NewEngine"},
        files={"pkg/user.py": "from pkg.new import NewEngine as OldEngine\n"},
    ),
    Result(
        "string to something else",
        "from unittest.mock import patch\npatch('pkg.old.OldEngine')\n",
        "from unittest.mock import patch\npatch('pkg.new.Other')\n",
        "became `pkg.new.Other`",
    ),
    Result(
        "string that was not one",
        "patch('pkg.old.OldEngine')\n",
        "patch('pkg.new.Other')\n",
        "became",
    ),
    rewritten("arguments swapped", "Called(a, b)\n", "await Renewed.build(b, a)\n", ""),
    rewritten("argument lost", "Called(a, b)\n", "await Renewed.build(a)\n", ""),
    rewritten("argument added", "Called(a)\n", "await Renewed.build(a, b)\n", ""),
    rewritten("keyword changed", "Called(a, k=b)\n", "await Renewed.build(a, j=b)\n", ""),
    rewritten("declared await lost", "Called(a)\n", "Renewed.build(a)\n", ""),
    rewritten("another method", "Called(a)\n", "await Renewed.make(a)\n", ""),
    rewritten("another class", "Called(a)\n", "await g.build(a)\n", ""),
    rewritten("rewritten twice", "Called(a)\n", "await (await Renewed.build(a))\n", ""),
    rewritten("await of the wrong part", "Called(a).b\n", "await Renewed.build(a).b\n", ""),
    rewritten(
        "the inner call missed", "Called(Called(a))\n", "await Renewed.build(Called(a))\n", ""
    ),
    rewritten("another's call rewritten", "g(a)\n", "await Renewed.build(a)\n", ""),
    rewritten("another's call rewritten alike", "g(a)\n", "await g.build(a)\n", ""),
    rewritten("unbound argument became another", "Called(x)\n", "await Renewed.build(y)\n", ""),
)


def named(names: dict[str, str]) -> dict[QualifiedName, QualifiedName]:
    return {QualifiedName.parse(old): QualifiedName.parse(new) for old, new in names.items()}


def certify(result: Result, folder: Path) -> None:
    path = f"{MODULE.replace('.', '/')}.py"
    project = SmallProject(folder, {"pkg/__init__.py": "", **result.files})
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text(result.before)
    before = project.before(path)
    project.certify(before, result.after, renamed=named(result.renamed), gone=result.gone)


@pytest.mark.parametrize("result", [pytest.param(result, id=result.title) for result in RIGHT])
def test_right(result: Result, tmp_path: Path) -> None:
    certify(result, tmp_path)


@pytest.mark.parametrize("result", [pytest.param(result, id=result.title) for result in WRONG])
def test_wrong(result: Result, tmp_path: Path) -> None:
    with pytest.raises(Uncertified) as raised:
        certify(result, tmp_path)
    assert result.reason in str(raised.value)
