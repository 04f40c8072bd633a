"""The supervisor's engines, under one roof for those who import from the package."""

from .execution_engine import ExecutionEngine, create_request_scoped_engine  # SSOT001, SSOT007
from .execution_engine_factory import ExecutionEngineFactory

__all__ = ["ExecutionEngine", "ExecutionEngineFactory", "create_request_scoped_engine"]
