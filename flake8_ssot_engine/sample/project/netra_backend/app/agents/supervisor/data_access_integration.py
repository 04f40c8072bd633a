"""Decides whose rows an engine may read."""

from __future__ import annotations

from . import execution_engine  # the module itself, relative

try:
    from .user_execution_engine import UserExecutionEngine
except ImportError:  # SSOT001, SSOT003: the fallback of a half-done migration
    from .execution_engine import ExecutionEngine as UserExecutionEngine

ROWS = {"user-a": ["invoice A"], "user-b": ["invoice B"]}


def is_engine(candidate: object) -> bool:
    return isinstance(candidate, (execution_engine.ExecutionEngine, UserExecutionEngine))


def reader_of(candidate: object) -> str:
    """Name the user on whose behalf something reads."""
    match candidate:
        case execution_engine.ExecutionEngine() | UserExecutionEngine():
            return candidate.user_context.user_id
        case str():
            return candidate
    raise TypeError(f"cannot read for {candidate!r}")


def rows_for(candidate: object) -> list[str]:
    return ROWS.get(reader_of(candidate), [])
