"""Hovers: what replaces an old name, why, until when, and who may still use it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from lsprotocol import types as lsp

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.lsp.session import Session
from flake8_ssot_engine.migrations import Match
from flake8_ssot_engine.reports.escape import printable_lines
from flake8_ssot_engine.rules.hints import from_import


async def hover_at(session: Session, params: lsp.HoverParams) -> lsp.Hover | None:
    """Return what there is to know about the name at a position of a document."""
    document = session.documents.get(params.text_document.uri)
    if document is None:
        return None
    text = document.text
    seen, settings = await session.seen_of(document)
    named = None if seen is None else seen.at(text.offset(params.position))
    if named is None or settings is None:
        return None
    told = markup_of(named.match, settings, is_markdown=session.client.hovers_in_markdown)
    return lsp.Hover(told, text.range(named.span))


def markup_of(match: Match, settings: Settings, *, is_markdown: bool) -> lsp.MarkupContent:
    """Return what there is to know about a name that falls under a move."""
    lines = [printable_lines(line) for line in _about(match, settings)]
    if is_markdown:
        return lsp.MarkupContent(lsp.MarkupKind.Markdown, "\n\n".join(lines))
    return lsp.MarkupContent(lsp.MarkupKind.PlainText, "\n".join(lines).replace("`", ""))


def _about(match: Match, settings: Settings) -> Iterator[str]:
    """Yield what there is to know, a line (of Markdown) each."""
    migration = match.migration
    yield f"`{match.symbol}` is deprecated; {replacement(match)}"
    if match.move.hint:
        yield match.move.hint
    if match.move.factory and match.replacement is not None:
        yield f"To make one: `{match.replacement.last}.{match.move.factory}(...)`"
    title = f"{migration.id}: {migration.title}" if migration.title else migration.id
    yield f"Migration {title}"
    if migration.reason:
        yield f"Why: {migration.reason}"
    if migration.deadline is not None:
        yield f"Until: {migration.deadline}, from when on each use is an error"
    owners = [_shown(place, settings) for globs in migration.owners for place in globs.patterns]
    if owners:
        yield f"Owned by: {', '.join(f'`{one}`' for one in dict.fromkeys(owners))}"
    if migration.url:
        yield f"<{migration.url}>"


def replacement(match: Match) -> str:
    """Return what to write instead of a name."""
    if match.replacement is None:
        return match.move.hint or "it has no replacement"
    return f"use `{from_import(match.replacement)}`"


def _shown(pattern: str, settings: Settings) -> str:
    path = pattern.lstrip("/")
    return os.path.relpath(path, settings.root) if os.path.isabs(path) else path
