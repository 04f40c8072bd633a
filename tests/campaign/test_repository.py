"""git, as a campaign asks it: what is not committed, and one commit of some files alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_ssot_engine.campaign.repository import RUN_TRAILER, Repository
from flake8_ssot_engine.errors import UsageError
from flake8_ssot_engine.project.git import GitError

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")
FILES = {"a.py": "a = 1\n", "b.py": "b = 1\n", "sub/c.py": "c = 1\n", "notes.txt": "one\n"}


class Tree:
    """A repository at `top`, with git apart from whatever this machine's user configured."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.top, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout)

    def shell(self, line: str) -> None:
        subprocess.run(line, shell=True, cwd=self.top, check=True, capture_output=True)

    def write(self, files: Mapping[str, str]) -> list[str]:
        """Write some files, and return their absolute paths."""
        for name, content in files.items():
            path = self.top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return [os.path.join(str(self.top), name) for name in files]

    def path(self, name: str) -> str:
        return os.path.join(str(self.top), name)

    def commit_all(self, message: str = "all") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", f"--message={message}")

    def status(self) -> list[str]:
        return self.git("status", "--porcelain", "-z").split("\0")[:-1]

    def committed(self) -> set[str]:
        names = self.git("show", "--format=", "--name-only", "-z")
        return set(names.strip("\0").split("\0"))

    def install_hook(self, name: str, script: str) -> None:
        hook = self.top / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("EMAIL", "")


@pytest.fixture
def tree(tmp_path: Path, alone: None) -> Tree:
    tree = begin(tmp_path / "tree")
    tree.write(FILES)
    tree.commit_all()
    return tree


def begin(top: Path) -> Tree:
    top.mkdir()
    tree = Tree(top)
    tree.git("init", "--quiet")
    tree.git("config", "user.name", "Tester")
    tree.git("config", "user.email", "tester@example.org")
    tree.git("config", "user.useConfigOnly", "true")
    return tree


# --- what is not committed


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        pytest.param("true", [], id="nothing"),
        pytest.param("echo 2 >> a.py", ["a.py"], id="changed"),
        pytest.param("echo 2 >> a.py; echo 2 >> sub/c.py", ["a.py", "sub/c.py"], id="two changed"),
        pytest.param("echo 2 >> a.py; git add a.py", ["a.py"], id="staged"),
        pytest.param(
            "echo 2 >> a.py; git add a.py; git show HEAD:a.py > a.py", ["a.py"], id="staged alone"
        ),
        pytest.param("rm a.py", ["a.py"], id="deleted"),
        pytest.param("git rm -q a.py", ["a.py"], id="deleted and staged"),
        pytest.param("git rm -q --cached a.py", ["a.py"], id="deleted in the index alone"),
        pytest.param("chmod 755 a.py", ["a.py"], id="its mode"),
        pytest.param("rm a.py; ln -s b.py a.py", ["a.py"], id="its type"),
        pytest.param("git mv a.py z.py", ["z.py"], id="renamed"),
        pytest.param("git mv a.py z.py; echo 2 >> z.py", ["z.py"], id="renamed and changed"),
        pytest.param(
            "git mv a.py z.py; echo 2 >> b.py", ["b.py", "z.py"], id="renamed, and another changed"
        ),
        pytest.param(
            "git mv a.py y.py; git mv b.py z.py; echo 2 >> notes.txt",
            ["notes.txt", "y.py", "z.py"],
            id="two renamed, and another changed",
        ),
        pytest.param(
            "git config status.renames copies; cp a.py z.py; echo 2 >> a.py; git add .",
            ["a.py", "z.py"],
            id="copied",
        ),
        pytest.param(
            "git config status.renames false; git mv a.py z.py", ["a.py", "z.py"], id="no renames"
        ),
        pytest.param("touch new.txt", [], id="untracked"),
        pytest.param("touch new.txt; git add new.txt", ["new.txt"], id="added"),
        pytest.param("touch new.txt; git add -N new.txt", ["new.txt"], id="to be added"),
        pytest.param("mkdir new; touch new/x.py", [], id="an untracked folder"),
        pytest.param("echo '*.log' > .git/info/exclude; touch x.log", [], id="ignored"),
        pytest.param("mv b.py 'a b.py'; git add -A", ["a b.py"], id="with a space"),
        pytest.param("mv b.py ' b.py'; git add -A", [" b.py"], id="with a space before"),
        pytest.param("mv b.py 'b\n??\nc.py'; git add -A", ["b\n??\nc.py"], id="with newlines"),
        pytest.param("mv b.py 'ü\"\\.py'; git add -A", ['ü"\\.py'], id="that git would quote"),
        pytest.param("mv b.py 'x -> y.py'; git add -A", ["x -> y.py"], id="with an arrow"),
        pytest.param("mv b.py ./-x.py; git add -A", ["-x.py"], id="with a dash"),
    ],
)
def test_changes(tree: Tree, line: str, changed: list[str]) -> None:
    tree.shell(line)
    assert Repository(str(tree.top)).changes() == changed


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("mv a.py z.py; git add -N z.py", id="renamed, and to be added"),
        pytest.param(
            "mv a.py z.py; git add -N z.py; echo 2 >> b.py", id="and another changed besides"
        ),
    ],
)
def test_a_file_that_was_renamed_in_the_tree_alone(tree: Tree, line: str) -> None:
    """Its old name follows the new one, as with what was renamed in the index."""
    tree.shell(line)
    assert " R z.py" in tree.status()
    expected = ["b.py", "z.py"] if "b.py" in line else ["z.py"]
    assert Repository(str(tree.top)).changes() == expected


@LINUX
def test_a_name_that_is_no_text(tree: Tree) -> None:
    name = os.fsdecode(b"\xff\xe9.py")
    os.rename(tree.path("a.py"), tree.path(name))
    tree.git("add", "--all")
    assert Repository(str(tree.top)).changes() == [name]
    os.rename(tree.path("b.py"), tree.path(name + "2"))
    assert Repository(str(tree.top)).changes([tree.path(name + "2")]) == ["b.py", name, name + "2"]


def test_of_untracked_files_only_those_of_some_paths(tree: Tree) -> None:
    paths = tree.write(
        {"new.py": "", "new/deep/x.py": "", "other.py": "", "new/deep/other.py": "", "n\nl.py": ""}
    )
    known = [paths[0], paths[1], paths[4], tree.path("a.py"), tree.path("nowhere.py")]
    repository = Repository(str(tree.top))
    assert repository.changes(known) == ["n\nl.py", "new.py", "new/deep/x.py"]
    assert repository.changes() == []


def test_untracked_files_whatever_git_is_told_to_show(tree: Tree) -> None:
    tree.git("config", "status.showUntrackedFiles", "no")
    (path,) = tree.write({"new/x.py": ""})
    assert Repository(str(tree.top)).changes([path]) == ["new/x.py"]


def test_an_untracked_file_through_a_link_to_its_folder(tree: Tree, tmp_path: Path) -> None:
    tree.write({"new/x.py": ""})
    (tmp_path / "link").symlink_to(tree.top)
    repository = Repository(str(tmp_path / "link"))
    assert repository.changes([str(tmp_path / "link/new/x.py")]) != []


def test_names_are_relative_to_the_project_wherever_the_top_is(tree: Tree) -> None:
    tree.shell("echo 2 >> a.py; echo 2 >> sub/c.py; touch sub/new.py new.py")
    repository = Repository(tree.path("sub"))
    paths = [tree.path("sub/new.py"), tree.path("new.py")]
    assert repository.changes(paths) == ["../a.py", "../new.py", "c.py", "new.py"]


def test_a_conflict_is_a_change(tree: Tree) -> None:
    tree.shell("git checkout -q -b other; echo 2 > a.py; git commit -qam two; git checkout -q -")
    tree.shell("echo 3 > a.py; git commit -qam three; git merge -q other || true")
    assert Repository(str(tree.top)).changes() == ["a.py"]


# --- whether a commit can be made


def test_there_is_no_repository(tmp_path: Path, alone: None) -> None:
    with pytest.raises(UsageError, match="needs git and a repository"):
        Repository(str(tmp_path))


def test_there_is_no_git(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tree.top))
    with pytest.raises(UsageError, match="not installed"):
        Repository(str(tree.top))


def test_a_bare_repository_has_no_files(tmp_path: Path, alone: None) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "bare")], check=True)
    with pytest.raises(UsageError):
        Repository(str(tmp_path / "bare"))


def test_it_may_commit(tree: Tree) -> None:
    Repository(str(tree.top)).check_may_commit()


def test_it_may_not_commit_as_nobody(tree: Tree) -> None:
    tree.git("config", "--unset", "user.email")
    with pytest.raises(UsageError, match=r"user\.email|no email"):
        Repository(str(tree.top)).check_may_commit()


def test_it_may_not_make_the_first_commit(tmp_path: Path, alone: None) -> None:
    tree = begin(tmp_path / "new")
    with pytest.raises(UsageError, match="first"):
        Repository(str(tree.top)).check_may_commit()


def test_it_may_commit_without_a_branch(tree: Tree) -> None:
    tree.git("checkout", "--quiet", "--detach")
    repository = Repository(str(tree.top))
    repository.check_may_commit()
    (path,) = tree.write({"a.py": "a = 2\n"})
    assert repository.commit([path], "two") == tree.git("rev-parse", "HEAD").strip()


# --- a commit


def test_a_commit_of_some_files_alone(tree: Tree) -> None:
    paths = tree.write({"a.py": "a = 2\n", "sub/c.py": "c = 2\n"})
    tree.write({"b.py": "b = 2\n", "new.py": ""})
    commit = Repository(str(tree.top)).commit(paths, "subject\n\nbody\n")
    assert commit == tree.git("rev-parse", "HEAD").strip()
    assert tree.committed() == {"a.py", "sub/c.py"}
    assert tree.status() == [" M b.py", "?? new.py"]
    assert tree.git("log", "-1", "--format=%B").strip() == "subject\n\nbody"
    assert tree.git("log", "-1", "--format=%an <%ae>").strip() == "Tester <tester@example.org>"


def test_what_is_in_the_index_stays_there(tree: Tree) -> None:
    tree.shell("echo staged > b.py; git add b.py; echo more >> b.py; git rm -q --cached notes.txt")
    status = tree.status()
    staged = tree.git("diff", "--cached")
    paths = tree.write({"a.py": "a = 2\n"})
    Repository(str(tree.top)).commit(paths, "one")
    assert tree.committed() == {"a.py"}
    assert tree.status() == status
    assert tree.git("diff", "--cached") == staged


def test_a_deleted_file_is_committed_as_such(tree: Tree) -> None:
    os.unlink(tree.path("a.py"))
    paths = [tree.path("a.py"), *tree.write({"b.py": "b = 2\n"})]
    Repository(str(tree.top)).commit(paths, "one")
    assert tree.git("show", "--format=", "--name-status").split() == ["D", "a.py", "M", "b.py"]


NAMES = [
    "a b.py",
    " lead.py",
    "trail.py ",
    "it's.py",
    '"q".py',
    "ü日.py",
    "-dash.py",
    "--all",
    "*.py",
    "?.py",
    "[ab].py",
    ":(top)a.py",
    ":!a.py",
    "back\\slash.py",
    "new\nline.py",
    "#hash.py",
]


@pytest.mark.parametrize("folder", ["", "sub"])
def test_strange_names(tree: Tree, folder: str) -> None:
    names = [os.path.join(folder, name) for name in NAMES]
    tree.write(dict.fromkeys(names, "x = 1\n"))
    tree.commit_all()
    paths = tree.write(dict.fromkeys(names, "x = 2\n"))
    tree.write({"a.py": "a = 2\n", "sub/c.py": "c = 2\n"})
    Repository(tree.path(folder)).commit(paths, "strange")
    assert tree.committed() == set(names)
    assert tree.status() == [" M a.py", " M sub/c.py"]


@LINUX
def test_a_commit_of_a_name_that_is_no_text(tree: Tree) -> None:
    name = os.fsdecode(b"\xff\xe9.py")
    tree.write({name: "x = 1\n"})
    tree.commit_all()
    paths = tree.write({name: "x = 2\n"})
    Repository(str(tree.top)).commit(paths, "one")
    assert tree.committed() == {name}


@pytest.mark.parametrize(
    "message",
    ["one\n\n# not a comment\n", "-m", "ü 日本 𝒳", "a\n\nb\n\nTrailer: x\n", "'\"$(touch x)`"],
)
def test_the_message_is_as_it_was_given(tree: Tree, message: str) -> None:
    paths = tree.write({"a.py": "a = 2\n"})
    Repository(str(tree.top)).commit(paths, message)
    told = tree.git("log", "-1", "--format=%B").strip()
    assert told == message.strip()


@pytest.mark.parametrize(
    ("hook", "script", "told"),
    [
        ("pre-commit", "echo out; echo err >&2; exit 1", ["out", "err"]),
        ("commit-msg", "echo 'no ticket'; exit 1", ["no ticket"]),
        ("pre-commit", "exit 1", [""]),
    ],
)
def test_a_hook_that_refuses(tree: Tree, hook: str, script: str, told: list[str]) -> None:
    tree.install_hook(hook, script)
    head = tree.git("rev-parse", "HEAD")
    paths = tree.write({"a.py": "a = 2\n"})
    with pytest.raises(GitError) as caught:
        Repository(str(tree.top)).commit(paths, "one")
    for text in told:
        assert text in str(caught.value)
    assert str(caught.value)
    assert tree.git("rev-parse", "HEAD") == head
    assert tree.status() == [" M a.py"]
    assert list((tree.top / ".git").glob("*.lock")) == []


def test_hooks_run_as_they_do_for_people(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.install_hook("pre-commit", 'env > .git/seen; git ls-files "*.py" > .git/listed')
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    paths = tree.write({"a.py": "a = 2\n"})
    Repository(str(tree.top)).commit(paths, "one")
    assert (tree.top / ".git/listed").read_text().split() == ["a.py", "b.py", "sub/c.py"]
    seen = (tree.top / ".git/seen").read_text().splitlines()
    assert "GIT_LITERAL_PATHSPECS=1" not in seen
    assert "LC_ALL=C.UTF-8" in seen


@pytest.mark.parametrize("how", ["untracked", "ignored", "unchanged"])
def test_a_commit_that_git_refuses(tree: Tree, how: str) -> None:
    tree.write({".git/info/exclude": "ignored.py\n"})
    paths = tree.write({f"{how}.py": ""}) if how != "unchanged" else [tree.path("a.py")]
    head = tree.git("rev-parse", "HEAD")
    with pytest.raises(GitError):
        Repository(str(tree.top)).commit(paths, "one")
    assert tree.git("rev-parse", "HEAD") == head
    assert list((tree.top / ".git").glob("*.lock")) == []


# --- which run made it


@pytest.mark.parametrize(
    ("message", "is_it"),
    [
        (f"one\n\n{RUN_TRAILER}: 0007-first\n", True),
        (f"one\n\nbody\n\nOther: x\n{RUN_TRAILER}: 0007-first\nSigned-off-by: me\n", True),
        (f"one\n\n{RUN_TRAILER}: 0008-first\n", False),
        (f"one\n\n{RUN_TRAILER}: 0007-first-2\n", False),
        (f"one\n\n{RUN_TRAILER}: 0007-first\n\nlater text that ends the trailers\n", False),
        ("one\n", False),
        ("0007-first\n", False),
    ],
)
def test_the_commit_of_a_run(tree: Tree, message: str, is_it: bool) -> None:
    repository = Repository(str(tree.top))
    assert repository.commit_of("0007-first") is None
    commit = repository.commit(tree.write({"a.py": "a = 2\n"}), message)
    assert repository.commit_of("0007-first") == (commit if is_it else None)


def test_the_commit_of_a_run_that_is_not_the_last(tree: Tree) -> None:
    """A commit since says that somebody has seen the one before."""
    repository = Repository(str(tree.top))
    message = f"one\n\n{RUN_TRAILER}: 0007-first\n"
    repository.commit(tree.write({"a.py": "a = 2\n"}), message)
    repository.commit(tree.write({"b.py": "b = 2\n"}), "two")
    assert repository.commit_of("0007-first") is None
