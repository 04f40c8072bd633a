"""Workspace edits: changes of files, told so that an editor can apply them, or refuse to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from lsprotocol import types as lsp

from flake8_ssot_engine.edits import Fix, PlacedEdit
from flake8_ssot_engine.errors import SourceError
from flake8_ssot_engine.lsp.client import Client
from flake8_ssot_engine.lsp.documents import Documents
from flake8_ssot_engine.lsp.fixes import Change, UnfixableError
from flake8_ssot_engine.lsp.text_edits import edits_between
from flake8_ssot_engine.lsp.texts import Text
from flake8_ssot_engine.project.reading import read_regular

_ANNOTATION = "ssot"


class WorkspaceEdits:
    """Makes workspace edits for one editor, of what its documents are now."""

    def __init__(self, client: Client, documents: Documents) -> None:
        self._client = client
        self._documents = documents

    def of_fix(self, fix: Fix, annotation: lsp.ChangeAnnotation | None = None) -> lsp.WorkspaceEdit:
        """Return the edit that applies a fix. Raises UnfixableError."""
        by_path: dict[str, list[PlacedEdit]] = {}
        for edit in fix.edits:
            by_path.setdefault(os.path.abspath(edit.path), []).append(edit)
        return self._of(
            {path: self._placed(path, edits) for path, edits in by_path.items()},
            lambda path: annotation,
        )

    def of_changes(
        self,
        changes: Mapping[str, Change],
        annotate: Callable[[str], lsp.ChangeAnnotation | None] = lambda path: None,
    ) -> lsp.WorkspaceEdit:
        """Return the edit that makes some files what they are to be. Raises UnfixableError.

        `annotate` tells what is to be said of the changes of a file.
        """
        edits = {}
        for path, change in changes.items():
            document = self._documents.at(path)
            if document is not None and document.data != change.before:
                raise UnfixableError(f"{path} has changed meanwhile")
            text = document.text if document else self._text_of(change.before)
            if change.edits is not None:
                edits[path] = [lsp.TextEdit(text.range(e.span), e.text) for e in change.edits]
            else:
                edits[path] = edits_between(text, self._text_of(change.after).source.text)
        return self._of(edits, annotate)

    def of_edits(self, path: str, edits: Sequence[lsp.TextEdit]) -> lsp.WorkspaceEdit:
        """Return the edit of one file."""
        return self._of({path: edits}, lambda path: None)

    def _text_of(self, data: bytes) -> Text:
        return Text.of_bytes(data, self._client.encoding)

    def _placed(self, path: str, edits: Iterable[PlacedEdit]) -> list[lsp.TextEdit]:
        document = self._documents.at(path)
        try:
            text = document.text if document is not None else self._text_of(read_regular(path))
        except (OSError, SourceError) as error:
            raise UnfixableError(f"{path} cannot be read: {error}") from None
        return [lsp.TextEdit(text.range_between(e.start, e.end), e.text) for e in edits]

    def _of(
        self,
        edits: Mapping[str, Sequence[lsp.TextEdit]],
        annotate: Callable[[str], lsp.ChangeAnnotation | None],
    ) -> lsp.WorkspaceEdit:
        if not self._client.takes_document_changes:
            return lsp.WorkspaceEdit(
                changes={self._documents.uri_of(path): some for path, some in edits.items()}
            )
        changes = []
        annotations: dict[str, lsp.ChangeAnnotation] = {}
        for path, some in edits.items():
            document = self._documents.at(path)
            identifier = lsp.OptionalVersionedTextDocumentIdentifier(
                self._documents.uri_of(path), document.version if document else None
            )
            told: list[lsp.TextEdit | lsp.AnnotatedTextEdit | lsp.SnippetTextEdit] = [*some]
            annotation = annotate(path) if self._client.takes_annotations else None
            if annotation is not None:
                annotations[_ANNOTATION] = annotation
                told = [lsp.AnnotatedTextEdit(_ANNOTATION, e.range, e.new_text) for e in some]
            changes.append(lsp.TextDocumentEdit(identifier, told))
        return lsp.WorkspaceEdit(document_changes=changes, change_annotations=annotations or None)
