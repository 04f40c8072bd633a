"""Checks that an installation answers: `python scripts/smoke_check.py`, exit code 0 if it does."""

import asyncio
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import netra_backend.app.agents.supervisor.execution_engine as engines
from netra_backend.app.agents.agent_registry import AgentRegistry
from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine

MODULES = (
    "netra_backend.app.dependencies",
    "netra_backend.app.agents.supervisor.execution_engine",
)


async def ask(question: str) -> str:
    engine = ExecutionEngine(AgentRegistry(), None)
    return await engine.execute_agent("assistant", question)


def main() -> int:
    for module in MODULES:
        importlib.import_module(module)
    answer = asyncio.run(ask("are you there"))
    shared = engines.detect_global_state_usage()
    print(f"{ExecutionEngine.__name__}: {answer}; shared state: {shared}")
    return 0 if "are you there" in answer and not shared else 1


if __name__ == "__main__":
    sys.exit(main())
