"""A file that is told to be closed by its text alone holds nothing, whatever it looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.screening import Screen
from tests.rules.harness import CONFIGURATION, write

FILES = {
    "ssot.toml": CONFIGURATION,
    "pkg/__init__.py": "from .old import OldEngine as E\n",
    "pkg/old.py": "class OldEngine: ...\n",
    "pkg/new.py": "class NewEngine: ...\n",
    "pkg/all.py": "from pkg import *\n",
    "pkg/other.py": "Other = 1\n",
}
CLOSED = {
    "nothing": b"",
    "what others import": b"import os, sys\nfrom pkg.other import Other\n",
    "a broken file": b"import os\ndef (",
    "blanks and ends of lines": b"\xef\xbb\xbfimport os\r\nfrom  pkg . other import (\r\n x)\r\n",
    "an encoding": "# coding: latin-1\nimport os  # é\n".encode("latin-1"),
}
OPEN = {
    "another name of it": b"from pkg import E\nE()\n",
    "a star": b"from pkg.all import *\n",
    "a module that has it": b"import pkg\npkg.E()\n",
    "inside of a function": b"def f():\n    from . import E\n    E()\n",
    "after a backslash": b"from pkg import \\\n    E\n",
    "in a list with comments": b"from pkg import (  # all\n    E,  # of it\n)\n",
    "a string": b"import importlib\nimportlib.import_module(name)\n",
    "lines that end with a carriage return": b"import os\rfrom pkg import E\r",
    "a broken file": b"from pkg import E\ndef (",
    "an encoding that hides the name": b"# coding: utf-7\nfrom pkg import +AEUA-\n",
    "no text at all": b"# coding: no-such-encoding\n",
}


def checker_in(folder: Path) -> Checker:
    write(folder, FILES)
    return Checker(load_file(str(folder / "ssot.toml")))


@pytest.mark.parametrize("content", CLOSED.values(), ids=CLOSED)
def test_what_is_closed(content: bytes, tmp_path: Path) -> None:
    assert checker_in(tmp_path).screen.is_closed(str(tmp_path / "pkg/user.py"), content)


@pytest.mark.parametrize("content", OPEN.values(), ids=OPEN)
def test_what_is_not(content: bytes, tmp_path: Path) -> None:
    assert not checker_in(tmp_path).screen.is_closed(str(tmp_path / "pkg/user.py"), content)


@pytest.mark.parametrize("parses_all", [True, False])
@pytest.mark.parametrize("content", [*CLOSED.values(), *OPEN.values()], ids=[*CLOSED, *OPEN])
def test_no_result_depends_on_it(
    content: bytes, parses_all: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "pkg/user.py")

    def result() -> object:
        checker = checker_in(tmp_path)
        return checker.check_bytes(path, content, shown_as="user.py", parses_all=parses_all)

    found = result()
    monkeypatch.setattr(Screen, "is_closed", lambda *_: False)
    assert result() == found
