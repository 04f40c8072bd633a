"""Emacs itself with Eglot, in batch, set up as docs/editors.md says: diagnostics, fix, fix all."""

from __future__ import annotations

import json
import os
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

EMACS = shutil.which("emacs")
BATCH = ["--batch", "--no-init-file", "--funcall", "package-initialize"]
STEPS = Path(__file__).with_name("emacs.el")


def has_eglot() -> bool:
    if EMACS is None:
        return False
    return (
        subprocess.run([EMACS, *BATCH, "--eval", "(require 'eglot)"], check=False).returncode == 0
    )


pytestmark = pytest.mark.skipif(not has_eglot(), reason="there is no Emacs with Eglot on the path")


def edit(root: Path, name: str) -> dict[str, Any]:
    """Take the steps in a file of the project; return what was seen in Emacs."""
    assert EMACS
    home = root.parent / "home"
    home.mkdir()
    configuration = home / "configuration.el"
    configuration.write_text(block_of_docs("elisp", ";; init.el"), "utf-8")
    seen = home / "seen.json"
    environment = os.environ | {
        "PATH": COMMANDS + os.pathsep + os.environ["PATH"],
        "HOME": str(home),
        "FILE": name,
        "SEEN": str(seen),
    }
    done = subprocess.run(
        [EMACS, *BATCH, "--load", str(configuration), "--load", str(STEPS)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(seen.read_text("utf-8"))
    return result


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_what_the_command_makes_of_it(tmp_path: Path, name: str) -> None:
    root = tmp_path / "opened"
    lay_out(root)
    before = texts_of(root)[name]
    violations = violations_of(root, name)

    seen = edit(root, name)

    assert [one[:4] for one in seen["diagnostics"]] == [
        [one["line"], one["column"], one["end_line"], one["end_column"]] for one in violations
    ]
    for (*_, shown), one in zip(seen["diagnostics"], violations, strict=True):
        assert one["message"] in shown
        assert one["code"] in shown

    (quick,) = seen["offered"]  # there is no menu where there is one action, as to fix all
    assert quick[0] in {f"{one['code']}: {one['fix']['title']}" for one in violations}
    assert before != seen["after_quick_fix"] != seen["after_fix_all"]
    assert texts_of(root) == texts_fixed_by_command(tmp_path / "fixed", name)
