"""The pytest plugin, in runs of real tests: what it records, and that it breaks nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.repositories import lay_out

PLUGIN = "flake8_ssot_engine.pytest_plugin"
CONFIG = """\
source-roots = ["."]

[[migration]]
id = "1"
owners = ["pkg/old.py", "compat.py"]

[[migration.move]]
old = "pkg.old.X"
new = "pkg.new.Y"
"""
FILES = {
    "ssot.toml": CONFIG,
    "pkg/__init__.py": "",
    "pkg/new.py": "class Y: ...\n",
    "pkg/old.py": "from pkg.new import Y as X\n",
    "compat.py": "import pkg.old\n\n\ndef old():\n    return pkg.old.X\n",
}
APP = """\
import importlib
import multiprocessing
import os
import pickle
import threading

OLD = ".".join(["pkg", "old"])


def static():
    from pkg.old import X  # line 11
    return X


def dynamic():
    return getattr(importlib.import_module(OLD), "X")  # line 16


def in_a_thread():
    thread = threading.Thread(target=dynamic)
    thread.start()
    thread.join()


def unpickled():
    return pickle.loads(b"c" + OLD.encode() + b"\\nX\\n.")  # line 26


def in_a_fork():
    pid = os.fork()
    if not pid:
        unpickled()
        os._exit(0)
    os.waitpid(pid, 0)


def by_an_owner():
    import compat
    return compat.old()
"""
TESTS = """\
import asyncio
from unittest import mock

import pytest

import app


@pytest.mark.parametrize("name", ["static", "dynamic", "in_a_thread", "by_an_owner"])
def test_app(name):
    getattr(app, name)()


def test_coroutine():
    async def run():
        return app.unpickled()

    asyncio.run(run())


@mock.patch(app.OLD + ".X", new=1)
def test_mock():
    from pkg import old  # line 23
    assert old.X == 1  # line 24


def test_monkeypatch(monkeypatch):
    monkeypatch.setattr(app.OLD + ".X", 2)  # line 28
"""
EXPECTED = {
    ("app.py", 11, "pkg.old.X", True),
    ("app.py", 16, "pkg.old.X", False),
    ("app.py", 26, "pkg.old.X", False),
    ("tests/test_app.py", 21, "pkg.old.X", False),
    ("tests/test_app.py", 23, "pkg.old", True),
    ("tests/test_app.py", 24, "pkg.old.X", True),
    ("tests/test_app.py", 28, "pkg.old.X", False),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lay_out(tmp_path, {**FILES, "app.py": APP, "tests/test_app.py": TESTS})
    return tmp_path


def run(root: Path, *arguments: str, plugin: bool = True) -> subprocess.CompletedProcess[str]:
    """Run pytest there, with no plugin besides."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    env = {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    loaded = ["-p", PLUGIN] if plugin else []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *loaded, *arguments]
    return subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )


def uses(root: Path) -> list[dict[str, Any]]:
    record = json.loads((root / ".ssot/found.json").read_text("ascii"))
    found: list[dict[str, Any]] = record["uses"]
    return found


def places(root: Path) -> set[tuple[Any, ...]]:
    return {(use["path"], use["line"], use["symbol"], use["known"]) for use in uses(root)}


def test_what_reached_an_old_name_is_recorded_and_told(root: Path) -> None:
    done = run(root)
    assert done.returncode == 0, done.stdout
    assert places(root) == EXPECTED
    told = "7 places reached an old name: 3 reported by `ssot check`, 4 missed by static analysis\n"
    assert told in done.stdout
    assert (
        "  app.py:16 dynamic reads `pkg.old.X` (tests/test_app.py::test_app[dynamic]" in done.stdout
    )
    assert "`ssot retire --dry-run`" in done.stdout
    by_line = {(use["path"], use["line"]): use for use in uses(root)}
    dynamic = by_line["app.py", 16]
    assert dynamic["text"] == 'return getattr(importlib.import_module(OLD), "X")  # line 16'
    assert [(f["path"], f["function"]) for f in dynamic["stack"]] == [
        ("tests/test_app.py", "test_app"),
        ("app.py", "dynamic"),
    ]
    assert set(dynamic["tests"]) == {
        f"tests/test_app.py::test_app[{n}]" for n in ("dynamic", "in_a_thread")
    }
    assert set(dynamic["files"]) == {"pkg/old.py", "app.py", "tests/test_app.py"}
    mocked = by_line["tests/test_app.py", 21]
    assert (mocked["manner"], mocked["tests"]) == ("change", ["tests/test_app.py::test_mock"])
    assert list(Path(root).rglob("*.tmp")) == []


def test_workers_are_recorded_together(root: Path) -> None:
    done = run(root, "-p", "xdist.plugin", "-n", "2")
    assert done.returncode == 0, done.stdout
    assert places(root) == EXPECTED


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_that_is_forked_is_recorded(root: Path) -> None:
    lay_out(root, {"tests/test_app.py": "import app\n\ndef test(): app.in_a_fork()\n"})
    done = run(root, "-W", "ignore::DeprecationWarning")
    assert done.returncode == 0, done.stdout
    assert places(root) == {("app.py", 26, "pkg.old.X", False)}


def test_a_run_without_the_plugin_records_nothing(root: Path) -> None:
    """It is no entry point: whoever installs the linter does not pay for it in every pytest."""
    done = run(root, plugin=False)
    assert done.returncode == 0, done.stdout
    assert not (root / ".ssot").exists()


def test_what_is_mended_goes_when_its_tests_run_again(root: Path) -> None:
    assert run(root).returncode == 0
    text = (root / "app.py").read_text("utf-8").replace('OLD), "X")', '"pkg.new"), "Y")')
    (root / "app.py").write_text(text, "utf-8")
    assert run(root, "-k", "test_mock").returncode == 0
    assert places(root) == EXPECTED
    assert run(root, "-k", "test_app").returncode == 0
    assert places(root) == EXPECTED - {("app.py", 16, "pkg.old.X", False)}
    lay_out(root, {"tests/test_app.py": "import app\n"})
    assert run(root).returncode == 5
    assert len(places(root)) == 6, "no test ran that could tell"


def test_imports_before_the_tests_and_while_they_are_collected(root: Path) -> None:
    tests = "import importlib\nX = getattr(importlib.import_module('pkg.' + 'old'), 'X')\n"
    lay_out(
        root,
        {"conftest.py": tests, "tests/test_app.py": f"\n\n{tests}\ndef test(): ...\n"},
    )
    assert run(root).returncode == 0
    found = {(use["path"], use["line"]): use["tests"] for use in uses(root)}
    assert found == {("conftest.py", 2): [""], ("tests/test_app.py", 4): ["tests/test_app.py"]}
    lay_out(root, {"conftest.py": "", "tests/test_app.py": "def test(): ...\n"})
    assert run(root).returncode == 0
    assert uses(root) == []


def test_a_plugin_that_came_first_is_told(root: Path) -> None:
    lay_out(root, {"early.py": "import pkg.old\n"})
    done = run(root, "-p", "early", "-k", "static", plugin=False)
    assert done.returncode == 0, done.stdout
    done = run(root, "-p", "early", "-p", PLUGIN, "-k", "static", plugin=False)
    told = "loaded before the recording began, so that something may be missing: pkg, pkg.old\n"
    assert told in done.stdout
    assert places(root) == {("app.py", 11, "pkg.old.X", True)}


def test_a_test_that_is_an_owner_may_mock_the_old_name(root: Path) -> None:
    """Wherever pytest runs; the place of what a decorator does is the test."""
    config = CONFIG.replace('"compat.py"', '"tests/test_app.py"')
    lay_out(root, {"ssot.toml": config, "elsewhere/empty.txt": ""})
    options = ["--rootdir", str(root), "-o", f"pythonpath={root}"]
    done = run(root / "elsewhere", *options, "../tests", "-k", "test_mock")
    assert done.returncode == 0, done.stdout
    assert uses(root) == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_project_behind_a_symbolic_link(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("links") / "link"
    link.symlink_to(root)
    done = run(link)
    assert done.returncode == 0, done.stdout
    assert places(root) == EXPECTED


def test_nothing_found_is_told(root: Path) -> None:
    done = run(root, "-k", "by_an_owner")
    assert "nothing outside the owners reached an old name" in done.stdout
    assert uses(root) == []


def test_a_wrong_configuration_is_a_usage_error(root: Path) -> None:
    lay_out(root, {"ssot.toml": "migration = 1\n"})
    done = run(root)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: ssot: " in done.stderr
    assert "ssot.toml:1: migration: " in done.stderr
    done = run(root, "--ssot-config", "missing.toml")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    lay_out(root, {"other.toml": CONFIG})
    assert run(root, "--ssot-config", "other.toml").returncode == 0


def test_a_record_that_cannot_be_written_fails_no_test(root: Path) -> None:
    lay_out(root, {".ssot": "a file where the folder is to be\n"})
    done = run(root)
    assert done.returncode == 0, done.stdout
    assert "warning: the record is not kept: " in done.stdout


def test_a_damaged_record_fails_no_test_even_where_warnings_are_errors(root: Path) -> None:
    lay_out(root, {".ssot/found.json": "damaged"})
    done = run(root, "-W", "error")
    assert done.returncode == 0, done.stdout
    assert "warning: the record is not kept: UsageError: " in done.stdout
    assert "found.json: is no record of this version; delete it" in done.stdout
    assert (root / ".ssot/found.json").read_text("ascii") == "damaged"


def test_tests_that_fail_still_fail(root: Path) -> None:
    lay_out(root, {"tests/test_app.py": "import app\n\ndef test(): assert app.dynamic() is None\n"})
    done = run(root)
    assert done.returncode == 1
    assert places(root) == {("app.py", 16, "pkg.old.X", False)}


def test_tests_that_run_a_pytest_of_another_project(root: Path) -> None:
    """Its record is its own, and the outer one's goes on."""
    inner = root / "inner"
    lay_out(inner, {**FILES, "app.py": APP, "tests/test_app.py": TESTS})
    text = f"""
import app, subprocess, sys

def test_inner():
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "{PLUGIN}"]
    assert subprocess.run(command, cwd={str(inner)!r}).returncode == 0
    app.dynamic()
"""
    lay_out(root, {"tests/test_app.py": text})
    done = run(root, "tests")
    assert done.returncode == 0, done.stdout
    assert places(inner) == EXPECTED
    assert places(root) == {("app.py", 16, "pkg.old.X", False)}
