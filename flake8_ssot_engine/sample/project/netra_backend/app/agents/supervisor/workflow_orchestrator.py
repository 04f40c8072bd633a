"""Runs the steps of a workflow, one after the other, for one user."""

from __future__ import annotations

from netra_backend.app.agents.agent_registry import AgentRegistry, WebSocketBridge
from netra_backend.app.agents.supervisor.execution_engine import (
    ExecutionEngine,  # one for each workflow
    UserExecutionContext,  # not the old module's own: it merely leaks through
    create_execution_context_manager,  # closes what a step opened
    create_request_scoped_engine,
)


class StepEngine(ExecutionEngine):  # SSOT005: a subclass
    """Counts the steps that it runs."""

    steps = 0

    async def execute_agent(self, agent_name: str, request: str) -> str:
        self.steps += 1
        return await super().execute_agent(agent_name, request)


class WorkflowOrchestrator:
    """The workflows of one user."""

    def __init__(
        self,
        registry: AgentRegistry,
        websocket_bridge: WebSocketBridge | None,
        user_context: UserExecutionContext,
    ) -> None:
        self.registry = registry
        self.websocket_bridge = websocket_bridge
        self.user_context = user_context

    async def run(self, steps: list[str]) -> list[str]:
        """Run all steps on one engine."""
        engine = ExecutionEngine(
            self.registry,  # the agents
            self.websocket_bridge,
            user_context=self.user_context,
        )
        return [await engine.execute_agent("assistant", step) for step in steps]

    async def run_apart(self, steps: list[str]) -> list[str]:
        """Run each step on an engine of its own."""
        answers = []
        for step in steps:
            async with create_execution_context_manager(
                self.registry, self.websocket_bridge, self.user_context
            ) as engine:
                answers.append(await engine.execute_agent("assistant", step))
        return answers

    async def run_counted(self, steps: list[str]) -> int:
        engine = StepEngine(self.registry, self.websocket_bridge, self.user_context)
        for step in steps:
            await engine.execute_agent("assistant", step)
        return engine.steps

    async def run_once(self, request: str) -> str:
        engine = await create_request_scoped_engine(self.user_context, self.registry)
        return await engine.execute_agent("assistant", request)
