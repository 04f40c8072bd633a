"""Completion: the deprecated names that an import may go on with, marked as such.

Other servers offer the rest; these come after theirs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lsprotocol import types as lsp

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.analysis import Analysis
from flake8_ssot_engine.lsp.client import Client
from flake8_ssot_engine.lsp.hover import markup_of, replacement
from flake8_ssot_engine.lsp.session import Session
from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.names import QualifiedName, absolute_module
from flake8_ssot_engine.project.discovery import is_excluded
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.context import RuleContext
from flake8_ssot_engine.semantics.bindings import ANY_NAME
from flake8_ssot_engine.source import SourceFile

_START = r"(?:^|[\n;:])[ \t]*"
_FROM = re.compile(
    rf"{_START}from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]+import[ \t]+"
    r"(?:\((?P<inside>[^()]*)|(?P<line>[^\n()]*))$"
)
_MODULE = re.compile(
    rf"{_START}(?:from[ \t]+(?P<dots>\.*)|import[ \t]+(?:[^\n]*,[ \t]*)?)(?P<module>[\w.]*)$"
)
_FAR = 4000
"""Characters back to which the beginning of an import is looked for."""


class Asked(NamedTuple):
    """What an import is to go on with: a name below a module; maybe a module alone."""

    module: QualifiedName
    are_modules: bool


def asked_at(text: str, offset: int, package: QualifiedName) -> Asked | None:
    """Return what is asked for at an offset of a text, in a module of `package`."""
    before = text[max(0, offset - _FAR) : offset].replace("\r\n", "\n")
    match = _FROM.search(before)
    if match is not None:
        written = match["line"] if match["inside"] is None else match["inside"]
        if re.search(r"\bas\s+\w*$|#[^\n]*$|\\$", written):
            return None
        module = absolute_module(package, len(match["dots"]), match["module"] or None)
        return None if module is None else Asked(module, are_modules=False)
    match = _MODULE.search(before)
    if match is None:
        return None
    parts = match["module"].split(".")[:-1]
    if match["dots"]:
        module = absolute_module(package, len(match["dots"]), ".".join(parts) or None)
        return None if module is None else Asked(module, are_modules=True)
    return Asked(QualifiedName(parts), are_modules=True)


async def completions_at(
    session: Session, params: lsp.CompletionParams
) -> list[lsp.CompletionItem]:
    """Return the deprecated names with which the import at a position may go on."""
    document = session.documents.get(params.text_document.uri)
    if document is None:
        return []
    text, offset = document.text.source.text, document.text.offset(params.position)
    if not may_ask(text, offset):
        return []
    path, others = document.path, session.documents.settled(besides=document.uri)

    def found() -> list[lsp.CompletionItem]:
        project = session.projects.known(path)
        if project is None or is_excluded(path, project.settings):
            return []
        return complete(text, offset, project.checker(others).analysis, path, session.client)

    return await session.in_thread(found)


def may_ask(text: str, offset: int) -> bool:
    """Whether something may be asked for at an offset: it is where an import may go on."""
    return asked_at(text, offset, QualifiedName(("p",) * 20)) is not None


def complete(
    text: str, offset: int, analysis: Analysis, path: str, client: Client
) -> list[lsp.CompletionItem]:
    """Return the deprecated names with which the import at an offset of a text may go on."""
    context = analysis.context_of(path, SourceFile(path, ""), ast.Module([], []))
    asked = asked_at(text, offset, context.model.package)
    if asked is None:
        return []
    return [
        _item(name, match, analysis.settings, client)
        for name in dict.fromkeys(_names(asked, context))
        if (match := context.match_path(asked.module.child(name))) is not None
    ]


def _names(asked: Asked, context: RuleContext) -> Iterator[str]:
    modules = context.reexports.modules
    for _, move in context.index:
        if move.old.parent == asked.module and (
            not asked.are_modules or modules.is_module(move.old)
        ):
            yield move.old.last
    if asked.are_modules:
        return
    for exports in modules.exports_of(asked.module)[:1]:
        names = [*exports.names(), *exports.lazy_names(), *sorted(exports.public() or ())]
        yield from (name for name in names if name != ANY_NAME and not name.startswith("__"))


def _item(name: str, match: Match, settings: Settings, client: Client) -> lsp.CompletionItem:
    is_class = match.move.is_named_as_class and match.is_exact
    has_tags = client.marks_deprecated_items
    return lsp.CompletionItem(
        label=name,
        kind=lsp.CompletionItemKind.Class if is_class else lsp.CompletionItemKind.Reference,
        tags=[lsp.CompletionItemTag.Deprecated] if has_tags else None,
        deprecated=None if has_tags else True,
        detail=f"deprecated: {replacement(match)}",
        documentation=markup_of(match, settings, is_markdown=client.completes_in_markdown),
        sort_text=f"~{name}",
    )
