"""`ssot check` in this process: each option, and what only a stand-in can bring about."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.cli import checking
from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.reports.registry import FORMATS

CONFIG = """\
[[migration]]
id = "1"
[[migration.move]]
old = "old.Old"
new = "new.New"
[[migration.phase]]
name = "first"
paths = ["first/**"]
[[migration.phase]]
name = "rest"
paths = ["**"]
"""
IMPORT = "from old import Old\n"
BAD = IMPORT + "Old()\n"

Answer = tuple[int, str, str]
Ssot = Callable[..., Answer]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ssot.toml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
def ssot(project: Path, capsys: pytest.CaptureFixture[str]) -> Ssot:
    """Run `ssot check` on one core; return the exit code and both outputs."""

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        try:
            code = main(["check", "--jobs=1", *arguments])
        except SystemExit as stop:  # argparse's own errors
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return int(code), captured.out, captured.err

    return run


def places(out: str) -> list[str]:
    return [line.split()[0] for line in out.splitlines()]


# --- exit codes


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        pytest.param({}, [], 0, id="nothing-to-check"),
        pytest.param({"a.py": ""}, [], 0, id="empty-file"),
        pytest.param({"a.py": BAD}, [], 1, id="violations"),
        pytest.param({"a.py": "def ("}, [], 0, id="broken-without-a-needle"),
        pytest.param({"a.py": "Old ("}, [], 1, id="broken-with-a-needle"),
        pytest.param({"a.py": "def ("}, ["."], 0, id="broken-in-a-folder"),
        pytest.param({"a.py": "def ("}, ["a.py"], 1, id="broken-and-named"),
        pytest.param({"a.py": "def ("}, ["a.py", "."], 0, id="broken-and-named-with-a-folder"),
        pytest.param({"a.py": "def ("}, ["--syntax=all"], 1, id="broken-file"),
        pytest.param({"a.py": "def ("}, ["a.py", "--syntax=candidates"], 0, id="not-even-named"),
        pytest.param({"a.py": "def ("}, ["--stdin-filename=a.py"], 1, id="broken-standard-input"),
        pytest.param(
            {"a.py": "def ("},
            ["--stdin-filename=a.py", "--syntax=candidates"],
            0,
            id="broken-standard-input-without-a-needle",
        ),
        pytest.param({"a.py": "Old ("}, ["--exit-zero"], 0, id="exit-zero-broken"),
        pytest.param({"a.py": BAD}, ["--ignore=SSOT"], 0, id="ignored"),
        pytest.param({"a.py": BAD}, ["gone.py", "--exit-zero"], 2, id="missing-path-exit-zero"),
        pytest.param({"ssot.toml": "x = 1"}, ["--exit-zero"], 2, id="wrong-configuration"),
        pytest.param({"a.py": BAD}, ["--output=."], 2, id="output-is-a-folder"),
        pytest.param({"a.py": BAD}, ["--jobs=many"], 2, id="jobs-no-number"),
        pytest.param({"a.py": BAD}, ["--nonsense"], 2, id="unknown-option"),
    ],
)
def test_exit_code(
    project: Path,
    ssot: Ssot,
    files: dict[str, str],
    arguments: list[str],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, text in files.items():
        (project / name).write_text(text)
    first = next(iter(files.values()), "")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(first.encode())))
    found, out, err = ssot(*arguments)
    assert found == code
    assert bool(out) is (code != 2)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["gone.py"], "{0}/gone.py: no such file or folder", id="path"),
        pytest.param(["--phase=rst"], "no phase is called `rst`; did you mean `rest`?", id="phase"),
        pytest.param(
            ["--select=ssot001"],
            "--select: `ssot001` is not a code of this product; did you mean `SSOT001`?",
            id="select",
        ),
        pytest.param(
            ["--ignore=E501"],
            "--ignore: `E501` is not a code of this product; codes look like `SSOT001`",
            id="ignore",
        ),
        pytest.param(
            ["--output=gone/x"], "--output gone/x: No such file or directory", id="output"
        ),
        pytest.param(
            ["--config=gone.toml"],
            "{0}/gone.toml: cannot be read: No such file or directory",
            id="config",
        ),
    ],
)
def test_what_is_wrong_with_the_command_line(
    project: Path, ssot: Ssot, arguments: list[str], message: str
) -> None:
    (project / "a.py").write_text(BAD)
    code, out, err = ssot("--quiet", *arguments)
    assert (code, out, err) == (2, "", f"ssot: {message.format(project)}\n")


def test_a_phase_where_there_are_none(project: Path, ssot: Ssot) -> None:
    (project / "ssot.toml").write_text(CONFIG.partition("[[migration.phase]]")[0])
    assert ssot("--phase=x")[2] == (
        "ssot: no phase is called `x`: the configuration declares no phase\n"
    )


def test_all_configuration_errors_are_printed_and_nothing_else(project: Path, ssot: Ssot) -> None:
    path = project / "ssot.toml"
    path.write_text("selct = []\nignore = 1\n")
    assert ssot() == (
        2,
        "",
        f"ssot: {path}:1: selct: unknown key; did you mean `select`?\n"
        f"{path}:2: ignore: must be an array\n",
    )


def test_a_bug_is_an_internal_error(ssot: Ssot, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("told in the traceback")

    monkeypatch.setattr(checking, "check_each", fail)
    code, out, err = ssot()
    assert (code, out) == (3, "")
    assert "ZeroDivisionError: told in the traceback" in err
    assert err.endswith("this is a bug in ssot; please report the lines above\n")


def test_an_interrupt(ssot: Ssot, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "check_each", interrupt)
    assert ssot() == (130, "", "ssot: interrupted\n")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(PermissionError(13, "Permission denied"), "Permission denied", id="denied"),
        pytest.param(OSError(5, "Input/output error"), "Input/output error", id="disk"),
    ],
)
def test_a_file_that_cannot_be_read(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch, error: OSError, message: str
) -> None:
    (project / "a.py").write_text(BAD)
    (project / "secret.py").write_text(BAD)

    def refuse(path: str, mode: str) -> Any:
        if path.endswith("secret.py"):
            raise error
        return Path(path).open(mode)

    monkeypatch.setattr("flake8_ssot_engine.engine.run.open", refuse, raising=False)
    code, out, _ = ssot("--format=json")
    document = json.loads(out)
    assert code == 1
    assert document["errors"] == [
        {
            "path": "secret.py",
            "line": None,
            "message": f"cannot be read: {message}",
            "code": "E902",
            "baselined": False,
        }
    ]
    assert {violation["path"] for violation in document["violations"]} == {"a.py"}


# --- what is looked at


def test_paths_are_shown_below_what_was_named(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "sub").mkdir()
    for name in ("a.py", "sub/b.py"):
        (project / name).write_text(IMPORT)
    absolute = str(project / "a.py")

    def shown(*paths: str) -> list[str]:
        return [place.partition(":")[0] for place in places(ssot("--format=concise", *paths)[1])]

    assert shown() == ["a.py", "sub/b.py"]
    assert shown("sub") == ["sub/b.py"]
    assert shown(absolute) == [absolute]
    monkeypatch.chdir(project / "sub")
    assert shown() == ["../a.py", "../sub/b.py"]
    assert shown("../a.py", ".") == ["../a.py", "b.py"]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        pytest.param(["--select=SSOT"], ["SSOT001", "SSOT002"], id="select-all"),
        pytest.param(["--select=SSOT002, SSOT001"], ["SSOT001", "SSOT002"], id="select-two"),
        pytest.param(["--select=SSOT00", "--ignore=SSOT002"], ["SSOT001"], id="both"),
        pytest.param(["--select=SSOT002", "--ignore=SSOT"], ["SSOT002"], id="the-longest-wins"),
    ],
)
def test_select_and_ignore(
    project: Path, ssot: Ssot, arguments: list[str], codes: list[str]
) -> None:
    (project / "a.py").write_text(BAD)
    lines = ssot("--format=concise", *arguments)[1].splitlines()
    assert [line.split()[1] for line in lines] == codes


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        pytest.param(["--phase=first"], ["first/b.py"], id="first"),
        pytest.param(["--phase=rest"], ["a.py", "sub/c.py"], id="the-first-that-matches-counts"),
        pytest.param(["--phase=first", "a.py"], [], id="no-file-of-it"),
        pytest.param(["--phase=inner"], ["sub/c.py"], id="of-a-configuration-below"),
    ],
)
def test_phase(project: Path, ssot: Ssot, arguments: list[str], files: list[str]) -> None:
    for name in ("a.py", "first/b.py", "sub/c.py"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(IMPORT)
    if "--phase=inner" in arguments:
        inner = CONFIG.replace('"first"', '"inner"').replace("first/**", "**")
        (project / "sub" / "ssot.toml").write_text(inner)
    out = ssot("--format=concise", *arguments)[1]
    assert [place.partition(":")[0] for place in places(out)] == files


def test_what_a_phase_that_is_off_holds_is_counted_only(project: Path, ssot: Ssot) -> None:
    (project / "ssot.toml").write_text(CONFIG + 'enforce = "off"\n')
    (project / "a.py").write_text(BAD)
    code, out, _ = ssot("--format=json")
    document = json.loads(out)
    assert (code, document["violations"]) == (0, [])
    assert document["references"] == {"import": 1, "instantiation": 1}


def test_a_configuration_that_is_named_holds_for_every_file(project: Path, ssot: Ssot) -> None:
    (project / "conf").mkdir()
    (project / "conf" / "other.toml").write_text(CONFIG.replace("old.Old", "os.path"))
    (project / "a.py").write_text("import os.path\n" + BAD)
    code, out, _ = ssot("--format=concise", "--config=conf/other.toml", ".")
    assert (code, places(out)) == (1, ["a.py:1:8:"])


def test_noqa_owners_and_per_file_ignores(project: Path, ssot: Ssot) -> None:
    owned = CONFIG.replace('id = "1"', 'id = "1"\nowners = ["/own.py"]')
    (project / "ssot.toml").write_text(f'per-file-ignores = {{ "t_*.py" = ["SSOT"] }}\n{owned}')
    (project / "own.py").write_text(BAD)
    (project / "old.py").write_text("class Old: ...\nOld()\n")
    (project / "t_x.py").write_text(BAD)
    (project / "a.py").write_text("from old import (\n  Old,  # noqa: SSOT001\n)\nOld()  # noqa\n")
    assert ssot("--format=concise")[:2] == (0, "")


def test_without_a_configuration_the_preset_holds(project: Path, ssot: Ssot) -> None:
    (project / "ssot.toml").unlink()
    (project / ".git").mkdir()
    home = "netra_backend.app.agents.supervisor.execution_engine"
    (project / "a.py").write_text(f"from {home} import ExecutionEngine\n")
    code, out, err = ssot("--format=concise", "--verbose")
    assert (code, places(out)) == (1, ["a.py:1:66:"])
    assert f"the built-in preset `execution-engine`, project root {project}\n" in err


def test_a_configuration_without_migrations_is_warned_of(project: Path, ssot: Ssot) -> None:
    (project / "ssot.toml").write_text("")
    (project / "a.py").write_text(BAD)
    code, _, err = ssot()
    assert code == 0
    assert f"warning: {project / 'ssot.toml'}: declares no migration" in err


# --- standard input


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        pytest.param("a.py", b"", "", id="empty"),
        pytest.param("a.py", b"x = 1\n", "", id="clean"),
        pytest.param("a.py", b"from old import Old\n", "a.py:1:17:", id="violation"),
        pytest.param("x/gone.py", b"import old\nold.Old", "x/gone.py:2:1:", id="no-such-file"),
        pytest.param("a.py", b"\xef\xbb\xbffrom old import Old", "a.py:1:17:", id="bom"),
        pytest.param("a.py", b"x\r\nfrom old import Old\r\n", "a.py:2:17:", id="crlf"),
        pytest.param("a.py", b"x\rfrom old import Old\r", "a.py:2:17:", id="cr"),
        pytest.param("old.py", b"class Old: ...\nOld()\n", "", id="owner-by-its-name"),
        pytest.param("pkg/__init__.py", b"from ...old import Old\n", "", id="above-the-root"),
        pytest.param("out/a.py", b"from old import Old\n", "", id="excluded"),
    ],
)
def test_standard_input(
    project: Path,
    ssot: Ssot,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    data: bytes,
    place: str,
) -> None:
    (project / "ssot.toml").write_text('exclude = ["out/"]\n' + CONFIG)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    code, out, _ = ssot("--format=concise", f"--stdin-filename={name}")
    assert code == int(bool(place))
    assert places(out) == ([place] if place else [])


def test_standard_input_that_is_closed(ssot: Ssot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert ssot("--stdin-filename=a.py") == (
        2,
        "",
        "ssot: --stdin-filename: standard input is closed\n",
    )


def test_standard_input_that_cannot_be_decoded(ssot: Ssot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x\n\xff\n")))
    code, out, err = ssot("--stdin-filename=a.py", "--format=json")
    assert (code, err) == (1, "")
    (error,) = json.loads(out)["errors"]
    assert (error["path"], error["line"], error["code"]) == ("a.py", 2, "E999")
    assert error["message"] == "cannot be decoded as utf-8: invalid start byte"


def test_what_python_warns_of_on_standard_input_is_not_ours_to_say(
    ssot: Ssot, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x = '\\d'\n1 is 1\n")))
    assert ssot("--stdin-filename=a.py", "--quiet")[0] == 0
    assert list(recwarn) == []


# --- files as they come


@pytest.mark.parametrize(
    ("data", "place"),
    [
        pytest.param(b"\xef\xbb\xbf" + BAD.encode(), "a.py:2:1:", id="bom"),
        pytest.param(BAD.replace("\n", "\r\n").encode(), "a.py:2:1:", id="crlf"),
        pytest.param(BAD.replace("\n", "\r").encode(), "a.py:2:1:", id="cr"),
        pytest.param(
            b"# coding: latin-1\nfrom old import Old\n'\xe9'; Old()", "a.py:3:6:", id="latin-1"
        ),
        pytest.param(
            b"# coding: latin-1\rfrom old import Old\r'\xe9'; Old()", "a.py:3:6:", id="latin-1-cr"
        ),
        pytest.param(
            IMPORT.encode() + b"x = 1; " * 20_000 + b"Old()", "a.py:2:140001:", id="huge-line"
        ),
    ],
)
def test_a_place_in_any_kind_of_file(project: Path, ssot: Ssot, data: bytes, place: str) -> None:
    (project / "a.py").write_bytes(data)
    assert places(ssot("--format=concise", "--select=SSOT002")[1]) == [place]


@pytest.mark.parametrize("format_", ["text", "concise", "json"])
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("new\nline.py", "new\\u000aline.py", id="newline"),
        pytest.param("red\x1b[31m.py", "red\\u001b[31m.py", id="escape"),
        pytest.param("bad\udcff.py", "bad\\udcff.py", id="not-utf-8"),
        pytest.param("a b'\"$(x).py", "a b'\"$(x).py", id="shell"),
        pytest.param("日本.py", "日本.py", id="wide"),
    ],
)
def test_odd_names_in_violations_and_errors(
    project: Path, ssot: Ssot, name: str, shown: str, format_: str
) -> None:
    for folder, text in (("good", IMPORT), ("broken", "def (")):
        (project / folder).mkdir()
        (project / folder / name).write_text(text)
    code, out, err = ssot(f"--format={format_}", "--syntax=all")
    assert code == 1
    if format_ == "json":
        document = json.loads(out)
        assert document["violations"][0]["path"] == f"good/{name}"
        assert document["errors"][0]["path"] == f"broken/{name}"
    else:
        assert f"good/{shown}:1:17: SSOT001" in out
        assert f"broken/{shown}:1: " in out + err
        assert not set("\x1b\udcff") & set(out + err)


def test_a_terminal_that_knows_only_ascii(project: Path) -> None:
    (project / "é𝒳.py").write_text(IMPORT)
    done = subprocess.run(
        [sys.executable, "-m", "flake8_ssot_engine", "check", "--format=concise"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith(b"\\xe9\\U0001d4b3.py:1:17: SSOT001 ")


# --- where output goes


def test_quiet_leaves_the_report_and_why_a_file_could_not_be_checked(
    project: Path, ssot: Ssot
) -> None:
    (project / "b.py").write_text("def (")
    code, out, err = ssot("--format=concise", "--quiet", "--syntax=all")
    assert (code, out) == (1, "")
    assert err.startswith("ssot: b.py:1: does not parse: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("format_", FORMATS)
def test_output_to_a_file_is_what_would_be_printed(project: Path, ssot: Ssot, format_: str) -> None:
    (project / "bad\udcff.py").write_text(BAD + "'é𝒳'\n", encoding="utf-8")
    (project / "broken.py").write_text("def (")
    _, printed, err = ssot(f"--format={format_}", "--syntax=all", "--quiet")
    assert bool(err) is (format_ == "concise")
    code, out, _ = ssot(f"--format={format_}", "--syntax=all", "--output=report.txt")
    assert (code, out) == (1, "")
    assert (project / "report.txt").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("arguments", "environment", "is_terminal", "is_colored"),
    [
        pytest.param([], {}, False, False, id="auto-in-a-pipe"),
        pytest.param([], {}, True, True, id="auto-on-a-terminal"),
        pytest.param([], {"NO_COLOR": "1"}, True, False, id="NO_COLOR"),
        pytest.param(["--color=always"], {"NO_COLOR": "1"}, False, True, id="always"),
        pytest.param(["--color=never"], {}, True, False, id="never"),
        pytest.param(["--color=always", "--format=concise"], {}, True, False, id="other-format"),
    ],
)
def test_color(
    project: Path,
    ssot: Ssot,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    environment: dict[str, str],
    is_terminal: bool,
    is_colored: bool,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    (project / "a.py").write_text(BAD)
    assert ("\x1b[" in ssot(*arguments)[1]) is is_colored


# --- formats


@pytest.mark.parametrize("format_", FORMATS)
def test_edits_are_looked_for_where_the_format_has_a_place_for_them(
    project: Path, ssot: Ssot, format_: str
) -> None:
    (project / "a.py").write_text(IMPORT)
    code, out, _ = ssot(f"--format={format_}")
    assert code == 1
    place = {
        "text": "| + from new import New",
        "json": '"text": "New"',
        "jsonl": '"text": "New"',
        "sarif": '"insertedContent":{"text":"New"}',
    }
    if format_ in place:
        assert place[format_] in out
    assert ("- from old import Old" in out) is (format_ == "text")


@pytest.mark.parametrize(
    ("count", "is_diff"),
    [pytest.param(20, True, id="few-files"), pytest.param(21, False, id="many-files")],
)
def test_a_person_does_not_wait_for_the_edits_of_many_files(
    project: Path, ssot: Ssot, count: int, is_diff: bool
) -> None:
    for number in range(count):
        (project / f"m{number}.py").write_text(IMPORT)
    out = ssot("--format=text")[1]
    assert out.count("| - from old import Old") == count * is_diff
    assert out.count("| + from new import New") == count


def test_what_is_baselined_is_not_listed_for_people(project: Path, ssot: Ssot) -> None:
    for number in range(30):
        (project / f"held{number}.py").write_text(IMPORT)
    (project / "held_broken.py").write_text("'old.Old' (")
    assert main(["baseline", "create", "--quiet"]) == 0
    code, out, err = ssot("--format=concise")
    assert (code, out) == (0, "")
    assert err.endswith("ssot: no new violations, 31 baselined; 31 files looked at\n")
    assert "held" not in err
    (project / "a.py").write_text(IMPORT)
    code, out, _ = ssot("--format=text")
    assert code == 1
    assert "held" not in out
    assert "| - from old import Old" in out
    assert out.endswith("1 new violation (SSOT001 1), 31 baselined; 32 files looked at\n")


def test_what_is_baselined_is_told_to_machines(project: Path, ssot: Ssot) -> None:
    (project / "held.py").write_text(IMPORT)
    (project / "held_broken.py").write_text("Old (")
    assert main(["baseline", "create", "--quiet"]) == 0
    code, out, _ = ssot("--format=json")
    document = json.loads(out)
    assert code == 0
    assert [violation["baselined"] for violation in document["violations"]] == [True]
    assert [error["baselined"] for error in document["errors"]] == [True]
    assert document["violations"][0]["fix"]["edits"]


@pytest.mark.usefixtures("repository_below")
def test_machines_read_paths_from_the_root_of_the_repository(project: Path, ssot: Ssot) -> None:
    (project / "a.py").write_text(IMPORT)
    assert json.loads(ssot("--format=gitlab")[1])[0]["location"]["path"] == "a.py"
    assert json.loads(ssot("--format=json")[1])["violations"][0]["path"] == "../a.py"


@pytest.fixture
def repository_below(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a folder of a repository."""
    (project / ".git").mkdir()
    (project / "below").mkdir()
    monkeypatch.chdir(project / "below")
