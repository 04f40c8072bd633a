"""What a focus keeps and cuts out, and that no answer depends on it."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from textwrap import dedent, indent

import pytest

from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.analysis import Analysis
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.needles import find_needles
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.semantics.focus import Focus, OutOfFocus
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.semantics.references import Reference
from flake8_ssot_engine.source import SourceFile
from tests.rules.harness import CLOSING, CONFIGURATION, OPENING, Case, write
from tests.stdlib import STDLIB, stdlib_files


def source_of(code: str) -> SourceFile:
    return SourceFile("f.py", dedent(code).lstrip("\n"))


KEPT = [
    ("nothing", "x = 1\ny = 2\n", "pass"),
    ("a statement between others", "x = 1\nOld()\ny = 2\n", "pass\nOld()\npass"),
    ("imports stay", "import a\nx = 1\nfrom b import c\n", "import a\npass\nfrom b import c"),
    ("the public list stays", "__all__ = ['x']\nx = 1\n", "__all__ = ['x']\npass"),
    ("a part of a word is none", "OldEngine = Old_ = _Old = Older = 1\n", "pass"),
    ("an attribute counts", "a.Old\n", "a.Old"),
    ("a string counts", "x = 'Old'\n", "x = 'Old'"),
    ("a comment alone does not", "x = (\n    # Old\n    1\n)\n", "pass"),
    ("an indented block", "if x:\n    y\n    Old\n", "if x:\n    pass\n    Old"),
    ("the head of a block", "if Old:\n    y\nelse:\n    z\n", "if Old:\n    pass\nelse:\n    pass"),
    ("an else", "for x in y:\n    z\nelse:\n    Old\n", "for x in y:\n    pass\nelse:\n    Old"),
    ("a decorator", "@Old\ndef f():\n    x\n", "@Old\ndef f():\n    pass"),
    (
        "a decorator far above",
        "@a(\n    Old\n)\n@b\nclass C:\n    x\n",
        "@a(Old)\n@b\nclass C:\n    pass",
    ),
    ("a default over lines", "def f(\n    x=Old,\n): y\n", "def f(x=Old):\n    pass"),
    (
        "a try",
        "try:\n    x\nexcept Old:\n    y\nfinally:\n    z\n",
        "try:\n    pass\nexcept Old:\n    pass\nfinally:\n    pass",
    ),
    (
        "a handler's body",
        "try:\n    x\nexcept a:\n    y\n    Old\n",
        "try:\n    pass\nexcept a:\n    pass\n    Old",
    ),
    (
        "a match",
        "match x:\n    case Old():\n        y\n    case z:\n        w\n",
        "match x:\n    case Old():\n        pass\n    case z:\n        pass",
    ),
    (
        "a case's body",
        "match x:\n    case y:\n        a\n        Old\n",
        "match x:\n    case y:\n        pass\n        Old",
    ),
    ("a with", "with x as y:\n    z\n    Old\n", "with x as y:\n    pass\n    Old"),
    (
        "an async def",
        "async def f():\n    x\n    await Old\n",
        "async def f():\n    pass\n    await Old",
    ),
    (
        "deep down",
        "class C:\n    x = 1\n    def f(self):\n        y\n        Old\n    z = 1\n",
        "class C:\n    pass\n\n    def f(self):\n        pass\n        Old\n    pass",
    ),
    ("what shares a line", "x; Old\n", "x\nOld"),
    ("a CRLF", "x = 1\r\nOld\r\ny = 1\r\n", "pass\nOld\npass"),
    ("a CR", "x = 1\rOld\ry = 1\r", "pass\nOld\npass"),
    ("a form feed", "x = 1\n\fOld\n\fy = 1\n", "pass\nOld\npass"),
    ("a type comment", "x = y  # type: Old\nz = 1\n", "x = y\npass"),
    (
        "a type comment of its own line",
        "def f(x):\n    # type: (Old) -> None\n    y\n",
        "def f(x):\n    pass",
    ),
]


@pytest.mark.parametrize(("code", "expected"), [pytest.param(*r, id=t) for t, *r in KEPT])
def test_statements_out_of_focus_are_cut(code: str, expected: str) -> None:
    source = SourceFile("f.py", code)
    tree = source.parse()
    before = ast.dump(tree, include_attributes=True)
    assert ast.unparse(Focus(source, ["Old"]).cut(tree)) == expected
    assert ast.dump(tree, include_attributes=True) == before


def test_what_is_kept_is_where_it_was() -> None:
    source = source_of("x = 1\nif y:\n    z = 2\n    Old()\nw = 3\n")
    tree = source.parse()
    cut = Focus(source, ["Old"]).cut(tree)
    places = {
        (n.lineno, n.col_offset, n.end_lineno) for n in ast.walk(tree) if isinstance(n, ast.stmt)
    }
    for node in ast.walk(cut):
        if isinstance(node, ast.stmt):
            assert (node.lineno, node.col_offset, node.end_lineno) in places
    compile(cut, "f.py", "exec")


def test_a_name_that_a_class_body_makes_private_is_found_as_it_is_spelled() -> None:
    source = source_of("class C:\n    x = 1\n    __Old = 2\ny = 1\n")
    cut = Focus(source, ["_C__Old"]).cut(source.parse())
    assert ast.unparse(cut) == "class C:\n    pass\n    __Old = 2\npass"


@pytest.mark.parametrize(
    ("code", "is_possible"),
    [
        ("x = 1\n", True),
        ("from a import *\n", False),
        ("from a import*\n", False),
        ("from a import \\\n    *\n", False),
        ("def __getattr__(name): ...\n", False),
        ("x = y * 2\n", True),
        ("naïve = 'ﬁ'.join('é')\n", False),
        ("naïve = 名 = 'é'\n", True),
        ("ﬁ = 1\n", False),
        ("𝐎𝐥𝐝 = 1\n", False),
        ("x = 'ª'\n", False),
        pytest.param(
            "nai\u0308ve = 1\n",
            False,
        ),
    ],
)
def test_a_star_a_hook_and_folded_names_rule_a_focus_out(code: str, *, is_possible: bool) -> None:
    assert Focus.is_possible(source_of(code)) is is_possible


def test_a_name_in_what_was_cut_out_is_told_and_then_known() -> None:
    source = source_of("x = 1\ny = x\nOld()\n")
    tree = source.parse()
    focus = Focus(source, ["Old"])
    focus.cut(tree)
    focus.need_uses(["Old", "nowhere"])
    with pytest.raises(OutOfFocus):
        focus.need_uses(["x"])
    assert ast.unparse(focus.cut(tree)) == "x = 1\ny = x\nOld()"
    focus.need_uses(["x"])
    focus.need_bindings("x")


BINDINGS = [
    ("x = 1", True),
    ("(x, y) = z", True),
    ("x: int = 1", True),
    ("x += 1", True),
    ("for x in y: pass", True),
    ("with y as x: pass", True),
    ("def x(): pass", True),
    ("class x: pass", True),
    ("class x(y): pass", True),
    ("async  def  x (): pass", True),
    ("def f(x): pass", True),
    ("f(x := 1)", True),
    ("[x for x in y]", True),
    ("del x", True),
    ("lambda x: x", True),
    ("try: pass\nexcept y as x: pass", True),
    ("match y:\n    case x: pass", True),
    ("match y:\n    case [*x]: pass", True),
    ("match y:\n    case {**x}: pass", True),
    ("y.x = 1", False),
    ("x()", False),
    ("x.y = 1", False),
    ("x[0] = 1", False),
    ("@x\ndef f(): pass", False),
]


@pytest.mark.parametrize(("statement", "binds"), BINDINGS)
def test_whatever_binds_a_name_can_be_asked_for(statement: str, *, binds: bool) -> None:
    for code in (statement, "def g():\n" + indent(statement, "    ")):
        source = source_of(code + "\nOld()\n")
        focus = Focus(source, ["Old"])
        focus.cut(source.parse())
        if binds:
            with pytest.raises(OutOfFocus):
                focus.need_bindings("x")
        else:
            focus.need_bindings("x")


def _names(model: SemanticModel, reference: Reference) -> list[str]:
    return [str(candidate.name) for candidate in model.resolve(reference).candidates]


def test_a_model_in_focus_answers_like_one_of_everything() -> None:
    source = source_of("""
        from a import b
        c = b
        def f():
            global d
            d = c
        def g(Old):
            return d.x(Old)
        """)
    module = QualifiedName(["m"])
    tree = source.parse()
    whole = SemanticModel(source, tree, module, is_package=False)
    expected = [_names(whole, r) for r in whole.references_to(["b", "c", "d", "Old"])]
    focus = Focus(source, ["Old"])
    for _ in range(10):
        model = SemanticModel(source, tree, module, is_package=False, focus=focus)
        try:
            found = [_names(model, r) for r in model.references_to(["b", "c", "d", "Old"])]
        except OutOfFocus:
            continue
        assert found == expected
        return
    pytest.fail("it never ends")


# --- the law

RULES = (
    "alias_shadowing",
    "deprecated_base_class",
    "deprecated_import",
    "deprecated_re_export",
    "deprecated_string_reference",
    "direct_instantiation",
    "duplicate_definition",
    "re_exports",
    "unused_suppression",
)
FILLER = "def filler(a, *b):\n    c = a or b\n    return [c for d in c if d]\nfill = filler(1)\n"


def without_focus(monkeypatch: pytest.MonkeyPatch, checker: Checker, *call: str) -> FileResult:
    with monkeypatch.context() as patched:
        patched.setattr(Analysis, "_focus_on", lambda *_: None)
        return checked(checker, *call)


def checked(checker: Checker, path: str, shown_as: str) -> FileResult:
    return checker.check_bytes(path, Path(path).read_bytes(), shown_as=shown_as)


def padded(code: str) -> str:
    """Put statements that name nothing of note between those of a text, where that can be."""
    lines = code.splitlines(keepends=True)
    body = ast.parse(code).body
    for node in reversed(body[1:]):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            continue
        if lines[first - 1][:1] not in {" ", "\t"}:
            lines.insert(first - 1, FILLER)
    return "".join([*lines, "\n" * (not code.endswith("\n")), FILLER])


@pytest.mark.parametrize("rule", RULES)
def test_no_result_depends_on_the_focus(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module(f"tests.rules.test_{rule}")
    cases: tuple[Case, ...] = module.VALID + module.INVALID
    focused = 0
    for number, case in enumerate(cases):
        folder = tmp_path / str(number)
        code = dedent(case.code).lstrip("\n").replace(OPENING, "").replace(CLOSING, "")
        settings = settings_of(folder, {**case.files, case.path: code})
        path = folder / case.path
        needles = find_needles(settings, jobs=1)
        for text in (code, padded(code)):
            path.write_bytes(text.encode())
            for known in (None, needles):
                checker = Checker(settings, known)
                result = checked(checker, str(path), case.path)
                assert result == without_focus(monkeypatch, checker, str(path), case.path), text
                source = SourceFile.from_bytes(case.path, path.read_bytes())
                focused += checker.analysis._focus_on(str(path), source) is not None
    assert focused > len(cases) / 2


def settings_of(folder: Path, files: dict[str, str], text: str = CONFIGURATION) -> Settings:
    write(folder, {"ssot.toml": text, **files})
    return load_file(str(folder / "ssot.toml"))


def test_a_name_of_combining_marks_is_found(tmp_path: Path) -> None:
    code = "from pkg.old import Nai\u0308ve\nx = 1\ndef f():\n    Nai\u0308ve()\n"
    move = '[[migration]]\nid = "M"\n[[migration.move]]\nold = "pkg.old.Naïve"\n'
    move += 'new = "pkg.new.Naïve"\n'
    settings = settings_of(tmp_path, {"f.py": code}, 'source-roots = ["."]\n' + move)
    for needles in (None, find_needles(settings, jobs=1)):
        result = checked(Checker(settings, needles), str(tmp_path / "f.py"), "f.py")
        assert [f.violation.code for f in result.findings] == ["SSOT001", "SSOT002"]


MOVED = (
    "os.path.join",
    "os.environ",
    "collections.OrderedDict",
    "collections.abc.Mapping",
    "threading.Lock",
    "subprocess.Popen",
    "warnings.warn",
    "functools.partial",
    "typing.Any",
    "io.StringIO",
    "re.compile",
    "logging",
    "struct",
    "email.message.Message",
    "unittest.TestCase",
    "unittest.mock.patch",
    "xml.etree.ElementTree",
)


def test_no_result_in_the_standard_library_depends_on_the_focus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves = (f'[[migration.move]]\nold = "{old}"\nnew = "new.{old}"\n' for old in MOVED)
    head = 'source-roots = ["."]\n[[migration]]\nid = "M"\n'
    settings = settings_of(tmp_path, {}, head + "".join(moves))
    needles = Needles(frozenset(), frozenset(), frozenset())
    found = cut = 0
    for at, path in enumerate(list(stdlib_files())[::20]):
        name = str(path.relative_to(STDLIB))
        data = path.read_bytes()
        if len(data) > 60_000:
            continue
        (tmp_path / f"file{at}.py").write_bytes(data)
        checker = Checker(settings, needles if at % 2 else None)
        result = checked(checker, str(tmp_path / f"file{at}.py"), name)
        assert result == without_focus(
            monkeypatch, checker, str(tmp_path / f"file{at}.py"), name
        ), name
        found += bool(result.findings)
        cut += len(result.findings)
    assert found > 20
    assert cut > 100
