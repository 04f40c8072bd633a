"""The command `python -m benchmarks.phases`: a large tree through the four phases of its plan.

A copy of the tree becomes a git repository; every phase is run with `--commit`, `compileall` being
its validator. In a copy of that copy, made after the second phase, this one is rolled back.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

_PHASES = {
    "critical-path": [
        "/netra_backend/app/dependencies.py",
        "/netra_backend/app/websocket_core/**",
        "/netra_backend/app/agents/supervisor_ssot.py",
        "/tests/mission_critical/**",
    ],
    "integration": ["/netra_backend/app/**"],
    "tests": ["tests/**", "**/tests/**", "/test_framework/**", "test_*.py", "conftest.py"],
    "documentation-and-cleanup": ["**"],
}


def main() -> int:
    """Run the phases and print what they took."""
    parser = argparse.ArgumentParser(prog="benchmarks.phases", description=__doc__)
    parser.add_argument("tree", type=Path, help="the tree; it is copied")
    parser.add_argument("work", type=Path, help="a folder for the copies, which is not there yet")
    options = parser.parse_args()
    options.work.mkdir(parents=True)
    tree = options.work / "tree"
    shutil.copytree(options.tree, tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    compiles = [sys.executable, "-W", "ignore", "-m", "compileall", "-q"]
    first = run(tree, *compiles, ".", fails=True)
    broken = sorted(set(re.findall(r"Error compiling '\./(.*?)'", first)))
    print(f"{len(broken)} files do not compile; the validator passes over them")
    passed_over = "|".join(re.escape(path) for path in broken) or "$^"
    write_config(tree, [*compiles, "-x", passed_over, "."])
    run(tree, "git", "init", "--quiet")
    run(tree, "git", "add", "--all")
    run(tree, "git", *AUTHOR, "commit", "--quiet", "--message", "before")
    for name, value in (("user.name", "benchmark"), ("user.email", "benchmark@example.org")):
        run(tree, "git", "config", name, value)
    ssot = [sys.executable, "-m", "flake8_ssot_engine"]
    second = options.work / "second"
    copying = 0.0
    begun = time.perf_counter()
    for name in _PHASES:
        output = run(tree, *ssot, "migrate", "--phase", name, "--commit", "--quiet")
        print(output.splitlines()[-1])
        if name == "integration":
            since = time.perf_counter()
            shutil.copytree(tree, second, symlinks=True)
            copying = time.perf_counter() - since
    print(f"all phases: {time.perf_counter() - begun - copying:.1f} s")
    print(run(tree, "git", "log", "--shortstat", "--format=%s", "-4"))
    begun = time.perf_counter()
    print(run(second, *ssot, "rollback", "integration"), end="")
    print(f"rollback of the second phase: {time.perf_counter() - begun:.2f} s")
    same = run(second, "git", "diff", "--stat", "HEAD~1")
    print("the tree is that before the phase" if not same else f"DIFFERS:\n{same}")
    return bool(same)


AUTHOR = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org")


def write_config(tree: Path, validator: list[str]) -> None:
    """Declare the built-in migration with the phases above."""
    preset = resources.files("flake8_ssot_engine.config").joinpath("presets/execution-engine.toml")
    text = preset.read_text("utf-8").partition("[[migration.phase]]")[0]
    command = " ".join(f"'{part}'" for part in validator)
    for name, paths in _PHASES.items():
        text += f'[[migration.phase]]\nname = "{name}"\npaths = {paths}\n'
        text += f'validate = ["{command}"]\n'
    (tree / "ssot.toml").write_text(text.replace("\\", "\\\\"), "utf-8")


def run(folder: Path, *command: str, fails: bool = False) -> str:
    """Run a command and return what it printed; end the benchmark if it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and not fails:
        raise SystemExit(f"{' '.join(command)[:200]}: {done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
