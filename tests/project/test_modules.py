from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.modules import Modules
from flake8_ssot_engine.project.reexports import Reexports
from tests.rules.harness import write

name = QualifiedName.parse

FILES = {
    "one/pkg/__init__.py": "",
    "one/pkg/inner.py": "",
    "one/space/a.py": "",
    "one/both/__init__.py": "",
    "one/both.py": "",
    "one/mod.py": "",
    "one/mod/deep.py": "",
    "one/stub.pyi": "",
    "one/plain.py": "",
    "one/plain.pyi": "",
    "two/pkg/other.py": "",
    "two/space/b.py": "",
    "two/only.py": "",
    "two/plain.py": "",
}


@pytest.fixture
def modules(tmp_path: Path) -> Modules:
    write(tmp_path, FILES)
    return Modules([str(tmp_path / "one"), str(tmp_path / "two")])


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("pkg", "one/pkg/__init__.py"),
        ("pkg.inner", "one/pkg/inner.py"),
        ("space.a", "one/space/a.py"),
        ("space.b", "two/space/b.py"),
        ("both", "one/both/__init__.py"),
        ("mod", "one/mod.py"),
        ("stub", "one/stub.pyi"),
        ("plain", "one/plain.py"),
        ("only", "two/only.py"),
    ],
)
def test_file_of_a_module(modules: Modules, module: str, file: str, tmp_path: Path) -> None:
    assert modules.file_of(name(module)) == str(tmp_path / file)
    assert modules.is_module(name(module))


@pytest.mark.parametrize(
    "module",
    [
        pytest.param("pkg.other", id="a regular package has one folder"),
        pytest.param("mod.deep", id="a module before the folder of its name"),
        pytest.param("nowhere", id="missing"),
        pytest.param("plain.inner", id="below a module"),
    ],
)
def test_no_module(modules: Modules, module: str) -> None:
    assert modules.file_of(name(module)) is None
    assert not modules.is_module(name(module))


def test_a_namespace_package_is_a_module_without_a_file(modules: Modules) -> None:
    assert modules.is_module(name("space"))
    assert modules.file_of(name("space")) is None
    assert modules.public_names(name("space")) is None


@pytest.mark.parametrize(
    ("dotted", "module", "attributes"),
    [
        ("pkg.inner.C.method", "pkg.inner", ("C", "method")),
        ("pkg.C", "pkg", ("C",)),
        ("space.b", "space.b", ()),
    ],
)
def test_split(modules: Modules, dotted: str, module: str, attributes: tuple[str, ...]) -> None:
    assert modules.split(name(dotted)) == (name(module), attributes)


def test_split_of_a_stranger(modules: Modules) -> None:
    assert modules.split(name("os.path")) == ((), ("os", "path"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1\n_b = 2\ndef c(): ...\nclass D: ...\nimport e.f\n", {"a", "c", "D", "e"}),
        ("a = 1\n__all__ = ['a', 'b']", {"a", "b"}),
        ("a = b = 1\ndel a", {"b"}),
        ("x: int", set()),
        ("from os import *\na = 1", None),
        ("from whole.sub import *\na = 1", {"a", "one"}),
        (
            "from whole.sub import *\nfrom whole import sub\n__all__ = sub.__all__ + ['a']",
            {"_two", "a"},
        ),
        ("from .sub import *\n__all__ = ['a', *sub.__all__]", {"_two", "a"}),
        ("__all__ = [name for name in dir()]", None),
        ("__all__ = ['a']\n__all__.remove('a')", None),
        (
            "__all__ = ['a']\n__all__.extend(['b'])\n__all__.append('c')\n__all__ += ('d',)",
            set("abcd"),
        ),
        ("__all__ = sorted(list(('a', 'b')))", {"a", "b"}),
        ("if x:\n    __all__ = ['a']\nelse:\n    __all__: list[str] = ['b']", {"a", "b"}),
        ("def f(): __all__ = ['a']\nb = 1", {"f", "b"}),
    ],
)
def test_public_names(text: str, expected: set[str] | None, tmp_path: Path) -> None:
    sub = "one = 1\n_two = 2\n" + ("__all__ = ['_two']" if "sub.__all__" in text else "")
    write(tmp_path, {"whole/__init__.py": text, "whole/sub.py": sub})
    found = Modules([str(tmp_path)]).public_names(name("whole"))
    assert (None if found is None else set(found)) == expected


def test_what_cannot_be_read_exports_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"broken.py": "def (", "deep.py": "x = " + "-" * 100_000 + "1"})
    (tmp_path / "odd.py").write_bytes(b"# coding: nonsense\n")
    os.mkfifo(tmp_path / "pipe.py")
    modules = Modules([str(tmp_path)])
    for module in ("broken", "deep", "odd", "pipe", "missing"):
        assert modules.exports_of(name(module)) == []
        assert Reexports(modules).reach(name(f"{module}.x")) == (name(f"{module}.x"),)
    with pytest.raises(SourceError):
        modules.read(str(tmp_path / "broken.py"))


def test_a_file_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "from b import x", "b.py": "x = 1"})
    modules = Modules([str(tmp_path)])
    assert Reexports(modules).reach(name("a.x")) == (name("a.x"), name("b.x"))
    write(tmp_path, {"a.py": "", "b.py": ""})
    assert Reexports(modules).reach(name("a.x")) == (name("a.x"), name("b.x"))


def test_a_long_chain_is_followed_to_its_end(tmp_path: Path) -> None:
    write(tmp_path, {f"m{i}.py": f"from m{i + 1} import x" for i in range(60)})
    write(tmp_path, {"m60.py": "x = 1"})
    reach = Reexports(Modules([str(tmp_path)])).reach(name("m0.x"))
    assert reach == tuple(name(f"m{i}.x") for i in range(61))


def test_the_answer_does_not_depend_on_where_one_starts(tmp_path: Path) -> None:
    """Three modules that star each other: each has what any of them has."""
    write(
        tmp_path,
        {
            "a.py": "from b import *\nfrom c import *\nin_a = 1",
            "b.py": "from c import *\nfrom a import *\nin_b = 1",
            "c.py": "from a import *\nin_c = 1",
        },
    )
    for first in "abc":
        modules = Modules([str(tmp_path)])
        modules.public_names(name(first))
        for module in "abc":
            found = modules.public_names(name(module)) or ()
            assert sorted(found) == ["in_a", "in_b", "in_c"], (first, module)
