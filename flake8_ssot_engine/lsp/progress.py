"""Progress: how far something long is, as an editor shows it."""

from __future__ import annotations

import uuid
from types import TracebackType

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from flake8_ssot_engine.lsp.jobs import Advance


class Progress:
    """Shows progress for as long as a `with` block lasts, under a token of the editor's or ours.

    Without a token of its own, an editor is asked to show it where `may_begin` says that it can.
    """

    def __init__(
        self,
        server: LanguageServer,
        title: str,
        token: lsp.ProgressToken | None,
        *,
        may_begin: bool = False,
    ) -> None:
        self._server = server
        self._title = title
        self._token = token
        self._shown = -1
        if token is None and may_begin:
            self._token = str(uuid.uuid4())
            server.window_work_done_progress_create(lsp.WorkDoneProgressCreateParams(self._token))

    def __enter__(self) -> Progress:
        self._tell(lsp.WorkDoneProgressBegin(self._title, percentage=0))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tell(lsp.WorkDoneProgressEnd())

    def __call__(self, advance: Advance) -> None:
        """Show how far it is."""
        percentage = 100 * advance.done // max(advance.total, 1)
        if percentage > self._shown:
            self._shown = percentage
            message = f"{advance.done} of {advance.total} files"
            self._tell(lsp.WorkDoneProgressReport(message=message, percentage=percentage))

    def _tell(
        self,
        value: lsp.WorkDoneProgressBegin | lsp.WorkDoneProgressReport | lsp.WorkDoneProgressEnd,
    ) -> None:
        if self._token is not None:
            self._server.progress(lsp.ProgressParams(self._token, value))
