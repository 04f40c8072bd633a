"""Writes the daily digest of a user, for a scheduler that only calls plain functions."""

from __future__ import annotations

import asyncio

from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine
from netra_backend.app.services.user_execution_context import UserExecutionContext


def write_digest(user_id: str, news: str) -> str:
    context = UserExecutionContext.for_user(user_id)
    engine = ExecutionEngine(None, None, context)  # in a plain `def`, where nothing can `await`
    return asyncio.run(engine.execute_agent("assistant", news))
