"""DEPRECATED: the shared engine and, for old callers, the names that moved away from here.

Use `UserExecutionEngine` from `netra_backend.app.agents.supervisor.user_execution_engine`.
"""

from __future__ import annotations

from typing import ClassVar

from netra_backend.app.agents.agent_registry import AgentRegistry, WebSocketBridge
from netra_backend.app.agents.supervisor.execution_engine_factory import (
    create_request_scoped_engine,
)
from netra_backend.app.agents.supervisor.user_execution_engine import (
    create_execution_context_manager,
    detect_global_state_usage,
)
from netra_backend.app.services.user_execution_context import UserExecutionContext

__all__ = [
    "ExecutionEngine",
    "create_execution_context_manager",
    "create_request_scoped_engine",
    "detect_global_state_usage",
]


class ExecutionEngine:
    """Runs agents for everybody, and remembers for everybody."""

    _memory: ClassVar[list[str]] = []  # what any user ever said: this is the leak
    _active: ClassVar[UserExecutionContext]  # whoever came last gets the events

    def __init__(
        self,
        registry: AgentRegistry | None = None,
        websocket_bridge: WebSocketBridge | None = None,
        user_context: UserExecutionContext | None = None,
    ) -> None:
        self.registry = AgentRegistry() if registry is None else registry
        self.websocket_bridge = websocket_bridge
        ExecutionEngine._active = user_context or UserExecutionContext.anonymous()

    @property
    def user_context(self) -> UserExecutionContext:
        return self._active

    async def execute_agent(self, agent_name: str, request: str) -> str:
        self._memory.append(request)
        return await self.registry.run(agent_name, self._memory, self._emit)

    async def _emit(self, event: str, data: str) -> None:
        if self.websocket_bridge is not None:
            await self.websocket_bridge.notify(self._active, event, data)

    def get_execution_stats(self) -> dict[str, int]:
        return {"requests": len(self._memory)}

    async def cleanup(self) -> None:
        """Forget nothing: other users may still need it."""
