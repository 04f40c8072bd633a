"""Dotted names: parsing, comparing by parts, relative imports, module names of paths."""

from __future__ import annotations

import importlib.util

import pytest

from flake8_ssot_engine.names import QualifiedName, absolute_module, module_of_path, package_of


def name(dotted: str) -> QualifiedName:
    return QualifiedName.parse(dotted)


@pytest.mark.parametrize(
    "dotted",
    [
        pytest.param("a", id="one-part"),
        pytest.param("a.b.C", id="three-parts"),
        pytest.param("_a.__b__.c1", id="underscores-and-digits"),
        pytest.param("größe.Ω", id="letters-of-any-script"),
        pytest.param("match.case.type", id="soft-keywords"),
    ],
)
def test_a_name_is_its_parts(dotted: str) -> None:
    assert name(dotted) == tuple(dotted.split("."))
    assert str(name(dotted)) == dotted
    assert name(dotted).last == dotted.split(".")[-1]
    assert str(name(dotted).parent.child(name(dotted).last)) == dotted


@pytest.mark.parametrize(
    "dotted",
    [
        pytest.param("", id="empty"),
        pytest.param(".a", id="leading-dot"),
        pytest.param("a.", id="trailing-dot"),
        pytest.param("a..b", id="two-dots"),
        pytest.param("a b", id="blank"),
        pytest.param(" a", id="leading-blank"),
        pytest.param("a-b.c", id="hyphen"),
        pytest.param("1a", id="leading-digit"),
        pytest.param("a.class", id="keyword"),
        pytest.param("a.None", id="constant"),
        pytest.param("a:b", id="entry-point"),
        pytest.param("a.*", id="star"),
        pytest.param("𝒳.👩", id="not-a-letter"),
    ],
)
def test_not_a_name(dotted: str) -> None:
    with pytest.raises(ValueError, match="is not a dotted Python name"):
        name(dotted)


@pytest.mark.parametrize(
    ("inner", "outer", "is_under"),
    [
        pytest.param("a.bc", "a.b", False, id="a-longer-part"),
        pytest.param("wagtail.coreutils", "wagtail.core", False, id="wagtail"),
        pytest.param("a.execution_engine_factory", "a.execution_engine", False, id="factory"),
        pytest.param("a", "a.b", False, id="above"),
        pytest.param("b.a", "a", False, id="elsewhere"),
        pytest.param("a.b", "a.b", True, id="equal"),
        pytest.param("a.b.c.d", "a.b", True, id="below"),
    ],
)
def test_is_under_compares_parts(inner: str, outer: str, is_under: bool) -> None:
    assert name(inner).is_under(name(outer)) is is_under


@pytest.mark.parametrize(
    ("whole", "old", "new", "result"),
    [
        pytest.param("a.b.C", "a.b", "x", "x.C", id="shorter"),
        pytest.param("a.b", "a.b", "x.y.z", "x.y.z", id="itself"),
        pytest.param("a.C.method", "a.C", "b.D", "b.D.method", id="attribute"),
    ],
)
def test_rebased(whole: str, old: str, new: str, result: str) -> None:
    assert name(whole).rebased(name(old), name(new)) == name(result)


@pytest.mark.parametrize(
    ("package", "level", "module", "expected"),
    [
        pytest.param("a.b", 0, "x.y", "x.y", id="absolute"),
        pytest.param(None, 0, "x", "x", id="absolute-in-no-package"),
        pytest.param("a.b", 1, None, "a.b", id="from-dot"),
        pytest.param("a.b", 1, "c", "a.b.c", id="from-dot-module"),
        pytest.param("a.b", 2, None, "a", id="from-two-dots"),
        pytest.param("a.b", 2, "c.d", "a.c.d", id="from-two-dots-module"),
        pytest.param("a.b", 3, "c", None, id="out-of-the-top"),
        pytest.param("", 1, "c", None, id="top-level-module"),
        pytest.param(None, 1, "c", None, id="unknown-package"),
    ],
)
def test_absolute_module(
    package: str | None, level: int, module: str | None, expected: str | None
) -> None:
    start = None if package is None else QualifiedName(package.split(".") if package else ())
    found = absolute_module(start, level, module)
    assert (None if found is None else str(found)) == expected
    if level and package:  # importlib's own opinion
        relative = "." * level + (module or "")
        try:
            assert importlib.util.resolve_name(relative, package) == expected
        except ImportError:
            assert expected is None


@pytest.mark.parametrize(
    ("path", "roots", "packages", "expected"),
    [
        pytest.param("/p/a/b.py", ["/p"], [], "a.b", id="namespace-package"),
        pytest.param("/p/a/__init__.py", ["/p"], ["/p/a"], "a", id="package"),
        pytest.param("/p/a/b.pyi", ["/p"], [], "a.b", id="stub"),
        pytest.param("/p/a/__init__.pyi", ["/p"], [], "a", id="package-stub"),
        pytest.param("/p/a/b.cpython-311.pyi", ["/p"], [], "a.b", id="stub-of-an-extension"),
        pytest.param("/p/src/a/b.py", ["/p", "/p/src"], [], "a.b", id="deepest-root-wins"),
        pytest.param("/p/src/a/b.py", ["/p/src", "/p"], [], "a.b", id="in-any-order"),
        pytest.param("/p/srcs/a.py", ["/p", "/p/src"], [], "srcs.a", id="roots-are-whole-parts"),
        pytest.param("/p/a.py", ["/p"], [], "a", id="in-the-root-itself"),
        pytest.param("/p/__init__.py", ["/p"], ["/p"], "__init__", id="init-of-the-root"),
        pytest.param("/a/b.py", ["/"], [], "a.b", id="root-of-the-file-system"),
        pytest.param("/q/a/b/c.py", ["/p"], ["/q/a", "/q/a/b"], "a.b.c", id="below-no-root"),
        pytest.param("/q/a/b/__init__.py", [], ["/q/a", "/q/a/b"], "a.b", id="no-roots"),
        pytest.param("/q/a/b/c.py", [], ["/q/a"], "c", id="regular-packages-must-touch"),
        pytest.param("/p/my-dir/b.py", ["/p"], [], "my-dir.b", id="a-folder-that-is-no-name"),
        pytest.param("/p/bin/tool", ["/p"], [], "bin.tool", id="script-without-an-ending"),
    ],
)
def test_module_of_path(path: str, roots: list[str], packages: list[str], expected: str) -> None:
    module = module_of_path(path, roots, is_regular_package=packages.__contains__)
    assert str(module) == expected


def test_where_relative_imports_start() -> None:
    assert package_of(name("a.b"), is_package=True) == name("a.b")
    assert package_of(name("a.b"), is_package=False) == name("a")
    assert package_of(name("a"), is_package=False) == ()
