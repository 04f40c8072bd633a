"""The command `python -m benchmarks.replay`: moves that the tests of libraries judge.

For each library it unpacks the source distribution, runs the test suite, moves a class, a function
and a module as a person would (the definitions, and what their old homes need of them), lets
`ssot fix` do the rest, and runs the suite again. What passed before has to pass after.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

from benchmarks.moving import Edit, Library, Move, move_definitions
from benchmarks.tools import find_tool

LIBRARIES = (
    Library(
        "click",
        "8.5.1",
        ("src", "."),
        ("click==8.5.1",),  # for its metadata, which a test reads; the code is the tree's
        (),
        (
            Move("click.types.Choice", "click.choices.Choice"),
            Move("click.core.CommandCollection", "click.command_sets.CommandSet"),
            Move("click.utils.echo", "click.echoing.echo"),
            Move("click.utils.format_filename", "click.filenames.display_filename"),
            Move("click.shell_completion", "click.completion"),
            Move("click._termui_impl", "click._terminal"),
        ),
        (  # what `echo` takes from its module is replaced there
            Edit("src/click/testing.py", "utils.should_strip_ansi", "echoing.should_strip_ansi"),
            Edit("src/click/testing.py", "from . import utils", "from . import echoing, utils"),
            Edit(
                "tests/test_shell_completion.py",
                '"click.utils._default_text_stdout"',
                '"click.echoing._default_text_stdout"',
            ),
        ),
    ),
    Library(
        "jinja2",
        "3.1.6",
        ("src", "."),
        ("markupsafe", "trio"),
        (),
        (
            Move("jinja2.loaders.DictLoader", "jinja2.mappings.MappingLoader"),
            Move("jinja2.utils.LRUCache", "jinja2.caching.LRUCache"),
            Move("jinja2.utils.pass_context", "jinja2.passing.pass_context"),
            Move("jinja2.utils.pass_eval_context", "jinja2.passing.pass_eval_ctx"),
            Move("jinja2.utils.pass_environment", "jinja2.passing.pass_environment"),
            Move("jinja2.utils._PassArg", "jinja2.passing.PassedArgument"),
            Move("jinja2.nodes", "jinja2.syntax_nodes"),
        ),
    ),
    Library(
        "packaging",
        "26.3",
        ("src", "."),
        ("pretend", "tomli_w", "hypothesis"),
        (),
        (
            Move("packaging.version.InvalidVersion", "packaging.invalid.BadVersion"),
            Move("packaging.utils.InvalidName", "packaging.naming.InvalidName"),
            Move("packaging.utils.NormalizedName", "packaging.naming.NormalizedName"),
            Move(
                "packaging.utils.canonicalize_name",
                "packaging.naming.normalize_name",
                ("_validate_regex",),
            ),
            Move("packaging.ranges", "packaging.version_ranges"),
        ),
    ),
    Library(
        "kombu",
        "5.7.0",
        (".",),
        (
            *("amqp", "vine", "tzdata", "packaging", "hypothesis", "pytest-freezer", "redis"),
            *("PyYAML", "msgpack", "brotli", "zstandard", "backports.zstd", "sqlalchemy"),
            *("pymongo", "python-consul2", "kazoo", "boto3", "urllib3", "Pyro4", "pycurl", "pgmq"),
            *("azure-servicebus", "azure-storage-queue", "azure-identity", "psycopg[binary]"),
            *("google-cloud-pubsub", "google-cloud-monitoring"),
        ),
        (),
        (
            Move("kombu.messaging.Consumer", "kombu.consumers.MessageConsumer"),
            Move("kombu.log.get_logger", "kombu.loggers.fetch_logger"),
            Move("kombu.utils.div.emergency_dump_state", "kombu.utils.emergency.dump_state"),
            Move("kombu.transport.virtual.base", "kombu.transport.virtual.core"),
            Move("kombu.asynchronous.hub", "kombu.asynchronous.event_hub"),
        ),
        (
            Edit(  # the package's table of what it loads lazily
                "kombu/__init__.py",
                "    'kombu.messaging': ['Consumer', 'Producer'],\n",
                "    'kombu.consumers': ['MessageConsumer'],\n"
                "    'kombu.messaging': ['Producer'],\n",
                in_dry=False,
            ),
            Edit("kombu/utils/url.py", "# flake8: noqa\n", ""),  # it would silence our codes too
            Edit("kombu/transport/base.py", "# flake8: noqa\n", ""),
            Edit(  # the logger has the name of its module
                "t/unit/transport/virtual/test_base.py",
                'logger="kombu.transport.virtual.base"',
                'logger="kombu.transport.virtual.core"',
            ),
        ),
    ),
)


def main() -> int:
    """Replay the moves and return the exit code: 1 if a test that passed does not pass any more."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay")
    parser.add_argument("sdists", type=Path, help="where the source distributions are")
    parser.add_argument("folder", type=Path, help="where they are unpacked and tested")
    parser.add_argument("--only", default="", help="one library")
    parser.add_argument(
        "--dry", action="store_true", help="no fix: the old homes hand the moved names on"
    )
    options = parser.parse_args()
    chosen = [library for library in LIBRARIES if options.only in ("", library.name)]
    rows = [
        replay(library, options.sdists, options.folder.resolve(), options) for library in chosen
    ]
    heads = ("library", "version", "moves", "files", "found", "left", "before", "after", "differ")
    print("\n" + "".join(f"{head:>10}" for head in heads))
    for row in rows:
        print("".join(f"{cell!s:>10}" for cell in row.cells))
    return int(any(row.is_bad for row in rows))


class Row(NamedTuple):
    """A line of the table; bad if the moves broke something."""

    cells: tuple[object, ...]
    is_bad: bool


def replay(library: Library, sdists: Path, folder: Path, options: argparse.Namespace) -> Row:
    """Move, fix and test one library. What the suite says before is kept for the next time."""
    home = folder / library.name
    python = str(home / "venv/bin/python")
    if not (home / "venv/ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
        install = [python, "-m", "pip", "install", "-q", "pytest", *library.needs]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        (home / "venv/ready").touch()
    print(f"== {library.name} {library.version}", flush=True)
    before, after = home / "before", home / "after"
    if not (home / "before.xml").exists():
        _unpack(library, sdists, before)
        _test(library, python, before)
    _unpack(library, sdists, after)
    names = move_definitions(library, after, is_dry=options.dry)
    moves = "".join(
        f'\n[[migration.move]]\nold = "{m.old}"\nnew = "{m.new}"\n' for m in library.moves
    )
    roots = ", ".join(f'"{root}"' for root in library.roots)
    toml = f'source-roots = [{roots}]\n\n[[migration]]\nid = "replay"\n{moves}'
    (after / "ssot.toml").write_text(toml)
    found = _ssot(after, "check", "--format", "concise", "--statistics")
    moved, is_stable = _contents(after), True
    if not options.dry:
        _ssot(after, "fix", is_shown=True)
        fixed = _contents(after)
        _ssot(after, "fix")
        is_stable = _contents(after) == fixed
    contents = _contents(after)
    changed = sum(contents.get(path) != moved.get(path) for path in contents | moved)
    left = _ssot(after, "check", "--format", "concise", "--statistics", is_shown=not options.dry)
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(home / "pycache")}
    compileall = [python, "-m", "compileall", "-q", "-f", "."]
    is_compiled = not subprocess.run(compileall, cwd=after, env=environment, check=False).returncode
    _test(library, python, after)
    was, now = outcomes(home / "before.xml", names), outcomes(home / "after.xml", names)
    differ = sorted(test for test in was | now if was.get(test) != now.get(test))
    for test in differ[:40]:
        print(f"  {test}: {was.get(test)} -> {now.get(test)}")
    print(f"  second fix changed nothing: {is_stable}; every file compiles: {is_compiled}")
    passed = [sum(outcome == "passed" for outcome in tests.values()) for tests in (was, now)]
    counts = (
        library.name,
        library.version,
        len(library.moves),
        changed,
        _total(found),
        _total(left),
    )
    lost = any(was.get(test) == "passed" for test in differ)
    return Row((*counts, *passed, len(differ)), lost or not is_stable or not is_compiled)


def _unpack(library: Library, sdists: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    with tarfile.open(sdists / f"{library.name}-{library.version}.tar.gz") as archive:
        archive.extractall(target.parent, filter="data")
    (target.parent / f"{library.name}-{library.version}").rename(target)


def _test(library: Library, python: str, tree: Path) -> None:
    """Run the suite on the code of a tree; what it says goes to a file beside the tree."""
    path = os.pathsep.join(str(tree / root) for root in library.roots)
    environment = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONHASHSEED"] = "0"
    origin = [python, "-c", f"import {library.name} as it; print(it.__file__)"]
    output = subprocess.run(origin, cwd=tree, env=environment, capture_output=True, text=True)
    if output.returncode == 0 and not Path(output.stdout.strip()).is_relative_to(tree):
        sys.exit(f"the tests would run on {output.stdout}")
    report = ("-o", "junit_family=xunit1", f"--junitxml={tree}.xml")
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *report, *library.options]
    Path(f"{tree}.xml").unlink(missing_ok=True)
    start = time.monotonic()
    with Path(f"{tree}.log").open("w") as log:
        subprocess.run(command, cwd=tree, env=environment, stdout=log, stderr=log, check=False)
    last = Path(f"{tree}.log").read_text().rstrip().rpartition("\n")[2]
    print(f"  tests {tree.name}: {last} ({time.monotonic() - start:.0f} s)", flush=True)


def outcomes(report: Path, renamed: dict[str, str]) -> dict[str, str]:
    """Read a JUnit report: what became of each test, which a parameter's name may be part of."""
    found: dict[str, str] = {}
    if not report.exists():  # the suite did not start
        return found
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        outcome = min(kinds, default="passed")
        test = f"{case.get('file') or ''}::{case.get('classname')}::{case.get('name')}"
        test = re.sub(r"\w+", lambda word: renamed.get(word[0], word[0]), test)
        found[test] = outcome if found.get(test, "passed") == "passed" else found[test]
    return found


def _ssot(tree: Path, *arguments: str, is_shown: bool = False) -> str:
    """Run the command in a tree and return what it says on standard error."""
    # the program, since `python -m` would import the tree's own modules
    command = [find_tool("ssot") or sys.exit("ssot is not installed"), *arguments]
    start = time.monotonic()
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:  # it exits with 1, too
        sys.exit(f"ssot {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    seconds = f"{time.monotonic() - start:.1f} s"
    shown = (done.stdout + done.stderr).splitlines()[-30:] if is_shown else []
    print("\n".join([f"  ssot {' '.join(arguments)}: {seconds}", *(f"    {s}" for s in shown)]))
    return done.stderr


def _total(errors: str) -> int:
    return sum(int(count) for count in re.findall(r"ssot: (\d+) violation", errors))


def _contents(tree: Path) -> dict[Path, str]:
    files = (path for path in tree.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    sys.exit(main())
