"""Code actions: what an editor offers to do about what was found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lsprotocol import types as lsp

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import Finding
from flake8_ssot_engine.engine.fixability import key_of
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.lsp.diagnostics import diagnostic_of
from flake8_ssot_engine.lsp.documents import Analysis, Document
from flake8_ssot_engine.lsp.fixes import Change, UnfixableError, fix_all, fix_one, is_safe, key_at
from flake8_ssot_engine.lsp.jobs import FixEverywhere
from flake8_ssot_engine.lsp.progress import Progress
from flake8_ssot_engine.lsp.session import Session
from flake8_ssot_engine.lsp.suppressing import suppress
from flake8_ssot_engine.lsp.workspace_edits import WorkspaceEdits
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION

EVERYWHERE = "ssot.fixEverywhere"
"""The command for editors that do not resolve actions; it takes a path and a symbol."""
FIX_ALL = "source.fixAll.ssot"
KINDS = (lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll, FIX_ALL)
UNSAFE = "unsafe: it may change what the program does"
_NO_ANALYSIS = "the file has changed meanwhile"


class Actions:
    """Offers the actions for a document, and makes the edits of the one that is chosen.

    `progress` makes what shows how far something of a title is.
    """

    def __init__(self, session: Session, progress: Callable[[str], Progress]) -> None:
        self._session = session
        self._progress = progress
        self._edits = WorkspaceEdits(session.client, session.documents)

    async def offer(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        """Return the actions for a range of a document."""
        document = self._session.documents.get(params.text_document.uri)
        if document is None:
            return []
        wanted = params.context.only
        analysis = await self._session.analysis_of(document)
        found: list[lsp.CodeAction] = []
        if _wants(wanted, lsp.CodeActionKind.QuickFix):
            span = analysis.text.span(params.range)
            at_hand = [
                finding
                for finding in analysis.result.findings
                if finding.violation.span.start <= span.end
                and span.start <= finding.violation.span.end
            ]
            for finding in at_hand:
                found += self._for_finding(document, analysis, finding)
            found += self._everywhere(document, at_hand)
        if _wants(wanted, FIX_ALL) and self._has_any(analysis):
            found.append(self._fix_all(document, _kind_of_all(wanted)))
        if self._session.client.resolves_edits:
            return found
        return [one for action in found if (one := await self._resolved(action)) is not None]

    async def resolve(self, action: lsp.CodeAction) -> lsp.CodeAction:
        """Add the edit to an action. Raises UnfixableError."""
        data: Any = action.data
        if action.edit is not None or action.command or not isinstance(data, dict):
            return action
        document = self._session.documents.get(str(data.get("uri")))
        if document is None or document.version != data.get("version"):
            raise UnfixableError(_NO_ANALYSIS)
        analysis = await self._session.analysis_of(document)
        if document.analysis is not analysis:
            raise UnfixableError(_NO_ANALYSIS)
        if data.get("does") == "fix-all":
            action.edit = await self._edit_of_all(document, analysis)
        elif data.get("does") == "fix-everywhere":
            action.edit = await self.edit_everywhere(document.path, str(data.get("symbol")))
        else:
            key = key_at(data.get("key"))
            finding = next((f for f in analysis.result.findings if key_of(f) == key), None)
            if finding is None:
                raise UnfixableError(_NO_ANALYSIS)
            made = self._edit_of_one if data.get("does") == "fix" else self._suppressing_edit
            action.edit = await made(document, analysis, finding)
        return action

    async def _resolved(self, action: lsp.CodeAction) -> lsp.CodeAction | None:
        try:
            return await self.resolve(action)
        except UnfixableError:
            return None

    # --- what is offered

    def _for_finding(
        self, document: Document, analysis: Analysis, finding: Finding
    ) -> Iterator[lsp.CodeAction]:
        violation = finding.violation
        told = [diagnostic_of(finding, analysis, self._session.client)]
        if violation.applicability is not None:
            title = f"use `{violation.hint}`" if violation.hint else "follow the import"
            if violation.code == UNUSED_SUPPRESSION.code:
                title = "remove it"
            safety = "" if is_safe(finding) else f" ({UNSAFE})"
            yield lsp.CodeAction(
                title=f"{violation.code}: {title}{safety}",
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=told,
                is_preferred=is_safe(finding) or None,
                data={**_data(document), "does": "fix", "key": _plain(finding)},
            )
        if violation.code != UNUSED_SUPPRESSION.code:
            yield lsp.CodeAction(
                title=f"{violation.code}: suppress it here with a reason",
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=told,
                data={**_data(document), "does": "suppress", "key": _plain(finding)},
            )

    def _everywhere(
        self, document: Document, at_hand: Sequence[Finding]
    ) -> Iterator[lsp.CodeAction]:
        fixable = (f.violation for f in at_hand if f.violation.applicability is not None)
        for symbol in dict.fromkeys(v.symbol for v in fixable if v.code != UNUSED_SUPPRESSION.code):
            title = f"fix `{symbol}` everywhere"
            data = {**_data(document), "does": "fix-everywhere", "symbol": str(symbol)}
            command = None
            if not self._session.client.resolves_edits:  # it would take long to make each of them
                command = lsp.Command(title, EVERYWHERE, arguments=[document.path, str(symbol)])
            yield lsp.CodeAction(
                title=f"ssot: {title}",
                kind=lsp.CodeActionKind.QuickFix,
                command=command,
                data=data,
            )

    def _fix_all(self, document: Document, kind: str) -> lsp.CodeAction:
        return lsp.CodeAction(
            title="ssot: fix all that is safe in this file",
            kind=kind,
            data={**_data(document), "does": "fix-all"},
        )

    def _has_any(self, analysis: Analysis) -> bool:
        is_asked = self._session.client.fixes_baselined
        return any(
            is_safe(f) and (is_asked or not f.is_baselined) for f in analysis.result.findings
        )

    # --- what is done

    async def _edit_of_one(
        self, document: Document, analysis: Analysis, finding: Finding
    ) -> lsp.WorkspaceEdit:
        annotation = None
        if not is_safe(finding):
            annotation = lsp.ChangeAnnotation("Unsafe fix", True, UNSAFE)
        assert analysis.project is not None
        settings, contents = analysis.project.settings, self._contents(document, analysis)
        finder = self._session.projects.finder
        fix = await self._session.aside(fix_one, finding, document.path, settings, finder, contents)
        self._check_unchanged(document, analysis)
        return self._edits.of_fix(fix, annotation)

    async def _suppressing_edit(
        self, document: Document, analysis: Analysis, finding: Finding
    ) -> lsp.WorkspaceEdit:
        text = analysis.text
        line = finding.start.line
        edit = await self._session.aside(suppress, text.source, finding.violation.code, line)
        if edit is None:
            raise UnfixableError("no comment can stand there that would be heeded")
        self._check_unchanged(document, analysis)
        return self._edits.of_edits(document.path, [lsp.TextEdit(text.range(edit.span), edit.text)])

    async def edit_everywhere(self, path: str, symbol: str) -> lsp.WorkspaceEdit:
        """Return the edit that fixes a symbol in all of a file's project.

        What is unsafe is in it only where an editor has it confirmed. Raises UnfixableError.
        """
        job = FixEverywhere(
            os.path.dirname(path),
            QualifiedName(symbol.split(".")),
            self._session.documents.unsaved(),
            allow_unsafe=self._session.client.takes_annotations,
        )
        with self._progress(f"ssot: fixing {symbol}") as advance:
            try:
                whole, safe = await self._session.processes.run(job, advance)
            except ConfigError as error:
                raise UnfixableError(str(error)) from None
        if not whole:
            raise UnfixableError("there is nothing that could be fixed")
        return self._edits.of_changes(
            whole,
            lambda path: (
                None
                if safe.get(path) == whole[path]
                else lsp.ChangeAnnotation("Unsafe fixes", True, UNSAFE)
            ),
        )

    async def _edit_of_all(self, document: Document, analysis: Analysis) -> lsp.WorkspaceEdit:
        project = analysis.project
        assert project is not None
        contents = self._contents(document, analysis)

        fixes_baselined = self._session.client.fixes_baselined

        def wants(path: str, now: Mapping[str, bytes]) -> Callable[[Finding], bool]:
            held = frozenset() if fixes_baselined else project.held_keys(path, now)
            return lambda finding: key_of(finding) not in held

        changes = await self._session.aside(
            self._fix_file, document.path, project.settings, contents, wants
        )
        self._check_unchanged(document, analysis)
        return self._edits.of_changes(changes)

    def _fix_file(
        self,
        path: str,
        settings: Settings,
        contents: Mapping[str, bytes],
        wants: Callable[[str, Mapping[str, bytes]], Callable[[Finding], bool]],
    ) -> dict[str, Change]:
        finder = self._session.projects.finder
        return fix_all([Task(path, path, settings)], finder, contents, wants).changes

    def _contents(self, document: Document, analysis: Analysis) -> dict[str, bytes]:
        return {**self._session.documents.unsaved(), document.path: analysis.data}

    def _check_unchanged(self, document: Document, analysis: Analysis) -> None:
        if document.data != analysis.data:
            raise UnfixableError(_NO_ANALYSIS)


def _data(document: Document) -> dict[str, Any]:
    return {"uri": document.uri, "version": document.version}


def _plain(finding: Finding) -> list[str | int]:
    key = key_of(finding)
    return [key.code, *key.span]


def _wants(only: Sequence[str] | None, kind: str) -> bool:
    """Whether a client asks for actions of a kind: by none, by it, or by a kind above it."""
    kinds = [str(getattr(one, "value", one)) for one in only or ()]
    return not kinds or any(kind == one or kind.startswith(f"{one}.") for one in kinds)


def _kind_of_all(only: Sequence[str] | None) -> str:
    """Return the kind under which "fix all" is asked for, ours where it is not said."""
    kinds = [str(getattr(one, "value", one)) for one in only or ()]
    plain = lsp.CodeActionKind.SourceFixAll.value
    return plain if plain in kinds and FIX_ALL not in kinds else FIX_ALL
