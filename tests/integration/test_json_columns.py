"""The columns of `ssot check --format json`, however the file is stored."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "old.Old"\nnew = "new.New"\n'
IMPORT = "from old import Old\n"

# The bytes of a file, then for the call in it: line, column, end line, end column.
FILES = [
    pytest.param((IMPORT + "x = Old()\n").encode(), (2, 5, 2, 8), id="plain"),
    pytest.param((IMPORT + '"é𝒳"; Old()\n').encode(), (2, 7, 2, 10), id="wide characters"),
    pytest.param((IMPORT + '"e\u0301"; Old()\n').encode(), (2, 7, 2, 10), id="combining mark"),
    pytest.param(
        (IMPORT + '"\U0001f469\u200d\U0001f4bb"; Old()\n').encode(), (2, 8, 2, 11), id="emoji"
    ),
    pytest.param((IMPORT + "é = Old()\n").encode(), (2, 5, 2, 8), id="wide identifier"),
    pytest.param((IMPORT + "x = 'é'\nOld()\n").encode(), (3, 1, 3, 4), id="wide on another line"),
    pytest.param(
        (IMPORT + "'''é\n𝒳'''; Old()\n").encode(), (3, 7, 3, 10), id="wide in a long string"
    ),
    pytest.param((IMPORT + "x = Old()\n").replace("\n", "\r\n").encode(), (2, 5, 2, 8), id="CRLF"),
    pytest.param((IMPORT + "x = Old()\n").replace("\n", "\r").encode(), (2, 5, 2, 8), id="CR"),
    pytest.param((IMPORT + "\r\nx = Old()\n").encode(), (3, 5, 3, 8), id="mixed newlines"),
    pytest.param(b"\xef\xbb\xbf" + (IMPORT + "x = Old()\n").encode(), (2, 5, 2, 8), id="BOM"),
    pytest.param(b"\xef\xbb\xbffrom old import Old; Old()\n", (1, 22, 1, 25), id="BOM, first line"),
    pytest.param((IMPORT + "if x:\n\tOld()\n").encode(), (3, 2, 3, 5), id="tab"),
    pytest.param((IMPORT + "if x:\n\t\ty =\tOld()\n").encode(), (3, 7, 3, 10), id="tabs inside"),
    pytest.param((IMPORT + "\x0cx = Old()\n").encode(), (2, 6, 2, 9), id="form feed"),
    pytest.param(
        (IMPORT + "y = 1\n\x0c\nx = Old()\n").encode(), (4, 5, 4, 8), id="line of a form feed"
    ),
    pytest.param(
        (IMPORT + "'a\x0bb\x1cc\u2028'; Old()\n").encode(), (2, 11, 2, 14), id="line separators"
    ),
    pytest.param(
        ("# -*- coding: latin-1 -*-\n" + IMPORT + "'é'; Old()\n").encode("latin-1"),
        (3, 6, 3, 9),
        id="latin-1",
    ),
    pytest.param(
        ("#!/usr/bin/python\n# vim: set fileencoding=cp1251 :\n" + IMPORT + "'ж'; Old()\n").encode(
            "cp1251"
        ),
        (4, 6, 4, 9),
        id="cp1251 on the second line",
    ),
    pytest.param(
        ("# coding: euc-jp\n" + IMPORT + "'日本'; Old()\n").encode("euc-jp"),
        (3, 7, 3, 10),
        id="euc-jp",
    ),
    pytest.param((IMPORT + "f'é{Old()!r:>{9}}'\n").encode(), (2, 5, 2, 8), id="f-string"),
    pytest.param(
        (IMPORT + "f'''\né {Old()}'''\n").encode(), (3, 4, 3, 7), id="f-string of two lines"
    ),
    pytest.param(
        (IMPORT + "x = 'é' 'b' f'{Old()}'\n").encode(), (2, 16, 2, 19), id="f-string, implicit"
    ),
    pytest.param((IMPORT + "x = \\\n  Old()").encode(), (3, 3, 3, 6), id="no final newline"),
]


@pytest.mark.parametrize(("data", "place"), FILES)
def test_columns(tmp_path: Path, data: bytes, place: tuple[int, int, int, int]) -> None:
    (tmp_path / "ssot.toml").write_text(CONFIG)
    (tmp_path / "a.py").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "flake8_ssot_engine", "check", "--format=json", "--select=SSOT002"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    (violation,) = json.loads(done.stdout)["violations"]
    keys = ("line", "column", "end_line", "end_column")
    assert tuple(violation[key] for key in keys) == place
