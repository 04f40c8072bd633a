"""Knows the agents by name and runs one of them, telling each step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from netra_backend.app.services.user_execution_context import UserExecutionContext

Agent = Callable[[Sequence[str]], str]
Emit = Callable[[str, str], Awaitable[None]]


class WebSocketBridge(Protocol):
    """Whatever can tell a user what an agent is doing."""

    async def notify(self, user_context: UserExecutionContext, event: str, data: str) -> None: ...


def assistant(facts: Sequence[str]) -> str:
    """Answer from all that the user said so far."""
    return f"Based on: {'; '.join(facts)}"


class AgentRegistry:
    """The agents that a run may choose from."""

    def __init__(self) -> None:
        self._agents: dict[str, Agent] = {"assistant": assistant}

    def register(self, name: str, agent: Agent) -> None:
        self._agents[name] = agent

    async def run(self, name: str, memory: Sequence[str], emit: Emit) -> str:
        """Run one agent over a memory, emitting the five events in their order."""
        agent = self._agents[name]
        await emit("agent_started", name)
        await emit("agent_thinking", memory[-1])
        await emit("tool_executing", "recall")
        facts = tuple(memory)
        await emit("tool_completed", "recall")
        answer = agent(facts)
        await emit("agent_completed", answer)
        return answer
