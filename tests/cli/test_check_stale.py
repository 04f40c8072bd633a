"""`ssot check` of a baseline that tolerates more than there is: an error in CI, else a warning."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from tests.cli.tolerating import CONFIG, IMPORT, NAME, Project, line, make_project

GIT = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
PHASE = '[[migration.phase]]\nname = "{0}"\npaths = ["{0}/**"]\n'
ENTRIES = line("a.py") + line("gone.py") + line("sub/b.py") + line("sub/gone.py")


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    """Return a project with four entries, all of them stale."""
    made = make_project(tmp_path, monkeypatch, capsys)
    made.write({"a.py": "", "sub/b.py": "", "c.py": "", NAME: ENTRIES})
    return made


def stale(project: Project, *arguments: str) -> tuple[int, list[int]]:
    """Return the exit code, and the lines of the baseline that are told."""
    code, out, _ = project.ssot("check", "--format=json", *arguments)
    found = [one for one in json.loads(out)["violations"] if one["code"] == "SSOT009"]
    assert {one["path"] for one in found} <= {NAME}
    assert not any(one["baselined"] for one in found)
    return code, [one["line"] for one in found]


@pytest.mark.parametrize(
    ("value", "option", "code"),
    [
        pytest.param(None, None, 0, id="unset"),
        pytest.param("", None, 0, id="empty"),
        pytest.param("0", None, 0, id="0"),
        pytest.param("false", None, 0, id="false"),
        pytest.param("False", None, 0, id="False"),
        pytest.param("true", None, 1, id="true"),
        pytest.param("1", None, 1, id="1"),
        pytest.param("woodpecker", None, 1, id="a-name"),
        pytest.param(None, "error", 1, id="unset-error"),
        pytest.param("false", "error", 1, id="false-error"),
        pytest.param("true", "warn", 0, id="true-warn"),
        pytest.param("true", "error", 1, id="true-error"),
        pytest.param(None, "warn", 0, id="unset-warn"),
    ],
)
def test_what_it_weighs(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    value: str | None,
    option: str | None,
    code: int,
) -> None:
    if value is None:
        monkeypatch.delenv("CI", raising=False)
    else:
        monkeypatch.setenv("CI", value)
    arguments = [f"--stale={option}"] if option else []
    assert stale(project, *arguments) == (code, [1, 2, 3, 4])


def test_a_nonsensical_weight(project: Project) -> None:
    assert project.ssot("check", "--stale=maybe")[0] == 2


def test_exit_zero_holds_here_too(project: Project) -> None:
    assert stale(project, "--stale=error", "--exit-zero") == (0, [1, 2, 3, 4])


def test_a_warning_does_not_hide_what_is_new(project: Project) -> None:
    project.write({"c.py": IMPORT})
    assert stale(project, "--stale=warn") == (1, [1, 2, 3, 4])


def test_what_is_needed_is_not_told(project: Project) -> None:
    project.write({"a.py": IMPORT, "sub/b.py": IMPORT, NAME: line("a.py") + line("sub/b.py")})
    assert stale(project, "--stale=error") == (0, [])


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        pytest.param(["a.py"], [1], id="a-file"),
        pytest.param(["c.py"], [], id="a-file-without-an-entry"),
        pytest.param(["sub"], [3, 4], id="a-folder"),
        pytest.param(["sub/b.py", "a.py"], [1, 3], id="two-files"),
        pytest.param(["."], [1, 2, 3, 4], id="all"),
        pytest.param(["a.py", "."], [1, 2, 3, 4], id="a-file-and-all"),
        pytest.param(["--phase=sub"], [3], id="phase"),
        pytest.param(["--select=SSOT002,SSOT009"], [], id="select-of-others"),
        pytest.param(["--ignore=SSOT001"], [], id="ignored"),
        pytest.param(["--select=SSOT001,SSOT009"], [1, 2, 3, 4], id="select"),
        pytest.param(["--syntax=all"], [1, 2, 3, 4], id="syntax"),
        pytest.param(["--jobs=2"], [1, 2, 3, 4], id="jobs"),
    ],
)
def test_only_what_was_looked_at_is_told(
    project: Project, arguments: list[str], lines: list[int]
) -> None:
    project.write({"ssot.toml": CONFIG + PHASE.format("sub") + PHASE.format("other")})
    # A file that is gone was not looked for either, whatever the codes.
    if lines == [] and arguments[0].startswith(("--select", "--ignore")):
        project.write({NAME: line("a.py") + line("sub/b.py")})
    assert stale(project, "--stale=error", *arguments) == (int(bool(lines)), lines)


def test_from_a_folder_below(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root / "sub")
    code, out, _ = project.ssot("check", "--format=json", "--stale=error")
    found = json.loads(out)["violations"]
    assert code == 1
    assert [(one["path"], one["line"]) for one in found] == [
        (f"../{NAME}", number) for number in (1, 2, 3, 4)
    ]
    code, out, _ = project.ssot("check", "--format=json", "--stale=error", ".")
    assert [one["line"] for one in json.loads(out)["violations"]] == [3, 4]


def test_standard_input_is_judged_by_its_own_entries(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x = 1\n")))
    assert stale(project, "--stale=error", "--stdin-filename=a.py") == (1, [1])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(IMPORT.encode())))
    assert stale(project, "--stale=error", "--stdin-filename=a.py") == (0, [])


def test_what_it_says(project: Project) -> None:
    project.write({NAME: line("a.py", count=2)})
    project.write({"a.py": IMPORT})
    _, out, _ = project.ssot("check", "--format=json", "--stale=warn")
    told = json.loads(out)["violations"][-1]
    assert (told["path"], told["line"], told["column"]) == (NAME, 1, 1)
    assert told["end_column"] == len(line("a.py", count=2))
    assert told["name"] == "unused-suppression"
    assert told["symbol"] == "SSOT001"
    assert told["message"] == (
        "the baseline tolerates 1 SSOT001 of `old.Old` in `<module>` of `a.py` more than there"
        " are; run `ssot baseline update`"
    )


def test_an_update_settles_it(project: Project) -> None:
    assert project.update() == ""
    assert stale(project, "--stale=error") == (0, [])


def test_new_since_tells_nothing_of_it(project: Project) -> None:
    project.commit()
    assert stale(project, "--stale=error", "--new-since=HEAD") == (0, [])


@pytest.mark.parametrize("option", ["--ignore=SSOT009", "--select=SSOT001"])
def test_who_does_not_want_to_hear_of_it(project: Project, option: str) -> None:
    assert stale(project, "--stale=error", option) == (0, [])


def test_the_configuration_may_not_want_to_hear_of_it(project: Project) -> None:
    project.write({"ssot.toml": 'ignore = ["SSOT009"]\n' + CONFIG})
    assert stale(project, "--stale=error") == (0, [])


def test_a_broken_file_that_was_not_parsed_is_not_mended(project: Project) -> None:
    project.write({"a.py": "def (\n", NAME: line("a.py", code="E999")})
    for options in ([], ["--syntax=candidates"], ["--syntax=all"], ["a.py"]):
        assert stale(project, "--stale=error", *options) == (0, [])


@pytest.mark.parametrize("options", [[], ["--syntax=all"], ["a.py"]])
def test_a_file_that_was_mended(project: Project, options: list[str]) -> None:
    project.write({"a.py": "x = 1\n", NAME: line("a.py", code="E999")})
    assert stale(project, "--stale=error", *options) == (1, [1])


def test_a_project_whose_last_file_is_gone(project: Project) -> None:
    for name in ("a.py", "sub/b.py", "c.py"):
        (project.root / name).unlink()
    assert stale(project, "--stale=error") == (1, [1, 2, 3, 4])
    assert project.update() == ""


@GIT
@pytest.mark.parametrize("arguments", [["b.py"], ["--phase=sub"]], ids=["a-file", "phase"])
def test_a_renamed_file_that_was_not_looked_at(project: Project, arguments: list[str]) -> None:
    text = IMPORT + "".join(f"x{number} = {number}\n" for number in range(9))
    project.write({"ssot.toml": CONFIG + PHASE.format("sub")})
    project.write({"a.py": text, "b.py": "", "sub/b.py": "", NAME: line("a.py")})
    project.commit()
    project.git("mv", "a.py", "d.py")
    assert stale(project, "--stale=error") == (1, [1])
    assert stale(project, "--stale=error", "d.py") == (1, [1])
    assert stale(project, "--stale=error", *arguments) == (0, [])
