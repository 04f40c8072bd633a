"""Imports: `from module import name` as it stands in a text, and what it is to become.

It is read by its own grammar, not by Python's: what stands around it may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from flake8_ssot_engine.engine.texts.literals import start_of_line
from flake8_ssot_engine.engine.texts.passages import Passages
from flake8_ssot_engine.fixing.refusal import Refusal
from flake8_ssot_engine.migrations import Match, MoveIndex
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Span

_NAME = r"[^\W\d]\w*"
_ALIAS = rf"{_NAME}(?:[ \t]+as[ \t]+{_NAME})?"
_NAMES = rf"\((?P<many>[^()]*)\)|(?P<one>{_ALIAS}(?:[ \t]*,[ \t]*{_ALIAS})*)"
_IMPORT = re.compile(
    rf"(?<![\w.])from[ \t]+(?P<module>{_NAME}(?:\.{_NAME})*)[ \t]+import[ \t]*(?:{_NAMES})"
)
_FAR = 12
"""Characters before a module in which `from` is looked for: more blanks nobody writes."""
_LONG = 5_000
"""Characters of a line, or of a list of names, beyond which nobody reads them."""
_EACH = re.compile(rf"(?P<name>{_NAME})(?:\s+as\s+(?P<alias>{_NAME}))?")
_PLAIN_LIST = (  # compiled where it is asked for, which is seldom
    rf"\s*{_EACH.pattern}(?:\s*,\s*{_ALIAS})*\s*,?\s*".replace("?P<name>", "?:").replace(
        "?P<alias>", "?:"
    )
)
_BEFORE = re.compile(r"[ \t]*(?:(?:>>>|\.\.\.) )?\Z")
_AFTER = re.compile(r"[ \t]*(?:\r\n|\r|\n|\Z)")
Edits = tuple[tuple[Span, str], ...]


class Imported(NamedTuple):
    """A name in an import statement that has moved; `edits` are those of all its statement.

    `why` says why the statement is left as it is, "" where it is not.
    """

    span: Span
    match: Match
    edits: Edits = ()
    why: str = ""


class Statement(NamedTuple):
    """An import statement in a text, with what of it has moved."""

    span: Span
    module: Span
    moved: tuple[Imported, ...]


class _Alias(NamedTuple):
    span: Span
    name: str
    alias: str
    match: Match | None
    target: QualifiedName


class ImportSearch:
    """The search for imports from where something moved."""

    def __init__(self, olds: Collection[QualifiedName], index: MoveIndex) -> None:
        self._index = index
        homes = {*olds, *(old.parent for old in olds if len(old) > 1)}
        self._homes = sorted(map(str, homes), key=len, reverse=True)

    def statements(self, text: str, passages: Passages) -> Iterator[Statement]:
        """Yield the imports in a text that name what has moved."""
        found: dict[int, re.Match[str]] = {}
        for home in self._homes:
            at = text.find(home)
            while at >= 0:
                start = text.rfind("from", max(0, at - _FAR), at)
                match = _IMPORT.match(text, start) if start >= 0 else None
                if match is not None and match["module"] == home:
                    found[start] = match
                at = text.find(home, at + len(home))
        for _, match in sorted(found.items()):
            module = QualifiedName(match["module"].split("."))
            group = "many" if match["many"] is not None else "one"
            aliases = list(self._aliases(text, module, Span(*match.span(group))))
            if any(alias.match for alias in aliases):
                spans = Span(*match.span()), Span(*match.span("module"))
                yield Statement(*spans, _moved(text, spans, match[group], aliases, passages))

    def _aliases(self, text: str, module: QualifiedName, names: Span) -> Iterator[_Alias]:
        for each in _EACH.finditer(text, *names):
            name = module.child(each["name"])
            found = self._index.match(name)
            target = name if found is None or found.replacement is None else found.replacement
            span = Span(*each.span("name"))
            yield _Alias(span, each["name"], each["alias"] or "", found, target)


def _moved(
    text: str, spans: tuple[Span, Span], names: str, aliases: list[_Alias], passages: Passages
) -> tuple[Imported, ...]:
    edits: Edits = ()
    why = ""
    try:
        if len(names) > _LONG or not re.fullmatch(_PLAIN_LIST, names):
            raise Refusal("its list of names is not understood")
        edits = _edits(text, *spans, aliases, passages(spans[0]))
    except Refusal as refusal:
        why = str(refusal)
    return tuple(Imported(alias.span, alias.match, edits, why) for alias in aliases if alias.match)


def _edits(
    text: str, whole: Span, module: Span, aliases: list[_Alias], passage: Sequence[Span]
) -> Edits:
    """Return what redirects a statement. Raises Refusal."""
    for alias in aliases:
        if alias.match is not None and alias.match.replacement is None:
            raise Refusal(f"`{alias.match.symbol}` has no replacement")
        if len(alias.target) < 2:
            raise Refusal(f"`{alias.target}` is no name in a module")
    homes = list(dict.fromkeys(alias.target.parent for alias in aliases))
    found: list[tuple[Span, str]] = []
    if len(homes) == 1:
        found.append((module, str(homes[0])))
        found += [
            (alias.span, alias.target.last) for alias in aliases if alias.target.last != alias.name
        ]
    else:
        found.append((whole, _split(text, whole, homes, aliases)))
    for alias in aliases:
        if not alias.alias and alias.target.last != alias.name:
            found += _renamed(text, whole, alias, passage)
    return tuple(found)


def _split(
    text: str, whole: Span, homes: Sequence[QualifiedName], aliases: Sequence[_Alias]
) -> str:
    line = start_of_line(text, whole.start)
    end = _AFTER.match(text, whole.end)
    is_alone = end is not None and _BEFORE.match(text, line, whole.start)
    if not is_alone or "\n" in text[whole.start : whole.end]:
        raise Refusal("its names go to several modules")
    newline = "\r\n" if "\r\n" in text else "\n"
    prefix = text[line : whole.start]
    statements = []
    for home in homes:
        names = [
            f"{alias.target.last} as {alias.alias}" if alias.alias else alias.target.last
            for alias in aliases
            if alias.target.parent == home
        ]
        statements.append(f"from {home} import {', '.join(names)}")
    return f"{newline}{prefix}".join(statements)


def _renamed(
    text: str, whole: Span, alias: _Alias, passage: Sequence[Span]
) -> Iterator[tuple[Span, str]]:
    """Yield the edits of the uses of a name in the passage that its import belongs to."""
    old, new = re.escape(alias.name), re.escape(alias.target.last)
    if not passage:
        before = text[max(0, whole.start - _LONG) : whole.start].rpartition("\n")[2]
        after = text[whole.end : whole.end + _LONG].partition("\n")[0]
        if _BEFORE.match(before) and _AFTER.fullmatch(after):  # it is code of some kind
            before, after = text[: whole.start], text[whole.end :]
        if re.search(rf"\b{old}\b", f"{before} {after}"):
            raise Refusal(f"what else is said there of `{alias.name}` is not followed")
        return
    binds = re.compile(
        rf"\b(?:class|def)\s+(?:{old}|{new})\b|(?<![\w.])(?:{old}|{new})[ \t]*=(?!=)"
        rf"|\bas[ \t]+(?:{old}|{new})\b"
    )
    use = re.compile(rf"{_OTHERS}|(?P<name>(?:(?<![\w.])|(?<=\\n)){old})(?!\w)", re.DOTALL)
    move = None if alias.match is None else alias.match.move
    is_class = move is not None and bool(move.calls or move.factory)
    for piece in passage:
        if is_class and re.compile(rf"(?<![\w.]){old}\(").search(text, *piece):
            raise Refusal(f"the call of `{alias.name}` has to change as well")
        if binds.search(text, *piece):
            raise Refusal(f"`{alias.name}` or `{alias.target.last}` is bound again beside it")
        for match in use.finditer(text, *piece):
            if match["name"] and not whole.contains(Span(*match.span())):
                yield Span(*match.span("name")), alias.target.last


_OTHERS = (
    r'"{3}.*?"{3}|\'{3}.*?\'{3}'
    r'|\\"[^"\n]*?\\"|(?<!\\)"[^"\n\\]*"|\'[^\'\n\\]*\'|\#[^\n]*?(?=\n|\\n|\Z)'
)
"""Strings, also those within strings of JSON, and comments: no use of a name stands in them."""
