"""What is not imported to find that there is nothing to say: most of the time went into imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = "flake8_ssot_engine"
TOML = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "pkg.old.X"\nnew = "pkg.new.Y"\n'
PROJECTS = {
    "ssot.toml": {"ssot.toml": TOML},
    "setup.cfg": {"setup.cfg": "[flake8]\nssot-moves = pkg.old.X -> pkg.new.Y\n"},
    "the preset": {},
    "a baseline": {
        "ssot.toml": TOML,
        "ssot-baseline.txt": "pkg/user.py\tSSOT001\t<module>\tpkg.old.X\t1\n",
        "pkg/user.py": "from pkg.old import X\n",
    },
}
CLEAN = "import os\n\n\ndef name_of(path: str) -> str:\n    return os.path.basename(path)\n"

NEVER = {
    "concurrent.futures",
    "difflib",
    "hashlib",
    "importlib.resources",
    "jinja2",
    "multiprocessing",
    "pathlib",
    "random",
    "rich",
    "shutil",
    "subprocess",
    "tempfile",
    "threading",
    f"{PACKAGE}.campaign",
    f"{PACKAGE}.engine.fix",
    f"{PACKAGE}.engine.novelty",
    f"{PACKAGE}.engine.owners",
    f"{PACKAGE}.engine.planning.planner",
    f"{PACKAGE}.engine.ratchet",
    f"{PACKAGE}.fixing",
    f"{PACKAGE}.project.git",
    f"{PACKAGE}.project.history",
    f"{PACKAGE}.project.interrupts",
    f"{PACKAGE}.project.needles",
    f"{PACKAGE}.project.writing",
    f"{PACKAGE}.reports.small_diff",
}
"""Modules of which a run over a file without a needle has no use."""
OF_AN_ANALYSIS = {
    "ast",
    "dataclasses",
    "inspect",
    "tokenize",
    "unicodedata",
    f"{PACKAGE}.engine.planning",
    f"{PACKAGE}.engine.suppressions",
    f"{PACKAGE}.rules.context",
    f"{PACKAGE}.rules.registry",
    f"{PACKAGE}.semantics.binder",
    f"{PACKAGE}.semantics.model",
}
"""Modules that take part in the analysis of a file that may matter."""

SSOT = f"""
import argparse, sys

def formatter(prog, **options):
    return argparse.HelpFormatter(prog, width=80, **options)

argparse.ArgumentParser(formatter_class=formatter).add_argument("file")
before = set(sys.modules)  # with what argparse needs on this Python
from {PACKAGE}.cli.main import main
assert main(None) == 0
print("imported", *set(sys.modules) - before)
"""
FLAKE8 = """
import importlib.metadata, sys
from flake8.main import cli

find = importlib.metadata.distributions
others = [one for one in find() if one.metadata["name"] != "flake8-ssot-engine"]
importlib.metadata.distributions = lambda: others
assert cli.main(["-j1", sys.argv[-1]]) == 0
before = set(sys.modules)  # with what Flake8 needs
importlib.metadata.distributions = find
assert cli.main(["-j1", sys.argv[-1]]) == 0
print("imported", *set(sys.modules) - before)
"""
FACES = {"ssot": (SSOT, "check"), "flake8": (FLAKE8, "run")}
each_face = pytest.mark.parametrize("face", FACES)
each_project = pytest.mark.parametrize("project", PROJECTS)


def imported(face: str, project: str, folder: Path) -> set[str]:
    """Return the modules that one of the faces imports for a clean file of a project."""
    for name, text in {"clean.py": CLEAN, **PROJECTS[project]}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / ".git").mkdir()
    script, command = FACES[face]
    done = subprocess.run(
        [sys.executable, "-c", script, command, "clean.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    word, *names = done.stdout.splitlines()[-1].split()
    assert word == "imported"
    assert f"{PACKAGE}.config.finder" in names
    return set(names)


@each_face
@each_project
def test_a_clean_file_needs_few_imports(face: str, project: str, tmp_path: Path) -> None:
    found = imported(face, project, tmp_path)
    assert not found & NEVER
    assert face == "flake8" or ("configparser" in found) == (project == "setup.cfg")
    assert {"tomllib", "tomli"}.isdisjoint(found) == (project == "setup.cfg")


@each_face
@each_project
def test_a_clean_file_is_not_analysed(face: str, project: str, tmp_path: Path) -> None:
    assert not imported(face, project, tmp_path) & OF_AN_ANALYSIS


@pytest.mark.parametrize(
    ("text", "is_analysed"),
    [
        pytest.param("from pkg.old import X\n", True, id="an import of what moved"),
        pytest.param(
            "from importlib import import_module\n", True, id="what may import by a string"
        ),
        pytest.param("X = 1\n", False, id="its name for something else"),
        pytest.param("# It was pkg.old.X.\n", False, id="its name in a comment"),
    ],
)
def test_only_what_may_matter_is_analysed(text: str, is_analysed: bool, tmp_path: Path) -> None:
    (tmp_path / "ssot.toml").write_text(TOML, "utf-8")
    (tmp_path / "user.py").write_text(text, "utf-8")
    script = SSOT.replace("main(None) == 0", "main(['check', '--exit-zero', 'user.py']) == 0")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    names = {f"{PACKAGE}.rules.registry", f"{PACKAGE}.semantics.model"}
    found = names & set(done.stdout.split())
    assert found == (names if is_analysed else set()), done.stderr
