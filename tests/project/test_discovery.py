"""Which files a run looks at: endings, ignores (as git has them), excludes, links."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.run import check_files
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.errors import ConfigError, UsageError
from flake8_ssot_engine.migrations import Globs
from flake8_ssot_engine.project import listing
from flake8_ssot_engine.project.discovery import (
    USUAL_EXCLUDES,
    find_files,
    is_excluded,
)

Tree = dict[str, str]


def lay_out(root: Path, tree: Tree) -> None:
    for name, text in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))


def finder_of(root: Path, *exclude: str) -> ConfigFinder:
    globs = (Globs(str(root), exclude),) if exclude else ()
    return ConfigFinder(fixed=Settings(str(root), exclude=globs))


def found(
    root: Path,
    *paths: str,
    exclude: tuple[str, ...] = (),
    every_file: bool = False,
) -> list[str]:
    absolute = [os.path.normpath(root / path) for path in paths or (".",)]
    files = find_files(absolute, finder_of(root, *exclude), every_file=every_file)
    return [os.path.relpath(path, root) for path, _ in files]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(
            {"a.py": "", "b.pyi": "", "c/d/e.py": ""}, ["a.py", "b.pyi", "c/d/e.py"], id="py"
        ),
        pytest.param(
            {"a.txt": "", "b.pyc": "", "py": "", "c.PY": "", "d.py.bak": ""}, [], id="others"
        ),
        pytest.param({".a.py": "", ".hidden/b.py": ""}, [".a.py", ".hidden/b.py"], id="hidden"),
        pytest.param({"a b/ü\n.py": "", "é𝒳.py": ""}, ["a b/ü\n.py", "é𝒳.py"], id="odd-names"),
        pytest.param({"bad\udcff.py": ""}, ["bad\udcff.py"], id="name-that-is-not-utf-8"),
        pytest.param({"x.py/y.py": ""}, ["x.py/y.py"], id="folder-named-like-a-file"),
        pytest.param({"env/pyvenv.cfg": "", "env/lib/a.py": "", "b.py": ""}, ["b.py"], id="venv"),
        pytest.param({"a/__init__.py": "", "a.py": ""}, ["a.py", "a/__init__.py"], id="sorted"),
    ],
)
def test_files_below_a_folder(tmp_path: Path, tree: Tree, expected: list[str]) -> None:
    lay_out(tmp_path, tree)
    assert found(tmp_path) == expected


@pytest.mark.parametrize("name", sorted(USUAL_EXCLUDES))
def test_usual_folders_are_passed_over_unless_named(tmp_path: Path, name: str) -> None:
    lay_out(tmp_path, {f"{name}/a.py": "", f"x/{name}/b.py": "", f"x{name}/c.py": ""})
    assert found(tmp_path) == [f"x{name}/c.py"]
    assert found(tmp_path, name) == [f"{name}/a.py"]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        pytest.param(["a.py"], ["a.py"], id="file"),
        pytest.param(["script"], ["script"], id="file-without-an-ending"),
        pytest.param(["a.py", ".", "sub", "a.py"], ["a.py", "sub/b.py"], id="each-once"),
        pytest.param(["sub", "a.py"], ["a.py", "sub/b.py"], id="sorted"),
        pytest.param(["ignored.py"], ["ignored.py"], id="ignored-but-named"),
        pytest.param(["build"], ["build/c.py"], id="ignored-folder-that-is-named"),
        pytest.param(["build/inner"], ["build/inner/d.py"], id="below-an-ignored-folder"),
    ],
)
def test_named_paths(tmp_path: Path, paths: list[str], expected: list[str]) -> None:
    lay_out(
        tmp_path,
        {
            ".git/HEAD": "",
            ".gitignore": "ignored.py\nbuild/\n",
            "a.py": "",
            "script": "",
            "sub/b.py": "",
            "ignored.py": "",
        },
    )
    lay_out(tmp_path, {"build/c.py": ""} if paths == ["build"] else {"build/inner/d.py": ""})
    assert found(tmp_path, *paths) == expected


def test_a_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone: no such file or folder$"):
        found(tmp_path, "gone")


NAMES = ("a", "a-b", "a.py", "a b.py", "a_b.pyi", "b.py", "é.py", "𝒳.py", "z")


@given(st.sets(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)))
def test_whatever_the_names_each_file_comes_once_in_the_order_of_paths(names: set[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(os.path.realpath(name))
        for inner in sorted(names):
            with suppress(OSError):  # a folder may be there, or a file in the place of a folder
                lay_out(root, {inner: ""})
        there = [path for path in root.rglob("*") if path.is_file()]
        files = sorted(str(p.relative_to(root)) for p in there if p.suffix in (".py", ".pyi"))
        folders = sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_dir())
        assert found(root) == files
        assert found(root, ".", *folders, *files) == files
        assert found(root, *files, *folders) == files


def test_a_folder_that_cannot_be_listed_stands_where_its_name_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, {"b.py": "", "b/x.py": "", "b-c/y.py": "", "a/pyvenv.cfg": "", "a/z.py": ""})
    listed = listing._listed

    def refuse(path: str) -> listing.Folder:
        if os.path.basename(path) in ("a", "b"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr(listing, "_listed", refuse)
    assert found(tmp_path) == ["b", "b-c/y.py", "b.py"]
    assert found(tmp_path, "b", ".", "b-c") == ["b", "b-c/y.py", "b.py"]


# --- configuration


@pytest.mark.parametrize(
    ("exclude", "expected"),
    [
        pytest.param("a.py", ["b/c/d.py"], id="name-at-any-depth"),
        pytest.param("/a.py", ["b/a.py", "b/c/d.py"], id="anchored"),
        pytest.param("b/c/**", ["a.py", "b/a.py"], id="below-a-folder"),
        pytest.param("b/", ["a.py"], id="folder"),
        pytest.param("b", ["a.py"], id="folder-without-a-slash"),
        pytest.param("*.py", [], id="everything"),
        pytest.param("d.p?", ["a.py", "b/a.py"], id="question-mark"),
        pytest.param("nothing", ["a.py", "b/a.py", "b/c/d.py"], id="no-match"),
    ],
)
def test_exclude(tmp_path: Path, exclude: str, expected: list[str]) -> None:
    lay_out(tmp_path, {"a.py": "", "b/a.py": "", "b/c/d.py": ""})
    assert found(tmp_path, exclude=(exclude,)) == expected


def test_exclude_holds_for_named_files_too(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": "", "b/c.py": ""})
    assert found(tmp_path, "a.py", "b/c.py", exclude=("b/",)) == ["a.py"]


def test_exclude_with_exceptions(tmp_path: Path) -> None:
    lay_out(tmp_path, {"old/a.py": "", "old/keep.py": ""})
    assert found(tmp_path, exclude=("old/*", "!old/keep.py")) == ["old/keep.py"]
    assert is_excluded(str(tmp_path / "old/a.py"), finder_of(tmp_path, "old/").settings_for(""))


def test_each_file_has_the_settings_of_its_nearest_configuration(tmp_path: Path) -> None:
    move = '[[migration]]\nid = "{0}"\n[[migration.move]]\nold = "{0}.X"\n'
    lay_out(
        tmp_path,
        {
            "ssot.toml": move.format("outer"),
            "a.py": "",
            "sub/ssot.toml": 'exclude = ["/c.py"]\n' + move.format("inner"),
            "sub/b.py": "",
            "sub/c.py": "",
            "sub/deep/c.py": "",
        },
    )
    files = find_files([str(tmp_path)], ConfigFinder())
    assert [(os.path.relpath(path, tmp_path), s.migrations[0].id) for path, s in files] == [
        ("a.py", "outer"),
        ("sub/b.py", "inner"),
        ("sub/deep/c.py", "inner"),
    ]


def test_a_broken_configuration_below_is_told(tmp_path: Path) -> None:
    lay_out(tmp_path, {"ssot.toml": "", "a.py": "", "sub/ssot.toml": "x = ", "sub/b.py": ""})
    with pytest.raises(ConfigError, match=r"sub/ssot.toml"):
        list(find_files([str(tmp_path)], ConfigFinder()))


# --- links and other things that are no plain files


def test_links_to_folders_are_not_followed_and_links_to_files_are(tmp_path: Path) -> None:
    lay_out(tmp_path, {"real/a.py": ""})
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "real" / "up").symlink_to("..")
    (tmp_path / "folder.py").symlink_to("real")
    (tmp_path / "file.py").symlink_to("real/a.py")
    assert found(tmp_path) == ["file.py", "real/a.py"]


def test_a_link_to_a_folder_that_is_named_is_followed(tmp_path: Path) -> None:
    lay_out(tmp_path, {"real/a.py": ""})
    (tmp_path / "link").symlink_to("real")
    assert found(tmp_path, "link") == ["link/a.py"]


def test_a_link_to_no_environment_makes_none(tmp_path: Path) -> None:
    lay_out(tmp_path, {"x/a.py": "", "y/b.py": "", "y/real": ""})
    (tmp_path / "x" / "pyvenv.cfg").symlink_to("nowhere")
    (tmp_path / "y" / "pyvenv.cfg").symlink_to("real")
    assert found(tmp_path) == ["x/a.py"]


def test_a_link_to_nowhere_is_left_for_the_report(tmp_path: Path) -> None:
    (tmp_path / "gone.py").symlink_to("nowhere")
    (tmp_path / "self.py").symlink_to("self.py")
    assert found(tmp_path) == ["gone.py", "self.py"]


def test_a_folder_that_may_not_be_read_is_an_error_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, {"a.py": "", "secret/b.py": "", "z/c.py": ""})
    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if path.endswith("secret"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    assert found(tmp_path) == ["a.py", "secret", "z/c.py"]
    tasks = [Task(str(tmp_path / "secret"), "secret", ConfigFinder().settings_for(str(tmp_path)))]
    (error,) = check_files(tasks, jobs=1).errors
    assert (error.path, error.message) == ("secret", "cannot be read: Permission denied")


def test_folders_nested_deeper_than_python_recurses(tmp_path: Path) -> None:
    here = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1100):
            os.mkdir("d")
            os.chdir("d")
        Path("a.py").touch()
    finally:
        os.chdir(here)
    try:
        assert found(tmp_path) == ["d/" * 1100 + "a.py"]
    finally:  # pytest's own clean-up recurses
        os.chdir(tmp_path)
        for _ in range(1100):
            os.chdir("d")
        Path("a.py").unlink()
        for _ in range(1100):
            os.chdir("..")
            os.rmdir("d")
        os.chdir(here)


# --- every file, whatever its ending


def test_every_file_below_a_folder(tmp_path: Path) -> None:
    names = ["a.py", "b.txt", "no-ending", ".hidden", "x/y.PY", "x/.z/binary.bin", "x\n\udcff.md"]
    lay_out(tmp_path, dict.fromkeys([*names, ".git/HEAD", ".ssot/run", "env/pyvenv.cfg"], ""))
    assert found(tmp_path, every_file=True) == sorted(names)
    assert found(tmp_path) == ["a.py"]


def test_every_file_but_those_that_are_excluded(tmp_path: Path) -> None:
    lay_out(tmp_path, dict.fromkeys(["a.md", "b.md", "c.txt", "old/a.txt", "old/b.py"], ""))
    assert found(tmp_path, exclude=("old/", "b.*"), every_file=True) == ["a.md", "c.txt"]


def test_links_among_every_file(tmp_path: Path) -> None:
    lay_out(tmp_path, {"real/a.md": ""})
    (tmp_path / "folder").symlink_to("real")
    (tmp_path / "file").symlink_to("real/a.md")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "self").symlink_to("self")
    assert found(tmp_path, every_file=True) == ["file", "gone", "real/a.md", "self"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no FIFOs")
def test_what_is_no_regular_file_is_told_for_sources_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert found(tmp_path, every_file=True) == []
    assert found(tmp_path) == ["pipe.py"]


# --- .gitignore, as git reads it

IGNORES = [
    # the trees hold these files besides; what is ignored is git's answer, not ours
    pytest.param({".gitignore": "a.py\n"}, id="name"),
    pytest.param({".gitignore": "/a.py\n"}, id="anchored"),
    pytest.param({".gitignore": "pkg/\n"}, id="folder"),
    pytest.param({".gitignore": "pkg\n"}, id="folder-without-a-slash"),
    pytest.param({".gitignore": "a.py/\n"}, id="slash-wants-a-folder"),
    pytest.param({".gitignore": "pkg/*\n!pkg/a.py\n"}, id="negation"),
    pytest.param({".gitignore": "pkg/\n!pkg/a.py\n"}, id="negation-below-an-ignored-folder"),
    pytest.param({".gitignore": "*\n!*/\n!a.py\n"}, id="whitelist"),
    pytest.param({".gitignore": "/*\n!/pkg\n"}, id="whitelist-of-a-folder"),
    pytest.param({".gitignore": "/*\n!/pkg/\n/pkg/*\n!/pkg/sub/\n"}, id="whitelist-of-a-path"),
    pytest.param({".gitignore": "*.py\n!a.py\n", "pkg/.gitignore": "a.py\n"}, id="inner-ignores"),
    pytest.param({".gitignore": "a.py\n", "pkg/.gitignore": "!a.py\n"}, id="inner-takes-back"),
    pytest.param(
        {".gitignore": "sub/\n", "pkg/.gitignore": "!sub/\n"}, id="inner-takes-folder-back"
    ),
    pytest.param(
        {".gitignore": "pkg/\n", "pkg/.gitignore": "!*\n"}, id="inner-of-an-ignored-folder"
    ),
    pytest.param({"pkg/.gitignore": "/a.py\nsub/b.py\n"}, id="inner-is-anchored-there"),
    pytest.param({".gitignore": "**/sub/\n"}, id="two-stars-before"),
    pytest.param({".gitignore": "pkg/**\n"}, id="two-stars-behind"),
    pytest.param({".gitignore": "pkg/**/b.py\n"}, id="two-stars-between"),
    pytest.param({".gitignore": "pkg/**\n!pkg/a.py\n"}, id="two-stars-behind-and-negation"),
    pytest.param({".gitignore": "*\n!*/\n!*.py\n"}, id="whitelist-of-an-ending"),
    pytest.param({".gitignore": "**\n!pkg\n!*.py\n"}, id="two-stars-alone"),
    pytest.param({".gitignore": "pkg/**/\n"}, id="two-stars-and-a-slash"),
    pytest.param({".gitignore": "p**g/a.py\n"}, id="two-stars-within-a-name"),
    pytest.param({".gitignore": "pkg/s*b/\n"}, id="star-within-a-folder"),
    pytest.param({".gitignore": "a.[p]y\n[[:alpha:]]ub/\n"}, id="named-class"),
    pytest.param({".gitignore": "[]a].py\n[!]b].py\n"}, id="class-with-a-bracket"),
    pytest.param({".gitignore": "[a\n[a.py\n"}, id="open-class"),
    pytest.param({".gitignore": "pkg[/]a.py\npkg?a.py\n"}, id="no-wildcard-is-a-slash"),
    pytest.param({".gitignore": "\\a.py\npk\\g/b.py\n"}, id="escapes"),
    pytest.param({".gitignore": "a.py\\\n"}, id="backslash-at-the-end"),
    pytest.param({".gitignore": "A.PY\n"}, id="capitals"),
    pytest.param({".gitignore": "pkg/*/b.py\n"}, id="one-star-is-one-folder"),
    pytest.param({".gitignore": "[ab].py\n"}, id="class"),
    pytest.param({".gitignore": "[!a].py\n"}, id="negated-class"),
    pytest.param({".gitignore": "?.py\n"}, id="question-mark"),
    pytest.param({".gitignore": "# a.py\n\n  \nb.py\n"}, id="comments-and-blanks"),
    pytest.param({".gitignore": "\\#x.py\n\\!y.py\n"}, id="escaped"),
    pytest.param({".gitignore": "a.py   \n"}, id="trailing-blanks"),
    pytest.param({".gitignore": "sp\\ ace.py\n"}, id="escaped-blank"),
    pytest.param({".gitignore": "a.py\r\nb.py\r\n"}, id="crlf"),
    pytest.param({".gitignore": "\ufeffa.py\nb.py\n"}, id="bom"),
    pytest.param({".gitignore": "a.py"}, id="no-final-newline"),
    pytest.param({".gitignore": "x\u2028a.py\nx\x0ca.py\nx\x85b.py\n"}, id="not-newlines"),
    pytest.param({".gitignore": "!\n\\\n[z-a]\na.py\n"}, id="no-patterns"),
    pytest.param({".gitignore": "/\nb.py\n"}, id="nothing-but-a-slash"),
    pytest.param({".gitignore": "caf\udce9.py\n"}, id="name-that-is-not-utf-8"),
    pytest.param({".gitignore": "é𝒳.py\n"}, id="wide"),
]
FILES = {
    **dict.fromkeys(["a.py", "b.py", "pkg/a.py", "pkg/b.py", "pkg/sub/a.py", "pkg/sub/b.py"], ""),
    **dict.fromkeys(["pkg/sub/deep/b.py", "#x.py", "!y.py", "sp ace.py", "é𝒳.py", "sub/a.py"], ""),
    **dict.fromkeys(["caf\udce9.py", "x\u2028a.py", "x\x0ca.py"], ""),
}


def of_git(root: Path, *, ending: str = ".py") -> list[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "init", "-q"], cwd=root, env=environment, check=True)
    answer = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--exclude-standard"],
        cwd=root,
        env=environment,
        check=True,
        capture_output=True,
    )
    names = os.fsdecode(answer.stdout).split("\0")
    return sorted(name for name in names if name and name.endswith(ending))


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@pytest.mark.parametrize("ignores", IGNORES)
def test_ignores_what_git_ignores(tmp_path: Path, ignores: Tree) -> None:
    lay_out(tmp_path, {**FILES, **ignores})
    assert sorted(found(tmp_path)) == of_git(tmp_path)
    assert sorted(found(tmp_path, every_file=True)) == of_git(tmp_path, ending="")


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git")
@pytest.mark.parametrize("ignores", IGNORES)
def test_ignores_the_same_from_a_folder_below(tmp_path: Path, ignores: Tree) -> None:
    lay_out(tmp_path, {**FILES, **ignores})
    below = [name for name in of_git(tmp_path) if name.startswith("pkg/")]
    if not below:  # the folder is ignored itself, and was named
        below = [name for name in FILES if name.startswith("pkg/") and found(tmp_path, "pkg")]
    assert sorted(found(tmp_path, "pkg")) == sorted(below)


def test_a_gitignore_counts_without_a_repository_but_not_from_above(tmp_path: Path) -> None:
    lay_out(tmp_path, {".gitignore": "a.py\n", "sub/.gitignore": "b.py\n"})
    lay_out(tmp_path, {"sub/a.py": "", "sub/b.py": "", "sub/c.py": ""})
    assert found(tmp_path) == ["sub/c.py"]
    assert found(tmp_path, "sub") == ["sub/a.py", "sub/c.py"]


def test_a_gitignore_that_is_a_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, {".gitignore/x.py": "", "a.py": ""})
    assert found(tmp_path) == [".gitignore/x.py", "a.py"]


def test_what_an_outer_configuration_excludes_stays_out_of_a_nested_one(tmp_path: Path) -> None:
    declared = '[[migration]]\nid = "{}"\n'
    nested = tmp_path / "sample" / "project"
    nested.mkdir(parents=True)
    (tmp_path / "ssot.toml").write_text('exclude = ["/sample/project/**"]\n' + declared.format(1))
    (nested / "ssot.toml").write_text(declared.format(2))
    for folder in (tmp_path, nested):
        (folder / "a.py").write_text("")
    found = [path for path, _ in find_files([str(tmp_path)], ConfigFinder())]
    assert found == [str(tmp_path / "a.py")]
    assert [path for path, _ in find_files([str(nested)], ConfigFinder())] == [str(nested / "a.py")]
