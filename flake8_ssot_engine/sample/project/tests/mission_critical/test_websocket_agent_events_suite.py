"""Tests that a user is told the five events of a run, in their order."""

import asyncio
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from netra_backend.app.agents.agent_registry import AgentRegistry
from netra_backend.app.agents.supervisor.user_execution_engine import (
    UserExecutionEngine as ExecutionEngine,  # SSOT003: what a search-and-replace left behind
)
from netra_backend.app.agents.supervisor_ssot import SupervisorAgent
from netra_backend.app.dependencies import get_supervisor, get_websocket_manager
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core import WebSocketManager

FIVE_EVENTS = [
    "agent_started",
    "agent_thinking",
    "tool_executing",
    "tool_completed",
    "agent_completed",
]


def events(inbox: list[tuple[str, str]]) -> list[str]:
    return [event for event, _ in inbox]


def test_message_over_the_socket_tells_the_five_events():
    manager = WebSocketManager(AgentRegistry())
    inbox = manager.connect("user-a")
    asyncio.run(manager.handle_message(UserExecutionContext.for_user("user-a"), "hello"))
    assert events(inbox) == FIVE_EVENTS
    assert "1 users" in manager.describe()


def test_request_through_the_dependencies_tells_the_five_events():
    async def scenario() -> None:
        supervisor = await get_supervisor(UserExecutionContext.for_user("events-user"))
        await supervisor.run("hello")

    inbox = get_websocket_manager().connect("events-user")
    asyncio.run(scenario())
    assert events(inbox) == FIVE_EVENTS


def test_supervisor_with_its_own_engine_tells_the_five_events():
    async def scenario(manager: WebSocketManager) -> None:
        context = UserExecutionContext.for_user("user-a")
        supervisor = await SupervisorAgent.for_user(manager.registry, manager, context)
        await supervisor.run("hello")

    manager = WebSocketManager(AgentRegistry())
    inbox = manager.connect("user-a")
    asyncio.run(scenario(manager))
    assert events(inbox) == FIVE_EVENTS


def test_engine_alone_tells_the_five_events():
    async def scenario(manager: WebSocketManager) -> str:
        context = UserExecutionContext.for_user("user-a")
        engine = ExecutionEngine(manager.registry, manager, context)
        return await engine.execute_agent("assistant", "hello")

    manager = WebSocketManager(AgentRegistry())
    inbox = manager.connect("user-a")
    answer = asyncio.run(scenario(manager))
    assert events(inbox) == FIVE_EVENTS
    assert inbox[-1] == ("agent_completed", answer)


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-q"]))
