"""Logs users in."""

from __future__ import annotations

import secrets

from netra_backend.app.services.user_execution_context import UserExecutionContext

DEMO_ACCOUNTS = {"user-a": "password-a", "user-b": "password-b"}


class UserSessions:
    """The tokens that are out, and whose they are."""

    def __init__(self, accounts: dict[str, str]) -> None:
        self._accounts = accounts
        self._users: dict[str, str] = {}

    def log_in(self, user_id: str, password: str) -> str:
        if self._accounts.get(user_id) != password:
            raise PermissionError(f"wrong user or password: {user_id}")
        token = secrets.token_hex(8)
        self._users[token] = user_id
        return token

    def context_for(self, token: str) -> UserExecutionContext:
        if token not in self._users:
            raise PermissionError("not logged in")
        return UserExecutionContext.for_user(self._users[token])
