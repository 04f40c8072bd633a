"""What all tests share: the option for the long form of the standard-library comparisons."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--whole-stdlib",
        action="store_true",
        help="compare names with LibCST over all of the standard library (a quarter of an hour)",
    )
