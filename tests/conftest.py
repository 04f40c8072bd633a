"""What all tests share: the options of the suite."""

from __future__ import annotations

import os
import sys

import pytest


@pytest.fixture
def activated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a shell find the tools of this environment: a machine may have others of the name."""
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable), prepend=os.pathsep)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--whole-stdlib",
        action="store_true",
        help="compare names with LibCST over all of the standard library (a quarter of an hour)",
    )
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write tests/reports/golden/ anew, from what the formats print now",
    )
