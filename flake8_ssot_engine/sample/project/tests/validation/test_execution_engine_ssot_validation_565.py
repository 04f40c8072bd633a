"""Tests that the engine can be reached, replaced and patched in all the ways that tests use."""

import asyncio
import importlib
import sys
from pathlib import Path
from types import ModuleType
from unittest import mock
from unittest.mock import patch

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from netra_backend.app.agents.supervisor import execution_engine
from netra_backend.app.agents.supervisor.user_execution_engine import UserExecutionEngine
from netra_backend.app.agents.tool_dispatcher_core import ExecutionEngine  # handed on twice
from netra_backend.app.dependencies import get_supervisor
from netra_backend.app.services.user_execution_context import UserExecutionContext


class RecordingEngine(UserExecutionEngine):
    """An engine that answers without agents."""

    async def execute_agent(self, agent_name: str, request: str) -> str:
        return f"recorded {request}"


def test_engines_built_by_the_new_factory_share_nothing():
    async def scenario() -> tuple[str, str]:
        one = await UserExecutionEngine.create_from_legacy(None, None)
        two = await UserExecutionEngine.create_from_legacy(None, None)
        return await one.execute_agent("assistant", "1"), await two.execute_agent("assistant", "2")

    assert asyncio.run(scenario()) == ("Based on: 1", "Based on: 2")


def test_engine_that_a_module_hands_on_answers():
    async def scenario() -> str:
        engine = ExecutionEngine(None, None)
        return await engine.execute_agent("assistant", "hello")

    assert "hello" in asyncio.run(scenario())


def test_patch_of_the_name_that_a_consumer_imported():
    async def scenario() -> str:
        supervisor = await get_supervisor(UserExecutionContext.for_user("user-a"))
        return await supervisor.run("hello")

    with patch("netra_backend.app.dependencies.ExecutionEngine", RecordingEngine):
        assert asyncio.run(scenario()) == "recorded hello"


@patch("netra_backend.app.agents.supervisor.execution_engine.ExecutionEngine")
def test_patch_as_a_decorator(engine_class):
    assert execution_engine.ExecutionEngine is engine_class


def test_patch_of_a_method():
    with mock.patch(
        "netra_backend.app.agents.supervisor.execution_engine.ExecutionEngine.get_execution_stats",
        return_value={"requests": 7},
    ):
        assert execution_engine.ExecutionEngine.get_execution_stats() == {"requests": 7}


def test_patch_object():
    with patch.object(execution_engine, "ExecutionEngine", RecordingEngine):
        assert execution_engine.ExecutionEngine is RecordingEngine


def test_patch_of_the_module_itself():
    stand_in = ModuleType("stand_in")
    with patch.dict(
        "sys.modules", {"netra_backend.app.agents.supervisor.execution_engine": stand_in}
    ):
        found = importlib.import_module("netra_backend.app.agents.supervisor.execution_engine")
        assert found is stand_in


def test_monkeypatch_by_path(monkeypatch):
    monkeypatch.setattr(
        "netra_backend.app.agents.supervisor.execution_engine.detect_global_state_usage",
        lambda: ["patched"],
    )
    assert execution_engine.detect_global_state_usage() == ["patched"]


def test_monkeypatch_by_module_and_name(monkeypatch):
    monkeypatch.setattr(execution_engine, "ExecutionEngine", RecordingEngine)
    assert getattr(execution_engine, "ExecutionEngine") is RecordingEngine


def test_import_by_name():
    module = importlib.import_module("netra_backend.app.agents.supervisor.execution_engine")
    assert module.detect_global_state_usage() == []
    assert sys.modules["netra_backend.app.agents.supervisor.execution_engine"] is module
    package = __import__("netra_backend.app.agents.supervisor.execution_engine")
    assert package.__name__ == "netra_backend"


def test_patch_of_an_unrelated_class_of_the_same_name():
    tool_engine = "netra_backend.app.services.tool_registry.execution_engine"  # decoy
    with patch("netra_backend.app.services.tool_registry.execution_engine.ExecutionEngine") as fake:
        assert importlib.import_module(tool_engine).ExecutionEngine is fake


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-q"]))
