"""SSOT008 in blocks of code, which are read as Python is: what is told, and what they become."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.texts.blocks import PS1, PS2
from tests.rules.test_deprecated_text_reference import (
    Case,
    cases,
    marked,
    planned,
    project,
    tasks_of,
    unmarked,
    variants,
)


def fenced(code: str, kind: str = "python") -> str:
    return f"```{kind}\n{code.rstrip()}\n```\n"


def notebook(*cells: str | list[str], indent: int | None = 1) -> str:
    """Return a notebook of code cells, in Jupyter's order of keys."""
    every = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {"source": ["import pkg"], "cell_type": "raw"},
            "outputs": [{"data": {"text/plain": ["[{pkg"]}}],
            "source": cell,
        }
        for cell in cells
    ]
    document = {"cells": every, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=indent, ensure_ascii=False) + "\n"


IMPORTS = (
    ("an alias", "import «pkg.legacy» as z\nz.X()", "import pkg.modern as z\nz.X()"),
    ("a module", "import «pkg.legacy»\npkg.legacy.X()", "import pkg.modern\npkg.modern.X()"),
    (
        "an attribute",
        "import pkg.old as z\ne = «z.OldEngine»(1)",
        "import pkg.new as z\ne = z.NewEngine(1)",
    ),
    (
        "a module from its package",
        "from pkg import old\nx: «old.OldEngine»",
        "from pkg import new\nx: new.NewEngine",
    ),
    (
        "several names",
        "from pkg.old import «OldEngine» as E, «make_engine», other\nE(make_engine(other))",
        "from pkg.old import other\nfrom pkg.new import NewEngine as E\n"
        "from pkg.made import make_engine\nE(make_engine(other))",
    ),
    (
        "over several lines",
        "from pkg.old import (\n    «OldEngine»,  # it\n    other,\n)\nOldEngine(other)",
        "from pkg.old import (\n    other,\n)\n"
        "from pkg.new import NewEngine  # it\nNewEngine(other)",
    ),
    (
        "what is imported already",
        "from pkg.new2 import x\nfrom pkg.old import «make_engine»\nmake_engine()",
        "from pkg.new2 import x\nfrom pkg.made import make_engine\nmake_engine()",
    ),
    (
        "in a function",
        "def f():\n    from pkg.old import «OldEngine»\n\n    return OldEngine()",
        "def f():\n    from pkg.new import NewEngine\n\n    return NewEngine()",
    ),
    (
        "a name that is hidden",
        "from pkg.old import «OldEngine»\ndef f(OldEngine):\n    OldEngine()\nOldEngine()",
        "from pkg.new import NewEngine\ndef f(OldEngine):\n    OldEngine()\nNewEngine()",
    ),
    (
        "a string that is resolved, and another",
        "from unittest.mock import patch\npatch(«\"pkg.old.OldEngine\"»)\nx = 'OldEngine'",
        "from unittest.mock import patch\npatch(\"pkg.new.NewEngine\")\nx = 'OldEngine'",
    ),
    (
        "a base class",
        "from pkg.old import «OldEngine»\nclass A(OldEngine): ...",
        "from pkg.new import NewEngine\nclass A(NewEngine): ...",
    ),
    (
        "an ellipsis",
        "from pkg.old import «OldEngine»\ne = OldEngine(...)\n...",
        "from pkg.new import NewEngine\ne = NewEngine(...)\n...",
    ),
    (
        "a comment beside",
        "from pkg.old import «OldEngine»  # of «pkg.legacy»\n# «pkg.old.OldEngine»",
        "from pkg.new import NewEngine  # of pkg.modern\n# pkg.new.NewEngine",
    ),
    (
        "a call that waits",
        "from pkg.calls import «Called»\n\n\nasync def f(r):\n    return «Called»(r, a=1).b",
        "from pkg.called import Renewed\n\n\nasync def f(r):\n"
        "    return (await Renewed.build(r, a=1)).b",
    ),
    (
        "a call by an alias, over several lines",
        "import pkg.calls as c\nasync def f(r):\n"
        "    x = «c.Called»(\n        r,\n        1,\n    )",
        "import pkg.called as c\nasync def f(r):\n"
        "    x = await c.Renewed.build(\n        r,\n        1,\n    )",
    ),
    ("wide characters", "x = 'é𝒳'; import «pkg.legacy»", "x = 'é𝒳'; import pkg.modern"),
)


def prompts(code: str) -> str:
    lines = []
    rows = code.splitlines()
    for number, line in enumerate(rows):
        further = next((row for row in rows[number:] if row), "")
        goes_on = further.startswith((" ", ")"))
        prompt = PS2 if goes_on else PS1
        lines.append(prompt + line if line else prompt.strip(" >"))
    return "\n".join(lines) + "\n"


def indented(text: str, margin: str) -> str:
    return textwrap.indent(text, margin, lambda line: True)


PLACES: dict[str, Callable[[str], str]] = {
    "fence.md": lambda code: f"OldEngine\n\n{fenced(code)}\nOldEngine\n",
    "list.md": lambda code: f"1. x\n   - y\n\n{indented(fenced(code), '     ')}",
    "quote.md": lambda code: f"x\n\n{indented(fenced(code), '> ')}\ny\n",
    "quotes.md": lambda code: f"{indented(fenced(code), '> > ')}\ny\n",
    "tabs.md": lambda code: f"- x\n\n{indented(fenced(code), chr(9))}\ny\n",
    "tildes.mdx": lambda code: f"~~~~ {{.python title=x}}\n{code}\n```\n~~~~\n".replace(
        "```\n", ""
    ),
    "directive.rst": lambda code: (
        ".. code-block:: python\n   :linenos:\n\n"
        + textwrap.indent(code, "   ")
        + "\n\nOldEngine\n"
    ),
    "literal.rst": lambda code: f"Do::\n\n{textwrap.indent(code, '    ')}\n\nOldEngine\n",
    "in_list.rst": lambda code: f"- Do::\n\n{textwrap.indent(code, '    ')}\n\n- OldEngine\n",
    "prompts.rst": lambda code: f"Do:\n\n{prompts(code)}OldEngine\n",
    "prompts.md": lambda code: fenced(prompts(code), "pycon"),
    "prompts.txt": prompts,
    "docstring.py": lambda code: (
        f'def f():\n    """Do.\n\n{indented(prompts(code), "    ")}    """\n'
    ),
    "raw.py": lambda code: f'class A:\n\tr"""{indented(prompts(code), chr(9))[1:]}\t"""\n',
    "rst.py": lambda code: f'"""Do::\n\n{textwrap.indent(code, "    ")}\n"""\n',
    "fence.py": lambda code: f"'''Do.\n\n{fenced(code)}'''\n",
    "lines.ipynb": lambda code: notebook(["import x\n", "x"], code.splitlines(keepends=True)),
    "string.ipynb": lambda code: notebook("x = 1", code),
    "compact.ipynb": lambda code: notebook(code.splitlines(keepends=True), indent=None),
}
BY_PLACE = [
    Case(f"{title} in {path}", path, place(before), place(after))
    for path, place in PLACES.items()
    for title, before, after in IMPORTS
]


@pytest.mark.parametrize("case", cases(tuple(BY_PLACE)))
def test_blocks_are_told_and_fixed_as_python_is(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


def check(case: Case, folder: Path) -> None:
    """Assert what is told of a case, and what becomes of it, in every variant."""
    project(folder)
    path = folder / case.path
    assert case.after is not None
    pairs = zip(variants(case.text, case.path), variants(case.after, case.path), strict=True)
    for before, after in pairs:
        path.write_bytes(unmarked(before))
        result = check_each(tasks_of(folder, path), jobs=1, parses_all=False, with_texts=True)
        assert marked(path, result) == before
        [change] = planned(folder, path).changes
        assert change.after.decode("utf-8", "replace") == after.decode("utf-8", "replace")
        path.write_bytes(change.after)
        again = planned(folder, path)
        assert not again.changes
        assert not again.left


WAYS = (
    Case(
        "an import in one cell, a use in another",
        "a.ipynb",
        notebook(["from pkg.old import «OldEngine»\n", "\n"], "x = 1", ["OldEngine()\n"]),
        notebook(["from pkg.new import NewEngine\n", "\n"], "x = 1", ["NewEngine()\n"]),
    ),
    Case(
        "magics",
        "a.ipynb",
        notebook(
            ["%matplotlib inline\n", "!pip install x\n", "x = !ls\n", "import «pkg.legacy»\n"],
            "%%bash\npython -c 'x('\n",
            ["%%time\n", "if x:\n", "    !ls {x}\n", "«pkg.legacy».X?\n", "?pkg\n"],
            ["pkg.legacy.X()"],
        ),
        notebook(
            ["%matplotlib inline\n", "!pip install x\n", "x = !ls\n", "import pkg.modern\n"],
            "%%bash\npython -c 'x('\n",
            ["%%time\n", "if x:\n", "    !ls {x}\n", "pkg.modern.X?\n", "?pkg\n"],
            ["pkg.modern.X()"],
        ),
    ),
    Case(
        "what is measured",
        "a.ipynb",
        notebook(
            ["from pkg.old import «OldEngine»\n", "%timeit -n 10 OldEngine(1)\n", "%%time\n"],
            ["%time x = OldEngine()\n", "if x:\n", "    %prun OldEngine(x)"],
            ["%%timeit\n", "OldEngine()"],
        ),
        notebook(
            ["from pkg.new import NewEngine\n", "%timeit -n 10 NewEngine(1)\n", "%%time\n"],
            ["%time x = NewEngine()\n", "if x:\n", "    %prun NewEngine(x)"],
            ["%%timeit\n", "NewEngine()"],
        ),
    ),
    Case(
        "a cell that is no Python",
        "a.ipynb",
        notebook("import «pkg.legacy» as z", "x = (", "z.X()"),
        notebook("import pkg.modern as z", "x = (", "z.X()"),
    ),
    Case(
        "a cell that waits",
        "a.ipynb",
        notebook("from pkg.calls import «Called»", 'e = «Called»("\\"é", 1)'),
        notebook("from pkg.called import Renewed", 'e = await Renewed.build("\\"é", 1)'),
    ),
    Case(
        "examples with output between them",
        "a.py",
        """def f():
    \"\"\">>> from pkg.old import «OldEngine»
    >>> for x in y:
    ...     OldEngine()
    OldEngine()
    ...
    OldEngine()
    >>> OldEngine
    <OldEngine>
    \"\"\"
""",
        """def f():
    \"\"\">>> from pkg.new import NewEngine
    >>> for x in y:
    ...     NewEngine()
    OldEngine()
    ...
    OldEngine()
    >>> NewEngine
    <OldEngine>
    \"\"\"
""",
    ),
    Case(
        "an example that is no Python",
        "a.rst",
        ">>> from pkg.old import «OldEngine»\n>>> x = (\nSyntaxError\n>>> OldEngine\n",
        ">>> from pkg.new import NewEngine\n>>> x = (\nSyntaxError\n>>> NewEngine\n",
    ),
    Case(
        "escapes of a docstring",
        "a.py",
        '"""\n>>> from pkg.old import «OldEngine»\n>>> OldEngine("\\\\n", \\"x\\", "\\t")\n"""\n',
        '"""\n>>> from pkg.new import NewEngine\n>>> NewEngine("\\\\n", \\"x\\", "\\t")\n"""\n',
    ),
    Case(
        "blocks that are programs of their own",
        "a.md",
        f"{fenced('import «pkg.legacy» as z')}\n{fenced('z = 1')}",
        f"{fenced('import pkg.modern as z')}\n{fenced('z = 1')}",
    ),
    Case(
        "examples in the docstring of an example",
        "a.md",
        fenced(
            'def f():\n    """\n    >>> from pkg.old import «OldEngine»\n    """\n'
            "from pkg.old import «OldEngine» as E\nE()"
        ),
        fenced(
            'def f():\n    """\n    >>> from pkg.new import NewEngine\n    """\n'
            "from pkg.new import NewEngine as E\nE()"
        ),
    ),
    Case(
        "a fence in a literal block",
        "a.py",
        '"""Do::\n\n    ```python\n    import «pkg.legacy»\n    ```\n"""\n',
        '"""Do::\n\n    ```python\n    import pkg.modern\n    ```\n"""\n',
    ),
    Case(
        "cells of a text",
        "a.md",
        f"{fenced('from pkg.old import «OldEngine»', '{code-cell} ipython3')}\n"
        f"{fenced('OldEngine()', '{code-cell} ipython3')}",
        f"{fenced('from pkg.new import NewEngine', '{code-cell} ipython3')}\n"
        f"{fenced('NewEngine()', '{code-cell} ipython3')}",
    ),
    Case(
        "a relative import",
        "pkg/a.md",
        fenced("from .old import «OldEngine» as E\nfrom . import «legacy»\nlegacy.x"),
        fenced("from .new import NewEngine as E\nfrom . import modern\nmodern.x"),
    ),
    Case(
        "beside a module of its own name",
        "pkg/legacy.md",
        fenced("from pkg import «legacy»\nlegacy.x"),
        fenced("from pkg import modern\nmodern.x"),
    ),
)


@pytest.mark.parametrize("case", cases(WAYS))
def test_what_is_one_program(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


LEFT = (
    Case(
        "what does not parse",
        "a.md",
        fenced("from pkg.old import «OldEngine»\n\ne = OldEngine(a, …)"),
        left="the block of code does not parse",
    ),
    Case(
        "a call that cannot wait",
        "a.md",
        "x\n" * 9 + fenced("from pkg.calls import «Called»\n\n\ndef f():\n    «Called»(1)"),
        left="needs `await`, thus an async function",
    ),
    Case(
        "a call for which a factory is to be asked",
        "a.rst",
        ">>> from pkg.shared import «Shared»\n>>> «Shared»(1)\n",
        left="a person has to write `Owned.create(...)`",
    ),
    Case(
        "a name that is used in what is no Python",
        "a.ipynb",
        notebook("from pkg.old import «OldEngine»", "%run OldEngine", "OldEngine()"),
        left="what is no Python there names it",
    ),
    Case(
        "an import in what is no Python",
        "a.ipynb",
        notebook("from pkg.old import «OldEngine»\nx = (", "OldEngine()"),
        left="code that does not parse",
    ),
    Case(
        "an import in an example that is no Python",
        "a.rst",
        ">>> x = ( from pkg.old import «OldEngine»\n\n>>> OldEngine()\n",
        left="code that does not parse",
    ),
    Case(
        "a star import",
        "a.md",
        fenced("from pkg.old import «*»\nOldEngine()"),
        left="name what is used instead",
    ),
    Case(
        "two of which one is to stay",
        "a.md",
        fenced("from pkg.old import «OldEngine»  # deprecated\nimport «pkg.legacy»"),
        left="speaks of a change",
    ),
    *(
        Case(
            f"how not to do it: {mark}",
            "a.md",
            f"{above}{fenced(code)}",
            left="shown as a mistake",
        )
        for mark, above, code in (
            ("a cross", "", "from pkg.old import «OldEngine»  # \u274c not so"),
            ("a comment", "", "# Anti-pattern:\nfrom pkg.old import «OldEngine»\nOldEngine.x"),
            ("two lines above", "Wrong:\n", "from pkg.old import «OldEngine»"),
        )
    ),
    Case(
        "beside the new name",
        "a.md",
        fenced("from pkg.old import «OldEngine»\nfrom pkg.new import NewEngine"),
        left="names the new one",
    ),
    Case(
        "a name that is taken",
        "a.md",
        fenced("from pkg.old import «OldEngine»\nNewEngine = OldEngine"),
        left="NewEngine",
    ),
    Case(
        "nothing to be put in its place",
        "a.md",
        fenced("from pkg.old import «Gone»\nGone()"),
        left="no replacement",
    ),
)


@pytest.mark.parametrize("case", cases(LEFT))
def test_a_block_is_left_as_a_whole_with_the_reason(case: Case, tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / case.path
    for data in variants(case.text, case.path):
        path.write_bytes(unmarked(data))
        result = check_each(tasks_of(tmp_path, path), jobs=1, parses_all=False, with_texts=True)
        assert marked(path, result) == data
        report = planned(tmp_path, path, unsafe=True)
        assert not report.changes
        assert report.left
        assert all(case.left in one.violation.unfixable_because for one in report.left)


def test_reasons_name_the_lines_of_the_text(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "a.md"
    path.write_text("x\n" * 9 + fenced("from pkg.calls import Called\n\ndef f():\n    Called(1)"))
    reasons = {left.violation.unfixable_because for left in planned(tmp_path, path).left}
    assert reasons == {"the call on line 14 needs `await`, thus an async function"}


def test_what_does_not_parse_is_told_in_doubt(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "a.md"
    path.write_text(fenced("from pkg.old import OldEngine\n\nprint OldEngine"))
    [result] = check_each(tasks_of(tmp_path, path), jobs=1, with_texts=True)
    [finding] = result.findings
    assert "[uncertain: the block of code does not parse]" in finding.violation.message


def test_what_has_no_replacement_stays_beside_what_has_one(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "a.md"
    path.write_text(fenced("from pkg.old import OldEngine, Gone\nOldEngine(Gone)"))
    report = planned(tmp_path, path)
    [change] = report.changes
    assert change.after.decode() == fenced(
        "from pkg.old import Gone\nfrom pkg.new import NewEngine\nNewEngine(Gone)"
    )
    assert [one.violation.unfixable_because for one in report.left] == ["it has no replacement"]


def test_messages_are_those_of_texts_and_of_the_rules(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "a.md"
    code = "import pkg.calls as c\nfrom pkg.old import OldEngine as E\nasync def f(r): c.Called(r)"
    path.write_text(fenced(code))
    [result] = check_each(tasks_of(tmp_path, path), jobs=1, with_texts=True)
    assert [finding.violation.message for finding in result.findings] == [
        "text imports deprecated `pkg.old.OldEngine`; use `from pkg.new import NewEngine as E`"
        " [fix: safe] (M1)",
        "direct instantiation of deprecated `pkg.calls.Called`;"
        " use `await Renewed.build(registry, ...)` [fix: safe] (M1)",
    ]
    assert {finding.violation.code for finding in result.findings} == {"SSOT008"}
    assert result.references == {"text": 2}


def test_an_unsafe_plan_of_a_block_is_unsafe(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "pkg/either.py").write_text(
        "try:\n    from pkg.old import OldEngine\nexcept ImportError:\n    OldEngine = None\n"
    )
    path = tmp_path / "a.md"
    path.write_text("In pkg.old:\n\n" + fenced("from pkg.either import OldEngine\nOldEngine()"))
    [left] = planned(tmp_path, path).left
    assert "`--unsafe` does it" in left.violation.unfixable_because
    [change] = planned(tmp_path, path, unsafe=True).changes
    assert b"from pkg.new import NewEngine\nNewEngine()" in change.after


def test_many_blanks_and_long_strings_are_no_matter(tmp_path: Path) -> None:
    project(tmp_path)
    blanks = " " * 200_000
    code = f"import pkg.legacy as z\nx = (\n{blanks}!\n"
    texts = {
        "a.md": f"{fenced(code)}\n{blanks}```\n>{blanks}>>> z\n",
        "a.rst": f"Do::{blanks}x\n\n.. code::{blanks}x\n\n>>> import pkg.legacy\n>>> {blanks}?\n",
        "a.ipynb": notebook(code, f"z = '{blanks}'", "y\n" * 20_000),
        "a.py": f'"""Do::{blanks}x\n\n>>> import pkg.legacy\n>>> {blanks}%\n"""\n',
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.write_text(text)
        [result] = check_each(tasks_of(tmp_path, path), jobs=1, with_texts=True)
        assert [finding.violation.symbol.last for finding in result.findings] == ["legacy"]


def test_what_is_no_utf8_stays_as_it_is(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "a.md"
    path.write_bytes(b"```python\nfrom pkg.old import OldEngine  # \xff\nOldEngine('\xfe')\n```\n")
    [change] = planned(tmp_path, path).changes
    assert change.after == (
        b"```python\nfrom pkg.new import NewEngine  # \xff\nNewEngine('\xfe')\n```\n"
    )
    code = b"from pkg.calls import Called\nasync def f():\n    Called('\xfe')\n"
    path.write_bytes(b"```python\n" + code + b"```\n")
    report = planned(tmp_path, path)
    assert not report.changes or report.changes[0].after.count(b"\xfe") == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("x = " + "+".join(["1"] * 20_000), id="a sum"),
        pytest.param("x = " + "a." * 20_000 + "b", id="a chain"),
        pytest.param("x = " + "(" * 5_000 + ")" * 5_000, id="brackets"),
        pytest.param("x = '\0'", id="a NUL in it"),
    ],
)
def test_code_that_is_too_deep_is_no_matter(code: str, tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "a.md"
    path.write_text("x\n" * 5_000 + fenced(f"from pkg.old import make_engine\n{code}"))
    [result] = check_each(tasks_of(tmp_path, path), jobs=1, with_texts=True)
    assert result.error is None
    assert [finding.violation.symbol.last for finding in result.findings] == ["make_engine"]
    planned(tmp_path, path)
