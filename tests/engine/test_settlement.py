"""Files that depend on one another: they change together, or an old name stays as an alias."""

from __future__ import annotations

import ast
import errno
import importlib
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any
from unittest.mock import patch

import pytest

from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine import transactions
from flake8_ssot_engine.engine.fix import plan_fixes
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.engine.tasks import Task, tasks_of_project
from flake8_ssot_engine.engine.transactions import write_fixes
from flake8_ssot_engine.project import writing
from flake8_ssot_engine.project.bridge import with_bridges
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.sample import lay_out

CONFIGURATION = """
source-roots = ["."]
exclude = ["vendored/**"]

[[migration]]
id = "M1"
owners = ["bridge.py"]

[[migration.move]]
old = "pkg.old.OldEngine"
new = "pkg.new.NewEngine"

[[migration.move]]
old = "pkg.old.Moved"
new = "pkg.new.Moved"
"""
HOMES = {
    "ssot.toml": CONFIGURATION,
    "pkg/__init__.py": "",
    "pkg/new.py": "class NewEngine: ...\nclass Moved: ...\n",
    "pkg/old.py": "from pkg.new import Moved as Moved, NewEngine as OldEngine\n",
}
CONSUMER = {"consumer.py": "from pkg.old import OldEngine\n\nENGINE = OldEngine()\n"}
CONSUMER_FIXED = {"consumer.py": "from pkg.new import NewEngine\n\nENGINE = NewEngine()\n"}
CONSUMER_KEPT = {
    "consumer.py": "from pkg.new import NewEngine as OldEngine\n\nENGINE = OldEngine()\n"
}


@dataclass(frozen=True)
class Case:
    """Files with what becomes of them; those that are not in `after` stay as they are."""

    title: str
    files: dict[str, str]
    after: dict[str, str]
    kept: dict[str, str] = field(default_factory=dict)
    """By `path:name`, a part of the reason why an alias is kept."""
    paths: tuple[str, ...] = ()
    """What is asked for; nothing: all files."""
    outside: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    """The files that have errors."""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text).lstrip("\n"))


def plan(folder: Path, paths: tuple[str, ...] = (), *, jobs: int = 1) -> FixReport:
    finder = ConfigFinder()
    return plan_fixes(tasks_below(folder, paths, finder), finder, jobs=jobs)


def tasks_below(folder: Path, paths: tuple[str, ...], finder: ConfigFinder) -> list[Task]:
    wanted = [str(folder / path) for path in paths] or [str(folder)]
    return [
        Task(path, os.path.relpath(path, folder), settings)
        for path, settings in find_files(wanted, finder)
    ]


def texts(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


CASES = (
    Case(
        "nobody else",
        CONSUMER,
        CONSUMER_FIXED,
    ),
    Case(
        "a from-import",
        {**CONSUMER, "user.py": "from consumer import OldEngine\n\nprint(OldEngine)\n"},
        {**CONSUMER_FIXED, "user.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n"},
    ),
    Case(
        "a from-import with an alias",
        {**CONSUMER, "user.py": "from consumer import OldEngine as E\n\nprint(E)\n"},
        {**CONSUMER_FIXED, "user.py": "from pkg.new import NewEngine as E\n\nprint(E)\n"},
    ),
    Case(
        "a from-import beside others",
        {**CONSUMER, "user.py": "from consumer import ENGINE, OldEngine\n\nprint(OldEngine)\n"},
        {
            **CONSUMER_FIXED,
            "user.py": """
                from consumer import ENGINE
                from pkg.new import NewEngine

                print(NewEngine)
            """,
        },
    ),
    Case(
        "a patch string",
        {
            **CONSUMER,
            "test_it.py": """
                from unittest.mock import patch

                with patch("consumer.OldEngine"):
                    pass
            """,
        },
        {
            **CONSUMER_FIXED,
            "test_it.py": """
                from unittest.mock import patch

                with patch("consumer.NewEngine"):
                    pass
            """,
        },
    ),
    Case(
        "patch.object",
        {
            **CONSUMER,
            "test_it.py": """
                import consumer
                from unittest.mock import patch

                with patch.object(consumer, "OldEngine"):
                    pass
            """,
        },
        {
            **CONSUMER_FIXED,
            "test_it.py": """
                import consumer
                from unittest.mock import patch

                with patch.object(consumer, "NewEngine"):
                    pass
            """,
        },
    ),
    Case(
        "its own __all__",
        {
            "consumer.py": """
                from pkg.old import OldEngine

                __all__ = ["OldEngine", "other"]
                other = 1
            """
        },
        {
            "consumer.py": """
                from pkg.new import NewEngine

                __all__ = ["NewEngine", "other"]
                other = 1
            """
        },
    ),
    Case(
        "a star import of it",
        {**CONSUMER, "user.py": "from consumer import *\n\nprint(OldEngine)\n"},
        {**CONSUMER_FIXED, "user.py": "from consumer import *\n\nprint(NewEngine)\n"},
    ),
    Case(
        "relative imports",
        {
            "app/__init__.py": "",
            "app/consumer.py": "from pkg.old import OldEngine\n",
            "app/user.py": "from .consumer import OldEngine\n\nprint(OldEngine)\n",
            "app/sub/__init__.py": "",
            "app/sub/user.py": "from ..consumer import OldEngine\n\nprint(OldEngine)\n",
        },
        {
            "app/consumer.py": "from pkg.new import NewEngine\n",
            "app/user.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n",
            "app/sub/user.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n",
        },
    ),
    Case(
        "packages that hand it on, over two hops",
        {
            "app/__init__.py": 'from .inner import OldEngine\n\n__all__ = ["OldEngine"]\n',
            "app/inner/__init__.py": "from .consumer import OldEngine as OldEngine\n",
            "app/inner/consumer.py": "from pkg.old import OldEngine\n\nprint(OldEngine)\n",
            "user.py": "from app import OldEngine\n\nprint(OldEngine)\n",
            "test_it.py": 'from unittest.mock import patch\n\npatch("app.OldEngine")\n',
        },
        {
            "app/__init__.py": 'from pkg.new import NewEngine\n\n__all__ = ["NewEngine"]\n',
            "app/inner/__init__.py": "from pkg.new import NewEngine as NewEngine\n",
            "app/inner/consumer.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n",
            "user.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n",
            "test_it.py": 'from unittest.mock import patch\n\npatch("app.NewEngine")\n',
        },
    ),
    Case(
        "a name that stays the same",
        {
            "consumer.py": "from pkg.old import Moved\n\nprint(Moved)\n",
            "user.py": 'from unittest.mock import patch\n\npatch("consumer.Moved")\n',
            "bridge.py": "from consumer import Moved\n",
        },
        {"consumer.py": "from pkg.new import Moved\n\nprint(Moved)\n"},
    ),
    Case(
        "an owner",
        {**CONSUMER, "bridge.py": "from consumer import OldEngine\n\nprint(OldEngine)\n"},
        CONSUMER_KEPT,
        kept={"consumer.py:OldEngine": "bridge.py names `consumer.OldEngine`: it is an owner"},
    ),
    Case(
        "an owner's patch string",
        {
            **CONSUMER,
            "bridge.py": 'from unittest.mock import patch\n\npatch("consumer.OldEngine")\n',
        },
        CONSUMER_KEPT,
        kept={"consumer.py:OldEngine": "bridge.py names `consumer.OldEngine`: it is an owner"},
    ),
    Case(
        "a function with attributes, reached by the path of its module",
        {
            "ssot.toml": CONFIGURATION
            + '[[migration.move]]\nold = "pkg.old.loud"\nnew = "pkg.new.loud"\n',
            "pkg/old.py": "def loud(): ...\n\nloud.times = 1\n",
            "pkg/new.py": "from pkg.old import loud\n",
            "user.py": "import pkg.old\n\nprint(pkg.old.loud.times)\n",
        },
        {"user.py": "import pkg.new\n\nprint(pkg.new.loud.times)\n"},
    ),
    Case(
        "an excluded file",
        {**CONSUMER, "vendored/it.py": "from consumer import OldEngine\n"},
        CONSUMER_KEPT,
        kept={"consumer.py:OldEngine": "vendored/it.py names `consumer.OldEngine`: it is ignored"},
    ),
    Case(
        "a file with a syntax error",
        {**CONSUMER, "broken.py": "from consumer import OldEngine\ndef (\n"},
        CONSUMER_KEPT,
        kept={"consumer.py:OldEngine": "broken.py names `consumer.OldEngine`: it does not parse"},
        errors=("broken.py",),
    ),
    Case(
        "an import that is meant to stay",
        {**CONSUMER, "user.py": "from consumer import OldEngine  # noqa\n"},
        CONSUMER_KEPT,
        kept={"consumer.py:OldEngine": "user.py names `consumer.OldEngine`"},
    ),
    Case(
        "a file of another configuration",
        {
            **CONSUMER,
            "other/ssot.toml": 'source-roots = [".."]\n',
            "other/user.py": "from consumer import OldEngine\n",
        },
        CONSUMER_KEPT,
        kept={"consumer.py:OldEngine": "other/user.py names `consumer.OldEngine`: another conf"},
    ),
    Case(
        "a file where the new name means something else",
        {
            **CONSUMER,
            "user.py": "from consumer import OldEngine\n\nNewEngine = 1\nprint(OldEngine)\n",
        },
        CONSUMER_KEPT,
        kept={"consumer.py:OldEngine": "user.py names `consumer.OldEngine`"},
    ),
    Case(
        "one that follows and one that cannot",
        {
            **CONSUMER,
            "bridge.py": "from consumer import OldEngine\n",
            "user.py": "from consumer import OldEngine\n\nprint(OldEngine)\n",
        },
        {**CONSUMER_KEPT, "user.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n"},
        kept={"consumer.py:OldEngine": "bridge.py"},
    ),
    Case(
        "true names hidden by an alias, and those who rely on it",
        {
            "consumer.py": "from pkg.new import NewEngine as OldEngine\n\nprint(OldEngine)\n",
            "user.py": "from consumer import OldEngine\n\nprint(OldEngine)\n",
            "test_it.py": 'from unittest.mock import patch\n\npatch("consumer.OldEngine")\n',
            "chain.py": "import consumer\n\nprint(consumer.OldEngine)\n",
        },
        {
            "consumer.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n",
            "user.py": "from consumer import NewEngine\n\nprint(NewEngine)\n",
            "test_it.py": 'from unittest.mock import patch\n\npatch("consumer.NewEngine")\n',
            "chain.py": "import consumer\n\nprint(consumer.NewEngine)\n",
        },
    ),
    Case(
        "true names hidden by an alias, those who rely on it not being asked for",
        {
            "consumer.py": "from pkg.new import NewEngine as OldEngine\n\nprint(OldEngine)\n",
            "user.py": "from consumer import OldEngine\n\nprint(OldEngine)\n",
            "test_it.py": 'from unittest.mock import patch\n\npatch("consumer.OldEngine")\n',
        },
        {
            "consumer.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n",
            "user.py": "from consumer import NewEngine\n\nprint(NewEngine)\n",
            "test_it.py": 'from unittest.mock import patch\n\npatch("consumer.NewEngine")\n',
        },
        paths=("consumer.py",),
        outside=("test_it.py", "user.py"),
    ),
    Case(
        "a fix of one path",
        {
            **CONSUMER,
            "user.py": "from consumer import OldEngine\n\nprint(OldEngine)\n",
            "far.py": "from pkg.old import OldEngine\n",
        },
        {**CONSUMER_FIXED, "user.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n"},
        paths=("consumer.py",),
        outside=("user.py",),
    ),
    Case(
        "a fix of one path through two hops",
        {
            **CONSUMER,
            "hop.py": "from consumer import OldEngine\n",
            "user.py": "from hop import OldEngine\n\nprint(OldEngine)\n",
        },
        {
            **CONSUMER_FIXED,
            "hop.py": "from pkg.new import NewEngine\n",
            "user.py": "from pkg.new import NewEngine\n\nprint(NewEngine)\n",
        },
        paths=("consumer.py",),
        outside=("hop.py", "user.py"),
    ),
    Case(
        "a chain whose end cannot follow",
        {
            **CONSUMER,
            "hop.py": "from consumer import OldEngine\n",
            "bridge.py": "from hop import OldEngine\n\nprint(OldEngine)\n",
        },
        {**CONSUMER_FIXED, "hop.py": "from pkg.new import NewEngine as OldEngine\n"},
        kept={"hop.py:OldEngine": "bridge.py names `hop.OldEngine`: it is an owner"},
    ),
    Case(
        "a module that another takes from here",
        {
            "consumer.py": "from pkg import old\n\nprint(old.OldEngine)\n",
            "taker.py": "from consumer import old\n\nprint(old)\n",
        },
        {
            "consumer.py": """
                from pkg import old
                from pkg.new import NewEngine

                print(NewEngine)
            """
        },
    ),
    Case(
        "a module that another takes by attribute",
        {
            "consumer.py": "from pkg import old\n\nprint(old.OldEngine)\n",
            "taker.py": "import consumer\n\nprint(consumer.old)\n",
        },
        {
            "consumer.py": """
                from pkg import old
                from pkg.new import NewEngine

                print(NewEngine)
            """
        },
    ),
    Case(
        "a module that nobody takes",
        {
            "consumer.py": "from pkg import old\n\nprint(old.OldEngine)\n",
            "other.py": "from pkg import old\n\nold = 1\n",
        },
        {"consumer.py": "from pkg import new\n\nprint(new.NewEngine)\n"},
    ),
    Case(
        "an attribute chain",
        {**CONSUMER, "user.py": "import consumer\n\nprint(consumer.OldEngine)\n"},
        {
            **CONSUMER_FIXED,
            "user.py": "import consumer\nimport pkg.new\n\nprint(pkg.new.NewEngine)\n",
        },
    ),
    Case(
        "an attribute chain whose module is used otherwise",
        {
            **CONSUMER,
            "user.py": "import consumer\n\nprint(consumer.OldEngine, consumer.ENGINE)\n",
        },
        {
            **CONSUMER_FIXED,
            "user.py": """
                import consumer
                import pkg.new

                print(pkg.new.NewEngine, consumer.ENGINE)
            """,
        },
    ),
)


LOST = {
    "an import": "from pkg.old import OldEngine\n\nprint(OldEngine)\n",
    "an import under the old name": (
        "from pkg.new import NewEngine as OldEngine\n\nprint(OldEngine)\n"
    ),
    "a module": "from pkg import old\n\nprint(old.OldEngine)\n",
    "an assigned alias": "from pkg.new import NewEngine\n\nOldEngine = NewEngine\n",
    "an assigned attribute": "import hop\n\nOldEngine = hop.Engine\n",
}
TAKERS = {
    "nobody": "",
    "a from-import": "from consumer import {name}\n\nprint({name})\n",
    "an attribute": "import consumer\n\nprint(consumer.{name})\n",
    "an attribute of an alias": "import consumer as c\n\nprint(c.{name})\n",
    "an attribute of a variable": "import consumer\n\nc = consumer\nprint(c.{name})\n",
    "a patch string": "from unittest.mock import patch\n\npatch('consumer.{name}').start()\n",
    "patch.object": (
        "import consumer\nfrom unittest.mock import patch\n\n"
        "patch.object(consumer, '{name}').start()\n"
    ),
    "getattr": "import consumer\n\nprint(getattr(consumer, '{name}'))\n",
    "getattr of an imported module": (
        "import importlib\n\nprint(getattr(importlib.import_module('consumer'), '{name}'))\n"
    ),
    "an attribute of an imported module": (
        "from importlib import import_module\n\nprint(import_module('consumer').{name})\n"
    ),
    "an attribute of a loaded module": (
        "import sys, consumer\n\nprint(sys.modules['consumer'].{name})\n"
    ),
    "the module's dictionary": "import consumer\n\nprint(vars(consumer)['{name}'])\n",
    "an import under a condition": (
        "try:\n    from consumer import {name}\nexcept ImportError:\n    raise\nprint({name})\n"
    ),
    "an import in a function": (
        "def take():\n    from consumer import {name} as it\n    return it\n\nprint(take())\n"
    ),
    "a star import": "from consumer import *\n\nprint({name})\n",
}


@pytest.mark.parametrize("taker", [pytest.param(text, id=title) for title, text in TAKERS.items()])
@pytest.mark.parametrize("consumer", [pytest.param(text, id=title) for title, text in LOST.items()])
def test_a_name_that_is_taken_is_not_lost(
    consumer: str, taker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes a name that its module would lose must run as well as before."""
    monkeypatch.chdir(tmp_path)
    name = "old" if " old\n" in consumer else "OldEngine"
    write(tmp_path, {**HOMES, "hop.py": "from pkg.new import NewEngine as Engine\n"})
    write(tmp_path, {"consumer.py": consumer, "taker.py": taker.format(name=name)})
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import_afresh("taker")
    write_fixes(plan(tmp_path))
    files = [(tmp_path / file).read_text() for file in ("consumer.py", "taker.py")]
    try:
        import_afresh("taker")
    except (AttributeError, ImportError, KeyError, NameError) as error:
        pytest.fail("\n---\n".join([*files, repr(error)]))


def import_afresh(module: str) -> None:
    known = set(sys.modules)
    importlib.invalidate_caches()
    try:
        importlib.import_module(module)
    finally:
        patch.stopall()
        for name in set(sys.modules) - known:
            del sys.modules[name]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("case", [pytest.param(case, id=case.title) for case in CASES])
def test_files_that_depend_on_one_another(
    case: Case, jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**HOMES, **case.files})
    before = texts(tmp_path)
    report = plan(tmp_path, case.paths, jobs=jobs)
    assert texts(tmp_path) == before, "planning writes nothing"
    assert write_fixes(report) == report
    expected = {name: dedent(text).lstrip("\n") for name, text in case.after.items()}
    assert texts(tmp_path) == {**before, **expected}
    assert {f"{k.path}:{k.name}" for k in report.kept} == case.kept.keys()
    for alias in report.kept:
        assert case.kept[f"{alias.path}:{alias.name}"] in alias.reason
    assert tuple(sorted(report.outside)) == case.outside
    assert tuple(error.path for error in report.errors) == case.errors
    again = plan(tmp_path, case.paths, jobs=jobs)
    assert not again.changes
    assert not again.fixed


def test_many_files_in_several_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"m0.py": "from pkg.old import OldEngine\n\nprint(OldEngine)\n"}
    for number in range(1, 90):
        files[f"m{number}.py"] = f"from m{number // 2} import OldEngine\n\nprint(OldEngine)\n"
    write(tmp_path, {**HOMES, **files, "bridge.py": "from m7 import OldEngine\n"})
    reports = [plan(tmp_path, jobs=jobs) for jobs in (1, 2, 3)]
    changes = [[(c.place.shown_as, c.after) for c in report.changes] for report in reports]
    assert changes[0] == changes[1] == changes[2]
    assert len(changes[0]) == 90
    for report in reports:
        assert [(alias.path, alias.name) for alias in report.kept] == [("m7.py", "OldEngine")]
        assert report.left == reports[0].left
        assert report.fixed == reports[0].fixed


def test_a_phase_alone_changes_no_file_that_it_need_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {f"far{n}.py": "from pkg.old import OldEngine\n" for n in range(5)}
    write(tmp_path, {**HOMES, **CONSUMER, **files})
    report = plan(tmp_path, ("consumer.py",))
    assert [change.place.shown_as for change in report.changes] == ["consumer.py"]


# --- transactions


TWO_GROUPS = {
    "one.py": "from pkg.old import OldEngine\n\nprint(OldEngine)\n",
    "one_user.py": "from one import OldEngine\n\nprint(OldEngine)\n",
    "one_far.py": "from one_user import OldEngine\n\nprint(OldEngine)\n",
    "two.py": "from pkg.old import OldEngine\n\nprint(OldEngine)\n",
    "two_user.py": "from two import OldEngine\n\nprint(OldEngine)\n",
    "alone.py": "from pkg.old import OldEngine\n\nprint(OldEngine)\n",
}


def failing_for(*names: str) -> Callable[..., None]:
    def replace_file(path: str, *, before: bytes, after: bytes) -> None:
        if os.path.basename(path) in names:
            raise OSError(errno.ENOSPC, "No space left on device", path)
        writing.replace_file(path, before=before, after=after)

    return replace_file


@pytest.mark.parametrize(
    ("failing", "lost"),
    [
        ("one.py", {"one.py", "one_user.py", "one_far.py"}),
        ("one_user.py", {"one.py", "one_user.py", "one_far.py"}),
        ("one_far.py", {"one.py", "one_user.py", "one_far.py"}),
        ("two_user.py", {"two.py", "two_user.py"}),
        ("alone.py", {"alone.py"}),
    ],
)
def test_a_failure_stops_its_own_group_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, lost: set[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**HOMES, **TWO_GROUPS})
    before = texts(tmp_path)
    planned = plan(tmp_path)
    assert {c.place.shown_as for c in planned.changes} == TWO_GROUPS.keys()
    monkeypatch.setattr(transactions, "replace_file", failing_for(failing))
    report = write_fixes(planned)
    after = texts(tmp_path)
    assert {name for name in TWO_GROUPS if after[name] == before[name]} == lost
    assert {c.place.shown_as for c in report.changes} == TWO_GROUPS.keys() - lost
    assert [(e.path, e.message) for e in report.errors] == [
        (failing, "cannot be written: No space left on device")
    ]
    assert {finding.path for finding in report.left} == lost
    assert {finding.path for finding in report.fixed} == TWO_GROUPS.keys() - lost
    for finding in report.left:
        assert finding.violation.applicability is None
        own = finding.path == failing
        reason = "cannot be written" if own else "a file that goes with it was not written"
        assert reason in finding.violation.unfixable_because


def test_two_failures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**HOMES, **TWO_GROUPS})
    planned = plan(tmp_path)
    monkeypatch.setattr(transactions, "replace_file", failing_for("one_far.py", "two.py"))
    report = write_fixes(planned)
    assert {error.path for error in report.errors} == {"one_far.py", "two.py"}
    assert [c.place.shown_as for c in report.changes] == ["alone.py"]
    assert len(planned.fixed) == len(report.fixed) + len(report.left)


def test_what_was_not_written_is_not_said_to_be_kept_or_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**HOMES, **TWO_GROUPS, "bridge.py": "from two import OldEngine\n"})
    planned = plan(tmp_path, ("one.py", "two.py"))
    assert set(planned.outside) == {"one_user.py", "one_far.py"}
    assert [alias.path for alias in planned.kept] == ["two.py"]
    monkeypatch.setattr(transactions, "replace_file", failing_for("one_far.py", "two.py"))
    report = write_fixes(planned)
    assert not report.outside
    assert not report.kept
    assert not report.changes


# --- singly


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    main([*arguments, "--format=json", "--jobs=1"])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def with_edits(text: str, edits: list[dict[str, Any]]) -> str:
    """Apply what a fix in JSON says of one file, as another tool would do it."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column - 1

    placed = sorted(
        (offset(e["line"], e["column"]), offset(e["end_line"], e["end_column"]), e["text"])
        for e in edits
    )
    for (_, end, _), (start, _, _) in pairwise(placed):
        assert end <= start, "edits overlap"
    for start, end, new in reversed(placed):
        text = text[:start] + new + text[end:]
    return text


def apply_fix(folder: Path, fix: dict[str, Any]) -> list[str]:
    paths = sorted({edit["path"] for edit in fix["edits"]})
    for path in paths:
        before = (folder / path).read_bytes().decode()
        after = with_edits(before, [edit for edit in fix["edits"] if edit["path"] == path])
        assert after != before
        if path.endswith(".py"):
            ast.parse(after)
        (folder / path).write_bytes(after.encode())
    return paths


def kinds(folder: Path) -> Counter[tuple[str, str, str]]:
    """Count what `ssot check` finds, without the fixes that take most of its time."""
    finder = ConfigFinder(complete=with_bridges)
    tasks = list(tasks_of_project(str(folder), finder, with_texts=True))
    results = check_each(tasks, jobs=1, with_texts=True)
    found = [finding for result in results for finding in result.findings]
    return Counter((f.path, f.violation.code, str(f.violation.symbol)) for f in found)


def assert_each_fix_holds_by_itself(
    folder: Path, capsys: pytest.CaptureFixture[str], *, at_least: int
) -> None:
    """Apply every fix of a check alone; its violation must be gone and none be new."""
    checked = run_json(capsys, "check")
    before = kinds(folder)
    assert sum(before.values()) == len(checked["violations"])
    originals = texts(folder)
    fixable = [violation for violation in checked["violations"] if violation["fix"]]
    assert len(fixable) >= at_least
    wrong = []
    for violation in fixable:
        place = f"{violation['path']}:{violation['line']} {violation['code']}"
        paths = apply_fix(folder, violation["fix"])
        after = kinds(folder)
        own = (violation["path"], violation["code"], violation["symbol"])
        if after[own] >= before[own]:
            wrong.append(f"{place}: is still there")
        if new := after - before:
            wrong.append(f"{place}: {sorted(new)} is new")
        for path in paths:
            (folder / path).write_bytes(originals[path].encode())
    assert wrong == []


def test_each_fix_of_the_sample_holds_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(tmp_path / "sample")
    monkeypatch.chdir(tmp_path / "sample")
    assert_each_fix_holds_by_itself(tmp_path / "sample", capsys, at_least=20)


def test_each_fix_of_files_that_depend_on_one_another_holds_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**HOMES, **TWO_GROUPS})
    write(
        tmp_path,
        {
            "app/__init__.py": "from app.inner import OldEngine as OldEngine\n",
            "app/inner.py": "from pkg.old import OldEngine, Moved\n\nprint(OldEngine, Moved)\n",
            "user.py": "import app\n\nprint(app.OldEngine, app.inner.OldEngine)\n",
            "test_it.py": """
                from unittest.mock import patch

                patch("app.inner.OldEngine"), patch("app.OldEngine"), patch("pkg.old.OldEngine")
            """,
            "shadow.py": "from pkg.new import NewEngine as OldEngine\n\nprint(OldEngine)\n",
            "shadow_user.py": "from shadow import OldEngine\n\nprint('é𝒳', OldEngine)\n",
            "bridge.py": "from two import OldEngine\n",
        },
    )
    assert_each_fix_holds_by_itself(tmp_path, capsys, at_least=12)


def test_a_single_fix_holds_what_other_files_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {**HOMES, **TWO_GROUPS})
    checked = run_json(capsys, "check", "one.py")
    (violation,) = checked["violations"]
    assert apply_fix(tmp_path, violation["fix"]) == ["one.py", "one_far.py", "one_user.py"]


def test_all_fixes_of_the_sample_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(tmp_path / "sample")
    monkeypatch.chdir(tmp_path / "sample")
    before = run_json(capsys, "check")
    report = run_json(capsys, "fix")
    assert report["errors"] == []
    assert len(report["fixed"]) + len(report["left"]) == len(before["violations"])
    for path in report["changed"]:
        if path.endswith(".py"):
            ast.parse((tmp_path / "sample" / path).read_text())
    left = Counter((v["path"], v["code"], v["symbol"]) for v in report["left"])
    aliases = Counter((a["path"], "SSOT003") for a in report["kept_aliases"])
    new = kinds(tmp_path / "sample") - left
    assert not Counter((path, code) for path, code, _ in new.elements()) - aliases
    again = run_json(capsys, "fix")
    assert again["changed"] == again["fixed"] == []
