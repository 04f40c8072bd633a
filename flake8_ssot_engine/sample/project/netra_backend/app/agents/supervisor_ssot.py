"""The supervisor, which takes a user's request to the right agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netra_backend.app.agents import supervisor

if TYPE_CHECKING:
    from netra_backend.app.agents.agent_registry import AgentRegistry, WebSocketBridge
    from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine
    from netra_backend.app.services.user_execution_context import UserExecutionContext


class SupervisorAgent:
    """Answers requests with the engine that it was given."""

    def __init__(self, engine: "ExecutionEngine") -> None:  # a string annotation
        self.engine = engine

    @classmethod
    async def for_user(
        cls,
        registry: AgentRegistry,
        websocket_bridge: WebSocketBridge,
        user_context: UserExecutionContext,
    ) -> SupervisorAgent:
        # Through a package that is itself fine, and hands the class on.
        return cls(supervisor.ExecutionEngine(registry, websocket_bridge, user_context))

    async def run(self, request: str) -> str:
        return await self.engine.execute_agent("assistant", request)
