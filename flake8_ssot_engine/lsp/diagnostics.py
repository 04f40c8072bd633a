"""Diagnostics: what was found in a file, as an editor shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lsprotocol import types as lsp

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.fixability import key_of
from flake8_ssot_engine.lsp.client import Client
from flake8_ssot_engine.lsp.documents import Analysis
from flake8_ssot_engine.lsp.places import Place
from flake8_ssot_engine.lsp.texts import Text
from flake8_ssot_engine.reports.escape import printable
from flake8_ssot_engine.rules.registry import rule_of
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION
from flake8_ssot_engine.source import Position
from flake8_ssot_engine.violations import Severity

SOURCE = "ssot"
_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.HINT: lsp.DiagnosticSeverity.Hint,
}
_REPEATED = frozenset({"SSOT006", "SSOT008", UNUSED_SUPPRESSION.code})
"""The codes of what names nothing deprecated."""


def diagnostics_of(
    analysis: Analysis, client: Client, uri_of: Callable[[str], str]
) -> list[lsp.Diagnostic]:
    """Return the diagnostics of a file; `uri_of` tells how the editor spells a path."""
    found = [diagnostic_of(finding, analysis, client) for finding in analysis.result.findings]
    for diagnostic, places in zip(found, analysis.places, strict=False):
        diagnostic.related_information = [
            _related(place, client, uri_of) for place in places
        ] or None
    if analysis.result.error is not None:
        found.append(_of_error(analysis.result.error, analysis.text))
    return found


def diagnostic_of(finding: Finding, analysis: Analysis, client: Client) -> lsp.Diagnostic:
    """Return the diagnostic of one violation."""
    violation = finding.violation
    is_deprecated = client.knows_deprecated and violation.code not in _REPEATED
    settings = analysis.project.settings if analysis.project else None
    page = page_of(violation.code, violation.migration, settings, client)
    return lsp.Diagnostic(
        range=analysis.text.range(violation.span),
        message=printable(violation.message),
        severity=_SEVERITIES[finding.severity],
        code=violation.code,
        code_description=lsp.CodeDescription(page) if page else None,
        source=SOURCE,
        tags=[lsp.DiagnosticTag.Deprecated] if is_deprecated else None,
        data=list(_key(finding)),
    )


def _related(
    place: Place, client: Client, uri_of: Callable[[str], str]
) -> lsp.DiagnosticRelatedInformation:
    text = Text.of_source(place.source, client.encoding)
    location = lsp.Location(uri_of(place.path), text.range(place.span))
    return lsp.DiagnosticRelatedInformation(location, place.told)


def _key(finding: Finding) -> Iterator[str | int]:
    key = key_of(finding)
    yield key.code
    yield from key.span


def page_of(code: str, migration: str, settings: Settings | None, client: Client) -> str:
    """Return where to read about a violation: the rule's page, or else the migration's."""
    if not client.shows_code_pages:
        return ""
    rule = rule_of(code)
    if client.rules_url and rule is not None:
        return f"{client.rules_url}#{rule.code.lower()}-{rule.name}"
    migrations = settings.migrations if settings else ()
    return next((one.url for one in migrations if one.id == migration), "")


def _of_error(error: FileError, text: Text) -> lsp.Diagnostic:
    line = error.line or 1
    start = Position(line, max(error.column or 1, 1))
    end = Position(line, len(text.source.line_text(line)) + 1)
    return lsp.Diagnostic(
        range=text.range_between(min(start, end), end),
        message=printable(error.message),
        severity=_SEVERITIES[Severity.HINT if error.is_baselined else Severity.ERROR],
        code=error.code,
        source=SOURCE,
    )
