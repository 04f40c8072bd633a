"""Picks the engine for a tool; nothing in this file has to do with the agents' engine."""

from __future__ import annotations

from types import SimpleNamespace

from netra_backend.app.agents.supervisor import execution_engine_factory

from . import execution_engine
from .execution_engine import ExecutionEngine, MCPExecutionEngine

SETTINGS = SimpleNamespace(ExecutionEngine="local", execution_engine="local")
Engine = ExecutionEngine
Current = ExecutionEngine


def run_tool(tool: str, text: str) -> str:
    return Engine().run(tool, text)


def run_remote_tool(tool: str, text: str) -> str:
    return MCPExecutionEngine().run(tool, text)


def run_on(ExecutionEngine: type, tool: str, text: str) -> str:  # a parameter
    return ExecutionEngine().run(tool, text)


def run_dry(tool: str) -> str:
    class ExecutionEngine:  # a class of this function
        def run(self, tool: str) -> str:
            return f"would run {tool}"

    return ExecutionEngine().run(tool)


def run_everywhere(tool: str, text: str) -> list[str]:
    answers = [
        ExecutionEngine().run(tool, text) for ExecutionEngine in (Engine, MCPExecutionEngine)
    ]
    for ExecutionEngine in (Engine, execution_engine.ExecutionEngine):  # a loop
        answers.append(ExecutionEngine().run(tool, text))
    return answers


def run_first(candidates: list[object], tool: str, text: str) -> str:
    match candidates:
        case [ExecutionEngine, *_]:  # a capture
            return ExecutionEngine.run(tool, text)
    if ExecutionEngine := getattr(execution_engine, "ExecutionEngine", None):  # a walrus
        return ExecutionEngine().run(tool, text)
    del ExecutionEngine
    return ""


def check_tool(tool: str) -> str:
    try:
        return run_tool(tool, "")
    except KeyError as ExecutionEngine:  # an exception
        return f"no tool {ExecutionEngine}"


def install(engine_class: type) -> None:
    global Current, ExecutionEngine
    Current = ExecutionEngine = engine_class


def describe() -> str:
    factory = execution_engine_factory.ExecutionEngineFactory()
    return f"{SETTINGS.ExecutionEngine} tools, {factory.open_engines()} engines open"
