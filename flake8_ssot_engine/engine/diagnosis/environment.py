"""The environment: the Python that runs us, and what it can import."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from flake8_ssot_engine import __version__
from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark, ok
from flake8_ssot_engine.fixing.structural import tree_of_names
from flake8_ssot_engine.source import SourceFile

AREA = "environment"


def diagnose_environment() -> Iterator[Remark]:
    """Look at this Python."""
    yield ok(AREA, f"ssot {__version__} on Python {platform.python_version()} ({sys.executable})")
    try:
        tree_of_names(SourceFile("", "import os"))
    except ImportError as error:
        message = f"ast-grep-py does not load: {error}"
        why = "call rewrites, and files that do not parse, need it"
        instead = f"{sys.executable} -m pip install --force-reinstall ast-grep-py"
        yield Remark(Level.ERROR, AREA, message, "", why, instead)
