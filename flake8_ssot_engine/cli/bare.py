"""Bare: the options of a command line that holds a command and nothing else.

What these are is known without a parser, which takes a twentieth of a short run to make.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class _Defaults:
    """Takes what a command declares, as argparse does, and keeps what holds if nothing is given."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def add_parser(self, name: str, **_: Any) -> _Defaults:
        return self

    def add_argument(
        self, name: str, *, action: str = "", nargs: str = "", default: Any = None, **_: Any
    ) -> None:
        if default is None:
            default = False if action == "store_true" else [] if nargs == "*" else None
        self.values[name.lstrip("-").replace("-", "_")] = default

    def set_defaults(self, **values: Any) -> None:
        self.values.update(values)


def bare_options(add_command: Callable[[Any], None]) -> Any:
    """Return the options of a command that adds itself to a parser by `add_command`."""
    defaults = _Defaults()
    add_command(defaults)
    return SimpleNamespace(**defaults.values)
