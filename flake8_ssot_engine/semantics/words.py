"""Words in text: where one stands by itself, found as a substring first, which is fast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import AnyStr

HOOK = "__getattr__"
"""The function by which a module gives out names (PEP 562)."""
_OF_TEXT = re.compile(r"\b")
_OF_BYTES = re.compile(rb"\b")


def places_of(word: AnyStr, text: AnyStr) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each place where a word is no part of a longer one.

    Of bytes, only ASCII makes up words.
    """
    is_edge = (_OF_TEXT if isinstance(text, str) else _OF_BYTES).match
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if is_edge(text, at) and is_edge(text, end):
            yield at, end
        at = text.find(word, end)
