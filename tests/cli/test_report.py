"""`ssot report --format markdown`: what a change adds and removes, and where that leaves things."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main
from tests.cli import branches
from tests.cli.branches import CODE, CONFIG, begin_work, edited
from tests.repositories import Repository, isolate_git, make_template

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

FILES = {**branches.FILES, "door.py": "from old import Old\n"}

Answer = tuple[list[str], list[str], str]
Report = Callable[..., Answer]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory, FILES)


@pytest.fixture
def tree(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A copy, on a branch `work`; whoever calls `ssot` stands in it."""
    return begin_work(template, tmp_path, monkeypatch)


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Report:
    """Return a function that reports; it returns what is added, what is removed, and the page."""

    def run(ref: str = "main", *arguments: str) -> Answer:
        capsys.readouterr()
        assert main(["report", "--jobs=1", "--format=markdown", f"--since={ref}", *arguments]) == 0
        page = capsys.readouterr().out
        change, _, _ = page.partition("\n### ")
        added, _, removed = change.partition("<details>")
        return rows(added), rows(removed), page

    return run


def rows(part: str) -> list[str]:
    """Return place and code of each row of a table."""
    found = re.findall(r"^\| `(.*?)` \| (SSOT.*?) \|", part, re.MULTILINE)
    return [f"{where} {code}" for where, code in found]


# --- what is gone


FIXED = CODE.replace("from old import", "from new import")


@pytest.mark.parametrize(
    ("code", "added", "removed"),
    [
        pytest.param(CODE, [], [], id="nothing"),
        pytest.param("import os\n\n" + CODE, [], [], id="lines-above"),
        pytest.param(edited("def one", "def uno"), [], [], id="function-renamed"),
        pytest.param(
            FIXED, [], ["a.py:1 SSOT001", "a.py:5 SSOT002", "a.py:10 SSOT002"], id="all-is-fixed"
        ),
        pytest.param(edited("first = Old()", "first = 1"), [], ["a.py:5 SSOT002"], id="one-less"),
        pytest.param(
            edited("    first =", "    Old(1)\n    first ="), ["a.py:5 SSOT002"], [], id="one-more"
        ),
        pytest.param(
            edited("first = Old()", "first = 1") + "\n\nOld()\n",
            ["a.py:13 SSOT002"],
            ["a.py:5 SSOT002"],
            id="one-moved-elsewhere",
        ),
        pytest.param(
            edited("first = Old()", "first = Old()  # noqa: SSOT002"),
            [],
            ["a.py:5 SSOT002 (silenced by `# noqa`)"],
            id="silenced-is-not-gone",
        ),
        pytest.param(
            edited("first = Old()", "first = 1  # noqa: E501"),
            [],
            ["a.py:5 SSOT002"],
            id="gone-beside-a-noqa",
        ),
        pytest.param("x = 1\nx = (\n", [], [], id="of-a-broken-file-nothing-is-known"),
        pytest.param("", [], ["a.py:1 SSOT001", "a.py:5 SSOT002", "a.py:10 SSOT002"], id="emptied"),
    ],
)
def test_within_a_file(
    code: str, added: list[str], removed: list[str], tree: Repository, report: Report
) -> None:
    tree.write({"a.py": code})
    assert report()[:2] == (added, removed)
    tree.commit()
    assert report()[:2] == (added, removed)


def test_of_several_alike_those_are_gone_whose_line_is(tree: Repository, report: Report) -> None:
    tree.git("checkout", "--quiet", "main")
    tree.commit({"a.py": "from old import Old\n\nx = Old(1)\ny = Old(2)\nz = Old(3)\n"})
    tree.git("checkout", "--quiet", "-B", "work")
    tree.write({"a.py": "from old import Old\n\nz = Old(3)\nx = Old(1)\n"})
    assert report()[:2] == ([], ["a.py:4 SSOT002"])


WHOLE = ["{0}:1 SSOT001", "{0}:5 SSOT002", "{0}:10 SSOT002"]


def whole(name: str) -> list[str]:
    return [one.format(name) for one in WHOLE]


def test_a_file_that_is_gone(tree: Repository, report: Report) -> None:
    removed = ["notes.txt:1 SSOT008", *whole("pkg/b.py")]
    tree.git("rm", "--quiet", "pkg/b.py", "notes.txt")
    assert report()[:2] == ([], removed)
    tree.commit()
    assert report()[:2] == ([], removed)


def test_texts(tree: Repository, report: Report) -> None:
    tree.git("checkout", "--quiet", "main")
    tree.commit({"docs.md": "`old.Old`\n\nmore\n", "a.py": "# of old.Old\n", "b.py": "# old.Old\n"})
    tree.git("checkout", "--quiet", "-B", "work")
    tree.write(
        {
            "docs.md": "`new.Old`\n\nmore\n",
            "new.yml": "use: old.Old\n",
            "data.bin": "old.Old\n",  # of a kind that is not read
            "a.py": "# of new.Old\n",
            "b.py": "# old.Old  # noqa: SSOT008\n",
        }
    )
    expected = (
        ["new.yml:1 SSOT008"],
        ["a.py:1 SSOT008", "b.py:1 SSOT008 (silenced by `# noqa`)", "docs.md:1 SSOT008"],
    )
    assert report()[:2] == expected
    tree.write({"ssot.toml": 'ignore = ["SSOT008"]\n' + CONFIG})
    assert report()[:2] == ([], [])


def test_a_file_that_was_renamed_and_fixed_is_named_as_it_was(
    tree: Repository, report: Report
) -> None:
    tree.git("mv", "pkg/b.py", "pkg/c.py")
    assert report()[:2] == ([], [])
    tree.write({"pkg/c.py": FIXED})
    assert report()[:2] == ([], whole("pkg/b.py"))


def test_what_nobody_looked_at_is_not_gone(tree: Repository, report: Report) -> None:
    tree.git("checkout", "--quiet", "main")
    tree.commit({"lib/venv/x.py": CODE, "out/x.py": CODE, "off/x.py": CODE})
    tree.git("checkout", "--quiet", "-B", "work")
    phase = '\n[[migration.phase]]\nname = "later"\npaths = ["off/**"]\nenforce = "off"\n'
    tree.write({"ssot.toml": 'exclude = ["out/**"]\n' + CONFIG + phase})
    tree.git("rm", "-r", "--quiet", "lib", "out", "off")
    assert report()[:2] == ([], [])


def test_names_lead_where_they_led(tree: Repository, report: Report) -> None:
    tree.git("checkout", "--quiet", "main")
    tree.commit({"c.py": "from door import Old\n"})
    tree.git("checkout", "--quiet", "-B", "work")
    tree.git("rm", "--quiet", "door.py")
    tree.write({"c.py": "from new import Old\n"})
    assert report()[:2] == ([], ["c.py:1 SSOT001", "door.py:1 SSOT001"])


def test_what_the_baseline_tolerates_by_now_is_added_all_the_same(
    tree: Repository, report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.write({"n.py": "from old import Old\n"})
    assert main(["baseline", "create"]) == 0
    added, removed, page = report()
    assert (added, removed) == (["n.py:1 SSOT001 (tolerated)"], [])
    assert "; 1 of what it adds is tolerated by the baseline. " in page


# --- the page


def test_the_page_begins_with_its_mark_and_ends_with_the_next_step(
    tree: Repository, report: Report
) -> None:
    tree.write({"a.py": FIXED, "n.py": "from old import Old\n"})
    _, _, page = report()
    lines = page.splitlines()
    assert lines[:2] == [
        "<!-- ssot report -->",
        "## This change adds 1 violation and removes 3",
    ]
    commit = tree.git("rev-parse", "main")[:12]
    told = f"Compared with `{commit}`, where it left `main`. 2 files looked at."
    assert lines[3] == told
    assert (
        lines[-2] == "Next: `ssot fix`: 6 of 6 violations can be fixed safely, in files of no phase"
    )


def test_without_a_ref_the_page_says_where_things_stand(
    tree: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--format=markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["<!-- ssot report -->", "## Where the migration stands"]
    assert main(["report", "--format=markdown", "--output=page.md"]) == 0
    assert capsys.readouterr().out == ""
    assert (tree.top / "page.md").read_text("utf-8").splitlines() == lines


def test_a_project_in_a_folder_of_its_repository(
    tree: Repository, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.git("checkout", "--quiet", "main")
    tree.commit({f"services/api/{name}": text for name, text in FILES.items()})
    tree.git("checkout", "--quiet", "-B", "work")
    tree.git("rm", "--quiet", "a.py")
    tree.write({"services/api/a.py": FIXED, "services/api/n.py": "from old import Old\n"})
    monkeypatch.chdir(tree.top / "services" / "api")
    assert report()[:2] == (["n.py:1 SSOT001"], whole("a.py"))


def test_hostile_names_do_not_break_out(tree: Repository, report: Report) -> None:
    names = [
        "p|i`pe.py",
        "new\nline.py",
        "@team #1 <img src=x>.py",
        "rtl\u202e.py",
        "</details>.py",
    ]
    tree.write(dict.fromkeys(names, "from old import Old\n"))
    _, _, page = report()
    assert page.count("| SSOT001 |") == len(names)
    for bad in ("\u202e", "new\nline"):
        assert bad not in page
    # In code all of them: GitHub and GitLab look there neither for markup nor for mentions.
    cells = re.findall(r"^\| (.*?) \| SSOT001 \|", page, re.MULTILINE)
    assert all(re.fullmatch(r"`[^`|]*`|<code>[^`|<>@]*</code>", cell) for cell in cells)


# --- where there is little or nothing to compare with


def refused(capsys: pytest.CaptureFixture[str], ref: str = "main") -> str:
    capsys.readouterr()
    assert main(["report", "--format=markdown", f"--since={ref}"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_no_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    isolate_git(monkeypatch, tmp_path)
    (tmp_path / "ssot.toml").write_text(CONFIG, "utf-8")
    assert "ssot: --since: " in refused(capsys)
    assert main(["report", "--format=markdown"]) == 0
    assert "**no violation left**" in capsys.readouterr().out


def test_an_empty_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    isolate_git(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    Repository(tmp_path).git("init", "--quiet")
    assert refused(capsys) == "ssot: there is no commit yet, so everything is new\n"
    assert main(["report", "--format=markdown"]) == 0


def test_one_commit(tree: Repository, report: Report, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, page = report("HEAD")
    assert "## This change adds no violation and removes none\n" in page
    assert "git knows no `HEAD~1`" in refused(capsys, "HEAD~1")


def test_a_history_of_merges(tree: Repository, report: Report) -> None:
    tree.commit({"a.py": FIXED})
    for number in range(3):  # main goes on, and is merged again and again
        tree.git("checkout", "--quiet", "main")
        tree.commit({f"main{number}.py": CODE})
        tree.git("checkout", "--quiet", "-b", f"side{number}", "work")
        tree.commit({f"side{number}.py": "from old import Old\n"})
        tree.git("checkout", "--quiet", "work")
        tree.git("merge", "--quiet", "--no-edit", f"side{number}", "main")
    added, removed, _ = report()
    assert added == [f"side{number}.py:1 SSOT001" for number in range(3)]
    assert removed == whole("a.py")


def test_a_shallow_clone_without_the_merge_base(
    tree: Repository,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tree.commit({"a.py": FIXED})
    tree.commit({"n.py": "x = 1\n"})
    tree.git("checkout", "--quiet", "main")
    tree.commit({"m.py": "x = 1\n"})
    clone = tmp_path / "clone"
    url = f"file://{tree.top}"
    tree.git("clone", "--quiet", "--depth=1", "--no-single-branch", "-b", "work", url, str(clone))
    monkeypatch.chdir(clone)
    told = (
        "origin/main: this clone is shallow and ends before the two meet; `git fetch --unshallow`"
    )
    assert told in refused(capsys, "origin/main")
