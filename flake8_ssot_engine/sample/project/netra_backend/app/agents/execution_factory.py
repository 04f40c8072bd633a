"""Offers an engine to code that wants to make its own when it needs one."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial

from .agent_registry import AgentRegistry, WebSocketBridge
from .supervisor.execution_engine import ExecutionEngine

if os.environ.get("NETRA_ISOLATED_BATCHES"):  # two branches that bind one name
    from .supervisor.user_execution_engine import UserExecutionEngine as BatchEngine
else:
    from .supervisor.execution_engine import ExecutionEngine as BatchEngine

try:
    from fastapi import Depends
except ImportError:

    @dataclass(frozen=True)
    class Depends:  # type: ignore[no-redef]
        """What the web framework calls to fill in a parameter."""

        dependency: object


Engine = ExecutionEngine  # an alias within the module

make_offline_engine = partial(ExecutionEngine, websocket_bridge=None)


@dataclass
class ToolRun:
    """One use of a tool, with the engine that it runs on."""

    tool: str
    engine: ExecutionEngine = field(default_factory=ExecutionEngine)


async def tool_route(request: str, engine: ExecutionEngine = Depends(ExecutionEngine)) -> str:
    return await engine.execute_agent("assistant", request)


async def open_engine(registry: AgentRegistry, websocket_bridge: WebSocketBridge | None) -> Engine:
    return Engine(registry, websocket_bridge)


async def run_batch(registry: AgentRegistry, requests: list[str]) -> list[str]:
    engine = BatchEngine(registry, None)
    return [await engine.execute_agent("assistant", request) for request in requests]
