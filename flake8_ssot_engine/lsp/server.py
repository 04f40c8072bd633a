"""The server: which message of the protocol is answered by what."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from flake8_ssot_engine import __version__
from flake8_ssot_engine.errors import ExitCode
from flake8_ssot_engine.lsp.actions import KINDS, Actions
from flake8_ssot_engine.lsp.client import Client
from flake8_ssot_engine.lsp.diagnostics import diagnostics_of
from flake8_ssot_engine.lsp.documents import Document
from flake8_ssot_engine.lsp.fixes import Unfixable
from flake8_ssot_engine.lsp.session import Session


class _Protocol(LanguageServerProtocol):
    """The protocol without the texts that pygls keeps: ours are in `Documents`.

    pygls ends lines at form feeds as well, and moves the positions that it is given accordingly.
    """

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: Any) -> Iterator[Any]:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: Any) -> Iterator[Any]:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: Any) -> Iterator[Any]:
        yield self.fm.features[lsp.TEXT_DOCUMENT_DID_CLOSE], (params,), None


class Server(LanguageServer):
    """The language server; its session begins with `initialize`."""

    session: Session
    actions: Actions
    is_shut_down = False

    def __init__(self) -> None:
        super().__init__("ssot", __version__, protocol_cls=_Protocol)

    def begin(self, params: lsp.InitializeParams) -> None:
        """Begin the session."""
        encoding = lsp.PositionEncodingKind(self.protocol.workspace.position_encoding)
        client = Client(params, encoding.value)
        self.session = Session(client, self.publish)
        self.actions = Actions(self.session)

    def show(self, kind: lsp.MessageType, text: str) -> None:
        """Show a message to whoever sits at the editor."""
        self.window_show_message(lsp.ShowMessageParams(kind, text))

    def publish(self, document: Document) -> None:
        """Tell the editor of what was found in a document, unless it asks for that itself."""
        analysis = document.analysis
        if analysis is None or self.session.client.pulls:
            return
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(
                document.uri, diagnostics_of(analysis, self.session.client), document.version
            )
        )


def make_server() -> Server:
    """Return a server that answers all it can."""
    server = Server()

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.begin(params)

    @server.feature(lsp.SHUTDOWN)
    def shutdown(*_: object) -> None:
        server.is_shut_down = True
        server.session.end()

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
        server.session.documents.close(uri)
        if not server.session.client.pulls:
            server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

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
        except Unfixable as error:
            server.show(lsp.MessageType.Warning, f"ssot: {params.title}: {error}")
            return params

    return server


def serve() -> ExitCode:
    """Serve on standard input and output until the editor is done, or gone."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    server = make_server()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed is no answer
        server.start_io(stdout=answers)
    return ExitCode.CLEAN if server.is_shut_down else ExitCode.VIOLATIONS
