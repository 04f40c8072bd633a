"""Keeps an inbox for each connected user and brings their messages to an agent.

The events in an inbox are those of `netra_backend.app.agents.supervisor.execution_engine`.
"""

from __future__ import annotations

import asyncio
import logging

from netra_backend.app.agents.agent_registry import AgentRegistry
from netra_backend.app.services.user_execution_context import UserExecutionContext

# A string that is a logger's name, and so a module's path.
logging.getLogger("netra_backend.app.agents.supervisor.execution_engine").setLevel(logging.WARNING)


class SocketSettings:
    """What a deployment may replace."""

    from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine  # in a class

    engine_class = ExecutionEngine
    max_connections = 100


class WebSocketManager:
    """The sockets of all users, each with an inbox of its own."""

    def __init__(self, registry: AgentRegistry) -> None:
        self.registry = registry
        self._inboxes: dict[str, list[tuple[str, str]]] = {}

    def connect(self, user_id: str) -> list[tuple[str, str]]:
        """Open a socket; what the user is told arrives in the list that is returned."""
        if len(self._inboxes) >= SocketSettings.max_connections:
            raise ConnectionError("too many connections")
        return self._inboxes.setdefault(user_id, [])

    async def notify(self, user_context: UserExecutionContext, event: str, data: str) -> None:
        if user_context.user_id in self._inboxes:
            self._inboxes[user_context.user_id].append((event, data))
        await asyncio.sleep(0)  # as a network would, let the others have their turn

    async def handle_message(self, user_context: UserExecutionContext, message: str) -> str:
        from ..agents.supervisor.execution_engine import ExecutionEngine  # relative, in a function

        engine = ExecutionEngine(self.registry, self, user_context)
        return await engine.execute_agent("assistant", message)

    def describe(self) -> str:
        return f"{len(self._inboxes)} users on {SocketSettings.engine_class.__name__}"
