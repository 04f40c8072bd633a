"""Tokens: what Python's tokenizer makes of a text, whatever its lines end with."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

from flake8_ssot_engine.errors import SourceError


def tokens_of(text: str) -> Iterator[tokenize.TokenInfo]:
    """Yield the tokens of a text. Raises SourceError at a flaw.

    The tokenizer is stricter than the parser in places. From Python 3.12 on it fails at a
    carriage return that ends a line by itself, and the parser does not.
    """
    try:
        yield from tokenize.generate_tokens(io.StringIO(text, newline=None).readline)
    except (tokenize.TokenError, SyntaxError) as error:
        raise SourceError(f"cannot be read to its end: {error}") from None


def comments_in(text: str) -> Iterator[tokenize.TokenInfo]:
    """Yield the comments of a text. Raises SourceError at a flaw."""
    return (token for token in tokens_of(text) if token.type == tokenize.COMMENT)
