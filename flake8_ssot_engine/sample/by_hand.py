"""What a person edits in the sample, once `ssot fix` has done what it could in every phase."""

from __future__ import annotations

from pathlib import Path

from flake8_ssot_engine.records import NamedTuple


class HandEdit(NamedTuple):
    """A piece of a file, which occurs there exactly once, what to put in its place, and why."""

    path: str
    why: str
    before: str
    after: str


HAND_EDITS = (
    HandEdit(
        "netra_backend/app/websocket_core/websocket_manager.py",
        "an import in a class makes an attribute, which other code may read: nobody does",
        """\
    from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine  # in a class

    engine_class = ExecutionEngine
""",
        """\
    from netra_backend.app.agents.supervisor.user_execution_engine import UserExecutionEngine

    engine_class = UserExecutionEngine
""",
    ),
    HandEdit(
        "netra_backend/app/agents/support_console.py",
        "a star does not say which names are meant; naming them does",
        """\
from netra_backend.app.agents.supervisor.execution_engine import *  # noqa: F403
""",
        """\
from netra_backend.app.agents.supervisor.user_execution_engine import (
    UserExecutionEngine,
    detect_global_state_usage,
)
""",
    ),
    HandEdit(
        "netra_backend/app/agents/support_console.py",
        "what uses the names that the star brought follows",
        """\
    engine = ExecutionEngine(AgentRegistry(), None)  # noqa: F405
    return await engine.execute_agent("assistant", text)


def shared_state() -> list[str]:
    return detect_global_state_usage()  # noqa: F405
""",
        """\
    engine = await UserExecutionEngine.create_from_legacy(AgentRegistry(), None)
    return await engine.execute_agent("assistant", text)


def shared_state() -> list[str]:
    return detect_global_state_usage()
""",
    ),
    HandEdit(
        "netra_backend/app/services/daily_digest.py",
        "the import was left, since the call below could not be rewritten",
        """\
from netra_backend.app.agents.supervisor.execution_engine import ExecutionEngine
""",
        """\
from netra_backend.app.agents.supervisor.user_execution_engine import UserExecutionEngine
""",
    ),
    HandEdit(
        "netra_backend/app/services/daily_digest.py",
        "the new call must be awaited, and `write_digest` is no coroutine: one goes into it",
        """\
    engine = ExecutionEngine(None, None, context)  # in a plain `def`, where nothing can `await`
    return asyncio.run(engine.execute_agent("assistant", news))
""",
        """\

    async def answer() -> str:
        engine = await UserExecutionEngine.create_from_legacy(None, None, context)
        return await engine.execute_agent("assistant", news)

    return asyncio.run(answer())
""",
    ),
    HandEdit(
        "netra_backend/app/services/report_worker.py",
        "it has nothing in common with the engine but the name: it gets one of its own",
        """\
from __future__ import annotations


class UserExecutionEngine:  # SSOT006: a second source of truth
""",
        """\
from __future__ import annotations

from netra_backend.app.agents.supervisor.user_execution_engine import detect_global_state_usage

__all__ = ["ReportEngine", "detect_global_state_usage", "write_report"]


class ReportEngine:
""",
    ),
    HandEdit(
        "netra_backend/app/services/report_worker.py",
        "a copy of a function goes; who asked for it here gets the one it was copied from",
        """\
def detect_global_state_usage() -> list[str]:  # SSOT006: a function, likewise
    return [name for name, value in vars(UserExecutionEngine).items() if isinstance(value, list)]


def write_report(user_id: str, answers: list[str]) -> str:
    return UserExecutionEngine(user_id).execute(answers)
""",
        """\
def write_report(user_id: str, answers: list[str]) -> str:
    return ReportEngine(user_id).execute(answers)
""",
    ),
)
"""Every edit, in the order in which they are applied."""


def apply_by_hand(root: Path) -> list[HandEdit]:
    """Make every edit in the sample at `root`, and return them. Nothing is written before all fit.

    Raises ValueError, with the path in it, where a snippet does not occur exactly once.
    """
    texts: dict[Path, str] = {}
    for edit in HAND_EDITS:
        path = root / edit.path
        if path not in texts:
            texts[path] = path.read_bytes().decode() if path.is_file() else ""
        if (times := texts[path].count(edit.before)) != 1:
            raise ValueError(f"{edit.path}: holds a snippet {times} times, not once: {edit.why}")
        texts[path] = texts[path].replace(edit.before, edit.after)
    for path, text in texts.items():
        path.write_bytes(text.encode())
    return list(HAND_EDITS)
