from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.engine import run
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.fix import fix_files, plan_fixes
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.tasks import Task
from tests.rules.harness import CLOSING, CONFIGURATION, OPENING

FILES = {"pkg/__init__.py": "", "pkg/legacy.py": "X = 1\n", "pkg/modern.py": "X = 1\n"}


@dataclass(frozen=True)
class Case:
    """A file, with «guillemets» round each span that must be reported."""

    title: str
    path: str
    text: str
    after: str | None = None
    """The text when it is fixed; None where nothing is."""
    left: str = ""
    """A part of the reason for the first violation that is not fixed."""
    unsafe: bool = False


NOTEBOOK = """
{
 "cells": [
  {
   "cell_type": "markdown",
   "metadata": {},
   "source": [
    "OldEngine of `PATH` is \\"old\\"."
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "metadata": {},
   "outputs": [],
   "source": [
    "from HOME import NAME\\n",
    "\\n",
    "engine = USE(\\"OldEngine\\")  # an OldEngine\\n"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "metadata": {},
   "outputs": [],
   "source": [
    "USE()"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""


def notebook(path: str, home: str, name: str, use: str) -> str:
    text = NOTEBOOK.replace("PATH", path).replace("HOME", home)
    return text.replace("NAME", name).replace("USE", use)


VALID = (
    Case("a bare name", "a.md", "The `OldEngine` is gone, and so is legacy.\n"),
    Case("a longer name", "a.md", "pkg.old.OldEngine2, xpkg.old.OldEngine, my.pkg.old.OldEngine\n"),
    Case("its home, where only symbols moved", "a.md", "See pkg.old and pkg/old.py.\n"),
    Case("another file of that name", "a.md", "See other/legacy.py and legacy.py.\n"),
    Case("an import of something else", "a.md", "```python\nfrom pkg.old import other\n```\n"),
    Case("a changelog", "CHANGELOG.md", "pkg.old.OldEngine went.\n"),
    Case("an upgrade guide", "docs/MIGRATION-2.md", "pkg.old.OldEngine went.\n"),
    Case("a decision record", "docs/adr/0007-engines.md", "We take pkg.old.OldEngine.\n"),
    Case("a piece of a changelog", "changelog.d/12.rst", "pkg.old.OldEngine went.\n"),
    Case("excluded by configuration", "plans/next.md", "pkg.old.OldEngine must go.\n"),
    Case("ignored for some files", "quiet/a.md", "pkg.old.OldEngine\n"),
    Case("an owner", "bridge.py", "# pkg.old.OldEngine\n"),
    Case("a file that is no text", "a.svg", "<!-- pkg.old.OldEngine -->\n"),
    Case("code", "a.py", "import pkg.legacy\n"),
    Case("a string that Python resolves", "a.py", "x = ['pkg.old.OldEngine']\n"),
    Case("a suppressed comment", "a.py", "# see pkg.old.OldEngine  # noqa: SSOT008\n"),
    Case("a suppressed docstring", "a.py", '"""See\n\npkg.old.OldEngine.\n"""  # noqa: SSOT008\n'),
    Case("nothing", "empty.md", ""),
    Case("the new name", "a.md", "See pkg.new.NewEngine, pkg.modern and pkg/modern.py.\n"),
    Case("an attribute of another module", "a.rst", "See my.pkg.legacy and pkg.legacy_too.\n"),
    Case("words on two lines", "a.txt", "pkg.\nlegacy, pkg. legacy\n"),
    Case("a file of another ending", "a.md", "pkg/legacy.pyc, pkg/legacy.py.bak, pkg/legacy_py\n"),
    Case("a relative import", "a.md", "```python\nfrom .old import OldEngine\n```\n"),
    Case("an attribute", "a.md", "```python\nold.OldEngine()\n```\n"),
    Case("a name in another script", "a.md", "xpkg.legacyé and épkg.legacy\n"),
    Case("code and a comment", "a.py", "import pkg.legacy  # the old one\n"),
    Case("an f-string", "a.py", "x = f'{pkg.old}.OldEngine'\n"),
    Case("code with a string beside it", "a.py", "x = '#', pkg.legacy, '#'\n"),
    Case("the new engine's own file", "pkg/new.py", "class NewEngine:\n    pass\n"),
    Case("a lock file", "uv.lock", "pkg.old.OldEngine\n"),
    Case("a log", "a.log", "pkg.old.OldEngine\n"),
    Case("a patch", "a.patch", "-pkg.old.OldEngine\n"),
    Case("a file that Python cannot parse", "a.py", "# pkg.old.OldEngine\ndef f(:\n"),
)

INVALID = (
    Case("prose", "a.md", "See `«pkg.old.OldEngine»`.\n", "See `pkg.new.NewEngine`.\n"),
    Case(
        "beside another one's path", "a.md", "«a.Chained», «pkg.legacy»\n", "c.Final, pkg.modern\n"
    ),
    Case("the longest name", "a.md", "«pkg.legacy».X.y\n", "pkg.modern.X.y\n"),
    Case("at the end of a sentence", "a.rst", "Use «pkg.legacy».\n", "Use pkg.modern.\n"),
    Case("a chain of moves", "a.txt", "«a.Chained»\n", "c.Final\n"),
    Case("a whole path", "a.md", "[x](../«pkg/legacy.py»)\n", "[x](../pkg/modern.py)\n"),
    Case("in a folder", "a.sh", "python src/«pkg/legacy.py»\n", "python src/pkg/modern.py\n"),
)

BY_FORMAT = (
    Case("with backslashes", "a.bat", "python «pkg\\legacy.py»\r\n", "python pkg\\modern.py\r\n"),
    Case("Dockerfile", "Dockerfile", 'CMD ["-m", "«pkg.legacy»"]\n', 'CMD ["-m", "pkg.modern"]\n'),
    Case(
        "Makefile", "Makefile", "run:\n\tpython -m «pkg.legacy»\n", "run:\n\tpython -m pkg.modern\n"
    ),
    Case("TOML", "a.toml", 'x = "«pkg.legacy»:main" # y\n', 'x = "pkg.modern:main" # y\n'),
    Case("INI", "a.cfg", "[x]\ny = «pkg.old.OldEngine»\n", "[x]\ny = pkg.new.NewEngine\n"),
    Case("YAML", "a.yml", "x: &a «pkg.legacy»\ny: *a\n", "x: &a pkg.modern\ny: *a\n"),
    Case(
        "YAML with tags of its own",
        "a.yaml",
        "x: !Sub '«pkg.legacy»'\n---\ny: 2\n",
        "x: !Sub 'pkg.modern'\n---\ny: 2\n",
    ),
    Case("YAML that is none", "a.yaml", "{% x %}: «pkg.legacy»\n", "{% x %}: pkg.modern\n"),
    Case("JSON", "a.json", '{"a" : ["«pkg.legacy»",1.0]}', '{"a" : ["pkg.modern",1.0]}'),
    Case("a key", "a.json", '{"«pkg/legacy.py»": 1e2}\n', '{"pkg/modern.py": 1e2}\n'),
    Case("after an escape", "a.json", '{"a": "\\n«pkg.legacy»"}\n', '{"a": "\\npkg.modern"}\n'),
    Case(
        "JSON that is none",
        "a.json",
        '// x\n{"a": "«pkg.legacy»",}\n',
        '// x\n{"a": "pkg.modern",}\n',
    ),
    Case("XML", "a.xml", "<f>«pkg/legacy.py»</f>\n", "<f>pkg/modern.py</f>\n"),
    Case("a comment", "a.py", "x = 1  # see «pkg.legacy».X\n", "x = 1  # see pkg.modern.X\n"),
    Case(
        "a docstring",
        "a.py",
        'class A:\n    def f(self):\n        """See `«pkg.old.OldEngine»`."""\n',
        'class A:\n    def f(self):\n        """See `pkg.new.NewEngine`."""\n',
    ),
    Case(
        "beside what it is about",
        "a.py",
        '"""Wraps «pkg.old.OldEngine»."""\n\nfrom pkg.old import OldEngine\n\nOldEngine()\n',
        '"""Wraps pkg.new.NewEngine."""\n\nfrom pkg.new import NewEngine\n\nNewEngine()\n',
    ),
    Case(
        "a doctest",
        "a.py",
        '''
        def f():
            """Do.

            OldEngine is what it takes.

            >>> from pkg.old import «OldEngine»
            >>> f(OldEngine())  # OldEngine
            'OldEngine'
            """
        ''',
        '''
        def f():
            """Do.

            OldEngine is what it takes.

            >>> from pkg.new import NewEngine
            >>> f(NewEngine())  # OldEngine
            'OldEngine'
            """
        ''',
    ),
    Case(
        "code that was commented out",
        "a.py",
        "# from pkg.old import «OldEngine»\n# OldEngine()\nx = OldEngine\n",
        "# from pkg.new import NewEngine\n# NewEngine()\nx = OldEngine\n",
    ),
    Case(
        "a comment beside code",
        "a.py",
        "OldEngine = 1  # from pkg.old import «OldEngine»; OldEngine()\n# OldEngine\n",
        "OldEngine = 1  # from pkg.new import NewEngine; NewEngine()\n# OldEngine\n",
    ),
    Case(
        "a block of code",
        "a.md",
        "OldEngine:\n\n```python\nfrom pkg.old import «OldEngine»\n\n"
        "e = OldEngine('OldEngine')\ne.OldEngine\n```\n\nOldEngine\n",
        "OldEngine:\n\n```python\nfrom pkg.new import NewEngine\n\n"
        "e = NewEngine('OldEngine')\ne.OldEngine\n```\n\nOldEngine\n",
    ),
    Case(
        "a block within a list",
        "a.md",
        "1. x\n\n   ~~~py\n   from pkg.old import «OldEngine» as E\n   E()\n   ~~~\n",
        "1. x\n\n   ~~~py\n   from pkg.new import NewEngine as E\n   E()\n   ~~~\n",
    ),
    Case(
        "several homes",
        "a.md",
        "```python\nif x:\n    from pkg.old import «OldEngine», «make_engine», other\n```\n",
        "```python\nif x:\n    from pkg.old import other\n    from pkg.new import NewEngine\n"
        "    from pkg.made import make_engine\n```\n",
    ),
    Case(
        "in brackets",
        "a.md",
        "```\nfrom pkg.legacy import (\n    «X»,\n    «Y» as Z,\n)\n```\n",
        "```\nfrom pkg.modern import (\n    X,\n    Y as Z,\n)\n```\n",
    ),
    Case(
        "bound again",
        "a.md",
        "```python\nfrom pkg.old import «OldEngine»\nclass OldEngine: ...\n```\n",
        "```python\nfrom pkg.new import NewEngine\nclass OldEngine: ...\n```\n",
    ),
    Case(
        "a list with comments",
        "a.md",
        "```python\nfrom pkg.old import (  # x\n    «OldEngine»,\n)\n```\n",
        "```python\nfrom pkg.new import (  # x\n    NewEngine,\n)\n```\n",
    ),
    Case(
        "a literal block",
        "a.rst",
        "Do::\n\n    from pkg.old import «OldEngine»\n\n    OldEngine()\n\nOldEngine.\n",
        "Do::\n\n    from pkg.new import NewEngine\n\n    NewEngine()\n\nOldEngine.\n",
    ),
    Case(
        "prompts",
        "a.rst",
        ">>> from pkg.old import «OldEngine»\n>>> OldEngine\n<OldEngine>\n\n>>> OldEngine\n",
        ">>> from pkg.new import NewEngine\n>>> NewEngine\n<OldEngine>\n\n>>> NewEngine\n",
    ),
    Case(
        "inline code",
        "a.md",
        "Say `from pkg.old import «OldEngine»`.\n",
        "Say `from pkg.new import NewEngine`.\n",
    ),
    Case(
        "a notebook",
        "a.ipynb",
        notebook("«pkg.legacy»", "pkg.old", "«OldEngine»", "OldEngine").lstrip(),
        notebook("pkg.modern", "pkg.new", "NewEngine", "NewEngine").lstrip(),
    ),
    Case(
        "a string that may be data",
        "a.py",
        "raise ValueError('no «pkg.old.OldEngine» here')\n",
        "raise ValueError('no pkg.new.NewEngine here')\n",
        unsafe=True,
    ),
)

FIXED = (*INVALID, *BY_FORMAT)

LEFT = (
    Case("a line number", "a.md", "See «pkg/legacy.py»:12.\n", left="a line number"),
    Case("an anchor of a line", "a.md", "(«pkg/legacy.py»#L12)\n", left="a line number"),
    Case("a URL", "a.md", "<https://x.org/blob/0a1b/«pkg/legacy.py»>\n", left="part of a URL"),
    Case("no replacement", "a.md", "«pkg.old.Gone»\n", left="no replacement"),
    Case("talk of the move", "a.md", "«pkg.legacy» is deprecated.\n", left="speaks of a change"),
    Case("a command of git", "a.sh", "git rm «pkg/legacy.py»\n", left="speaks of a change"),
    Case("an arrow", "a.md", "«pkg.legacy» -> pkg.modern\n", left="names the new one"),
    Case("both names", "a.md", "Not «pkg.legacy»\nbut pkg.modern.\n", left="names the new one"),
    Case(
        "both in a docstring",
        "a.py",
        '"""«pkg.legacy»\n\npkg.modern"""\n',
        left="names the new one",
    ),
    Case(
        "both files", "a.json", '{"«pkg/legacy.py»": 1, "pkg/modern.py": 2}', left="names the new"
    ),
    Case(
        "bound again in what does not parse",
        "a.py",
        "# from pkg.old import «OldEngine»\n# class OldEngine of old\n",
        left="bound again",
    ),
    Case(
        "uses on its line that are not followed",
        "a.sh",
        'python -c "from pkg.old import «OldEngine»; OldEngine()"\n',
        left="not followed",
    ),
    Case(
        "a call that has to change as well",
        "a.md",
        "```python\nfrom pkg.calls import «Called»\n«Called»(registry)\n```\n",
        left="the call on line 3 needs `await`",
    ),
    Case(
        "code in a file that may hold anything",
        "a.txt",
        "from pkg.old import «OldEngine»\n\nOldEngine()\n",
        left="not followed",
    ),
    Case(
        "a list with comments in what does not parse",
        "a.txt",
        "from pkg.old import (  # x\n    «OldEngine»,\n)\n",
        left="not understood",
    ),
    Case(
        "several homes in prose",
        "a.md",
        "Say `from pkg.old import «OldEngine», «make_engine»`.\n",
        left="several modules",
    ),
)


def project(folder: Path) -> None:
    files = {
        "ssot.toml": 'text-exclude = ["plans/**"]\n'
        'per-file-ignores = { "quiet/**" = ["SSOT008"] }\n' + CONFIGURATION.lstrip(),
        **FILES,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def variants(text: str, path: str) -> list[bytes]:
    """Return a marked text as it is, as CRLF, with a BOM, and beside what is no UTF-8."""
    plain = text.encode()
    found = [plain, text.replace("\r\n", "\n").replace("\n", "\r\n").encode()]
    if not path.endswith((".json", ".ipynb", ".toml", ".cfg", "Dockerfile", "Makefile", ".bat")):
        found.append(b"\xef\xbb\xbf" + plain)
    if path.endswith((".md", ".rst", ".txt", ".sh", ".xml")):
        found.append(b"caf\xe9\n\n" + plain)
    return found


def unmarked(data: bytes) -> bytes:
    return data.replace(OPENING.encode(), b"").replace(CLOSING.encode(), b"")


def marked(path: Path, result: list[FileResult]) -> bytes:
    """Return what a file holds with marks round each SSOT008."""
    data = path.read_bytes()
    bom = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = data.removeprefix(bom).decode("utf-8", "surrogateescape")
    findings = [f for one in result for f in one.findings if f.violation.code == "SSOT008"]
    for finding in sorted(findings, key=lambda f: f.violation.span, reverse=True):
        start, end = finding.violation.span
        text = f"{text[:start]}{OPENING}{text[start:end]}{CLOSING}{text[end:]}"
    return bom + text.encode("utf-8", "surrogateescape")


def tasks_of(folder: Path, path: Path) -> list[Task]:
    settings = load_file(str(folder / "ssot.toml"))
    return [Task(str(path), path.name, settings)]


def planned(folder: Path, path: Path, *, unsafe: bool = False) -> FixReport:
    return plan_fixes(
        tasks_of(folder, path), ConfigFinder(), jobs=1, allow_unsafe=unsafe, with_texts=True
    )


def cases(table: tuple[Case, ...]) -> list[object]:
    return [pytest.param(case, id=case.title) for case in table]


@pytest.mark.parametrize("is_searched", [False, True], ids=["few", "searched"])
@pytest.mark.parametrize("case", cases((*VALID, *FIXED, *LEFT)))
def test_what_is_reported(
    case: Case, is_searched: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path)
    if is_searched:
        monkeypatch.setattr(run, "FEW_FILES", 0)
    path = tmp_path / case.path
    path.parent.mkdir(parents=True, exist_ok=True)
    for data in variants(dedent(case.text), case.path):
        path.write_bytes(unmarked(data))
        result = check_each(tasks_of(tmp_path, path), jobs=1, parses_all=False, with_texts=True)
        assert marked(path, result) == data
        quiet = check_each(tasks_of(tmp_path, path), jobs=1, parses_all=False)
        assert not [f for one in quiet for f in one.findings if f.violation.code == "SSOT008"]


@pytest.mark.parametrize("case", cases(FIXED))
def test_what_is_fixed(case: Case, tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / case.path
    assert case.after is not None
    befores, afters = (variants(dedent(text), case.path) for text in (case.text, case.after))
    for before, after in zip(befores, afters, strict=True):
        path.write_bytes(unmarked(before))
        if case.unsafe:
            report = planned(tmp_path, path)
            assert not report.changes
            assert "--unsafe" in report.left[0].violation.unfixable_because
        [change] = planned(tmp_path, path, unsafe=case.unsafe).changes
        assert change.after == after
        path.write_bytes(change.after)
        assert not planned(tmp_path, path, unsafe=case.unsafe).changes
        if case.path.endswith((".json", ".ipynb")) and "none" not in case.title:
            json.loads(change.after)
        if case.title == "YAML":
            assert yaml.safe_load(change.after) == {"x": "pkg.modern", "y": "pkg.modern"}


@pytest.mark.parametrize("case", cases(LEFT))
def test_what_is_left(case: Case, tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / case.path
    path.write_bytes(unmarked(case.text.encode()))
    report = planned(tmp_path, path, unsafe=True)
    assert not report.changes
    assert case.left in report.left[0].violation.unfixable_because


def test_what_would_not_be_the_same_json_is_withheld(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "a.json"
    path.write_text('{"pkg.legacy": {"y": 1}, "pkg.modern ": 2, "x": "pkg.legacy"}')
    assert b'"x": "pkg.legacy"' in path.read_bytes()
    assert not planned(tmp_path, path).changes


def test_many_names_on_one_line_are_no_matter(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "a.json"
    names = ["from pkg.old import make_engine", "pkg.legacy", "pkg/legacy.py"]
    path.write_text(json.dumps(names * 5_000 + ["x" * 1_000_000]))
    [result] = check_each(tasks_of(tmp_path, path), jobs=1, with_texts=True)
    assert len(result.findings) == 15_000
    assert {finding.lines for finding in result.findings} == {()}
    [change] = planned(tmp_path, path).changes
    assert json.loads(change.after)[:3] == [
        "from pkg.made import make_engine",
        "pkg.modern",
        "pkg/modern.py",
    ]


def test_a_file_that_is_too_large_or_binary_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path)
    path = tmp_path / "a.md"
    path.write_bytes(b"\0 pkg.old.OldEngine")
    assert not check_each(tasks_of(tmp_path, path), jobs=1, with_texts=True)[0:]
    path.write_bytes(b"pkg.old.OldEngine" + b" " * 100)
    monkeypatch.setattr("flake8_ssot_engine.project.reading.LARGEST_TEXT", 100)
    assert not check_each(tasks_of(tmp_path, path), jobs=1, with_texts=True)
    monkeypatch.setattr("flake8_ssot_engine.project.reading.LARGEST_TEXT", 1000)
    assert check_each(tasks_of(tmp_path, path), jobs=1, with_texts=True)


def test_a_folder_that_may_not_be_written_keeps_its_file(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "docs" / "a.md"
    path.parent.mkdir()
    path.write_text("pkg.old.OldEngine\n")
    settings = load_file(str(tmp_path / "ssot.toml"))
    path.parent.chmod(0o500)
    try:
        report = fix_files(
            [Task(str(path), "a.md", settings)], ConfigFinder(), jobs=1, with_texts=True
        )
    finally:
        path.parent.chmod(0o700)
    if report.errors:  # root may write anywhere
        assert path.read_text() == "pkg.old.OldEngine\n"
        assert report.left
    else:
        assert path.read_text() == "pkg.new.NewEngine\n"


def test_scopes_are_those_of_the_other_rules(tmp_path: Path) -> None:
    project(tmp_path)
    path = tmp_path / "a.py"
    code = '''
    class A:
        """pkg.legacy"""

        @property
        def f(self):
            # pkg.legacy
            return 1

    # pkg.legacy
    '''
    path.write_text(dedent(code))
    [result] = check_each(tasks_of(tmp_path, path), jobs=1, with_texts=True)
    assert [finding.scope for finding in result.findings] == ["A", "A.f", "<module>"]
    assert result.scope_names == {"A", "A.f"}
    assert result.references == {"text": 3}
