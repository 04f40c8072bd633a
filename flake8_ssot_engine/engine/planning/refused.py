"""Refused: that some repairs must not be made."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_ssot_engine.engine.planning.repairs import Repair


class Refused(Exception):  # noqa: N818 - it is an answer, not a mistake
    """Some repairs must not be made."""

    def __init__(
        self, repairs: Sequence[Repair], reason: str, *, is_blocking: bool = False
    ) -> None:
        super().__init__(reason)
        self.repairs = repairs
        self.reason = reason
        self.is_blocking = is_blocking
