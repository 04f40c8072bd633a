"""Knows the commands that are compared, how to time one, and what they must agree on."""

from __future__ import annotations

import ast
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import sysconfig
import time
import warnings
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.prefilter import Prefilter

_PACKAGE = "flake8_ssot_engine"
_NOT_INSTALLED = "`ssot` is not installed beside this Python: pip install -e '.[bench]'"
_ENVIRONMENT = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}


class BenchmarkError(Exception):
    """Something that makes the figures worthless."""


class Tree(NamedTuple):
    """What is measured.

    `candidates` are the relative paths of the files that name a moved symbol; `moved` are the
    old names that Ruff is to ban, `name` is the last part of the first, for grep.
    """

    root: Path
    files: int
    size_bytes: int
    candidates: tuple[str, ...]
    moved: tuple[str, ...]
    name: str


class Contender(NamedTuple):
    """One line of the table; without a command, `missing` says why it cannot be run."""

    label: str
    command: tuple[str, ...] = ()
    missing: str = ""


class Sample(NamedTuple):
    """One whole process with its children: seconds by the clock, and of user + system CPU."""

    wall: float
    cpu: float
    output: str


class Agreement(NamedTuple):
    """What the linters found; None where one could not be asked."""

    ssot_statements: int
    ruff_statements: int | None
    ssot_violations: int
    flake8_violations: int | None


def survey(root: Path) -> Tree:
    """Find the files of a tree just as `ssot check` does, under the settings that hold there."""
    finder = ConfigFinder()
    settings = finder.settings_for(str(root))
    prefilter = Prefilter(settings.index)
    files, size, candidates = 0, 0, []
    for path, _ in find_files([str(root)], finder):
        files += 1
        if not os.path.isfile(path):  # a dangling link
            continue
        data = Path(path).read_bytes()
        size += len(data)
        if prefilter.passes(data):
            candidates.append(os.path.relpath(path, root))
    name = next((move.old.last for _, move in settings.index), "")
    return Tree(root, files, size, tuple(candidates), _moved_names(settings), name)


def _moved_names(settings: Settings) -> tuple[str, ...]:
    """Return the old names but for those below another: Ruff would report these twice."""
    names = [move.old for _, move in settings.index]
    return tuple(
        str(name)
        for name in names
        if not any(name != other and name.is_under(other) for other in names)
    )


def find_tool(name: str) -> str | None:
    """Return a program's path, that of this Python's environment first."""
    return shutil.which(name, path=os.path.dirname(sys.executable)) or shutil.which(name)


def installed_package() -> Path:
    """Return the folder of the package that `ssot` and Flake8 run, perhaps not this checkout's."""
    code = f"import {_PACKAGE}; print({_PACKAGE}.__file__)"
    try:
        sample = run((sys.executable, "-I", "-c", code), Path.cwd())
    except BenchmarkError:
        raise BenchmarkError(_NOT_INSTALLED) from None
    return Path(sample.output.strip()).parent


def _ssot() -> str:
    found = find_tool("ssot")
    if found is None:
        raise BenchmarkError(_NOT_INSTALLED)
    return found


def contenders(tree: Tree, work: Path) -> list[Contender]:
    """Return all that is to be timed, in the folder of the tree; `work` is for their files."""
    package = installed_package()
    ssot, ruff, grep = _ssot(), find_tool("ruff"), find_tool("grep")
    found = [
        Contender("ssot check", (ssot, "check")),
        Contender("ssot check --syntax candidates", (ssot, "check", "--syntax", "candidates")),
    ]
    for label, options in (
        ("ruff TID251, no cache", ("--no-cache",)),
        ("ruff TID251, cached", ("--cache-dir", str(work / "ruff-cache"))),
    ):
        if ruff:
            found.append(Contender(label, (*_ruff_check(ruff, tree.moved), *options)))
        else:
            found.append(Contender(label, missing="it is in the extra `bench`"))
    if grep:
        search = (grep, "-rl", "--include=*.py", "-e", tree.name, ".")
        found.append(Contender(f"grep -rl {tree.name}", search))
    else:
        found.append(Contender("grep -rl", missing="it is not on PATH"))
    for is_with, label in ((True, "flake8 with the plugin *"), (False, "flake8 without it *")):
        if not tree.candidates:
            found.append(Contender(label, missing="no file names a moved symbol"))
        elif find_spec("flake8") is None:
            found.append(Contender(label, missing="it is in the extra `bench`"))
        else:
            folder = work / ("flake8-with" if is_with else "flake8-without")
            _lay_out_flake8(folder, package if is_with else None)
            # -S: no site-packages but the folder, which Python runs and so imports from first.
            command = (sys.executable, "-S", str(folder), "--isolated", *tree.candidates)
            found.append(Contender(label, command))
    return found


def _ruff_check(ruff: str, moved: Iterable[str]) -> tuple[str, ...]:
    table = "lint.flake8-tidy-imports.banned-api"
    bans = [f'--config={table}."{name}".msg = "moved"' for name in moved]
    return (ruff, "check", "--isolated", "--select", "TID251", *bans)


def _lay_out_flake8(folder: Path, package: Path | None) -> None:
    """Make a folder to run Flake8 from: this environment with the plugin's package, or without.

    Flake8 loads and runs every plugin whose entry point it finds, selected or not. So the
    only run without the plugin is one where its metadata cannot be found, and for the two to
    differ in nothing else, both run from a folder of links to the installed packages.
    """
    folder.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if package is not None or not entry.name.startswith(_PACKAGE):
            (folder / entry.name).symlink_to(entry)
    if package is not None and not (folder / _PACKAGE).exists():  # an editable installation
        (folder / _PACKAGE).symlink_to(package)
    main = "from flake8.main.cli import main\n\nif __name__ == '__main__':\n"
    (folder / "__main__.py").write_text(f"{main}    raise SystemExit(main())\n", encoding="utf-8")


def run(command: Sequence[str], root: Path) -> Sample:
    """Run a command in a folder; all of the tools exit 0 or 1 if all went well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    try:
        done = subprocess.run(command, cwd=root, env=_ENVIRONMENT, capture_output=True, check=False)
    except OSError as error:
        raise BenchmarkError(f"cannot run {command[0]}: {error.strerror}") from error
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    problem = done.stderr.decode(errors="replace")
    if done.returncode not in (0, 1) or "Traceback" in problem:
        shown = " ".join(command)[:300]
        raise BenchmarkError(f"exit code {done.returncode} from {shown}\n{problem[-2000:]}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Sample(wall, cpu, done.stdout.decode(errors="replace"))


def ask(tree: Tree, flake8_output: dict[bool, str]) -> Agreement:
    """Count what each linter finds; `flake8_output` is Flake8's, with (True) and without."""
    ruff = find_tool("ruff")
    found = json.loads(run((_ssot(), "check", "--format", "json"), tree.root).output)["violations"]
    imports = [
        (item["path"], item["line"])
        for item in found
        if item["code"] == "SSOT001" and item["kind"] == "import"
    ]
    banned = None
    if ruff:
        command = (*_ruff_check(ruff, tree.moved), "--no-cache", "--output-format=json")
        hits = json.loads(run(command, tree.root).output)
        banned = [
            (hit["filename"], hit["location"]["row"]) for hit in hits if hit["code"] == "TID251"
        ]
    counts = {
        is_with: len(re.findall(r"(?m)^\S.*?:\d+:\d+: SSOT\d", output))
        for is_with, output in flake8_output.items()
    }
    if counts.get(False):
        raise BenchmarkError("Flake8 reports SSOT codes in the environment without the plugin")
    return Agreement(
        ssot_statements=_count_statements(tree.root, imports),
        ruff_statements=None if banned is None else _count_statements(tree.root, banned),
        ssot_violations=len(found),
        flake8_violations=counts.get(True),
    )


def _count_statements(root: Path, places: Iterable[tuple[str, int]]) -> int:
    """Count the import statements that hold a reported line: Ruff reports uses as well."""
    lines: dict[Path, set[int]] = {}
    for path, line in places:
        lines.setdefault(root / path, set()).add(line)
    count = 0
    for file, reported in lines.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                tree = ast.parse(file.read_bytes())
            except (SyntaxError, ValueError):  # Ruff reads on where Python gives up
                count += len(reported)
                continue
        count += sum(
            any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in reported)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
        )
    return count
