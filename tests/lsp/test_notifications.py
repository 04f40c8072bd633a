"""Of a notification nothing stays behind: an hour's typing has tens of thousands."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from lsprotocol import types as lsp

from flake8_ssot_engine.lsp.server import make_server


def test_nothing_is_kept_of_what_was_typed() -> None:
    heard: list[str] = []
    server = make_server()
    session: Any = SimpleNamespace(
        open=lambda item: heard.append(item.uri),
        change=lambda params: heard.append(params.text_document.uri),
        documents=SimpleNamespace(get=heard.append),
    )
    server.session = session
    uri = "file:///a.py"
    identifier = lsp.VersionedTextDocumentIdentifier(2, uri)
    told: dict[str, Any] = {
        lsp.TEXT_DOCUMENT_DID_OPEN: lsp.DidOpenTextDocumentParams(
            lsp.TextDocumentItem(uri, "python", 1, "")
        ),
        lsp.TEXT_DOCUMENT_DID_CHANGE: lsp.DidChangeTextDocumentParams(identifier, []),
        lsp.TEXT_DOCUMENT_DID_CLOSE: lsp.DidCloseTextDocumentParams(
            lsp.TextDocumentIdentifier(uri)
        ),
    }
    for method, params in told.items():
        server.protocol._handle_notification(method, params)
    assert heard == [uri] * 3
    assert server.protocol._request_futures == {}
