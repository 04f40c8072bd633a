"""Notes: what a run found out besides, and what of the project that depends on."""

from __future__ import annotations

from typing import Any

from flake8_ssot_engine.records import NamedTuple


class Note(NamedTuple):
    """Plain values, and the files on which they depend.

    With none it depends on which files there are, else on that, on the folders and on what these
    files hold; it may be on anything where that is None.
    """

    found: list[Any]
    read: list[str] | None
