"""Strings and keywords that spell another dotted path afterwards, or a Refusal."""

from __future__ import annotations

import ast

import pytest

from flake8_ssot_engine.edits import apply_edits
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.fixing.strings import rename_string
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.source import SourceFile

RENAMED = (
    ("whole path", "f('pkg.old.Old')", "f('pkg.new.New')"),
    ("double quotes", 'f("pkg.old.Old")', 'f("pkg.new.New")'),
    ("triple quotes", 'f("""pkg.old.Old""")', 'f("""pkg.new.New""")'),
    ("triple single quotes", "f('''pkg.old.Old''')", "f('''pkg.new.New''')"),
    ("raw", "f(r'pkg.old.Old')", "f(r'pkg.new.New')"),
    ("unicode prefix", "f(U'pkg.old.Old')", "f(U'pkg.new.New')"),
    ("colon", "f('pkg.old:Old')", "f('pkg.new:New')"),
    ("colon after one part", "f('pkg:old.Old')", "f('pkg:new.New')"),
    ("wide characters before", "'é𝒳'; f('é𝒳', 'pkg.old.Old')", "'é𝒳'; f('é𝒳', 'pkg.new.New')"),
    ("in parentheses", "f(('pkg.old.Old'))", "f(('pkg.new.New'))"),
    ("CRLF", "x\r\nf('pkg.old.Old')\r\n", "x\r\nf('pkg.new.New')\r\n"),
)
SAME_MODULE = (
    ("last part", "f('Old')", "f('New')"),
    ("keyword", "f(x, Old=1)", "f(x, New=1)"),
    ("keyword with blanks", "f(x, Old = Old)", "f(x, New = Old)"),
    ("keyword over lines", "f(\n  'é', Old\n =1)", "f(\n  'é', New\n =1)"),
    ("whole path", "f('pkg.old.Old')", "f('pkg.old.New')"),
)
REFUSED = (
    ("in pieces", "f('pkg.old.' 'Old')", "in pieces or with escapes"),
    ("in pieces over lines", "f('pkg.'\n  'old.Old')", "in pieces or with escapes"),
    ("escapes", r"f('pkg.old.\x4fld')", "in pieces or with escapes"),
    ("line joined", "f('pkg.old.\\\nOld')", "in pieces or with escapes"),
    ("f-string", "f(f'pkg.old.Old')", "put together when the program runs"),
    ("bytes", "f(b'pkg.old.Old')", "put together when the program runs"),
    ("sum", "f('pkg.old' + '.Old')", "put together when the program runs"),
    ("name", "f(path)", "put together when the program runs"),
    ("last part alone", "f('Old')", "`pkg.old`, where the name is looked up"),
    ("keyword", "f(Old=1)", "the module that the keyword is looked up in"),
    ("relative", "f('.old.Old')", "relative to another one"),
    ("part of it", "f('old.Old')", "relative to another one"),
    ("more than it", "f('pkg.old.Old.x')", "relative to another one"),
    ("blank", "f(' pkg.old.Old')", "relative to another one"),
)


def rename(code: str, old: str, new: str) -> str:
    source = SourceFile("x.py", code)
    call = next(
        node
        for node in ast.walk(source.parse())
        if isinstance(node, ast.Call) and (node.args or node.keywords)
    )
    node = call.keywords[-1] if call.keywords else call.args[-1]
    edit = rename_string(source, node, QualifiedName.parse(old), QualifiedName.parse(new))
    return apply_edits(code, [edit]).text


@pytest.mark.parametrize(("code", "after"), [pytest.param(*c[1:], id=c[0]) for c in RENAMED])
def test_renamed(code: str, after: str) -> None:
    assert rename(code, "pkg.old.Old", "pkg.new.New") == after


@pytest.mark.parametrize(("code", "after"), [pytest.param(*c[1:], id=c[0]) for c in SAME_MODULE])
def test_renamed_in_its_module(code: str, after: str) -> None:
    assert rename(code, "pkg.old.Old", "pkg.old.New") == after


@pytest.mark.parametrize(("code", "reason"), [pytest.param(*c[1:], id=c[0]) for c in REFUSED])
def test_refused(code: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        rename(code, "pkg.old.Old", "pkg.new.New")
    assert reason in refused.value.reason


def test_a_colon_keeps_the_number_of_attributes() -> None:
    assert rename("f('a:B.c')", "a.B.c", "x.y.Z.c") == "f('x.y:Z.c')"


def test_a_colon_for_which_too_little_is_left() -> None:
    with pytest.raises(Refusal, match="parts module and name by a colon"):
        rename("f('a:B.c')", "a.B.c", "x.c")
