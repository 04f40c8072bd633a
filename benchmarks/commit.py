"""`python -m benchmarks.commit`: what a commit hook costs beside one that does nothing."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.corpus import build_corpus

_ROOT = Path(__file__).resolve().parents[1]
_CONFIG = """\
repos:
  - repo: {url}
    rev: {revision}
    hooks:
      - id: ssot-check
  - repo: local
    hooks:
      - id: nothing
        name: nothing
        entry: "true"
        language: system
        types_or: [python, pyi]
        require_serial: true
"""


def main() -> int:
    """Commit hooks over single files of a repository, in pairs; print the medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.commit")
    add = parser.add_argument
    add("--corpus", type=Path, metavar="DIR", help="copy this tree instead of generating one")
    add("--files", type=int, default=8844, help="files to generate; default: 8844")
    add("--sample", type=int, default=12, help="files to commit, one each; default: 12")
    add("--rounds", type=int, default=5, help="timed pairs for each; default: 5")
    add("--seed", type=int, default=0, help="default: 0")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ssot-commit-") as name:
        work = Path(name).resolve()
        os.environ["PRE_COMMIT_HOME"] = str(work / "pre-commit")
        root = work / "project"
        if options.corpus:
            _run("cp", "-r", str(options.corpus.resolve()), str(root), folder=work)
        else:
            root.mkdir()
            build_corpus(root, files=options.files, candidates=0.04, seed=options.seed)
        _make_repository(root, work / "hooks")
        names = _run("git", "ls-files", "*.py", folder=root).splitlines()
        sample = random.Random(options.seed).sample(names, options.sample)
        print(f"{len(names)} Python files; {options.sample} of them, {options.rounds} pairs each")
        differences = []
        for file in sample:
            pairs = [_pair(root, file) for _ in range(options.rounds + 1)][1:]
            differences.append(median(ours - nothing for ours, nothing in pairs))
            ours, nothing = (median(times) for times in zip(*pairs, strict=True))
            print(f"{ours:.3f} s, with nothing {nothing:.3f} s: {file}")
        print(
            f"ssot-check takes {median(differences):.3f} s more than nothing (median of the files;"
            f" {min(differences):.3f} to {max(differences):.3f} s)"
        )
    return 0


def _make_repository(root: Path, hooks: Path) -> None:
    _run("git", "clone", "--quiet", str(_ROOT), str(hooks), folder=root)
    revision = _run("git", "rev-parse", "HEAD", folder=hooks).strip()
    (root / ".pre-commit-config.yaml").write_text(_CONFIG.format(url=hooks, revision=revision))
    identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@example.org"]
    _run("git", "init", "--quiet", folder=root)
    _run("git", "add", "--all", folder=root)
    _run("git", *identity, "commit", "--quiet", "--message=base", folder=root)
    _run(sys.executable, "-m", "pre_commit", "install-hooks", folder=root)


def _pair(root: Path, file: str) -> tuple[float, float]:
    return _time(root, "ssot-check", file), _time(root, "nothing", file)


def _time(root: Path, hook: str, file: str) -> float:
    command = [sys.executable, "-m", "pre_commit", "run", hook, "--files", file]
    start = perf_counter()
    subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, check=False)
    return perf_counter() - start


def _run(*command: str, folder: Path) -> str:
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
