"""Models of pieces of code, with «guillemets» round the places that a test asks for."""

from __future__ import annotations

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.semantics.model import SemanticModel
from flake8_ssot_engine.source import SourceFile, Span

OPENING, CLOSING = "«", "»"


def model_of(code: str, *, module: str = "mod") -> SemanticModel:
    source = SourceFile("mod.py", code)
    return SemanticModel(source, source.parse(), QualifiedName.parse(module), is_package=False)


def unmarked(marked: str) -> tuple[str, list[Span]]:
    """Return a text without its guillemets, and the spans that they stood round, in order."""
    spans: list[Span] = []
    text = ""
    for number, piece in enumerate(marked.replace(CLOSING, OPENING).split(OPENING)):
        if number % 2:
            spans.append(Span(len(text), len(text) + len(piece)))
        text += piece
    return text, spans
