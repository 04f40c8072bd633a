"""Text files: the check and the fix of a file that is no Python."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping
from functools import cached_property
from types import MappingProxyType

from flake8_ssot_engine.edits import apply_edits
from flake8_ssot_engine.engine.findings import FileError, FileResult, Finding
from flake8_ssot_engine.engine.planning.plan import FilePlan, Key
from flake8_ssot_engine.engine.planning.texts import by_key, plan_texts
from flake8_ssot_engine.engine.proof.texts import FormatCertificate, certify_spans
from flake8_ssot_engine.engine.proof.trees import Uncertified
from flake8_ssot_engine.engine.text_check import TextCheck
from flake8_ssot_engine.engine.texts.reader import Found
from flake8_ssot_engine.project.reading import read_searched
from flake8_ssot_engine.project.text_formats import TextFormat, format_of
from flake8_ssot_engine.project.texts import is_binary, is_passed_over
from flake8_ssot_engine.source import SourceFile

_NOTHING = Found()


def read_text(
    path: str, shown_as: str, contents: Mapping[str, bytes] = MappingProxyType({})
) -> bytes | FileError:
    """Read the file at an absolute path, or tell why it cannot be; a link to nothing is empty.

    So is a file that is too large. `contents` are as for `read_source`.
    """
    if path in contents:
        return contents[path]
    try:
        return read_searched(path)[0]
    except FileNotFoundError:
        return b""
    except OSError as error:
        return FileError(shown_as, f"cannot be read: {error.strerror or error}")


def check_text(texts: TextCheck, path: str, data: bytes, *, shown_as: str) -> FileResult:
    """Check what the file at an absolute path holds that is no Python."""
    text = TextFile(texts, path, data, shown_as)
    if not text.found.hits:
        return FileResult(shown_as)
    return texts.result(text.source, text.findings, text.found)


class TextFile:
    """One such file. It is binary, and empty, with a NUL near its start."""

    def __init__(self, texts: TextCheck, path: str, data: bytes, shown_as: str) -> None:
        self._texts = texts
        self._path = path
        self._format = format_of(path) or TextFormat.PLAIN
        self.source = SourceFile(shown_as, "")
        self.found = _NOTHING
        if not texts.reader.may_name(data) or is_binary(data):
            return
        if is_passed_over(path, texts.settings):
            return
        # What is no UTF-8 stays as it is, byte for byte.
        self.source = SourceFile(shown_as, data.decode("utf-8", "surrogateescape"))
        self.found = texts.read_text(path, self.source.text, self._format)

    @cached_property
    def _certificate(self) -> FormatCertificate:
        return FormatCertificate(self.source.text, self._format)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What stands of what it names, after phases."""
        return self._texts.findings(self._path, self.source, self.found)

    def rewritten(self, keys: Collection[Key], *, allow_unsafe: bool) -> tuple[FilePlan, bytes]:
        """Return the plan that ends some violations, and the bytes after. Raises Uncertified."""
        every = by_key(self.found.hits)
        hits = {key: every[key] for key in keys if key in every}
        source = self.source
        plan = plan_texts(source.path, hits, allow_unsafe=allow_unsafe)
        applied = apply_edits(source.text, plan.edits)
        if applied.skipped:
            raise Uncertified("two changes overlap")
        certify_spans(source.text, applied.text, plan.edits)
        self._certificate.check(applied.text)
        bom = codecs.BOM_UTF8 if source.has_bom else b""
        return plan, bom + applied.text.encode("utf-8", "surrogateescape")
