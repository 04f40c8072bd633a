"""What a run with a memory reports is what one without reports, whatever changed in between.

A generated project is changed at random, step by step. After each step the command runs with
the cache that the former step left, with none, and with several workers: all print the same.
"""

from __future__ import annotations

import io
import os
import random
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.engine import fix, run
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.project import file_states, listing
from tests.stdlib import STDLIB, stdlib_files

CONFIGURATION = """
source-roots = ["."]
string-calls = ["app.lazy.load"]

[[migration]]
id = "M1"
owners = ["bridge.py"]

[[migration.move]]
old = "app.old.OldEngine"
new = "app.new.NewEngine"

[[migration.move]]
old = "app.old.make"
new = "app.made.make"

[[migration.move]]
old = "app.legacy"
new = "app.modern"

[[migration.move]]
old = "lib.one.Thing"
new = "lib.two.Thing"
factory = "create"
factory-modules = ["lib.factories"]
"""
CONFIGURATIONS = (
    CONFIGURATION,
    CONFIGURATION + '\n[[migration.move]]\nold = "lib.one.other"\nnew = "lib.two.other"\n',
    'exclude = ["user1*.py"]\n' + CONFIGURATION,
    'ignore = ["SSOT001"]\n' + CONFIGURATION,
    CONFIGURATION.replace('old = "app.old.make"', 'old = "app.old.build"'),
)
EXPORTS = (
    "from app.old import OldEngine\n",
    "from app.old import OldEngine as Engine\n",
    "from .old import make, OldEngine\n",
    "from app.old import *\n",
    "from app.hub import *\n",
    "from app.hub import Engine, OldEngine\n",
    "from app.sub.deep import OldEngine as Renamed, make\n",
    "import app.legacy as engine\nfrom app.legacy import thing\n",
    "import app.old\nEngine = app.old.OldEngine\n",
    "from lib.one import Thing\n__all__ = ['Thing']\n",
    "from lib.hub import Thing as Engine, other\n",
    "from lib.hub import *\n__all__ = ['Thing', 'OldEngine']\n",
    "def __getattr__(name):\n"
    "    if name == 'Engine':\n"
    "        from app.old import OldEngine\n"
    "        return OldEngine\n"
    "    raise AttributeError(name)\n",
    "class OldEngine: pass\ndef make(): pass\n",
    "Engine = OldEngine = Thing = None\n",
    "def set():\n    global Engine\n    from app.old import OldEngine as Engine\n",
    "nothing = 1\n",
)
USES = (
    "from app.hub import Engine\nEngine()\n",
    "from app.hub import OldEngine as E\ndef f(x: E) -> E:\n    return E()\n",
    "from app.sub import *\nOldEngine(); Engine(); make()\n",
    "import app.sub.deep as deep\ndeep.OldEngine()\ndeep.Engine\n",
    "import app.hub\nclass C(app.hub.OldEngine):\n    x = app.hub.Engine()\n",
    "from app import hub\nhub.make()\nhub.Engine\n",
    "from app import old, legacy\nold.make()\nlegacy.thing()\n",
    "from lib.hub import *\nisinstance(1, Thing)\nEngine\n",
    "from lib import hub as h\nh.Thing()\nh.other()\n",
    "from lib.one import Thing\ndef f():\n    return Thing()  # noqa: SSOT002\n",
    "x = 1  # noqa: SSOT001\n",
    "from app.lazy import load\nload('app.old.OldEngine')\nload('app.legacy.thing')\n",
    "from unittest.mock import patch\n@patch('app.hub.OldEngine')\ndef f(m): pass\n",
    "def quiet():\n    return 1\n",
    "OldEngine = 1\n",
    "import app.sub\nprint(app.sub.deep.Engine, app.sub.OldEngine)\n",
    '"""Of app.legacy.thing."""\nx = "app.old.OldEngine is it"\n# app.old.make, legacy/inner.py\n',
    "def f():\n    # app.old.OldEngine\n    return 1  # noqa: SSOT008\n",
)
TEXTS = (
    "See `app.old.OldEngine`, app/legacy/__init__.py and legacy/inner.py.\n",
    "```python\nfrom app.old import OldEngine, make\n```\n",
    '{"a": "app.legacy.thing", "b": "OldEngine"}\n',
    "Nothing.\n",
    "",
)
HUBS = (
    "app/__init__.py",
    "app/hub.py",
    "app/sub/__init__.py",
    "app/sub/deep.py",
    "lib/__init__.py",
    "lib/hub.py",
    "lib/nested/__init__.py",
    "lib/nested/more.py",
)
OWNED = {
    "app/old.py": "class OldEngine: pass\ndef make(): pass\n",
    "app/new.py": "class NewEngine: pass\n",
    "app/made.py": "def make(): pass\n",
    "app/legacy/__init__.py": "from .inner import thing\n",
    "app/legacy/inner.py": "def thing(): pass\n",
    "app/modern.py": "def thing(): pass\n",
    "app/lazy.py": "def load(path): pass\n",
    "lib/one.py": "class Thing: pass\ndef other(): pass\n",
    "lib/two.py": "class Thing: pass\ndef other(): pass\n",
    "lib/factories.py": "def create(): pass\n",
    "bridge.py": "from app.old import OldEngine\n",
}
USERS = 42
STEPS = 6
FAULTS = ("def (:\n", "x = (\n", "\0", "'''\n", "def f():\n    x = = 1\n", "def f():\n    (\n")


class Outcome(NamedTuple):
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str


class Counts:
    """How many files the engine checked in this process."""

    checked = 0


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    counts = Counts()
    check_file = run._check_file

    def checked(checker: Checker, path: str, shown_as: str, parses_all: bool) -> FileResult:
        counts.checked += 1
        return check_file(checker, path, shown_as, parses_all)

    monkeypatch.setattr(run, "_check_file", checked)
    return counts


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "MANY_FILES", run.FEW_FILES)
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs see each change as if it lay long back."""
    monkeypatch.setattr(file_states, "RACY", 0)
    monkeypatch.setattr(listing, "RACY", 0)


def ssot(*arguments: str, jobs: int = 1, command: str = "check") -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([command, "--format", "json", "--jobs", str(jobs), *arguments])
    return Outcome(code, out.getvalue(), err.getvalue())


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def generate(project: Path, chance: random.Random) -> None:
    write(project / "ssot.toml", CONFIGURATION)
    for name, text in OWNED.items():
        write(project / name, text)
    for name in HUBS:
        write(project / name, chance.choice(EXPORTS))
    for number in range(USERS):
        folder = chance.choice(("", "app/", "lib/nested/", "scripts/"))
        write(project / f"{folder}user{number}.py", chance.choice(USES))
    for name in ("README.md", "docs/one.md", "docs/two.rst", "app/conf.json", "CHANGELOG.md"):
        write(project / name, chance.choice(TEXTS))


# --- the changes


def _sources(project: Path, chance: random.Random) -> list[Path]:
    return chance.sample(found := sorted(project.rglob("*.py")), len(found))


def _text(chance: random.Random) -> str:
    return "".join(chance.sample(USES + EXPORTS, chance.randint(1, 3)))


def edit(project: Path, chance: random.Random) -> None:
    for path in _sources(project, chance)[: chance.randint(1, 3)]:
        path.write_text(_text(chance))


def edit_texts(project: Path, chance: random.Random) -> None:
    folder = chance.choice(("", "docs/", "app/"))
    name = chance.choice(("README.md", "one.md", "two.rst", "conf.json", "Makefile", "none.bin"))
    path = project / f"{folder}{name}"
    if path.exists() and chance.random() < 0.3:
        path.unlink()
    else:
        write(path, chance.choice(TEXTS))


def append(project: Path, chance: random.Random) -> None:
    path = _sources(project, chance)[0]
    path.write_text(path.read_text() + _text(chance))


def reexport(project: Path, chance: random.Random) -> None:
    path = project / chance.choice(HUBS)
    if path.parent.is_dir() and not path.with_suffix("").is_dir():
        path.write_text(chance.choice(EXPORTS))


def redefine(project: Path, chance: random.Random) -> None:
    name = chance.choice(("app/old.py", "lib/one.py", "app/modern.py", "lib/factories.py"))
    if (project / name).is_file():
        (project / name).write_text(chance.choice((OWNED[name], *EXPORTS)))


def add(project: Path, chance: random.Random) -> None:
    folder = chance.choice(("", "app/", "app/sub/", "lib/nested/", "fresh/"))
    write(project / f"{folder}added{chance.randint(0, 99)}.py", _text(chance))


def delete(project: Path, chance: random.Random) -> None:
    _sources(project, chance)[0].unlink()


def rename(project: Path, chance: random.Random) -> None:
    path = _sources(project, chance)[0]
    path.rename(path.with_name(f"renamed{chance.randint(0, 99)}.py"))


def swap(project: Path, chance: random.Random) -> None:
    one, other = _sources(project, chance)[:2]
    aside = project / "aside"
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def touch(project: Path, chance: random.Random) -> None:
    for path in _sources(project, chance)[:5]:
        path.touch()


def break_syntax(project: Path, chance: random.Random) -> None:
    path = chance.choice((_sources(project, chance)[0], project / chance.choice(HUBS)))
    if path.is_file():
        path.write_text(path.read_text() + chance.choice(FAULTS))


def repair(project: Path, chance: random.Random) -> None:
    for path in _sources(project, chance):
        try:
            compile(path.read_bytes(), str(path), "exec")
        except (SyntaxError, ValueError):
            path.write_text(_text(chance))


def ignore(project: Path, chance: random.Random) -> None:
    lines = ["user2*.py\n", "scripts/\n", "!user21.py\n", "app/hub.py\n", "lib/nested\n", ""]
    folder = chance.choice((project, project / "app", project / "lib"))
    if folder.is_dir():
        (folder / ".gitignore").write_text(chance.choice(lines))


def configure(project: Path, chance: random.Random) -> None:
    (project / "ssot.toml").write_text(chance.choice(CONFIGURATIONS))


def to_package(project: Path, chance: random.Random) -> None:
    for path in _sources(project, chance):
        folder = path.with_suffix("")
        if path.name != "__init__.py" and not folder.exists():
            text = path.read_text()
            path.unlink()
            write(folder / "__init__.py", text)
            return


def to_module(project: Path, chance: random.Random) -> None:
    for path in _sources(project, chance):
        folder = path.parent
        if path.name == "__init__.py" and len(list(folder.iterdir())) == 1:
            text = path.read_text()
            path.unlink()
            folder.rmdir()
            folder.with_suffix(".py").write_text(text)
            return


def stub(project: Path, chance: random.Random) -> None:
    write(project / f"app/{chance.choice(('hub', 'old', 'stub'))}.pyi", chance.choice(EXPORTS))


CHANGES: tuple[Callable[[Path, random.Random], None], ...] = (
    edit,
    edit_texts,
    edit_texts,
    append,
    reexport,
    reexport,
    redefine,
    add,
    delete,
    rename,
    swap,
    touch,
    break_syntax,
    break_syntax,
    repair,
    ignore,
    configure,
    to_package,
    to_module,
    stub,
)


# --- the laws


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("is_settled", [False, True], ids=["racy", "settled"])
def test_a_memory_changes_nothing_in_a_report(
    project: Path,
    counts: Counts,
    monkeypatch: pytest.MonkeyPatch,
    *,
    seed: int,
    is_settled: bool,
) -> None:
    if is_settled:
        settle(monkeypatch)
    chance = random.Random(f"{seed} {is_settled}")
    generate(project, chance)
    cache = project / ".ssot_cache" / "check"
    ssot()
    told: list[str] = []
    for step in range(STEPS):
        for change in chance.sample(CHANGES, chance.choice((1, 1, 2))):
            change(project, chance)
            told.append(change.__name__)
        before = cache.read_bytes()
        expected = ssot("--no-cache")
        assert ssot() == expected, told
        after = cache.read_bytes()
        cache.write_bytes(before)
        if step % 2:
            assert ssot(jobs=3) == expected, told
        if step == 0:
            assert ssot("--no-cache", jobs=3) == expected, told
        cache.write_bytes(after)
        counts.checked = 0
        assert ssot() == expected, told
        assert counts.checked == 0, told
    assert expected.code in {0, 1}


@pytest.mark.parametrize("seed", range(2))
def test_a_memory_changes_nothing_in_where_the_migrations_stand(
    project: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    settle(monkeypatch)
    chance = random.Random(f"standing {seed}")
    generate(project, chance)
    ssot(command="status")
    told: list[str] = []
    for _ in range(STEPS):
        change = chance.choice(CHANGES)
        change(project, chance)
        told.append(change.__name__)
        found = ssot(command="status")
        counts.checked = 0
        assert ssot(command="status") == found, told
        assert counts.checked == 0, told
        shutil.rmtree(project / ".ssot_cache")
        assert ssot(command="status") == found, told
        assert counts.checked > 0, told
    assert found.code == 0


def test_only_what_changed_is_checked_again(project: Path, counts: Counts) -> None:
    generate(project, random.Random("body"))
    (project / "app/hub.py").write_text("from app.old import OldEngine\ndef f():\n    return 1\n")
    (project / "user.py").write_text("from app.hub import OldEngine\nOldEngine()\n")
    before = ssot()
    for name, text, again in (
        ("app/hub.py", "from app.old import OldEngine\ndef f():\n    return OldEngine\n", 1),
        ("user.py", "from app.hub import OldEngine\nOldEngine(1)\nOldEngine()\n", 1),
    ):
        (project / name).write_text(text)
        counts.checked = 0
        after = ssot()
        assert counts.checked == again
        assert after == ssot("--no-cache") != before
        before = after


@pytest.mark.parametrize(
    ("hub", "old", "new"),
    [
        ("from app.old import OldEngine\ndef f():\n    x = 1\n", "x = 1", "x = = 1"),
        ('X = """\ndef f():\n    x"""; from app.old import OldEngine\n', "app.old", "app.new"),
    ],
    ids=["broken within a body", "a definition in a string"],
)
def test_what_a_module_hands_on_may_change_in_odd_ways(
    project: Path, hub: str, old: str, new: str
) -> None:
    generate(project, random.Random(5))
    (project / "app/hub.py").write_text(hub)
    (project / "user.py").write_text("from app.hub import OldEngine\nOldEngine()\n")
    ssot()
    (project / "app/hub.py").write_text(hub.replace(old, new))
    assert ssot() == ssot("--no-cache")


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_link_to_modules_is_seen(project: Path) -> None:
    generate(project, random.Random(6))
    (project / "app/there").mkdir()
    (project / "app/there/sub.py").write_text("from app.old import OldEngine\n")
    (project / "app/late.py").symlink_to(project / "app/later.py")
    (project / "user.py").write_text("from app.here.sub import OldEngine\nOldEngine()\n")
    (project / "other.py").write_text("from app.late import OldEngine\nOldEngine()\n")
    ssot()
    assert ssot() == ssot("--no-cache")
    (project / "app/here").symlink_to("there")
    assert ssot() == ssot("--no-cache")
    (project / "app/later.py").write_text("from app.old import OldEngine\n")
    assert ssot() == ssot("--no-cache")
    (project / "app/there/sub.py").write_text("OldEngine = 1\n")
    assert ssot() == ssot("--no-cache")


# --- a large tree that no one here wrote

STDLIB_MOVES = (
    "collections.abc.Mapping",
    "email.message.Message",
    "heapq.heappush",
    "asyncio.events.get_event_loop",
    "xml.etree.ElementTree",
)
PACKAGES = ("", "asyncio", "concurrent", "email", "xml", "logging", "unittest", "importlib", "json")


def test_a_memory_of_the_standard_library_changes_nothing(
    tmp_path: Path, counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    for path in stdlib_files(with_tests=False):
        place = path.relative_to(STDLIB)
        if (place.parts[0] if len(place.parts) > 1 else "") in PACKAGES:
            (project / place).parent.mkdir(parents=True, exist_ok=True)
            (project / place).write_bytes(path.read_bytes())
    moves = (f'[[migration.move]]\nold = "{old}"\nnew = "new.{old}"\n' for old in STDLIB_MOVES)
    write(project / "ssot.toml", 'source-roots = ["."]\n[[migration]]\nid = "M"\n' + "".join(moves))
    monkeypatch.chdir(project)
    # The edits of JSON are planned after all that is remembered, and take most of the time.
    monkeypatch.setattr(fix, "with_single_fixes", lambda report, *_, **__: report)
    expected = ssot("--no-cache")
    assert expected.out.count('"code"') > 20
    assert ssot("--no-cache", jobs=2) == expected
    assert counts.checked > 10
    assert ssot() == expected
    counts.checked = 0
    assert ssot() == expected
    assert ssot(jobs=2) == expected
    assert counts.checked == 0
    with (project / "warnings.py").open("a") as file:
        file.write("\nfrom heapq import heappush\nheappush([], 1)\n")
    with (project / "bisect.py").open("a") as file:
        file.write("\ndef fresh():\n    from email.message import Message\n    Message()\n")
    changed = ssot()
    assert counts.checked > 0
    assert changed == ssot("--no-cache", jobs=2)
    assert changed != expected
