"""Import statements as the text alone shows them, for a fraction of what a parse costs.

What stands in strings and comments may be taken for statements: callers have to bear with more
imports than there are. None is missed: of a text that spells one in a way that is not made out
here, that is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.semantics.words import places_of

_NAME = r"[^\W\d]\w*"
_DOTTED = rf"{_NAME}(?:[ \t\f]*\.[ \t\f]*{_NAME})*"
_END = r"[ \t\f]*(?=[;#\n]|\Z)"
_BEFORE = r"(?:.*[;:])?[ \t\f]*"
_BARE = re.compile(rf"{_BEFORE}\Z")
_FROM = re.compile(
    rf"{_BEFORE}from(?P<module>[ \t\f]*\.[. \t\f]*(?:{_DOTTED})?|[ \t\f]+{_DOTTED})[ \t\f]*\Z"
)
_MODULE = rf"{_DOTTED}(?:[ \t\f]+as[ \t\f]+{_NAME})?"
_MODULES = re.compile(rf"[ \t\f]+(?P<names>{_MODULE}(?:[ \t\f]*,[ \t\f]*{_MODULE})*){_END}")
_GAP = r"(?:\s|#[^\n]*(?:\n|\Z))*"
_ALIAS = rf"{_NAME}(?:{_GAP}\bas\b{_GAP}{_NAME})?"
_LINE = re.compile(
    rf"[ \t\f]*(?P<names>\*|(?<=[ \t\f]){_NAME}(?:[ \t\f]+as[ \t\f]+{_NAME})?"
    rf"(?:[ \t\f]*,[ \t\f]*{_NAME}(?:[ \t\f]+as[ \t\f]+{_NAME})?)*){_END}"
)
_LIST = re.compile(
    rf"[ \t\f]*\({_GAP}(?P<names>{_ALIAS}(?:{_GAP},{_GAP}{_ALIAS})*){_GAP}(?:,{_GAP})?\)"
)
_COMMENTED = re.compile(r"""[ \t\f]*#[^"']*\Z""")
_COMMENT = re.compile(r"#[^\n]*")


class ImportText(NamedTuple):
    """One alias of an import: `name` in `module`, which has its leading dots.

    `name` is None for `import module`, "*" for a star; `alias` is None where there is no `as`.
    """

    module: str
    name: str | None
    alias: str | None


def imports_in(text: str) -> list[ImportText] | None:
    """Return the imports of a text; None where one is spelled in a way that is not made out."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    found: list[ImportText] = []
    for at, end in places_of("import", text):
        start = text.rfind("\n", 0, at) + 1
        aliases = None if text.endswith("\\\n", 0, start) else _read(text, start, at, end)
        if aliases is None:
            return None
        found += aliases
    return found


def _read(text: str, start: int, at: int, end: int) -> list[ImportText] | None:
    """Read the statement that an `import` may belong to, on the line that begins at `start`."""
    if _COMMENTED.match(text, start, at):
        return []
    if _BARE.match(text, start, at):
        names = _MODULES.match(text, end)
        if names is not None:
            return [ImportText(name, None, alias) for name, alias in _split(names["names"])]
    elif head := _FROM.match(text, start, at):
        names = _LINE.match(text, end) or _LIST.match(text, end)
        if names is not None:
            module = "".join(head["module"].split())
            return [ImportText(module, name, alias) for name, alias in _split(names["names"])]
    elif "\\" not in text[start:at]:
        return []
    # Prose, unless a statement goes on in a way that is not read here.
    rest = text[end : text.find("\n", end) + 1 or len(text)]
    return None if "\\" in text[start:at] + rest or rest.lstrip().startswith("(") else []


def _split(names: str) -> Iterator[tuple[str, str | None]]:
    for part in (_COMMENT.sub("", names) if "#" in names else names).split(","):
        name, _, alias = re.sub(r"\s*\.\s*|\s+", _joined, part.strip()).partition(" as ")
        yield name, alias or None


def _joined(match: re.Match[str]) -> str:
    return "." if "." in match[0] else " "
