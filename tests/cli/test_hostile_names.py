"""Hostile names in paths, commits and the configuration: whatever is printed is harmless."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from flake8_ssot_engine.campaign.found.record import write_record
from flake8_ssot_engine.campaign.found.uses import Frame, Manner, Use
from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.errors import ConfigError, ConfigProblem, UsageError
from flake8_ssot_engine.lsp.hover import markup_of
from flake8_ssot_engine.reports.escape import printable_error, printable_lines

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no such file names elsewhere")

HOSTILE = (
    "<script>alert(1)<&\x1b]0;own\x07\x1b[31m\n::error::pwn\r\b\x7f| `x` [a](b) %0A%25"
    "\u202e\u2066\u200f\u0085\x9b\u2028\u2029,:;\"']]>"
)
VISIBLE = "".join(c for c in HOSTILE if c.isprintable()) + "\u202e\u2066"
"""What a configuration takes as an id or a hint."""
USE = "from pkg.old import OldEngine\nOldEngine()\n"
ODD = """\
from unittest.mock import patch
patch("pkg.old.OldEngine")  # \x1b]0;x\x07\u202e\u0085\x9b
import pkg.old; pkg.old.OldEngine; "\x1b[31m\u202e"
"""
FILES: dict[bytes, str] = {
    b"pkg/__init__.py": "",
    b"pkg/new.py": "class NewEngine: ...\n",
    b"pkg/old.py": "from pkg.new import NewEngine as OldEngine\n",
    os.fsencode(f"{HOSTILE}/{HOSTILE}.py"): USE,
    b"bad\xff\xfe\x1b\n::error::pwn.py": USE,
    b"broken\x1b\xff\n::error::pwn.py": "from pkg.old import OldEngine\ndef \x1b\n",
    b"src\x1b/odd.py": ODD,
    os.fsencode(f"docs/{HOSTILE}.md"): "see `pkg.old.OldEngine` \x1b[31m\n",
}
CONFIG = f"""
source-roots = ["."]

[[migration]]
id = {json.dumps("1" + VISIBLE)}
title = {json.dumps(HOSTILE)}
reason = {json.dumps(HOSTILE)}
owners = ["pkg/old.py"]

[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"
hint = {json.dumps(VISIBLE)}

[[migration.phase]]
name = {json.dumps("p" + VISIBLE)}
paths = ["src*/**"]
validate = ["true"]

[[migration.phase]]
name = "rest"
paths = ["**"]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = os.path.join(os.fsencode(tmp_path), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(os.fsdecode(path)).write_bytes(text.encode())
    (tmp_path / "ssot.toml").write_text(CONFIG, "utf-8")
    git = ["git", "-c", "user.name=A\x1b[31m", "-c", "user.email=a@b"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", f"x{HOSTILE}"]):
        subprocess.run([*git, *arguments], check=True)
    place = Frame(f"{HOSTILE}/{HOSTILE}.py", 1, f"f{HOSTILE}")
    tests = (f"a.py::t[{HOSTILE}]",)
    use = Use("1" + VISIBLE, "pkg.old.X", Manner.NAME, place, USE.split("\n")[0], (place,), tests)
    write_record(str(tmp_path), [use])
    return tmp_path


def assert_harmless(text: str) -> None:
    """Assert that nothing in it moves a terminal, hides in it, or begins a command of GitHub."""
    bad = {c for c in text if c not in "\n\t" and unicodedata.category(c) in BAD}
    assert not bad, repr(text)
    assert "\n::error::pwn" not in f"\n{text}"


BAD = {"Cc", "Cf", "Cs", "Zl", "Zp"}
COMMANDS: list[list[str]] = [
    ["check"],
    ["check", "--verbose", "--statistics"],
    *(
        ["check", "--format", name]
        for name in (
            *("text", "concise", "json", "jsonl", "sarif"),
            *("github", "gitlab", "junit", "markdown"),
        )
    ),
    ["check", "--new-since", "HEAD"],
    ["status"],
    ["status", "--format", "json"],
    ["status", "--format", "markdown"],
    ["status", "--by", "owner"],
    ["status", "--by", "package"],
    ["report", "--output", "-"],
    ["report", "--output", HOSTILE],
    ["report", "--since", HOSTILE.replace("\n", "")],
    ["report", "--migration", HOSTILE],
    ["report", "--format", "markdown"],
    ["report", "--format", "markdown", "--since", "HEAD"],
    ["retire", "--dry-run"],
    ["retire", "--dry-run", "--verbose"],
    ["migrate", "--dry-run", "--verbose"],
    ["migrate", "--quiet"],
    ["fix", "--format", "json"],
    ["fix", "--unsafe", "--verbose"],
    ["baseline", "create"],
    ["doctor"],
    ["export", "ruff"],
    ["check", HOSTILE],
    ["check", f"--{HOSTILE}"],
    ["check", "--format", HOSTILE],
    ["check", "--config", f"{HOSTILE}.toml"],
    ["check", "--new-since", HOSTILE.replace("\n", "")],
    ["check", "--phase", HOSTILE],
    ["check", "--output", f"missing/{HOSTILE}"],
    ["explain", HOSTILE],
    ["retire", HOSTILE],
    ["rollback", HOSTILE],
    ["migrate", "--phase", HOSTILE],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: ascii(" ".join(command))[1:40])
def test_what_a_command_prints_is_harmless(
    project: Path, command: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    try:
        code = main(command)
    except SystemExit as error:  # argparse
        code = int(str(error.code))
    assert code in (0, 1, 2)
    for stream in capfdbinary.readouterr():
        assert_harmless(stream.decode("utf-8", "surrogateescape"))


GREEN_ONLY_BEFORE = """["grep -rqF 'import pkg.old;' --include=odd.py ."]"""


def test_runs_and_their_undoing_are_harmless(
    project: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (project / "ssot.toml").write_text(CONFIG.replace('["true"]', GREEN_ONLY_BEFORE), "utf-8")
    assert main(["migrate", "--quiet"]) == 4
    (project / "ssot.toml").write_text(CONFIG, "utf-8")
    assert main(["migrate", "--all", "--quiet"]) == 0
    (project / os.fsdecode(b"bad\xff\xfe\x1b\n::error::pwn.py")).write_text("edited = 1\n", "utf-8")
    assert main(["rollback", "--list"]) == 0
    main(["rollback"])
    main(["migrate", "--commit"])
    main(["migrate", "--resume"])
    for stream in capfdbinary.readouterr():
        assert_harmless(stream.decode("utf-8", "surrogateescape"))


def read_github(text: str) -> None:
    assert all(line.startswith(("::error title=", "::notice title=")) for line in text.splitlines())


def read_junit(text: str) -> None:
    names = {element.get("classname") for element in ET.fromstring(text).iter("testcase")}
    assert any(name and "<script>" in name for name in names)


def read_sarif(text: str) -> None:
    (run,) = json.loads(text)["runs"]
    uris = {
        unquote_to_bytes(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for result in run["results"]
    }
    assert os.fsencode(f"{HOSTILE}/{HOSTILE}.py") in uris, "the bytes of the name, escaped"


def read_markdown(text: str) -> None:
    page = MarkdownIt("commonmark").enable("table").render(text)
    assert "<script" not in page
    assert "<a " not in page
    rows = [row.split("</tr>")[0] for row in page.split("<tr>")[1:]]
    assert {row.count("</td>") for row in rows if "<td" in row} == {2, 3, 4}


def read_json(text: str) -> None:
    paths = {violation["path"] for violation in json.loads(text)["violations"]}
    assert f"{HOSTILE}/{HOSTILE}.py" in paths, "as it is, for programs"


def read_gitlab(text: str) -> None:
    assert {issue["check_name"] for issue in json.loads(text)} >= {"SSOT001", "E999"}


def read_jsonl(text: str) -> None:
    assert [json.loads(line)["type"] for line in text.splitlines()][-1] == "summary"


READERS: dict[str, Callable[[str], None]] = {
    "github": read_github,
    "junit": read_junit,
    "sarif": read_sarif,
    "markdown": read_markdown,
    "json": read_json,
    "gitlab": read_gitlab,
    "jsonl": read_jsonl,
}


@pytest.mark.parametrize("name", READERS)
def test_what_programs_read_is_whole(
    project: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--format", name]) == 1
    READERS[name](capfd.readouterr().out)


def test_errors_tell_one_thing_a_line() -> None:
    problems = tuple(ConfigProblem(HOSTILE, 1, "key", f"{n}{HOSTILE}") for n in "ab")
    told = printable_error(ConfigError(problems))
    assert len(told.split("\n")) == 2
    assert_harmless(told)
    assert_harmless(printable_error(UsageError(HOSTILE)))
    assert printable_lines("a\n\tb\x1b").split("\n") == ["a", "\\u0009b\\u001b"]


@pytest.mark.parametrize("is_markdown", [True, False])
def test_a_hover_is_harmless(project: Path, is_markdown: bool) -> None:
    from flake8_ssot_engine.config.loader import load_file

    settings = load_file(str(project / "ssot.toml"))
    match: Any = settings.index.match(settings.migrations[0].moves[0].old)
    assert_harmless(markup_of(match, settings, is_markdown=is_markdown).value.replace("\n", " "))


def test_flake8_tells_nothing_harmful(project: Path) -> None:
    """But for the names of files, which Flake8 prints as they are."""
    command = [sys.executable, "-m", "flake8", "--isolated", "--select=SSOT", "src\x1b"]
    done = subprocess.run(command, capture_output=True, check=False)
    out = done.stdout.decode("utf-8")
    assert "SSOT001" in out
    assert_harmless(out.replace("src\x1b", ""))
