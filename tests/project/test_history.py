"""What git knows of a project at other times: what changed, where branches parted, and when."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.git import GitError
from flake8_ssot_engine.project.history import Change, History
from tests.repositories import Repository, copy_of, isolate_git, make_template

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")


def lines(word: str) -> str:
    return "".join(f"{word}_{number} = {number}\n" for number in range(10))


FILES = {
    "a.py": lines("a"),
    "b.py": lines("b"),
    "sub/c.py": lines("c"),
    "sub/__init__.py": "",
    "notes.txt": lines("note"),
}


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory, FILES)


@pytest.fixture
def tree(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    return copy_of(template, tmp_path, monkeypatch)


def told(changes: list[Change], top: object) -> list[str]:
    """Return changes as text: `a.py`, `+new.py`, `old.py > new.py`."""
    shown = []
    for change in changes:
        path, before = (name and os.path.relpath(name, str(top)) for name in change)
        shown.append(path if path == before else f"{before} > {path}" if before else f"+{path}")
    return sorted(shown)


# --- what changed

CHANGES = [
    ("true", [], "nothing"),
    ("echo 2 >> a.py", ["a.py"], "changed"),
    ("echo 2 >> a.py; git add a.py", ["a.py"], "staged"),
    ("echo 2 >> a.py; git add a.py; git show HEAD:a.py > a.py", [], "staged, then taken back"),
    ("echo 2 >> a.py; git commit -qam x; echo 2 >> b.py", ["a.py", "b.py"], "committed"),
    ("echo 2 >> a.py; git commit -qam x; git show HEAD~1:a.py > a.py", [], "committed, taken back"),
    ("touch a.py", [], "touched"),
    ("chmod 755 a.py", ["a.py"], "its mode"),
    ("rm a.py", [], "deleted"),
    ("git rm -q a.py", [], "deleted and staged"),
    ("git rm -q --cached a.py", [], "deleted in the index alone"),
    ("git rm -q --cached a.py; echo 2 >> a.py", ["a.py"], "deleted in the index, changed"),
    ("echo n > n.py", ["+n.py"], "untracked"),
    ("touch n.py", ["+n.py"], "untracked and empty"),
    ("mkdir -p n/m; echo n > n/m/x.py", ["+n/m/x.py"], "in an untracked folder"),
    ("echo n > n.py; git add n.py", ["+n.py"], "added"),
    ("echo n > n.py; git add -N n.py", ["+n.py"], "to be added"),
    ("echo n > n.py; git add n.py; rm n.py", [], "added and deleted"),
    ("echo 'n*' > .git/info/exclude; echo n > n.py", [], "ignored"),
    ("echo 'n*' > .git/info/exclude; echo n > n.py; git add -f n.py", ["+n.py"], "ignored, added"),
    ("echo 'a.py' > .git/info/exclude; echo 2 >> a.py", ["a.py"], "tracked, though ignored"),
    ("echo '*' > .git/info/exclude; echo 2 >> a.py", ["a.py"], "everything ignored"),
    ("git mv a.py z.py", ["a.py > z.py"], "renamed"),
    ("mv a.py z.py", ["a.py > z.py"], "renamed in the tree alone"),
    ("mv a.py z.py; git add -N z.py", ["a.py > z.py"], "renamed, and to be added"),
    ("mv a.py z.py; echo 2 >> z.py", ["a.py > z.py"], "renamed and changed"),
    ("git mv a.py z.py; git commit -qm x; mv z.py y.py", ["a.py > y.py"], "renamed twice"),
    (
        "mv sub deep",
        ["sub/__init__.py > deep/__init__.py", "sub/c.py > deep/c.py"],
        "a folder renamed",
    ),
    ("mv a.py t; mv b.py a.py; mv t b.py", ["a.py", "b.py"], "two that changed places"),
    ("mv a.py b.py", ["b.py"], "renamed onto another"),
    ("mv a.py z.py; echo x > a.py", ["+z.py", "a.py"], "renamed, another in its place"),
    ("cp a.py z.py", ["+z.py"], "copied"),
    ("mv notes.txt notes.py", ["notes.txt > notes.py"], "another ending"),
    ("rm a.py; ln -s b.py a.py", ["a.py"], "a link in its place"),
    ("ln -s b.py l.py; ln -s gone.py m.py; ln -s sub n", ["+l.py", "+m.py", "+n"], "links"),
    ("rm a.py; mkdir a.py; echo x > a.py/x.py", ["+a.py/x.py"], "a folder in its place"),
    ("mkfifo pipe.py", [], "a pipe"),
    ("mv b.py 'a b.py'", ["b.py > a b.py"], "with a space"),
    ("mv b.py ' b.py '", ["b.py >  b.py "], "with spaces around"),
    ("mv b.py 'ü\"\\.py'", ['b.py > ü"\\.py'], "that git would quote"),
    ("mv b.py 'b\n\tA.py'", ["b.py > b\n\tA.py"], "with a line break"),
    ("mv b.py ./-x.py", ["b.py > -x.py"], "with a dash"),
    ("mv b.py './:(top)*.py'", ["b.py > :(top)*.py"], "like a pathspec"),
    (
        "git checkout -qb x; echo x > a.py; git commit -qam x; git checkout -q main;"
        " echo y > a.py; git commit -qam y; ! git merge -q x",
        ["a.py"],
        "in conflict",
    ),
    (
        "git checkout -qb x; git mv a.py x.py; git commit -qam x; git checkout -q main;"
        " git mv a.py y.py; git commit -qam y; ! git merge -q x",
        ["+y.py", "a.py > x.py"],
        "renamed on both sides",
    ),
    (
        "git clone -q . other; git -c protocol.file.allow=always submodule --quiet add ./other;"
        " git commit -qm x; echo 2 >> other/a.py",
        ["+.gitmodules"],
        "a submodule",
    ),
    ("git clone -q . other; echo 2 >> other/a.py; echo 2 >> a.py", ["a.py"], "a repository within"),
]


@pytest.mark.parametrize(
    ("line", "changes"), [pytest.param(*case[:2], id=case[2]) for case in CHANGES]
)
def test_changes(tree: Repository, line: str, changes: list[str]) -> None:
    base = tree.git("rev-parse", "HEAD")
    tree.shell(line)
    before = tree.inside()
    assert told(History(str(tree.top)).changes_since(base), tree.top) == changes
    assert tree.inside() == before


@LINUX
def test_a_name_that_is_no_text(tree: Repository) -> None:
    name = os.fsdecode(b"\xff\xe9.py")
    os.rename(tree.path("a.py"), tree.path(name))
    assert told(History(str(tree.top)).changes_since("HEAD"), tree.top) == [f"a.py > {name}"]


CONFIGS = [
    "diff.relative=true",
    "diff.noprefix=true",
    "diff.renames=false",
    "diff.renames=copies",
    "diff.renameLimit=1",
    "diff.external=false",
    "diff.ignoreSubmodules=all",
    "core.quotePath=true",
    "core.autocrlf=true",
    "core.fileMode=false",
    "core.untrackedCache=true",
    "core.excludesFile=/nowhere",
    "color.ui=always",
    "index.version=4",
    "status.showUntrackedFiles=no",
]


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("folder", ["", "sub"])
def test_changes_whatever_people_configured(tree: Repository, config: str, folder: str) -> None:
    tree.git("config", *config.split("="))
    tree.shell("mv a.py z.py; echo 2 >> z.py; echo 2 >> sub/c.py; mv b.py sub/'é b.py'; touch n.py")
    before = tree.inside()
    changes = History(tree.path(folder).rstrip("/")).changes_since("HEAD")
    expected = ["+n.py", "a.py > z.py", "b.py > sub/é b.py", "sub/c.py"]
    assert told(changes, tree.top) == expected
    assert tree.inside() == before


def test_line_ends_are_no_change(tree: Repository) -> None:
    tree.git("config", "core.autocrlf", "true")
    (tree.top / "a.py").write_bytes(FILES["a.py"].replace("\n", "\r\n").encode())
    assert History(str(tree.top)).changes_since("HEAD") == []


def test_a_change_of_the_same_size_within_the_second_of_a_commit(tree: Repository) -> None:
    for _ in range(20):  # the clock is git's: of times it keeps no more than seconds
        time.sleep(1.05 - time.time() % 1)
        started = int(time.time())
        tree.commit({"a.py": "a = 1\n"})
        tree.write({"a.py": "a = 2\n"})
        if int(time.time()) == started:
            break
    time.sleep(1.1 - time.time() % 1)
    assert told(History(str(tree.top)).changes_since("HEAD"), tree.top) == ["a.py"]


def test_a_thousand_renamed_and_edited(tree: Repository) -> None:
    tree.commit({f"many/m{n}.py": lines(f"m{n}") for n in range(1000)})
    os.rename(tree.path("many"), tree.path("more"))
    tree.write({f"more/m{n}.py": lines(f"m{n}") + "z = 1\n" for n in range(0, 1000, 3)})
    found = told(History(str(tree.top)).changes_since("HEAD"), tree.top)
    assert found == sorted(f"many/m{n}.py > more/m{n}.py" for n in range(1000))


# --- where the project is

WORK = "echo 2 >> a.py; mv sub/c.py sub/d.py"
WORKED = ["a.py", "sub/c.py > sub/d.py"]


def test_names_are_absolute_below_the_folder_asked(tree: Repository) -> None:
    tree.shell(WORK)
    changes = History(tree.path("sub")).changes_since("HEAD")
    assert Change(tree.path("sub/d.py"), tree.path("sub/c.py")) in changes
    assert Change(tree.path("a.py"), tree.path("a.py")) in changes


@pytest.mark.parametrize("folder", ["", "sub"])
def test_through_a_link_to_the_folder(tree: Repository, tmp_path: Path, folder: str) -> None:
    (tmp_path / "link").symlink_to(tree.top)
    tree.shell(WORK)
    history = History(os.path.join(str(tmp_path / "link"), folder).rstrip("/"))
    assert told(history.changes_since("HEAD"), tmp_path / "link") == WORKED
    asked = [str(tmp_path / "link/sub/c.py"), str(tmp_path / "link/a.py")]
    expected = [FILES["sub/c.py"].encode(), FILES["a.py"].encode()]
    assert list(history.contents_at("HEAD", asked)) == expected
    content = (tree.top / "a.py").read_bytes()
    times = history.times_of_lines(str(tmp_path / "link/a.py"), [1, 11], content)
    assert times[1] < times[11]


def test_a_link_from_within_the_repository(tree: Repository, tmp_path: Path) -> None:
    """The project's folder is a link to a folder deeper in the same repository."""
    (tree.top / "link").symlink_to("sub")
    tree.commit()
    tree.shell("echo 2 >> sub/c.py")
    history = History(tree.path("link"))
    assert told(history.changes_since("HEAD"), tree.top) == ["link/c.py"]


@pytest.mark.parametrize("folder", ["", "sub"])
def test_a_work_tree_besides(tree: Repository, tmp_path: Path, folder: str) -> None:
    tree.shell("echo 2 >> b.py")
    tree.git("worktree", "add", "--quiet", "../beside")
    beside = Repository(tmp_path / "beside")
    beside.shell(WORK)
    before = tree.inside()
    history = History(beside.path(folder).rstrip("/"))
    assert told(history.changes_since("main"), beside.top) == WORKED
    assert tree.inside() == before
    assert told(History(str(tree.top)).changes_since("main"), tree.top) == ["b.py"]


PROBE = """\
import os, sys
from flake8_ssot_engine.project.history import History
folder, top = sys.argv[1], os.getcwd()
changes = History(folder).changes_since(sys.argv[2])
print(sorted((os.path.relpath(c.before, top), os.path.relpath(c.path, top)) for c in changes))
"""


def commit_with_hook(repository: Repository, tmp_path: Path, folder: str, *options: str) -> str:
    """Commit, and return what a pre-commit hook saw that asked for changes since main."""
    (tmp_path / "probe.py").write_text(PROBE)
    hook = Path(repository.git("rev-parse", "--path-format=absolute", "--git-path", "hooks"))
    hook.mkdir(exist_ok=True)
    asked = shlex.join([sys.executable, str(tmp_path / "probe.py"), repository.path(folder)])
    seen = shlex.quote(str(tmp_path / "seen"))
    (hook / "pre-commit").write_text(f"#!/bin/sh\n{asked} main > {seen} 2>&1\n")
    (hook / "pre-commit").chmod(0o755)
    repository.git("commit", "--quiet", "--message=x", *options)
    return (tmp_path / "seen").read_text().strip().splitlines()[-1]


SEEN = "[('a.py', 'a.py'), ('sub/c.py', 'sub/d.py')]"


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--allow-empty"], id="nothing"),
        pytest.param(["--all"], id="all"),
        pytest.param(["--only", "a.py"], id="one-file"),
    ],
)
@pytest.mark.parametrize("folder", ["", "sub"])
def test_in_a_hook(tree: Repository, tmp_path: Path, folder: str, options: list[str]) -> None:
    tree.git("checkout", "--quiet", "-b", "work")
    tree.shell(WORK)
    assert commit_with_hook(tree, tmp_path, folder, *options) == SEEN


def test_in_a_hook_of_a_work_tree_besides(tree: Repository, tmp_path: Path) -> None:
    tree.git("worktree", "add", "--quiet", "../beside")
    beside = Repository(tmp_path / "beside")
    beside.shell(WORK)
    assert commit_with_hook(beside, tmp_path, "", "--all") == SEEN


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate_git(monkeypatch, tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(GitError, match="not a git repository"):
        History(str(tmp_path))


def test_no_git(tree: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(GitError, match="git is not installed"):
        History(str(tree.top))


def test_a_repository_without_a_work_tree(tree: Repository) -> None:
    with pytest.raises(GitError, match="must be run in a work tree"):
        History(tree.path(".git"))


# --- where branches parted


def test_where_branches_parted(tree: Repository) -> None:
    base = tree.git("rev-parse", "HEAD")
    tree.git("tag", "v1")
    tree.git("checkout", "--quiet", "-b", "work")
    tree.commit({"a.py": "w"})
    tree.git("checkout", "--quiet", "main")
    tip = tree.commit({"b.py": "m"})
    tree.git("checkout", "--quiet", "work")
    before = tree.inside()
    history = History(str(tree.top))
    refs = ["main", "v1", base[:10], "main~1", "refs/heads/main", "HEAD~1", tip]
    assert {history.merge_base(ref) for ref in refs} == {base}
    assert history.merge_base("HEAD") == tree.git("rev-parse", "HEAD")
    assert tree.inside() == before


def refused(folder: Path, ref: str) -> str:
    with pytest.raises(UsageError) as caught:
        History(str(folder)).merge_base(ref)
    return str(caught.value)


@pytest.mark.parametrize("ref", ["nowhere", "--help", "a..b", "HEAD:a.py", " ", "a b", "é"])
def test_a_reference_that_git_does_not_know(tree: Repository, ref: str) -> None:
    assert refused(tree.top, ref) == f"git knows no `{ref}`; name a branch, a tag or a commit"


def test_no_commit_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate_git(monkeypatch, tmp_path)
    Repository(tmp_path).git("init", "--quiet")
    assert refused(tmp_path, "main") == "there is no commit yet, so everything is new"


def test_histories_that_have_nothing_in_common(tree: Repository) -> None:
    tree.git("checkout", "--quiet", "--orphan", "other")
    tree.commit({"a.py": "other"})
    assert refused(tree.top, "main") == "main: HEAD and it have no commit in common"


# A clone of `tree`, in which `main` is a commit ahead of where `work`, of two commits, left it.


@pytest.fixture
def origin(tree: Repository) -> Repository:
    tree.git("checkout", "--quiet", "-b", "work")
    tree.commit({"a.py": "w1"})
    tree.commit({"a.py": "w2"})
    tree.git("checkout", "--quiet", "main")
    tree.commit({"b.py": "m"})
    return tree


def clone(origin: Repository, tmp_path: Path, *options: str) -> Repository:
    source = origin.top.as_uri()
    origin.git("clone", "--quiet", "--branch=work", *options, source, str(tmp_path / "clone"))
    return Repository(tmp_path / "clone")


def advice(folder: Path, ref: str) -> str:
    """Return the first command that the refusal advises."""
    command = re.search(r"`(git [^`]+)`", refused(folder, ref))
    assert command is not None
    return command[1]


def test_a_branch_that_is_only_known_at_its_remote(origin: Repository, tmp_path: Path) -> None:
    here = clone(origin, tmp_path)
    assert refused(here.top, "main") == "git knows no `main`; did you mean `origin/main`?"
    assert History(str(here.top)).merge_base("origin/main") == origin.git("rev-parse", "work~2")


def test_a_branch_that_is_not_fetched(origin: Repository, tmp_path: Path) -> None:
    here = clone(origin, tmp_path)
    origin.git("branch", "late", "main")
    here.shell(advice(here.top, "origin/late"))
    assert History(str(here.top)).merge_base("origin/late") == origin.git("rev-parse", "work~2")


def test_a_branch_by_its_short_name_that_is_not_fetched(origin: Repository, tmp_path: Path) -> None:
    here = clone(origin, tmp_path)
    origin.git("branch", "late", "main")
    expected = "git knows no `late`; `git fetch origin late`, then name `FETCH_HEAD`"
    assert refused(here.top, "late") == expected
    here.shell("git fetch -q origin late")
    assert History(str(here.top)).merge_base("FETCH_HEAD") == origin.git("rev-parse", "work~2")


def test_a_shallow_clone_that_reaches_to_where_they_parted(
    origin: Repository, tmp_path: Path
) -> None:
    here = clone(origin, tmp_path, "--depth=3", "--no-single-branch")
    assert History(str(here.top)).merge_base("origin/main") == origin.git("rev-parse", "work~2")


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_that_ends_before(origin: Repository, tmp_path: Path, depth: int) -> None:
    here = clone(origin, tmp_path, f"--depth={depth}", "--no-single-branch")
    assert refused(here.top, "origin/main") == (
        "origin/main: this clone is shallow and ends before the two meet; `git fetch --unshallow`"
        " (actions/checkout: `fetch-depth: 0`, GitLab: `GIT_DEPTH: 0`)"
    )
    here.shell(advice(here.top, "origin/main"))
    assert History(str(here.top)).merge_base("origin/main") == origin.git("rev-parse", "work~2")


def test_a_shallow_clone_of_the_commit_itself(origin: Repository, tmp_path: Path) -> None:
    here = clone(origin, tmp_path, "--depth=1")
    assert History(str(here.top)).merge_base("HEAD") == origin.git("rev-parse", "work")


# --- what files held


def test_contents(tree: Repository) -> None:
    base = tree.git("rev-parse", "HEAD")
    tree.write({"sub/é b.py": "é = 1\r\n\n", "empty.py": "", 'q"\\.py': "q", "no end": "x"})
    (tree.top / "bytes.py").write_bytes(bytes(range(256)) * 50)
    tree.commit()
    tree.shell("rm -r *.py sub")
    before = tree.inside()
    names = ["bytes.py", "gone.py", "sub/é b.py", "empty.py", 'q"\\.py', "no end"]
    asked = [tree.path(name) for name in names]
    history = History(str(tree.top))
    assert list(history.contents_at("HEAD", asked)) == [
        bytes(range(256)) * 50,
        None,
        "é = 1\r\n\n".encode(),
        b"",
        b"q",
        b"x",
    ]
    assert list(history.contents_at(base, asked)) == [None] * 6
    assert list(history.contents_at("HEAD", [])) == []
    assert tree.inside() == before


@LINUX
def test_contents_of_a_name_that_is_no_text(tree: Repository) -> None:
    name = os.fsdecode(b"\xff\xe9.py")
    os.rename(tree.path("a.py"), tree.path(name))
    tree.commit()
    expected = [FILES["a.py"].encode()]
    assert list(History(str(tree.top)).contents_at("HEAD", [tree.path(name)])) == expected


# --- when lines came in

DAYS = {day: 1_700_000_000 + 86_400 * day for day in range(4)}
NEVER = 2**62


@pytest.fixture
def aged(tree: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """`a.py` has lines of four ages."""
    for seconds, content in ((DAYS[0], "1\n"), (DAYS[1], "2\n1\n"), (DAYS[2], "2\n1\n3\n")):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{seconds} +0000")
        tree.commit({"old.py": content})
    return tree


@pytest.mark.parametrize(
    ("line", "content", "times"),
    [
        pytest.param("true", "2\n1\n3\n", [1, 0, 2], id="committed"),
        pytest.param("true", "0\n2\n1\n3\n", [NEVER, 1, 0, 2], id="not-saved"),
        pytest.param("echo 4 >> old.py", "2\n1\n3\n4\n", [1, 0, 2, NEVER], id="saved"),
        pytest.param("echo 4 >> old.py; git add .", "2\n1\n3\n4\n", [1, 0, 2, NEVER], id="staged"),
        pytest.param("git rm -q old.py", "2\n1\n3\n", [1, 0, 2], id="deleted"),
        pytest.param("git config core.autocrlf true", "2\r\n1\r\n", [1, 0], id="line-ends"),
        pytest.param("git config blame.date relative", "2\n1\n", [1, 0], id="dates"),
        pytest.param("git config blame.blankBoundary true", "2\n1\n", [1, 0], id="boundary"),
        pytest.param("git config color.ui always", "2\n1\n", [1, 0], id="colors"),
    ],
)
def test_times(aged: Repository, line: str, content: str, times: list[int]) -> None:
    aged.shell(line)
    before = aged.inside()
    asked = range(1, len(times) + 1)
    days = [DAYS.get(time, NEVER) for time in times]
    found = History(str(aged.top)).times_of_lines(aged.path("old.py"), asked, content.encode())
    assert found == dict(zip(asked, days, strict=True))
    assert aged.inside() == before


def test_times_of_some_lines_in_any_order(aged: Repository) -> None:
    history = History(str(aged.top))
    assert history.times_of_lines(aged.path("old.py"), [3, 1], b"2\n1\n3\n") == {
        1: DAYS[1],
        3: DAYS[2],
    }


def test_times_follow_a_file_that_was_renamed_in_a_commit(
    aged: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"{DAYS[3]} +0000")
    aged.git("mv", "old.py", "new.py")
    aged.commit()
    history = History(aged.path("sub"))
    assert history.times_of_lines(aged.path("new.py"), [1, 2], b"2\n1\n3\n") == {
        1: DAYS[1],
        2: DAYS[0],
    }


@pytest.mark.parametrize(
    ("name", "number"), [("new.py", 1), ("old.py", 9)], ids=["unknown-file", "unknown-line"]
)
def test_times_that_git_does_not_know(aged: Repository, name: str, number: int) -> None:
    with pytest.raises(GitError):
        History(str(aged.top)).times_of_lines(aged.path(name), [number], b"2\n1\n3\n")


# --- a file in conflict


@pytest.fixture
def conflict(tree: Repository) -> Repository:
    tree.git("checkout", "--quiet", "-b", "work")
    tree.commit({"a.py": "theirs\n", "both.py": "theirs\n"})
    tree.git("rm", "--quiet", "b.py")
    tree.commit()
    tree.git("checkout", "--quiet", "main")
    tree.commit({"a.py": "ours\n", "b.py": "ours\n", "both.py": "ours\n"})
    done = subprocess.run(["git", "merge", "work"], cwd=tree.top, capture_output=True, check=False)
    assert done.returncode == 1
    return tree


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        pytest.param("a.py", {1: FILES["a.py"], 2: "ours\n", 3: "theirs\n"}, id="changed-twice"),
        pytest.param("b.py", {1: FILES["b.py"], 2: "ours\n"}, id="deleted-by-them"),
        pytest.param("both.py", {2: "ours\n", 3: "theirs\n"}, id="added-twice"),
        pytest.param("sub/c.py", {}, id="in-none"),
        pytest.param("gone.py", {}, id="unknown"),
    ],
)
def test_unmerged(conflict: Repository, name: str, stages: dict[int, str]) -> None:
    before = conflict.inside()
    expected = {stage: text.encode() for stage, text in stages.items()}
    for folder in (conflict.path("sub"), str(conflict.top)):
        assert History(folder).unmerged(conflict.path(name)) == expected
    assert conflict.inside() == before


# --- what git itself keeps stays as it was


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("true", id="no-empty-file-yet"),
        pytest.param("git config core.splitIndex true; git update-index --split-index", id="split"),
    ],
)
@pytest.mark.usefixtures("tree")
def test_nothing_is_written(tmp_path: Path, line: str) -> None:
    fresh = Repository.begin(tmp_path / "fresh", {"a.py": "a\n", "b.py": "b\n"})
    fresh.shell(line)
    fresh.write({"b.py": "changed\n", "n.py": "new\n"})
    before = fresh.inside()
    assert told(History(str(fresh.top)).changes_since("HEAD"), fresh.top) == ["+n.py", "b.py"]
    assert set(fresh.inside()) == set(before)
    assert fresh.inside() == before


def test_no_hook_is_run(tree: Repository) -> None:
    hook = tree.top / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch ran.txt\n")
    hook.chmod(0o755)
    tree.write({"n.py": "new\n"})
    assert told(History(str(tree.top)).changes_since("HEAD"), tree.top) == ["+n.py"]
    assert not (tree.top / "ran.txt").exists()


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        pytest.param("git init -q new; touch new/x.py", [], id="a-repository-without-a-commit"),
        pytest.param(
            "git sparse-checkout set --cone other; mkdir -p sub; echo n > sub/n.py",
            ["+sub/n.py"],
            id="outside-a-sparse-checkout",
        ),
    ],
)
def test_changes_where_git_adds_nothing(tree: Repository, line: str, changes: list[str]) -> None:
    tree.shell(line)
    tree.shell("echo 2 >> a.py")
    assert told(History(str(tree.top)).changes_since("HEAD"), tree.top) == sorted(
        ["a.py", *changes]
    )


def test_in_a_hook_of_a_work_tree_besides_in_a_subfolder(tree: Repository, tmp_path: Path) -> None:
    """Git sets GIT_DIR there, and would take any folder for the top of the work tree."""
    tree.git("worktree", "add", "--quiet", "../beside")
    beside = Repository(tmp_path / "beside")
    beside.shell(WORK)
    assert commit_with_hook(beside, tmp_path, "sub", "--all") == SEEN


@pytest.mark.parametrize("options", [["--single-branch"], ["--depth=1"]], ids=["whole", "shallow"])
def test_a_clone_of_one_branch(origin: Repository, tmp_path: Path, options: list[str]) -> None:
    """What is advised works, as it stands; in a shallow clone it may take a second step."""
    here = clone(origin, tmp_path, *options)
    here.shell(advice(here.top, "origin/main"))
    if "--depth=1" in options and here.git("rev-parse", "--is-shallow-repository") == "true":
        here.shell(advice(here.top, "origin/main"))
    assert History(str(here.top)).merge_base("origin/main") == origin.git("rev-parse", "work~2")


@pytest.mark.parametrize("name", ["sub\nx.py", "sub"], ids=["line-break", "folder"])
def test_contents_of_what_cannot_be_asked_for(tree: Repository, name: str) -> None:
    asked = [tree.path(name), tree.path("a.py")]
    expected = [None, FILES["a.py"].encode()]
    assert list(History(str(tree.top)).contents_at("HEAD", asked)) == expected


def test_contents_of_a_name_of_which_another_is_the_first_line(tree: Repository) -> None:
    asked = [tree.path("a.py\nx.py"), tree.path("b.py")]
    expected = [None, FILES["b.py"].encode()]
    assert list(History(str(tree.top)).contents_at("HEAD", asked)) == expected
