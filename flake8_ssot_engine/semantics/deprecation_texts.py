"""Deprecation texts: what warnings and docstrings say of what is deprecated, and how surely."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple

UNKNOWN = "…"
"""Stands in a message for what is known only when the program runs."""
_LONGEST = 1000

_PLACEHOLDER = re.compile(r"%\([^)]*\)[a-z]|%[sr]|\{[^{}]*\}")
_ASPECT = re.compile(
    r"\b(?:arguments?|param(?:eter)?s?|keywords?|kwargs?|options?|passing|setting|attributes?)\b"
    r"|\bsupport for (?:python|py)\b|\bpython version",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"\W*deprecated(?:\s*[.:;,!()\[–—-]|\s*\Z|\s+(?:since|as of|in|alias|and|use|from|function"
    r"|class|module|wrapper|version|please|with|for|synonym)\b)",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"(?:^|(?<=[\s*_-])|(?<=\s[(\[]))DEPRECATED\b")
_TAKEN = re.compile(
    r"\b(?:[Ii]mporting\s+)?[`'\"]?([^\W\d]\w*)[`'\"]?\s+from\s+[`'\"]?[\w.]+[`'\"]?\s+is\s+deprecated"
)
_SHOUTED_AT_START = re.compile(r"(?![-*+] |\d)\W*DEPRECATED\b")
_DIRECTIVE = re.compile(
    r"^\.\. deprecated::[ \t]*(?:[^\W\d]+ )?[\d.]*(?P<text>.*(?:\n[ \t]+\S.*|\n(?=\s*\n[ \t]))*)",
    re.M,
)
_FAR_DOWN = 3
"""Paragraphs before a directive from which on it may be about anything."""


class Verdict(NamedTuple):
    """What a text says; `doubt` is why it may mean something else, "" where it cannot."""

    message: str
    doubt: str


def judge_warning(message: str, name: QualifiedName, what: str) -> Verdict:
    """Tell whether a warning that always comes is about the thing whose code gives it."""
    names = {name.last, str(name)}
    is_named = any(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", message) for text in names)
    if not is_named and not re.search(
        rf"\b[Tt]his (?:\w+ )?(?:{what}|method|file|package)\b", message
    ):
        return Verdict(message, f"the warning does not name the {what}")
    if _ASPECT.search(message):
        return Verdict(message, f"the warning may be about a part of the {what}")
    return Verdict(message, "")


def thing_taken(message: str) -> str | None:
    """Return the name that must no longer be taken from a module, where only that is said."""
    match = _TAKEN.search(message)
    return None if match is None else match[1]


def judge_docstring(docstring: str, *, is_module: bool) -> Verdict | None:
    """Tell whether a docstring says that what it documents is deprecated; None if it does not.

    `docstring` is as `ast.get_docstring` cleans it. Only that of a module is read beyond its
    first line, where DEPRECATED counts in capitals.
    """
    directive = _DIRECTIVE.search(docstring)
    if directive is not None:
        message = one_line(directive["text"])
        before = re.split(r"\n\s*\n", docstring[: directive.start()].strip())
        is_doubtful = len(before) >= _FAR_DOWN or _ASPECT.search(message)
        return Verdict(message, "it may be about a part of it" if is_doubtful else "")
    first, _, rest = docstring.partition("\n")
    if _STARTS.match(first):
        return Verdict(one_line(docstring if is_module else docstring.partition("\n\n")[0]), "")
    if not is_module:
        is_shouted = _SHOUTED_AT_START.match(first) is not None
        return Verdict(one_line(docstring.partition("\n\n")[0]), "") if is_shouted else None
    if _SHOUTED.search(first) or any(map(_SHOUTED_AT_START.match, rest.split("\n"))):
        return Verdict(one_line(docstring), "")
    if _SHOUTED.search(docstring):
        return Verdict(one_line(docstring), "the docstring only mentions DEPRECATED")
    return None


def one_line(text: str) -> str:
    """Return a text with runs of white space as one space, and nothing that is not printable."""
    spaced = " ".join(text.split())[:_LONGEST]
    return "".join(c if c.isprintable() else UNKNOWN for c in spaced)


def text_of_message(
    node: ast.expr, texts: Mapping[str, str], *, unknown: Collection[str] = ()
) -> str | None:
    """Return what a message says, on one line, `…` for what cannot be known.

    `texts` are those of some names and other expressions, by how they are spelled. None for
    what is no text, or depends on one of the `unknown` names.
    """
    text = _text_of(node, texts, unknown)
    return None if text is None else one_line(text)


def _text_of(node: ast.expr, texts: Mapping[str, str], unknown: Collection[str]) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, (ast.Name, ast.Attribute)):
        return texts.get(ast.unparse(node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [_text_of(side, texts, unknown) for side in (node.left, node.right)]
        return None if None in sides else "".join(filter(None, sides))
    values: list[ast.expr]
    if isinstance(node, ast.JoinedStr):
        values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        template = "".join(
            part.value.replace("{", "(").replace("}", ")")
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
            else "{}"
            for part in node.values
        )
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        template = _text_of(node.left, texts, unknown) or ""
    elif isinstance(node, ast.Call) and _is_format(node.func):
        values = [*node.args, *(word.value for word in node.keywords)]
        template = _text_of(node.func.value, texts, unknown) or ""  # type: ignore[attr-defined]
    else:
        return None
    return _filled(template, values, texts, unknown) if template else None


def _is_format(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "format"


def _filled(
    template: str, values: list[ast.expr], texts: Mapping[str, str], unknown: Collection[str]
) -> str | None:
    told = []
    for value in values:
        text = texts.get(ast.unparse(value))
        used = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
        if text is None and not used.isdisjoint(unknown):
            return None
        told.append(UNKNOWN if text is None else text)
    filled = iter(told)
    return _PLACEHOLDER.sub(lambda _: next(filled, UNKNOWN), template)
