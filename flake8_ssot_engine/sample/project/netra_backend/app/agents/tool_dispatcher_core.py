"""Sends the calls of tools to engines."""

import functools
from typing import Any, Dict, Optional, cast  # noqa: F401, UP035, SSOT001

from netra_backend.app.agents.agent_registry import AgentRegistry
from netra_backend.app.agents.supervisor.execution_engine import \
    ExecutionEngine, \
    detect_global_state_usage

__all__ = ["ExecutionEngine", "ToolDispatcher", "describe", "name_of"]  # SSOT007


@functools.singledispatch
def describe(engine: object) -> str:
    return f"not an {ExecutionEngine.__name__}: {engine!r}"


@describe.register(ExecutionEngine)  # in a decorator
def _(engine: "ExecutionEngine") -> str:
    return f"an {ExecutionEngine.__name__} after {engine.get_execution_stats()['requests']}"


def name_of(ExecutionEngine: type) -> str:  # SSOT003: a parameter that hides the import
    return ExecutionEngine.__qualname__


class ToolDispatcher:
    """The engines of the tools, one for each tool."""

    def __init__(self, registry: AgentRegistry, engine_class: Any = ExecutionEngine) -> None:
        self._registry = registry
        self._engine_class = engine_class
        self._engines = {}  # type: Dict[str, ExecutionEngine]

    def engine_for(self, tool: str) -> "ExecutionEngine":
        if tool not in self._engines:
            self._engines[tool] = self._engine_class(self._registry, None)
        return cast("ExecutionEngine", self._engines[tool])

    def adopt(self, tool, engine):
        # type: (str, Optional[ExecutionEngine]) -> None
        if engine is None:
            self._engines.pop(tool, None)
        else:
            self._engines[tool] = engine

    async def dispatch(self, tool: str, text: str) -> str:
        engine: Optional["ExecutionEngine"] = self.engine_for(tool)
        return await engine.execute_agent("assistant", f"{tool}: {text}")

    def is_safe(self) -> bool:
        return not detect_global_state_usage()
