"""Documents: the files that an editor has open, each with what came of its last analysis."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence

from pygls.uris import from_fs_path, to_fs_path

from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.lsp.places import Place
from flake8_ssot_engine.lsp.projects import Project
from flake8_ssot_engine.lsp.texts import Text
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import declared_encoding


class Analysis(NamedTuple):
    """What came of one state of a document.

    `project` is None where the configuration is wrong, as `problem` tells. `places` are further
    places that belong to the findings, in their order, where the editor shows any.
    """

    path: str
    text: Text
    data: bytes
    result: FileResult
    project: Project | None = None
    problem: ConfigError | None = None
    places: Sequence[Sequence[Place]] = ()


class Document:
    """A file that is open; `data` is what it would hold on the disk."""

    def __init__(self, uri: str, path: str, version: int, text: Text) -> None:
        self.uri = uri
        self.path = path
        self.is_saved = False
        self.take(version, text)
        self.settled = self.data
        """What others go by: what it held when nobody had typed for a moment."""

    def take(self, version: int, text: Text) -> None:
        """Take over another text; what was found in the old one is forgotten."""
        self.version = version
        self.text = text
        self.data = encoded(text)
        self.analysis: Analysis | None = None
        self.pending: asyncio.Task[Analysis] | None = None


class Documents:
    """All Python files that are open, by their URIs."""

    def __init__(self) -> None:
        self._by_uri: dict[str, Document] = {}
        self._by_path: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._by_uri.values()))

    def get(self, uri: str) -> Document | None:
        """Return the document at a URI, if it is open."""
        return self._by_uri.get(uri)

    def at(self, path: str) -> Document | None:
        """Return the document of the file at an absolute path, if it is open."""
        return self._by_path.get(os.path.normcase(path))

    def open(self, document: Document) -> None:
        """Take a document in."""
        self._by_uri[document.uri] = document
        self._by_path[os.path.normcase(document.path)] = document

    def close(self, document: Document) -> None:
        """Forget a document."""
        self._by_uri.pop(document.uri)
        self._by_path.pop(os.path.normcase(document.path), None)

    def unsaved(self) -> dict[str, bytes]:
        """Return the contents of what is not saved, by absolute paths."""
        return {d.path: d.data for d in self._by_uri.values() if not d.is_saved}

    def settled(self, besides: str) -> dict[str, bytes]:
        """Return the same as it was when nobody had typed for a moment, but for one URI."""
        every = self._by_uri.values()
        return {d.path: d.settled for d in every if not d.is_saved and d.uri != besides}

    def uri_of(self, path: str) -> str:
        """Return the URI of the file at an absolute path, as the editor spells it if it is open."""
        document = self.at(path)
        return document.uri if document else uri_of(path)


def path_of(uri: str) -> str | None:
    """Return the absolute path of a file; None for what is none."""
    if not uri.startswith("file:"):
        return None
    path = to_fs_path(uri)
    return os.path.normpath(path) if path and os.path.isabs(path) else None


def uri_of(path: str) -> str:
    """Return the URI of the file at an absolute path."""
    uri: str | None = from_fs_path(path)
    assert uri is not None
    return uri


def encoded(text: Text) -> bytes:
    """Return the bytes by which a text would be saved: in the encoding that it declares.

    What that cannot spell becomes a question mark, so that everything stays in its place.
    """
    data = text.whole.encode("utf-8", "surrogatepass")
    try:
        encoding = declared_encoding(data)
        return data if encoding == "utf-8" else text.whole.encode(encoding, "replace")
    except (SyntaxError, LookupError):
        return data
