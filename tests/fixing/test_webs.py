"""Webs: which bindings and uses of a name go together, and which are something else."""

from __future__ import annotations

import pytest

from flake8_ssot_engine.fixing.webs import Webs, key_of
from flake8_ssot_engine.semantics.bindings import BindingKind
from tests.fixing.models import model_of

CASES = (
    ("import and use", "from a import x\nx", ["b1 u2 exported"]),
    ("unused", "from a import x", ["b1 exported"]),
    ("rebound", "from a import x\nx\nx = 1\nx", ["b1 u2", "b3 u4 exported"]),
    ("either branch", "if c:\n from a import x\nelse:\n x = 1\nx", ["b2 b4 u5 exported"]),
    ("branch with its own use", "from a import x\nif c:\n x = 1\n x\nx", ["b1 b3 u4 u5 exported"]),
    ("use in one branch only", "if c:\n from a import x\n x\nelse:\n x = 1", ["b2 b5 u3 exported"]),
    ("fallback", "try:\n from a import x\nexcept E:\n x = None\nx", ["b2 b4 u5 exported"]),
    ("function sees all", "from a import x\ndef f(): x\nx = 1", ["b1 b3 u2 exported"]),
    ("local", "from a import x\ndef f(x):\n x\nx", ["b1 u4 exported", "b2 u3"]),
    ("local import", "def f():\n from a import x\n x\nx", ["b2 u3"]),
    ("two functions", "def f():\n import x\n x\ndef g():\n import x\n x", ["b2 u3", "b5 u6"]),
    ("global", "def f():\n global x\n import x\ndef g(): x", ["b3 u4 exported"]),
    ("nonlocal", "def f():\n x = 1\n def g():\n  nonlocal x\n  x = 2\n x", ["b2 b5 u6"]),
    ("deleted", "import x\nx\ndel x\nimport x\nx", ["b1 b4 u2 u3 u5 exported", "b3"]),
    ("loop", "import x\nfor x in y: x\nx", ["b1 b2 u2 u3 exported"]),
    ("comprehension", "import x\n[x for x in x]\nx", ["b1 u2 u3 exported", "b2 u2"]),
    (
        "class body falls back to the module",
        "x = 1\nclass C:\n if c:\n  x = 2\n x",
        ["b1 b4 u5 exported"],
    ),
    ("class attribute", "x = 1\nclass C:\n x = 2\n def f(self): x", ["b1 u4 exported", "b3"]),
    ("walrus", "[(x := y) for y in z]\nx", ["b1 u2 exported"]),
    ("quoted", "import x\ny: 'x'", ["b1 u2 exported"]),
    ("`__all__`", "import x\n__all__ = ['x']", ["b1 u2 exported"]),
    ("packages of one root", "import x.a\nimport x.b\nx.a, x.b", ["b1 b2 u3 u3 exported"]),
    ("packages, one after the use", "import x.a\nx.a\nimport x.b", ["b1 b3 u2 exported"]),
    (
        "packages in two scopes",
        "import x.a\ndef f():\n import x.b\n x.b\nx.a",
        ["b1 u5 exported", "b3 u4"],
    ),
    ("a package and an attribute", "import x.a\nfrom a import x\nx", ["b1", "b2 u3 exported"]),
    ("augmented", "import x\nx += 1\nx", ["b1 u2", "b2 u3 exported"]),
    (
        "bound in two arms of `match`",
        "match y:\n case 1:\n  import x\n case _:\n  x = 1\nx",
        ["b3 b5 u6 exported"],
    ),
    ("bound and not used later on", "if c:\n import x\n x\nif d:\n x = 1", ["b2 b5 u3 exported"]),
)


def webs_of(code: str, name: str) -> list[str]:
    """Return each web as the lines of its bindings and of its uses."""
    model = model_of(code)
    webs = Webs(model)
    found: dict[int, str] = {}
    for binding in model.bindings_of(name):
        web = webs.of(binding)
        assert key_of(binding) in map(key_of, web.bindings)
        assert web.name == name
        bindings = [f"b{line_of(b.node)}" for b in web.bindings]
        uses = [f"u{r.node.lineno}" for r in web.references]
        found[id(web)] = " ".join([*bindings, *uses, *(["exported"] if web.is_exported else [])])
    return sorted(found.values())


def line_of(node: object) -> int:
    return int(getattr(node, "lineno"))  # noqa: B009 - not every node has one


@pytest.mark.parametrize(("code", "expected"), [pytest.param(*c[1:], id=c[0]) for c in CASES])
def test_webs(code: str, expected: list[str]) -> None:
    assert webs_of(code, "x") == sorted(expected)


def test_each_binding_is_in_one_web() -> None:
    for _, code, _ in CASES:
        model = model_of(code)
        webs = Webs(model)
        every = list({id(webs.of(b)): webs.of(b) for b in model.bindings_of("x")}.values())
        keys = [key_of(binding) for web in every for binding in web.bindings]
        assert len(keys) == len(set(keys))
        uses = [id(reference.node) for web in every for reference in web.references]
        assert len(uses) == len(set(uses))


def test_stars_are_part_of_a_web() -> None:
    model = model_of("from b import *\nif c:\n from a import x\nx")
    binding = next(model.bindings_of("x"))
    web = Webs(model).of(binding)
    assert [star.kind for star in web.stars] == [BindingKind.STAR_IMPORT]
    assert web.scopes == [binding.scope]


def test_a_web_by_its_star() -> None:
    model = model_of("from b import *\nx\ndef f(x): x")
    webs = Webs(model)
    star = next(b for b in model.bindings() if b.kind is BindingKind.STAR_IMPORT)
    web = webs.by_star(star, "x")
    assert web is not None
    assert [reference.node.lineno for reference in web.references] == [2]
    unused = webs.by_star(star, "y")
    assert unused is None or (unused.is_exported and not unused.references)
