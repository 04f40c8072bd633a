from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, parameters

MOCK = "from unittest import mock\nfrom unittest.mock import patch\n"
CONSUMER = {
    "pkg/__init__.py": "",
    "pkg/old.py": "class OldEngine: ...",
    "pkg/user.py": "from pkg.old import OldEngine\nfrom pkg.old import OldEngine as Engine\n",
}

VALID = (
    *DECOYS,
    Case("path of the new class", MOCK + "patch('pkg.new.NewEngine')"),
    Case("path that starts alike", MOCK + "patch('pkg.old.OldEngineFactory')"),
    Case("path that ends alike", MOCK + "patch('other.pkg.old.OldEngine')"),
    Case("another name of the same module", MOCK + "patch('pkg.old.helper')"),
    Case("the module of a moved symbol", MOCK + "patch('pkg.old')"),
    Case("a local function called patch", "def patch(x): ...\npatch('pkg.old.OldEngine')"),
    Case("patch of another library", "from git import patch\npatch('pkg.old.OldEngine')"),
    Case("a method called patch", "client.patch('pkg.old.OldEngine')"),
    Case("no string", MOCK + "patch(pkg.old.OldEngine)"),
    Case("prose in a call", MOCK + "patch('pkg.old.OldEngine is gone')"),
    Case("prose in a list", "x = ['see pkg.old.OldEngine', 'pkg.old.OldEngine.']"),
    Case("print", "print('pkg.old.OldEngine')"),
    Case("assigned", "PATH = 'pkg.old.OldEngine'"),
    Case("compared", "if path == 'pkg.old.OldEngine': ..."),
    Case("argument of something else", "load('pkg.old.OldEngine')"),
    Case("a bare name in a list", "x = ['OldEngine']"),
    Case("a file's path in a list", "x = ['pkg/old.py', 'pkg.old.py']"),
    Case("a module above it in a list", "INSTALLED_APPS = ['pkg', 'pkg.old']"),
    Case("bytes in a list", "x = [b'pkg.old.OldEngine']"),
    Case("key of a dictionary that starts alike", "x = {'pkg.legacy_more': 1}"),
    Case("getattr on something else", "import tools\ngetattr(tools, 'OldEngine')"),
    Case("getattr on the old class", "from pkg.old import OldEngine\ngetattr(OldEngine, 'run')"),
    Case("getattr on an object", "def f(old): getattr(old, 'OldEngine')"),
    Case("getattr with a computed name", "from pkg import old\ngetattr(old, name)"),
    Case("a local getattr", "from pkg import old\ndef getattr(*a): ...\ngetattr(old, 'OldEngine')"),
    Case("setattr on self", "setattr(self, 'OldEngine', 1)"),
    Case(
        "patch.object on the class",
        MOCK + "from pkg.old import OldEngine\npatch.object(OldEngine, 'run')",
    ),
    Case("patch.object on another module", MOCK + "import tools\npatch.object(tools, 'OldEngine')"),
    Case("patch.multiple of another module", MOCK + "patch.multiple('tools', OldEngine=1)"),
    Case(
        "patch.multiple of other names", MOCK + "patch.multiple('pkg.old', helper=1, create=True)"
    ),
    Case("patch.dict of another module", MOCK + "patch.dict('sys.modules', {'tools.old': 1})"),
    Case(
        "monkeypatch of another module",
        "def t(monkeypatch):\n    monkeypatch.setattr('tools.OldEngine', 1)",
    ),
    Case(
        "a variable called monkeypatch",
        "monkeypatch = x\nmonkeypatch.setattr('pkg.old.OldEngine', 1)",
    ),
    Case(
        "monkeypatch of the environment",
        "def t(monkeypatch):\n    monkeypatch.setenv('pkg.old.OldEngine', '1')",
    ),
    Case(
        "setitem of another mapping",
        "def t(monkeypatch):\n    monkeypatch.setitem(x, 'pkg.legacy.a', 1)",
    ),
    Case(
        "import_module of the module of a moved symbol",
        "from importlib import import_module\nimport_module('pkg.old')",
    ),
    Case(
        "import_module, relative, of another package",
        "from importlib import import_module\nimport_module('.legacy', 'tools')",
    ),
    Case(
        "import_module, relative, without a package",
        "from importlib import import_module\nimport_module('.legacy')",
    ),
    Case(
        "import_module, relative, out of the top",
        "from importlib import import_module\nimport_module('...legacy', 'pkg')",
    ),
    Case("__import__ of others", "__import__('pkg.old', fromlist=['helper'])"),
    Case("another `modules`", "import tools\ntools.modules['pkg.legacy']"),
    Case("sys.modules, another module", "import sys\nsys.modules['pkg.legacy_more']"),
    Case("logger of a namesake", "import logging\nlogging.getLogger('pkg.legacyish')"),
    Case(
        "logger of a consumer's name",
        "import logging\nlogging.getLogger('pkg.user.OldEngine')",
        files=CONSUMER,
    ),
    Case("logger of this module", "import logging\nlogging.getLogger(__name__)"),
    Case("f-string with an unknown part", MOCK + "patch(f'{module}.OldEngine')"),
    Case("f-string with a format", MOCK + "M = 'pkg.old'\npatch(f'{M!r}.OldEngine')"),
    Case("a constant that grows", MOCK + "P = 'x'\nP += 'pkg.old.OldEngine'\npatch(P)"),
    Case("a constant that is rebound", MOCK + "P = 'pkg.old.OldEngine'\nP = 'tools.X'\npatch(P)"),
    Case(
        "patch of what a consumer defines itself",
        MOCK + "patch('pkg.user.OldEngine')",
        files={**CONSUMER, "pkg/user.py": "class OldEngine: ..."},
    ),
    Case(
        "patch of a consumer's own name for it",
        MOCK + "patch('pkg.user.Engine')",
        files=CONSUMER,
    ),
    Case(
        "patch of a consumer that imports in a function",
        MOCK + "patch('pkg.user.OldEngine')",
        files={**CONSUMER, "pkg/user.py": "def f():\n    from pkg.old import OldEngine"},
    ),
    Case("owner", MOCK + "patch('pkg.old.OldEngine')", path="bridge.py"),
    Case("noqa", MOCK + "patch('pkg.old.OldEngine')  # noqa: SSOT004"),
    Case("string call of another module", "from tools.lazy import load\nload('pkg.old.OldEngine')"),
    Case("empty strings", MOCK + "patch('')\nx = ['', '.', 'a.']"),
    Case("starred arguments", MOCK + "patch(*['x'])\npatch.object(*x)\npatch(**y)"),
)

INVALID = (
    Case(
        "patch",
        MOCK + "patch(«'pkg.old.OldEngine'»)",
        message="string names deprecated `pkg.old.OldEngine`; use `pkg.new.NewEngine` (M1)",
        hint="pkg.new.NewEngine",
    ),
    Case(
        "patch of an attribute",
        MOCK + "mock.patch(«'pkg.old.OldEngine.run'»)",
        hint="pkg.new.NewEngine.run",
    ),
    Case("patch as a decorator", MOCK + "@mock.patch(«'pkg.old.OldEngine'»)\ndef t(x): ..."),
    Case("patch as a context", MOCK + "with patch(target=«'pkg.old.OldEngine'»): ..."),
    Case("patch under another name", "from mock import patch as p\np(«'pkg.old.OldEngine'»)"),
    Case(
        "patch of the module itself",
        "import unittest.mock\nunittest.mock.patch(«'pkg.legacy.f'»)",
        hint="pkg.modern.f",
    ),
    Case("patch over two lines", MOCK + "patch(«'pkg.old.'\n    'OldEngine'»)"),
    Case("a string in triple quotes", MOCK + "patch(«'''pkg.old.OldEngine'''»)"),
    Case("a string put together", MOCK + "M = 'pkg.old'\npatch(«M + '.OldEngine'»)"),
    Case("an f-string", MOCK + "M = 'pkg.old'\ndef t(): patch(«f'{M}.OldEngine'»)"),
    Case("a constant", MOCK + "PATH = «'pkg.old.OldEngine'»\npatch(PATH)\npatch(PATH)"),
    Case("patch.object", MOCK + "from pkg import old\npatch.object(old, «'OldEngine'»)"),
    Case(
        "patch.object of an import",
        MOCK + "from importlib import import_module\n"
        "patch.object(import_module('pkg.old'), «'OldEngine'»)",
    ),
    Case("patch.multiple", MOCK + "patch.multiple('pkg.old', «OldEngine»=1, helper=2)"),
    Case(
        "patch.multiple of a module",
        MOCK + "from pkg import old\npatch.multiple(old, «OldEngine»=1)",
    ),
    Case("patch.multiple of a moved module", MOCK + "patch.multiple(«'pkg.legacy'», f=1)"),
    Case(
        "patch.dict of sys.modules",
        MOCK + "patch.dict('sys.modules', {«'pkg.legacy'»: None, 'other': 1})",
    ),
    Case(
        "patch.dict of sys.modules itself",
        "import sys\n" + MOCK + "patch.dict(sys.modules, {«'pkg.legacy.a'»: None})",
    ),
    Case("patch.dict of a mapping", MOCK + "patch.dict(«'pkg.legacy.SETTINGS'», x=1)"),
    Case("mocker", "def t(mocker): mocker.patch(«'pkg.old.OldEngine'»)"),
    Case(
        "mocker.patch.object",
        "from pkg import old\ndef t(mocker): mocker.patch.object(old, «'OldEngine'»)",
    ),
    Case(
        "mocker that an object keeps",
        "class T:\n    def t(self): self.mocker.patch(«'pkg.legacy.f'»)",
    ),
    Case("mocker by its type", "def t(m: MockerFixture): m.patch(«'pkg.old.OldEngine'»)"),
    Case(
        "monkeypatch.setattr with a path",
        "def t(monkeypatch):\n    monkeypatch.setattr(«'pkg.old.OldEngine'», 1)",
    ),
    Case(
        "monkeypatch.setattr with a module",
        "from pkg import old\ndef t(monkeypatch):\n    monkeypatch.setattr(old, «'OldEngine'», 1)",
    ),
    Case(
        "monkeypatch.delattr",
        "from pkg import old\ndef t(monkeypatch):\n"
        "    monkeypatch.delattr(old, «'OldEngine'»)\n"
        "    monkeypatch.delattr(«'pkg.old.OldEngine'»)",
    ),
    Case(
        "monkeypatch.setitem",
        "import sys\ndef t(monkeypatch): monkeypatch.setitem(sys.modules, «'pkg.legacy'», 1)",
    ),
    Case(
        "MonkeyPatch",
        "from pytest import MonkeyPatch\nwith MonkeyPatch.context() as m:\n"
        "    m.setattr(«'pkg.old.OldEngine'», 1)",
    ),
    Case("import_module", "import importlib\nimportlib.import_module(«'pkg.legacy'»)"),
    Case(
        "import_module, relative",
        "from importlib import import_module\nimport_module(«'.legacy'», 'pkg')\n"
        "import_module(«'..legacy.a'», package=__package__)",
    ),
    Case("__import__", "__import__(«'pkg.legacy'»)"),
    Case("__import__ with names", "__import__('pkg.old', fromlist=[«'OldEngine'», 'x'])"),
    Case(
        "sys.modules",
        "import sys\nsys.modules[«'pkg.legacy'»] = x\ndel sys.modules[«'pkg.legacy.a'»]",
    ),
    Case(
        "sys.modules.pop",
        "from sys import modules\nmodules.pop(«'pkg.legacy'», None)\n«'pkg.legacy'» in modules",
    ),
    Case(
        "getattr",
        "import pkg.old\ngetattr(pkg.old, «'OldEngine'»)\nhasattr(pkg.old, «'OldEngine'»)",
    ),
    Case(
        "setattr",
        "import pkg.old\nsetattr(pkg.old, «'OldEngine'», 1)\ndelattr(pkg.old, «'OldEngine'»)",
    ),
    Case("pkgutil.resolve_name", "import pkgutil\npkgutil.resolve_name(«'pkg.old:OldEngine.run'»)"),
    Case(
        "logging.getLogger",
        "import logging\nlogging.getLogger(«'pkg.legacy.a'»)",
        hint="pkg.modern.a",
    ),
    Case("string-calls", "from pkg import lazy\nlazy.load(1, «'pkg.old:OldEngine'»)"),
    Case("entry of a list", "INSTALLED_APPS = ['pkg', «'pkg.legacy'», «'pkg.legacy.apps.Config'»]"),
    Case(
        "entry of a tuple and a set",
        "x = («'pkg.old.OldEngine'», 1)\ny = {«\"pkg.old.OldEngine\"»}",
    ),
    Case(
        "entry of a dictionary", "x = {«'pkg.old.OldEngine'»: 1, 'class': «'pkg.legacy.Handler'»}"
    ),
    Case("no replacement", MOCK + "patch(«'pkg.old.Gone'»)", message="; emit through", hint=""),
    Case(
        "a consumer's binding",
        MOCK + "patch(«'pkg.user.OldEngine'»)\npatch(«'pkg.user.OldEngine.run'»)",
        files=CONSUMER,
        message="deprecated `pkg.old.OldEngine`, re-exported as `pkg.user.OldEngine`; "
        "use `pkg.user.NewEngine`",
    ),
    Case(
        "the binding of this module",
        MOCK + "from pkg.old import OldEngine\npatch(«f'{__name__}.OldEngine'»)",
        files=CONSUMER,
    ),
    Case(
        "another name, of a module that is imported by a string",
        "from importlib import import_module\ngetattr(import_module('pkg.user'), «'Engine'»)",
        files=CONSUMER,
    ),
    Case(
        "another name, in a path",
        "from pkg import lazy\nlazy.load(«'pkg.user.Engine'»)",
        files=CONSUMER,
    ),
    Case(
        "`patch` from a module of the project",
        "from pkg.testing import patch\npatch(«'pkg.old.OldEngine'»)",
        files={"pkg/__init__.py": "", "pkg/testing.py": "from unittest.mock import patch"},
    ),
    Case(
        "getattr of a consumer's own name",
        "import pkg.user\ngetattr(pkg.user, «'Engine'»)",
        files=CONSUMER,
        hint="pkg.new.NewEngine",
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT004", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT004", tmp_path, is_valid=False)


def test_there_are_more_valid_cases() -> None:
    assert len(VALID) > len(INVALID)
