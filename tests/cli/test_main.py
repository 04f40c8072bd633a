"""The command line itself: its help."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

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


def ssot(folder: Path, *arguments: str, stdout: int = subprocess.PIPE) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "flake8_ssot_engine", *arguments],
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_process_that_ends_at_once_has_told_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    move = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "pkg.old.X"\nnew = "pkg.new.Y"\n'
    (tmp_path / "ssot.toml").write_text(move)
    text = "".join(f"def f{at}():\n    from pkg.old import X  # {at:01000}\n" for at in range(40))
    (tmp_path / "user.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    code = main(["check", "user.py"])
    out, err = capfd.readouterr()
    assert len(out) > 1 << 16  # more than a pipe holds
    assert ssot(tmp_path, "check", "user.py") == (code, out, err)
    assert ssot(tmp_path, "check", "--nothing")[0] == 2
    assert ssot(tmp_path, "check", "nowhere") == (
        2,
        "",
        f"ssot: {tmp_path}/nowhere: no such file or folder\n",
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is full")
def test_what_cannot_be_written_at_the_end_is_told(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        code, _, told = ssot(tmp_path, "explain", "SSOT001", stdout=full.fileno())
    assert code == 2
    assert told == "ssot: what is printed cannot be written: No space left on device\n"
