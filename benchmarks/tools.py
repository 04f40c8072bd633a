"""Knows the programs that are compared: where they are, and the commands that make them alike."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from benchmarks.processes import BenchmarkError, run

_PACKAGE = "flake8_ssot_engine"
_NOT_INSTALLED = "`ssot` is not installed beside this Python: pip install -e '.[bench]'"


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


def ssot() -> str:
    """Return the path of our command. Raises BenchmarkError."""
    found = find_tool("ssot")
    if found is None:
        raise BenchmarkError(_NOT_INSTALLED)
    return found


@cache
def ssot_uncached() -> tuple[str, ...]:
    """Return the arguments for a check that reads and writes no cache."""
    has_option = "--no-cache" in run((ssot(), "check", "--help"), Path.cwd()).output
    return (ssot(), "check", "--no-cache") if has_option else (ssot(), "check")


def ruff_check(ruff: str, moved: Iterable[str]) -> tuple[str, ...]:
    """Return the arguments for Ruff to report the moved names and nothing else."""
    table = "lint.flake8-tidy-imports.banned-api"
    bans = [f'--config={table}."{name}".msg = "moved"' for name in moved]
    return (ruff, "check", "--isolated", "--select", "TID251", *bans)


def has_flake8() -> bool:
    """Whether Flake8 is installed beside this Python."""
    return find_spec("flake8") is not None


_STEADY = (
    "import gc, os, runpy, sys; gc.disable(); sys.argv.pop(0);"
    " one = hasattr(os, 'sched_getaffinity') and min(os.sched_getaffinity(0));"
    " one is False or os.sched_setaffinity(0, [one]);"  # so that no other process helps
    " runpy.run_path(sys.argv[0], run_name='__main__')"
)


def flake8_commands(
    work: Path, files: Sequence[str], *, is_steady: bool = False
) -> dict[bool, tuple[str, ...]]:
    """Return how Flake8 checks some files with the plugin (True), and without it.

    `is_steady` asks for one process, on one core, in which nothing happens at odd times.

    Flake8 loads and runs every plugin whose entry point it finds, selected or not. So the
    only run without the plugin is one where its metadata cannot be found, and for the two to
    differ in nothing else, both run from a folder of links to the installed packages.
    """
    commands = {}
    for is_with in (True, False):
        folder = work / ("flake8-with" if is_with else "flake8-without")
        if not folder.exists():
            _lay_out_flake8(folder, installed_package() if is_with else None)
        # -S: no site-packages but the folder, which Python runs and so imports from first.
        start = ("-c", _STEADY, str(folder), "-j1") if is_steady else (str(folder),)
        commands[is_with] = (sys.executable, "-S", *start, "--isolated", *files)
    return commands


def _lay_out_flake8(folder: Path, package: Path | None) -> None:
    folder.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if package is not None or not entry.name.startswith(_PACKAGE):
            (folder / entry.name).symlink_to(entry)
    if package is not None and not (folder / _PACKAGE).exists():  # an editable installation
        (folder / _PACKAGE).symlink_to(package)
    main = "from flake8.main.cli import main\n\nif __name__ == '__main__':\n"
    (folder / "__main__.py").write_text(f"{main}    raise SystemExit(main())\n", encoding="utf-8")


def machine() -> str:
    """Return what this is measured on, in a few words."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        models = [line.partition(":")[2] for line in text.splitlines() if "model name" in line]
        model = models[0].strip() if models else model
    return f"{platform.system()}, {model}, {cores} cores"


def versions() -> str:
    """Return the versions of everything that is compared."""
    own = ", ".join(
        f"{name} {_version(name)}" for name in ("flake8-ssot-engine", "flake8", "libcst")
    )
    return f"Python {platform.python_version()}, {own}, {_first_line('ruff')}"


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "missing"


def _first_line(tool: str) -> str:
    path = find_tool(tool)
    if path is None:
        return f"{tool} missing"
    done = subprocess.run((path, "--version"), capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0]
