"""Gitignore-style matching of paths.

By pathspec: the maintained implementation of gitignore's rules (used by black, mypy and hatch).
"""

from __future__ import annotations

import os
import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from flake8_ssot_engine.migrations import Globs

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def matches(globs: Globs, path: str) -> bool:
    """Whether an absolute `path` matches; one outside the patterns' base never does."""
    return verdict(globs, path) is True


def verdict(globs: Globs, path: str, *, is_folder: bool = False) -> bool | None:
    """Return True for a match, False for a negated one (`!x`), None where no pattern speaks."""
    base = globs.base.rstrip(os.sep) + os.sep
    if not globs.patterns or not path.startswith(base):
        return None
    relative = path[len(base) :].replace(os.sep, "/") + ("/" if is_folder else "")
    return compiled(globs.patterns).check_file(relative).include


@lru_cache(maxsize=256)
def compiled(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """Return the compiled form of a set of patterns; like git, pass over those that are none."""
    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what `re` thinks of a class such as `[[:alpha:]]`
        return GitIgnoreSpec.from_lines(filter(_is_pattern, patterns))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):  # such as `!`, or `[z-a]`
        return False
    return True
