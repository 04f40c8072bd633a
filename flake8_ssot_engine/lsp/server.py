"""The server: which message of the protocol is answered by what."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from flake8_ssot_engine import __version__
from flake8_ssot_engine.errors import ConfigError, ExitCode
from flake8_ssot_engine.lsp.actions import EVERYWHERE, KINDS, Actions
from flake8_ssot_engine.lsp.client import Client
from flake8_ssot_engine.lsp.completion import completions_at
from flake8_ssot_engine.lsp.diagnostics import diagnostics_of
from flake8_ssot_engine.lsp.documents import Analysis, Document, path_of
from flake8_ssot_engine.lsp.fixes import UnfixableError
from flake8_ssot_engine.lsp.hover import hover_at
from flake8_ssot_engine.lsp.progress import Progress
from flake8_ssot_engine.lsp.pulling import Pulls, in_batches
from flake8_ssot_engine.lsp.session import Session
from flake8_ssot_engine.lsp.troubles import Troubles
from flake8_ssot_engine.reports.escape import printable_lines

WATCHED = ("*.py", "*.pyi", "*.toml", "setup.cfg", "tox.ini", ".flake8", "ssot-baseline.txt")
"""The files of which the editor is asked to tell when they change."""


class _Protocol(LanguageServerProtocol):
    """The protocol without the texts that pygls keeps: ours are in `Documents`.

    pygls ends lines at form feeds as well, and moves the positions that it is given accordingly.
    These are no generators as its own are: of a notification that one handles, pygls 2.1 keeps
    a future for ever, two kilobytes for each keystroke.
    """

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: Any) -> None:
        self.fm.features[lsp.TEXT_DOCUMENT_DID_OPEN](params)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: Any) -> None:
        self.fm.features[lsp.TEXT_DOCUMENT_DID_CHANGE](params)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: Any) -> None:
        self.fm.features[lsp.TEXT_DOCUMENT_DID_CLOSE](params)


class Server(LanguageServer):
    """The language server; its session begins with `initialize`."""

    session: Session
    actions: Actions
    pulls: Pulls
    troubles: Troubles
    has_begun = False
    is_shut_down = False

    def __init__(self) -> None:
        super().__init__("ssot", __version__, protocol_cls=_Protocol)
        self._watched: set[str] = set()

    def begin(self, params: lsp.InitializeParams) -> None:
        """Begin the session."""
        self.has_begun = True
        encoding = lsp.PositionEncodingKind(self.protocol.workspace.position_encoding)
        client = Client(params, encoding.value)
        self.session = Session(client, self.publish, self.report, self.tell_again)
        self.actions = Actions(
            self.session,
            lambda title: Progress(self, title, None, may_begin=client.shows_progress),
        )
        self.pulls = Pulls(self.session, self.diagnostics_of, self.protocol._converter)
        self.troubles = Troubles(
            client.encoding,
            self.text_document_publish_diagnostics,
            lambda text: self.show(lsp.MessageType.Error, f"ssot: {text}"),
        )

    def report(self, error: Exception) -> None:
        """Tell of a bug."""
        traceback.print_exception(error)
        self.show(lsp.MessageType.Error, f"ssot: this is a bug in ssot: {error!r}")

    def show(self, kind: lsp.MessageType, text: str) -> None:
        """Show a message to whoever sits at the editor."""
        self.window_show_message(lsp.ShowMessageParams(kind, printable_lines(text)))

    def publish(self, document: Document) -> None:
        """Tell the editor of what was found in a document, unless it asks for that itself."""
        analysis = document.analysis
        if analysis is None:
            return
        self.note(document.uri, analysis)
        if not self.session.client.pulls:
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(
                    document.uri, self.diagnostics_of(analysis), document.version
                )
            )

    def note(self, uri: str, analysis: Analysis) -> None:
        """Tell what is wrong with a configuration, and watch its baseline."""
        self.troubles.note(uri, analysis.problem)
        if analysis.project is not None:
            name = os.path.basename(analysis.project.settings.baseline_file)
            if name not in self._watched:
                self.watch([name])

    def diagnostics_of(self, analysis: Analysis) -> list[lsp.Diagnostic]:
        """Return what was found in a file, for the editor."""
        session = self.session
        return diagnostics_of(analysis, session.client, session.documents.uri_of)

    def folders(self) -> list[str]:
        """Return the absolute paths of the folders that are worked in."""
        found = (path_of(folder.uri) for folder in self.workspace.folders.values())
        paths = [path for path in found if path is not None]
        root = self.workspace.root_uri and path_of(self.workspace.root_uri)
        return paths or ([root] if root else [])

    def tell_again(self) -> None:
        """Have the editor told of what is open and has to be analysed anew."""
        if not self.session.client.pulls:
            for document in self.session.documents:
                if document.analysis is None:
                    self.session.schedule(document)
        elif self.session.client.refreshes:
            self.workspace_diagnostic_refresh(None)

    def watch(self, names: Sequence[str]) -> None:
        """Ask the editor to tell when files of some names change, if it can."""
        if self.session.client.watches_files and names:
            watchers = [lsp.FileSystemWatcher(f"**/{name}") for name in names]
            registration = lsp.Registration(
                f"ssot-watch-{names[0]}",
                lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                lsp.DidChangeWatchedFilesRegistrationOptions(watchers),
            )
            self.client_register_capability(lsp.RegistrationParams([registration]))
            self._watched.update(names)


def make_server() -> Server:
    """Return a server that answers all it can."""
    server = Server()

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.begin(params)

    @server.feature(lsp.SHUTDOWN)
    def shutdown(*_: object) -> None:
        server.is_shut_down = True

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
        document = server.session.open(params.text_document)
        if document is not None and not server.session.client.pulls:
            server.session.schedule(document)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
        document = server.session.change(params)
        if document is not None and not server.session.client.pulls:
            server.session.schedule(document)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        if server.session.documents.get(uri) is None:
            return
        server.session.close(uri)
        server.troubles.note(uri, None)
        if not server.session.client.pulls:
            server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    @server.feature(lsp.INITIALIZED)
    def initialized(params: lsp.InitializedParams) -> None:
        server.watch(WATCHED)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: lsp.DidSaveTextDocumentParams) -> None:
        server.session.save(params.text_document.uri)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: lsp.DidChangeWatchedFilesParams) -> None:
        server.session.reload(change.uri for change in params.changes)

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True),
    )
    async def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return await server.actions.offer(params)

    @server.feature(lsp.CODE_ACTION_RESOLVE)
    async def resolve(params: lsp.CodeAction) -> lsp.CodeAction:
        try:
            return await server.actions.resolve(params)
        except UnfixableError as error:
            server.show(lsp.MessageType.Warning, f"ssot: {params.title}: {error}")
            return params

    @server.command(EVERYWHERE)
    async def fix_everywhere(path: str, symbol: str) -> None:
        try:
            edit = await server.actions.edit_everywhere(path, symbol)
        except UnfixableError as error:
            server.show(lsp.MessageType.Warning, f"ssot: {symbol}: {error}")
            return
        label = f"Fix {symbol} everywhere"
        await server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, label))

    @server.feature(
        lsp.TEXT_DOCUMENT_DIAGNOSTIC,
        lsp.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=True, identifier="ssot"
        ),
    )
    async def diagnostic(params: lsp.DocumentDiagnosticParams) -> lsp.DocumentDiagnosticReport:
        report, analysis = await server.pulls.of_document(params)
        if analysis is not None:
            server.note(params.text_document.uri, analysis)
        return report

    @server.feature(lsp.WORKSPACE_DIAGNOSTIC)
    async def workspace_diagnostic(
        params: lsp.WorkspaceDiagnosticParams,
    ) -> lsp.WorkspaceDiagnosticReport:
        folders = server.folders()
        with Progress(server, "ssot: checking", params.work_done_token) as advance:
            try:
                reports = await server.pulls.of_workspace(params, folders, advance)
            except ConfigError as error:
                server.troubles.note("", error)
                return lsp.WorkspaceDiagnosticReport([])
        server.troubles.note("", None)
        token = params.partial_result_token
        if token is None:
            return lsp.WorkspaceDiagnosticReport(reports)
        return await in_batches(
            reports,
            lambda some: server.progress(
                lsp.ProgressParams(token, lsp.WorkspaceDiagnosticReportPartialResult(some))
            ),
        )

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        return await hover_at(server.session, params)

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[".", " "])
    )
    async def completion(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        return await completions_at(server.session, params)

    return server


def serve() -> ExitCode:
    """Serve on standard input and output until the editor is done, or gone."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    server = make_server()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed is no answer
        server.start_io(stdout=answers)
    if server.has_begun:
        server.session.end()
    return ExitCode.CLEAN if server.is_shut_down else ExitCode.VIOLATIONS
