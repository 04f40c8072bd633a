"""Client: what the editor at the other end can do, and what it asks for at the start."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp
from pygls.capabilities import get_capability

from flake8_ssot_engine.source import PositionEncoding


class Client:
    """What an editor told of itself (LSP 3.17, `InitializeParams`).

    Options are `fixBaselined` (whether what the baseline tolerates is fixed by "fix all") and
    `rulesUrl` (where the page of the rules can be read, as docs/rules.md has it).
    """

    def __init__(self, params: lsp.InitializeParams, encoding: str) -> None:
        self._capabilities = params.capabilities
        self.encoding = PositionEncoding(encoding)
        options = params.initialization_options
        given: dict[str, Any] = options if isinstance(options, dict) else {}
        self.fixes_baselined = given.get("fixBaselined") is True
        rules_url = given.get("rulesUrl")
        self.rules_url = rules_url if isinstance(rules_url, str) else ""

    def _can(self, name: str) -> bool:
        return bool(get_capability(self._capabilities, name, False))

    @property
    def pulls(self) -> bool:
        """Whether it asks for diagnostics instead of being told of them."""
        return get_capability(self._capabilities, "text_document.diagnostic") is not None

    @property
    def refreshes(self) -> bool:
        """Whether it can be told to ask for diagnostics again."""
        return self._can("workspace.diagnostics.refresh_support")

    @property
    def watches_files(self) -> bool:
        """Whether it watches files when it is asked to."""
        return self._can("workspace.did_change_watched_files.dynamic_registration")

    @property
    def knows_deprecated(self) -> bool:
        """Whether it can strike through what is deprecated."""
        tags = get_capability(
            self._capabilities, "text_document.publish_diagnostics.tag_support.value_set"
        ) or get_capability(self._capabilities, "text_document.diagnostic.tag_support.value_set")
        return self.pulls or lsp.DiagnosticTag.Deprecated in (tags or ())

    @property
    def shows_code_pages(self) -> bool:
        """Whether it leads from a diagnostic's code to a page about it."""
        return self.pulls or self._can("text_document.publish_diagnostics.code_description_support")

    @property
    def shows_related(self) -> bool:
        """Whether it shows further places that belong to a diagnostic."""
        return self.pulls or self._can("text_document.publish_diagnostics.related_information")

    @property
    def resolves_edits(self) -> bool:
        """Whether it asks for the edits of an action when that is chosen."""
        known = get_capability(
            self._capabilities, "text_document.code_action.resolve_support.properties"
        )
        return "edit" in (known or ()) and self._can("text_document.code_action.data_support")

    @property
    def takes_document_changes(self) -> bool:
        """Whether edits may say which version of a document they are for."""
        return self._can("workspace.workspace_edit.document_changes")

    @property
    def takes_annotations(self) -> bool:
        """Whether edits may say that they want to be confirmed."""
        return get_capability(
            self._capabilities, "workspace.workspace_edit.change_annotation_support"
        ) is not None and self._can("text_document.code_action.honors_change_annotations")

    @property
    def hovers_in_markdown(self) -> bool:
        """Whether hovers may be Markdown."""
        known = get_capability(self._capabilities, "text_document.hover.content_format")
        return lsp.MarkupKind.Markdown in (known or ())

    @property
    def completes_in_markdown(self) -> bool:
        """Whether what is told of a completion may be Markdown."""
        known = get_capability(
            self._capabilities, "text_document.completion.completion_item.documentation_format"
        )
        return lsp.MarkupKind.Markdown in (known or ())

    @property
    def marks_deprecated_items(self) -> bool:
        """Whether it can strike through what it offers to complete."""
        tags = get_capability(
            self._capabilities, "text_document.completion.completion_item.tag_support.value_set"
        )
        return lsp.CompletionItemTag.Deprecated in (tags or ())

    @property
    def shows_progress(self) -> bool:
        """Whether it shows the progress of what the server begins by itself."""
        return self._can("window.work_done_progress")
