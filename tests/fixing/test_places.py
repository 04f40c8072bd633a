"""Places: where names and attribute chains are written, to the character, or a Refusal."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from random import Random

import pytest

from flake8_ssot_engine.fixing.places import Places
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.semantics.references import root_of
from flake8_ssot_engine.source import Span
from tests.fixing.models import model_of, unmarked

IS_OLD = sys.version_info < (3, 12)

CODE = (
    ("name", "«old»"),
    ("chain", "«old.a.b»"),
    ("called chain", "«old.a»().b"),
    ("same name twice", "«old»(«old»)"),
    ("attribute alike", "«old.old.x.old»; x.old; f().old"),
    ("keyword alike", "f(old=«old»)"),
    ("wide characters before", '"é𝒳"; «old.a»; "𝒳"; «old»'),
    ("wide names before", "é = 𝒳 = «old.é»"),
    ("blanks round the dots", "«old . a .b»"),
    ("over lines", "(«old\n    .a\n    .b»)"),
    ("over lines, dots last", "(«old.\n  a.\n  b»)"),
    ("backslash", "«old \\\n    .a»"),
    ("backslash, CRLF", "«old. \\\r\n    a»\r\n"),
    ("tabs and form feeds", "\t«old\t.\fa»".lstrip("\t")),
    ("parenthesised call over lines", "(«old.a»(\n)\n.b)"),
    ("decorator", "@«old.a»\nclass C(«old.b»): ..."),
    ("default and annotation", "def f(x: «old» = «old.a») -> «old»: ..."),
    ("deleted attribute", "del «old.a»"),
    ("assigned attribute", "«old.a» = «old.b» = 1"),
    ("comprehension", "[x for x in «old.a» if «old»]"),
    ("match", "match x:\n    case «old.A»(): ..."),
    ("CR", "x\r«old.a»\r«old»\r"),
    ("no newline", "x\n«old»"),
)

REFUSED = (
    ("comment inside", "(old  # why\n  .a)"),
    ("comment after the dot", "(old.  # why\n  a)"),
    ("parenthesised part", "(old).a"),
    ("parenthesised part over lines", "(\n  (old)\n  .a)"),
)

F_STRINGS = (
    ("name", 'f"{«old»}"'),
    ("chain", 'f"{«old.a.b»}"'),
    ("prose alike", 'f"old {«old»} old"'),
    ("doubled braces", 'f"{{old}}{«old»}{{{«old»}}}"'),
    ("wide characters", 'f"é𝒳{«old»}𝒳é{«old.a»}é"; «old»'),
    ("wide characters, lines", "x = f'''é𝒳\né𝒳{«old»}\n𝒳{«old.é»}'''; 'é'; «old»"),
    ("conversion", 'f"{«old»!r}"'),
    ("format", 'f"{«old»:>10}"'),
    ("format with a name", 'f"{«old»!r:>{«old»}.{«old.a»}}"'),
    ("format that looks like a name", 'f"{«old»:old}{x:%old{«old»}}"'),
    ("self-documenting", 'f"{«old»=}{ «old.a» = !r:>{«old»}}"'),
    ("nested", "f\"{f'{«old»}'}{«old»}\""),
    ("nested in a format", "f\"{x:{f'{«old»}'}}{«old»}\""),
    ("nested thrice", "f'''{f\"{f'{«old»}'}\"}{«old»}'''"),
    ("nested, triple quotes", "f'''\né{f\"\"\"\n 𝒳{«old»}\n\"\"\"}\n{«old»}'''"),
    ("raw", 'rf"\\{«old»}\\{«old»}"'),
    ("upper-case prefix", 'FR"{«old»}"'),
    ("escapes", "f'\\t\\N{EM DASH}\\x41{«old»}'"),
    ("line joined", "f'\\\n{«old»}\\\n  {«old»}'"),
    ("triple quotes", 'f"""\n{«old»}\n  é{«old.b»}\n{x:{«old»}}"""'),
    ("triple quotes, CRLF", 'f"""\r\n{«old»}\r\n  é{«old.b»}"""\r\n«old»'),
    ("line feed inside the braces", "f'''{\n«old»\n}{x +\n «old»}'''"),
    ("implicit concatenation", "x = (\"old\" f\"{«old»}\"\n  'old' f'{«old.b»}' 'old')"),
    ("implicit concatenation by backslash", "x = f'old' \\\n  f'{«old»}' \\\n  'old' f'{«old»}'"),
    ("implicit concatenation with bytes before", "b'old'; f'é' 'old' f'{«old»}'"),
    ("two f-strings in a line", "print(f'{«old»}', f'{«old»}', «old»)"),
    ("string inside", "f\"{'old'}{«old»}{d['old']}\""),
    ("keyword alike", 'f"{g(old=«old», x=«old»)}"'),
    ("attribute alike", 'f"{x.old}{«old.old»}{(y).old}"'),
    ("blanks", 'f"{ «old» }{ ( «old» ) }"'),
    ("lambda", 'f"{(lambda y: «old»)(«old»)}"'),
    ("comprehension variable alike", 'f"{[«old» for old in «old»]}"'),
    ("subscript", 'f"{«old»[«old.a»]}"'),
    ("walrus of another name", 'f"{(y := «old»)}{«old»}"'),
    ("in an annotation's default", "def f(x: «old» = f'{«old»}'): ..."),
    ("condition, which has its test first in the tree", 'f"{«old.a» if «old» else «old.b»}"'),
    ("dictionary, which has its keys first", 'f"{ {1: «old.a», «old»: 2} }"'),
    ("arguments, which have the keywords last", 'f"{g(k=«old.a», *«old»)}"'),
    ("keyword names of Python", 'f"{print}{«old»}{self.match}"'),
)

F_STRINGS_OF_TODAY = (  # PEP 701
    ("same quotes", 'f"{f"{«old»}"}{«old»}"'),
    ("comment", "f'''{«old»  # old\n}{«old»}'''"),
    ("backslash", "f\"{'\\n'.join(«old»)}{«old»}\""),
    ("line feeds, single quotes", "f'{\n«old»\n}'"),
)

QUOTED = (
    ("name", 'x: "«old»"'),
    ("chain", "x: '«old.a»'"),
    ("inside something", 'x: "dict[str, «old» | «old.a»]"'),
    ("blanks", "x: '  «old»'"),
    ("wide characters before", "é𝒳: 'é[«old»]'"),
    ("names that start or end alike", "x: 'older[cold, «old», x.old]'"),
    ("raw", "x: r'«old»'"),
    ("raw, several", "x: r'«old» | «old»'"),
    ("unicode prefix", "x: u'«old.a»'"),
    ("triple quotes", 'x: """«old»"""'),
    ("triple quotes over lines", 'x: """\n    é[«old»,\n    «old.b»]"""'),
    ("cast", "cast('«old»', old_)"),
    ("return", "def f() -> '«old»': ..."),
    ("two literals in a line", "def f(x: '«old»', y: r'«old»') -> r'«old»': ..."),
    ("escape elsewhere", "x: 'é[\\x41, «old»]'"),
    ("code beside", "x: '«old»' = «old»"),
)

QUOTED_REFUSED = (
    ("in pieces", "x: 'o' 'ld'"),
    ("in pieces over lines", "x: ('ol'\n    'd')"),
    ("escaped", "x: 'ol\\x64'"),
    ("chain in pieces", "x: 'old' '.a'"),
    ("a piece and a whole", "x: 'o' 'ld | old'"),
)

TYPE_COMMENTS = (
    ("assignment", "x = 1  # type: «old»"),
    ("wide characters", "é = '𝒳'  # type: é[«old», «old.a»]"),
    ("function", "def f(x):\n    # type: («old») -> «old»\n    pass"),
    ("parameter", "def f(x,  # type: «old»\n      ):\n    pass"),
    ("loop", "for x in y:  # type: «old.b»\n    pass"),
    ("comment behind it", "x = 1  # type: «old»  # old"),
)


def places_of_old(code: str) -> list[Span | str]:
    """Return the span of every chain that starts with `old`, in order, or why there is none."""
    model = model_of(code)
    places = Places(model)
    found: list[Span | str] = []
    for reference in model.references_to(["old"]):
        try:
            name = places.of_name(reference)
            assert code[name.start : name.end] == "old"
            span = places.of_chain(reference, len(reference.attributes))
            assert span.start == name.start
            found.append(span)
        except Refusal as refusal:
            found.append(refusal.reason)
    return sorted(found, key=str)


def cases(table: tuple[tuple[str, str], ...]) -> list[object]:
    return [pytest.param(code, id=title) for title, code in table]


def check_places(marked: str) -> None:
    code, spans = unmarked(marked)
    assert places_of_old(code) == sorted(spans, key=str)


@pytest.mark.parametrize("marked", cases(CODE))
def test_code(marked: str) -> None:
    check_places(marked)


@pytest.mark.parametrize("code", cases(REFUSED))
def test_chains_in_parts_are_refused(code: str) -> None:
    assert places_of_old(code) == [
        f"`old…` on line {1 + code.index('old') // 4} is spread over parts"
    ]


@pytest.mark.parametrize("marked", cases(F_STRINGS))
def test_f_strings(marked: str) -> None:
    check_places(marked)


@pytest.mark.skipif(IS_OLD, reason="PEP 701")
@pytest.mark.parametrize("marked", cases(F_STRINGS_OF_TODAY))
def test_f_strings_of_today(marked: str) -> None:
    check_places(marked)


def test_a_parameter_alike_is_not_mistaken_for_a_use() -> None:
    code, spans = unmarked('f"{(lambda old: old)(«old»)}"')
    found = places_of_old(code)
    assert spans[0] in found or {type(place) for place in found} == {str}


@pytest.mark.parametrize("marked", cases(QUOTED))
def test_quoted(marked: str) -> None:
    check_places(marked)


@pytest.mark.parametrize("code", cases(QUOTED_REFUSED))
def test_quoted_in_pieces_is_refused(code: str) -> None:
    found = places_of_old(code)
    assert found
    assert {type(place) for place in found} == {str}


@pytest.mark.parametrize("marked", cases(TYPE_COMMENTS))
def test_type_comments(marked: str) -> None:
    check_places(marked)


@pytest.mark.skipif(not IS_OLD, reason="positions inside f-strings are right from Python 3.12 on")
@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("F'''é{f\"\"\"é{«old»}\n{«old.a»}\"\"\"}'''", id="line feed in a nested one"),
        pytest.param(
            "f'''{rf\"\"\"é{(«old.a»,\n «old»)=}\"\"\"!r}'''", id="over lines in a nested one"
        ),
    ],
)
def test_the_places_that_the_standard_library_gives_are_wrong(marked: str) -> None:
    code, spans = unmarked(marked)
    model = model_of(code)
    believed = [model.source.span_of(root_of(r.node)) for r in model.references_to(["old"])]
    assert any(code[start:end] != "old" for start, end in believed)
    assert places_of_old(code) == sorted(spans, key=str)


# --- f-strings of any shape, against what becomes of the tree when one word is another


def any_f_string(random: Random, depth: int = 0) -> str:
    quote = (
        random.choice(["'''", '"""', "'", '"']) if depth == 0 else ("'''", '"""', "'", '"')[depth]
    )
    texts = ["", "é", "𝒳 ", "a", " ", "\n", "\n  ", "{{", "}}", "\\n", "old"]
    ends = ["", "", "!r", "=", ":>{old}", ":%d", ":{f(old)}"]
    body = ""
    for _ in range(random.randint(1, 3)):
        inside = any_expression(random, depth + 1)
        body += f"{random.choice(texts)}{{{inside}{random.choice(ends)}}}"
    return f"{random.choice(['f', 'rf', 'F'])}{quote}{body}{quote}"


def any_expression(random: Random, depth: int) -> str:
    shape = random.randrange(12 if depth < 3 else 4)
    if shape < 4:
        return random.choice([" old", "\n old ", "old.a", "x", "(old)", "g(old=old)", "x.old"])
    if shape == 4:
        return any_f_string(random, depth) if depth < 4 else "old"
    one, two = any_expression(random, depth + 1), any_expression(random, depth + 1)
    return {
        5: f"f({one}, old)",
        6: f"({one},\n  old)",
        7: f"[old\n for old in {one}]",
        8: f"({one} if {two} else old.a)",
        9: f"dict([({one}, {two})])[old]",
        10: f"f(k={one}, *{two})",
        11: f"(lambda x, *y: {one})",
    }[shape]


def names(tree: ast.AST) -> list[ast.Name]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Name)]


def true_places(code: str) -> dict[int, int]:
    """Return where each `old` that is read starts, by its number in the tree.

    To find out, one word of the text after the other becomes another.
    """
    before = names(ast.parse(code))
    found: dict[int, int] = {}
    for match in re.finditer(r"\bold\b", code):
        try:
            after = names(ast.parse(f"{code[: match.start()]}new{code[match.end() :]}"))
        except SyntaxError:
            continue
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            if old.id != new.id and isinstance(new.ctx, ast.Load):
                found[number] = match.start()
    return found


def believed_places(code: str) -> dict[int, int | None]:
    """Return the same as `Places` has it; None where it refuses."""
    model = model_of(code)
    places = Places(model)
    numbers = {id(node): number for number, node in enumerate(names(model.tree))}
    found: dict[int, int | None] = {}
    for reference in model.references_to(["old"]):
        number = numbers[id(root_of(reference.node))]
        try:
            found[number] = places.of_name(reference).start
        except Refusal:
            found[number] = None
    return found


def test_any_f_string() -> None:
    random = Random(20)
    seen = refused = 0
    wrong: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while seen < 1000:
            prefix = random.choice(["", "x = ", "if x:\n    y = ", "f(é, old, ", "(𝒳,\n  "])
            pieces = [any_f_string(random) for _ in range(random.randint(1, 2))]
            code = prefix + random.choice([" ", " 'old' "]).join(pieces) + ")" * prefix.count("(")
            try:
                ast.parse(code)
            except SyntaxError:
                continue
            expected, found = true_places(code), believed_places(code)
            assert expected.keys() == found.keys()
            seen += len(found)
            refused += list(found.values()).count(None)
            if any(place not in {None, expected[number]} for number, place in found.items()):
                wrong.append(code)
    assert not wrong, f"{len(wrong)}, the shortest: {min(wrong, key=len)!r}"
    assert refused < seen / 3
