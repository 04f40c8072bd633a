"""`ssot fix` over small trees: exit codes, what is written and what is not, and bad luck."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.transactions import write_fixes

CONFIG = """\
source-roots = ["."]
exclude = ["vendored/**"]

[[migration]]
id = "1"
owners = ["pkg/bridge.py"]

[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"

[[migration.move]]
old = "pkg.old.Gone"
hint = "emit through OpenTelemetry"

[[migration.move]]
old = "pkg.old.Plain"
new = "pkg.new.Märchen"

[[migration.move]]
old = "pkg.old.Author"
new = "pkg.new.Čapek"

[[migration.phase]]
name = "first"
paths = ["pkg/first/**"]

[[migration.phase]]
name = "rest"
paths = ["**"]
"""
IMPORT = "from pkg.old import OldEngine\n"
FIXED = "from pkg.new import NewEngine\n"
USE = IMPORT + "\n\ndef make():\n    return OldEngine\n"
USE_FIXED = FIXED + "\n\ndef make():\n    return NewEngine\n"
HOMES = {
    "ssot.toml": CONFIG,
    "pkg/__init__.py": "",
    "pkg/new.py": "class NewEngine: ...\nclass Märchen: ...\nclass Čapek: ...\n",
    "pkg/old.py": "from pkg.new import NewEngine as OldEngine\nclass Gone: ...\n",
}
LINKED = {
    "pkg/owner.py": "from pkg.old import OldEngine\n\nENGINES = [OldEngine]\n",
    "pkg/taker.py": "from pkg.owner import OldEngine\n\n\ndef take():\n    return OldEngine()\n",
    "pkg/patcher.py": "from unittest.mock import patch\n\nDOUBLE = patch('pkg.owner.OldEngine')\n",
}
"""Files that can only be changed together."""
LINKED_FIXED = {
    "pkg/owner.py": "from pkg.new import NewEngine\n\nENGINES = [NewEngine]\n",
    "pkg/taker.py": "from pkg.new import NewEngine\n\n\ndef take():\n    return NewEngine()\n",
    "pkg/patcher.py": "from unittest.mock import patch\n\nDOUBLE = patch('pkg.owner.NewEngine')\n",
}


class Answer(NamedTuple):
    code: int
    out: str
    err: str


class State(NamedTuple):
    """All of a file that a command must leave alone."""

    mode: int
    mtime_ns: int
    content: bytes | str


Ssot = Callable[..., Answer]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    write(folder, HOMES)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def ssot(project: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Ssot:
    """Run `ssot fix` in this process; return the exit code and both outputs."""

    def run(*arguments: str) -> Answer:
        sys.stdout.flush()
        capfdbinary.readouterr()
        try:
            code = main(["fix", "--jobs=1", *arguments])
        except SystemExit as stop:  # argparse's own errors
            code = int(stop.code or 0)
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        return Answer(int(code), captured.out.decode(), captured.err.decode())

    return run


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def read(folder: Path, names: dict[str, str]) -> dict[str, str]:
    return {name: (folder / name).read_bytes().decode() for name in names}


def states(folder: Path) -> dict[str, State]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if ".git" in path.relative_to(folder).parts:
            continue
        status = path.lstat()
        content: bytes | str = ""
        if path.is_symlink():
            content = os.readlink(path)
        elif path.is_file():
            content = path.read_bytes()
        modified = 0 if path.is_dir() else status.st_mtime_ns
        found[str(path.relative_to(folder))] = State(status.st_mode, modified, content)
    return found


def contents(folder: Path) -> dict[str, bytes | str]:
    return {name: state.content for name, state in states(folder).items()}


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def commit_all(folder: Path) -> None:
    git(folder, "init", "--quiet")
    git(folder, "config", "core.autocrlf", "false")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")


def report_of(answer: Answer) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(answer.out)
    return document


# --- exit codes


CLEAN = "from pkg.new import NewEngine\n"
GONE = "from pkg.old import Gone\n\nGone.emit()\n"


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        pytest.param({"a.py": CLEAN}, [], 0, id="nothing to fix"),
        pytest.param({"a.py": USE}, [], 0, id="all fixed"),
        pytest.param({"a.py": GONE}, [], 1, id="something left"),
        pytest.param({"a.py": GONE, "b.py": USE}, [], 1, id="something fixed, something left"),
        pytest.param({"a.py": GONE}, ["--exit-zero"], 0, id="--exit-zero"),
        pytest.param({"a.py": "def (\n"}, [], 1, id="a broken file"),
        pytest.param({"a.py": USE}, ["--diff"], 1, id="--diff of something"),
        pytest.param({"a.py": CLEAN}, ["--diff"], 0, id="--diff of nothing"),
        pytest.param({"a.py": USE}, ["--select=SSOT003"], 0, id="nothing selected to fix"),
    ],
)
def test_exit_codes(
    project: Path, ssot: Ssot, files: dict[str, str], arguments: list[str], code: int
) -> None:
    write(project, files)
    assert ssot(*arguments).code == code


def test_a_kept_alias_exits_1(project: Path, ssot: Ssot) -> None:
    write(project, {**LINKED, "pkg/bridge.py": "from pkg.owner import OldEngine\n"})
    assert ssot("pkg/owner.py").code == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["nowhere.py"], "nowhere.py: no such file or folder", id="no such path"),
        pytest.param(["--config=no.toml"], "no.toml: cannot be read", id="no such configuration"),
        pytest.param(["--phase=frist"], "did you mean `first`?", id="no such phase"),
        pytest.param(["--select=W605"], "--select", id="no such code to select"),
        pytest.param(["--ignore=E501"], "--ignore", id="no such code to ignore"),
        pytest.param(["--format=xml"], "invalid choice", id="no such format"),
        pytest.param(["--jobs=0"], "must be at least 1", id="no processes"),
        pytest.param(["--config=bad.toml"], "bad.toml:1: exclud: unknown key", id="bad key"),
        pytest.param(["--config=broken.toml"], "broken.toml", id="broken configuration"),
    ],
)
def test_usage_errors_exit_2_and_write_nothing(
    project: Path, ssot: Ssot, arguments: list[str], told: str
) -> None:
    write(project, {"a.py": USE, "bad.toml": "exclud = []\n", "broken.toml": "[["})
    before = states(project)
    answer = ssot(*arguments)
    assert answer.code == 2
    assert told in answer.err
    assert answer.out == ""
    assert states(project) == before


def test_a_bad_configuration_below_stops_all_before_anything_is_written(
    project: Path, ssot: Ssot
) -> None:
    write(project, {"a.py": USE, "zz/ssot.toml": "exclud = []\n", "zz/b.py": USE})
    before = states(project)
    answer = ssot()
    assert answer.code == 2
    assert "zz/ssot.toml:1: exclud: unknown key" in answer.err
    assert states(project) == before


def test_without_a_configuration_the_built_in_migration_holds(
    tmp_path: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bare"
    write(folder, {"a.py": USE})
    monkeypatch.chdir(folder)
    before = states(folder)
    assert ssot().code == 0
    assert states(folder) == before


def test_nothing_to_look_at_is_told(project: Path, ssot: Ssot) -> None:
    write(project, {"docs/a.dat": ""})
    answer = ssot("docs")
    assert answer.code == 0
    assert "no Python file to look at" in answer.err


# --- what it writes


def test_what_it_writes(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE, **LINKED})
    answer = ssot()
    assert answer.code == 0
    assert read(project, {"a.py": "", **LINKED}) == {"a.py": USE_FIXED, **LINKED_FIXED}
    assert answer.err == ""
    assert (
        answer.out
        == "fixed 5 violations (SSOT001 3, SSOT002 1, SSOT004 1) in 4 files; 7 files looked at\n"
    )


@pytest.mark.parametrize("jobs", ["1", "2", "4"])
def test_the_number_of_processes_changes_nothing(project: Path, ssot: Ssot, jobs: str) -> None:
    write(project, {"a.py": USE, **LINKED})
    write(project, {f"many/m{n}.py": USE for n in range(70)})
    assert ssot(f"--jobs={jobs}").code == 0
    assert read(project, {"a.py": "", **LINKED}) == {"a.py": USE_FIXED, **LINKED_FIXED}
    assert {(project / f"many/m{n}.py").read_text() for n in range(70)} == {USE_FIXED}


UNFIXABLE = "from pkg.old import Gone\n"
FIXABLE = "from pkg.old import OldEngine\n\nOldEngine\n"


@pytest.mark.parametrize(
    ("later", "code", "told"),
    [
        pytest.param("", 0, b"left 1 violation (SSOT001 1), 1 of them baselined;", id="nothing"),
        pytest.param(FIXABLE, 0, b"fixed 1 violation (SSOT001 1) in 1 file, left 1", id="fixable"),
        pytest.param(
            f"def f():\n    {UNFIXABLE}", 1, b"left 2 violations (SSOT001 2), 1 of", id="one-more"
        ),
    ],
)
@pytest.mark.parametrize("is_diff", [False, True], ids=["fix", "diff"])
def test_what_the_baseline_tolerates_stops_nobody(
    project: Path, ssot: Ssot, later: str, code: int, told: bytes, is_diff: bool
) -> None:
    write(project, {"a.py": UNFIXABLE, "broken.py": "x = (  # OldEngine\n"})
    assert main(["baseline", "create", "--quiet"]) == 0
    write(project, {"a.py": UNFIXABLE + later})
    answer = ssot(*["--diff"] * is_diff, "a.py", "broken.py")
    shown = (answer.err if is_diff else answer.out).encode()
    assert told.replace(b"fixed", b"would fix" if is_diff else b"fixed") in shown
    assert b"broken.py" not in shown
    assert answer.code == (1 if is_diff and "Old" in later else code)


def test_a_comment_that_another_fix_leaves_without_use_goes_with_it(
    project: Path, ssot: Ssot
) -> None:
    user = "from pkg.owner import OldEngine  # noqa: SSOT001\n"
    write(project, {**LINKED, "pkg/user.py": user})
    ssot()
    after = states(project)
    assert b"SSOT001" not in (project / "pkg/user.py").read_bytes()
    ssot()
    assert states(project) == after


def test_a_second_run_changes_nothing(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE, "b.py": GONE, **LINKED})
    write(project, {"pkg/bridge.py": "from pkg.owner import OldEngine\n"})
    first = report_of(ssot("--format=json"))
    assert first["fixed"]
    before = states(project)
    second = report_of(ssot("--format=json"))
    assert states(project) == before
    assert second["changed"] == []
    assert second["fixed"] == []
    assert ssot("--diff").out == ""
    assert states(project) == before


UNTOUCHED: dict[str, str | bytes] = {
    "clean.py": CLEAN,
    "other.py": "from elsewhere import OldEngine\n\nOldEngine()\n",
    "gone.py": GONE,
    "noqa.py": "from pkg.old import OldEngine  # noqa: SSOT001\n\nOldEngine\n",
    "broken.py": "from pkg.old import OldEngine\ndef (\n",
    "undecodable.py": b"from pkg.old import OldEngine\nx = '\xff'\n",
    "empty.py": "",
    "vendored/a.py": USE,
    "pkg/bridge.py": USE,
    "notes.txt": USE,
    "other/ssot.toml": "[[migration]]\nid = '2'\n[[migration.move]]\nold = 'x.A'\nnew = 'y.A'\n",
    "other/a.py": USE,
}


def test_files_that_must_not_be_touched_are_not(project: Path, ssot: Ssot) -> None:
    write(project, {**UNTOUCHED, "a.py": USE})
    for path in project.rglob("*"):
        if not path.is_dir():
            os.utime(path, ns=(1, 1_234_567_890_123_456_789))
    before = states(project)
    assert ssot().code == 1
    after = states(project)
    assert (project / "a.py").read_text() == USE_FIXED
    del before["a.py"], after["a.py"]
    assert after == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(USE.replace("\n", "\r\n"), USE_FIXED.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(USE.replace("\n", "\r"), USE_FIXED.replace("\n", "\r"), id="CR"),
        pytest.param(
            IMPORT + "\r\nx = OldEngine\r\n", FIXED + "\r\nx = NewEngine\r\n", id="mixed newlines"
        ),
        pytest.param("\ufeff" + USE, "\ufeff" + USE_FIXED, id="BOM"),
        pytest.param(
            "\ufeff" + USE.replace("\n", "\r\n"),
            "\ufeff" + USE_FIXED.replace("\n", "\r\n"),
            id="BOM and CRLF",
        ),
        pytest.param(USE.rstrip("\n"), USE_FIXED.rstrip("\n"), id="no final newline"),
        pytest.param(IMPORT.rstrip("\n"), FIXED.rstrip("\n"), id="one line without newline"),
        pytest.param("\n\n\n" + USE + "\n \n", "\n\n\n" + USE_FIXED + "\n \n", id="empty lines"),
        pytest.param(IMPORT + "x = 'a\fb\x1c'  # \x85\u2028\n", "", id="strange newlines"),
        pytest.param(
            "#!/usr/bin/env python\n" + USE, "#!/usr/bin/env python\n" + USE_FIXED, id="shebang"
        ),
        pytest.param(
            "if 1:\n\t" + IMPORT + "\tOldEngine()\n",
            "if 1:\n\t" + FIXED + "\tNewEngine()\n",
            id="tabs",
        ),
    ],
)
def test_bytes_outside_the_edits_stay(project: Path, ssot: Ssot, before: str, after: str) -> None:
    write(project, {"a.py": before})
    ssot()
    expected = after or before.replace(IMPORT, FIXED)
    assert (project / "a.py").read_bytes().decode() == expected


def test_the_encoding_stays(project: Path, ssot: Ssot) -> None:
    before = "# -*- coding: latin-1 -*-\n" + IMPORT + "x = 'Käse', OldEngine\n"
    after = "# -*- coding: latin-1 -*-\n" + FIXED + "x = 'Käse', NewEngine\n"
    write(project, {"a.py": before.encode("latin-1")})
    assert ssot().code == 0
    assert (project / "a.py").read_bytes() == after.encode("latin-1")


@pytest.mark.parametrize(
    ("encoding", "old", "new"),
    [
        pytest.param("utf-8", "Plain", "Märchen", id="utf-8"),
        pytest.param("utf-8", "Author", "Čapek", id="utf-8, a rarer letter"),
        pytest.param("latin-1", "Plain", "Märchen", id="latin-1 can spell it"),
        pytest.param("latin-1", "Author", None, id="latin-1 cannot spell it"),
        pytest.param("ascii", "Plain", None, id="ascii cannot spell it"),
        pytest.param("cp1252", "Author", None, id="cp1252 cannot spell it"),
        pytest.param("iso8859-2", "Author", "Čapek", id="latin-2 can spell it"),
    ],
)
def test_a_new_name_that_the_encoding_may_not_spell(
    project: Path, ssot: Ssot, encoding: str, old: str, new: str | None
) -> None:
    text = f"# coding: {encoding}\nfrom pkg.old import {old}\n\nprint({old})\n"
    write(project, {"a.py": text.encode(encoding), "b.py": USE})
    before = states(project)["a.py"]
    report = report_of(ssot("--format=json"))
    assert (project / "b.py").read_text() == USE_FIXED
    if new is None:
        assert states(project)["a.py"] == before
        (left,) = report["left"]
        assert left["path"] == "a.py"
        assert "cannot spell" in left["unfixable_because"]
    else:
        after = text.replace("pkg.old", "pkg.new").replace(old, new)
        assert (project / "a.py").read_bytes() == after.encode(encoding)
        assert report["left"] == []


@pytest.mark.parametrize("mode", [0o755, 0o600, 0o664, 0o444])
def test_the_mode_stays(project: Path, ssot: Ssot, mode: int) -> None:
    write(project, {"a.py": USE})
    (project / "a.py").chmod(mode)
    ssot()
    assert stat.S_IMODE((project / "a.py").stat().st_mode) == mode
    if mode & 0o200:
        assert (project / "a.py").read_text() == USE_FIXED


def test_a_link_stays_a_link_and_its_target_is_written_once(
    tmp_path: Path, project: Path, ssot: Ssot
) -> None:
    write(tmp_path, {"elsewhere/real.py": USE})
    (project / "link.py").symlink_to("../elsewhere/real.py")
    (project / "other.py").symlink_to("link.py")
    ssot("link.py", "other.py")
    assert os.readlink(project / "link.py") == "../elsewhere/real.py"
    assert os.readlink(project / "other.py") == "link.py"
    assert (tmp_path / "elsewhere/real.py").read_text() == USE_FIXED
    assert os.listdir(tmp_path / "elsewhere") == ["real.py"]


def test_two_links_to_one_file_in_the_project(project: Path, ssot: Ssot) -> None:
    write(project, {"real.py": USE})
    (project / "link.py").symlink_to("real.py")
    assert ssot().code == 0
    assert (project / "real.py").read_text() == USE_FIXED
    assert os.readlink(project / "link.py") == "real.py"


def test_changes_that_are_not_committed_stay_as_they_are(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE, "staged.py": "x = 1\n", "dirty.py": "x = 1\n"})
    commit_all(project)
    write(project, {"staged.py": "x = 2\n"})
    git(project, "add", "staged.py")
    write(project, {"staged.py": "x = 3\n", "dirty.py": "x = 4\n", "untracked.py": "x = 5\n"})
    staged = git(project, "diff", "--cached")
    dirty = git(project, "diff")
    assert ssot().code == 0
    assert git(project, "diff", "--cached") == staged
    assert git(project, "diff", "--", "staged.py", "dirty.py") == dirty
    assert git(project, "status", "--short") == (
        " M a.py\n M dirty.py\nMM staged.py\n?? untracked.py\n"
    )
    assert git(project, "stash", "list") == ""


def test_fixing_on_top_of_a_change_keeps_the_change(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE})
    commit_all(project)
    write(project, {"a.py": USE + "# mine\n"})
    assert ssot().code == 0
    assert (project / "a.py").read_text() == USE_FIXED + "# mine\n"


# --- --diff


DIFFED = {
    "a.py": USE,
    "top.py": USE.rstrip("\n"),
    "windows.py": USE.replace("\n", "\r\n"),
    "a b/spaced.py": USE,
    "ü/wide.py": USE,
    "mine/one.py": "# é\n" + USE,
    **LINKED,
}


@pytest.mark.parametrize(
    ("folder", "arguments"),
    [
        pytest.param(".", [], id="project"),
        pytest.param(".", ["."], id="folder"),
        pytest.param(".", ["pkg/owner.py"], id="a file with what goes with it"),
        pytest.param(".", ["a.py", "mine", "mine/one.py"], id="some files"),
        pytest.param("mine", ["."], id="a subfolder"),
        pytest.param("mine", ["one.py"], id="a file in a subfolder"),
        pytest.param("pkg", ["."], id="a package"),
    ],
)
def test_diff_makes_what_a_fix_makes(
    tmp_path: Path,
    project: Path,
    ssot: Ssot,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    arguments: list[str],
) -> None:
    write(project, DIFFED)
    commit_all(project)
    monkeypatch.chdir(project / folder)
    before = states(project)
    shown = ssot("--diff", *arguments)
    assert states(project) == before
    assert shown.code == 1
    assert ssot(*arguments).code == 0
    fixed = contents(project)
    assert fixed != {name: state.content for name, state in before.items()}
    git(project, "checkout", "--quiet", ".")
    git(project / folder, "apply", "-p1", stdin=shown.out.encode())
    assert contents(project) == fixed


def test_diff_of_the_whole_project_from_a_subfolder(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, DIFFED)
    commit_all(project)
    monkeypatch.chdir(project / "mine")
    shown = ssot("--diff")
    assert ssot().code == 0
    fixed = contents(project)
    git(project, "checkout", "--quiet", ".")
    assert f"the paths of the patch start in {project}; apply it there" in shown.err
    git(project, "apply", "-p1", stdin=shown.out.encode())
    assert contents(project) == fixed


def test_diff_leaves_standard_output_to_the_diff(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE, "gone.py": GONE})
    shown = ssot("--diff")
    assert shown.out.startswith("--- a/a.py\n+++ b/a.py\n@@ ")
    assert "would fix 1 violation" in shown.err
    assert "SSOT001" not in shown.out
    as_json = ssot("--diff", "--format=json")
    assert as_json.out == shown.out
    assert json.loads(as_json.err)["changed"] == ["a.py"]


def test_diff_as_a_process(project: Path) -> None:
    write(project, {"a.py": "# \u2028 é\n" + USE.replace("\n", "\r\n")})
    commit_all(project)
    command = [sys.executable, "-m", "flake8_ssot_engine", "fix"]
    shown = subprocess.run([*command, "--diff"], cwd=project, capture_output=True, check=False)
    assert shown.returncode == 1
    subprocess.run(command, cwd=project, capture_output=True, check=True)
    fixed = contents(project)
    git(project, "checkout", "--quiet", ".")
    git(project, "apply", "-p1", stdin=shown.stdout)
    assert contents(project) == fixed


# --- options


DYNAMIC = IMPORT + "\n\ndef find(name):\n    return globals()['OldEngine']\n"


def test_unsafe_fixes_are_made_only_when_they_are_asked_for(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": DYNAMIC})
    before = states(project)
    report = report_of(ssot("--format=json"))
    assert states(project) == before
    (left,) = report["left"]
    assert "--unsafe" in left["unfixable_because"] or "unsafe" in left["unfixable_because"]
    report = report_of(ssot("--format=json", "--unsafe"))
    assert [finding["applicability"] for finding in report["fixed"]] == ["unsafe"]
    assert "from pkg.new import NewEngine" in (project / "a.py").read_text()


SHADOWED = "from pkg.new import NewEngine as OldEngine\n\nprint(OldEngine)\n"


@pytest.mark.parametrize(
    ("arguments", "changed"),
    [
        pytest.param([], ["a.py", "b.py"], id="all"),
        pytest.param(["--select=SSOT001"], ["a.py"], id="--select"),
        pytest.param(["--select=SSOT003"], ["b.py"], id="--select of another"),
        pytest.param(["--select=SSOT"], ["a.py", "b.py"], id="--select of a prefix"),
        pytest.param(["--ignore=SSOT003"], ["a.py"], id="--ignore"),
        pytest.param(["--select=SSOT001", "--ignore=SSOT001"], [], id="both"),
    ],
)
def test_codes(project: Path, ssot: Ssot, arguments: list[str], changed: list[str]) -> None:
    write(project, {"a.py": USE, "b.py": SHADOWED})
    assert report_of(ssot("--format=json", *arguments))["changed"] == changed


def test_phase(project: Path, ssot: Ssot) -> None:
    write(project, {"pkg/first/__init__.py": "", "pkg/first/a.py": USE, "b.py": USE})
    assert ssot("--phase=first").code == 0
    assert (project / "pkg/first/a.py").read_text() == USE_FIXED
    assert (project / "b.py").read_text() == USE
    assert report_of(ssot("--phase=rest", "--format=json"))["changed"] == ["b.py"]


def test_a_phase_names_the_files_outside_it(project: Path, ssot: Ssot) -> None:
    write(project, {"pkg/first/__init__.py": "", "pkg/first/a.py": USE})
    write(project, {"b.py": "from pkg.first.a import OldEngine\n\nprint(OldEngine)\n"})
    answer = ssot("--phase=first")
    assert "not asked for, but changed with them: b.py" in answer.out
    assert "NewEngine" in (project / "b.py").read_text()


def test_another_configuration(project: Path, ssot: Ssot) -> None:
    write(
        project,
        {
            "other.toml": CONFIG.replace("pkg.new.NewEngine", "pkg.newer.NewestEngine"),
            "pkg/newer.py": "class NewestEngine: ...\n",
            "a.py": USE,
        },
    )
    assert ssot("--config=other.toml", "a.py").code == 0
    assert (project / "a.py").read_text() == USE_FIXED.replace("NewEngine", "NewestEngine").replace(
        "pkg.new ", "pkg.newer "
    )


def test_json(project: Path, ssot: Ssot) -> None:
    write(project, {**LINKED, "gone.py": GONE, "broken.py": "def (\n"})
    write(project, {"pkg/bridge.py": "from pkg.owner import OldEngine\n"})
    answer = ssot("--format=json", "pkg/owner.py", "gone.py", "broken.py")
    assert answer.err == ""
    report = report_of(answer)
    assert set(report) == {
        *("version", "changed", "outside", "fixed", "left", "suppressed", "kept_aliases", "errors"),
    }
    assert report["version"] == 1
    assert [(f["path"], f["line"], f["column"], f["code"]) for f in report["fixed"]] == [
        ("pkg/owner.py", 1, 21, "SSOT001")
    ]
    assert report["fixed"][0]["symbol"] == "pkg.old.OldEngine"
    assert report["fixed"][0]["applicability"] == "safe"
    assert [(f["path"], f["code"]) for f in report["left"]] == [("gone.py", "SSOT001")]
    assert all(f["unfixable_because"] for f in report["left"])
    assert [(e["path"], e["line"]) for e in report["errors"]] == [("broken.py", 1)]
    (alias,) = report["kept_aliases"]
    assert (alias["path"], alias["name"]) == ("pkg/owner.py", "OldEngine")
    assert "pkg/bridge.py" in alias["reason"]
    assert report["changed"] == ["pkg/owner.py"]
    assert report["outside"] == []


def test_json_names_what_was_changed_outside(project: Path, ssot: Ssot) -> None:
    write(project, LINKED)
    report = report_of(ssot("--format=json", "pkg/owner.py"))
    assert report["changed"] == sorted(LINKED)
    assert report["outside"] == ["pkg/patcher.py", "pkg/taker.py"]


def test_quiet_says_nothing_and_does_all(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE})
    assert ssot("--quiet") == Answer(0, "", "")
    assert (project / "a.py").read_text() == USE_FIXED


def test_quiet_still_prints_the_diff(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE})
    answer = ssot("--quiet", "--diff")
    assert answer.out.startswith("--- a/a.py\n")
    assert answer.err == ""


def test_verbose_lists_every_place_that_is_left(project: Path, ssot: Ssot) -> None:
    write(project, {f"gone{n}.py": GONE for n in range(9)})
    short = ssot()
    assert "and 6 more (--verbose lists them)" in short.out
    assert "gone8.py" not in short.out
    long = ssot("--verbose")
    assert "more" not in long.out
    assert all(f"gone{n}.py:1:21" in long.out for n in range(9))


def test_color_only_where_it_is_asked_for(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": GONE})
    assert "\x1b[" not in ssot().out
    assert "\x1b[" in ssot("--color=always").out


def test_paths_limit_what_is_fixed(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE, "b/c.py": USE, "d.py": USE})
    assert ssot("a.py", "b").code == 0
    assert (project / "a.py").read_text() == USE_FIXED
    assert (project / "b/c.py").read_text() == USE_FIXED
    assert (project / "d.py").read_text() == USE


# --- bad luck


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the names of the files that are replaced, in order."""
    names: list[str] = []
    real = os.replace

    def replace(source: str, target: str) -> None:
        real(source, target)
        names.append(os.path.basename(target))

    monkeypatch.setattr(os, "replace", replace)
    return names


def assert_whole(project: Path, before: dict[str, str], after: dict[str, str]) -> None:
    """Assert that each file holds one of two contents, and that nothing lies about."""
    for name in before:
        assert (project / name).read_text() in (before[name], after[name])
    assert not [path for path in project.rglob("*") if path.name.endswith(".tmp")]


def is_all_or_none(project: Path) -> bool:
    return read(project, LINKED) in (LINKED, LINKED_FIXED)


@pytest.mark.parametrize("is_done", [False, True], ids=["before the rename", "after the rename"])
@pytest.mark.parametrize("number", range(4))
def test_ctrl_c_while_writing(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch, number: int, is_done: bool
) -> None:
    before = {"a.py": USE, "z.py": USE, **LINKED}
    after = {"a.py": USE_FIXED, "z.py": USE_FIXED, **LINKED_FIXED}
    write(project, before)
    calls = 0
    real = os.replace

    def replace(source: str, target: str) -> None:
        nonlocal calls
        calls += 1
        if calls == number + 1 and not is_done:
            raise KeyboardInterrupt
        real(source, target)
        if calls == number + 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", replace)
    answer = ssot()
    assert answer.code == 130
    assert answer.err == "ssot: interrupted\n"
    assert_whole(project, before, after)
    assert is_all_or_none(project), "files that go together are half written"
    monkeypatch.setattr(os, "replace", real)
    assert ssot().code == 0
    assert read(project, after) == after


def test_ctrl_c_while_planning(project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, {"a.py": USE, **LINKED})
    before = states(project)

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flake8_ssot_engine.engine.rewrite.certify", interrupt)
    assert ssot().code == 130
    assert states(project) == before


INTERRUPTED = """\
import os, signal, sys
from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.transactions import write_fixes
real, calls = os.replace, []
def replace(source, target):
    calls.append(target)
    if len(calls) == 2:
        signal.raise_signal(signal.SIGINT)
    real(source, target)
os.replace = replace
sys.exit(main(["fix", "--jobs=2"]))
"""


def test_a_real_signal_while_writing(project: Path) -> None:
    before = {"a.py": USE, "z.py": USE, **LINKED}
    write(project, before)
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], cwd=project, capture_output=True, check=False
    )
    assert done.returncode == 130
    assert done.stderr == b"ssot: interrupted\n"
    assert_whole(project, before, {"a.py": USE_FIXED, "z.py": USE_FIXED, **LINKED_FIXED})
    assert is_all_or_none(project)


def failing_for(name: str, real: Callable[..., Any], error: OSError) -> Callable[..., Any]:
    """Return what fails for the file that is written in the place of `name`."""

    def fail(descriptor: int, *arguments: Any) -> Any:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        if os.path.basename(path).startswith(f".{name}."):
            raise error
        return real(descriptor, *arguments)

    return fail


NO_SPACE = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
PROC = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="descriptors have no names")


@PROC
def test_a_full_disk_stops_one_file_and_nothing_else(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"a.py": USE, "b.py": USE, "c.py": USE})
    monkeypatch.setattr(os, "fsync", failing_for("b.py", os.fsync, NO_SPACE))
    answer = ssot("--format=json")
    assert answer.code == 1
    report = report_of(answer)
    assert report["errors"] == [
        {
            "path": "b.py",
            "line": None,
            "message": "cannot be written: No space left on device",
        }
    ]
    assert report["changed"] == ["a.py", "c.py"]
    assert [finding["path"] for finding in report["left"]] == ["b.py"]
    assert "No space left" in report["left"][0]["unfixable_because"]
    assert [(project / n).read_text() for n in ("a.py", "b.py", "c.py")] == [
        *(USE_FIXED, USE, USE_FIXED)
    ]
    assert_whole(project, {}, {})


@PROC
@pytest.mark.parametrize("name", sorted(LINKED))
def test_a_full_disk_puts_back_what_goes_with_the_file(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write(project, {"a.py": USE, "z.py": USE, **LINKED})
    monkeypatch.setattr(os, "fsync", failing_for(os.path.basename(name), os.fsync, NO_SPACE))
    answer = ssot("--format=json")
    assert answer.code == 1
    report = report_of(answer)
    assert [error["path"] for error in report["errors"]] == [name]
    assert report["changed"] == ["a.py", "z.py"]
    assert {finding["path"] for finding in report["left"]} <= LINKED.keys()
    assert read(project, {"a.py": "", "z.py": "", **LINKED}) == {
        "a.py": USE_FIXED,
        "z.py": USE_FIXED,
        **LINKED,
    }
    assert_whole(project, {}, {})


@PROC
def test_a_full_disk_where_nothing_can_be_put_back(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch, replaced: list[str]
) -> None:
    write(project, LINKED)
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if replaced and stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NO_SPACE
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    answer = ssot()
    assert answer.code == 1, answer.err
    assert "Traceback" not in answer.err
    assert "No space left on device" in answer.out
    assert replaced[0] in answer.out, "a file that could not be put back is told"
    assert_whole(project, LINKED, LINKED_FIXED)


def test_a_file_that_may_not_be_written(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"a.py": USE, "b.py": USE, **LINKED})
    real = os.access
    denied = {str(project / "b.py"), str(project / "pkg/patcher.py")}
    monkeypatch.setattr(os, "access", lambda path, mode: path not in denied and real(path, mode))
    before = states(project)
    answer = ssot("--format=json")
    assert answer.code == 1
    report = report_of(answer)
    assert {(error["path"], error["message"]) for error in report["errors"]} == {
        ("b.py", "cannot be written: is not writable"),
        ("pkg/patcher.py", "cannot be written: is not writable"),
    }
    assert report["changed"] == ["a.py"]
    assert (project / "a.py").read_text() == USE_FIXED
    after = states(project)
    assert after["b.py"] == before["b.py"]
    assert is_all_or_none(project)
    assert after["pkg/patcher.py"] == before["pkg/patcher.py"]


@pytest.mark.parametrize("name", ["a.py", *sorted(LINKED)])
def test_a_file_that_was_changed_meanwhile_is_not_overwritten(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    files = {"a.py": USE, "z.py": USE, **LINKED}
    write(project, files)

    def late(report: FixReport) -> FixReport:
        write(project, {name: "x = 'mine'\n"})
        return write_fixes(report)

    monkeypatch.setattr("flake8_ssot_engine.engine.fix.write_fixes", late)
    answer = ssot()
    assert answer.code == 1
    assert f"{name}: error: cannot be written: changed since it was read" in answer.out
    assert (project / name).read_text() == "x = 'mine'\n"
    assert (project / "z.py").read_text() == USE_FIXED
    others = {other: LINKED[other] for other in LINKED if other != name}
    expected = LINKED_FIXED if name == "a.py" else LINKED
    assert read(project, others) == {other: expected[other] for other in others}


def test_a_file_that_went_away_meanwhile(
    project: Path, ssot: Ssot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"a.py": USE, "b.py": USE})

    def late(report: FixReport) -> FixReport:
        (project / "a.py").unlink()
        return write_fixes(report)

    monkeypatch.setattr("flake8_ssot_engine.engine.fix.write_fixes", late)
    answer = ssot()
    assert answer.code == 1
    assert "a.py: error: cannot be written: No such file or directory" in answer.out
    assert not (project / "a.py").exists()
    assert (project / "b.py").read_text() == USE_FIXED


def test_a_file_with_another_hard_link_is_left(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE, "b.py": USE})
    os.link(project / "a.py", project / "linked.txt")
    answer = ssot()
    assert answer.code == 1
    assert "has other hard links" in answer.out
    assert (project / "linked.txt").read_text() == (project / "a.py").read_text() == USE
    assert (project / "b.py").read_text() == USE_FIXED


BAD_FILES = [
    pytest.param(b"def (\n", id="syntax"),
    pytest.param(b"print 'python 2'\n", id="Python 2"),
    pytest.param(b"x = '\xff'\n", id="encoding"),
    pytest.param(b"# coding: klingon\n", id="codec"),
    pytest.param(b"# coding: rot13\n", id="codec that is not of text"),
    pytest.param(b"x = " + b"-" * 100_000 + b"1", id="endless nesting"),
    pytest.param(b"\xef\xbb\xbf# coding: latin-1\n", id="BOM and cookie"),
    pytest.param(b"x = 1\0\n", id="null byte"),
    pytest.param(b"(" * 5000 + b")" * 5000, id="too many brackets"),
]


@pytest.mark.parametrize("prefix", [b"", IMPORT.encode()], ids=["without a needle", "with one"])
@pytest.mark.parametrize("data", BAD_FILES)
def test_a_bad_file_is_an_entry_and_the_run_goes_on(
    project: Path, ssot: Ssot, data: bytes, prefix: bytes
) -> None:
    if data.startswith((b"#", b"\xef")) and prefix:
        data, prefix = data + prefix, b""
    write(project, {"bad.py": prefix + data, "a.py": USE.encode(), "z.py": USE.encode()})
    before = states(project)["bad.py"]
    answer = ssot("--format=json")
    assert answer.code == 1
    assert [error["path"] for error in report_of(answer)["errors"]] == ["bad.py"]
    assert states(project)["bad.py"] == before
    assert (project / "a.py").read_text() == (project / "z.py").read_text() == USE_FIXED


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xef\xbb\xbf", id="only a BOM"),
        pytest.param(b"\n\n\n", id="only newlines"),
        pytest.param(b"x = '" + b"a" * 2_000_000 + b"'", id="huge line"),
        pytest.param(b"x = '\\d'  # pkg.old.OldEngine\n", id="a string that Python warns of"),
    ],
)
def test_a_strange_file_is_no_error(project: Path, ssot: Ssot, data: bytes) -> None:
    write(project, {"strange.py": data, "a.py": USE.encode()})
    before = states(project)["strange.py"]
    assert ssot("--ignore=SSOT008").code == 0  # which is what the comment is for
    assert states(project)["strange.py"] == before
    assert (project / "a.py").read_text() == USE_FIXED


def test_a_huge_file(project: Path, ssot: Ssot) -> None:
    body = "".join(f"value_{n} = [{n}, 'text of it', {n} + 1]\n" for n in range(50_000))
    text = IMPORT + body + "engine = OldEngine()\n"
    assert len(text) > 2_000_000
    write(project, {"a.py": text})
    assert ssot("--select=SSOT001").code == 0
    assert (project / "a.py").read_text() == FIXED + body + "engine = NewEngine()\n"


@pytest.mark.parametrize("arguments", [[], ["x.py"], ["x.py", "a.py"]])
def test_a_folder_with_a_python_name(project: Path, ssot: Ssot, arguments: list[str]) -> None:
    write(project, {"x.py/inner.py": USE, "a.py": USE})
    assert ssot(*arguments).code == 0
    assert (project / "x.py/inner.py").read_text() == USE_FIXED


@pytest.mark.parametrize("arguments", [[], ["x.py"], ["a.py"]])
def test_a_pipe_with_a_python_name_is_not_read_for_ever(
    project: Path, arguments: list[str]
) -> None:
    write(project, {"a.py": USE})
    os.mkfifo(project / "x.py")
    done = subprocess.run(
        [sys.executable, "-m", "flake8_ssot_engine", "fix", "--format=json", *arguments],
        cwd=project,
        capture_output=True,
        check=False,
        timeout=60,
    )
    errors = json.loads(done.stdout)["errors"]
    if arguments == ["x.py"]:
        assert errors == [{"path": "x.py", "line": None, "message": "is not a regular file"}]
        assert (project / "a.py").read_text() == USE
    else:
        assert (project / "a.py").read_text() == USE_FIXED
    assert stat.S_ISFIFO((project / "x.py").stat().st_mode)


def test_a_broken_link(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE})
    (project / "x.py").symlink_to("nowhere.py")
    answer = ssot()
    assert "Traceback" not in answer.err
    assert os.readlink(project / "x.py") == "nowhere.py"
    assert (project / "a.py").read_text() == USE_FIXED


def test_links_in_a_circle(project: Path, ssot: Ssot) -> None:
    write(project, {"a.py": USE})
    (project / "x.py").symlink_to("y.py")
    (project / "y.py").symlink_to("x.py")
    (project / "pkg/loop").symlink_to("..")
    answer = ssot()
    assert "Traceback" not in answer.err
    assert (project / "a.py").read_text() == USE_FIXED


@pytest.mark.parametrize("name", ["new\nline.py", "\x1b[31mred.py", "rtl\u202e.py", "é𝒳.py"])
def test_hostile_file_names(project: Path, ssot: Ssot, name: str) -> None:
    write(project, {name: USE + "\n" + GONE})
    answer = ssot()
    assert not {"\x1b", "\u202e"} & set(answer.out)
    assert "NewEngine" in (project / name).read_text()


def test_a_reader_that_goes_away_is_no_traceback(project: Path) -> None:
    write(project, {f"m{n}.py": USE + "# padding\n" * 9 for n in range(300)})
    done = subprocess.run(
        f"{sys.executable} -m flake8_ssot_engine fix --diff | head -n 1",
        shell=True,
        cwd=project,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_what_resolves_strings_may_move_itself(project: Path, ssot: Ssot) -> None:
    moves = (
        '[[migration]]\nid = "2"\n[[migration.move]]\n'
        'old = "unittest.mock.patch"\nnew = "doubles.patch"\n'
    )
    text = "from unittest.mock import patch\n\n\n@patch('os.getcwd')\ndef test(fake): ...\n"
    config = (project / "ssot.toml").read_text("utf-8")
    write(project, {"ssot.toml": f"{config}\n{moves}", "a.py": text})
    assert ssot().code == 0
    fixed = text.replace("unittest.mock", "doubles")
    assert (project / "a.py").read_text("utf-8") == fixed
