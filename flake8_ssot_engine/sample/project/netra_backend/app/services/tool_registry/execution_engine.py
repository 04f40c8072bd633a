"""Runs tools; an unrelated class that happens to bear the name of the agents' engine."""

from __future__ import annotations

from collections.abc import Callable

Tool = Callable[[str], str]


class ExecutionEngine:
    """Runs one tool by its name."""

    def __init__(self, tools: dict[str, Tool] | None = None) -> None:
        self.tools = tools or {"upper": str.upper, "count": lambda text: str(len(text))}

    def run(self, tool: str, text: str) -> str:
        return self.tools[tool](text)


class MCPExecutionEngine(ExecutionEngine):
    """Runs tools that live on another server."""

    def run(self, tool: str, text: str) -> str:
        return f"remote {super().run(tool, text)}"
