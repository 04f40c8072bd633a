"""A command line without options has those that argparse would make of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from flake8_ssot_engine.cli import check
from flake8_ssot_engine.cli.arguments import make_parser
from flake8_ssot_engine.cli.bare import bare_options


def test_bare_options_are_those_of_argparse() -> None:
    parsed = vars(make_parser("check").parse_args(["check"]))
    assert vars(bare_options(check.add_command)) == parsed
    assert parsed["run"] is check.run
    assert parsed["paths"] == []


def test_a_bare_check_imports_no_parser(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    program = (
        "import sys; from flake8_ssot_engine.cli.main import main; code = main();"
        " print(int(code), sorted({'argparse', 'gettext', 'locale'} & set(sys.modules)))"
    )
    for words, imported in (["check"], []), (["check", "."], ["argparse", "gettext", "locale"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == f"0 {imported}"
