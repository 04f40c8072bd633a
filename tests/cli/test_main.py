"""The command line itself: its help."""

from __future__ import annotations

import argparse

import pytest

from flake8_ssot_engine.cli.arguments import make_parser
from flake8_ssot_engine.cli.main import main


@pytest.mark.parametrize("columns", ["40", "100", "0", "-5", "wide", ""])
def test_help_is_laid_out_as_argparse_does_it(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    parser = make_parser()
    ours = parser.format_help()
    parser.formatter_class = argparse.HelpFormatter
    assert ours == parser.format_help()
    assert ours.startswith("usage: ssot [-h] [--version]")


def test_help_of_a_command_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["check", "--help"])
    assert capsys.readouterr().out.startswith("usage: ssot check [-h] ")
