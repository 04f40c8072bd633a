"""The engine of one user, which keeps all that it knows in the instance."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from netra_backend.app.agents.agent_registry import AgentRegistry, WebSocketBridge
from netra_backend.app.services.user_execution_context import UserExecutionContext

__all__ = [
    "UserExecutionEngine",
    "create_execution_context_manager",
    "detect_global_state_usage",
]


class UserExecutionEngine:
    """Runs agents for the user of its context and for nobody else."""

    def __init__(
        self,
        registry: AgentRegistry | None = None,
        websocket_bridge: WebSocketBridge | None = None,
        user_context: UserExecutionContext | None = None,
    ) -> None:
        self.registry = AgentRegistry() if registry is None else registry
        self.websocket_bridge = websocket_bridge
        self.user_context = user_context or UserExecutionContext.anonymous()
        self._memory: list[str] = []

    @classmethod
    async def create_from_legacy(
        cls,
        registry: AgentRegistry | None,
        websocket_bridge: WebSocketBridge | None,
        user_context: UserExecutionContext | None = None,
    ) -> UserExecutionEngine:
        """Build an engine from what the shared engine was given."""
        return cls(registry, websocket_bridge, user_context)

    async def execute_agent(self, agent_name: str, request: str) -> str:
        self._memory.append(request)
        return await self.registry.run(agent_name, self._memory, self._emit)

    async def _emit(self, event: str, data: str) -> None:
        if self.websocket_bridge is not None:
            await self.websocket_bridge.notify(self.user_context, event, data)

    def get_execution_stats(self) -> dict[str, int]:
        return {"requests": len(self._memory)}

    async def cleanup(self) -> None:
        """Forget what this user said."""
        self._memory.clear()


@asynccontextmanager
async def create_execution_context_manager(
    registry: AgentRegistry | None,
    websocket_bridge: WebSocketBridge | None,
    user_context: UserExecutionContext,
) -> AsyncIterator[UserExecutionEngine]:
    """Lend an engine for the length of a block, and clean it up afterwards."""
    engine = await UserExecutionEngine.create_from_legacy(registry, websocket_bridge, user_context)
    try:
        yield engine
    finally:
        await engine.cleanup()


def detect_global_state_usage() -> list[str]:
    """Name the mutable attributes that all engines would share."""
    shared = (dict, list, set)
    return [name for name, value in vars(UserExecutionEngine).items() if isinstance(value, shared)]
