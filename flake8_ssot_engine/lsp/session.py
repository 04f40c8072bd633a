"""Session: what one editor has open, and the one thread in which it is analysed.

The event loop owns the documents; projects and checkers belong to the thread. The newest text
wins: what was found in an older one is thrown away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from lsprotocol import types as lsp

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.errors import ConfigError, SourceError
from flake8_ssot_engine.lsp.client import Client
from flake8_ssot_engine.lsp.documents import Analysis, Document, Documents, encoded, path_of
from flake8_ssot_engine.lsp.processes import Processes
from flake8_ssot_engine.lsp.projects import Projects
from flake8_ssot_engine.lsp.rubbish import Rubbish
from flake8_ssot_engine.lsp.seeing import Seen
from flake8_ssot_engine.lsp.texts import Text
from flake8_ssot_engine.project.reading import read_regular

Answer = TypeVar("Answer")
_IDLE = 0.5
"""Seconds without typing after which other documents see what was typed."""


class Session:
    """The state of a server between `initialize` and `exit`.

    `tell` hears of each analysis, `report` of a bug that came to light in one; `tell_again` has all
    documents told of whose analysis is forgotten.
    """

    def __init__(
        self,
        client: Client,
        tell: Callable[[Document], None],
        report: Callable[[Exception], None],
        tell_again: Callable[[], None],
    ) -> None:
        self.client = client
        self.documents = Documents()
        self.projects = Projects()
        self.processes = Processes()
        self._tell = tell
        self._report = report
        self._tell_again = tell_again
        self._settling: asyncio.TimerHandle | None = None
        self._thread = ThreadPoolExecutor(1, "analysis")
        self._aside = ThreadPoolExecutor(1, "aside")
        self._waiting: dict[str, None] = {}
        self._rubbish = Rubbish()
        self._change = asyncio.Event()
        self.generation = 0
        """How often all that was found has been forgotten."""
        self._worker: asyncio.Task[None] | None = None

    async def in_thread(self, function: Callable[..., Answer], *arguments: object) -> Answer:
        """Return what a function returns that is called in the thread of the analyses."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *arguments)

    async def aside(self, function: Callable[..., Answer], *arguments: object) -> Answer:
        """Return what a function returns that is called aside, so that analyses go on."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._aside, function, *arguments)

    def end(self) -> None:
        """Begin nothing more."""
        self.processes.end()
        self._rubbish.end()
        if self._settling is not None:
            self._settling.cancel()
        for pool in (self._thread, self._aside):
            pool.shutdown(wait=False, cancel_futures=True)

    # --- what the editor says

    def open(self, item: lsp.TextDocumentItem) -> Document | None:
        """Take in a document, if it is one of Python, in a file."""
        path = path_of(item.uri)
        if path is None or item.language_id != "python" or path.endswith(".ipynb"):
            return None
        document = Document(item.uri, path, item.version, Text(item.text, self.client.encoding))
        document.is_saved = _is_on_disk(path, document.data)
        self.documents.open(document)
        if not document.is_saved:
            self._settle_soon()
        return document

    def change(self, params: lsp.DidChangeTextDocumentParams) -> Document | None:
        """Take in the changes of a document."""
        document = self.documents.get(params.text_document.uri)
        if document is None:
            return None
        document.is_saved = False
        text = document.text.changed(params.content_changes)
        document.take(params.text_document.version, text)
        self._settle_soon()
        return document

    def close(self, uri: str) -> None:
        """Forget a document, and what it held that was not saved."""
        document = self.documents.get(uri)
        if document is not None:
            self.documents.close(document)
            self._note_change()
            if not document.is_saved:
                self._forget_analyses()

    def _settle_soon(self) -> None:
        """Have others go by what has been typed, once nobody types."""
        if self._settling is not None:
            self._settling.cancel()
        self._settling = asyncio.get_running_loop().call_later(_IDLE, self._settle)

    def _settle(self) -> None:
        changed = {d.uri for d in self.documents if d.settled != d.data}
        for document in self.documents:
            document.settled = document.data
        if changed:
            self._forget_analyses(besides=changed if len(changed) == 1 else set())

    def _forget_analyses(self, besides: Collection[str] = ()) -> None:
        """Have others told of anew: what they see of each other has changed."""
        others = [d for d in self.documents if d.uri not in besides]
        for document in others:
            document.analysis = document.pending = None
        if others:
            self._tell_again()

    def save(self, uri: str) -> None:
        """Take note that a file was saved, be it one of Python or not."""
        document = self.documents.get(uri)
        if document is not None:
            document.is_saved = True
        self.reload([uri])

    def reload(self, uris: Iterable[str]) -> None:
        """Have all that is open analysed anew, since some files are not what they were."""
        of_modules = all(uri.endswith((".py", ".pyi")) for uri in uris)
        forget = self.projects.forget_modules if of_modules else self.projects.forget
        self._thread.submit(forget)
        self._note_change()
        self._forget_analyses()

    def _note_change(self) -> None:
        self.generation += 1
        self._change.set()
        self._change = asyncio.Event()

    async def changed_since(self, generation: int) -> None:
        """Wait until something has changed besides what is typed."""
        if generation == self.generation:
            await self._change.wait()

    # --- analyses

    def schedule(self, document: Document) -> None:
        """Have a document analysed as soon as may be."""
        self._waiting[document.uri] = None
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            uri, _ = self._waiting.popitem()  # the one that was changed last
            document = self.documents.get(uri)
            if document is None:
                continue
            try:
                analysis = await self.analysis_of(document)
            except Exception as error:  # a bug; other documents are analysed all the same
                self._report(error)
                continue
            if self.documents.get(uri) is not document:
                continue  # closed meanwhile
            if analysis is document.analysis:
                self._tell(document)
            else:
                self._waiting.setdefault(uri)

    async def analysis_of(self, document: Document) -> Analysis:
        """Return what is found in a document as it is now; all who ask wait for one analysis."""
        if document.analysis is not None:
            return document.analysis
        if document.pending is None:
            document.pending = asyncio.create_task(self._analysed(document))
        return await asyncio.shield(document.pending)

    async def _analysed(self, document: Document) -> Analysis:
        path, text, data = document.path, document.text, document.data
        others = self.documents.settled(besides=document.uri)
        analysis = await self.in_thread(self.analyse, path, text, data, others)
        self._rubbish.collect_soon(self._thread)
        if document.pending is asyncio.current_task():  # nobody has forgotten it
            document.analysis = analysis
        return analysis

    async def seen_of(self, document: Document) -> tuple[Seen | None, Settings | None]:
        """Return what the names of a document stand for, and the settings that hold."""
        path, data = document.path, document.data
        others = self.documents.settled(besides=document.uri)

        def see() -> tuple[Seen | None, Settings | None]:
            project = self.projects.known(path)
            return (project.see(path, data, others), project.settings) if project else (None, None)

        return await self.in_thread(see)

    async def analysis_at(self, uri: str) -> Analysis | None:
        """Return what is found in a file, be it open or not; None where there is none."""
        document = self.documents.get(uri)
        if document is not None:
            return await self.analysis_of(document)
        path = path_of(uri)
        if path is None:
            return None
        try:
            text = Text.of_bytes(read_regular(path), self.client.encoding)
        except (OSError, SourceError):
            return None
        others = self.documents.settled(besides=uri)
        return await self.in_thread(self.analyse, path, text, encoded(text), others)

    def analyse(self, path: str, text: Text, data: bytes, others: Mapping[str, bytes]) -> Analysis:
        """Analyse a text, within the thread."""
        try:
            project = self.projects.project_of(path)
            result = project.check(path, data, others)
            shown = result.findings if self.client.shows_related else ()
            places = project.places(others, shown) if shown else ()
            return Analysis(path, text, data, result, project, places=places)
        except ConfigError as error:
            return Analysis(path, text, data, FileResult(path), problem=error)


def _is_on_disk(path: str, data: bytes) -> bool:
    try:
        return read_regular(path) == data
    except (OSError, SourceError):
        return False
