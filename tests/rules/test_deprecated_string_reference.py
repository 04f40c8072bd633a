from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, check_fix, parameters

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
        message=(
            "string names deprecated `pkg.old.OldEngine`; use `pkg.new.NewEngine` [fix: safe] (M1)"
        ),
        hint="pkg.new.NewEngine",
        after="""
            from unittest import mock
            from unittest.mock import patch
            patch('pkg.new.NewEngine')""",
        safety="safe",
    ),
    Case(
        "patch of an attribute",
        MOCK + "mock.patch(«'pkg.old.OldEngine.run'»)",
        hint="pkg.new.NewEngine.run",
        after="""
            from unittest import mock
            from unittest.mock import patch
            mock.patch('pkg.new.NewEngine.run')""",
        safety="safe",
    ),
    Case(
        "patch as a decorator",
        MOCK + "@mock.patch(«'pkg.old.OldEngine'»)\ndef t(x): ...",
        after="""
            from unittest import mock
            from unittest.mock import patch
            @mock.patch('pkg.new.NewEngine')
            def t(x): ...""",
        safety="safe",
    ),
    Case(
        "patch as a context",
        MOCK + "with patch(target=«'pkg.old.OldEngine'»): ...",
        after="""
            from unittest import mock
            from unittest.mock import patch
            with patch(target='pkg.new.NewEngine'): ...""",
        safety="safe",
    ),
    Case(
        "patch under another name",
        "from mock import patch as p\np(«'pkg.old.OldEngine'»)",
        after="""
            from mock import patch as p
            p('pkg.new.NewEngine')""",
        safety="safe",
    ),
    Case(
        "patch of the module itself",
        "import unittest.mock\nunittest.mock.patch(«'pkg.legacy.f'»)",
        hint="pkg.modern.f",
        after="""
            import unittest.mock
            unittest.mock.patch('pkg.modern.f')""",
        safety="safe",
    ),
    Case(
        "patch over two lines",
        MOCK + "patch(«'pkg.old.'\n    'OldEngine'»)",
        left="the string is written in pieces or with escapes",
    ),
    Case(
        "a string in triple quotes",
        MOCK + "patch(«'''pkg.old.OldEngine'''»)",
        after="""
            from unittest import mock
            from unittest.mock import patch
            patch('''pkg.new.NewEngine''')""",
        safety="safe",
    ),
    Case(
        "a string put together",
        MOCK + "M = 'pkg.old'\npatch(«M + '.OldEngine'»)",
        left="the text is put together when the program runs",
    ),
    Case(
        "an f-string",
        MOCK + "M = 'pkg.old'\ndef t(): patch(«f'{M}.OldEngine'»)",
        left="the text is put together when the program runs",
    ),
    Case(
        "a constant",
        MOCK + "PATH = «'pkg.old.OldEngine'»\npatch(PATH)\npatch(PATH)",
        after="""
            from unittest import mock
            from unittest.mock import patch
            PATH = 'pkg.new.NewEngine'
            patch(PATH)
            patch(PATH)""",
        safety="safe",
    ),
    Case(
        "patch.object",
        MOCK + "from pkg import old\npatch.object(old, «'OldEngine'»)",
        after="""
            from unittest import mock
            from unittest.mock import patch
            from pkg import new
            patch.object(new, 'NewEngine')""",
        safety="safe",
    ),
    Case(
        "patch.object of an import",
        MOCK + "from importlib import import_module\n"
        "patch.object(import_module('pkg.old'), «'OldEngine'»)",
        left="`pkg.old`, where the name is looked up, has to change as well",
    ),
    Case(
        "patch.multiple",
        MOCK + "patch.multiple('pkg.old', «OldEngine»=1, helper=2)",
        left="the module that the keyword is looked up in has to change as well",
    ),
    Case(
        "patch.multiple of a module",
        MOCK + "from pkg import old\npatch.multiple(old, «OldEngine»=1)",
        after="""
            from unittest import mock
            from unittest.mock import patch
            from pkg import new
            patch.multiple(new, NewEngine=1)""",
        safety="safe",
    ),
    Case(
        "patch.multiple of a moved module",
        MOCK + "patch.multiple(«'pkg.legacy'», f=1)",
        after="""
            from unittest import mock
            from unittest.mock import patch
            patch.multiple('pkg.modern', f=1)""",
        safety="safe",
    ),
    Case(
        "patch.dict of sys.modules",
        MOCK + "patch.dict('sys.modules', {«'pkg.legacy'»: None, 'other': 1})",
        after="""
            from unittest import mock
            from unittest.mock import patch
            patch.dict('sys.modules', {'pkg.modern': None, 'other': 1})""",
        safety="safe",
    ),
    Case(
        "patch.dict of sys.modules itself",
        "import sys\n" + MOCK + "patch.dict(sys.modules, {«'pkg.legacy.a'»: None})",
        after="""
            import sys
            from unittest import mock
            from unittest.mock import patch
            patch.dict(sys.modules, {'pkg.modern.a': None})""",
        safety="safe",
    ),
    Case(
        "patch.dict of a mapping",
        MOCK + "patch.dict(«'pkg.legacy.SETTINGS'», x=1)",
        after="""
            from unittest import mock
            from unittest.mock import patch
            patch.dict('pkg.modern.SETTINGS', x=1)""",
        safety="safe",
    ),
    Case(
        "mocker",
        "def t(mocker): mocker.patch(«'pkg.old.OldEngine'»)",
        after="def t(mocker): mocker.patch('pkg.new.NewEngine')",
        safety="safe",
    ),
    Case(
        "mocker.patch.object",
        "from pkg import old\ndef t(mocker): mocker.patch.object(old, «'OldEngine'»)",
        after="""
            from pkg import new
            def t(mocker): mocker.patch.object(new, 'NewEngine')""",
        safety="safe",
    ),
    Case(
        "mocker that an object keeps",
        "class T:\n    def t(self): self.mocker.patch(«'pkg.legacy.f'»)",
        after="""
            class T:
                def t(self): self.mocker.patch('pkg.modern.f')""",
        safety="safe",
    ),
    Case(
        "mocker by its type",
        "def t(m: MockerFixture): m.patch(«'pkg.old.OldEngine'»)",
        after="def t(m: MockerFixture): m.patch('pkg.new.NewEngine')",
        safety="safe",
    ),
    Case(
        "monkeypatch.setattr with a path",
        "def t(monkeypatch):\n    monkeypatch.setattr(«'pkg.old.OldEngine'», 1)",
        after="""
            def t(monkeypatch):
                monkeypatch.setattr('pkg.new.NewEngine', 1)""",
        safety="safe",
    ),
    Case(
        "monkeypatch.setattr with a module",
        "from pkg import old\ndef t(monkeypatch):\n    monkeypatch.setattr(old, «'OldEngine'», 1)",
        after="""
            from pkg import new
            def t(monkeypatch):
                monkeypatch.setattr(new, 'NewEngine', 1)""",
        safety="safe",
    ),
    Case(
        "monkeypatch.delattr",
        "from pkg import old\ndef t(monkeypatch):\n"
        "    monkeypatch.delattr(old, «'OldEngine'»)\n"
        "    monkeypatch.delattr(«'pkg.old.OldEngine'»)",
        after="""
            from pkg import new
            def t(monkeypatch):
                monkeypatch.delattr(new, 'NewEngine')
                monkeypatch.delattr('pkg.new.NewEngine')""",
        safety="safe",
    ),
    Case(
        "monkeypatch.setitem",
        "import sys\ndef t(monkeypatch): monkeypatch.setitem(sys.modules, «'pkg.legacy'», 1)",
        after="""
            import sys
            def t(monkeypatch): monkeypatch.setitem(sys.modules, 'pkg.modern', 1)""",
        safety="safe",
    ),
    Case(
        "MonkeyPatch",
        "from pytest import MonkeyPatch\nwith MonkeyPatch.context() as m:\n"
        "    m.setattr(«'pkg.old.OldEngine'», 1)",
        after="""
            from pytest import MonkeyPatch
            with MonkeyPatch.context() as m:
                m.setattr('pkg.new.NewEngine', 1)""",
        safety="safe",
    ),
    Case(
        "import_module",
        "import importlib\nimportlib.import_module(«'pkg.legacy'»)",
        after="""
            import importlib
            importlib.import_module('pkg.modern')""",
        safety="safe",
    ),
    Case(
        "import_module, relative",
        "from importlib import import_module\nimport_module(«'.legacy'», 'pkg')\n"
        "import_module(«'..legacy.a'», package=__package__)",
        left="the string is relative to another one",
    ),
    Case(
        "__import__", "__import__(«'pkg.legacy'»)", after="__import__('pkg.modern')", safety="safe"
    ),
    Case(
        "__import__ with names",
        "__import__('pkg.old', fromlist=[«'OldEngine'», 'x'])",
        left="`pkg.old`, where the name is looked up, has to change as well",
    ),
    Case(
        "sys.modules",
        "import sys\nsys.modules[«'pkg.legacy'»] = x\ndel sys.modules[«'pkg.legacy.a'»]",
        after="""
            import sys
            sys.modules['pkg.modern'] = x
            del sys.modules['pkg.modern.a']""",
        safety="safe",
    ),
    Case(
        "sys.modules.pop",
        "from sys import modules\nmodules.pop(«'pkg.legacy'», None)\n«'pkg.legacy'» in modules",
        after="""
            from sys import modules
            modules.pop('pkg.modern', None)
            'pkg.modern' in modules""",
        safety="safe",
    ),
    Case(
        "getattr",
        "import pkg.old\ngetattr(pkg.old, «'OldEngine'»)\nhasattr(pkg.old, «'OldEngine'»)",
        after="""
            import pkg.new
            getattr(pkg.new, 'NewEngine')
            hasattr(pkg.new, 'NewEngine')""",
        safety="safe",
    ),
    Case(
        "setattr",
        "import pkg.old\nsetattr(pkg.old, «'OldEngine'», 1)\ndelattr(pkg.old, «'OldEngine'»)",
        after="""
            import pkg.new
            setattr(pkg.new, 'NewEngine', 1)
            delattr(pkg.new, 'NewEngine')""",
        safety="safe",
    ),
    Case(
        "pkgutil.resolve_name",
        "import pkgutil\npkgutil.resolve_name(«'pkg.old:OldEngine.run'»)",
        after="""
            import pkgutil
            pkgutil.resolve_name('pkg.new:NewEngine.run')""",
        safety="safe",
    ),
    Case(
        "logging.getLogger",
        "import logging\nlogging.getLogger(«'pkg.legacy.a'»)",
        hint="pkg.modern.a",
        after="""
            import logging
            logging.getLogger('pkg.modern.a')""",
        safety="safe",
    ),
    Case(
        "string-calls",
        "from pkg import lazy\nlazy.load(1, «'pkg.old:OldEngine'»)",
        after="""
            from pkg import lazy
            lazy.load(1, 'pkg.new:NewEngine')""",
        safety="safe",
    ),
    Case(
        "entry of a list",
        "INSTALLED_APPS = ['pkg', «'pkg.legacy'», «'pkg.legacy.apps.Config'»]",
        after="INSTALLED_APPS = ['pkg', 'pkg.modern', 'pkg.modern.apps.Config']",
        safety="safe",
    ),
    Case(
        "entry of a tuple and a set",
        "x = («'pkg.old.OldEngine'», 1)\ny = {«\"pkg.old.OldEngine\"»}",
        after="""
            x = ('pkg.new.NewEngine', 1)
            y = {"pkg.new.NewEngine"}""",
        safety="safe",
    ),
    Case(
        "entry of a dictionary",
        "x = {«'pkg.old.OldEngine'»: 1, 'class': «'pkg.legacy.Handler'»}",
        after="x = {'pkg.new.NewEngine': 1, 'class': 'pkg.modern.Handler'}",
        safety="safe",
    ),
    Case(
        "no replacement",
        MOCK + "patch(«'pkg.old.Gone'»)",
        message="; emit through",
        hint="",
        left="it has no replacement",
    ),
    Case(
        "a consumer's binding",
        MOCK + "patch(«'pkg.user.OldEngine'»)\npatch(«'pkg.user.OldEngine.run'»)",
        files=CONSUMER,
        message="deprecated `pkg.old.OldEngine`, re-exported as `pkg.user.OldEngine`; "
        "use `pkg.user.NewEngine`",
        left="`pkg.user.OldEngine` is to keep its name",
    ),
    Case(
        "the binding of this module",
        MOCK + "from pkg.old import OldEngine\npatch(«f'{__name__}.OldEngine'»)",
        files=CONSUMER,
        left="`pkg.sub.consumer.OldEngine` is to keep its name",
    ),
    Case(
        "another name, of a module that is imported by a string",
        "from importlib import import_module\ngetattr(import_module('pkg.user'), «'Engine'»)",
        files=CONSUMER,
        left="`pkg.user`, where the name is looked up, has to change as well",
    ),
    Case(
        "another name, in a path",
        "from pkg import lazy\nlazy.load(«'pkg.user.Engine'»)",
        files=CONSUMER,
        after="""
            from pkg import lazy
            lazy.load('pkg.new.NewEngine')""",
        safety="safe",
    ),
    Case(
        "`patch` from a module of the project",
        "from pkg.testing import patch\npatch(«'pkg.old.OldEngine'»)",
        files={"pkg/__init__.py": "", "pkg/testing.py": "from unittest.mock import patch"},
        after="""
            from pkg.testing import patch
            patch('pkg.new.NewEngine')""",
        safety="safe",
    ),
    Case(
        "getattr of a consumer's own name",
        "import pkg.user\ngetattr(pkg.user, «'Engine'»)",
        files=CONSUMER,
        hint="pkg.new.NewEngine",
        after="""
            import pkg.new
            getattr(pkg.new, 'NewEngine')""",
        safety="safe",
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT004", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT004", tmp_path, is_valid=False)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_fix(case: Case, tmp_path: Path) -> None:
    check_fix(case, "SSOT004", tmp_path)


def test_there_are_more_valid_cases() -> None:
    assert len(VALID) > len(INVALID)
