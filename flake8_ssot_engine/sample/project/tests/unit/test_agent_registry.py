"""Tests agents by themselves, on an engine without sockets."""

import asyncio
from functools import partial

from netra_backend.app.agents.agent_registry import AgentRegistry
from netra_backend.app.agents.supervisor.user_execution_engine import UserExecutionEngine

UserExecutionEngine = partial(UserExecutionEngine, websocket_bridge=None)  # SSOT003: rebinds


def test_registered_agent_is_asked():
    registry = AgentRegistry()
    registry.register("echo", lambda facts: facts[-1])
    engine = UserExecutionEngine(registry)
    assert asyncio.run(engine.execute_agent("echo", "hello")) == "hello"
    assert engine.get_execution_stats() == {"requests": 1}
