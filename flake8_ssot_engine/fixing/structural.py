"""Structure: what ast-grep's tolerant grammar reads, above all where Python's parser refuses.

The only importer of `ast_grep_py`. Its offsets are code points, as ours are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import PositionEncoding, SourceFile, Span

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_Node = TypeVar("_Node", bound=ast.AST)
_PLAIN_CHAIN = re.compile(r"\w+(?:\.\w+)*")
_WORD_OR_DOT = re.compile(r"\w+|\.")
_STATEMENTS = ("import_statement", "import_from_statement")
_CHAIN = "attribute"


class _Token(NamedTuple):
    text: str
    span: Span


def tree_of_names(source: SourceFile) -> ast.Module:
    """Return a module that holds what can be made out in a broken file of its imports.

    Those are the import statements and the attribute chains that start with a name that one of
    them binds. All else is left out, so that functions and conditions around them are lost:
    each import may or may not be in force where a chain is used. A statement that is itself
    broken (`import a as b as c`) counts as what its first and last names say.
    """
    from ast_grep_py import SgRoot

    root = SgRoot(source.text, "python").root()
    nodes = root.find_all(any=[{"kind": kind} for kind in (*_STATEMENTS, _CHAIN)])
    statements = [node for node in nodes if node.kind() != _CHAIN]
    body: list[ast.stmt] = []
    bound: set[str] = set()
    for node in statements:
        tokens = [*_tokens(node)]
        statement = _statement(tokens, source)
        if statement is not None:
            span = Span(tokens[0].span.start, tokens[-1].span.end)
            maybe = _placed(ast.Constant(value=True), span, source)
            body.append(_placed(ast.If(maybe, [statement], []), span, source))
            bound.update((a.asname or a.name).split(".")[0] for a in statement.names)
    attributes = [n for n in nodes if n.kind() == _CHAIN and _first_word(n) in bound]
    objects = (node.field("object") for node in attributes)  # to ask for parents is quadratic
    inner = {_span(node) for node in objects if node is not None and node.kind() == _CHAIN}
    for node in attributes:
        if _span(node) not in inner:
            chain = _chain(_words_of(node) or [*_tokens(node)], bound, source)
            body += [] if chain is None else [ast.copy_location(ast.Expr(chain), chain)]
    return ast.Module(body, [])


def _first_word(node: SgNode) -> str:
    word = _WORD_OR_DOT.match(node.text())
    return word[0] if word else ""


def _words_of(node: SgNode) -> list[_Token]:
    """Return the tokens of a chain of words and dots alone, as most are; else nothing."""
    text, start = node.text(), node.range().start.index
    if _PLAIN_CHAIN.fullmatch(text) is None:
        return []
    return [
        _Token(one[0], Span(start + one.start(), start + one.end()))
        for one in _WORD_OR_DOT.finditer(text)
    ]


def _chain(tokens: list[_Token], bound: set[str], source: SourceFile) -> ast.expr | None:
    """Return the attribute chain that tokens spell, if it starts with one of the names bound."""
    words = [token.text for token in tokens]
    is_chain = all(map(str.isidentifier, words[::2])) and set(words[1::2]) == {"."}
    if not is_chain or words[0] not in bound:
        return None
    chain: ast.expr = _placed(ast.Name(words[0], ast.Load()), tokens[0].span, source)
    for token in tokens[2::2]:
        span = Span(tokens[0].span.start, token.span.end)
        chain = _placed(ast.Attribute(chain, token.text, ast.Load()), span, source)
    return chain


def _tokens(node: SgNode) -> Iterator[_Token]:
    """Yield the words and signs of a statement, comments left out."""
    if node.kind() == "comment":
        return
    children = node.children()
    if children:
        for child in children:
            yield from _tokens(child)
    elif node.text().strip(" \t\r\n\\"):
        yield _Token(node.text(), _span(node))


def _statement(tokens: list[_Token], source: SourceFile) -> ast.Import | ast.ImportFrom | None:
    words = [token.text for token in tokens]
    if "import" not in words:
        return None
    at = words.index("import")
    aliases = list(_aliases(tokens[at + 1 :], source))
    if not aliases:
        return None
    statement: ast.Import | ast.ImportFrom
    if words[0] == "from":
        module = "".join(words[1:at])
        name = module.lstrip(".")
        if name and not all(map(str.isidentifier, name.split("."))):
            return None  # such as `a..b`
        statement = ast.ImportFrom(name or None, aliases, len(module) - len(name))
    else:
        statement = ast.Import(aliases)
    return _placed(statement, Span(tokens[0].span.start, tokens[-1].span.end), source)


def _aliases(tokens: list[_Token], source: SourceFile) -> Iterator[ast.alias]:
    """Yield the aliases that commas part."""
    part: list[_Token] = []
    for token in [*tokens, _Token(",", Span(0, 0))]:
        if token.text != ",":
            part += [token] if token.text not in "()" else []
            continue
        words = [word.text for word in part]
        end = words.index("as") if "as" in words else len(words)
        name = "".join(words[:end])
        bound = words[-1] if end < len(words) - 1 else None
        if part and all(map(_is_name, [*name.split("."), bound or "_"])):
            span = Span(part[0].span.start, part[-1].span.end)
            yield _placed(ast.alias(name, bound), span, source)
        part = []


def _is_name(text: str) -> bool:
    return text.isidentifier() or text == "*"


def _placed(node: _Node, span: Span, source: SourceFile) -> _Node:
    """Give a node the position that Python's parser would have given it."""
    for prefix, offset in (("", span.start), ("end_", span.end)):
        setattr(node, f"{prefix}lineno", source.position(offset).line)
        column = source.encoded_column(offset, PositionEncoding.UTF8)
        setattr(node, f"{prefix}col_offset", column)
    return node


def names_in_interpolations(source: SourceFile) -> list[tuple[str, Span]]:
    """Return the names that the `{…}` of f-strings use, in source order, with their spans.

    Names of attributes and of keyword arguments are not among them.
    """
    from ast_grep_py import SgRoot

    found: dict[Span, str] = {}
    for interpolation in SgRoot(source.text, "python").root().find_all(kind="interpolation"):
        for node in interpolation.find_all(kind="identifier"):
            parent = node.parent()
            first = parent.children()[0] if parent is not None else node
            is_part = parent is not None and (
                (parent.kind() == "attribute" and first.range() != node.range())
                or (parent.kind() == "keyword_argument" and first.range() == node.range())
            )
            if not is_part:
                found[_span(node)] = node.text()
    return [(name, span) for span, name in sorted(found.items())]


class Captures(dict[str, Span]):
    """The metavariables of a pattern that matched, by name; one that matched nothing is absent."""


class CallNodes:
    """The calls of one file, to be matched against ast-grep patterns."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._by_span: dict[Span, SgNode | None] = {}

    def match(self, span: Span, pattern: str) -> Captures | None:
        """Match the call at `span`; None where the pattern does not, or no call is there."""
        if span not in self._by_span:
            self._by_span[span] = self._parsed(span)
        node = self._by_span[span]
        if node is None:
            return None
        captures = None
        for variant in _variants(pattern):
            found = node.find(pattern=variant)
            if found is not None and _span(found) == _span(node):
                captures = Captures(_captured(found, pattern))
                break
        else:
            captures = _match_generator(node, pattern)
        if captures is None:
            return None
        shift = span.start
        return Captures({n: Span(s.start + shift, s.end + shift) for n, s in captures.items()})

    def _parsed(self, span: Span) -> SgNode | None:
        """Parse the text of one call by itself."""
        from ast_grep_py import SgRoot

        text = self._source.text[span.start : span.end]
        # A backslash at the end of a line hides from patterns what it joins.
        text = re.sub(r"\\\r?\n", lambda match: " " * len(match[0]), text)
        every = SgRoot(text, "python").root().find_all(kind="call")
        return next((node for node in every if _span(node) == Span(0, len(text))), None)


def _match_generator(node: SgNode, pattern: str) -> Captures | None:
    """Match `f(x for x in y)`, whose one argument the grammar takes for the list of arguments."""
    one = _ONE_ARGUMENT.fullmatch(pattern.strip())
    generators = [child for child in node.children() if child.kind() == "generator_expression"]
    if one is None or not generators:
        return None
    return Captures({"CLASS": _span(node.children()[0]), one["name"]: _span(generators[0])})


def _variants(pattern: str) -> list[str]:
    """Return a pattern in the forms that ast-grep tells apart and people do not.

    A comma is part of a pattern: `f($A, $$$REST)` does not match `f(x)`, nor `f($A)` `f(x,)`.
    """
    without = _LAST_SEVERAL.sub(")", pattern)
    every = [pattern, without]
    return list(dict.fromkeys([*every, *(_CLOSING.sub(",)", form) for form in every)]))


def _captured(match: SgNode, pattern: str) -> Iterator[tuple[str, Span]]:
    for several, one in _METAVARIABLE.findall(pattern):
        if one and (node := match.get_match(one)) is not None:
            yield one, _span(node)
        nodes = match.get_multiple_matches(several) if several else []
        while nodes and nodes[-1].kind() == ",":
            nodes = nodes[:-1]
        if nodes:
            yield several, Span(_span(nodes[0]).start, _span(nodes[-1]).end)


def _span(node: SgNode) -> Span:
    where = node.range()
    return Span(where.start.index, where.end.index)


_METAVARIABLE = re.compile(r"\$\$\$([A-Z_][A-Z0-9_]*)|\$([A-Z_][A-Z0-9_]*)")
_ONE_ARGUMENT = re.compile(
    r"\$CLASS\(\s*(?:\$\$\$|\$)(?P<name>[A-Z_][A-Z0-9_]*)\s*(?:,\s*\$\$\$\w*\s*)?,?\s*\)"
)
_LAST_SEVERAL = re.compile(r",\s*\$\$\$(?:[A-Z_][A-Z0-9_]*)?\s*\)\s*$")
_CLOSING = re.compile(r"(?<![,(\s])\s*\)\s*$")
