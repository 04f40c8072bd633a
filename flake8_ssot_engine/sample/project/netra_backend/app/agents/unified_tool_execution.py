"""Runs a tool and lets an agent comment on what came out."""

from __future__ import annotations

import netra_backend.app.agents.supervisor.execution_engine
import netra_backend.app.agents.supervisor.execution_engine as engine_module
from netra_backend.app.agents.agent_registry import AgentRegistry
from netra_backend.app.services.tool_registry.runner import run_tool


class UnifiedToolExecutionEngine:  # decoy: the name merely ends alike
    """Tools first, words after."""

    def __init__(self, registry: AgentRegistry) -> None:
        self.registry = registry

    async def execute(self, tool: str, text: str) -> str:
        outcome = run_tool(tool, text)
        engine = netra_backend.app.agents.supervisor.execution_engine.ExecutionEngine(
            self.registry, None
        )
        return await engine.execute_agent("assistant", outcome)

    async def explain(self, text: str) -> str:
        engine = engine_module.ExecutionEngine(self.registry, None)
        return await engine.execute_agent("assistant", text)

    def shares_state(self) -> bool:
        return bool(engine_module.detect_global_state_usage())
