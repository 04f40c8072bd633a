"""The real Flake8, as a subprocess, with the plugin installed beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_engine.sample import lay_out

ROOT = Path(__file__).parents[2]
OLDEST = "5.0.4"

CODE = """\
from pkg.old import OldEngine
from pkg.new import NewEngine as OldEngine2
é𝒳 = "é𝒳"; engine = OldEngine(1)
"""
MOVES = "pkg.old.OldEngine -> pkg.new.NewEngine"
IMPORT = (
    "a.py:1:21: SSOT001 import of deprecated `pkg.old.OldEngine`;"
    " use `from pkg.new import NewEngine` [fix: safe] (ssot-moves)"
)
CALL = (
    "a.py:3:21: SSOT002 direct instantiation of deprecated `pkg.old.OldEngine`;"
    " use `NewEngine(...)` [fix: safe] (ssot-moves)"
)

Flake8 = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def oldest_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make an environment with the oldest Flake8 that we support; return its Python."""
    folder = tmp_path_factory.mktemp("oldest-flake8")
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, f"flake8=={OLDEST}", str(ROOT)], check=True)
    return python


@pytest.fixture(
    params=[
        "installed",
        pytest.param(
            OLDEST,
            marks=pytest.mark.skipif(
                sys.version_info[:2] != (3, 10), reason=f"Flake8 {OLDEST} is run on Python 3.10"
            ),
        ),
    ]
)
def flake8(request: pytest.FixtureRequest, tmp_path: Path) -> Flake8:
    """Return a function that runs Flake8 in a small project of its own."""
    python = sys.executable
    if request.param == OLDEST:
        python = request.getfixturevalue("oldest_python")
    (tmp_path / "a.py").write_text(CODE, "utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "b.py").write_text(CODE, "utf-8")

    def run(*arguments: str, config: str = "", stdin: str = "") -> subprocess.CompletedProcess[str]:
        (tmp_path / "setup.cfg").write_text(f"[flake8]\n{config}\n", "utf-8")
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
        return subprocess.run(
            [python, "-m", "flake8", *arguments],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env=environment,
        )

    return run


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_is_on_by_default(flake8: Flake8) -> None:
    done = flake8("a.py", config=f"ssot-moves = {MOVES}")
    assert [line for line in lines(done) if "SSOT" in line] == [IMPORT, CALL]
    assert done.returncode == 1


def test_select_of_one_code(flake8: Flake8) -> None:
    done = flake8("--select", "SSOT002", "a.py", config=f"ssot-moves = {MOVES}")
    assert lines(done) == [CALL]


def test_select_of_all_our_codes(flake8: Flake8) -> None:
    done = flake8("--select", "SSOT", "a.py", config=f"ssot-moves = {MOVES}")
    assert lines(done) == [IMPORT, CALL]


def test_extend_ignore_on_the_command_line(flake8: Flake8) -> None:
    done = flake8(
        "--select=SSOT", "--extend-ignore=SSOT001", "a.py", config=f"ssot-moves = {MOVES}"
    )
    assert lines(done) == [CALL]


def test_noqa(flake8: Flake8) -> None:
    suppressed = CODE.replace("OldEngine\n", "OldEngine  # noqa: SSOT001\n", 1)
    done = flake8(
        "--select=SSOT",
        "--stdin-display-name=a.py",
        "-",
        config=f"ssot-moves = {MOVES}",
        stdin=suppressed,
    )
    assert lines(done) == [CALL]


def test_noqa_counts_on_the_line_of_the_alias(flake8: Flake8) -> None:
    code = "from pkg.old import (\n    OldEngine as A,  # noqa: SSOT001\n    OldEngine as B,\n)\n"
    done = flake8("--select=SSOT", "-", config=f"ssot-moves = {MOVES}", stdin=code)
    assert [line.split(" ")[0] for line in lines(done)] == ["stdin:3:5:"]


def test_per_file_ignores(flake8: Flake8) -> None:
    config = f"select = SSOT\nper-file-ignores = tests/*:SSOT001\nssot-moves = {MOVES}"
    done = flake8(config=config)
    assert sorted(line.split(" ")[0:2][0] for line in lines(done)) == [
        "./a.py:1:21:",
        "./a.py:3:21:",
        "./tests/b.py:3:21:",
    ]


def test_ssot_ignore(flake8: Flake8) -> None:
    done = flake8("a.py", config=f"select = SSOT\nssot-ignore = SSOT001\nssot-moves = {MOVES}")
    assert lines(done) == [CALL]


def test_ssot_select(flake8: Flake8) -> None:
    done = flake8("a.py", config=f"select = SSOT\nssot-select = SSOT001\nssot-moves = {MOVES}")
    assert lines(done) == [IMPORT]


def test_several_moves_and_a_comment(flake8: Flake8) -> None:
    config = f"select = SSOT001\nssot-moves =\n  {MOVES}\n  # why\n  pkg.new.NewEngine -> pkg.z.Z"
    assert "from pkg.z import Z" in lines(flake8("a.py", config=config))[0]


def test_ssot_toml_needs_no_option(flake8: Flake8, tmp_path: Path) -> None:
    (tmp_path / "ssot.toml").write_text(
        '[[migration]]\nid = "9"\n[[migration.move]]\nold = "pkg.old.OldEngine"\nnew = "n.N"\n'
    )
    (line,) = lines(flake8("--select=SSOT001", "a.py"))
    assert line.endswith("use `from n import N` [fix: safe] (9)")


def test_what_ssot_toml_excludes_is_not_checked_here_either(flake8: Flake8, tmp_path: Path) -> None:
    (tmp_path / "ssot.toml").write_text(
        'exclude = ["tests/**"]\n[[migration]]\nid = "9"\n'
        '[[migration.move]]\nold = "pkg.old.OldEngine"\nnew = "n.N"\n'
    )
    found = lines(flake8("--select=SSOT001"))
    assert [line.split(" ")[0] for line in found] == ["./a.py:1:21:"]


def test_ssot_config_names_a_file(flake8: Flake8, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(
        '[[migration]]\nid = "7"\n[[migration.move]]\nold = "pkg.old.OldEngine"\nnew = "n.N"\n'
    )
    (line,) = lines(flake8("a.py", config="select = SSOT001\nssot-config = other.toml"))
    assert line.endswith("(7)")


@pytest.mark.parametrize(
    ("config", "told"),
    [
        pytest.param("ssot-moves = a b -> c", "`a b` is not a dotted Python name", id="no name"),
        pytest.param("ssot-moves = a.b -> a.b", "`a.b` moves to itself", id="ends are equal"),
        pytest.param("ssot-config = nowhere.toml", "nowhere.toml", id="missing file"),
    ],
)
def test_a_wrong_configuration_ends_flake8_with_what_is_wrong(
    flake8: Flake8, config: str, told: str
) -> None:
    done = flake8("a.py", config=config)
    assert done.returncode == 1
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_broken_file_is_left_to_flake8(flake8: Flake8) -> None:
    done = flake8("-", config=f"ssot-moves = {MOVES}", stdin="from pkg.old import OldEngine as\n")
    assert "E999" in lines(done)[0]


def test_several_processes(flake8: Flake8) -> None:
    one = flake8("--select=SSOT", "-j1", config=f"ssot-moves = {MOVES}")
    two = flake8("--select=SSOT", "-j2", config=f"ssot-moves = {MOVES}")
    assert sorted(lines(one)) == sorted(lines(two))
    assert len(lines(two)) == 4


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("signature", ["", "\ufeff"], ids=["plain", "BOM"])
def test_gives_the_lines_of_ssot_check(
    flake8: Flake8, tmp_path: Path, newline: str, signature: str
) -> None:
    data = (signature + CODE.replace("\n", newline)).encode()
    (tmp_path / "a.py").write_bytes(data)
    theirs = lines(flake8("--select=SSOT", "a.py", config=f"ssot-moves = {MOVES}"))
    ours = subprocess.run(
        [
            sys.executable,
            "-m",
            "flake8_ssot_engine",
            "check",
            "--format=concise",
            "--quiet",
            "a.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ours.stderr == ""
    assert ours.stdout.splitlines() == theirs == [IMPORT, CALL]


def test_gives_the_lines_of_ssot_check_across_files(flake8: Flake8, tmp_path: Path) -> None:
    """Over the sample project and some back doors: more files than are followed on demand."""
    lay_out(tmp_path / "sample")
    engine = "netra_backend.app.agents.supervisor.execution_engine"
    doors = {
        "doors/__init__.py": f"from {engine} import ExecutionEngine as Motor\n",
        "doors/lazy.py": "LAZY = {'Turbine': 'doors.Motor'}\ndef __getattr__(name): ...\n",
        "doors/all.py": "from doors import *\n",
        "use_as.py": "from doors import Motor\nMotor()\n",
        "use_star.py": "from doors.all import *\nMotor()\n",
        "use_lazy.py": "import doors.lazy\ndoors.lazy.Turbine()\n",
        "use_string.py": "from importlib import import_module as load\n"
        "getattr(load('doors'), 'Motor')\n",
        "use_leak.py": "from netra_backend.app.services.report_worker import *\n",
    }
    for name, text in doors.items():
        (tmp_path / "sample" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "sample" / name).write_text(text)
    theirs = lines(flake8("--select=SSOT", "sample"))
    command = [sys.executable, "-m", "flake8_ssot_engine", "check", "--format=concise", "--quiet"]
    command.append("--ignore=SSOT008,SSOT009")  # which Flake8 cannot know
    ours = subprocess.run(
        [*command, "sample"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert sorted(ours.stdout.splitlines()) == sorted(theirs)
    found = {tuple(line.removeprefix("sample/").split(":")[:2]) for line in theirs}
    assert len(theirs) > 85
    assert {("use_as.py", "1"), ("use_star.py", "1"), ("use_lazy.py", "2")} <= found
    assert {("use_string.py", "2"), ("doors/lazy.py", "1")} <= found
