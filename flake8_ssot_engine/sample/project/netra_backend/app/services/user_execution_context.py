"""Says for whom a run is made."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4


@dataclass(frozen=True)
class UserExecutionContext:
    """One user's one run."""

    user_id: str
    run_id: str

    @classmethod
    def for_user(cls, user_id: str) -> UserExecutionContext:
        return cls(user_id, f"run-{uuid4().hex}")

    @classmethod
    def anonymous(cls) -> UserExecutionContext:
        return cls.for_user(f"anonymous-{uuid4().hex}")
