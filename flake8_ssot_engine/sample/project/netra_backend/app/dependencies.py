"""Hands the routes what they need for one request."""

from __future__ import annotations

from functools import lru_cache

import netra_backend
from netra_backend.app.agents.agent_registry import AgentRegistry
from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine
from netra_backend.app.agents.supervisor_ssot import SupervisorAgent
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.services.user_sessions import DEMO_ACCOUNTS, UserSessions
from netra_backend.app.websocket_core.websocket_manager import WebSocketManager


@lru_cache
def get_agent_registry() -> AgentRegistry:
    return AgentRegistry()


@lru_cache
def get_websocket_manager() -> WebSocketManager:
    return WebSocketManager(get_agent_registry())


@lru_cache
def get_user_sessions() -> UserSessions:
    return UserSessions(DEMO_ACCOUNTS)


async def get_execution_engine(user_context: UserExecutionContext) -> ExecutionEngine:
    """Make the engine of a request; it tells the user's socket what it does."""
    return ExecutionEngine(get_agent_registry(), get_websocket_manager(), user_context)


async def get_supervisor(user_context: UserExecutionContext) -> SupervisorAgent:
    return SupervisorAgent(await get_execution_engine(user_context))


def get_health() -> dict[str, list[str]]:
    """Say what state the engines share; the chain starts at the top package."""
    shared = netra_backend.app.agents.supervisor.execution_engine.detect_global_state_usage()
    return {"shared_state": shared}
