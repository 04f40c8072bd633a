"""Refusal: why something is not rewritten."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - it is an answer, not a mistake
    """A fix that must not be made; its text completes "not fixed: …"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
