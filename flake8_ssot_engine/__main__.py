"""`python -m flake8_ssot_engine`: the same as the `ssot` command."""

from flake8_ssot_engine.cli.main import run

run()
