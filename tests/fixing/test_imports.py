"""Import statements: what stays, what goes where, and that no comment is lost on the way."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from flake8_ssot_engine.edits import apply_edits
from flake8_ssot_engine.fixing.imports import Change, NewImport, change_statement
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.source import SourceFile

Alias = tuple[str | None, str, str | None]
"""Module with its leading dots (None for a plain import), name, `as`."""


@dataclass(frozen=True)
class Case:
    """A text whose first import statement is changed.

    `replaced` gives, by position, what each alias becomes, as a statement (None: dropped).
    """

    title: str
    before: str
    replaced: dict[int, str | None]
    after: str
    added: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """The same where the answer is a Refusal."""

    title: str
    before: str
    replaced: dict[int, str | None]
    added: tuple[str, ...] = field(default=())


N_B = "from n import b"

IN_PLACE = (
    Case("another module", "from a import b\n", {0: N_B}, "from n import b\n"),
    Case("another name", "from a import b\n", {0: "from a import c"}, "from a import c\n"),
    Case("module and name", "from a import b\n", {0: "from n import c"}, "from n import c\n"),
    Case("no final newline", "from a import b", {0: N_B}, "from n import b"),
    Case(
        "alias kept",
        "from a import b as x\n",
        {0: "from n import c as x"},
        "from n import c as x\n",
    ),
    Case(
        "alias gained", "from a import b\n", {0: "from n import c as b"}, "from n import c as b\n"
    ),
    Case("alias lost", "from a import b as c\n", {0: "from n import c"}, "from n import c\n"),
    Case("nothing", "from a import b\n", {}, "from a import b\n"),
    Case("the same", "from a import b\n", {0: "from a import b"}, "from a import b\n"),
    Case(
        "all names go to one module",
        "from a import b, c as d\n",
        {0: N_B, 1: "from n import c as d"},
        "from n import b, c as d\n",
    ),
    Case(
        "one name of several, in the same module",
        "from a import b as x, c\n",
        {0: "from a import d as x"},
        "from a import d as x, c\n",
    ),
    Case("star", "from a import *\n", {0: "from n import *"}, "from n import *\n"),
    Case("dotted module", "from a.b import c\n", {0: "from n.m import c"}, "from n.m import c\n"),
    Case("spaces in the module", "from a . b import c\n", {0: N_B}, "from n import b\n"),
    Case(
        "module spelled with spaces stays",
        "from a . b import c, d\n",
        {0: "from a.b import e"},
        "from a . b import e, d\n",
    ),
    Case("parentheses", "from a import (b)\n", {0: N_B}, "from n import (b)\n"),
    Case("trailing comma", "from a import (b,)\n", {0: N_B}, "from n import (b,)\n"),
    Case("no blank", "from a import(b)\n", {0: N_B}, "from n import(b)\n"),
    Case("pragma", "from a import b  # noqa: F401\n", {0: N_B}, "from n import b  # noqa: F401\n"),
    Case("comment", "from a import b  # why\n", {0: N_B}, "from n import b  # why\n"),
    Case("a module named import_", "from import_ import b\n", {0: N_B}, "from n import b\n"),
    Case("a name as the keyword", "from a import b_import\n", {0: N_B}, "from n import b\n"),
    Case("backslash", "from a \\\n    import b\n", {0: N_B}, "from n \\\n    import b\n"),
    Case("backslash first", "from \\\n  a import b\n", {0: N_B}, "from \\\n  n import b\n"),
    Case("backslash last", "from a import \\\n  b\n", {0: N_B}, "from n import \\\n  b\n"),
    Case("backslash, CRLF", "from a \\\r\n import b\r\n", {0: N_B}, "from n \\\r\n import b\r\n"),
    Case("tab between", "from\ta\timport\tb\n", {0: N_B}, "from\tn\timport\tb\n"),
    Case("function", "def f():\n  from a import b\n", {0: N_B}, "def f():\n  from n import b\n"),
    Case("one line", "if x: from a import b\n", {0: N_B}, "if x: from n import b\n"),
    Case("class on one line", "class C: from a import b\n", {0: N_B}, "class C: from n import b\n"),
    Case(
        "semicolons", "x = 1; from a import b; y = 2\n", {0: N_B}, "x = 1; from n import b; y = 2\n"
    ),
    Case("wide characters", '"é𝒳"; from a import b\n', {0: N_B}, '"é𝒳"; from n import b\n'),
    Case(
        "every comment stays",
        "from a import (  # one\n    # two\n    b,  # three\n    # four\n)  # five\n",
        {0: N_B},
        "from n import (  # one\n    # two\n    b,  # three\n    # four\n)  # five\n",
    ),
)

RELATIVE = (
    Case("no blank", "from.a import b\n", {0: "from .n import b"}, "from.n import b\n"),
    Case("to absolute, no blank", "from.a import b\n", {0: N_B}, "from n import b\n"),
    Case("to absolute", "from .a import b\n", {0: N_B}, "from n import b\n"),
    Case("to absolute from above", "from ...a import b\n", {0: N_B}, "from n import b\n"),
    Case("to relative", "from a import b\n", {0: "from ..n import b"}, "from ..n import b\n"),
    Case("dot alone", "from . import a\n", {0: "from .x import a"}, "from .x import a\n"),
    Case(
        "dot alone, no blank after",
        "from .import a\n",
        {0: "from .x import a"},
        "from .x import a\n",
    ),
    Case("dot alone, no blank", "from.import a\n", {0: "from .x import a"}, "from.x import a\n"),
    Case("dot alone, no blank, absolute", "from.import a\n", {0: N_B}, "from n import b\n"),
    Case("no blank anywhere", "from.import(a)\n", {0: N_B}, "from n import(b)\n"),
    Case("dot alone to absolute", "from . import a\n", {0: N_B}, "from n import b\n"),
    Case("dots alone", "from ... import a\n", {0: "from .. import a"}, "from .. import a\n"),
    Case("to a dot alone", "from .a import b\n", {0: "from . import b"}, "from . import b\n"),
    Case(
        "to a dot alone, no blank", "from.a import b\n", {0: "from . import b"}, "from. import b\n"
    ),
    Case(
        "absolute to a dot alone", "from a import b\n", {0: "from . import b"}, "from . import b\n"
    ),
    Case("dots apart", "from . . a import b\n", {0: N_B}, "from n import b\n"),
    Case(
        "split",
        "from . import a, b\n",
        {0: "from .x import a"},
        "from . import b\nfrom .x import a\n",
    ),
    Case(
        "dots apart are the same module",
        "from . . a import b, c\n",
        {0: "from ..a import d"},
        "from . . a import d, c\n",
    ),
)

SPLIT = (
    Case("first", "from a import b, c\n", {0: N_B}, "from a import c\nfrom n import b\n"),
    Case("last", "from a import b, c\n", {1: N_B}, "from a import b\nfrom n import b\n"),
    Case("middle", "from a import b, c, d\n", {1: N_B}, "from a import b, d\nfrom n import b\n"),
    Case("no final newline", "from a import b, c", {0: N_B}, "from a import c\nfrom n import b"),
    Case(
        "two of three to one module",
        "from a import b, c, d\n",
        {0: N_B, 2: "from n import d"},
        "from a import c\nfrom n import b, d\n",
    ),
    Case(
        "two of three to two modules",
        "from a import b, c, d\n",
        {0: N_B, 2: "from m import d"},
        "from a import c\nfrom n import b\nfrom m import d\n",
    ),
    Case(
        "all, to two modules",
        "from a import b, c\n",
        {0: N_B, 1: "from m import c"},
        "from n import b\nfrom m import c\n",
    ),
    Case(
        "all, to three modules, the first twice",
        "from a import b, c, d, e\n",
        {0: N_B, 1: "from m import c", 2: "from n import d", 3: "from o import e"},
        "from n import b, d\nfrom m import c\nfrom o import e\n",
    ),
    Case(
        "both become the same",
        "from a import b, c\n",
        {0: N_B, 1: N_B},
        "from n import b\n",
    ),
    Case(
        "both become the same and another stays",
        "from a import b, c, d\n",
        {0: N_B, 1: N_B},
        "from a import d\nfrom n import b\n",
    ),
    Case("parentheses", "from a import (b, c)\n", {0: N_B}, "from a import (c)\nfrom n import b\n"),
    Case(
        "parentheses, last",
        "from a import (b, c)\n",
        {1: N_B},
        "from a import (b)\nfrom n import b\n",
    ),
    Case(
        "trailing comma",
        "from a import (b, c,)\n",
        {1: N_B},
        "from a import (b,)\nfrom n import b\n",
    ),
    Case("no blanks", "from a import(b,c)\n", {0: N_B}, "from a import(c)\nfrom n import b\n"),
    Case(
        "lines, first",
        "from a import (\n    b,\n    c,\n)\n",
        {0: N_B},
        "from a import (\n    c,\n)\nfrom n import b\n",
    ),
    Case(
        "lines, last",
        "from a import (\n    b,\n    c,\n)\n",
        {1: N_B},
        "from a import (\n    b,\n)\nfrom n import b\n",
    ),
    Case(
        "lines, last without comma",
        "from a import (\n    b,\n    c\n)\n",
        {1: N_B},
        "from a import (\n    b,\n)\nfrom n import b\n",
    ),
    Case(
        "lines that hold several",
        "from a import (\n    b, c,\n    d, e,\n)\n",
        {1: N_B, 2: "from n import d"},
        "from a import (\n    b,\n    e,\n)\nfrom n import b, d\n",
    ),
    Case(
        "lines, all, to two modules",
        "from a import (\n    b,\n    c,\n)\n",
        {0: N_B, 1: "from m import c"},
        "from n import (\n    b,\n)\nfrom m import c\n",
    ),
    Case(
        "commas first, first",
        "from a import (\n    b\n    , c\n)\n",
        {0: N_B},
        "from a import (\n    c\n)\nfrom n import b\n",
    ),
    Case(
        "commas first, last",
        "from a import (\n    b\n    , c\n)\n",
        {1: N_B},
        "from a import (\n    b\n)\nfrom n import b\n",
    ),
    Case(
        "a comment between those that go",
        "from a import (\n    b, c,  # one\n    d, e,\n)\n",
        {1: N_B, 2: "from n import d", 3: "from n import e"},
        "from a import (\n    b,  # one\n)\nfrom n import b, d, e\n",
    ),
    Case(
        "backslashes, first",
        "from a \\\n    import b, \\\n    c\n",
        {0: N_B},
        "from a \\\n    import c\nfrom n import b\n",
    ),
    Case(
        "backslashes, last",
        "from a \\\n    import b, \\\n    c\n",
        {1: N_B},
        "from a \\\n    import b\nfrom n import b\n",
    ),
    Case(
        "backslash before the comma",
        "from a import b \\\n    , c\n",
        {0: N_B},
        "from a import c\nfrom n import b\n",
    ),
    Case(
        "CRLF",
        "from a import b, c\r\nx\r\n",
        {0: N_B},
        "from a import c\r\nfrom n import b\r\nx\r\n",
    ),
    Case("CR", "from a import b, c\rx\r", {0: N_B}, "from a import c\rfrom n import b\rx\r"),
    Case(
        "CRLF, lines",
        "from a import (\r\n    b,  # one\r\n    c,\r\n)\r\nx\r\n",
        {0: N_B},
        "from a import (\r\n    c,\r\n)\r\nfrom n import b  # one\r\nx\r\n",
    ),
    Case(
        "CRLF, no final newline",
        "x\r\nfrom a import b, c",
        {0: N_B},
        "x\r\nfrom a import c\r\nfrom n import b",
    ),
    Case(
        "tabs",
        "if x:\n\tfrom a import b, c\n",
        {0: N_B},
        "if x:\n\tfrom a import c\n\tfrom n import b\n",
    ),
    Case(
        "tabs, lines",
        "if x:\n\tfrom a import (\n\t\tb,\n\t\tc,\n\t)\n",
        {0: N_B},
        "if x:\n\tfrom a import (\n\t\tc,\n\t)\n\tfrom n import b\n",
    ),
    Case(
        "semicolons",
        "x = 1; from a import b, c; y = 2\n",
        {0: N_B},
        "x = 1; from a import c; from n import b; y = 2\n",
    ),
    Case(
        "semicolon before",
        "x = 1; from a import b, c\n",
        {0: N_B, 1: "from m import c"},
        "x = 1; from n import b; from m import c\n",
    ),
    Case(
        "semicolon last",
        "from a import b, c;\n",
        {0: N_B},
        "from a import c; from n import b;\n",
    ),
    Case(
        "semicolon on the next line",
        "from a import b, c \\\n  ; x = 1\n",
        {0: N_B},
        "from a import c; from n import b \\\n  ; x = 1\n",
    ),
    Case(
        "one line",
        "if x: from a import b, c  # why\n",
        {0: N_B},
        "if x: from a import c; from n import b  # why\n",
    ),
    Case(
        "the block starts on the next line by a backslash",
        "if x: \\\n    from a import b, c\n",
        {0: N_B},
        "if x: \\\n    from a import c; from n import b\n",
    ),
    Case(
        "the block starts at the margin by a backslash",
        "if x: \\\nfrom a import b, c\n",
        {0: N_B},
        "if x: \\\nfrom a import c; from n import b\n",
    ),
    Case(
        "wide characters",
        "if '𝒳':\n    from a import (b, c)  # é𝒳\n",
        {0: N_B},
        "if '𝒳':\n    from a import (c)  # é𝒳\n    from n import b\n",
    ),
)

PLAIN = (
    Case("in place", "import a.b\n", {0: "import n.b"}, "import n.b\n"),
    Case("first", "import a, b.c as d\n", {0: "import n"}, "import n, b.c as d\n"),
    Case("alias", "import a, b.c as d\n", {1: "import n.c as d"}, "import a, n.c as d\n"),
    Case(
        "to a from-import",
        "import a, b.c as d\n",
        {1: "from n import c as d"},
        "import a\nfrom n import c as d\n",
    ),
    Case(
        "all to from-imports",
        "import a, b.c as d\n",
        {0: "from n import a", 1: "from n import c as d"},
        "from n import a, c as d\n",
    ),
    Case("from a from-import", "from a import b\n", {0: "import b"}, "import b\n"),
    Case("split", "from a import b, c\n", {0: "import b"}, "from a import c\nimport b\n"),
    Case(
        "split both ways",
        "from a import b, c\n",
        {0: "import b", 1: "from n import c"},
        "import b\nfrom n import c\n",
    ),
    Case("dropped first", "import a, b.c as d\n", {0: None}, "import b.c as d\n"),
    Case("dropped last", "import a, b.c as d\n", {1: None}, "import a\n"),
    Case("kept alive", "import a.b\n", {0: "import n.b"}, "import n.b\nimport a\n", ("import a",)),
    Case("backslash", "import a, \\\n  b\n", {0: "import n"}, "import n, \\\n  b\n"),
)

ADDED = (
    Case(
        "one", "from a import b\n", {}, "from a import b\nfrom c import d\n", ("from c import d",)
    ),
    Case("no final newline", "import a", {}, "import a\nimport b", ("import b",)),
    Case(
        "several, merged by module",
        "from a import b\n",
        {},
        "from a import b\nfrom c import d, e\nimport f\n",
        ("from c import d", "import f", "from c import e", "from c import d"),
    ),
    Case(
        "to a module that the statement gains",
        "from a import b, c\n",
        {0: N_B},
        "from a import c\nfrom n import d, b\n",
        ("from n import d",),
    ),
    Case(
        "one line",
        "if x: import a\n",
        {},
        "if x: import a; from c import d\n",
        ("from c import d",),
    ),
    Case(
        "pragma",
        "from a import b  # type: ignore\n",
        {0: N_B},
        "from n import b  # type: ignore\nfrom m import z  # type: ignore\n",
        ("from m import z",),
    ),
)

COMMENTS = (
    Case(
        "on the alias's line",
        "from a import (\n    b,  # one\n    c,  # two\n)\n",
        {0: N_B},
        "from a import (\n    c,  # two\n)\nfrom n import b  # one\n",
    ),
    Case(
        "on the last alias's line",
        "from a import (\n    b,  # one\n    c  # two\n)\n",
        {1: N_B},
        "from a import (\n    b,  # one\n)\nfrom n import b  # two\n",
    ),
    Case(
        "each with its own alias",
        "from a import (\n    b,  # one\n    c,  # two\n    d,\n)\n",
        {0: N_B, 1: "from m import c"},
        "from a import (\n    d,\n)\nfrom n import b  # one\nfrom m import c  # two\n",
    ),
    Case(
        "of two that go together",
        "from a import (\n    b,  # one\n    c,  # two\n    d,\n)\n",
        {0: N_B, 1: "from n import c"},
        "from a import (\n    d,\n)\nfrom n import (\n    b,  # one\n    c,  # two\n)\n",
    ),
    Case(
        "above the first stays",
        "from a import (\n    # above\n    b,\n    c,\n)\n",
        {0: N_B},
        "from a import (\n    # above\n    c,\n)\nfrom n import b\n",
    ),
    Case(
        "above the last stays",
        "from a import (\n    b,\n    # above\n    c,\n)\n",
        {1: N_B},
        "from a import (\n    b,\n    # above\n)\nfrom n import b\n",
    ),
    Case(
        "that others share stays",
        "from a import (\n    b, c,  # both\n    d,\n)\n",
        {0: N_B},
        "from a import (\n    c,  # both\n    d,\n)\nfrom n import b\n",
    ),
    Case(
        "after the parenthesis stays",
        "from a import (b,  # one\n    c)\n",
        {0: N_B},
        "from a import (  # one\n    c)\nfrom n import b\n",
    ),
    Case(
        "before the comma",
        "from a import (b  # one\n    , c)\n",
        {1: N_B},
        "from a import (b  # one\n    )\nfrom n import b\n",
    ),
    Case(
        "of the statement stays",
        "from a import b, c  # why\n",
        {0: N_B},
        "from a import c  # why\nfrom n import b\n",
    ),
    Case(
        "pragma of the statement is copied",
        "from a import b, c  # noqa: F401\n",
        {0: N_B},
        "from a import c  # noqa: F401\nfrom n import b  # noqa: F401\n",
    ),
    Case(
        "pragma after the parenthesis is copied",
        "from a import (\n    b,\n    c,\n)  # noqa: F401\n",
        {0: N_B},
        "from a import (\n    c,\n)  # noqa: F401\nfrom n import b  # noqa: F401\n",
    ),
    Case(
        "pragma of the alias goes with it",
        "from a import (\n    b,  # noqa: F401\n    c,\n)\n",
        {0: N_B},
        "from a import (\n    c,\n)\nfrom n import b  # noqa: F401\n",
    ),
    Case(
        "not twice",
        "from a import (\n    b,  # noqa\n    c,\n)  # noqa\n",
        {0: N_B},
        "from a import (\n    c,\n)  # noqa\nfrom n import b  # noqa\n",
    ),
    Case(
        "pragma of an alias that is dropped goes",
        "from a import (\n    b,  # noqa: F401\n    c,\n)\n",
        {0: None},
        "from a import (\n    c,\n)\n",
    ),
)

DROPPED = (
    Case("first", "from a import b, c, d\n", {0: None}, "from a import c, d\n"),
    Case("middle", "from a import b, c, d\n", {1: None}, "from a import b, d\n"),
    Case("last", "from a import b, c, d\n", {2: None}, "from a import b, c\n"),
    Case("first and last", "from a import b, c, d\n", {0: None, 2: None}, "from a import c\n"),
    Case("last two", "from a import b, c, d\n", {1: None, 2: None}, "from a import b\n"),
    Case(
        "last two, parentheses",
        "from a import (b, c, d,)\n",
        {1: None, 2: None},
        "from a import (b,)\n",
    ),
    Case("one goes, one is moved", "from a import b, c\n", {0: None, 1: N_B}, "from n import b\n"),
    Case(
        "one goes, one is moved, one stays",
        "from a import b, c, d\n",
        {0: None, 1: N_B},
        "from a import d\nfrom n import b\n",
    ),
    Case("all", "x\nfrom a import b, c\ny\n", {0: None, 1: None}, "x\ny\n"),
    Case("all, no final newline", "x\nfrom a import b", {0: None}, "x\n"),
    Case("all, CRLF", "x\r\nfrom a import b\r\ny\r\n", {0: None}, "x\r\ny\r\n"),
    Case("all, lines", "x\nfrom a import (\n    b,\n)\ny\n", {0: None}, "x\ny\n"),
    Case("all, indented", "if x:\n    from a import b\n    y\n", {0: None}, "if x:\n    y\n"),
    Case("comment above it stays", "# above\nfrom a import b\ny\n", {0: None}, "# above\ny\n"),
    Case("its own comment stays as a line", "from a import b  # why\ny\n", {0: None}, "# why\ny\n"),
    Case(
        "its own comment stays, indented",
        "if x:\n    from a import b  # why\n    y\n",
        {0: None},
        "if x:\n    # why\n    y\n",
    ),
    Case("pragma goes with it", "from a import b  # noqa: F401\ny\n", {0: None}, "y\n"),
    Case("one line", "if x: from a import b\n", {0: None}, "if x: pass\n"),
    Case("semicolons", "x = 1; from a import b; y = 2\n", {0: None}, "x = 1; pass; y = 2\n"),
    Case("semicolon last", "from a import b;\n", {0: None}, "pass;\n"),
    Case("semicolon and comment", "from a import b;  # why\n", {0: None}, "pass;  # why\n"),
    Case("backslash last", "from a import b \\\n\nx\n", {0: None}, "pass \\\n\nx\n"),
    Case(
        "after a backslash",
        "x = 1;\\\n  from a import b\n",
        {0: None},
        "x = 1;\\\n  pass\n",
    ),
    Case("all but what is added", "import a.b\n", {0: None}, "import c\n", ("import c",)),
)

REFUSED = (
    Refused("all dropped, comment inside", "from a import (\n    b,  # one\n)\n", {0: None}),
    Refused("all dropped, comment above", "from a import (\n    # one\n    b,\n)\n", {0: None}),
    Refused(
        "all become plain imports, comment inside",
        "from a import (\n    b,  # one\n)\n",
        {0: "import b"},
    ),
    Refused("one dropped, its comment", "from a import (\n    b,  # one\n    c,\n)\n", {0: None}),
    Refused(
        "comment inside the alias, in place",
        "from a import (b as  # one\n  x)\n",
        {0: "from n import x"},
    ),
    Refused(
        "comment inside the alias, moved",
        "from a import (b as  # one\n  x, c)\n",
        {0: "from n import x"},
    ),
    Refused(
        "no line for the comment, semicolon before",
        "x = 1; from a import (\n    b,  # one\n    c,\n)\n",
        {0: N_B},
    ),
    Refused(
        "no line for the comment, semicolon after",
        "from a import (\n    b,  # one\n    c,\n); x = 1\n",
        {0: N_B},
    ),
    Refused(
        "no line for the comment, one line",
        "if x: from a import (\n    b,  # one\n    c,\n)\n",
        {0: N_B},
    ),
)

TABLES = {
    "in place": IN_PLACE,
    "relative": RELATIVE,
    "split": SPLIT,
    "plain": PLAIN,
    "added": ADDED,
    "comments": COMMENTS,
    "dropped": DROPPED,
}
CASES = [pytest.param(c, id=f"{t}: {c.title}") for t, cases in TABLES.items() for c in cases]


def new_import(statement: str) -> NewImport:
    module, name, alias = next(aliases_of(ast.parse(statement)))
    return NewImport(module, name, alias)


def aliases_of(tree: ast.AST) -> Iterator[Alias]:
    """Yield what the import statements of a tree bring, in order."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((module, alias.name, alias.asname) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((None, alias.name, alias.asname) for alias in node.names)


def first_import(tree: ast.AST) -> ast.Import | ast.ImportFrom:
    return next(n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom)))


def changed(text: str, change: Change) -> str:
    source = SourceFile("x.py", text)
    applied = apply_edits(text, change_statement(source, first_import(source.parse()), change))
    assert not applied.skipped
    return applied.text


def change_of(case: Case | Refused) -> Change:
    replaced = {i: None if new is None else new_import(new) for i, new in case.replaced.items()}
    return Change(replaced, [new_import(statement) for statement in case.added])


def wanted(text: str, change: Change) -> set[Alias]:
    """Return what the first import of a text is to bring, with what the others do."""
    tree = ast.parse(text)
    own = len(first_import(tree).names)
    every = list(aliases_of(tree))
    kept = {
        alias for index, alias in enumerate(every) if index >= own or index not in change.replaced
    }
    new = [new for new in (*change.replaced.values(), *change.added) if new is not None]
    return kept | {(n.module, n.name, n.alias) for n in new}


@pytest.mark.parametrize("case", CASES)
def test_change(case: Case) -> None:
    change = change_of(case)
    assert set(aliases_of(ast.parse(case.after))) == wanted(case.before, change)
    assert changed(case.before, change) == case.after


@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in REFUSED])
def test_refused(case: Refused) -> None:
    with pytest.raises(Refusal, match="a comment inside the import would be lost"):
        changed(case.before, change_of(case))


def test_the_only_statement_of_a_block_leaves_something() -> None:
    assert changed("if x:\n    from a import b\n", Change({0: None})) == "if x:\n    pass\n"


# --- statements in random layouts

NAMES = ["b", "c", "d", "e_import", "as_", "é"]
MODULES = ["a", "n.m", ".a", "..", ".", "import_"]


@dataclass
class Layout:
    """Draws what stands between the tokens of one statement; each comment is another."""

    draw: st.DrawFn
    newline: str
    in_parentheses: bool = False
    comments: int = 0

    def gap(self, *, needed: bool = False) -> str:
        """Return white space; inside parentheses, with lines and comments."""
        found = self.draw(st.sampled_from(["", " ", "  ", "\t", "\\", "line", "blank", "comment"]))
        if found == "\\":
            return f" \\{self.newline}  "
        if found in {"line", "blank", "comment"} and self.in_parentheses:
            lines = self.newline * (2 if found == "blank" else 1)
            comment = f" {self.comment()}" if found == "comment" else ""
            return f"{comment}{lines}  "
        return found if found.isspace() else " " if needed else ""

    def comment(self) -> str:
        self.comments += 1
        return f"# é𝒳 {self.comments}."


@st.composite
def statements(draw: st.DrawFn, layout: Layout) -> str:
    """Return an import statement in some layout."""
    count = draw(st.integers(1, 4))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=count, max_size=count, unique=True))
    bound = [draw(st.sampled_from([None, None, f"x{i}"])) for i in range(count)]
    module = draw(st.sampled_from([None, *MODULES]))
    head = f"import{layout.gap(needed=True)}"
    opening = closing = comma = ""
    if module is not None:
        spelled = layout.gap(needed=not module.startswith(".")) + module
        head = f"from{spelled}{layout.gap(needed=not module.endswith('.'))}import"
        if draw(st.booleans()):
            opening = f"{layout.gap()}("
            layout.in_parentheses = True
            opening, closing = opening + layout.gap(), f"{layout.gap()})"
            comma = f"{layout.gap()}," if draw(st.booleans()) else ""
        else:
            head += layout.gap(needed=True)
    parts = [
        f"{name}{layout.gap(needed=True)}as{layout.gap(needed=True)}{alias}" if alias else name
        for name, alias in zip(names, bound, strict=True)
    ]
    body = parts[0] + "".join(f"{layout.gap()},{layout.gap()}{part}" for part in parts[1:])
    layout.in_parentheses = False
    return head + opening + body + comma + closing


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, str]:
    """Return the lines before those of a statement, these, and the lines after them."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    layout = Layout(draw, newline)
    place = draw(st.sampled_from(["", "    ", "\t", "if y: ", "y = 1; ", "\\", "block \\"]))
    before = f"y = 0  {layout.comment()}{newline}"
    indent = place if place.isspace() else ""
    if indent:
        before += f"if y:{newline}"
    if place == "\\":
        place = f"y = 1; \\{newline}{draw(st.sampled_from(['', '  ']))}"
    if place == "block \\":
        place = f"if y: \\{newline}{draw(st.sampled_from(['', '  ']))}"
    line = place + draw(statements(layout))
    line += draw(st.sampled_from(["", ";", "; z = 1", "  "]))
    line += draw(st.sampled_from(["", f"  {layout.comment()}"])) + newline
    after = f"{indent}z = 2  {layout.comment()}{newline}"  # or a block might be left empty
    return before, line, after


@st.composite
def changes(draw: st.DrawFn, count: int) -> Change:
    """Return a change of a statement that has `count` aliases."""
    news = st.builds(
        NewImport,
        st.sampled_from([None, *MODULES]),
        st.sampled_from(NAMES),
        st.sampled_from([None, "x1", "x2"]),
    )
    replaced = draw(st.dictionaries(st.integers(0, count - 1), st.none() | news))
    return Change(replaced, draw(st.lists(news, max_size=2)))


def comments_of(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def parted(tree: ast.Module) -> tuple[set[str], list[tuple[str, str]]]:
    """Return the blocks that imports stand in, and the other statements with theirs."""
    places: set[str] = set()
    others: list[tuple[str, str]] = []
    stack: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    while stack:
        where, body = stack.pop()
        for node in body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                places.add(where)
            elif isinstance(node, ast.If):
                stack.append((f"{where} if", node.body))
            elif not isinstance(node, ast.Pass):
                others.append((where, ast.unparse(node)))
    return places, others


def test_a_comment_after_a_comma_that_comes_first_stays() -> None:
    text = "from a import(b as x \\\n  , # why\n  c)\n"
    assert "# why" in changed(text, Change({1: None}, []))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_change_of_any_layout(data: st.DataObject) -> None:
    before, line, after = data.draw(files())
    text = before + line + after
    change = data.draw(changes(len(first_import(ast.parse(text)).names)))
    note(repr(text))
    try:
        result = changed(text, change)
    except Refusal:
        statement = ast.get_source_segment(text, first_import(ast.parse(text)))
        assert "#" in (statement or ""), "nothing but a comment is a reason"
        return
    note(repr(result))
    tree = ast.parse(result)
    assert set(aliases_of(tree)) == wanted(text, change)
    after_all = " ".join(comments_of(result))  # two may have become one, on one line
    assert all(comment in after_all for comment in comments_of(text))
    assert result.startswith(before)
    assert result.endswith(after)
    places, others = parted(ast.parse(text))
    new_places, new_others = parted(tree)
    assert new_others == others
    assert new_places <= places
