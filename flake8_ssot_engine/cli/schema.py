"""`ssot schema`: the JSON Schema of the configuration, for editors."""

from __future__ import annotations

import argparse
import json
from typing import Any

from flake8_ssot_engine.config.spec import json_schema
from flake8_ssot_engine.errors import ExitCode


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser("schema", help="print the JSON Schema of ssot.toml")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the schema."""
    print(json.dumps(json_schema(), indent=2))
    return ExitCode.CLEAN
