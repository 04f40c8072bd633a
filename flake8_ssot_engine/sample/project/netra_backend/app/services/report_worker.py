"""Writes reports at night, with an engine of its own that nobody has consolidated yet."""

from __future__ import annotations


class UserExecutionEngine:  # SSOT006: a second source of truth
    """Strings the day's answers together, without agents."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id

    def execute(self, answers: list[str]) -> str:
        return f"{self.user_id}: {', '.join(answers)}"


def detect_global_state_usage() -> list[str]:  # SSOT006: a function, likewise
    return [name for name, value in vars(UserExecutionEngine).items() if isinstance(value, list)]


def write_report(user_id: str, answers: list[str]) -> str:
    return UserExecutionEngine(user_id).execute(answers)
