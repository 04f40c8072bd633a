"""Compiling: whether Python takes a program as a whole, which says more than that it parses."""

from __future__ import annotations

import ast
import warnings


def compiles(code: str, *, may_wait: bool = False) -> bool:
    """Whether some code compiles; `may_wait` lets `await` stand outside of functions."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if may_wait else 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "<code>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
