"""What travels between a user's browser and the agents."""

# SSOT001, SSOT007: an alias that repeats its name says that it is handed on
from netra_backend.app.agents.supervisor.execution_engine import (
    create_request_scoped_engine as create_request_scoped_engine,
)
from netra_backend.app.websocket_core.websocket_manager import WebSocketManager

__all__ = ["WebSocketManager"]
