"""Tests stand-ins for the engine that, inside a test, hide the name imported here."""

import pytest

from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine


class Double:
    """Has the part of an engine that is asked for here."""

    @staticmethod
    def get_execution_stats() -> dict[str, int]:
        return {"requests": 1}


def requests_of(ExecutionEngine: type) -> int:  # SSOT003: a parameter
    return ExecutionEngine().get_execution_stats()["requests"]


def test_double_has_the_methods_of_the_engine():
    assert callable(Double.get_execution_stats) and callable(ExecutionEngine.get_execution_stats)


def test_parameter():
    assert requests_of(Double) == 1


def test_local_class():
    class ExecutionEngine(Double):  # SSOT003: a class
        pass

    assert requests_of(ExecutionEngine) == 1


def test_local_function():
    def ExecutionEngine() -> Double:  # SSOT003: a function
        return Double()

    assert ExecutionEngine().get_execution_stats() == {"requests": 1}


def test_loop_and_comprehension():
    assert [ExecutionEngine() for ExecutionEngine in (dict, list)] == [{}, []]  # SSOT003
    for ExecutionEngine in (Double,):  # SSOT003: a loop
        assert requests_of(ExecutionEngine) == 1


def test_assignment_and_deletion():
    ExecutionEngine = Double  # SSOT003: an assignment
    assert requests_of(ExecutionEngine) == 1
    del ExecutionEngine
    with pytest.raises(UnboundLocalError):
        ExecutionEngine()


def test_walrus_and_capture():
    if ExecutionEngine := Double:  # SSOT003: a walrus
        assert requests_of(ExecutionEngine) == 1
    match [Double]:
        case [ExecutionEngine]:  # SSOT003: a capture
            assert requests_of(ExecutionEngine) == 1


def test_exception():
    try:
        raise ValueError("no engine")
    except ValueError as ExecutionEngine:  # SSOT003: an exception
        assert ExecutionEngine.args == ("no engine",)
