"""Tests the tools' own engines, which share a name with the agents' engine and nothing else."""

from netra_backend.app.services import report_worker
from netra_backend.app.services.tool_registry import runner
from netra_backend.app.services.tool_registry.execution_engine import (
    ExecutionEngine,
    MCPExecutionEngine,
)


class LoudExecutionEngine(ExecutionEngine):
    def run(self, tool: str, text: str) -> str:
        return super().run(tool, text) + "!"


def test_tools_run_on_their_own_engine():
    assert isinstance(MCPExecutionEngine(), ExecutionEngine)
    assert ExecutionEngine().run("upper", "a") == runner.run_tool("upper", "a") == "A"
    assert runner.run_remote_tool("upper", "a") == "remote A"
    assert runner.run_on(LoudExecutionEngine, "upper", "a") == "A!"
    assert runner.run_dry("upper") == "would run upper"
    assert runner.run_everywhere("upper", "a") == ["A", "remote A", "A", "A"]
    assert runner.run_first([LoudExecutionEngine()], "upper", "a") == "A!"
    assert runner.run_first([], "upper", "a") == "A"
    assert runner.check_tool("none") == "no tool 'none'"
    assert runner.describe() == "local tools, 0 engines open"


def test_engine_can_be_replaced():
    runner.install(LoudExecutionEngine)
    assert runner.Current is runner.ExecutionEngine is LoudExecutionEngine
    runner.install(ExecutionEngine)


def test_report_is_written():
    assert report_worker.write_report("user-a", ["1", "2"]) == "user-a: 1, 2"
    assert report_worker.detect_global_state_usage() == []
