"""Makes one engine a request, and knows which are still open."""

from __future__ import annotations

from netra_backend.app.agents.agent_registry import AgentRegistry, WebSocketBridge
from netra_backend.app.agents.supervisor.user_execution_engine import UserExecutionEngine
from netra_backend.app.services.user_execution_context import UserExecutionContext

ExecutionEngine = UserExecutionEngine  # SSOT003: the old name means the new class


class ExecutionEngineFactory:  # decoy: the name merely starts alike
    """Keeps the engines of the open requests."""

    def __init__(
        self,
        registry: AgentRegistry | None = None,
        websocket_bridge: WebSocketBridge | None = None,
    ) -> None:
        self._registry = registry
        self._websocket_bridge = websocket_bridge
        self._open: dict[str, ExecutionEngine] = {}

    async def create_for_user(self, user_context: UserExecutionContext) -> ExecutionEngine:
        engine = UserExecutionEngine(self._registry, self._websocket_bridge, user_context)
        self._open[user_context.run_id] = engine
        return engine

    async def close(self, user_context: UserExecutionContext) -> None:
        await self._open.pop(user_context.run_id).cleanup()

    def open_engines(self) -> int:
        return len(self._open)


async def create_request_scoped_engine(
    user_context: UserExecutionContext,
    registry: AgentRegistry | None = None,
    websocket_bridge: WebSocketBridge | None = None,
) -> UserExecutionEngine:
    """Make the engine of one request."""
    return await ExecutionEngineFactory(registry, websocket_bridge).create_for_user(user_context)
