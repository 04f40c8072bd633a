"""`ssot server` from the outside: what is said without pygls, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WITHOUT_PYGLS = """\
import sys
sys.modules["pygls"] = None
from flake8_ssot_engine.cli.main import main
sys.exit(main(["server"]))
"""


def run(*arguments: str, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_without_pygls_it_says_in_one_line_how_to_install_it(tmp_path: Path) -> None:
    done = run("-c", WITHOUT_PYGLS, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == b""
    expected = "ssot: server: needs pygls 2; run `pip install 'flake8-ssot-engine[server]'`"
    assert done.stderr.decode().splitlines() == [expected]


def test_help_needs_no_pygls(tmp_path: Path) -> None:
    done = run("-c", WITHOUT_PYGLS.replace('["server"]', '["--help"]'), cwd=tmp_path)
    assert done.returncode == 0
    assert b"run the language server" in done.stdout


def test_it_ends_when_nobody_is_there(tmp_path: Path) -> None:
    done = run("-m", "flake8_ssot_engine", "server", "--stdio", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")


def test_what_is_no_message_does_no_harm(tmp_path: Path) -> None:
    bad = b"Content-Length: 3\r\n\r\n{x}" + b"Content-Length: 2\r\n\r\n{}"
    done = run("-m", "flake8_ssot_engine", "server", cwd=tmp_path, stdin=bad)
    assert done.returncode == 1
    assert b"bug in ssot" not in done.stderr
