"""The agents; the engine is loaded when it is first asked for, so that start-up stays quick."""

from __future__ import annotations


def __getattr__(name: str) -> object:
    if name == "ExecutionEngine":
        # SSOT001, SSOT007: a back door that only opens at run time (PEP 562)
        from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine

        return ExecutionEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
