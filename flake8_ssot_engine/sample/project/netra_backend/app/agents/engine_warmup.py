"""Loads the engine before the first request needs it."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType


def load_engine() -> None:
    global ExecutionEngine  # makes the import below the module's own
    from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine


def engine_name() -> str:
    load_engine()
    return ExecutionEngine.__name__


def count_methods() -> int:
    from netra_backend.app.agents import ExecutionEngine as Warm  # through the lazy package

    methods = [name for name in vars(Warm) if not name.startswith("_")]
    del Warm
    return len(methods)


def engine_module() -> ModuleType:
    importlib.import_module("netra_backend.app.agents.supervisor.execution_engine")
    return sys.modules["netra_backend.app.agents.supervisor.execution_engine"]
