"""The burn-down over git history: its numbers are those of each commit laid out on the disk."""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from flake8_ssot_engine.campaign import burndown, past_inventory
from flake8_ssot_engine.campaign.burndown import History, Point
from flake8_ssot_engine.campaign.examined import Examined
from flake8_ssot_engine.campaign.progress import progress_of, take_inventory
from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine import past
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.commits import Commit
from flake8_ssot_engine.project.git_objects import Objects
from flake8_ssot_engine.violations import ReferenceKind
from tests.repositories import Repository, isolate_git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
POSIX = pytest.mark.skipif(os.name != "posix", reason="links and names need a POSIX system")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")

CONFIG = """\
source-roots = ["."]
exclude = ["archive/**"]
text-exclude = ["docs/then/**"]

[[migration]]
id = "1"
owners = ["pkg/old.py"]

[[migration.move]]
old = "pkg.old.Engine"
new = "pkg.new.NewEngine"

[[migration.move]]
old = "pkg.gone"
new = "pkg.come"

[[migration.move]]
old = "pkg.deep.far"
new = "pkg.deep.near"

[[migration.phase]]
name = "app"
paths = ["app/**"]
enforce = "error"

[[migration.phase]]
name = "docs"
paths = ["docs/**", "*.md"]
"""
USES = "from pkg.old import Engine\n\nengine = Engine()\n"
START = {
    "ssot.toml": CONFIG,
    "pkg/__init__.py": "",
    "pkg/old.py": "class Engine: ...\n",
    "pkg/new.py": "class NewEngine: ...\n",
    "pkg/come.py": "def thing(): ...\n",
    "app/__init__.py": "",
    "app/a.py": USES,
    **{f"filler/f{number}.py": f"x = {number}\n" for number in range(25)},
}
STORY: tuple[Mapping[str, str | None], ...] = (
    # Handed on under another name, taken from there.
    {
        "app/door.py": "from pkg.old import Engine as Motor\n",
        "app/user.py": "from app.door import Motor\n\nmotor = Motor()\n",
    },
    # The door leads elsewhere: its user is clean without a change of its own,
    {"app/door.py": "from pkg.new import NewEngine as Motor\n", "app/c.py": USES},
    # and in violation again.
    {"app/door.py": "from pkg.old import Engine as Motor\n"},
    # Files of which nothing is known, and a text in another encoding.
    {
        "app/broken.py": "from pkg.old import Engine\nEngine(\n",
        "app/far.py": "nobody = (\n",
        "app/broken_user.py": "from app.door import Motor\nMotor(\n",
        "app/not_text.py": "from pkg.old import Engine  # \u00e9\n",
        "docs/latin.py": "# coding: latin-1\nfrom pkg.old import Engine\n",
    },
    # The door leads elsewhere for a while, so that one of the broken files spells no old name.
    {"app/door.py": "from pkg.new import NewEngine as Motor\n"},
    {"app/door.py": "from pkg.old import Engine as Motor\n"},
    # What a run passes over: ignored, excluded, another project's, an environment's.
    {
        ".gitignore": "ignored/\n*.tmp.py\n",
        "app/.gitignore": "!kept.tmp.py\n",
        "ignored/a.py": USES,
        "x.tmp.py": USES,
        "app/kept.tmp.py": f"{USES}# kept\n",
        "archive/a.py": USES,
        "inner/ssot.toml": CONFIG.replace('"1"', '"2"'),
        "inner/a.py": USES,
        "env/pyvenv.cfg": "",
        "env/a.py": USES,
        "node_modules/a.py": USES,
    },
    # Texts: dotted names and paths, one within a violation, one in a changelog.
    {
        "README.md": "`pkg.old.Engine` is in pkg/old.py, or in `old.py`; see pkg/gone.py.\n",
        "CHANGELOG.md": "pkg.old.Engine\n",
        "docs/b.py": "load = __import__('importlib').import_module\nNAME = 'pkg.old.Engine'\n",
        "docs/c.py": "# pkg.old.Engine\nfrom pkg.gone import thing\nthing()\n",
        "data.bin": "\0pkg.old.Engine\n",
    },
    # Another file of that name, so that ends of the path are longer.
    {"other/pkg/gone.py": "", "other/gone.py": "", "docs/paths.md": "other/pkg/gone.py pkg/gone\n"},
    # A star, and a package in the place of a module.
    {
        "app/star.py": "from app.inner import *\n\nMotor()\n",
        "app/inner/__init__.py": "from app.inner.deep import *\n",
        "app/inner/deep.py": "from app.door import Motor\n\n__all__ = ['Motor']\n",
    },
    {"app/door.py": None, "app/door/__init__.py": "from pkg.old import Engine as Motor\n"},
    # Texts of each kind, and where none is to be reported: by its place, its kind or suppressed.
    {
        "README.md": "```python\nfrom pkg.old import Engine\nEngine()\n```\n`pkg.old.Engine`\n",
        "docs/run.yml": "use: pkg.old.Engine  # deep/far.py\n",
        "docs/notebook.ipynb": '{"cells": [{"source": ["from pkg.gone import thing\\n"]}]}\n',
        "docs/code.md": (
            "In pkg.old, Engine:\n\n```python\nfrom app.door import Motor\nimport pkg.old as o\n\n"
            "Motor()\no.Engine(pkg.gone.thing)\n```\n\n"
            ">>> import pkg.gone\n>>> pkg.gone.thing\n>>> from app.star import Motor\n"
        ),
        "docs/cells.ipynb": (
            '{"cells": [{"cell_type": "code", "source": ["from pkg import old\\n", "x = ("]},'
            ' {"cell_type": "code", "source": "from pkg import old\\nold.Engine()"}]}\n'
        ),
        "docs/data.unknown": "pkg.old.Engine deep/far.py\n",
        "docs/then/a.md": "pkg.old.Engine\n",
        "adr/0001.md": "pkg.old.Engine\n",
        "archive/a.md": "pkg.old.Engine\n",
        "ignored/a.md": "pkg.old.Engine\n",
        "inner/a.md": "pkg.old.Engine\n",
        "env/a.md": "pkg.old.Engine\n",
        "binary.md": "\0pkg.old.Engine\n",
        "app/words.py": '"""Of pkg.old.Engine.\n\n    from pkg.old import Engine\n"""\n',
        "app/path.py": "x = 1  # see deep/far.py\n",
        "app/quiet.py": "x = 1  # pkg.old.Engine  # noqa: SSOT008\n",
        "app/both.py": "from pkg.old import Engine  # pkg.old.Engine\nx: 'Engine' = 'pkg.gone'\n",
        "pkg/old.py": "class Engine: ...  # pkg.old.Engine, once in pkg/gone.py\n",
    },
    # An end of a path comes to be that of a moved module's file, then of two files, then of one,
    {"pkg/deep/__init__.py": "", "pkg/deep/near.py": ""},
    {"other/deep/__init__.py": "", "other/deep/far.py": ""},
    {"other/deep/far.py": None, "docs/more.md": "pkg/deep/far.py\n"},
    # of a package's, and of a module's again.
    {"pkg/deep/near.py": None, "pkg/deep/near/__init__.py": "", "docs/p.md": "far/__init__.py\n"},
    {"pkg/deep/near.py": "", "pkg/deep/near/__init__.py": None},
    # Some of it is done, and the old home is gone.
    {"app/a.py": "from pkg.new import NewEngine\n", "app/c.py": None, "app/broken.py": None},
    {"pkg/old.py": None, "docs/latin.py": None},
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    isolate_git(monkeypatch, tmp_path)
    # Points are spread over time as well: commits on both sides of a second would move them.
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2030-01-01T12:00:00+0000")
    return Repository.begin(tmp_path / "tree", START)


def change(repository: Repository, files: Mapping[str, str | None], message: str = "work") -> str:
    for name, content in files.items():
        if content is None:
            os.unlink(repository.path(name))
    repository.write({name: text for name, text in files.items() if text is not None})
    repository.git("add", "--all", "--force")
    repository.git("commit", "--quiet", "--allow-empty", f"--message={message}")
    return repository.git("rev-parse", "HEAD")


def trace(root: str | Path, since: str | None = None, points: int = 100, jobs: int = 1) -> History:
    finder = ConfigFinder()
    every = burndown.trace(
        finder.settings_for(str(root)), finder, since=since, points=points, jobs=jobs
    )
    (history,) = every.values()
    return history


def recounted(
    point: Point,
    top: Path,
    folder: Path,
    patch: pytest.MonkeyPatch,
    output: Any,
    *,
    below: str = "",
) -> None:
    """Compare a point with what the commands say of its commit, laid out in a folder."""
    told = subprocess.run(
        ["git", "archive", point.commit], cwd=top, capture_output=True, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(told.stdout)) as archive:
        archive.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
        archive.extractall(folder)
    (folder / ".git").mkdir()
    root = folder / below
    (root / "ssot.toml").write_text(CONFIG)
    patch.chdir(root)
    assert main(["check", "--format=json", "--exit-zero", "--jobs=1"]) == 0
    checked = json.loads(output.readouterr().out)
    codes: dict[str, Counter[str]] = {}
    for violation in checked["violations"]:
        if violation["migration"] == "1" and violation["code"] != "SSOT009":
            codes.setdefault(violation["phase"] or "", Counter())[violation["code"]] += 1
    assert {phase: dict(found) for phase, found in point.violations.items() if found} == codes
    assert main(["status", "--format=json", "--jobs=1"]) == 0
    (status,) = json.loads(output.readouterr().out)["migrations"]
    left = {phase["name"] or "": phase["left"]["violations"] for phase in status["phases"]}
    assert {n: count for n, count in left.items() if count} == {
        phase: found.total() for phase, found in codes.items()
    }
    kinds = {phase["name"] or "": phase["left"]["references"] for phase in status["phases"]}
    assert {n: f for n, f in point.references.items() if f} == {n: f for n, f in kinds.items() if f}
    assert point.files == sum(phase["left"]["files"] for phase in status["phases"])
    finder = ConfigFinder()
    settings = finder.settings_for(str(root))
    inventory = take_inventory(settings, settings.migrations[0], finder, jobs=1)
    assert point.unreadable == progress_of(inventory, ()).unreadable


def test_each_point_is_what_the_commands_say(
    repository: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    commits = [repository.git("rev-parse", "HEAD"), *(change(repository, s) for s in STORY)]
    before = repository.inside()
    history = trace(repository.top)
    assert repository.inside() == before
    assert [point.commit for point in history.points] == commits
    assert history.missing == 0
    assert trace(repository.top) == history
    shutil.rmtree(repository.top / ".ssot_cache")
    assert trace(repository.top, jobs=2) == history
    for number, point in enumerate(history.points):
        recounted(point, repository.top, tmp_path / f"at-{number}", monkeypatch, capsys)


@POSIX
def test_links_submodules_and_odd_names(
    repository: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (repository.top / "shelf").mkdir()
    (repository.top / "shelf" / "real.txt").write_text(USES)
    os.symlink("../shelf/real.txt", repository.path("app/link.py"))
    os.symlink("../app", repository.path("shelf/app"))
    os.symlink("nowhere.py", repository.path("app/dangling.py"))
    os.symlink("loop.py", repository.path("app/loop.py"))
    os.symlink("/no/such/file.py", repository.path("app/out.py"))
    os.symlink("../pkg", repository.path("app/linked"))
    change(repository, {"app/through.py": "from app.linked.old import Engine\nEngine()\n"})
    (repository.top / "shelf" / "real.txt").write_text("x = 1\n")
    head = repository.git("rev-parse", "HEAD")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{head},module")
    change(repository, {"app/new\nline.py": USES, "app/<b>‮.py": USES, "app/ü.py": USES})
    history = trace(repository.top)
    assert len(history.points) == 3
    for number, point in enumerate(history.points):
        recounted(point, repository.top, tmp_path / f"at-{number}", monkeypatch, capsys)
    assert "app/new\nline.py" in {one.path for one in history.slipped_in}


@LINUX
def test_names_and_messages_that_are_not_utf8(repository: Repository) -> None:
    with open(os.path.join(os.fsencode(repository.top), b"app/\xff.py"), "w") as file:
        file.write(USES)
    repository.git("add", "--all")
    repository.shell("git commit --quiet --message=SUBJECT")
    repository.shell(
        r"""git cat-file commit HEAD | sed "s/SUBJECT/<script>$(printf '\377\033')[31m/" |"""
        " git hash-object -t commit -w --stdin | xargs git reset --quiet --soft"
    )
    history = trace(repository.top)
    # As ASCII: pytest-xdist cannot tell of surrogates.
    assert {ascii(one.path) for one in history.slipped_in} == {ascii("app/\udcff.py")}
    assert ascii(history.points[-1].subject) == ascii("<script>\udcff\x1b[31m")
    assert trace(repository.top) == history


def test_a_project_in_a_folder_of_its_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    isolate_git(monkeypatch, tmp_path)
    repository = Repository.begin(tmp_path / "tree", {".gitignore": "skipped.py\n"})
    change(repository, {f"deep/er/{name}": text for name, text in START.items()})
    change(repository, {"deep/er/app/skipped.py": USES, "app/a.py": USES, "deep/x.py": USES})
    history = trace(repository.top / "deep" / "er")
    assert [sum(map(len, p.violations.values())) for p in history.points] == [0, 2, 2]
    for number, point in enumerate(history.points[1:]):
        folder = tmp_path / f"at-{number}"
        recounted(point, repository.top, folder, monkeypatch, capsys, below="deep/er")


def test_sources_below_another_root(
    repository: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = CONFIG.replace('["."]', '["lib"]')
    monkeypatch.setitem(globals(), "CONFIG", config)
    change(
        repository,
        {
            "ssot.toml": config,
            "lib/pkg/__init__.py": "",
            "lib/pkg/old.py": "class Engine: ...\n",
            "app/sub/b.py": "from ..b import Engine\nEngine()\n",
            "app/b.py": USES,
        },
    )
    change(repository, {"app/sub/__init__.py": ""})
    for number, point in enumerate(trace(repository.top).points):
        recounted(point, repository.top, tmp_path / f"at-{number}", monkeypatch, capsys)


def test_what_slipped_in_and_by_which_commit(repository: Repository) -> None:
    names = {n: change(repository, step, f"step {n}") for n, step in enumerate(STORY)}
    for points in (2, 3, 5, 100):
        history = trace(repository.top, points=points)
        found = {(one.path, one.line, one.code): one for one in history.slipped_in}
        # `app/door.py` became a package without a change; what was undone between two points does
        # not show, nor does a rename where they are far apart.
        door = found["app/door/__init__.py", 1, "SSOT001"]
        assert door.commit in ((names[5],) if points == 100 else {names[n] for n in (2, 5, 10)})
        assert found["docs/c.py", 2, "SSOT001"].commit == names[7]
        assert found["app/kept.tmp.py", 1, "SSOT001"].commit == names[6]
        # Its own content never changed: the door made it one at first, and so it ended.
        user = found["app/user.py", 3, "SSOT002"]
        assert user.subject in (("step 5",) if points == 100 else ("step 0", "step 2", "step 5"))
        # Nor did that of a text, until a module was there whose file it names.
        assert found["app/path.py", 1, "SSOT008"].commit in (
            (names[16],) if points == 100 else (names[12], names[14], names[16])
        )
        assert found["docs/notebook.ipynb", 1, "SSOT008"].commit == names[11]
        assert ("docs/data.unknown", 1, "SSOT008") not in found
        assert not any(path in ("app/a.py", "app/c.py") for path, _, _ in found)
        order = [one.commit for one in history.slipped_in]
        assert order == sorted(order, key=lambda c: -list(names.values()).index(c))


def test_renames_and_further_violations_of_a_kind(repository: Repository) -> None:
    change(repository, {"app/a.py": None, "app/moved.py": USES})
    commit = change(repository, {"app/moved.py": USES + "other = Engine()\n"})
    change(repository, {"rest.py": "x = 1\n"})
    for points in (2, 3, 4):
        history = trace(repository.top, points=points)
        told = [(one.commit, one.path, one.line, one.code) for one in history.slipped_in]
        if points == 4:  # a rename with a change between two points is not followed
            assert told == [(commit, "app/moved.py", 4, "SSOT001")] or told == [
                (commit, "app/moved.py", 4, "SSOT002")
            ]
        assert (commit, "app/moved.py", 4) in {(c, p, line) for c, p, line, _ in told}


def test_a_merge_counts_for_what_it_brings(repository: Repository) -> None:
    base = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "--quiet", "-b", "side")
    for number in range(3):
        change(repository, {f"app/side{number}.py": USES})
    repository.git("checkout", "--quiet", "main")
    on_main = change(repository, {"app/main.py": USES})
    repository.git("merge", "--quiet", "--no-ff", "--message=merge", "side")
    merge = repository.git("rev-parse", "HEAD")
    history = trace(repository.top)
    assert [point.commit for point in history.points] == [base, on_main, merge]
    brought = {one.path: one.commit for one in history.slipped_in}
    assert brought.pop("app/main.py") == on_main
    assert set(brought.values()) == {merge}
    assert len(brought) == 3


@pytest.mark.parametrize(
    ("seconds", "wanted", "expected"),
    [
        ([0], 100, [0]),
        (range(5), 1, [4]),
        (range(5), 0, [4]),
        (range(5), 2, [0, 4]),
        (range(5), 3, [0, 2, 4]),
        (range(5), 5, [0, 1, 2, 3, 4]),
        (range(5), 6, [0, 1, 2, 3, 4]),
        (range(2434), 4, [0, 811, 1622, 2433]),
        ([7] * 9, 3, [0, 4, 8]),  # by their number alone
        ([0, 10, 20, 30, *range(31, 41)], 5, [0, 2, 3, 8, 13]),  # a crowd at the end
        ([*range(10), 10**6], 4, [0, 7, 9, 10]),  # nothing for long
        ([0, 10**6, *range(1, 9)], 3, [0, 5, 9]),  # a clock that went wrong
    ],
)
def test_points_are_spread_over_time_and_commits(
    seconds: Sequence[int], wanted: int, expected: list[int]
) -> None:
    now = datetime.datetime.now(datetime.timezone.utc)
    commits = [Commit(str(at), "", now + datetime.timedelta(seconds=at), "", "") for at in seconds]
    times = burndown.times_of(commits)
    assert times == sorted(times)
    assert burndown._spread(times, wanted) == expected


def test_a_range_begins_with_the_state_that_it_started_from(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = [repository.git("rev-parse", "HEAD")]
    for day in range(1, 6):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2030-01-0{day}T12:00:00+0000")
        commits.append(change(repository, {"n.py": f"n = {day}\n"}))
        repository.git("tag", f"day-{day}")

    def since(text: str) -> list[str]:
        return [point.commit for point in trace(repository.top, since=text).points]

    assert since("day-3") == commits[3:]
    assert since("HEAD~1") == commits[4:]
    assert since(commits[2][:12]) == commits[2:]
    assert since("HEAD") == commits[5:]
    assert since("2030-01-04") == commits[3:]
    assert since("2030-01-04T13:00:00+00:00") == commits[4:]
    assert since("2031-01-01") == commits[5:]
    assert since("2 days ago") == commits  # all but the first are of the future
    assert since("2000-01-01") == commits
    repository.git("checkout", "--quiet", "-b", "side", "day-2")
    change(repository, {"side.py": ""})
    repository.git("checkout", "--quiet", "main")
    assert since("side") == commits[2:]
    for wrong in ("nothing", "--all", "2030-13-01", "", "day-1..day-2"):
        with pytest.raises(UsageError, match=re.escape(f"--since {wrong}: neither")):
            since(wrong)


def test_one_commit_is_one_point(repository: Repository) -> None:
    history = trace(repository.top)
    (point,) = history.points
    assert point.violations["app"] == {"SSOT001": 1, "SSOT002": 1}
    assert point.references["app"] == {"import": 1, "instantiation": 1}
    assert (point.author, point.subject, point.files) == ("Tester", "work", 1)
    assert point.when.utcoffset() is not None
    assert history.slipped_in == ()


def test_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate_git(monkeypatch, tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    root = tmp_path / "tree"
    root.mkdir()
    (root / "ssot.toml").write_text(CONFIG)
    with pytest.raises(UsageError, match="there is no history to look at: not a git repository"):
        trace(root)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    with pytest.raises(UsageError, match="there is no history to look at: no commit yet"):
        trace(root)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="git is not installed"):
        trace(root)


def clone(repository: Repository, target: Path, *options: str) -> Repository:
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.git("clone", "--quiet", *options, f"file://{repository.top}", str(target))
    return Repository(target)


def test_a_shallow_clone_has_the_history_that_it_has(
    repository: Repository, tmp_path: Path
) -> None:
    commits = [change(repository, step) for step in STORY]
    whole = trace(repository.top)
    shallow = clone(repository, tmp_path / "clone", "--depth=3")
    history = trace(shallow.top)
    assert history.points == whole.points[-3:]
    assert history.missing == 0
    with pytest.raises(UsageError, match="git fetch --unshallow"):
        trace(shallow.top, since=commits[0])
    shallow.git("fetch", "--quiet", "--unshallow")
    assert trace(shallow.top) == whole


def test_a_clone_without_old_contents_tells_what_it_does_not_know(
    repository: Repository, tmp_path: Path
) -> None:
    for step in STORY[:2]:
        change(repository, step)
    whole = trace(repository.top)
    partial = clone(repository, tmp_path / "clone", "--filter=blob:none")
    before = partial.inside()
    history = trace(partial.top)
    assert partial.inside() == before  # nothing was fetched
    assert [point.commit for point in history.points] == [p.commit for p in whole.points]
    # `app/door.py` was another one; all that did not change is here.
    assert [point.unreadable for point in history.points] == [0, 1, 0]
    assert history.points[-1] == whole.points[-1]
    assert trace(partial.top) == history
    partial.git("rev-list", "--objects", "--all", "--missing=allow-any")
    partial.git("cat-file", "-p", "HEAD~1:app/door.py")  # git fetches it now
    assert trace(partial.top) == whole


def test_what_was_missing_between_points_is_not_taken_for_known(
    repository: Repository, tmp_path: Path
) -> None:
    for number in range(1, 5):
        change(repository, {"app/a.py": USES + "Engine()\n" * number})
    whole, ends = trace(repository.top), trace(repository.top, points=2)
    partial = clone(repository, tmp_path / "clone", "--filter=blob:none")
    partial.git("cat-file", "-p", "HEAD~4:app/a.py")  # the first point's, which git fetches
    assert trace(partial.top, points=2).points == ends.points
    assert trace(partial.top).points != whole.points
    for number in (1, 2, 3):
        partial.git("cat-file", "-p", f"HEAD~{number}:app/a.py")
    assert trace(partial.top) == whole


def test_a_clone_without_old_folders_leaves_points_out(
    repository: Repository, tmp_path: Path
) -> None:
    for step in STORY[:3]:
        change(repository, step)
    whole = trace(repository.top)
    partial = clone(repository, tmp_path / "clone", "--filter=tree:0")
    before = partial.inside()
    history = trace(partial.top)
    assert partial.inside() == before
    assert history.points == whole.points[-1:]
    assert history.missing == 3
    bare = clone(repository, tmp_path / "empty", "--filter=tree:0", "--no-checkout")
    (bare.top / "ssot.toml").write_text(CONFIG)
    assert trace(bare.top) == History("1", (), (), 4)


class InterruptedRunError(Exception):
    pass


def test_a_run_that_was_cut_short_goes_on(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in STORY:
        change(repository, step)
    checked: list[str] = []
    check = past.PastChecker.check

    def counted(self: past.PastChecker, *asked: Any, **how: Any) -> past.Verdict:
        checked.append(asked[0])
        if len(checked) == limit:
            raise InterruptedRunError
        return check(self, *asked, **how)

    monkeypatch.setattr(past.PastChecker, "check", counted)
    monkeypatch.setattr(Examined, "keep_at_intervals", Examined.keep)
    limit = -1
    whole = trace(repository.top)
    count = len(checked)
    shutil.rmtree(repository.top / ".ssot_cache")
    checked.clear()
    limit = count // 2
    with pytest.raises(InterruptedRunError):
        trace(repository.top)
    kept = len(checked) - 1
    limit = -1
    checked.clear()
    reads = count_reads(monkeypatch)
    assert trace(repository.top) == whole
    # The chunk of files that was at work is done anew, no other.
    assert len(checked) < count - kept + past_inventory._CHUNK * len(STORY)
    assert len(checked) < count
    checked.clear()
    reads.clear()
    assert trace(repository.top) == whole
    assert (checked, reads) == ([], [])


def count_reads(patch: pytest.MonkeyPatch) -> list[str]:
    reads: list[str] = []
    read = Objects._read

    def noted(self: Objects, names: list[str]) -> Any:
        reads.extend(names)
        return read(self, names)

    patch.setattr(Objects, "_read", noted)
    return reads


def test_what_is_known_is_not_taken_for_what_changed(repository: Repository) -> None:
    """Files come that make other verdicts of texts: these stand where there are the same ones."""
    for number, step in enumerate(STORY):
        change(repository, step)
        if number >= 11:
            trace(repository.top, points=2)
    known = trace(repository.top)
    shutil.rmtree(repository.top / ".ssot_cache")
    assert trace(repository.top) == known
    texts = [point.violations["app"].get("SSOT008", 0) for point in known.points[-8:-2]]
    assert texts == [4, 5, 4, 5, 4, 5]


def test_a_further_commit_costs_what_it_changed(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in STORY:
        change(repository, step)
    trace(repository.top)
    change(repository, {"app/last.py": USES})
    checked: list[str] = []
    check = past.PastChecker.check

    def counted(self: past.PastChecker, *asked: Any, **how: Any) -> past.Verdict:
        checked.append(os.path.basename(asked[0]))
        return check(self, *asked, **how)

    monkeypatch.setattr(past.PastChecker, "check", counted)
    history = trace(repository.top)
    # What does not parse is judged anew, by the words that are known at each point.
    assert [name for name in checked if "broken" not in name and "not_text" not in name] == [
        "last.py"
    ]
    shutil.rmtree(repository.top / ".ssot_cache")
    assert trace(repository.top) == history


def test_a_cache_that_is_damaged_or_of_other_settings_counts_for_nothing(
    repository: Repository,
) -> None:
    for step in STORY[:4]:
        change(repository, step)
    whole = trace(repository.top)
    cache = repository.top / ".ssot_cache" / "history"
    data = cache.read_bytes()
    for damaged in (b"", data[:-1], data[: len(data) // 2], data.replace(b"SSOT001", b"SSOT002")):
        cache.write_bytes(damaged)
        assert trace(repository.top) == whole
    repository.write({"ssot.toml": CONFIG.replace("pkg.old.Engine", "pkg.old.Motor")})
    assert trace(repository.top).points[-1].violations == {"app": {}, "docs": {}}


def test_every_kind_of_reference_is_a_string_that_reports_know(repository: Repository) -> None:
    for step in STORY:
        change(repository, step)
    known = {kind.value for kind in ReferenceKind}
    for point in trace(repository.top).points:
        assert all(known >= kinds.keys() for kinds in point.references.values())
