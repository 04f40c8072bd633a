"""Tests the callers of the engine that no user ever sees: factories, dispatchers, workflows."""

import asyncio
import inspect

from netra_backend.app.agents import (
    engine_warmup,
    execution_factory,
    support_console,
    tool_dispatcher_core,
)
from netra_backend.app.agents.agent_registry import AgentRegistry
from netra_backend.app.agents.supervisor import data_access_integration
from netra_backend.app.agents.supervisor import ExecutionEngine as EE  # an alias that says nothing
from netra_backend.app.agents.supervisor.execution_engine_factory import ExecutionEngineFactory
from netra_backend.app.agents.supervisor.workflow_orchestrator import WorkflowOrchestrator
from netra_backend.app.agents.unified_tool_execution import UnifiedToolExecutionEngine
from netra_backend.app.services import daily_digest
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core import create_request_scoped_engine  # handed on

CONTEXT = UserExecutionContext.for_user("user-a")


def test_workflow_runs_its_steps():
    workflow = WorkflowOrchestrator(AgentRegistry(), None, CONTEXT)
    assert "two" in asyncio.run(workflow.run(["one", "two"]))[1]
    assert asyncio.run(workflow.run_apart(["one", "two"])) == ["Based on: one", "Based on: two"]
    assert asyncio.run(workflow.run_counted(["one", "two"])) == 2
    assert asyncio.run(workflow.run_once("one")) == "Based on: one"


def test_factory_closes_what_it_opened():
    async def scenario() -> list[int]:
        factory = ExecutionEngineFactory()
        await factory.create_for_user(CONTEXT)
        opened = factory.open_engines()
        await factory.close(CONTEXT)
        return [opened, factory.open_engines()]

    assert asyncio.run(scenario()) == [1, 0]


def test_request_gets_an_engine_of_its_own():
    engine = asyncio.run(create_request_scoped_engine(CONTEXT))
    assert engine.user_context is CONTEXT
    assert asyncio.run(engine.execute_agent("assistant", "hello")) == "Based on: hello"


def test_rows_are_read_for_the_engines_user():
    engine = EE(None, None, CONTEXT)
    assert data_access_integration.is_engine(engine)
    assert data_access_integration.rows_for(engine) == ["invoice A"]
    assert data_access_integration.rows_for("user-b") == ["invoice B"]


def test_engines_made_when_needed():
    run = execution_factory.ToolRun("upper")
    default = inspect.signature(execution_factory.tool_route).parameters["engine"].default
    engines = [run.engine, default.dependency(), execution_factory.make_offline_engine()]
    for engine in engines:
        assert "hi" in asyncio.run(execution_factory.tool_route("hi", engine))

    async def scenario() -> list[str]:
        engine = await execution_factory.open_engine(AgentRegistry(), None)
        alone = await engine.execute_agent("assistant", "alone")
        return [alone, *await execution_factory.run_batch(AgentRegistry(), ["batch"])]

    alone, batch = asyncio.run(scenario())
    assert "alone" in alone and "batch" in batch


def test_tools_are_run_and_explained():
    tools = UnifiedToolExecutionEngine(AgentRegistry())
    assert "SHOUT" in asyncio.run(tools.execute("upper", "shout"))
    assert "why" in asyncio.run(tools.explain("why"))
    assert not tools.shares_state()


def test_dispatcher_keeps_an_engine_for_each_tool():
    dispatcher = tool_dispatcher_core.ToolDispatcher(AgentRegistry())
    assert "count: abc" in asyncio.run(dispatcher.dispatch("count", "abc"))
    engine = dispatcher.engine_for("count")
    assert tool_dispatcher_core.describe(engine).startswith("an ")
    assert tool_dispatcher_core.describe(3).startswith("not an ")
    assert tool_dispatcher_core.name_of(int) == "int"
    dispatcher.adopt("upper", engine)
    assert dispatcher.engine_for("upper") is engine
    dispatcher.adopt("upper", None)
    assert dispatcher.engine_for("upper") is not engine
    assert dispatcher.is_safe()


def test_digest_is_written_without_an_event_loop():
    assert "two invoices" in daily_digest.write_digest("user-a", "two invoices")


def test_console_and_warm_up_reach_the_engine():
    assert "help" in asyncio.run(support_console.ask("help"))
    assert support_console.shared_state() == []
    assert engine_warmup.engine_name().endswith("ExecutionEngine")
    assert engine_warmup.count_methods() >= 3
    assert engine_warmup.engine_module().detect_global_state_usage() == []
