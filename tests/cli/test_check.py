"""`ssot check` as a process: exit codes, streams, bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """
[[migration]]
id = "1"
[[migration.move]]
old = "old.Old"
new = "new.New"
[[migration.phase]]
name = "first"
paths = ["one.py"]
[[migration.phase]]
name = "uncounted"
paths = ["off.py"]
enforce = "off"
"""
CODE = "from old import Old\nOld()\n"
COMMAND = [sys.executable, "-m", "flake8_ssot_engine", "check"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "ssot.toml").write_text(CONFIG)
    (tmp_path / "one.py").write_text(CODE)
    (tmp_path / "two.py").write_text(CODE)
    (tmp_path / "off.py").write_text(CODE)
    (tmp_path / "clean.py").write_text("x = 1\n")
    return tmp_path


def ssot(project: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=project, input=stdin, capture_output=True, check=False
    )


def codes(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    document = json.loads(done.stdout)
    return [f"{v['path']}:{v['line']} {v['code']}" for v in document["violations"]]


EVERY = ["one.py:1 SSOT001", "one.py:2 SSOT002", "two.py:1 SSOT001", "two.py:2 SSOT002"]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "expected"),
    [
        pytest.param([], 1, EVERY, id="whole project"),
        pytest.param(["."], 1, EVERY, id="a folder"),
        pytest.param(["one.py"], 1, EVERY[:2], id="a file"),
        pytest.param(["one.py", ".", "one.py"], 1, EVERY, id="named several times"),
        pytest.param(["clean.py"], 0, [], id="clean"),
        pytest.param(["--exit-zero"], 0, EVERY, id="--exit-zero"),
        pytest.param(["--select=SSOT001"], 1, [EVERY[0], EVERY[2]], id="--select"),
        pytest.param(["--ignore=SSOT001"], 1, [EVERY[1], EVERY[3]], id="--ignore"),
        pytest.param(["--select=SSOT003"], 0, [], id="--select of nothing found"),
        pytest.param(["--phase=first"], 1, EVERY[:2], id="--phase"),
        pytest.param(["--syntax=candidates"], 1, EVERY, id="--syntax"),
        pytest.param(["--jobs=1"], 1, EVERY, id="one process"),
        pytest.param(["--jobs=4"], 1, EVERY, id="four processes"),
    ],
)
def test_what_is_reported(
    project: Path, arguments: list[str], exit_code: int, expected: list[str]
) -> None:
    done = ssot(project, "--format=json", *arguments)
    assert codes(done) == expected
    assert done.returncode == exit_code
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["nowhere.py"], b"nowhere.py: no such file or folder", id="no such path"),
        pytest.param(["--config=no.toml"], b"no.toml: cannot be read", id="no such configuration"),
        pytest.param(["--phase=frist"], b"did you mean `first`?", id="no such phase"),
        pytest.param(["--format=xml"], b"invalid choice", id="no such format"),
        pytest.param(["--jobs=0"], b"must be at least 1", id="no processes"),
        pytest.param(["--output=no/such/file"], b"--output no/such/file", id="no such folder"),
    ],
)
def test_usage_errors_exit_2_and_say_what_is_wrong(
    project: Path, arguments: list[str], told: bytes
) -> None:
    done = ssot(project, *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert b"Traceback" not in done.stderr


def test_every_configuration_error_is_told_at_once(project: Path) -> None:
    (project / "ssot.toml").write_text(
        'exclud = []\n\n[[migration]]\nid = 5\n[[migration.move]]\nold = "a b"\nnew = "c"\n'
    )
    done = ssot(project)
    assert done.returncode == 2
    told = done.stderr.decode()
    assert "ssot.toml:1: exclud: unknown key; did you mean `exclude`?" in told
    assert "ssot.toml:4: migration[0].id: must be a string" in told
    assert "ssot.toml:6: migration[0].move[0].old: `a b` is not a dotted Python name" in told


def test_standard_input(project: Path) -> None:
    done = ssot(project, "--format=json", "--stdin-filename=one.py", stdin=b"from old import Old")
    assert codes(done) == ["one.py:1 SSOT001"]


def test_output_goes_to_a_file(project: Path) -> None:
    done = ssot(project, "--format=json", "--output=report.json")
    assert done.stdout == b""
    assert len(json.loads((project / "report.json").read_text())["violations"]) == 4


def test_statistics_and_summary_go_to_standard_error(project: Path) -> None:
    done = ssot(project, "--format=concise", "--statistics")
    assert len(done.stdout.splitlines()) == 4
    assert b"4 violations (SSOT001 2, SSOT002 2); 4 files looked at" in done.stderr
    assert b"      2 SSOT001" in done.stderr


def test_color_only_where_it_is_asked_for(project: Path) -> None:
    assert b"\x1b[" not in ssot(project).stdout
    assert b"\x1b[" in ssot(project, "--color=always").stdout


BAD_FILES = [
    pytest.param(b"def (\n", "does not parse", id="syntax"),
    pytest.param(b"print 'python 2'\n", "does not parse", id="Python 2"),
    pytest.param(b"x = '\xff'\n", "cannot be decoded as utf-8", id="encoding"),
    pytest.param(b"# coding: klingon\n", "cannot be decoded: unknown encoding", id="codec"),
    pytest.param(b"# coding: rot13\n", "cannot be decoded", id="codec that is not of text"),
    pytest.param(
        b"# coding: punycode\n\xff", "cannot be decoded", id="codec with errors of its own"
    ),
    pytest.param(b"x = " + b"-" * 100_000 + b"1", "nested too deeply", id="endless nesting"),
    pytest.param(
        b"x = a" + b".a" * 100_000,
        "nested too deeply",
        id="endless chain",
        marks=pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 parses it"),
    ),
    pytest.param(b"\xef\xbb\xbf# coding: latin-1\n", "cannot be decoded", id="BOM and cookie"),
    pytest.param(b"x = 1\0\n", "does not parse", id="null byte"),
    pytest.param(b"(" * 5000 + b")" * 5000, "does not parse", id="too many brackets"),
]


@pytest.mark.parametrize("needle", [b"", b"# Old\n"], ids=["without a needle", "with one"])
@pytest.mark.parametrize(("data", "told"), BAD_FILES)
def test_a_bad_file_is_an_entry_and_the_run_goes_on(
    project: Path, data: bytes, told: str, needle: bytes
) -> None:
    (project / "bad.py").write_bytes(data + needle)
    done = ssot(project, "--format=json", "--syntax=all")
    (error,) = json.loads(done.stdout)["errors"]
    assert error["path"] == "bad.py"
    assert told in error["message"]
    assert codes(done) == EVERY
    assert done.returncode == 1


@pytest.mark.parametrize(("data", "told"), BAD_FILES)
def test_a_bad_file_that_cannot_hold_a_violation_is_not_looked_into(
    project: Path, data: bytes, told: str
) -> None:
    (project / "bad.py").write_bytes(data)
    for number in range(20):
        (project / f"more_{number}.py").write_text("")
    done = ssot(project, "--format=json")
    assert json.loads(done.stdout)["errors"] == []
    assert codes(done) == EVERY
    (project / "bad.py").write_bytes(data + b"\n'old.Old'\n")
    (error,) = json.loads(ssot(project, "--format=json").stdout)["errors"]
    assert told in error["message"]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xef\xbb\xbf", id="only a BOM"),
        pytest.param(b"x = '" + b"a" * 5_000_000 + b"'", id="huge line"),
        pytest.param(b"x = 1\n" * 200_000, id="many lines"),
        pytest.param(b"x = '\\d'\n", id="a string that Python warns of"),
    ],
)
def test_a_strange_file_is_no_error(project: Path, data: bytes) -> None:
    (project / "strange.py").write_bytes(data)
    done = ssot(project, "--format=json", "--syntax=all")
    assert json.loads(done.stdout)["errors"] == []
    assert codes(done) == EVERY


def test_a_broken_file_exits_1_even_without_violations(project: Path) -> None:
    (project / "clean.py").write_text("def (")
    assert ssot(project, "clean.py").returncode == 1


def test_a_pipe_with_a_python_name_is_not_read_for_ever(project: Path) -> None:
    os.mkfifo(project / "fifo.py")
    done = subprocess.run(
        [*COMMAND, "--format=json", "fifo.py"],
        cwd=project,
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert json.loads(done.stdout)["errors"][0]["message"] == "is not a regular file"


def test_a_read_only_project_is_only_read(project: Path) -> None:
    before = sorted(project.iterdir())
    project.chmod(0o555)
    try:
        assert codes(ssot(project, "--format=json")) == EVERY
    finally:
        project.chmod(0o755)
    assert sorted(project.iterdir()) == before


@pytest.mark.parametrize("name", ["new\nline.py", "\x1b[31mred.py", "rtl\u202e.py", "é𝒳.py"])
def test_hostile_file_names_are_escaped(project: Path, name: str) -> None:
    (project / name).write_text("from old import Old\n")
    done = ssot(project, "--format=concise", "--quiet", name)
    (line,) = done.stdout.decode().splitlines()
    assert "SSOT001" in line
    assert not {"\x1b", "\u202e"} & set(line)
    assert codes(ssot(project, "--format=json", name)) == [f"{name}:1 SSOT001"]


def test_a_name_that_is_not_utf_8(project: Path) -> None:
    with open(os.fsencode(project) + b"/\xff.py", "wb") as file:
        file.write(b"from old import Old\n")
    done = ssot(project, "--format=concise")
    assert done.returncode == 1
    assert b"SSOT001" in done.stdout
    json.loads(ssot(project, "--format=json").stdout)


def test_a_reader_that_goes_away_is_no_traceback(project: Path) -> None:
    for number in range(300):
        (project / f"m{number}.py").write_text(CODE)
    done = subprocess.run(
        f"{' '.join(COMMAND)} | head -n 1",
        shell=True,
        cwd=project,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_interrupt_exits_130(project: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--stdin-filename=one.py"],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        # More than a pipe holds: once it is written, the process is past its start and reads.
        process.stdin.write(b"x = 1\n" * 100_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:  # Python lost it between two reads; nobody presses once
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == b"ssot: interrupted\n"


def test_nothing_to_look_at_is_told(tmp_path: Path) -> None:
    (tmp_path / "ssot.toml").write_text(CONFIG)
    done = ssot(tmp_path)
    assert done.returncode == 0
    assert b"no Python file to look at" in done.stderr


def test_verbose_names_the_configuration(project: Path) -> None:
    done = ssot(project, "--verbose", "clean.py")
    assert f"configuration: {project / 'ssot.toml'}".encode() in done.stderr


def test_a_notebook_is_read_as_a_text(project: Path) -> None:
    book = '{"cells": [{"cell_type": "markdown", "source": ["old.Old"]}], "nbformat": 4}'
    (project / "book.ipynb").write_text(book)
    done = ssot(project, "book.ipynb", "--format=json")
    assert codes(done) == ["book.ipynb:1 SSOT008"]
    assert ssot(project, "book.ipynb", "--ignore=SSOT008").returncode == 0


def test_python_2_is_told_and_its_imports_are_found(project: Path) -> None:
    (project / "two.py").write_text("from old import Old\nprint 'x'\n")
    done = ssot(project, "two.py", "--format=json")
    document = json.loads(done.stdout)
    assert [(e["path"], e["line"]) for e in document["errors"]] == [("two.py", 2)]
    (found,) = document["violations"]
    assert found["unfixable_because"] == "the file does not parse"
    assert found["message"].endswith("[uncertain: the file does not parse] (1)")
