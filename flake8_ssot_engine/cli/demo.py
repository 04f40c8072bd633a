"""`ssot demo`: takes the sample project through its migration, with the real commands."""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flake8_ssot_engine.cli.output import use_color
from flake8_ssot_engine.cli.project import print_line
from flake8_ssot_engine.errors import ExitCode, SsotError, UsageError
from flake8_ssot_engine.sample import lay_out
from flake8_ssot_engine.sample.by_hand import apply_by_hand

_FROZEN = "netra_backend/app/agents/supervisor/workflow_orchestrator.py"
_AUDIT = f"python scripts/frozen_audit.py {_FROZEN}"
_VALIDATE = 'validate = ["python -m pytest -q"] # from now on, everything'
_SSOT = ("-m", "flake8_ssot_engine")
_ISOLATION = ("-m", "pytest", "-q", "-rf", "--tb=short", "-k", "two_users_at_once")
_GREEN = re.compile(r"  (before|after|once more, restored): .*: green \(")
_DETAIL = "      "
"""How the lines start that name each place of what is left."""
_NO_PACKAGE = r"^(?!package |\w+(\.\w+)+ +\d|… )"
"""What the lines of the table by packages do not match: the phases tell enough."""
_WIDTH = 100


class DemoError(SsotError):
    """A command of the demo did not do what the demo is there to show."""


def add_command(commands: Any) -> None:
    """Add the subcommand to the parser."""
    parser = commands.add_parser(
        "demo",
        help="watch the sample project being migrated",
        description="Lay the sample project out in a temporary git repository, and take it through"
        " its four phases, one of which is made to fail.",
    )
    parser.add_argument("--keep", metavar="DIR", help="do it in this new folder, and leave it")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the demo, and return the exit code."""
    if importlib.util.find_spec("pytest") is None:
        told = f"{shlex.quote(sys.executable)} -m pip install pytest"
        raise UsageError(f"the sample's tests need pytest: {told}")
    with _folder(options.keep) as folder:
        _Demo(folder, is_colored=use_color(options, sys.stdout)).play()
        if options.keep:
            print_line(f"\nIt is all in {folder}: `git log --stat`, `.ssot/runs`, `ssot status`.")
    return ExitCode.CLEAN


@contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    """Lay the sample out, in a folder that is gone afterwards if it is not to be kept."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="ssot-demo-", ignore_cleanup_errors=True) as top:
            lay_out(Path(top, "sample"))
            yield Path(top, "sample")
        return
    try:
        lay_out(Path(keep).absolute())
    except OSError as error:
        told = f"{keep}: {error.strerror or error}; name a folder that is not there yet"
        raise UsageError(f"--keep: {told}") from None
    yield Path(keep).absolute()


class _Demo:
    """The sample's migration; every command is really run, and most of its output shown."""

    def __init__(self, folder: Path, *, is_colored: bool) -> None:
        self._folder = folder
        self._bold, self._reset = ("\x1b[1m", "\x1b[0m") if is_colored else ("", "")
        self._has_git = shutil.which("git") is not None
        self._commit = ["--commit"] if self._has_git else []

    def play(self) -> None:
        """Show all of it. Raises DemoError where something goes another way than it should."""
        self._begin()
        self._say("Two of the tests show the leak: what one user says, another is told.")
        self._python(*_ISOLATION, expects=1, keep=r"^FAILED|\d+ failed")
        self._say("What has to change, by what the names refer to:")
        self._python(*_SSOT, "status", keep=_NO_PACKAGE)

        self._say(f"An audit has frozen {Path(_FROZEN).name}, so the second phase will fail.")
        self._freeze()
        self._python(*_SSOT, "migrate", "--all", *self._commit, "--quiet", expects=4)
        if self._has_git:
            self._say("The first phase is committed, the second undone; nothing else changed:")
            self._run(["git", "status", "--short", "--branch"])

        self._say("The audit is over: on from where it stopped.")
        self._thaw()
        self._python(*_SSOT, "migrate", "--resume", "--quiet")
        self._python(*_ISOLATION, keep=r"\d+ passed")

        self._say("What is left is for a person, as each phase said; so it is done by hand:")
        edits = {edit.path: edit.why for edit in reversed(apply_by_hand(self._folder))}
        for path, why in reversed(edits.items()):
            _print_wrapped(f"edit {path}: {why}")
        self._record("what was left to a person")

        self._say("Nothing names the old engine any more, so that its module can go:")
        self._python(*_SSOT, "retire", *self._commit, "--quiet")
        self._python("-m", "pytest", "-q", keep=r"\d+ passed")
        self._python(*_SSOT, "status", keep=r"565|next")
        if self._has_git:
            self._run(["git", "log", "--oneline"])

    def _begin(self) -> None:
        print_line("A chat service in miniature. Its ExecutionEngine is shared by all users;")
        print_line("UserExecutionEngine is to take its place, in four phases.")
        if not self._has_git:
            print_line("(git is not installed: phases work without it, `--commit` needs it.)")
            return
        for arguments in (
            ("init", "--quiet", "--initial-branch=main"),
            ("config", "user.name", "ssot demo"),
            ("config", "user.email", "demo@example.org"),
            ("config", "commit.gpgsign", "false"),
            ("config", "core.hooksPath", os.devnull),
        ):
            self._output(["git", *arguments])
        self._record("before the migration")

    def _freeze(self) -> None:
        self._output([sys.executable, "scripts/frozen_audit.py", "--record", _FROZEN])
        self._configure(_VALIDATE, f'validate = ["python -m pytest -q", "{_AUDIT}"]')
        self._record("an audit freezes a file")

    def _thaw(self) -> None:
        (self._folder / "frozen.sha256").unlink()
        self._configure(f'validate = ["python -m pytest -q", "{_AUDIT}"]', _VALIDATE)
        self._record("the audit is over")

    def _configure(self, before: str, after: str) -> None:
        path = self._folder / "ssot.toml"
        text = path.read_text("utf-8")
        if text.count(before) != 1:
            raise DemoError(f"{path} does not say `{before}` once")
        path.write_text(text.replace(before, after), "utf-8")

    def _record(self, message: str) -> None:
        if self._has_git:
            self._output(["git", "add", "--all"])
            self._output(["git", "commit", "--quiet", "--message", message])

    def _say(self, text: str) -> None:
        print_line(f"\n{self._bold}{text}{self._reset}")

    def _python(self, *arguments: str, expects: int = 0, keep: str = "") -> None:
        self._run([sys.executable, *arguments], expects=expects, keep=keep)

    def _run(self, command: Sequence[str], *, expects: int = 0, keep: str = "") -> None:
        """Run a command and show it with those lines of its output that match `keep`."""
        shown = shlex.join(command).replace(shlex.quote(sys.executable), "python")
        print_line(f"$ {shown.replace('python -m flake8_ssot_engine', 'ssot')}")
        output = self._output(command, expects=expects)
        green: list[str] = []
        for line in [*output.splitlines(), ""]:
            match = _GREEN.match(line)
            if green and (match is None or match[1] != green[0]):
                print_line(f"    {green[0]}: {len(green)} check{'s' * (len(green) > 1)} green")
                green = []
            if match is not None:
                green.append(match[1])
            elif line and re.search(keep, line) and not line.startswith(_DETAIL):
                _print_wrapped(re.sub(r"^FAILED \S+::", "FAILED ", line))
        if expects:
            print_line(f"  exit code {expects}")

    def _output(self, command: Sequence[str], *, expects: int = 0) -> str:
        done = subprocess.run(  # noqa: S603 - the commands above
            command,
            cwd=self._folder,
            env=self._environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode != expects:
            told = f"{shlex.join(command)}: exit code {done.returncode}, not {expects}"
            raise DemoError(f"{told}; its output:\n{done.stdout}")
        return done.stdout

    def _environment(self, ours: Mapping[str, str]) -> dict[str, str]:
        """Return an environment in which `python` is this one, and pytest as it is by itself."""
        names = {name: value for name, value in ours.items() if not name.startswith("PYTEST")}
        folder = os.path.dirname(sys.executable)
        return {
            **names,
            "PATH": os.pathsep.join((folder, ours.get("PATH", os.defpath))),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONIOENCODING": "utf-8",
            "NO_COLOR": "1",
            "COLUMNS": "200",  # pytest cuts its messages to it
        }


def _print_wrapped(line: str) -> None:
    if len(line) + 2 <= _WIDTH:
        print_line(f"  {line}")
        return
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    for part in textwrap.wrap(
        line.strip(),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    ):
        print_line(part)
