"""Pulling: diagnostics for editors that ask for them (LSP 3.17, "Pull Diagnostics")."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from cattrs import Converter
from lsprotocol import types as lsp

from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.lsp.documents import Analysis, path_of
from flake8_ssot_engine.lsp.jobs import Advance, CheckAll
from flake8_ssot_engine.lsp.session import Session
from flake8_ssot_engine.lsp.texts import Text
from flake8_ssot_engine.project.reading import read_regular

BATCH = 50
"""Files of which is told at once to an editor that takes results in parts."""

Reports = list[
    lsp.WorkspaceFullDocumentDiagnosticReport | lsp.WorkspaceUnchangedDocumentDiagnosticReport
]


class Pulls:
    """Answers what an editor asks; `made` makes the diagnostics of an analysis."""

    def __init__(
        self,
        session: Session,
        made: Callable[[Analysis], list[lsp.Diagnostic]],
        converter: Converter,
    ) -> None:
        self._session = session
        self._made = made
        self._converter = converter
        self._answered_at = -1

    async def of_document(
        self, params: lsp.DocumentDiagnosticParams
    ) -> tuple[lsp.DocumentDiagnosticReport, Analysis | None]:
        """Return what is found in one document, or that it is what was told before."""
        analysis = await self._session.analysis_at(params.text_document.uri)
        items = [] if analysis is None else self._made(analysis)
        known = self._id_of(items)
        if known == params.previous_result_id:
            return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id=known), analysis
        return lsp.RelatedFullDocumentDiagnosticReport(items=items, result_id=known), analysis

    async def of_workspace(
        self,
        params: lsp.WorkspaceDiagnosticParams,
        folders: Sequence[str],
        tell: Callable[[Advance], None],
    ) -> Reports:
        """Return what is found in the files that are not open. Raises ConfigError.

        An editor that asks again is answered when something has changed.
        """
        before = {one.uri: one.value for one in params.previous_result_ids}
        session = self._session
        if before:
            await session.changed_since(self._answered_at)
        generation = session.generation
        results = await session.processes.run(CheckAll(tuple(folders)), tell)
        reports = await session.in_thread(lambda: list(self._reports(results, before)))
        self._answered_at = generation
        return reports

    def _reports(
        self, results: Sequence[FileResult], before: Mapping[str, str]
    ) -> Iterator[
        lsp.WorkspaceFullDocumentDiagnosticReport | lsp.WorkspaceUnchangedDocumentDiagnosticReport
    ]:
        documents = self._session.documents
        uris: set[str] = set()
        for result in results:
            if not (result.findings or result.error) or documents.at(result.path) is not None:
                continue
            uri = documents.uri_of(result.path)
            uris.add(uri)
            items = self._made(self._analysis_of(result))
            known = self._id_of(items)
            if before.get(uri) == known:
                yield lsp.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=known)
            else:
                yield lsp.WorkspaceFullDocumentDiagnosticReport(
                    uri=uri, items=items, result_id=known
                )
        for uri in before.keys() - uris:
            path = path_of(uri)
            if path is None or documents.at(path) is None:
                yield lsp.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=[])

    def _analysis_of(self, result: FileResult) -> Analysis:
        encoding = self._session.client.encoding
        try:
            text = Text.of_bytes(read_regular(result.path), encoding)
        except (OSError, SourceError):
            text = Text("", encoding)
        return Analysis(result.path, text, b"", result, self._session.projects.known(result.path))

    def _id_of(self, items: Sequence[lsp.Diagnostic]) -> str:
        plain = json.dumps(self._converter.unstructure(items), sort_keys=True, default=str)
        return hashlib.blake2b(plain.encode(), digest_size=12).hexdigest()


async def in_batches(
    reports: Reports, send: Callable[[Reports], None]
) -> lsp.WorkspaceDiagnosticReport:
    """Send reports in parts, and return what is left of them: nothing."""
    for start in range(0, len(reports), BATCH):
        send(reports[start : start + BATCH])
        await asyncio.sleep(0)
    return lsp.WorkspaceDiagnosticReport([])
