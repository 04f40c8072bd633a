"""One verdict: the real Flake8 and `ssot check` name the same violations beside a baseline.

What only `ssot` tells is left out: SSOT009, and files that do not parse.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

GIT = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

CONFIG = """\
[[migration]]
id = "1"
[[migration.move]]
old = "old.Old"
new = "new.New"
"""
PHASE = '[[migration.phase]]\nname = "p"\npaths = ["a.py"]\nenforce = "{}"\n'
IMPORT = "from old import Old\n"
NOTED = "from old import Old  # noqa: SSOT001\n"
IN_F = "def f():\n    from old import Old\n    return Old()\n"
NAME = "ssot-baseline.txt"
TODAY = datetime.date.today()


def line(path: str, *, code: str = "SSOT001", scope: str = "<module>", count: int = 1) -> str:
    return f"{path}\t{code}\t{scope}\told.Old\t{count}\n"


ALL_OF_F = line("a.py", scope="f") + line("a.py", code="SSOT002", scope="f")


def run(
    module: str, folder: Path, *arguments: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1", "CI": ""},
    )


def of_flake8(folder: Path, *arguments: str, stdin: bytes = b"") -> list[str]:
    done = run("flake8", folder, "--select=SSOT", *arguments, stdin=stdin)
    assert done.stderr == b""
    lines = sorted(text.removeprefix("./") for text in done.stdout.decode().splitlines())
    assert done.returncode == int(bool(lines))
    return lines


def of_ssot(folder: Path, *arguments: str, stdin: bytes = b"") -> list[str]:
    words = ["check", "--format=json", "--quiet", "--jobs=1", *arguments]
    done = run("flake8_ssot_engine", folder, *words, stdin=stdin)
    assert done.returncode in (0, 1), done.stderr.decode()
    return sorted(
        f"{one['path']}:{one['line']}:{one['column']}: {one['code']} {one['message']}"
        for one in json.loads(done.stdout)["violations"]
        if not one["baselined"] and one["code"] != "SSOT009"
    )


def places(lines: list[str]) -> list[str]:
    """Return `path:line code` of each."""
    return [re.sub(r"^(.*?:\d+):\d+: (\w+) .*$", r"\1 \2", text) for text in lines]


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def commit(folder: Path) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    for words in (
        ("init", "--quiet"),
        ("config", "core.autocrlf", "false"),
        ("add", "--all"),
        (*who, "commit", "--quiet", "--message=x"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


TABLE = [
    # files besides ssot.toml, the baseline; what is named
    pytest.param({"a.py": IN_F}, None, ["a.py:2 SSOT001", "a.py:3 SSOT002"], id="no-baseline"),
    pytest.param({"a.py": IN_F}, ALL_OF_F, [], id="all-is-tolerated"),
    pytest.param(
        {"a.py": IN_F}, line("a.py", scope="f"), ["a.py:3 SSOT002"], id="some-is-tolerated"
    ),
    pytest.param({"a.py": "x = 1\n" * 9 + IN_F}, ALL_OF_F, [], id="moved-down"),
    pytest.param({"a.py": IN_F.replace("def f", "def g")}, ALL_OF_F, [], id="renamed-function"),
    pytest.param(
        {"a.py": "def f(): ...\n" + IN_F.replace("def f", "def g")},
        ALL_OF_F,
        ["a.py:3 SSOT001", "a.py:4 SSOT002"],
        id="swapped-between-functions",
    ),
    pytest.param({"a.py": IMPORT * 3}, line("a.py", count=2), ["a.py:3 SSOT001"], id="one-more"),
    pytest.param({"a.py": IMPORT, "b.py": IMPORT}, line("a.py"), ["b.py:1 SSOT001"], id="files"),
    pytest.param({"a.py": IMPORT}, line("gone.py"), ["a.py:1 SSOT001"], id="stale"),
    pytest.param({"a.py": IMPORT}, line("a.py", count=9), [], id="too-much"),
    pytest.param({"a.py": NOTED}, None, [], id="noqa"),
    pytest.param({"a.py": NOTED + IMPORT}, line("a.py"), [], id="noqa-takes-up-no-entry"),
    pytest.param(
        {"a.py": NOTED + IMPORT * 2}, line("a.py"), ["a.py:3 SSOT001"], id="noqa-and-one-more"
    ),
    pytest.param({"a.py": "# flake8: noqa\n" + IMPORT * 2}, line("a.py"), [], id="noqa-for-all"),
    pytest.param(
        {"a.py": "from old import (\n    Old,  # noqa: SSOT001\n    Old as B,\n    Old as C)\n"},
        line("a.py"),
        ["a.py:4 SSOT001"],
        id="noqa-of-an-alias",
    ),
    pytest.param({"a.py": "from old import Old, Old as B\n"}, line("a.py"), None, id="one-line"),
    pytest.param(
        {"a.py": IMPORT, "ssot.toml": CONFIG + PHASE.format("error")},
        line("a.py"),
        ["a.py:1 SSOT001"],
        id="strict-phase",
    ),
    pytest.param(
        {"a.py": IMPORT * 2, "b.py": IMPORT, "ssot.toml": CONFIG + PHASE.format("off")},
        line("a.py"),
        ["b.py:1 SSOT001"],
        id="phase-off",
    ),
    pytest.param(
        {"a.py": IMPORT, "ssot.toml": CONFIG.replace('"1"', f'"1"\ndeadline = {TODAY}')},
        line("a.py"),
        ["a.py:1 SSOT001"],
        id="deadline-today",
    ),
    pytest.param(
        {
            "a.py": IMPORT,
            "ssot.toml": CONFIG.replace(
                '"1"', f'"1"\ndeadline = {TODAY + datetime.timedelta(days=1)}'
            ),
        },
        line("a.py"),
        [],
        id="deadline-tomorrow",
    ),
    pytest.param(
        {
            "a.py": IMPORT + "Old()\n",
            "ssot.toml": 'per-file-ignores = { "a.py" = ["SSOT001"] }\n' + CONFIG,
        },
        line("a.py"),
        ["a.py:2 SSOT002"],
        id="per-file-ignores",
    ),
    pytest.param(
        {"a.py": IN_F, "ssot.toml": 'ignore = ["SSOT002"]\n' + CONFIG},
        line("a.py", scope="f"),
        [],
        id="ignore",
    ),
    pytest.param(
        {"a.py": IMPORT, "ssot.toml": CONFIG.replace('"1"', '"1"\nowners = ["a.py"]')},
        line("a.py"),
        [],
        id="owner",
    ),
    pytest.param(
        {
            "a.py": IMPORT,
            "ssot.toml": 'baseline = "conf/b.txt"\n' + CONFIG,
            "conf/b.txt": line("a.py"),
        },
        None,
        [],
        id="elsewhere",
    ),
    pytest.param(
        {
            "a.py": IMPORT,
            "sub/a.py": IMPORT,
            "sub/ssot.toml": CONFIG,
            f"sub/{NAME}": line("a.py"),
        },
        None,
        ["a.py:1 SSOT001"],
        id="nested-with-its-own",
    ),
    pytest.param(
        {
            "ssot.toml": 'baseline = "b.txt"\n' + CONFIG,
            "a.py": IMPORT,
            "sub/a.py": IMPORT * 2,
            "sub/ssot.toml": 'extends = "../ssot.toml"\n',
            "b.txt": line("sub/a.py"),
        },
        None,
        ["a.py:1 SSOT001", "sub/a.py:2 SSOT001"],
        id="nested-that-shares",
    ),
    pytest.param(
        {"a.py": IMPORT, "sub dir/é𝒳.py": IMPORT * 2},
        line("sub dir/é𝒳.py") + line("a.py"),
        ["sub dir/é𝒳.py:2 SSOT001"],
        id="names",
    ),
    pytest.param({"a.py": "\ufeff" + IMPORT * 2}, line("a.py"), ["a.py:2 SSOT001"], id="BOM"),
    pytest.param(
        {"a.py": (IMPORT * 2).replace("\n", "\r\n")}, line("a.py"), ["a.py:2 SSOT001"], id="CRLF"
    ),
    pytest.param({"a.py": IMPORT}, line("a.py").replace("\n", "\r\n"), [], id="baseline-with-CRLF"),
    pytest.param({"a.py": "x = 1  # noqa: SSOT001\n"}, None, [], id="unused-noqa"),
    pytest.param({"a.py": IMPORT, "b.py": "def (\n"}, line("a.py"), [], id="broken-file"),
]


@pytest.mark.parametrize(("files", "baseline", "expected"), TABLE)
def test_both_faces_agree(
    tmp_path: Path, files: dict[str, str], baseline: str | None, expected: list[str] | None
) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, **files})
    if baseline is not None:
        write(tmp_path, {NAME: baseline})
    theirs = of_flake8(tmp_path)
    assert theirs == of_ssot(tmp_path)
    assert len(theirs) == 1 if expected is None else places(theirs) == expected


SEVERAL = {f"m{number}.py": IMPORT * (number % 3) + IN_F for number in range(12)}


@pytest.mark.parametrize("arguments", [["--jobs=1"], ["--jobs=2"]], ids=["one", "two"])
def test_the_number_of_processes_changes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    entries = "".join(line(name) + line(name, scope="f") for name in SEVERAL)
    write(tmp_path, {"ssot.toml": CONFIG, NAME: entries, **SEVERAL})
    theirs = of_flake8(tmp_path, *arguments)
    assert theirs == of_ssot(tmp_path)
    assert len(theirs) == 12 + 4


# --- Flake8's own options


MOVES = "[flake8]\nssot-moves = old.Old -> new.New\n"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"setup.cfg": MOVES, NAME: line("a.py")}, id="the-usual-name"),
        pytest.param(
            {"setup.cfg": MOVES + "ssot-baseline = conf/b.txt\n", "conf/b.txt": line("a.py")},
            id="setup.cfg",
        ),
        pytest.param(
            {"tox.ini": MOVES + "ssot-baseline = conf/b.txt\n", "conf/b.txt": line("a.py")},
            id="tox.ini",
        ),
        pytest.param(
            {
                "setup.cfg": "[flake8]\nssot-config = conf/x.toml\nssot-baseline = b.txt\n",
                "conf/x.toml": CONFIG,
                "b.txt": line("a.py"),
            },
            id="ssot-config",
        ),
    ],
)
def test_declared_in_flake8s_configuration(tmp_path: Path, files: dict[str, str]) -> None:
    write(tmp_path, {"a.py": IMPORT * 2, "b.py": IMPORT, **files})
    theirs = of_flake8(tmp_path)
    assert theirs == of_ssot(tmp_path, ".")
    assert places(theirs) == ["a.py:2 SSOT001", "b.py:1 SSOT001"]


def test_an_option_of_the_command_line(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, "a.py": IMPORT, "b.txt": line("a.py"), NAME: ""})
    assert places(of_flake8(tmp_path)) == ["a.py:1 SSOT001"]
    assert of_flake8(tmp_path, "--ssot-baseline=b.txt") == []
    assert of_flake8(tmp_path, f"--ssot-baseline={tmp_path / 'b.txt'}") == []
    assert places(of_flake8(tmp_path, "--ssot-baseline=gone.txt")) == ["a.py:1 SSOT001"]


def test_paths_are_named_as_the_root_sees_them(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, "sub/a.py": IMPORT * 2, NAME: line("sub/a.py")})
    assert of_flake8(tmp_path, "sub/a.py") == of_ssot(tmp_path, "sub/a.py")
    below = of_flake8(tmp_path / "sub", "a.py")
    assert below == of_ssot(tmp_path / "sub", "a.py")
    assert places(below) == ["a.py:2 SSOT001"]
    absolute = str(tmp_path / "sub" / "a.py")
    assert of_flake8(tmp_path / "sub", absolute) == of_ssot(tmp_path / "sub", absolute) != []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("a.py", ["a.py:2 SSOT001"], id="a-file-of-the-project"),
        pytest.param("sub/gone.py", ["sub/gone.py:1 SSOT001", "sub/gone.py:2 SSOT001"], id="gone"),
    ],
)
def test_standard_input(tmp_path: Path, name: str, expected: list[str]) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, "a.py": "", NAME: line("a.py")})
    code = (IMPORT * 2).encode()
    theirs = of_flake8(tmp_path, f"--stdin-display-name={name}", "-", stdin=code)
    assert theirs == of_ssot(tmp_path, f"--stdin-filename={name}", stdin=code)
    assert places(theirs) == expected


def test_without_noqa_what_it_covered_is_judged_by_the_baseline(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, "a.py": NOTED, "b.py": NOTED, NAME: line("a.py")})
    assert of_flake8(tmp_path) == []
    assert places(of_flake8(tmp_path, "--disable-noqa")) == ["b.py:1 SSOT001"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_wrong_baseline_ends_flake8_with_what_is_wrong(tmp_path: Path, jobs: str) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, NAME: "one\n\ntwo\n", "a.py": IMPORT, "b.py": IMPORT})
    done = run("flake8", tmp_path, f"--jobs={jobs}")
    told = (done.stdout + done.stderr).decode()
    assert done.returncode == 1
    assert f"{tmp_path / NAME}:1: is not `path<TAB>code" in told
    assert f"{tmp_path / NAME}:3: is not `path<TAB>code" in told
    assert "Traceback" not in told


def test_a_conflict_in_the_baseline_ends_flake8(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, NAME: "<<<<<<< HEAD\n", "a.py": IMPORT})
    done = run("flake8", tmp_path)
    assert done.returncode == 1
    assert b"`ssot baseline merge` resolves it" in done.stdout + done.stderr


def test_both_agree_on_what_ssot_wrote(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, **SEVERAL})
    assert run("flake8_ssot_engine", tmp_path, "baseline", "create").returncode == 0
    assert of_flake8(tmp_path) == of_ssot(tmp_path) == []
    write(tmp_path, {"m3.py": "class Other:\n    " + IMPORT + IN_F})
    theirs = of_flake8(tmp_path)
    assert theirs == of_ssot(tmp_path)
    assert places(theirs) == ["m3.py:2 SSOT001"]


# --- which of several is the newest

ABOVE = "from old import Old as A\n"


@GIT
def test_both_name_the_newest(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, NAME: line("a.py"), "a.py": IMPORT})
    commit(tmp_path)
    write(tmp_path, {"a.py": ABOVE + IMPORT})
    theirs = of_flake8(tmp_path)
    assert theirs == of_ssot(tmp_path)
    assert places(theirs) == ["a.py:1 SSOT001"]


@GIT
def test_both_name_the_newest_on_standard_input(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, NAME: line("a.py"), "a.py": IMPORT})
    commit(tmp_path)
    code = (ABOVE + IMPORT).encode()
    theirs = of_flake8(tmp_path, "--stdin-display-name=a.py", "-", stdin=code)
    assert theirs == of_ssot(tmp_path, "--stdin-filename=a.py", stdin=code)
    assert places(theirs) == ["a.py:1 SSOT001"]


@GIT
def test_both_follow_a_renamed_file(tmp_path: Path) -> None:
    text = IMPORT + "".join(f"x{number} = {number}\n" for number in range(9))
    write(tmp_path, {"ssot.toml": CONFIG, NAME: line("a.py"), "a.py": text})
    commit(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "c.py")
    assert of_flake8(tmp_path) == of_ssot(tmp_path) == []


@GIT
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b"from old import Old\r\n", b"from old import Old as A\r\n", id="CRLF"),
        pytest.param(
            b"from old import Old  # \xe9\n# coding: latin-1\n",
            b"from old import Old as A\n",
            id="latin-1",
        ),
    ],
)
def test_both_name_the_newest_whatever_the_bytes(
    tmp_path: Path, before: bytes, after: bytes
) -> None:
    coding, before = before.partition(b"\n")[2], before.partition(b"\n")[0] + b"\n"
    write(tmp_path, {"ssot.toml": CONFIG, NAME: line("a.py"), "a.py": coding + before})
    commit(tmp_path)
    write(tmp_path, {"a.py": coding + after + before})
    theirs = of_flake8(tmp_path)
    assert theirs == of_ssot(tmp_path)
    assert places(theirs) == [f"a.py:{1 + bool(coding)} SSOT001"]


def test_below_the_folder_of_setup_cfg(tmp_path: Path) -> None:
    write(tmp_path, {"setup.cfg": MOVES, "sub/a.py": IMPORT * 2, NAME: line("sub/a.py")})
    below = of_flake8(tmp_path / "sub", "a.py")
    assert below == of_ssot(tmp_path / "sub", "a.py")
    assert places(below) == ["a.py:2 SSOT001"]


def test_a_baseline_that_setup_cfg_names_and_ssot_does_not_take_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": CONFIG, "setup.cfg": "[flake8]\nssot-baseline = b.txt\n"})
    write(tmp_path, {"a.py": IMPORT, "b.txt": line("a.py")})
    done = run("flake8", tmp_path)
    assert done.returncode == 1
    told = f"takes {tmp_path / NAME}; name it there"
    assert told in (done.stdout + done.stderr).decode()
    write(tmp_path, {"ssot.toml": 'baseline = "b.txt"\n' + CONFIG})
    assert of_flake8(tmp_path) == of_ssot(tmp_path) == []


@pytest.mark.parametrize("name", ["b.txt", "./b.txt"])
def test_below_the_folder_of_setup_cfg_that_names_it(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"setup.cfg": f"{MOVES}ssot-baseline = {name}\n"})
    write(tmp_path, {"sub/a.py": IMPORT * 2, "b.txt": line("sub/a.py")})
    below = of_flake8(tmp_path / "sub", "a.py")
    assert below == of_ssot(tmp_path / "sub", "a.py")
    assert places(below) == ["a.py:2 SSOT001"]


def test_a_nested_configuration_keeps_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"ssot.toml": f'baseline = "{NAME}"\n' + CONFIG, "sub/ssot.toml": CONFIG})
    write(tmp_path, {"setup.cfg": f"[flake8]\nssot-baseline = {NAME}\n", NAME: line("x.py")})
    write(tmp_path, {"x.py": IMPORT, "sub/x.py": IMPORT})
    theirs = of_flake8(tmp_path)
    assert theirs == of_ssot(tmp_path, ".")
    assert places(theirs) == ["sub/x.py:1 SSOT001"]


def test_two_that_share_one_do_not_take_each_others_entries(tmp_path: Path) -> None:
    shared = 'baseline = "../shared.txt"\n' + CONFIG
    write(tmp_path, {"s1/ssot.toml": shared, "s2/ssot.toml": shared})
    write(tmp_path, {"s1/x.py": IMPORT, "s2/x.py": IMPORT, "shared.txt": line("s1/x.py")})
    for folder, named in (("s1", []), ("s2", ["x.py:1 SSOT001"])):
        theirs = of_flake8(tmp_path / folder)
        assert theirs == of_ssot(tmp_path / folder, ".")
        assert places(theirs) == named
    assert places(of_flake8(tmp_path)) == ["s2/x.py:1 SSOT001"]
