"""Renaming webs: every place of the name and no other, or a Refusal."""

from __future__ import annotations

import ast
import symtable

import pytest

from flake8_ssot_engine.edits import apply_edits
from flake8_ssot_engine.fixing.names import Renamer, dynamic_use
from flake8_ssot_engine.fixing.places import Places
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.fixing.webs import Webs
from flake8_ssot_engine.semantics.bindings import IMPORTS, Binding
from tests.fixing.models import model_of

RENAMED = (
    ("use", "from a import old\nold", "from a import old\nnew"),
    ("alias stays", "from a import x as old\nold.old", "from a import x as old\nnew.old"),
    (
        "all uses",
        "from a import old\nold(old, old=old).old",
        "from a import old\nnew(new, old=new).old",
    ),
    ("functions", "import old\ndef f(x=old): return old", "import old\ndef f(x=new): return new"),
    (
        "local of the same name",
        "import old\ndef f(old): old\nold",
        "import old\ndef f(old): old\nnew",
    ),
    (
        "class attribute alike",
        "import old\nclass C:\n old = old\n def f(self): self.old, old",
        "import old\nclass C:\n old = new\n def f(self): self.old, new",
    ),
    (
        "rebound in a branch",
        "import old\nif c: old = None\nold",
        "import old\nif c: new = None\nnew",
    ),
    ("another web", "import old\nold\nold = 1\nold", "import old\nnew\nold = 1\nold"),
    (
        "annotated",
        "if c: import old\nelse: old: int = 1\nold",
        "if c: import old\nelse: new: int = 1\nnew",
    ),
    (
        "augmented",
        "if c: import old\nelse: old = 1\nold += 1",
        "if c: import old\nelse: new = 1\nnew += 1",
    ),
    ("deleted", "import old\ndel old", "import old\ndel new"),
    (
        "walrus",
        "if c: import old\nelse: (old := 1)\nold",
        "if c: import old\nelse: (new := 1)\nnew",
    ),
    ("loop", "import old\nfor old in x: old\nold", "import old\nfor new in x: new\nnew"),
    (
        "with",
        "if c: import old\nelse:\n with x as old: ...\nold",
        "if c: import old\nelse:\n with x as new: ...\nnew",
    ),
    (
        "unpacked",
        "if c: import old\nelse: (old, *x) = 1\nold",
        "if c: import old\nelse: (new, *x) = 1\nnew",
    ),
    (
        "global",
        "def f():\n global x, old\n import old\nold",
        "def f():\n global x, new\n import old\nnew",
    ),
    (
        "global over lines",
        "def f():\n global x, \\\n  old\n import old\nold",
        "def f():\n global x, \\\n  new\n import old\nnew",
    ),
    (
        "global of a longer name",
        "def f():\n global older, old\n import old\nold",
        "def f():\n global older, new\n import old\nnew",
    ),
    (
        "global twice",
        "def f():\n global old\n import old\ndef g():\n global old\n old",
        "def f():\n global new\n import old\ndef g():\n global new\n new",
    ),
    (
        "nonlocal",
        "def f():\n import old\n def g():\n  nonlocal old\n  old\n  import old",
        "def f():\n import old\n def g():\n  nonlocal new\n  new\n  import old",
    ),
    (
        "quoted",
        "import old\nx: 'list[old]'\ncast('old', x)",
        "import old\nx: 'list[new]'\ncast('new', x)",
    ),
    ("quoted in a quote", "import old\nx: 'list[\"old\"]'", "import old\nx: 'list[\"new\"]'"),
    ("type comment", "import old\nx = 1  # type: old", "import old\nx = 1  # type: new"),
    (
        "`__all__`",
        "import old\n__all__ = ['old', 'older']",
        "import old\n__all__ = ['new', 'older']",
    ),
    ("f-string", "import old\nf'old {old} {x:{old}}'", "import old\nf'old {new} {x:{new}}'"),
    (
        "decorator and base",
        "import old\n@old\nclass C(old, k=old): ...",
        "import old\n@new\nclass C(new, k=new): ...",
    ),
    ("comprehension", "import old\n[old for x in old]", "import old\n[new for x in new]"),
    (
        "comprehension variable alike",
        "import old\n[old for old in old]",
        "import old\n[old for old in new]",
    ),
    (
        "match",
        "import old\nmatch old:\n case old.A(): old",
        "import old\nmatch new:\n case new.A(): new",
    ),
    ("wide characters", "import old\n'é𝒳'; old; '𝒳'; old", "import old\n'é𝒳'; new; '𝒳'; new"),
    ("strings that are none", "import old\n'old'; d['old']", "import old\n'old'; d['old']"),
    (
        "new name in another function",
        "import old\ndef f(new): new\ndef g(): old",
        "import old\ndef f(new): new\ndef g(): new",
    ),
    (
        "new name in a function that does not use the old one",
        "import old\ndef f():\n new = 1\n def g(): new",
        "import old\ndef f():\n new = 1\n def g(): new",
    ),
    (
        "new name in an enclosing class",
        "import old\nclass C:\n new = 1\n def f(self): old",
        "import old\nclass C:\n new = 1\n def f(self): new",
    ),
    ("new name as an attribute", "import old\nx.new(new=old)", "import old\nx.new(new=new)"),
    (
        "local import, new name at module level that it does not use",
        "new = 1\ndef f():\n import old\n old",
        "new = 1\ndef f():\n import old\n new",
    ),
)

REFUSED = (
    ("same scope", "import old\nnew = 1\nold", "`new` on line 2"),
    (
        "same scope, import of something else",
        "import old\nfrom b import new\nold",
        "`new` on line 2",
    ),
    ("same scope, definition", "import old\ndef new(): ...\nold", "`new` on line 2"),
    ("same scope, loop", "import old\nfor new in x: ...\nold", "`new` on line 2"),
    (
        "same scope, by `global`",
        "import old\ndef f():\n global new\n new = 1\nold",
        "`new` on line 4",
    ),
    ("parameter of a function that uses it", "import old\ndef f(new): old", "`new` on line 2"),
    ("local of a function that uses it", "import old\ndef f():\n new = 1\n old", "`new` on line 3"),
    (
        "local of an outer function",
        "import old\ndef f():\n new = 1\n def g(): old",
        "`new` on line 3",
    ),
    ("lambda", "import old\nlambda new: old", "`new` on line 2"),
    ("comprehension", "import old\n[old for new in x]", "`new` on line 2"),
    ("class that uses it", "import old\nclass C:\n new = 1\n old", "`new` on line 3"),
    ("`except`", "import old\ndef f():\n try: ...\n except E as new: old", "`new` on line 4"),
    ("capture in `match`", "import old\ndef f():\n match x:\n  case new: old", "`new` on line 4"),
    ("would capture a builtin", "import old\nnew(old)", "`new` on line 2"),
    ("would capture in an inner function", "import old\ndef f(): new", "`new` on line 2"),
    ("would capture the module's", "new = 1\ndef f():\n import old\n new", "`new` on line 4"),
    ("would capture in a quoted annotation", "import old\nx: 'new'", "`new` on line 2"),
    ("would capture a star's", "from b import *\nimport old\nnew", "`new` on line 3"),
    ("parameter", "def f(old):\n if c: import old\n old", "parameter `old` on line 1"),
    ("function", "if c: import old\nelse:\n def old(): ...\nold", "function `old` on line 3"),
    ("class", "if c: import old\nelse:\n class old: ...\nold", "class `old` on line 3"),
    ("exception", "import old\ntry: ...\nexcept E as old: ...\nold", ""),
    (
        "capture",
        "if c: import old\nelse:\n match x:\n  case old: ...\nold",
        "`match` capture `old` on line 4",
    ),
    ("class attribute", "class C:\n import old\n old", "attribute of the class"),
    (
        "class body that sees two",
        "import old\nclass C:\n if c: import old\n old",
        "from itself or from the module",
    ),
    (
        "two webs under one `global`",
        "def f():\n global old\n old = 1\nimport old\nold\ndel old\nold = 2",
        "",
    ),
    (
        "rebound, and so would be the other",
        "import old\nfrom a import new\nif c: old = None\nold",
        "`new` on line 2",
    ),
)

PRIVATE = "import __old\nclass C:\n def f(self): __old"


def renamed(code: str, new: str, *, old: str = "old", same: str = "") -> str:
    """Rename the web of the first import of a name; one whose module is `same` means the same."""
    model = model_of(code)

    def means_the_same(binding: Binding) -> bool:
        return binding.target is not None and binding.target[0] == same

    binding = next(b for b in model.bindings_of(old) if b.kind in IMPORTS)
    renamer = Renamer(model, Places(model))
    edits = renamer.rename(Webs(model).of(binding), new, means_the_same)
    applied = apply_edits(code, edits)
    assert not applied.skipped
    return applied.text


@pytest.mark.parametrize(("before", "after"), [pytest.param(*c[1:], id=c[0]) for c in RENAMED])
def test_renamed(before: str, after: str) -> None:
    assert renamed(before, "new") == after


@pytest.mark.parametrize(("code", "reason"), [pytest.param(*c[1:], id=c[0]) for c in REFUSED])
def test_refused(code: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        renamed(code, "new")
    assert reason in refused.value.reason


def test_a_name_that_classes_mangle_is_refused() -> None:
    with pytest.raises(Refusal, match="`__old` goes by another name inside classes"):
        renamed(PRIVATE, "new", old="__old")


def test_a_new_name_that_classes_mangle_is_refused() -> None:
    """`__new` inside a class would be read as `_C__new`."""
    with pytest.raises(Refusal):
        renamed("import old\nclass C:\n def f(self): old", "__new")


@pytest.mark.parametrize("new", ["class", "None", "async"])
def test_keywords_are_refused(new: str) -> None:
    with pytest.raises(Refusal, match=f"`{new}` is a keyword"):
        renamed("import old\nold", new)


def test_a_binding_that_means_the_same_is_not_in_the_way() -> None:
    code = "from a import old\nfrom a import new\nold, new"
    assert renamed(code, "new", same="a") == "from a import old\nfrom a import new\nnew, new"
    with pytest.raises(Refusal):
        renamed(code, "new", same="b")


def test_a_local_that_means_the_same_is_not_in_the_way() -> None:
    code = "from a import old\ndef f():\n from a import new\n old"
    assert renamed(code, "new", same="a").endswith("import new\n new")


def test_dotted_names() -> None:
    assert renamed("import old\nold.x(old)", "new.sub") == "import old\nnew.sub.x(new.sub)"


@pytest.mark.parametrize("code", ["import old\nold.x = 1", "import old\n__all__ = ['old']"])
def test_dotted_names_are_refused_where_a_name_must_stand(code: str) -> None:
    with pytest.raises(Refusal, match="listed or assigned to"):
        renamed(code, "new.sub")


def test_the_dotted_name_s_first_part_must_be_free() -> None:
    with pytest.raises(Refusal, match="`new` on line 2"):
        renamed("import old\ndef f(new): old", "new.sub")


def test_what_is_covered_is_left_alone() -> None:
    code = "import old\nold.a, old"
    model = model_of(code)
    web = Webs(model).of(next(model.bindings_of("old")))
    covered = [id(web.references[0].node)]
    edits = Renamer(model, Places(model)).rename(web, "new", lambda binding: False, covered)
    assert apply_edits(code, edits).text == "import old\nold.a, new"


@pytest.mark.parametrize(
    "before", [pytest.param(case[1], id=case[0]) for case in RENAMED if "nonlocal" not in case[1]]
)
def test_scopes_are_the_same_but_for_the_name(before: str) -> None:
    """`symtable` sees the same names, of the same kinds, in the same scopes."""
    after = renamed(before, "new_")
    tables = [symtable.symtable(text, "x.py", "exec") for text in (before, after)]
    while tables:
        one, two = tables.pop(0), tables.pop(0)
        pairs = list(zip(one.get_children(), two.get_children(), strict=True))
        tables += [table for pair in pairs for table in pair]
        names = {s.get_name() for s in one.get_symbols()} ^ {
            s.get_name() for s in two.get_symbols()
        }
        assert names <= {"old", "new_"}


DYNAMIC = (
    ("nothing", "import old\n'old'", None),
    ("globals", "import old\nglobals()['old']", 2),
    ("globals elsewhere", "import old\nx = 'old'\n\ndef f(): return globals()[x]", 2),
    ("locals", "import old\nlocals()['old']", 2),
    ("vars", "import old\nvars()['old']", 2),
    ("vars of an object", "import old\nvars(x)['old']", None),
    ("a word of a longer string", "import old\nglobals()['an old one']", None),
    ("eval", "import old\neval('old.x + 1')", 2),
    ("exec", "import old\nexec('old()', {})", 2),
    ("eval of a longer word", "import old\neval('older')", None),
    ("a docstring beside eval", "'''Uses old.\n\nAnd more.'''\nimport old\neval(x)", None),
    ("`globals` of its own", "import old\ndef globals(): ...\nglobals()['old']", None),
    ("method of that name", "import old\nx.globals()['old']", None),
    ("not called", "import old\nglobals\n'old'", None),
    ("`__all__`", "import old\nglobals()\n__all__ = ['old']", None),
)


@pytest.mark.parametrize(("code", "line"), [pytest.param(*c[1:], id=c[0]) for c in DYNAMIC])
def test_dynamic_use(code: str, line: int | None) -> None:
    assert dynamic_use(model_of(code), "old", ()) == line


def test_strings_that_are_known_are_no_dynamic_use() -> None:
    model = model_of("globals()\npatch('old')")
    strings = [n for n in ast.walk(model.tree) if isinstance(n, ast.Constant)]
    assert dynamic_use(model, "old", [id(node) for node in strings]) is None


def test_builtins_are_captured() -> None:
    with pytest.raises(Refusal, match="`len` on line 2"):
        renamed("import old\nlen(old)", "len")
