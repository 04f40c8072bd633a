"""Neovim itself, headless, set up as docs/editors.md says: diagnostics, quick fix, fix all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.sample import lay_out
from tests.editors.project import (
    COMMANDS,
    NAMES,
    block_of_docs,
    texts_fixed_by_command,
    texts_of,
    violations_of,
)

NEOVIM = shutil.which("nvim")
pytestmark = pytest.mark.skipif(NEOVIM is None, reason="there is no Neovim (nvim) on the path")

STEPS = Path(__file__).with_name("neovim.lua")
SINCE_0_11 = "-- Neovim 0.11 or later"
BEFORE = "-- Neovim 0.7 to 0.10, started in the project's folder"


def version() -> tuple[int, int]:
    assert NEOVIM
    told = subprocess.run([NEOVIM, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"NVIM v(\d+)\.(\d+)", told)
    assert found, told
    return int(found[1]), int(found[2])


def edit(root: Path, name: str, configuration: str) -> dict[str, Any]:
    """Take the steps in a file of the project; return what was seen in Neovim."""
    assert NEOVIM
    home = root.parent / "home"
    home.mkdir()
    (home / "init.lua").write_text(configuration, "utf-8")
    seen = home / "seen.json"
    environment = os.environ | {
        "PATH": COMMANDS + os.pathsep + os.environ["PATH"],
        "SEEN": str(seen),
        **{f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "DATA", "STATE", "CACHE")},
    }
    arguments = ["--headless", "-u", str(home / "init.lua"), "-i", "NONE", name, "-S", str(STEPS)]
    done = subprocess.run(
        [NEOVIM, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    result: dict[str, Any] = json.loads(seen.read_text("utf-8"))
    assert done.returncode == 0, result.get("problem", done.stderr)
    return result


@pytest.mark.parametrize("title", [SINCE_0_11, BEFORE])
@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_what_the_command_makes_of_it(tmp_path: Path, name: str, title: str) -> None:
    if title == SINCE_0_11 and version() < (0, 11):
        pytest.skip(f"Neovim is {version()}")
    root = tmp_path / "opened"
    lay_out(root)
    before = texts_of(root)[name].splitlines()
    violations = violations_of(root, name)

    seen = edit(root, name, block_of_docs("lua", title))

    # Neovim counts lines and columns from 0; of columns, the bytes: the sample is ASCII.
    assert sorted(
        (one["lnum"] + 1, one["col"] + 1, one["end_lnum"] + 1, one["end_col"] + 1, one["message"])
        for one in seen["diagnostics"]
    ) == sorted(
        (one["line"], one["column"], one["end_line"], one["end_column"], one["message"])
        for one in violations
    )
    assert {one["code"] for one in seen["diagnostics"]} == {one["code"] for one in violations}
    assert {one["source"] for one in seen["diagnostics"]} == {"ssot"}
    assert {tuple(one["user_data"]["lsp"]["tags"]) for one in seen["diagnostics"]} == {(2,)}

    quick, everything = seen["offered"]
    assert quick[0] in {f"{one['code']}: {one['fix']['title']}" for one in violations}
    assert len(everything) == 1
    assert before != seen["after_quick_fix"] != seen["after_fix_all"]
    assert texts_of(root) == texts_fixed_by_command(tmp_path / "fixed", name)
