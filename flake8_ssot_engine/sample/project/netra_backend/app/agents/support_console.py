"""The names that people at support have at hand in their console."""

from netra_backend.app.agents.agent_registry import AgentRegistry
from netra_backend.app.agents.supervisor.execution_engine import *  # noqa: F403


async def ask(text: str) -> str:
    """Answer a question outside any user's session."""
    engine = ExecutionEngine(AgentRegistry(), None)  # noqa: F405
    return await engine.execute_agent("assistant", text)


def shared_state() -> list[str]:
    return detect_global_state_usage()  # noqa: F405
