"""Tests what users pay for: they log in, get an answer, and nobody else ever sees their data."""

import asyncio
import sys
from pathlib import Path
from unittest.mock import create_autospec

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

# SSOT001, SSOT003: the deprecated class in the new one's clothes
from netra_backend.app.agents.supervisor.execution_engine import (
    ExecutionEngine as UserExecutionEngine,
)
from netra_backend.app.agents.supervisor_ssot import SupervisorAgent
from netra_backend.app.dependencies import (
    get_health,
    get_supervisor,
    get_user_sessions,
    get_websocket_manager,
)


async def ask(user_id: str, request: str) -> str:
    """Log in and ask, as a browser would."""
    sessions = get_user_sessions()
    token = sessions.log_in(user_id, user_id.replace("user", "password"))
    supervisor = await get_supervisor(sessions.context_for(token))
    return await supervisor.run(request)


async def say(user_id: str, message: str) -> str:
    """Log in and send a message over the socket."""
    sessions = get_user_sessions()
    token = sessions.log_in(user_id, user_id.replace("user", "password"))
    return await get_websocket_manager().handle_message(sessions.context_for(token), message)


def test_user_logs_in_and_gets_an_answer():
    assert "how much did we spend" in asyncio.run(ask("user-a", "how much did we spend"))


def test_wrong_password_gets_no_answer():
    with pytest.raises(PermissionError):
        get_user_sessions().log_in("user-a", "guessed")


def test_service_is_healthy():
    assert get_health() == {"shared_state": []}


def test_supervisor_passes_the_engines_answer_on():
    engine = create_autospec(UserExecutionEngine, instance=True)
    engine.execute_agent.return_value = "42"
    assert asyncio.run(SupervisorAgent(engine).run("what is it")) == "42"


def test_two_users_at_once_never_see_each_others_data():
    async def scenario() -> list[str]:
        return await asyncio.gather(
            ask("user-a", "salary of A is 100"),
            ask("user-b", "salary of B is 200"),
        )

    answer_a, answer_b = asyncio.run(scenario())
    assert "salary of A" in answer_a and "salary of B" in answer_b
    assert "salary of A" not in answer_b, "user B was shown the data of user A"
    assert "salary of B" not in answer_a, "user A was shown the data of user B"


def test_two_users_at_once_are_told_only_of_their_own_runs():
    async def scenario() -> None:
        await asyncio.gather(say("user-a", "plans of A"), say("user-b", "plans of B"))

    inbox_a = get_websocket_manager().connect("user-a")
    inbox_b = get_websocket_manager().connect("user-b")
    inbox_a.clear()
    inbox_b.clear()
    asyncio.run(scenario())
    assert "plans of A" not in str(inbox_b), "user B was told of the run of user A"
    assert "plans of B" not in str(inbox_a), "user A was told of the run of user B"
    assert len(inbox_a) == len(inbox_b) == 5


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-q"]))
