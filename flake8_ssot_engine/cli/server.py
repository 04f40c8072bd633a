"""`ssot server`: the language server."""

from __future__ import annotations

import argparse
from typing import Any

from flake8_ssot_engine.errors import UsageError


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "server",
        help="run the language server on standard input and output",
        description="Run the language server; it speaks with an editor on standard input and"
        " output.",
    )
    parser.add_argument(
        "--stdio", action="store_true", help="what it does anyway; some editors add it"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until the editor is done, and return the exit code."""
    try:
        import pygls.lsp.server  # noqa: F401
    except ImportError:
        message = "server: needs pygls 2; run `pip install 'flake8-ssot-engine[server]'`"
        raise UsageError(message) from None
    from flake8_ssot_engine.lsp.server import serve

    return serve()
