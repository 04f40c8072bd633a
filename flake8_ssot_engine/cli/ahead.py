"""What `ssot check` will ask of the disk, begun before anything else is imported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.memory import Opened

_WITHOUT_MEMORY = frozenset({"--no-cache", "--new-since", "--stdin-filename", "--help", "-h"})


def opened_ahead(words: list[str]) -> Opened | None:
    """Return the cache of the current folder's project, where a command line will want it.

    This may be wrong, which costs time and nothing else.
    """
    if words[:1] != ["check"] or not _WITHOUT_MEMORY.isdisjoint(words):
        return None
    if any(map(os.path.isfile, words)):  # it names files, and looks at few
        return None
    from flake8_ssot_engine.engine.memory import NAME, Opened  # seldom in vain

    try:
        return Opened(os.getcwd(), NAME)
    except OSError:  # there is no such folder any more
        return None
