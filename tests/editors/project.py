"""The sample project as an editor opens it, and what the command says of a file and makes of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from flake8_ssot_engine.sample import lay_out

DOCS = Path(__file__).parents[2] / "docs" / "editors.md"
COMMANDS = os.path.dirname(sys.executable)
"""Where `ssot` lies that the editors are to start."""

NAMES = [
    "netra_backend/app/dependencies.py",  # whose fix has one in another file come with it
    "netra_backend/app/agents/unified_tool_execution.py",
]


def block_of_docs(language: str, first_line: str) -> str:
    """Return the configuration in docs/editors.md that begins so."""
    opening = f"```{language}\n{re.escape(first_line)}\n"
    block = re.search(f"{opening}(.*?)```", DOCS.read_text("utf-8"), re.S)
    assert block
    return block[1]


def run_ssot(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flake8_ssot_engine", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def violations_of(root: Path, name: str) -> list[dict[str, Any]]:
    """Return what `ssot check --format json` says of a file."""
    told = run_ssot(root, "check", "--format", "json", name)
    violations: list[dict[str, Any]] = json.loads(told.stdout)["violations"]
    assert violations, told.stderr
    return violations


def texts_fixed_by_command(folder: Path, name: str) -> dict[str, str]:
    """Return the texts of a new sample project after `ssot fix` of a file or folder."""
    lay_out(folder)
    before = texts_of(folder)
    told = run_ssot(folder, "fix", name)
    after = texts_of(folder)
    assert after != before, told.stderr
    return after


def texts_of(root: Path) -> dict[str, str]:
    """Return the texts of the Python files of a project, by their paths in it."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in sorted(root.rglob("*.py"))
    }
