"""`ssot check --new-since REF`: only what is new is named, whatever else there is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main
from tests.cli.branches import CODE, CONFIG, FILES, MOVE, begin_work, edited
from tests.repositories import Repository, make_template

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

Answer = tuple[int, list[str], str]
NewSince = Callable[..., Answer]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory, FILES)


@pytest.fixture
def tree(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy, on a branch `work`; whoever calls `ssot` stands in it."""
    monkeypatch.delenv("CI", raising=False)
    return begin_work(template, tmp_path, monkeypatch)


@pytest.fixture
def new_since(capsys: pytest.CaptureFixture[str]) -> NewSince:
    """Return a function that runs the check; it returns exit code, `file:line`s and messages."""

    def run(ref: str = "main", *arguments: str) -> Answer:
        capsys.readouterr()
        words = ["check", "--jobs=1", "--format=concise", f"--new-since={ref}", *arguments]
        code = main(words)
        out, err = capsys.readouterr()
        return code, [":".join(line.split(":")[:2]) for line in out.splitlines()], err

    return run


# --- within a file


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        pytest.param(CODE, [], id="nothing"),
        pytest.param(CODE + "\n\nx = 1\n", [], id="something-else"),
        pytest.param("import os\n\n" + CODE, [], id="lines-above"),
        pytest.param(CODE.replace("\n", "\r\n"), [], id="line-ends"),
        pytest.param("\ufeff" + CODE, [], id="a-mark-of-the-byte-order"),
        pytest.param(edited("first = Old()", "first = Old(1)"), [], id="changed-where-it-stands"),
        pytest.param(edited("Old()", "(\n        Old()\n    )", count=2), [], id="reformatted"),
        pytest.param(edited("import Old", "import (\n    Old,\n)"), [], id="import-reformatted"),
        pytest.param(edited("first = Old()", "first = 1"), [], id="one-less"),
        pytest.param(edited("def one", "def uno"), [], id="function-renamed"),
        pytest.param(edited("def one", "async def one"), [], id="function-async"),
        pytest.param(
            edited("def one", "class C:\n  def one").replace("\n    ", "\n      ", 2),
            [],
            id="function-into-a-class",
        ),
        pytest.param(
            "from old import Old\n\n\ndef two():\n    return Old()\n\n\n"
            "def one():\n    first = Old()\n    return first\n",
            [],
            id="functions-that-changed-places",
        ),
        pytest.param(edited("    first =", "    Old()\n    first ="), [5], id="one-above"),
        pytest.param(edited("    return f", "    Old()\n    return f"), [6], id="one-below"),
        pytest.param(
            "# a\n" + edited("    first =", "    Old(1)\n    first ="),
            [6],
            id="one-above-and-lines-above-it",
        ),
        pytest.param(
            edited("    first =", "    Old(1)\n    Old(2)\n    first ="), [5, 6], id="two-above"
        ),
        pytest.param(edited("first = Old()", "first = Old(Old())"), [5], id="one-on-its-line"),
        pytest.param(CODE + "\n\nOld()\n", [13], id="one-of-the-module"),
        pytest.param(CODE + "\n\ndef new():\n    Old()\n", [14], id="one-in-a-new-function"),
        pytest.param(CODE + "\n\ndef two_():\n    return Old()\n", [14], id="a-function-copied"),
        pytest.param(
            edited("    return first", "    from old import Old\n    return first"),
            [6],
            id="another-import",
        ),
        pytest.param(
            edited("import Old", "import Old, Old as Other"), [1], id="another-name-on-its-line"
        ),
        pytest.param(
            edited("= Old()", "= 1").replace("    return Old", "    Old()\n    return Old"),
            [10],
            id="moved-into-another-function",
        ),
        pytest.param(
            edited("def one", "def uno").replace("return first", "return first, Old()"),
            [6],
            id="one-below-in-a-renamed-function",
        ),
    ],
)
def test_within_a_file(tree: Repository, new_since: NewSince, code: str, lines: list[int]) -> None:
    (tree.top / "a.py").write_bytes(code.encode())
    found = new_since()
    assert found[:2] == (int(bool(lines)), [f"a.py:{line}" for line in lines])


def test_a_suppression_that_was_taken_away(tree: Repository, new_since: NewSince) -> None:
    tree.write({"a.py": "from old import Old  # noqa: SSOT001\n"})
    tree.commit()
    tree.git("branch", "--force", "main")
    tree.write({"a.py": "from old import Old\n"})
    assert new_since()[:2] == (1, ["a.py:1"])


# --- files

ALL_OF_IT = [1, 5, 10]


def all_of(name: str) -> list[str]:
    return [f"{name}:{line}" for line in ALL_OF_IT]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        pytest.param("true", [], id="nothing"),
        pytest.param("cp a.py n.py", all_of("n.py"), id="untracked"),
        pytest.param("mkdir -p n/m; cp a.py n/m", all_of("n/m/a.py"), id="in-an-untracked-folder"),
        pytest.param("cp a.py n.py; git add -N n.py", all_of("n.py"), id="to-be-added"),
        pytest.param("cp a.py n.py; git add n.py", all_of("n.py"), id="staged"),
        pytest.param(
            "cp a.py n.py; git add n.py; git commit -qm x", all_of("n.py"), id="committed"
        ),
        pytest.param("cp a.py n.py; git add n.py; echo > n.py", [], id="staged-then-emptied"),
        pytest.param("cp a.py n.py; echo n.py > .gitignore", [], id="ignored"),
        pytest.param("cp a.py n.py; echo n.py > .git/info/exclude", [], id="ignored-here-alone"),
        pytest.param(
            "cp a.py n.py; git add n.py; echo n.py > .gitignore", [], id="added-though-ignored"
        ),
        pytest.param("echo 'Old()' >> a.py; git add a.py", ["a.py:11"], id="a-change-staged"),
        pytest.param(
            "echo 'Old()' >> a.py; git commit -qam x", ["a.py:11"], id="a-change-committed"
        ),
        pytest.param(
            "echo 'Old()' >> a.py; git commit -qam x; echo 'Old()' >> a.py",
            ["a.py:11", "a.py:12"],
            id="a-change-on-a-change",
        ),
        pytest.param(
            "echo 'Old()' >> a.py; git commit -qam x; git checkout -q main a.py",
            [],
            id="a-change-taken-back",
        ),
        pytest.param("rm a.py", [], id="deleted"),
        pytest.param("git mv a.py z.py", [], id="renamed"),
        pytest.param("git mv a.py z.py; git commit -qm x; mv z.py y.py", [], id="renamed-twice"),
        pytest.param("mv a.py z.py", [], id="renamed-in-the-tree-alone"),
        pytest.param("mv a.py z.py; echo 'Old()' >> z.py", ["z.py:11"], id="renamed-and-one-more"),
        pytest.param("mv a.py 'a é.py'", [], id="renamed-to-a-name-that-git-quotes"),
        pytest.param("mv pkg lib", [], id="a-folder-renamed"),
        pytest.param("mv notes.txt notes.py", [], id="no-python-file-before"),
        pytest.param("chmod +x a.py", [], id="its-mode"),
        pytest.param("echo more >> notes.txt", [], id="a-file-of-no-interest"),
    ],
)
def test_files(tree: Repository, new_since: NewSince, line: str, named: list[str]) -> None:
    tree.shell(line)
    before = tree.inside()
    assert new_since()[:2] == (int(bool(named)), named)
    written = set(tree.inside()) - set(before)
    assert {os.path.basename(path) for path in written} <= {EMPTY_BLOB}


EMPTY_BLOB = "9de29bb2d1d6434b8b29ae775ad8c2e48c5391"


# --- files that Python cannot parse

BROKEN = "from old import Old\nOld(\n"


@pytest.mark.parametrize(
    ("before", "after", "code", "named"),
    [
        pytest.param("x = 1\n", "x = (\n", 1, [], id="newly-broken"),
        pytest.param(None, "x = (\n", 1, [], id="new-and-broken"),
        pytest.param("x = (\n", "x = (\n\n", 0, [], id="broken-as-before"),
        pytest.param(BROKEN, BROKEN + "\n", 0, [], id="broken-as-before-with-an-import"),
        pytest.param(BROKEN, "from old import Old as O\n" + BROKEN, 1, ["a.py:1"], id="one-more"),
        pytest.param("x = (\n", "x = ()\n", 0, [], id="repaired"),
        pytest.param(BROKEN, "from old import Old\n", 0, [], id="repaired-with-an-import"),
        pytest.param(CODE, CODE + "(\n", 1, [], id="broken-with-what-was-there"),
    ],
)
def test_broken_files(
    tree: Repository,
    new_since: NewSince,
    before: str | None,
    after: str,
    code: int,
    named: list[str],
) -> None:
    tree.git("rm", "--quiet", "a.py")
    tree.commit({} if before is None else {"a.py": before})
    tree.git("branch", "--force", "main")
    tree.write({"a.py": after})
    found, places, told = new_since()
    assert (found, places) == (code, named)
    assert ("a.py:" in told) is (code == 1 and not named)


# --- declarations that came with the branch

OTHER = "from legacy import Thing\nThing()\n"


def test_a_move_declared_in_the_branch(tree: Repository, new_since: NewSince) -> None:
    tree.commit({"c.py": OTHER})
    tree.git("branch", "--force", "main")
    tree.commit({"ssot.toml": CONFIG + MOVE.format("legacy", "Thing")})
    tree.write({"c.py": "import os\n" + OTHER + "Thing(1)\n"})
    assert new_since()[:2] == (1, ["c.py:4"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('ignore = ["SSOT001"]\n' + CONFIG, CONFIG, id="ignore"),
        pytest.param('select = ["SSOT002"]\n' + CONFIG, CONFIG, id="select"),
        pytest.param('per-file-ignores = { "c.py" = ["SSOT"] }\n' + CONFIG, CONFIG, id="per-file"),
        pytest.param('exclude = ["c.py"]\n' + CONFIG, CONFIG, id="exclude"),
        pytest.param(
            CONFIG + '[[migration.phase]]\nname = "p"\npaths = ["*"]\nenforce = "off"\n',
            CONFIG,
            id="phase-off",
        ),
        pytest.param(
            CONFIG,
            CONFIG + '[[migration.phase]]\nname = "p"\npaths = ["*"]\nenforce = "error"\n',
            id="phase-error",
        ),
        pytest.param(
            CONFIG,
            CONFIG.replace('id = "1"', 'id = "1"\ndeadline = 2000-01-01'),
            id="deadline",
        ),
    ],
)
def test_what_is_enforced_since_is_not_new(
    tree: Repository, new_since: NewSince, before: str, after: str
) -> None:
    tree.commit({"ssot.toml": before, "c.py": CODE})
    tree.git("branch", "--force", "main")
    tree.write({"ssot.toml": after, "c.py": CODE + "\n\nOld()\n"})
    assert new_since()[:2] == (1, ["c.py:13"])


# --- what it is compared with


@pytest.mark.parametrize(
    ("ref", "named"),
    [
        pytest.param("HEAD", ["a.py:12"], id="head"),
        pytest.param("HEAD~1", ["a.py:11", "a.py:12"], id="its-parent"),
        pytest.param("main", ["a.py:11", "a.py:12"], id="branch"),
        pytest.param("v1", ["a.py:11", "a.py:12"], id="tag"),
        pytest.param("annotated", ["a.py:11", "a.py:12"], id="annotated-tag"),
        pytest.param("SHA", ["a.py:11", "a.py:12"], id="commit"),
        pytest.param("origin/main", ["a.py:11", "a.py:12"], id="remote-branch"),
        pytest.param("work", ["a.py:12"], id="itself"),
    ],
)
def test_references(tree: Repository, new_since: NewSince, ref: str, named: list[str]) -> None:
    tree.git("tag", "v1")
    tree.git("tag", "--annotate", "--message=x", "annotated")
    tree.git("clone", "--quiet", "--bare", ".", "../origin.git")
    tree.git("remote", "add", "origin", "../origin.git")
    tree.git("fetch", "--quiet", "origin")
    sha = tree.git("rev-parse", "--short", "HEAD")
    tree.commit({"a.py": CODE + "Old()\n"})
    tree.write({"a.py": CODE + "Old()\nOld()\n"})
    assert new_since(sha if ref == "SHA" else ref)[:2] == (1, named)


def test_what_was_fixed_elsewhere_is_not_new(tree: Repository, new_since: NewSince) -> None:
    """It is compared with where the branch began, not with where the other one is now."""
    tree.commit({"a.py": CODE + "x = 1\n"})
    tree.git("checkout", "--quiet", "main")
    tree.commit({"a.py": "x = 1\n", "pkg/b.py": ""})
    tree.git("checkout", "--quiet", "work")
    assert new_since()[:2] == (0, [])


# --- with other options


def test_with_paths(tree: Repository, new_since: NewSince) -> None:
    tree.write({"a.py": CODE + "Old()\n", "pkg/b.py": CODE + "Old()\n"})
    assert new_since("main", "pkg")[:2] == (1, ["pkg/b.py:11"])
    assert new_since("main", "a.py")[:2] == (1, ["a.py:11"])
    assert new_since("main", tree.path("a.py"), "pkg/b.py")[0] == 1
    assert new_since("main", "notes.txt")[:2] == (0, [])


def test_from_a_subfolder(
    tree: Repository, new_since: NewSince, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write({"a.py": CODE + "Old()\n", "pkg/b.py": CODE + "Old()\n"})
    monkeypatch.chdir(tree.top / "pkg")
    assert new_since()[:2] == (1, ["../a.py:11", "../pkg/b.py:11"])
    assert new_since("main", ".")[:2] == (1, ["b.py:11"])


def test_a_project_in_a_subfolder(
    tree: Repository, new_since: NewSince, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.git("checkout", "--quiet", "main")
    tree.shell("mkdir project; git mv ssot.toml a.py pkg project")
    tree.commit()
    tree.git("checkout", "--quiet", "-B", "work")
    tree.write({"project/a.py": CODE + "Old()\n"})
    tree.shell("mv project/pkg/b.py project/c.py; cp project/a.py .")
    monkeypatch.chdir(tree.top / "project")
    assert new_since()[:2] == (1, ["a.py:11"])


def test_of_a_phase(tree: Repository, new_since: NewSince) -> None:
    phase = '[[migration.phase]]\nname = "p"\npaths = ["pkg/**"]\n'
    tree.write({"ssot.toml": CONFIG + phase, "a.py": CODE + "Old()\n"})
    tree.write({"pkg/b.py": CODE + "Old()\n"})
    assert new_since("main", "--phase=p")[:2] == (1, ["pkg/b.py:11"])


@pytest.mark.parametrize(
    ("option", "named"),
    [
        pytest.param("--select=SSOT001", ["a.py:2"], id="select"),
        pytest.param("--ignore=SSOT001", ["a.py:12"], id="ignore"),
    ],
)
def test_of_some_codes(
    tree: Repository, new_since: NewSince, option: str, named: list[str]
) -> None:
    tree.write({"a.py": CODE.replace("\n", "\nfrom old import Old as Other\n", 1) + "Old()\n"})
    assert new_since("main", option)[:2] == (1, named)


def test_exit_zero(tree: Repository, new_since: NewSince) -> None:
    tree.write({"a.py": CODE + "Old()\n"})
    assert new_since("main", "--exit-zero")[:2] == (0, ["a.py:11"])


def test_as_json(tree: Repository, new_since: NewSince) -> None:
    tree.write({"a.py": CODE + "Old()\n"})
    assert new_since("main", "--format=json", f"--output={tree.top}/report")[0] == 1
    report = json.loads((tree.top / "report").read_text())
    (violation,) = report["violations"]
    assert (violation["path"], violation["line"]) == ("a.py", 11)
    assert violation["baselined"] is False
    assert report["errors"] == []
    assert report["statistics"] == {"SSOT002": 1}


def test_each_file_by_its_own_configuration(tree: Repository, new_since: NewSince) -> None:
    inner = '[[migration]]\nid = "2"\n' + MOVE.format("legacy", "Thing")
    tree.commit({"pkg/ssot.toml": inner, "pkg/b.py": OTHER, "pkg/c.py": CODE})
    tree.git("branch", "--force", "main")
    tree.write({"pkg/b.py": OTHER + "Thing()\n", "pkg/c.py": CODE + "Old()\n"})
    tree.write({"a.py": CODE + OTHER + "Old()\n"})
    assert new_since()[:2] == (1, ["a.py:13", "pkg/b.py:3"])


# --- beside a baseline


@pytest.fixture
def baseline(tree: Repository) -> Repository:
    """The tree with all that there is tolerated, in `main` as well."""
    assert main(["baseline", "create", "--quiet", "--jobs=1"]) == 0
    tree.commit()
    tree.git("branch", "--force", "main")
    return tree


def test_new_and_not_tolerated(baseline: Repository, new_since: NewSince) -> None:
    baseline.write({"a.py": edited("    first =", "    Old()\n    first =")})
    assert new_since()[:2] == (1, ["a.py:5"])


def test_old_and_not_tolerated(baseline: Repository, new_since: NewSince) -> None:
    """`ssot check` itself names what came with the other branch; it is not new here."""
    baseline.commit({"a.py": CODE + "Old()\n"})
    baseline.git("branch", "--force", "main")
    baseline.write({"a.py": "# more\n" + CODE + "Old()\n"})
    assert main(["check", "--quiet", "--jobs=1"]) == 1
    assert new_since()[:2] == (0, [])


def test_new_and_tolerated(baseline: Repository, new_since: NewSince) -> None:
    baseline.write({"a.py": CODE + "Old()\n"})
    assert main(["baseline", "add", "a.py", "--reason=why", "--quiet", "--jobs=1"]) == 0
    code, _, _ = new_since("main", "--format=json", f"--output={baseline.top}/report")
    (violation,) = json.loads((baseline.top / "report").read_text())["violations"]
    assert (code, violation["line"], violation["baselined"]) == (0, 11, True)


@pytest.mark.parametrize("stale", ["error", "warn"])
def test_entries_that_nothing_needs_are_not_told(
    baseline: Repository, new_since: NewSince, stale: str
) -> None:
    """They are told where the whole project is looked at."""
    baseline.write({"a.py": "x = 1\n"})
    assert new_since("main", f"--stale={stale}")[:2] == (0, [])


def test_a_renamed_file_keeps_what_is_tolerated(baseline: Repository, new_since: NewSince) -> None:
    baseline.shell("mv a.py z.py; echo 'Old()' >> z.py")
    assert new_since()[:2] == (1, ["z.py:11"])


def test_a_deadline_that_has_come(baseline: Repository, new_since: NewSince) -> None:
    """It enforces what is there, but makes nothing new."""
    baseline.write({"ssot.toml": CONFIG.replace('"1"', '"1"\ndeadline = 2000-01-01')})
    baseline.write({"a.py": CODE + "x = 1\n"})
    assert main(["check", "--quiet", "--jobs=1"]) == 1
    assert new_since()[:2] == (0, [])


# --- what cannot be done


def test_an_unknown_reference(tree: Repository, new_since: NewSince) -> None:
    told = "ssot: git knows no `nowhere`; name a branch, a tag or a commit\n"
    assert new_since("nowhere") == (2, [], told)


def test_nothing_in_common(tree: Repository, new_since: NewSince) -> None:
    tree.git("checkout", "--quiet", "--orphan", "other")
    tree.commit()
    assert new_since() == (2, [], "ssot: main: HEAD and it have no commit in common\n")


def test_no_commit_yet(tmp_path: Path, tree: Repository, new_since: NewSince) -> None:
    shutil.rmtree(tree.top / ".git")
    tree.git("init", "--quiet")
    assert new_since() == (2, [], "ssot: there is no commit yet, so everything is new\n")


def test_no_repository(
    tree: Repository, new_since: NewSince, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tree.top / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tree.top.parent))
    code, named, told = new_since()
    assert (code, named) == (2, [])
    assert told.startswith("ssot: --new-since: not a git repository")


def test_no_git(tree: Repository, new_since: NewSince, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert new_since() == (2, [], "ssot: --new-since: git is not installed\n")


def test_standard_input(tree: Repository, new_since: NewSince) -> None:
    told = "ssot: --new-since: not with --stdin-filename\n"
    assert new_since("main", "--stdin-filename=a.py") == (2, [], told)


# --- what is easily missed


def test_a_path_through_a_link(tree: Repository, new_since: NewSince) -> None:
    """Nothing that was asked for is passed over in silence."""
    (tree.top / "link").symlink_to("pkg")
    tree.commit({"pkg/b.py": CODE + "Old()\n"})
    assert new_since("main", "link")[0] == 1


def test_a_path_in_another_repository(
    tree: Repository, new_since: NewSince, tmp_path: Path
) -> None:
    other = Repository.begin(tmp_path / "other", {"ssot.toml": CONFIG, "x.py": CODE})
    other.git("checkout", "--quiet", "-b", "work")
    other.write({"x.py": CODE + "Old()\n"})
    assert new_since("main", "../other")[0] != 0  # named, or refused: not passed over


def test_nothing_is_said_where_no_python_file_changed(
    tree: Repository, new_since: NewSince
) -> None:
    tree.write({"notes.txt": "more\n"})
    code, named, told = new_since()
    assert (code, named) == (0, [])
    assert "no Python file to look at" not in told


def test_one_above_in_a_renamed_function(tree: Repository, new_since: NewSince) -> None:
    tree.write({"a.py": edited("def one():", "def uno():\n    Old(1)")})
    assert new_since()[:2] == (1, ["a.py:5"])


def test_new_where_the_baseline_takes_another_for_new(
    baseline: Repository, new_since: NewSince, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What git tells of the age of lines may differ from what comparing the texts tells."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2000-01-01T00:00:00Z")
    baseline.commit({"a.py": edited("    first =", "    Old()\n    first =")})
    assert main(["check", "--quiet", "--jobs=1"]) == 1
    assert new_since()[0] == 1


def test_what_was_reached_through_a_module_that_was_renamed(
    tree: Repository, new_since: NewSince
) -> None:
    tree.commit({"pkg/__init__.py": "", "pkg/door.py": "from old import Old\n" + "x = 1\n" * 9})
    tree.commit({"c.py": "from pkg.door import Old\nOld()\n"})
    tree.git("branch", "--force", "main")
    tree.shell("git mv pkg/door.py pkg/gate.py; sed -i s/door/gate/ c.py")
    assert new_since()[:2] == (0, [])


def test_names_led_through_a_module_that_is_gone(tree: Repository, new_since: NewSince) -> None:
    tree.git("checkout", "--quiet", "main")
    tree.commit({"door.py": "from old import Old\n", "c.py": "from door import Old\n"})
    tree.git("checkout", "--quiet", "-B", "work")
    tree.git("rm", "--quiet", "door.py")
    tree.write({"c.py": "from old import Old\n"})  # what it reached before, by another way
    assert new_since()[:2] == (0, [])
